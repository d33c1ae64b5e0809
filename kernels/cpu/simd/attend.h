/* attend.h: one block of queries against all keys of a head; lanes are queries. The file that includes it
 * says how many numbers a product takes at a time:
 *
 *     LM_PAIR 1   f32
 *     LM_PAIR 2   two bf16 in the place of one float (VDPBF16PS): two channels of q and k, two keys of the
 *                 weights and v; sums are f32
 *     LM_PAIR 2, LM_TILES 1   the same by AMX, whose tiles take q and the weights as they lie
 *
 * A "word" below is such a place. */
#ifndef LM_KERNELS_CPU_SIMD_ATTEND_H
#define LM_KERNELS_CPU_SIMD_ATTEND_H

#include "kernels/cpu/simd/attend_pack.h"

/* ------------------------------------------------------------------ one block of keys */

/* -infinity in the lanes below `n`. */
HOT lm_vf hide(lm_vf x, int64_t n)
{
    static const int32_t lanes[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
    lm_vi                lane;

    memcpy(&lane, lanes, sizeof lane);
    return lm_v_pick(lane < (int32_t)at_most(n, LM_VF), lm_v_all(-__builtin_inff()), x);
}

/* Scores become words of weights, 2^((p - most) · scale), where they are; what was summed under the old
 * maximum shrinks by `fade`. */
HOT void weigh(const int vectors, float *p, int64_t n, float scale, const lm_vf *most, const lm_vf *before,
               lm_vf *total, lm_vf *fade)
{
    lm_vf zero[VECTORS];
    float *out = p;

#pragma GCC unroll 3
    for (int u = 0; u < vectors; u++) {
        zero[u] = most[u] * scale;
        fade[u] = lm_v_exp2(before[u] * scale - zero[u]); /* exactly 1 when nothing rose */
        total[u] *= fade[u];
    }
    for (int64_t j = 0; j < n; j += LM_PAIR, p += LM_PAIR * vectors * LM_VF)
#pragma GCC unroll 3
        for (int u = 0; u < vectors; u++, out += LM_VF) {
            lm_vf w = power(lm_v_load(p + u * LM_VF) * scale - zero[u]);

            total[u] += w;
#if LM_PAIR == 2
            if (j + 1 < n) {
                const lm_vf next = power(lm_v_load(p + (vectors + u) * LM_VF) * scale - zero[u]);

                total[u] += next;
                w = join(w, next);
            } else {
                w = join(w, (lm_vf){ 0 });
            }
#endif
            lm_v_store(out, w);
        }
}

#if !LM_TILES
HOT lm_vf product(lm_vf sum, lm_vf x, lm_vf y)
{
#if LM_PAIR == 2
    return (lm_vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)x, (__m512bh)y);
#else
    return sum + x * y;
#endif
}

/* sum[TILE][vectors] += a[TILE] · b[vectors] for each of n words. */
#define PRODUCTS(sum, a, b, n)                                                                 \
    for (int64_t k_ = 0; k_ < (n); k_++, (a) += TILE, (b) += vectors * LM_VF)                  \
        _Pragma("GCC unroll 8") for (int t = 0; t < TILE; t++)                                 \
        {                                                                                      \
            const lm_vf x_ = lm_v_all((a)[t]);                                                 \
            _Pragma("GCC unroll 3") for (int u = 0; u < vectors; u++)                          \
                (sum)[t][u] = product((sum)[t][u], lm_v_load((b) + u * LM_VF), x_);            \
        }

/* Scores of TILE keys, as below. */
HOT void score_tile(const int vectors, float *p, lm_vf *most, const float *q, const float *k, int64_t depth,
               int64_t n, int64_t ahead)
{
    lm_vf sum[TILE][VECTORS] = { 0 };

    PRODUCTS(sum, k, q, depth)

    if (ahead + TILE > 1)
#pragma GCC unroll 8
        for (int j = 0; j < TILE; j++)
#pragma GCC unroll 3
            for (int u = 0; u < vectors; u++)
                sum[j][u] = hide(sum[j][u], ahead + j - u * LM_VF);

#pragma GCC unroll 8
    for (int j = 0; j < TILE; j++)
#pragma GCC unroll 3
        for (int u = 0; u < vectors; u++) {
            if (j < n)
                most[u] = lm_v_max(most[u], sum[j][u]);
            lm_v_store(p + (j * vectors + u) * LM_VF, sum[j][u]);
        }
}

/* Scores of n keys, p[key][query] = k · q; `most` rises with them. Key j is `ahead` + j tokens after query 0,
 * and hidden from the queries before it. */
HOT void score(const int vectors, float *p, lm_vf *most, const float *q, const float *k, int64_t depth,
               int64_t n, int64_t ahead)
{
    for (int64_t j = 0; j < n; j += TILE)
        score_tile(vectors, p + j * vectors * LM_VF, most, q, k + j * depth, depth, n - j, ahead + j);
}

/* TILE channels, as below. */
HOT void gather_tile(const int vectors, float *sum, const lm_vf *fade, const float *p, const float *v, int64_t n)
{
    lm_vf now[TILE][VECTORS];

#pragma GCC unroll 8
    for (int c = 0; c < TILE; c++)
#pragma GCC unroll 3
        for (int u = 0; u < vectors; u++)
            now[c][u] = lm_v_load(sum + (c * vectors + u) * LM_VF) * fade[u];

    PRODUCTS(now, v, p, n)

#pragma GCC unroll 8
    for (int c = 0; c < TILE; c++)
#pragma GCC unroll 3
        for (int u = 0; u < vectors; u++)
            lm_v_store(sum + (c * vectors + u) * LM_VF, now[c][u]);
}

/* sum[channel][query] = sum · fade + p · v over n words of keys, `wide` channels. */
HOT void gather(const int vectors, float *sum, const lm_vf *fade, const float *p, const float *v, int64_t n,
                int64_t wide)
{
    for (int64_t c = 0; c < wide; c += TILE)
        gather_tile(vectors, sum + c * vectors * LM_VF, fade, p, v + c * n, n);
}
#else
/* Sums in tiles 0 to 2, one for 16 queries each, += rows at `a` times words at `b`, n words of depth. */
#define PRODUCTS(a, a_stride, b, n)                                                            \
    for (int64_t k_ = 0; k_ < (n); k_ += 16) {                                                 \
        LM_TILE_LOAD(3, (a) + k_, (a_stride) * 4);                                             \
        LM_TILE_LOAD(4, (b) + k_ * width, width * 4);                                          \
        LM_TILE_MULTIPLY(0, 3, 4);                                                             \
        if (width > 16) {                                                                      \
            LM_TILE_LOAD(5, (b) + k_ * width + 16, width * 4);                                 \
            LM_TILE_MULTIPLY(1, 3, 5);                                                         \
        }                                                                                      \
        if (width > 32) {                                                                      \
            LM_TILE_LOAD(6, (b) + k_ * width + 32, width * 4);                                 \
            LM_TILE_MULTIPLY(2, 3, 6);                                                         \
        }                                                                                      \
    }

#define STORE_SUMS(at)                                                                         \
    do {                                                                                       \
        LM_TILE_STORE(0, (at), width * 4);                                                     \
        if (width > 16)                                                                        \
            LM_TILE_STORE(1, (at) + 16, width * 4);                                            \
        if (width > 32)                                                                        \
            LM_TILE_STORE(2, (at) + 32, width * 4);                                            \
    } while (0)

/* Scores of n keys, p[key][query] = k · q; `most` rises with them. Key j is `ahead` + j tokens after query 0,
 * and hidden from the queries before it. */
HOT void score(const int vectors, float *p, lm_vf *most, const float *q, const float *k, int64_t depth,
               int64_t n, int64_t ahead)
{
    const int64_t width = vectors * LM_VF;

    for (int64_t j = 0; j < n; j += TILE) {
        LM_TILE_ZERO(0);
        LM_TILE_ZERO(1);
        LM_TILE_ZERO(2);
        PRODUCTS(k + j * depth, depth, q, depth)
        STORE_SUMS(p + j * width);
    }
    for (int64_t j = 0; j < n; j++)
        for (int u = 0; u < vectors; u++, p += LM_VF) {
            const lm_vf x = lm_v_load(p), seen = ahead + j > u * LM_VF ? hide(x, ahead + j - u * LM_VF) : x;

            lm_v_store(p, seen);
            most[u] = lm_v_max(most[u], seen);
        }
}

/* sum[channel][query] = sum · fade + p · v over n words of keys, `wide` channels. */
HOT void gather(const int vectors, float *sum, const lm_vf *fade, float *p, const float *v, int64_t n,
                int64_t wide)
{
    const int64_t width = vectors * LM_VF, whole = round_up(n, 16);

    memset(p + n * width, 0, (size_t)((whole - n) * width) * sizeof *p); /* a tile takes 16 words of keys */
    for (int64_t c = 0; c < wide; c++)
        for (int u = 0; u < vectors; u++)
            lm_v_store(sum + c * width + u * LM_VF, lm_v_load(sum + c * width + u * LM_VF) * fade[u]);
    for (int64_t c = 0; c < wide; c += TILE) {
        float *at = sum + c * width;

        LM_TILE_LOAD(0, at, width * 4);
        if (width > 16)
            LM_TILE_LOAD(1, at + 16, width * 4);
        if (width > 32)
            LM_TILE_LOAD(2, at + 32, width * 4);
        PRODUCTS(v + c * (LM_KEYS / 2), LM_KEYS / 2, p, whole)
        STORE_SUMS(at);
    }
}
#endif

/* ------------------------------------------------------------------ one block of queries */

/* q as [word][query]. */
HOT void turn_in(float *out, const lm_cpu_block *b, int64_t width)
{
    const int64_t depth = depth_of(b->d);

    for (int64_t u = 0; u < width; u += LM_VF)
        for (int64_t c = 0; c < depth; c += LM_VF) {
            lm_vf v[LM_VF];

            load_turned(v, &b->q, u, b->n_q, c, b->d);
            for (int i = 0; i < LM_VF && c + i < depth; i++)
                lm_v_store(out + (c + i) * width + u, v[i]);
        }
}

HOT void store(const lm_cpu_block *b, int64_t row, int64_t c, lm_vf v)
{
    const int64_t at = row * b->y_stride + c, n = at_most(b->d - c, LM_VF);
    uint16_t     *half = (uint16_t *)b->y + at, part[LM_VF];

    if (b->y_dtype == LM_F32) {
        lm_v_store_n((float *)b->y + at, v, n);
        return;
    }
    lm_v_to_bf16(n < LM_VF ? part : half, v);
    if (n < LM_VF)
        memcpy(half, part, (size_t)n * 2);
}

/* sum [channel][query] over total [query], as rows of y. */
HOT void turn_out(const lm_cpu_block *b, const float *sum, const lm_vf *total, int64_t width)
{
    for (int64_t u = 0; u < width; u += LM_VF)
        for (int64_t c = 0; c < b->d; c += LM_VF) {
            const lm_vf scale = 1.0f / total[u / LM_VF];
            lm_vf       v[LM_VF];

#pragma GCC unroll 16
            for (int i = 0; i < LM_VF; i++)
                v[i] = c + i < b->d ? lm_v_load(sum + (c + i) * width + u) * scale : (lm_vf){ 0 };
            lm_v_turn(v);
            for (int64_t i = 0; i < LM_VF && u + i < b->n_q; i++)
                store(b, u + i, c, v[i]);
        }
}

HOT void attend(const int vectors, const lm_cpu_block *b, float *work)
{
    const int64_t width = vectors * LM_VF, depth = depth_of(b->d), wide = round_up(b->d, TILE);
    const int64_t end = at_most(b->n_k, b->first == LM_CPU_SEES_ALL ? b->n_k : b->first + b->n_q);
    const float   scale = 1.44269504f / __builtin_sqrtf((float)b->d); /* log2(e): powers of 2 */
    float        *q = work, *p = q + depth * width, *sum = p + LM_KEYS * width;
    lm_vf         most[VECTORS], before[VECTORS], fade[VECTORS], total[VECTORS] = { 0 };

    turn_in(q, b, width);
    memset(sum, 0, (size_t)(wide * width) * sizeof *sum);
    for (int u = 0; u < vectors; u++)
        most[u] = lm_v_all(-__builtin_inff());

    for (int64_t first = 0; first < end; first += LM_KEYS) {
        const int64_t n = at_most(b->n_k - first, LM_KEYS);
        const float  *v = b->v + words(first) * wide;

        memcpy(before, most, sizeof before);
        score(vectors, p, most, q, b->k + first * depth, depth, n, first - b->first);
        weigh(vectors, p, n, scale, most, before, total, fade);
        gather(vectors, sum, fade, p, v, words(n), wide);
    }
    turn_out(b, sum, total, width);
}

COLD void block(const lm_cpu_block *b, float *work)
{
#if LM_TILES
    LM_TILES_OPEN();
#endif
    if (b->n_q > QUERIES / 3 * 2)
        attend(VECTORS, b, work);
    else if (b->n_q > QUERIES / 3)
        attend(VECTORS / 3 * 2, b, work);
    else
        attend(VECTORS / 3, b, work);
#if LM_TILES
    LM_TILES_CLOSE();
#endif
}

#endif
