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
#ifndef LM_TILES
#define LM_TILES 0
#endif

#if LM_TILES
#include "kernels/cpu/simd/amx.h"
#endif
#if LM_PAIR == 1 || defined(LM_AMX_EMULATED)
#define TARGET
#elif LM_TILES
#define TARGET __attribute__((target("avx512bf16,amx-tile,amx-bf16")))
#else
#define TARGET __attribute__((target("avx512bf16")))
#endif
#define HOT LM_INLINE TARGET
#define COLD static TARGET

/* TILE keys, or channels of v, are multiplied at a time. The depth of q and k is rounded up to whole DEPTHs,
 * the keys of a block of v to whole KEYS. */
#if LM_TILES
enum { TILE = 16, DEPTH = 32, KEYS = LM_KEYS, VECTORS = 48 / LM_VF }; /* three tiles of sums, one of keys */
#else
#if defined(__AVX512F__) || defined(__aarch64__)
enum { TILE = 8 }; /* 24 sums, 3 vectors of queries and a broadcast in 32 registers */
#else
enum { TILE = 4 }; /* 12 of 16 */
#endif
enum { DEPTH = LM_PAIR, KEYS = LM_PAIR, VECTORS = 3 };
#endif
enum { QUERIES = VECTORS * LM_VF };

LM_INLINE int64_t at_most(int64_t n, int64_t most)
{
    return n < most ? n : most;
}

LM_INLINE int64_t round_up(int64_t n, int64_t to)
{
    return (n + to - 1) / to * to;
}

/* Words of n numbers; of a row of q or k. */
LM_INLINE int64_t words(int64_t n)
{
    return (n + LM_PAIR - 1) / LM_PAIR;
}

LM_INLINE int64_t depth_of(int64_t d)
{
    return round_up(d, DEPTH) / LM_PAIR;
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
    lm_vf low, high;

    if (h->dtype == LM_BF16 && 2 * c + 2 * LM_VF <= d) {
        memcpy(&low, (const uint16_t *)h->at + row * h->stride + 2 * c, sizeof low); /* a stride may be odd */
        return low;
    }
    low = load(h, row, 2 * c, d);
    high = load(h, row, 2 * c + LM_VF, d);
#if defined(LM_AMX_EMULATED)
    uint16_t both[2 * LM_VF];

    lm_v_to_bf16(both, low);
    lm_v_to_bf16(both + LM_VF, high);
    memcpy(&low, both, sizeof low);
    return low;
#else
    return (lm_vf)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low);
#endif
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

#if LM_TILES
/* k as [key][word], keys and words as many as tiles take. */
HOT void pack_k(float *out, const lm_cpu_head *k, int64_t n, int64_t d)
{
    const int64_t depth = depth_of(d);

    for (int64_t j = 0; j < round_up(n, TILE); j++)
        for (int64_t c = 0; c < depth; c += LM_VF)
            lm_v_store(out + j * depth + c, j < n ? load_words(k, j, c, d) : (lm_vf){ 0 });
}

/* v as [channel][word of two keys], a whole block of keys. */
HOT void pack_v(float *out, const lm_cpu_head *v, int64_t n, int64_t d)
{
    const int64_t whole = round_up(d, TILE);

    for (int64_t s = 0; s < LM_KEYS / 2; s += LM_VF)
        for (int64_t c = 0; c < whole; c += LM_VF) {
            lm_vf x[LM_VF];

            for (int i = 0; i < LM_VF; i++) {
                const int64_t j = 2 * (s + i);
                x[i] = join(j < n ? load(v, j, c, d) : (lm_vf){ 0 },
                            j + 1 < n ? load(v, j + 1, c, d) : (lm_vf){ 0 });
            }
            lm_v_turn(x);
            for (int i = 0; i < LM_VF; i++)
                lm_v_store(out + (c + i) * (LM_KEYS / 2) + s, x[i]);
        }
}
#else
/* Lanes of a vector, TILE at a time or all that there are. */
#define PARTS(part) for (int part = 0; part < LM_VF; part += TILE < LM_VF ? TILE : LM_VF)
enum { PART_BYTES = (TILE < LM_VF ? TILE : LM_VF) * 4 };

HOT void pack_k(float *out, const lm_cpu_head *k, int64_t n, int64_t d)
{
    const int64_t whole = round_up(n, TILE), depth = depth_of(d);

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
    const int64_t whole = round_up(d, TILE);

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
#endif

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

    pack_k(k_out + first * depth_of(d), &ks, n, d);
    pack_v(v_out + words(first) * round_up(d, TILE), &vs, n, d);
}

#endif
