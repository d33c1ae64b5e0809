/* norm.c: the inner loops of the normalisations. */
#include "kernels/cpu/norm.h"
#include "kernels/cpu/simd/math.h"

/* Σ (x - pivot) and Σ (x - pivot)² of n numbers. */
LM_INLINE void measure(const float *x, int64_t n, float pivot, double *sum, double *squares)
{
    lm_vf   s[4] = { 0 }, q[4] = { 0 };
    int64_t i = 0;
    float   rest_s = 0.0f, rest_q = 0.0f;

    for (; i + 4 * LM_VF <= n; i += 4 * LM_VF)
#pragma GCC unroll 4
        for (int u = 0; u < 4; u++) {
            const lm_vf d = lm_v_load(x + i + u * LM_VF) - pivot;
            s[u] += d;
            q[u] += d * d;
        }
    for (; i + LM_VF <= n; i += LM_VF) {
        const lm_vf d = lm_v_load(x + i) - pivot;
        s[0] += d;
        q[0] += d * d;
    }
    for (; i < n; i++) {
        rest_s += x[i] - pivot;
        rest_q += (x[i] - pivot) * (x[i] - pivot);
    }
    *sum = (double)(lm_v_sum((s[0] + s[1]) + (s[2] + s[3])) + rest_s);
    *squares = (double)(lm_v_sum((q[0] + q[1]) + (q[2] + q[3])) + rest_q);
}

/* What a row of layer norm becomes: v · scale - shift, and then · g + b. */
struct look {
    float mean, scale, shift;
};

/* The mean comes first and the second look is taken from it: a row far from 0 keeps its digits. What the
 * first mean lacks is put into the shift. */
LM_INLINE struct look look_at(const float *x, int64_t n, double eps)
{
    double sum, squares, rest, scale;
    float  mean;

    measure(x, n, x[0], &sum, &squares);
    mean = (float)((double)x[0] + sum / (double)n);
    measure(x, n, mean, &sum, &squares);
    rest = sum / (double)n;
    scale = 1.0 / __builtin_sqrt(squares / (double)n - rest * rest + eps);
    return (struct look){ mean, (float)scale, (float)(rest * scale) };
}

LM_INLINE lm_vf normal(lm_vf x, struct look l, lm_vf g, lm_vf b)
{
    return ((x - l.mean) * l.scale - l.shift) * g + b;
}

static void layer(float *y, const float *x, const float *g, const float *b, int64_t n, double eps)
{
    const struct look l = look_at(x, n, eps);
    int64_t           i = 0;

    for (; i + LM_VF <= n; i += LM_VF)
        lm_v_store(y + i, normal(lm_v_load(x + i), l, lm_v_load(g + i), lm_v_load(b + i)));
    if (i < n)
        lm_v_store_n(y + i, normal(lm_v_load_n(x + i, n - i), l, lm_v_load_n(g + i, n - i),
                                   lm_v_load_n(b + i, n - i)), n - i);
}

/* Four rows at a time: the sums are loaded and stored once for the four. */
static void sums(float *sum, float *squares, const float *x, const float *pivot, int64_t rows, int64_t n)
{
    int64_t row = 0;

    for (; row + 4 <= rows; row += 4, x += 4 * n)
        for (int64_t i = 0; i < n; i += LM_VF) {
            lm_vf       s = lm_v_load_n(sum + i, n - i), q = lm_v_load_n(squares + i, n - i);
            const lm_vf at = lm_v_load_n(pivot + i, n - i);
#pragma GCC unroll 4
            for (int u = 0; u < 4; u++) {
                const lm_vf d = lm_v_load_n(x + u * n + i, n - i) - at;
                s += d;
                q += d * d;
            }
            lm_v_store_n(sum + i, s, n - i);
            lm_v_store_n(squares + i, q, n - i);
        }
    for (; row < rows; row++, x += n)
        for (int64_t i = 0; i < n; i++) {
            const float d = x[i] - pivot[i];
            sum[i] += d;
            squares[i] += d * d;
        }
}

/* Channels [i, i + left) of a row, at most a vector. */
LM_INLINE lm_vf applied(const float *x, const float *mean, const float *scale, const float *shift, int64_t i,
                        int64_t left, const bool silu)
{
    const lm_vf v = (lm_v_load_n(x + i, left) - lm_v_load_n(mean + i, left)) * lm_v_load_n(scale + i, left) +
                    lm_v_load_n(shift + i, left);

    return silu ? lm_v_silu(v) : v;
}

LM_INLINE void apply_rows(float *y, const float *x, const float *mean, const float *scale,
                          const float *shift, int64_t rows, int64_t n, const bool silu)
{
    for (int64_t row = 0; row < rows; row++, x += n, y += n) {
        int64_t i = 0;

        for (; i + LM_VF <= n; i += LM_VF)
            lm_v_store(y + i, applied(x, mean, scale, shift, i, LM_VF, silu));
        if (i < n)
            lm_v_store_n(y + i, applied(x, mean, scale, shift, i, n - i, silu), n - i);
    }
}

static void apply(float *y, const float *x, const float *mean, const float *scale, const float *shift,
                  int64_t rows, int64_t n, bool silu)
{
    if (silu)
        apply_rows(y, x, mean, scale, shift, rows, n, true);
    else
        apply_rows(y, x, mean, scale, shift, rows, n, false);
}

/* ------------------------------------------------------------------ answers in bf16 */

#if defined(__AVX512F__)
#define BF16 __attribute__((target("avx512bf16")))

BF16 static inline __attribute__((always_inline)) void put(uint16_t *y, lm_vf v, int64_t n)
{
    const __m256i bits = (__m256i)_mm512_cvtneps_pbh((__m512)v);

    if (n >= LM_VF)
        _mm256_storeu_si256((__m256i *)y, bits);
    else
        _mm256_mask_storeu_epi16(y, (__mmask16)((1u << n) - 1), bits);
}

BF16 static void layer_bf16(uint16_t *y, const float *x, const float *g, const float *b, int64_t n,
                            double eps)
{
    const struct look l = look_at(x, n, eps);
    int64_t           i = 0;

    for (; i + LM_VF <= n; i += LM_VF)
        put(y + i, normal(lm_v_load(x + i), l, lm_v_load(g + i), lm_v_load(b + i)), LM_VF);
    if (i < n)
        put(y + i, normal(lm_v_load_n(x + i, n - i), l, lm_v_load_n(g + i, n - i), lm_v_load_n(b + i, n - i)),
            n - i);
}

BF16 static inline __attribute__((always_inline)) void put_rows(uint16_t *y, const float *x,
                                                                const float *mean, const float *scale,
                                                                const float *shift, int64_t rows, int64_t n,
                                                                const bool silu)
{
    for (int64_t row = 0; row < rows; row++, x += n, y += n) {
        int64_t i = 0;

        for (; i + LM_VF <= n; i += LM_VF)
            put(y + i, applied(x, mean, scale, shift, i, LM_VF, silu), LM_VF);
        if (i < n)
            put(y + i, applied(x, mean, scale, shift, i, n - i, silu), n - i);
    }
}

BF16 static void apply_bf16(uint16_t *y, const float *x, const float *mean, const float *scale,
                            const float *shift, int64_t rows, int64_t n, bool silu)
{
    if (silu)
        put_rows(y, x, mean, scale, shift, rows, n, true);
    else
        put_rows(y, x, mean, scale, shift, rows, n, false);
}
#endif

const lm_cpu_norm LM_LEVEL_NAME(lm_cpu_norm) = {
    .layer = layer, .sums = sums, .apply = apply,
#if defined(__AVX512F__)
    .layer_bf16 = layer_bf16, .apply_bf16 = apply_bf16,
#endif
};
