/* attend_pack.h: the first half of attend.h: words, and rows of q, k and v packed as words. */
#ifndef LM_KERNELS_CPU_SIMD_ATTEND_PACK_H
#define LM_KERNELS_CPU_SIMD_ATTEND_PACK_H

#include "kernels/cpu/attention.h"
#include "kernels/cpu/simd/math.h"
#include "kernels/cpu/simd/number.h"
#include "kernels/cpu/simd/square.h"

#ifndef LM_PAIR
#define LM_PAIR 1
#endif
#if LM_PAIR == 2
#define HOT LM_INLINE __attribute__((target("avx512bf16")))
#define COLD static __attribute__((target("avx512bf16")))
#else
#define HOT LM_INLINE
#define COLD static
#endif

#if defined(__AVX512F__) || defined(__aarch64__)
enum { TILE = 8 }; /* 24 sums, 3 vectors of queries and a broadcast in 32 registers */
#else
enum { TILE = 4 }; /* 12 of 16 */
#endif
enum { VECTORS = 3, QUERIES = VECTORS * LM_VF };

LM_INLINE int64_t at_most(int64_t n, int64_t most)
{
    return n < most ? n : most;
}

LM_INLINE int64_t words(int64_t n)
{
    return (n + LM_PAIR - 1) / LM_PAIR;
}

LM_INLINE int64_t tiles(int64_t n)
{
    return (n + TILE - 1) / TILE;
}

/* ------------------------------------------------------------------ numbers and words */

/* Channels [c, c + LM_VF) of a row; those from d on are 0. */
HOT lm_vf load(const lm_cpu_head *h, int64_t row, int64_t c, int64_t d)
{
    const int64_t   at = row * h->stride + c, n = at_most(d - c, LM_VF);
    const uint16_t *half = (const uint16_t *)h->at + at;
    uint16_t        part[LM_VF] = { 0 };

    if (n <= 0)
        return (lm_vf){ 0 };
    if (h->dtype == LM_F32)
        return lm_v_load_n((const float *)h->at + at, n);
    if (n < LM_VF)
        half = memcpy(part, half, (size_t)n * 2);
    return h->dtype == LM_BF16 ? lm_v_from_bf16(half) : lm_v_from_f16(half);
}

#if LM_PAIR == 2
/* Words of two numbers each, rounded to bf16; a tie goes away from 0. */
HOT lm_vf join(lm_vf low, lm_vf high)
{
    return (lm_vf)(((lm_vu)low + 0x8000) >> 16 | (((lm_vu)high + 0x8000) & 0xffff0000));
}

/* Words [c, c + LM_VF) of a row: numbers that lie side by side already are a word. */
HOT lm_vf load_words(const lm_cpu_head *h, int64_t row, int64_t c, int64_t d)
{
    if (h->dtype == LM_BF16 && 2 * c + 2 * LM_VF <= d)
        return lm_v_load((const float *)((const uint16_t *)h->at + row * h->stride + 2 * c));
    return (lm_vf)_mm512_cvtne2ps_pbh((__m512)load(h, row, 2 * c + LM_VF, d), (__m512)load(h, row, 2 * c, d));
}

HOT lm_vf product(lm_vf sum, lm_vf x, lm_vf y)
{
    return (lm_vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)x, (__m512bh)y);
}

HOT lm_vf power(lm_vf x)
{
    return lm_v_exp2_rough(x);
}
#else
HOT lm_vf load_words(const lm_cpu_head *h, int64_t row, int64_t c, int64_t d)
{
    return load(h, row, c, d);
}

HOT lm_vf product(lm_vf sum, lm_vf x, lm_vf y)
{
    return sum + x * y;
}

HOT lm_vf power(lm_vf x)
{
    return lm_v_exp2(x);
}
#endif

/* Words [c, c + LM_VF) of LM_VF rows, turned: v[i] is word c + i of the rows. */
HOT void load_turned(lm_vf *v, const lm_cpu_head *h, int64_t row, int64_t rows, int64_t c, int64_t d)
{
#pragma GCC unroll 16
    for (int i = 0; i < LM_VF; i++)
        v[i] = row + i < rows ? load_words(h, row + i, c, d) : (lm_vf){ 0 };
    lm_v_turn(v);
}

/* ------------------------------------------------------------------ packing */

/* Lanes of a vector, TILE at a time or all that there are. */
#define PARTS(part) for (int part = 0; part < LM_VF; part += TILE < LM_VF ? TILE : LM_VF)
enum { PART_BYTES = (TILE < LM_VF ? TILE : LM_VF) * 4 };

HOT void pack_k(float *out, const lm_cpu_head *k, int64_t n, int64_t d)
{
    const int64_t whole = tiles(n) * TILE, depth = words(d);

    for (int64_t j = 0; j < whole; j += LM_VF)
        for (int64_t c = 0; c < depth; c += LM_VF) {
            lm_vf v[LM_VF];

            load_turned(v, k, j, n, c, d);
            for (int i = 0; i < LM_VF && c + i < depth; i++)
                PARTS(part)
                    if (j + part < whole)
                        memcpy(out + ((j + part) / TILE * depth + c + i) * TILE + (j + part) % TILE,
                               (const char *)&v[i] + part * 4, PART_BYTES);
        }
}

HOT void pack_v(float *out, const lm_cpu_head *v, int64_t n, int64_t d)
{
    const int64_t whole = tiles(d) * TILE;

    for (int64_t j = 0; j < n; j += LM_PAIR)
        for (int64_t c = 0; c < whole; c += LM_VF) {
            lm_vf x = load(v, j, c, d);

#if LM_PAIR == 2
            x = join(x, j + 1 < n ? load(v, j + 1, c, d) : (lm_vf){ 0 });
#endif
            PARTS(part)
                if (c + part < whole)
                    memcpy(out + ((c + part) / TILE * words(n) + j / LM_PAIR) * TILE + (c + part) % TILE,
                           (const char *)&x + part * 4, PART_BYTES);
        }
}

/* h with row `row` as its first. */
HOT lm_cpu_head from_row(lm_cpu_head h, int64_t row)
{
    h.at = (const char *)h.at + row * h.stride * (h.dtype == LM_F32 ? 4 : 2);
    return h;
}

COLD void pack(float *k_out, float *v_out, const lm_cpu_head *k, const lm_cpu_head *v, int64_t n_k,
               int64_t d, int64_t i)
{
    const int64_t     first = i * LM_KEYS, n = at_most(n_k - first, LM_KEYS);
    const lm_cpu_head ks = from_row(*k, first), vs = from_row(*v, first);

    pack_k(k_out + first * words(d), &ks, n, d);
    pack_v(v_out + words(first) * tiles(d) * TILE, &vs, n, d);
}

#endif
