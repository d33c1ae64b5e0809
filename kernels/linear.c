/* linear.c: fronts of the products with a weight matrix. */
#include "kernels/front.h"

/* x[.., K] and w[rows, K] with an optional b[rows] fit each other. */
static bool fits(lm_pass *p, const char *op, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b)
{
    if (!lm_front_takes(p, op, "x", x) || !lm_front_takes(p, op, "w", w) ||
        (b && !lm_front_takes(p, op, "b", b)))
        return false;
    if (x->shape.n < 1 || w->shape.n != 2)
        return lm_pass_fail(p, INPUT, "%s: %s has %d axes, and a matrix has 2", op, lm_label(w, "w"),
                            w->shape.n);
    if (lm_dim(w, 1) != lm_dim(x, -1))
        return lm_pass_fail(p, INPUT, "%s: x ends in %" PRId64 ", %s in %" PRId64, op, lm_dim(x, -1),
                            lm_label(w, "w"), lm_dim(w, 1));
    if (b && lm_count(b) != lm_dim(w, 0))
        return lm_pass_fail(p, INPUT, "%s: %s has %" PRId64 " numbers, %s %" PRId64 " rows", op,
                            lm_label(b, "b"), lm_count(b), lm_label(w, "w"), lm_dim(w, 0));
    return true;
}

lm_tensor *lm_linear(lm_pass *p, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b)
{
    lm_tensor *y;

    LM_ENTER(p);
    if (!fits(p, "linear", x, w, b))
        return NULL;
    y = lm_scratch_tensor(p, LM_F32, lm_with_dim(lm_shape_of(x), -1, lm_dim(w, 0)));
    return LM_RUN(p, linear, y, x, w, b, NULL);
}

lm_tensor *lm_linear_add(lm_pass *p, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                         const lm_tensor *r)
{
    lm_tensor *y;
    lm_shape   s;
    char       have[LM_SHAPE_TEXT], want[LM_SHAPE_TEXT];

    LM_ENTER(p);
    LM_TAKES(p, "linear_add", r);
    if (!fits(p, "linear_add", x, w, b))
        return NULL;
    s = lm_with_dim(lm_shape_of(x), -1, lm_dim(w, 0));
    LM_WANT(p, lm_shape_same(r->shape, s), "linear_add: r is %s, the answer %s",
            lm_shape_text(r->shape, have), lm_shape_text(s, want));
    y = lm_scratch_tensor(p, LM_F32, s);
    return LM_RUN(p, linear, y, x, w, b, r);
}

lm_tensor *lm_linear_geglu(lm_pass *p, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b)
{
    lm_tensor *y;

    LM_ENTER(p);
    if (!fits(p, "linear_geglu", x, w, b))
        return NULL;
    LM_WANT(p, lm_dim(w, 0) % 2 == 0, "linear_geglu: %s has %" PRId64 " rows, an odd number",
            lm_label(w, "w"), lm_dim(w, 0));
    y = lm_scratch_tensor(p, lm_compute_dtype(p), lm_with_dim(lm_shape_of(x), -1, lm_dim(w, 0) / 2));
    return LM_RUN(p, linear_geglu, y, x, w, b);
}
