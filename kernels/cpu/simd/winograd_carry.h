/* winograd_carry.h: how 6x6 inputs and 3x3 taps become 36 values, a row of the square after its columns; for
 * winograd.c, which keeps them in f32, and winograd_bf16.c. */
#ifndef LM_KERNELS_CPU_SIMD_WINOGRAD_CARRY_H
#define LM_KERNELS_CPU_SIMD_WINOGRAD_CARRY_H

#include "kernels/cpu/simd/number.h"
#include "kernels/cpu/winograd.h"

/* Interpolation at ±A and ±B; all constants that follow are exact in f32 but for the divisions. */
#define A 0.625f
#define B 1.5f
#define AA (A * A)
#define BB (B * B)

/* ------------------------------------------------------------------ six inputs */

LM_INLINE void six_to_six(lm_vf *o0, lm_vf *o1, lm_vf *o2, lm_vf *o3, lm_vf *o4, lm_vf *o5, lm_vf d0,
                          lm_vf d1, lm_vf d2, lm_vf d3, lm_vf d4, lm_vf d5)
{
    const lm_vf even_a = d4 - BB * d2, odd_a = A * (d3 - BB * d1);
    const lm_vf even_b = d4 - AA * d2, odd_b = B * (d3 - AA * d1);

    *o0 = d4 - (AA + BB) * d2 + AA * BB * d0;
    *o1 = even_a + odd_a;
    *o2 = even_a - odd_a;
    *o3 = even_b + odd_b;
    *o4 = even_b - odd_b;
    *o5 = d5 - (AA + BB) * d3 + AA * BB * d1;
}

/* All six columns of the inputs: row i of the answer is made from t[i]. */
LM_INLINE void input_columns(lm_vf t[6][6], const void *const *at, const lm_dtype from, int64_t offset)
{
#pragma GCC unroll 6
    for (int j = 0; j < 6; j++) {
        lm_vf d[6];

#pragma GCC unroll 6
        for (int i = 0; i < 6; i++)
            d[i] = lm_v_number((const char *)at[i * 6 + j] + offset, from);
        six_to_six(&t[0][j], &t[1][j], &t[2][j], &t[3][j], &t[4][j], &t[5][j], d[0], d[1], d[2], d[3], d[4],
                   d[5]);
    }
}

LM_INLINE void input_row(lm_vf o[6], const lm_vf t[6])
{
    six_to_six(&o[0], &o[1], &o[2], &o[3], &o[4], &o[5], t[0], t[1], t[2], t[3], t[4], t[5]);
}

/* ------------------------------------------------------------------ three taps */

LM_INLINE void three_to_six(lm_vf *o0, lm_vf *o1, lm_vf *o2, lm_vf *o3, lm_vf *o4, lm_vf *o5, lm_vf g0,
                            lm_vf g1, lm_vf g2)
{
    const float a = 1.0f / (2.0f * AA * (AA - BB)), b = 1.0f / (2.0f * BB * (BB - AA));
    const lm_vf even_a = a * g0 + a * AA * g2, even_b = b * g0 + b * BB * g2;

    *o0 = 1.0f / (AA * BB) * g0;
    *o1 = even_a + a * A * g1;
    *o2 = even_a - a * A * g1;
    *o3 = even_b + b * B * g1;
    *o4 = even_b - b * B * g1;
    *o5 = g2;
}

/* The three columns of the taps; taps are `tap` bytes apart. */
LM_INLINE void weight_columns(lm_vf t[6][3], const char *w, int64_t tap, const lm_dtype from)
{
#pragma GCC unroll 3
    for (int j = 0; j < 3; j++)
        three_to_six(&t[0][j], &t[1][j], &t[2][j], &t[3][j], &t[4][j], &t[5][j],
                     lm_v_number(w + j * tap, from), lm_v_number(w + (3 + j) * tap, from),
                     lm_v_number(w + (6 + j) * tap, from));
}

LM_INLINE void weight_row(lm_vf o[6], const lm_vf t[3])
{
    three_to_six(&o[0], &o[1], &o[2], &o[3], &o[4], &o[5], t[0], t[1], t[2]);
}

#endif
