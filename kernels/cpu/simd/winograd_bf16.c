/* winograd_bf16.c: inputs and weights of F(4x4, 3x3) rounded to bf16, for VDPBF16PS. The 36 values are rounded
 * once more than the pixels of a direct product, and are sums: 1.1e-2 off (relative L2) where that is 2.4e-3. */
#include "kernels/cpu/simd/winograd_carry.h"

#if defined(__AVX512F__)
typedef uint16_t value;
#define COLD __attribute__((target("avx512bf16"))) static
#define HOT COLD inline __attribute__((always_inline))

HOT __m256i rounded(lm_vf v)
{
    return (__m256i)_mm512_cvtneps_pbh((__m512)v);
}

HOT void put(value *at, lm_vf x)
{
    _mm256_storeu_si256((__m256i *)at, rounded(x));
}

#include "kernels/cpu/simd/winograd_input.h"

/* ------------------------------------------------------------------ weights */

/* A vector of columns of two neighbouring channels, as words of both; `b` is NULL behind the last. */
HOT void weights_words(value *u, int64_t stride, const char *a, const char *b, int64_t tap,
                       const lm_dtype from)
{
    lm_vf ta[6][3], tb[6][3] = { { { 0 } } }, oa[6], ob[6];

    weight_columns(ta, a, tap, from);
    if (b)
        weight_columns(tb, b, tap, from);
#pragma GCC unroll 6
    for (int i = 0; i < 6; i++, u += 6 * stride) {
        weight_row(oa, ta[i]);
        weight_row(ob, tb[i]);
#pragma GCC unroll 6
        for (int j = 0; j < 6; j++)
            _mm512_storeu_si512(u + j * stride,
                                _mm512_or_si512(_mm512_cvtepu16_epi32(rounded(oa[j])),
                                                _mm512_slli_epi32(_mm512_cvtepu16_epi32(rounded(ob[j])), 16)));
    }
}

HOT void weights_from(value *u, int64_t stride, const char *w, int64_t tap, const lm_dtype from,
                      int64_t count)
{
    enum { COLUMNS = 2 * LM_VF };
    const int64_t size = from == LM_F32 ? 4 : 2;

    for (int64_t k = 0; k < count; k += 2)
        for (int64_t c = 0; c < COLUMNS; c += LM_VF) {
            const char *a = w + (k * COLUMNS + c) * size;

            weights_words(u + k * COLUMNS + 2 * c, stride, a, k + 1 < count ? a + COLUMNS * size : NULL,
                          tap * size, from);
        }
}

COLD void weights(value *u, int64_t stride, const void *w, int64_t tap, lm_dtype from, int64_t count)
{
    if (from == LM_F32)
        weights_from(u, stride, w, tap, LM_F32, count);
    else if (from == LM_F16)
        weights_from(u, stride, w, tap, LM_F16, count);
    else
        weights_from(u, stride, w, tap, LM_BF16, count);
}

const lm_cpu_winograd_bf16 LM_LEVEL_NAME(lm_cpu_winograd_bf16) = { .input = input, .weights = weights };
#else
const lm_cpu_winograd_bf16 LM_LEVEL_NAME(lm_cpu_winograd_bf16) = { .input = NULL };
#endif
