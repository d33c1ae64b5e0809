/* attention.c: one block of queries against all keys of a head; lanes are queries. */
#include "kernels/cpu/attention.h"
#include "kernels/cpu/simd/math.h"

#if defined(__AVX512F__) || defined(__aarch64__)
enum { TILE = 8 }; /* 24 sums, 3 vectors of queries and a broadcast in 32 registers */
#else
enum { TILE = 4 }; /* 12 of 16 */
#endif
enum { VECTORS = 3, QUERIES = VECTORS * LM_VF };

/* ------------------------------------------------------------------ numbers in and out */

LM_INLINE float number(const void *at, lm_dtype dtype, int64_t i)
{
    uint32_t bits;
    float    x;

    if (dtype == LM_F32)
        return ((const float *)at)[i];
    if (dtype == LM_BF16) {
        bits = (uint32_t)((const uint16_t *)at)[i] << 16;
        memcpy(&x, &bits, 4);
        return x;
    }
    return lm_f16_to_f32(((const uint16_t *)at)[i]);
}

static int64_t at_most(int64_t n, int64_t most)
{
    return n < most ? n : most;
}

static void pack(float *k_out, float *v_out, const lm_cpu_head *k, const lm_cpu_head *v, int64_t n_k,
                 int64_t d, int64_t i)
{
    const int64_t first = i * LM_KEYS, n = at_most(n_k - first, LM_KEYS), tiles = (d + TILE - 1) / TILE;

    k_out += first * d;
    for (int64_t j = 0; j < (n + TILE - 1) / TILE * TILE; j++)
        for (int64_t c = 0; c < d; c++)
            k_out[(j / TILE * d + c) * TILE + j % TILE] =
                j < n ? number(k->at, k->dtype, (first + j) * k->stride + c) : 0.0f;

    v_out += first * tiles * TILE;
    for (int64_t j = 0; j < n; j++)
        for (int64_t c = 0; c < tiles * TILE; c++)
            v_out[(c / TILE * n + j) * TILE + c % TILE] =
                c < d ? number(v->at, v->dtype, (first + j) * v->stride + c) : 0.0f;
}

/* q as [channel][query], times log2(e) / √d, so that scores are exponents of 2. */
static void turn_in(float *out, const lm_cpu_block *b, int64_t width)
{
    const float scale = 1.44269504f / __builtin_sqrtf((float)b->d);

    for (int64_t i = 0; i < width; i++)
        for (int64_t c = 0; c < b->d; c++)
            out[c * width + i] = i < b->n_q ? scale * number(b->q.at, b->q.dtype, i * b->q.stride + c) : 0.0f;
}

static void turn_out(const lm_cpu_block *b, const float *sum, int64_t width)
{
    for (int64_t i = 0; i < b->n_q; i++)
        for (int64_t c = 0; c < b->d; c++) {
            const int64_t to = i * b->y_stride + c;
            if (b->y_dtype == LM_F32)
                ((float *)b->y)[to] = sum[c * width + i];
            else
                ((uint16_t *)b->y)[to] = lm_f32_to_bf16(sum[c * width + i]);
        }
}

/* ------------------------------------------------------------------ one block of keys */

/* -infinity in the lanes below `n`. */
LM_INLINE lm_vf hide(lm_vf x, int64_t n)
{
    static const int32_t lanes[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
    lm_vi                lane;

    memcpy(&lane, lanes, sizeof lane);
    return lm_v_pick(lane < (int32_t)at_most(n, LM_VF), lm_v_all(-__builtin_inff()), x);
}

/* Scores of TILE keys, p[key][query] = k · q; `most` rises with those of the first n. Key j is `ahead` + j
 * tokens after query 0, and hidden from the queries before it. */
LM_INLINE void score(const int vectors, float *p, lm_vf *most, const float *q, const float *k, int64_t d,
                     int64_t n, int64_t ahead)
{
    lm_vf sum[TILE][VECTORS] = { 0 };

    for (int64_t c = 0; c < d; c++, k += TILE, q += vectors * LM_VF)
#pragma GCC unroll 8
        for (int j = 0; j < TILE; j++) {
            const lm_vf x = lm_v_all(k[j]);
#pragma GCC unroll 3
            for (int u = 0; u < vectors; u++)
                sum[j][u] += x * lm_v_load(q + u * LM_VF);
        }

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

/* Scores become weights, 2^(p - most); what was summed under the old maximum shrinks by `fade`. */
LM_INLINE void weigh(const int vectors, float *p, int64_t n, const lm_vf *most, const lm_vf *before,
                     lm_vf *total, lm_vf *fade)
{
#pragma GCC unroll 3
    for (int u = 0; u < vectors; u++) {
        fade[u] = lm_v_exp2(before[u] - most[u]);
        total[u] *= fade[u];
    }
    for (int64_t j = 0; j < n; j++)
#pragma GCC unroll 3
        for (int u = 0; u < vectors; u++, p += LM_VF) {
            const lm_vf w = lm_v_exp2(lm_v_load(p) - most[u]);

            total[u] += w;
            lm_v_store(p, w);
        }
}

/* TILE channels: sum[channel][query] = sum · fade + p · v over n keys. */
LM_INLINE void gather(const int vectors, float *sum, const lm_vf *fade, const float *p, const float *v,
                      int64_t n)
{
    lm_vf now[TILE][VECTORS];

#pragma GCC unroll 8
    for (int c = 0; c < TILE; c++)
#pragma GCC unroll 3
        for (int u = 0; u < vectors; u++)
            now[c][u] = lm_v_load(sum + (c * vectors + u) * LM_VF) * fade[u];

    for (int64_t j = 0; j < n; j++, v += TILE, p += vectors * LM_VF)
#pragma GCC unroll 8
        for (int c = 0; c < TILE; c++) {
            const lm_vf x = lm_v_all(v[c]);
#pragma GCC unroll 3
            for (int u = 0; u < vectors; u++)
                now[c][u] += x * lm_v_load(p + u * LM_VF);
        }

#pragma GCC unroll 8
    for (int c = 0; c < TILE; c++)
#pragma GCC unroll 3
        for (int u = 0; u < vectors; u++)
            lm_v_store(sum + (c * vectors + u) * LM_VF, now[c][u]);
}

/* ------------------------------------------------------------------ one block of queries */

LM_INLINE void attend(const int vectors, const lm_cpu_block *b, float *work)
{
    const int64_t width = vectors * LM_VF, tiles = (b->d + TILE - 1) / TILE;
    const int64_t end = at_most(b->n_k, b->first == LM_CPU_SEES_ALL ? b->n_k : b->first + b->n_q);
    float        *q = work, *p = q + b->d * width, *sum = p + LM_KEYS * width;
    lm_vf         most[VECTORS], before[VECTORS], fade[VECTORS], total[VECTORS] = { 0 };

    turn_in(q, b, width);
    memset(sum, 0, (size_t)(tiles * TILE * width) * sizeof *sum);
    for (int u = 0; u < vectors; u++)
        most[u] = lm_v_all(-__builtin_inff());

    for (int64_t first = 0; first < end; first += LM_KEYS) {
        const int64_t n = at_most(b->n_k - first, LM_KEYS);
        const float  *v = b->v + first * tiles * TILE;

        memcpy(before, most, sizeof before);
        for (int64_t j = 0; j < n; j += TILE)
            score(vectors, p + j * width, most, q, b->k + (first + j) * b->d, b->d, n - j,
                  first + j - b->first);
        weigh(vectors, p, n, most, before, total, fade);
        for (int64_t t = 0; t < tiles; t++)
            gather(vectors, sum + t * TILE * width, fade, p, v + t * n * TILE, n);
    }

    for (int64_t c = 0; c < b->d; c++)
        for (int u = 0; u < vectors; u++)
            lm_v_store(sum + c * width + u * LM_VF, lm_v_load(sum + c * width + u * LM_VF) / total[u]);
    turn_out(b, sum, width);
}

static void block(const lm_cpu_block *b, float *work)
{
    if (b->n_q > 2 * LM_VF)
        attend(3, b, work);
    else if (b->n_q > LM_VF)
        attend(2, b, work);
    else
        attend(1, b, work);
}

const lm_cpu_attend LM_LEVEL_NAME(lm_cpu_attend) = {
    .queries = QUERIES, .tile = TILE, .pack = pack, .block = block,
};
