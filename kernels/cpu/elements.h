/* elements.h: what is done number by number, at each vector level. Whatever the dtype in memory, these work
 * on f32; callers pass other dtypes through to_f32 and from_f32 in pieces that stay in the first-level
 * cache. y may be x everywhere. */
#ifndef LM_KERNELS_CPU_ELEMENTS_H
#define LM_KERNELS_CPU_ELEMENTS_H

#include "kernels/cpu/level.h"
#include "kernels/ops.h"

typedef struct lm_cpu_elements {
    void (*to_f32)(float *y, const void *x, lm_dtype from, int64_t n);
    void (*from_f32)(void *y, lm_dtype to, const float *x, int64_t n);
    void (*unary)(float *y, const float *x, int64_t n, lm_unary f);
    void (*axpby)(float *y, float a, const float *x, float b, const float *z, int64_t n);
    void (*affine)(float *y, float a, const float *x, float b, int64_t n); /* a·x + b */
    void (*mul)(float *y, const float *x, const float *m, int64_t n);
    void (*clamp)(float *y, const float *x, float a, float b, float lo, float hi, int64_t n);
    bool (*finite)(const void *x, lm_dtype dtype, int64_t n);
} lm_cpu_elements;
LM_CPU_FAMILY(lm_cpu_elements)

#endif
