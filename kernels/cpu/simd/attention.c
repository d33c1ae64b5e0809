/* attention.c: one block of queries against all keys of a head; lanes are queries. */
#include "kernels/cpu/attention.h"
#include "kernels/cpu/simd/math.h"

#if defined(__AVX512F__) || defined(__aarch64__)
enum { TILE = 8 }; /* 24 sums, 3 vectors of queries and a broadcast in 32 registers */
#else
enum { TILE = 4 }; /* 12 of 16 */
#endif
enum { VECTORS = 3, QUERIES = VECTORS * LM_VF };

static int64_t at_most(int64_t n, int64_t most)
{
    return n < most ? n : most;
}

/* ------------------------------------------------------------------ turning squares */

/* a0 b0 a1 b1 … of the lower halves, and of the upper ones. */
#if LM_VF == 16
#define LOW(a, b)                                                                              \
    __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH(a, b)                                                                             \
    __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif LM_VF == 8
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif

/* Rows become columns: log2(LM_VF) rounds of a perfect shuffle. */
LM_INLINE void turn(lm_vf *v)
{
    lm_vf w[LM_VF];

#pragma GCC unroll 4
    for (int round = 1; round < LM_VF; round *= 2) {
#pragma GCC unroll 8
        for (int i = 0; i < LM_VF / 2; i++) {
            w[2 * i] = LOW(v[i], v[i + LM_VF / 2]);
            w[2 * i + 1] = HIGH(v[i], v[i + LM_VF / 2]);
        }
#pragma GCC unroll 16
        for (int i = 0; i < LM_VF; i++)
            v[i] = w[i];
    }
}

/* Channels [c, c + LM_VF) of a row; those from d on are 0. */
LM_INLINE lm_vf load(const lm_cpu_head *h, int64_t row, int64_t c, int64_t d)
{
    const int64_t   at = row * h->stride + c, n = at_most(d - c, LM_VF);
    const uint16_t *half = (const uint16_t *)h->at + at;
    uint16_t        part[LM_VF] = { 0 };

    if (h->dtype == LM_F32)
        return lm_v_load_n((const float *)h->at + at, n);
    if (n < LM_VF)
        half = memcpy(part, half, (size_t)n * 2);
    return h->dtype == LM_BF16 ? lm_v_from_bf16(half) : lm_v_from_f16(half);
}

LM_INLINE void load_square(lm_vf *v, const lm_cpu_head *h, int64_t row, int64_t rows, int64_t c, int64_t d)
{
#pragma GCC unroll 16
    for (int i = 0; i < LM_VF; i++)
        v[i] = row + i < rows ? load(h, row + i, c, d) : (lm_vf){ 0 };
}

/* ------------------------------------------------------------------ numbers in and out */

/* Lanes of v, TILE at a time or all that there are, each part where its first lane belongs. */
#define PARTS(part) for (int part = 0; part < LM_VF; part += TILE < LM_VF ? TILE : LM_VF)
enum { PART_BYTES = (TILE < LM_VF ? TILE : LM_VF) * 4 };

LM_INLINE void pack_k(float *out, const lm_cpu_head *k, int64_t n, int64_t d)
{
    const int64_t whole = (n + TILE - 1) / TILE * TILE;

    for (int64_t j = 0; j < whole; j += LM_VF)
        for (int64_t c = 0; c < d; c += LM_VF) {
            lm_vf v[LM_VF];

            load_square(v, k, j, n, c, d);
            turn(v);
            for (int i = 0; i < LM_VF && c + i < d; i++)
                PARTS(part)
                    if (j + part < whole)
                        memcpy(out + ((j + part) / TILE * d + c + i) * TILE + (j + part) % TILE,
                               (const char *)&v[i] + part * 4, PART_BYTES);
        }
}

LM_INLINE void pack_v(float *out, const lm_cpu_head *v, int64_t n, int64_t d)
{
    const int64_t whole = (d + TILE - 1) / TILE * TILE;

    for (int64_t j = 0; j < n; j++)
        for (int64_t c = 0; c < whole; c += LM_VF) {
            const lm_vf x = load(v, j, c, d);

            PARTS(part)
                if (c + part < whole)
                    memcpy(out + ((c + part) / TILE * n + j) * TILE + (c + part) % TILE,
                           (const char *)&x + part * 4, PART_BYTES);
        }
}

/* Row `row` of h becomes its first. */
LM_INLINE lm_cpu_head from_row(lm_cpu_head h, int64_t row)
{
    h.at = (const char *)h.at + row * h.stride * (h.dtype == LM_F32 ? 4 : 2);
    return h;
}

static void pack(float *k_out, float *v_out, const lm_cpu_head *k, const lm_cpu_head *v, int64_t n_k,
                 int64_t d, int64_t i)
{
    const int64_t     first = i * LM_KEYS, n = at_most(n_k - first, LM_KEYS);
    const lm_cpu_head ks = from_row(*k, first), vs = from_row(*v, first);

    pack_k(k_out + first * d, &ks, n, d);
    pack_v(v_out + first * ((d + TILE - 1) / TILE * TILE), &vs, n, d);
}

/* q as [channel][query], times log2(e) / √d, so that scores are exponents of 2. */
static void turn_in(float *out, const lm_cpu_block *b, int64_t width)
{
    const float scale = 1.44269504f / __builtin_sqrtf((float)b->d);

    for (int64_t u = 0; u < width; u += LM_VF)
        for (int64_t c = 0; c < b->d; c += LM_VF) {
            lm_vf v[LM_VF];

            load_square(v, &b->q, u, b->n_q, c, b->d);
            turn(v);
            for (int i = 0; i < LM_VF && c + i < b->d; i++)
                lm_v_store(out + (c + i) * width + u, v[i] * scale);
        }
}

LM_INLINE void store(const lm_cpu_block *b, int64_t row, int64_t c, lm_vf v)
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
static void turn_out(const lm_cpu_block *b, const float *sum, const lm_vf *total, int64_t width)
{
    for (int64_t u = 0; u < width; u += LM_VF)
        for (int64_t c = 0; c < b->d; c += LM_VF) {
            const lm_vf scale = 1.0f / total[u / LM_VF];
            lm_vf       v[LM_VF];

#pragma GCC unroll 16
            for (int i = 0; i < LM_VF; i++)
                v[i] = c + i < b->d ? lm_v_load(sum + (c + i) * width + u) * scale : (lm_vf){ 0 };
            turn(v);
            for (int64_t i = 0; i < LM_VF && u + i < b->n_q; i++)
                store(b, u + i, c, v[i]);
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

    turn_out(b, sum, total, width);
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
    .queries = QUERIES, .lanes = LM_VF, .tile = TILE, .pack = pack, .block = block,
};
