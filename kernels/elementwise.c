/* elementwise.c: fronts of what is done number by number. */
#include "kernels/front.h"

/* ------------------------------------------------------------------ one operand */

static lm_tensor *unary(lm_pass *p, const lm_tensor *x, lm_unary f)
{
    lm_tensor *y;

    LM_ENTER(p);
    LM_TAKES(p, "unary", x);
    y = lm_scratch_tensor(p, lm_compute_dtype(p), lm_shape_of(x));
    return LM_RUN(p, unary, y, x, f);
}

lm_tensor *lm_silu(lm_pass *p, const lm_tensor *x)
{
    return unary(p, x, LM_SILU);
}

lm_tensor *lm_gelu(lm_pass *p, const lm_tensor *x)
{
    return unary(p, x, LM_GELU);
}

lm_tensor *lm_quick_gelu(lm_pass *p, const lm_tensor *x)
{
    return unary(p, x, LM_QUICK_GELU);
}

lm_tensor *lm_tanh(lm_pass *p, const lm_tensor *x)
{
    return unary(p, x, LM_TANH);
}

lm_tensor *lm_affine(lm_pass *p, const lm_tensor *x, double a, double b)
{
    lm_tensor *y;

    LM_ENTER(p);
    LM_TAKES(p, "affine", x);
    y = lm_scratch_tensor(p, LM_F32, lm_shape_of(x));
    return LM_RUN(p, axpby, y, a, x, b, NULL);
}

lm_tensor *lm_scale(lm_pass *p, const lm_tensor *x, double a)
{
    return lm_affine(p, x, a, 0.0);
}

lm_tensor *lm_clamp(lm_pass *p, const lm_tensor *x, double a, double b, double lo, double hi)
{
    lm_tensor *y;

    LM_ENTER(p);
    LM_TAKES(p, "clamp", x);
    y = lm_scratch_tensor(p, LM_F32, lm_shape_of(x));
    return LM_RUN(p, clamp, y, x, a, b, lo, hi);
}

lm_tensor *lm_cast(lm_pass *p, const lm_tensor *x, lm_dtype dtype)
{
    lm_tensor *y;

    LM_ENTER(p);
    LM_TAKES(p, "cast", x);
    LM_WANT(p, dtype == LM_F32 || dtype == LM_F16 || dtype == LM_BF16, "cast: %s cannot be computed on",
            lm_dtype_name(dtype));
    y = lm_scratch_tensor(p, dtype, lm_shape_of(x));
    return LM_RUN(p, cast, y, x);
}

/* ------------------------------------------------------------------ two operands */

/* z like x, or with batch 1, or with a last axis of 1, or both. */
static bool spreads_over(const lm_tensor *z, const lm_tensor *x)
{
    bool ok = z->shape.n == x->shape.n && x->shape.n > 0;

    for (int i = 0; ok && i < x->shape.n; i++)
        ok = lm_dim(z, i) == lm_dim(x, i) ||
             ((i == 0 || i == x->shape.n - 1) && lm_dim(z, i) == 1);
    return ok;
}

static bool fit(lm_pass *p, const char *op, const lm_tensor *x, const lm_tensor *z)
{
    char xs[LM_SHAPE_TEXT], zs[LM_SHAPE_TEXT];

    if (!lm_front_takes(p, op, "x", x) || !lm_front_takes(p, op, "y", z))
        return false;
    return spreads_over(z, x) || spreads_over(x, z) ||
           lm_pass_fail(p, INPUT, "%s: %s and %s do not fit each other", op, lm_shape_text(x->shape, xs),
                        lm_shape_text(z->shape, zs));
}

lm_tensor *lm_axpby(lm_pass *p, double a, const lm_tensor *x, double b, const lm_tensor *y)
{
    lm_tensor *sum;

    LM_ENTER(p);
    if (!fit(p, "axpby", x, y))
        return NULL;
    if (!spreads_over(y, x))
        return lm_axpby(p, b, y, a, x);
    sum = lm_scratch_tensor(p, LM_F32, lm_shape_of(x));
    return LM_RUN(p, axpby, sum, a, x, b, y);
}

lm_tensor *lm_add(lm_pass *p, const lm_tensor *x, const lm_tensor *y)
{
    return lm_axpby(p, 1.0, x, 1.0, y);
}

lm_tensor *lm_sub(lm_pass *p, const lm_tensor *x, const lm_tensor *y)
{
    return lm_axpby(p, 1.0, x, -1.0, y);
}

lm_tensor *lm_axpy(lm_pass *p, const lm_tensor *y, double a, const lm_tensor *x)
{
    return lm_axpby(p, 1.0, y, a, x);
}

lm_tensor *lm_mul(lm_pass *p, const lm_tensor *x, const lm_tensor *m)
{
    lm_tensor *y;

    LM_ENTER(p);
    if (!fit(p, "mul", x, m))
        return NULL;
    if (!spreads_over(m, x))
        return lm_mul(p, m, x);
    y = lm_scratch_tensor(p, LM_F32, lm_shape_of(x));
    return LM_RUN(p, mul, y, x, m);
}

/* ------------------------------------------------------------------ is it still a number? */

const lm_tensor *lm_want_finite(lm_pass *p, const lm_tensor *x, const char *what)
{
    bool finite = false;

    LM_ENTER(p);
    LM_TAKES(p, "finite", x);
    if (!LM_RUN_ROW(p, finite, &finite, x))
        return NULL;
    LM_WANT(p, finite, "%s holds a number that is infinite or not a number", what);
    return x;
}
