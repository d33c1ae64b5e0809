/* tile.c: the innermost product. Sums live in registers: ROWS × 2 vectors, beside two of B and one of A. */
#include "kernels/cpu/tile.h"
#include "kernels/cpu/simd/ends.h"
#include "kernels/cpu/simd/math.h"
#include "kernels/cpu/simd/number.h"

#if defined(__AVX512F__)
enum { ROWS = 14 }; /* 32 registers */
#elif defined(__aarch64__)
enum { ROWS = 12 }; /* 32 registers */
#else
enum { ROWS = 6 }; /* 16 registers */
#endif
enum { COLUMNS = 2 * LM_VF };

/* The next block of A is asked for line by line. */
LM_INLINE void tile(const int rows, const float *a, const float *b, int64_t blocks, int64_t depth,
                    const lm_cpu_ends *e)
{
    lm_vf sum[ROWS][2];

#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
        lm_ends_ask(e, i);
        sum[i][0] = sum[i][1] = (lm_vf){ 0 };
    }
    for (int64_t t = 0; t < blocks; t++, a += rows * LM_DEPTH)
        for (int64_t k = 0; k < depth; k++, b += COLUMNS) {
            const lm_vf b0 = lm_v_load(b), b1 = lm_v_load(b + LM_VF);

            __builtin_prefetch(a + rows * LM_DEPTH + k * 16);
#pragma GCC unroll 16
            for (int i = 0; i < rows; i++) {
                const lm_vf x = lm_v_all(a[i * LM_DEPTH + k]);

                sum[i][0] += x * b0;
                sum[i][1] += x * b1;
            }
        }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
        lm_ends_store(e, i, sum[i]);
}

#define TILE(r)                                                                                \
    static void tile_##r(const void *a, const void *b, int64_t blocks, int64_t depth,          \
                         const lm_cpu_ends *e)                                                 \
    {                                                                                          \
        tile(r, a, b, blocks, depth, e);                                                       \
    }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6)
#if defined(__AVX512F__) || defined(__aarch64__)
TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12)
#endif
#if defined(__AVX512F__)
TILE(13) TILE(14)
#endif

static lm_cpu_tile *const tiles[ROWS + 1] = {
    NULL, tile_1, tile_2, tile_3, tile_4, tile_5, tile_6,
#if defined(__AVX512F__) || defined(__aarch64__)
    tile_7, tile_8, tile_9, tile_10, tile_11, tile_12,
#endif
#if defined(__AVX512F__)
    tile_13, tile_14,
#endif
};

/* ------------------------------------------------------------------ to f32 */

LM_INLINE void widen_from(float *out, const char *in, const lm_dtype from, int64_t n)
{
    const int64_t size = from == LM_F32 ? 4 : 2;
    int64_t       i = 0;

    for (; i + LM_VF <= n; i += LM_VF)
        lm_v_store(out + i, lm_v_number(in + i * size, from));
    for (; i < n; i++)
        out[i] = lm_number(in + i * size, from);
}

static void widen(float *out, const void *in, lm_dtype from, int64_t n)
{
    if (from == LM_F32)
        widen_from(out, in, LM_F32, n);
    else if (from == LM_F16)
        widen_from(out, in, LM_F16, n);
    else
        widen_from(out, in, LM_BF16, n);
}

LM_INLINE void gather_from(float *out, const void *const *at, int n, const lm_dtype from, int64_t first,
                           int64_t count)
{
    for (int i = 0; i < n; i++, out += LM_DEPTH) {
        if (at[i])
            widen_from(out, (const char *)at[i] + first * (from == LM_F32 ? 4 : 2), from, count);
        else
            memset(out, 0, (size_t)count * 4);
    }
}

static void gather(float *out, const void *const *at, int n, lm_dtype from, int64_t first, int64_t count)
{
    if (from == LM_F32)
        gather_from(out, at, n, LM_F32, first, count);
    else if (from == LM_F16)
        gather_from(out, at, n, LM_F16, first, count);
    else
        gather_from(out, at, n, LM_BF16, first, count);
}

/* ------------------------------------------------------------------ the gate */

static void gate_f32(float *y, int64_t stride, const float *sums, int64_t n, int64_t count)
{
    for (int64_t i = 0; i < n; i++, sums += COLUMNS)
        lm_v_store_n(y + i * stride, lm_v_load(sums) * lm_v_gelu(lm_v_load(sums + LM_VF)), count);
}

static void gate_bf16(uint16_t *y, int64_t stride, const float *sums, int64_t n, int64_t count)
{
    for (int64_t i = 0; i < n; i++, sums += COLUMNS) {
        uint16_t g[LM_VF];

        lm_v_to_bf16(g, lm_v_load(sums) * lm_v_gelu(lm_v_load(sums + LM_VF)));
        memcpy(y + i * stride, g, (size_t)count * 2);
    }
}

static void gate(void *y, lm_dtype to, int64_t stride, const float *sums, int64_t n, int64_t count)
{
    if (to == LM_F32)
        gate_f32(y, stride, sums, n, count);
    else
        gate_bf16(y, stride, sums, n, count);
}

const lm_cpu_tiles LM_LEVEL_NAME(lm_cpu_tiles) = {
    .rows = ROWS, .columns = COLUMNS, .tile = tiles, .widen = widen, .gather = gather,
    .gate = gate,
};
