/* elementwise.c: what is done number by number, in plain loops. */
#include "kernels/ref/ref.h"

static double apply(lm_unary f, double x)
{
    switch (f) {
    case LM_SILU:
        return silu(x);
    case LM_GELU:
        return gelu(x);
    case LM_QUICK_GELU:
        return x / (1.0 + exp(-1.702 * x));
    default:
        return tanh(x);
    }
}

bool lm_ref_unary(lm_pass *p, lm_tensor *y, const lm_tensor *x, lm_unary f)
{
    (void)p;
    for (int64_t i = 0; i < lm_count(y); i++)
        put(y, i, apply(f, get(x, i)));
    return true;
}

/* Where number i of y finds its partner in z, which may have batch 1 or a last axis of 1. */
static int64_t partner(const lm_tensor *y, const lm_tensor *z, int64_t i)
{
    const int64_t last = lm_dim(y, -1), batch = lm_dim(y, 0), whole = lm_count(y) / batch;

    if (lm_dim(z, 0) != batch)
        i %= whole;
    return lm_dim(z, -1) != last ? i / last : i;
}

bool lm_ref_axpby(lm_pass *p, lm_tensor *y, double a, const lm_tensor *x, double b, const lm_tensor *z)
{
    (void)p;
    for (int64_t i = 0; i < lm_count(y); i++)
        put(y, i, a * get(x, i) + b * (z ? get(z, partner(y, z, i)) : 1.0));
    return true;
}

bool lm_ref_mul(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *m)
{
    (void)p;
    for (int64_t i = 0; i < lm_count(y); i++)
        put(y, i, get(x, i) * get(m, partner(y, m, i)));
    return true;
}

/* A number that is not one stays so. */
bool lm_ref_clamp(lm_pass *p, lm_tensor *y, const lm_tensor *x, double a, double b, double lo, double hi)
{
    (void)p;
    for (int64_t i = 0; i < lm_count(y); i++) {
        const double v = a * get(x, i) + b;
        put(y, i, v < lo ? lo : v > hi ? hi : v);
    }
    return true;
}

bool lm_ref_cast(lm_pass *p, lm_tensor *y, const lm_tensor *x)
{
    (void)p;
    for (int64_t i = 0; i < lm_count(y); i++)
        put(y, i, get(x, i));
    return true;
}

bool lm_ref_finite(lm_pass *p, bool *finite, const lm_tensor *x)
{
    (void)p;
    *finite = true;
    for (int64_t i = 0; *finite && i < lm_count(x); i++)
        *finite = isfinite(get(x, i));
    return true;
}
