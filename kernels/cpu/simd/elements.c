/* elements.c: number by number, LM_VF at a time. */
#include "kernels/cpu/elements.h"
#include "kernels/cpu/simd/math.h"

/* y[i..] = value for each vector of n numbers; `value` finds its operands with X(pointer). */
#define EACH(y, n, value)                                                                      \
    for (int64_t i = 0; i < (n); i += LM_VF)                                                   \
    lm_v_store_n((y) + i, (value), (n) - i)
#define X(at) lm_v_load_n((at) + i, n - i)

/* ------------------------------------------------------------------ 16-bit floats */

LM_INLINE void to_f16(uint16_t *y, lm_vf x)
{
#if defined(__AVX512F__)
    _mm256_storeu_si256((__m256i *)y, _mm512_cvtps_ph((__m512)x, _MM_FROUND_TO_NEAREST_INT));
#elif defined(__F16C__)
    _mm_storeu_si128((__m128i *)y, _mm256_cvtps_ph((__m256)x, _MM_FROUND_TO_NEAREST_INT));
#elif defined(__aarch64__)
    vst1_u16(y, vreinterpret_u16_f16(vcvt_f16_f32((float32x4_t)x)));
#else
    for (int i = 0; i < LM_VF; i++)
        y[i] = lm_f32_to_f16(x[i]);
#endif
}

LM_INLINE void widen(float *y, const uint16_t *x, const lm_dtype from, int64_t n)
{
    uint16_t rest[LM_VF] = { 0 };
    int64_t  i = 0;

    for (; i + LM_VF <= n; i += LM_VF)
        lm_v_store(y + i, from == LM_F16 ? lm_v_from_f16(x + i) : lm_v_from_bf16(x + i));
    if (i == n)
        return;
    memcpy(rest, x + i, (size_t)(n - i) * 2);
    lm_v_store_n(y + i, from == LM_F16 ? lm_v_from_f16(rest) : lm_v_from_bf16(rest), n - i);
}

LM_INLINE void narrow(uint16_t *y, const float *x, const lm_dtype to, int64_t n)
{
    for (int64_t i = 0; i < n; i += LM_VF) {
        uint16_t rest[LM_VF], *at = n - i < LM_VF ? rest : y + i;

        if (to == LM_F16)
            to_f16(at, X(x));
        else
            lm_v_to_bf16(at, X(x));
        if (at == rest)
            memcpy(y + i, rest, (size_t)(n - i) * 2);
    }
}

static void to_f32(float *y, const void *x, lm_dtype from, int64_t n)
{
    if (from == LM_F16)
        widen(y, x, LM_F16, n);
    else if (from == LM_BF16)
        widen(y, x, LM_BF16, n);
    else if (y != x)
        memcpy(y, x, (size_t)n * 4);
}

static void from_f32(void *y, lm_dtype to, const float *x, int64_t n)
{
    if (to == LM_F16)
        narrow(y, x, LM_F16, n);
    else if (to == LM_BF16)
        narrow(y, x, LM_BF16, n);
    else if (y != x)
        memcpy(y, x, (size_t)n * 4);
}

/* ------------------------------------------------------------------ arithmetic */

static void unary(float *y, const float *x, int64_t n, lm_unary f)
{
    switch (f) {
    case LM_SILU:
        EACH(y, n, lm_v_silu(X(x)));
        break;
    case LM_GELU:
        EACH(y, n, lm_v_gelu(X(x)));
        break;
    case LM_QUICK_GELU:
        EACH(y, n, lm_v_quick_gelu(X(x)));
        break;
    default:
        EACH(y, n, lm_v_tanh(X(x)));
    }
}

static void axpby(float *y, float a, const float *x, float b, const float *z, int64_t n)
{
    EACH(y, n, a * X(x) + b * X(z));
}

static void affine(float *y, float a, const float *x, float b, int64_t n)
{
    EACH(y, n, a * X(x) + b);
}

static void mul(float *y, const float *x, const float *m, int64_t n)
{
    EACH(y, n, X(x) * X(m));
}

/* The limit stands first: a NaN passes through. */
static void clamp(float *y, const float *x, float a, float b, float lo, float hi, int64_t n)
{
    EACH(y, n, lm_v_min(lm_v_all(hi), lm_v_max(lm_v_all(lo), a * X(x) + b)));
}

/* ------------------------------------------------------------------ finite */

/* An exponent of all ones is infinity or NaN. */
static bool all_finite(const void *x, lm_dtype dtype, int64_t n)
{
    const uint16_t ones = dtype == LM_F16 ? 0x7c00 : 0x7f80;
    const float   *wide = x;
    int64_t        i = 0;
    uint32_t       bits, broken = 0;

    if (dtype == LM_F32) {
        lm_vi seen = { 0 };

        for (; i + LM_VF <= n; i += LM_VF)
            seen |= ((lm_vi)lm_v_load(wide + i) & 0x7f800000) == 0x7f800000;
        for (int k = 0; k < LM_VF; k++)
            broken |= (uint32_t)seen[k];
        for (; i < n; i++) {
            memcpy(&bits, wide + i, 4);
            broken |= (bits & 0x7f800000) == 0x7f800000;
        }
    } else {
        typedef int16_t halves __attribute__((vector_size(LM_VF * 4)));
        halves seen = { 0 }, now;

        for (; i + 2 * LM_VF <= n; i += 2 * LM_VF) {
            memcpy(&now, (const uint16_t *)x + i, sizeof now);
            seen |= (now & (int16_t)ones) == (int16_t)ones;
        }
        for (int k = 0; k < 2 * LM_VF; k++)
            broken |= (uint32_t)seen[k];
        for (; i < n; i++)
            broken |= (((const uint16_t *)x)[i] & ones) == ones;
    }
    return !broken;
}

const lm_cpu_elements LM_LEVEL_NAME(lm_cpu_elements) = {
    .to_f32 = to_f32, .from_f32 = from_f32, .unary = unary, .axpby = axpby, .affine = affine, .mul = mul,
    .clamp = clamp, .finite = all_finite,
};
