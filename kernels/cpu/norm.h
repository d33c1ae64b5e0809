/* norm.h: the inner loops of the normalisations, at each vector level, on f32 rows. */
#ifndef LM_KERNELS_CPU_NORM_H
#define LM_KERNELS_CPU_NORM_H

#include "kernels/cpu/level.h"

typedef struct lm_cpu_norm {
    /* y[n] = (x - mean) / √(variance + eps) · g + b of one row */
    void (*layer)(float *y, const float *x, const float *g, const float *b, int64_t n, double eps);
    /* sum[c] += Σ (x - pivot), squares[c] += Σ (x - pivot)² over `rows` rows of n, in f32 */
    void (*sums)(float *sum, float *squares, const float *x, const float *pivot, int64_t rows, int64_t n);
    /* y = (x - mean[c]) · scale[c] + shift[c] over rows of n; then silu when asked */
    void (*apply)(float *y, const float *x, const float *mean, const float *scale, const float *shift,
                  int64_t rows, int64_t n, bool silu);
    /* layer and apply with y in bf16, by the instruction that rounds to it (LM_CPU_HAS_BF16), or NULL. Rounding
     * in a second pass costs as much as the norm itself. y may begin where x does. */
    void (*layer_bf16)(uint16_t *y, const float *x, const float *g, const float *b, int64_t n, double eps);
    void (*apply_bf16)(uint16_t *y, const float *x, const float *mean, const float *scale,
                       const float *shift, int64_t rows, int64_t n, bool silu);
} lm_cpu_norm;
LM_CPU_FAMILY(lm_cpu_norm)

#endif
