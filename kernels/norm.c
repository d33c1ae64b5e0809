/* norm.c: fronts of the normalisations. */
#include "kernels/front.h"

/* x[.., C] with g[C] and b[C]. */
static bool fits(lm_pass *p, const char *op, const lm_tensor *x, const lm_tensor *g, const lm_tensor *b,
                 int least_axes)
{
    if (!lm_front_takes(p, op, "x", x) || !lm_front_takes(p, op, "g", g) || !lm_front_takes(p, op, "b", b))
        return false;
    if (x->shape.n < least_axes)
        return lm_pass_fail(p, INPUT, "%s: x has %d axes, at least %d are needed", op, x->shape.n,
                            least_axes);
    if (lm_count(g) != lm_dim(x, -1) || lm_count(b) != lm_dim(x, -1))
        return lm_pass_fail(p, INPUT,
                            "%s: x has %" PRId64 " channels, %s %" PRId64 ", %s %" PRId64, op,
                            lm_dim(x, -1), lm_label(g, "g"), lm_count(g), lm_label(b, "b"), lm_count(b));
    return true;
}

/* Into y, or into fresh scratch when y is NULL. */
static lm_tensor *group_norm(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *g,
                             const lm_tensor *b, int groups, double eps, bool silu)
{
    LM_ENTER(p);
    if (!fits(p, "group_norm", x, g, b, 2))
        return NULL;
    LM_WANT(p, groups > 0 && lm_dim(x, -1) % groups == 0,
            "group_norm: %" PRId64 " channels cannot be put into %d groups", lm_dim(x, -1), groups);
    if (!y)
        y = lm_scratch_tensor(p, lm_compute_dtype(p), lm_shape_of(x));
    return LM_RUN(p, group_norm, y, x, g, b, groups, eps, silu);
}

lm_tensor *lm_group_norm(lm_pass *p, const lm_tensor *x, const lm_tensor *g, const lm_tensor *b,
                         int groups, double eps)
{
    return group_norm(p, NULL, x, g, b, groups, eps, false);
}

lm_tensor *lm_group_norm_silu(lm_pass *p, const lm_tensor *x, const lm_tensor *g, const lm_tensor *b,
                              int groups, double eps)
{
    return group_norm(p, NULL, x, g, b, groups, eps, true);
}

lm_tensor *lm_group_norm_silu_over(lm_pass *p, lm_tensor *x, const lm_tensor *g, const lm_tensor *b,
                                   int groups, double eps)
{
    const bool here = x && x->dtype == LM_F32 && !x->release;
    lm_tensor  over = { .dtype = lm_compute_dtype(p), .device = p->device }, *y;

    if (here) {
        over.data = x->data;
        over.shape = x->shape;
        return group_norm(p, &over, x, g, b, groups, eps, true)
                   ? lm_become(p, x, over.dtype, over.shape) : NULL;
    }
    y = group_norm(p, NULL, x, g, b, groups, eps, true);
    lm_drop(p, x);
    return y;
}

lm_tensor *lm_layer_norm(lm_pass *p, const lm_tensor *x, const lm_tensor *g, const lm_tensor *b,
                         double eps)
{
    lm_tensor *y;

    LM_ENTER(p);
    if (!fits(p, "layer_norm", x, g, b, 1))
        return NULL;
    y = lm_scratch_tensor(p, lm_compute_dtype(p), lm_shape_of(x));
    return LM_RUN(p, layer_norm, y, x, g, b, eps);
}
