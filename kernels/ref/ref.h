/* ref.h: every op in plain loops, the definition of right. Numbers are fetched and stored one at a time,
 * whatever their dtype, and sums are kept in double. */
#ifndef LM_KERNELS_REF_H
#define LM_KERNELS_REF_H

#include <math.h>

#include "kernels/ops.h"

/* Number i of t. */
static inline double get(const lm_tensor *t, int64_t i)
{
    switch (t->dtype) {
    case LM_F16:
        return lm_f16_to_f32(((const uint16_t *)t->data)[i]);
    case LM_BF16:
        return lm_bf16_to_f32(((const uint16_t *)t->data)[i]);
    default:
        return ((const float *)t->data)[i];
    }
}

/* The same of an optional operand: 0 when it is not there. */
static inline double get_or_0(const lm_tensor *t, int64_t i)
{
    return t ? get(t, i) : 0.0;
}

static inline void put(lm_tensor *t, int64_t i, double x)
{
    switch (t->dtype) {
    case LM_F16:
        ((uint16_t *)t->data)[i] = lm_f32_to_f16((float)x);
        break;
    case LM_BF16:
        ((uint16_t *)t->data)[i] = lm_f32_to_bf16((float)x);
        break;
    default:
        ((float *)t->data)[i] = (float)x;
    }
}

/* x · Φ(x), by the complementary error function, which keeps its digits far below 0.
 * Source: Hendrycks & Gimpel 2016, arXiv 1606.08415. */
static inline double gelu(double x)
{
    return 0.5 * x * erfc(-x * M_SQRT1_2);
}

/* x · sigmoid(x). */
static inline double silu(double x)
{
    return x / (1.0 + exp(-x));
}

bool lm_ref_linear(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                   const lm_tensor *r);
bool lm_ref_linear_geglu(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *w,
                         const lm_tensor *b);
bool lm_ref_conv(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                 const lm_tensor *r, const lm_conv_spec *spec);
bool lm_ref_attention(lm_pass *p, lm_tensor *y, lm_cols q, lm_cols k, lm_cols v, int heads, int flags);
bool lm_ref_group_norm(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *g,
                       const lm_tensor *b, int groups, double eps, bool with_silu);
bool lm_ref_layer_norm(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *g,
                       const lm_tensor *b, double eps);
bool lm_ref_unary(lm_pass *p, lm_tensor *y, const lm_tensor *x, lm_unary f);
bool lm_ref_axpby(lm_pass *p, lm_tensor *y, double a, const lm_tensor *x, double b, const lm_tensor *z);
bool lm_ref_mul(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *m);
bool lm_ref_clamp(lm_pass *p, lm_tensor *y, const lm_tensor *x, double a, double b, double lo, double hi);
bool lm_ref_concat(lm_pass *p, lm_tensor *y, const lm_tensor *const *parts, int n, int axis);
bool lm_ref_slice(lm_pass *p, lm_tensor *y, const lm_tensor *x, int axis, int64_t first);
bool lm_ref_resample(lm_pass *p, lm_tensor *y, const lm_tensor *x, lm_resample_mode mode);
bool lm_ref_gather(lm_pass *p, lm_tensor *y, const lm_tensor *w, const int32_t *ids);
bool lm_ref_cast(lm_pass *p, lm_tensor *y, const lm_tensor *x);
bool lm_ref_finite(lm_pass *p, bool *finite, const lm_tensor *x);

#endif
