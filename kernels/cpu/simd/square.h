/* square.h: squares of LM_VF × LM_VF numbers in registers, rows turned into columns. */
#ifndef LM_KERNELS_CPU_SIMD_SQUARE_H
#define LM_KERNELS_CPU_SIMD_SQUARE_H

#include "kernels/cpu/simd/vec.h"

/* a0 b0 a1 b1 … of the lower halves, and of the upper ones. */
#if LM_VF == 16
#define LM_LOW(a, b)                                                                              \
    __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define LM_HIGH(a, b)                                                                             \
    __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif LM_VF == 8
#define LM_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define LM_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define LM_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define LM_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif

/* Rows become columns: log2(LM_VF) rounds of a perfect shuffle. */
LM_INLINE void lm_v_turn(lm_vf *v)
{
    lm_vf w[LM_VF];

#pragma GCC unroll 4
    for (int round = 1; round < LM_VF; round *= 2) {
#pragma GCC unroll 8
        for (int i = 0; i < LM_VF / 2; i++) {
            w[2 * i] = LM_LOW(v[i], v[i + LM_VF / 2]);
            w[2 * i + 1] = LM_HIGH(v[i], v[i + LM_VF / 2]);
        }
#pragma GCC unroll 16
        for (int i = 0; i < LM_VF; i++)
            v[i] = w[i];
    }
}

#endif
