/* pairs.c: the innermost product in bf16: VDPBF16PS adds the products of two neighbours to a sum in f32. */
#include "kernels/cpu/tile.h"

#include "kernels/cpu/simd/ends.h"
#include "kernels/cpu/simd/number.h"

#if defined(__AVX512F__)
enum { ROWS = 14, COLUMNS = 2 * LM_VF };

#define BF16 __attribute__((target("avx512bf16")))

typedef uint32_t pair __attribute__((may_alias)); /* of bf16, the earlier one low */

BF16 static inline __attribute__((always_inline)) lm_vf add_products(lm_vf sum, __m512i a, __m512i b)
{
    return (lm_vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
}

/* a: [block][row][LM_DEPTH], b: [k / 2][COLUMNS][2], both bf16. */
BF16 static inline __attribute__((always_inline)) void tile(const int rows, const uint16_t *a,
                                                            const uint16_t *b, int64_t blocks,
                                                            int64_t depth, const lm_cpu_ends *e)
{
    lm_vf sum[ROWS][2];

#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
        lm_ends_ask(e, i);
        sum[i][0] = sum[i][1] = (lm_vf){ 0 };
    }
    for (int64_t t = 0; t < blocks; t++, a += rows * LM_DEPTH)
        for (int64_t k = 0; k < depth; k += 2, b += 2 * COLUMNS) {
            const __m512i b0 = _mm512_loadu_si512(b), b1 = _mm512_loadu_si512(b + COLUMNS);

            __builtin_prefetch(a + rows * LM_DEPTH + k * 16);
#pragma GCC unroll 16
            for (int i = 0; i < rows; i++) {
                const __m512i x = _mm512_set1_epi32((int)*(const pair *)(a + i * LM_DEPTH + k));

                sum[i][0] = add_products(sum[i][0], x, b0);
                sum[i][1] = add_products(sum[i][1], x, b1);
            }
        }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
        lm_ends_store(e, i, sum[i]);
}

#define TILE(r)                                                                                \
    BF16 static void tile_##r(const void *a, const void *b, int64_t blocks, int64_t depth,     \
                              const lm_cpu_ends *e)                                            \
    {                                                                                          \
        tile(r, a, b, blocks, depth, e);                                                       \
    }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7)
TILE(8) TILE(9) TILE(10) TILE(11) TILE(12) TILE(13) TILE(14)

static lm_cpu_tile *const tiles[ROWS + 1] = {
    NULL,   tile_1, tile_2, tile_3,  tile_4,  tile_5,  tile_6,  tile_7,
    tile_8, tile_9, tile_10, tile_11, tile_12, tile_13, tile_14,
};

/* Rounds to nearest, ties to even; subnormals become 0, as they do in the products. */
BF16 static inline __attribute__((always_inline)) void gather_row(uint16_t *out, const char *in,
                                                                  const lm_dtype from, int64_t count)
{
    const int64_t size = from == LM_F32 ? 4 : 2;
    int64_t       i = 0;

    for (; i + LM_VF <= count; i += LM_VF)
        _mm256_storeu_si256((__m256i *)(out + i),
                            (__m256i)_mm512_cvtneps_pbh((__m512)lm_v_number(in + i * size, from)));
    for (; i < count; i++)
        out[i] = lm_f32_to_bf16(lm_number(in + i * size, from));
}

BF16 static void gather(uint16_t *out, const void *const *at, int n, lm_dtype from, int64_t first,
                        int64_t count)
{
    for (int i = 0; i < n; i++, out += LM_DEPTH) {
        const char *in = (const char *)at[i] + first * (from == LM_F32 ? 4 : 2);

        if (!at[i])
            memset(out, 0, (size_t)count * 2);
        else if (from == LM_F32)
            gather_row(out, in, LM_F32, count);
        else if (from == LM_F16)
            gather_row(out, in, LM_F16, count);
        else
            memcpy(out, in, (size_t)count * 2);
        if (count % 2)
            out[count] = 0;
    }
}

const lm_cpu_pairs LM_LEVEL_NAME(lm_cpu_pairs) = { .rows = ROWS, .tile = tiles, .gather = gather };
#else
const lm_cpu_pairs LM_LEVEL_NAME(lm_cpu_pairs) = { .tile = NULL };
#endif
