/* winograd.c: the three transforms of F(4x4, 3x3), each the same walk over rows and then columns. */
#include "kernels/cpu/simd/winograd_carry.h"

typedef float value;
#define HOT LM_INLINE
#define COLD static

HOT void put(value *at, lm_vf x)
{
    lm_v_store(at, x);
}

#include "kernels/cpu/simd/winograd_input.h"

/* ------------------------------------------------------------------ three taps */

LM_INLINE void weights_vector(float *u, int64_t stride, const char *w, int64_t tap, const lm_dtype from)
{
    lm_vf t[6][3], o[6];

    weight_columns(t, w, tap, from);
#pragma GCC unroll 6
    for (int i = 0; i < 6; i++, u += 6 * stride) {
        weight_row(o, t[i]);
#pragma GCC unroll 6
        for (int j = 0; j < 6; j++)
            lm_v_store(u + j * stride, o[j]);
    }
}

LM_INLINE void weights_from(float *u, int64_t stride, const char *w, int64_t tap, const lm_dtype from,
                            int64_t n)
{
    const int64_t size = from == LM_F32 ? 4 : 2;

    for (int64_t i = 0; i < n; i += LM_VF)
        weights_vector(u + i, stride, w + i * size, tap * size, from);
}

static void weights(float *u, int64_t stride, const void *w, int64_t tap, lm_dtype from, int64_t count)
{
    const int64_t n = count * 2 * LM_VF;

    if (from == LM_F32)
        weights_from(u, stride, w, tap, LM_F32, n);
    else if (from == LM_F16)
        weights_from(u, stride, w, tap, LM_F16, n);
    else
        weights_from(u, stride, w, tap, LM_BF16, n);
}

/* ------------------------------------------------------------------ four outputs */

LM_INLINE void six_to_four(lm_vf *y0, lm_vf *y1, lm_vf *y2, lm_vf *y3, lm_vf m0, lm_vf m1, lm_vf m2,
                           lm_vf m3, lm_vf m4, lm_vf m5)
{
    const lm_vf even_a = m1 + m2, odd_a = m1 - m2, even_b = m3 + m4, odd_b = m3 - m4;

    *y0 = m0 + even_a + even_b;
    *y1 = A * odd_a + B * odd_b;
    *y2 = AA * even_a + BB * even_b;
    *y3 = A * AA * odd_a + B * BB * odd_b + m5;
}

LM_INLINE void output_vector(lm_vf y[16], const float *m, int64_t stride)
{
    lm_vf t[4][6];

#pragma GCC unroll 6
    for (int j = 0; j < 6; j++) {
        lm_vf s[6];

#pragma GCC unroll 6
        for (int i = 0; i < 6; i++)
            s[i] = lm_v_load(m + (i * 6 + j) * stride);
        six_to_four(&t[0][j], &t[1][j], &t[2][j], &t[3][j], s[0], s[1], s[2], s[3], s[4], s[5]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        six_to_four(&y[i * 4], &y[i * 4 + 1], &y[i * 4 + 2], &y[i * 4 + 3], t[i][0], t[i][1], t[i][2],
                    t[i][3], t[i][4], t[i][5]);
}

static void output(float *const *y, const float *m, int64_t stride, const float *bias,
                   const float *const *r, int64_t columns)
{
    for (int64_t c = 0; c < columns; c += LM_VF) {
        const lm_vf b = bias ? lm_v_load(bias + c) : (lm_vf){ 0 };
        lm_vf       o[16];

        output_vector(o, m + c, stride);
        for (int i = 0; i < 16; i++) {
            if (!y[i])
                continue;
            if (c + LM_VF <= columns)
                lm_v_store(y[i] + c, o[i] + b + (r ? lm_v_load(r[i] + c) : (lm_vf){ 0 }));
            else
                lm_v_store_n(y[i] + c, o[i] + b + (r ? lm_v_load_n(r[i] + c, columns - c) : (lm_vf){ 0 }),
                             columns - c);
        }
    }
}

const lm_cpu_winograd LM_LEVEL_NAME(lm_cpu_winograd) = {
    .input = input, .weights = weights, .output = output,
};
