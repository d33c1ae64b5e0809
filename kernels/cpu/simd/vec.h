/* vec.h: vectors of LM_VF floats for the files of simd/, in GCC's vector extensions; the level's own
 * instructions appear only where the extensions have no word for them. */
#ifndef LM_KERNELS_CPU_SIMD_VEC_H
#define LM_KERNELS_CPU_SIMD_VEC_H

#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
#define LM_VF 16
#elif defined(__AVX2__)
#define LM_VF 8
#else
#define LM_VF 4
#endif

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

typedef float    lm_vf __attribute__((vector_size(LM_VF * 4)));
typedef int32_t  lm_vi __attribute__((vector_size(LM_VF * 4)));
typedef uint32_t lm_vu __attribute__((vector_size(LM_VF * 4)));
typedef uint16_t lm_vh __attribute__((vector_size(LM_VF * 2)));
typedef float    lm_vf_any __attribute__((vector_size(LM_VF * 4), aligned(4), may_alias));
typedef uint16_t lm_vh_any __attribute__((vector_size(LM_VF * 2), aligned(2), may_alias));

#define LM_INLINE static inline __attribute__((always_inline, unused))

LM_INLINE lm_vf lm_v_load(const float *at) { return *(const lm_vf_any *)at; }
LM_INLINE void  lm_v_store(float *at, lm_vf v) { *(lm_vf_any *)at = v; }
LM_INLINE lm_vf lm_v_all(float x) { return x - (lm_vf){ 0 }; }
LM_INLINE lm_vf lm_v_pick(lm_vi mask, lm_vf yes, lm_vf no) /* mask: all ones or 0, as a < b gives */
{
    return (lm_vf)(((lm_vi)yes & mask) | ((lm_vi)no & ~mask));
}

/* The larger and the smaller; which one a NaN gives is the machine's affair. */
#if defined(__AVX512F__)
LM_INLINE lm_vf lm_v_max(lm_vf a, lm_vf b) { return (lm_vf)_mm512_max_ps((__m512)a, (__m512)b); }
LM_INLINE lm_vf lm_v_min(lm_vf a, lm_vf b) { return (lm_vf)_mm512_min_ps((__m512)a, (__m512)b); }
#elif defined(__AVX2__)
LM_INLINE lm_vf lm_v_max(lm_vf a, lm_vf b) { return (lm_vf)_mm256_max_ps((__m256)a, (__m256)b); }
LM_INLINE lm_vf lm_v_min(lm_vf a, lm_vf b) { return (lm_vf)_mm256_min_ps((__m256)a, (__m256)b); }
#elif defined(__x86_64__)
LM_INLINE lm_vf lm_v_max(lm_vf a, lm_vf b) { return (lm_vf)_mm_max_ps((__m128)a, (__m128)b); }
LM_INLINE lm_vf lm_v_min(lm_vf a, lm_vf b) { return (lm_vf)_mm_min_ps((__m128)a, (__m128)b); }
#else
LM_INLINE lm_vf lm_v_max(lm_vf a, lm_vf b) { return lm_v_pick(a > b, a, b); }
LM_INLINE lm_vf lm_v_min(lm_vf a, lm_vf b) { return lm_v_pick(a < b, a, b); }
#endif

/* The first n of LM_VF floats, the rest 0; and back. */
LM_INLINE lm_vf lm_v_load_n(const float *at, int64_t n)
{
    lm_vf v = { 0 };

    if (n >= LM_VF)
        return lm_v_load(at);
#if defined(__AVX512F__)
    v = (lm_vf)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), at);
#else
    memcpy(&v, at, (size_t)n * 4);
#endif
    return v;
}

LM_INLINE void lm_v_store_n(float *at, lm_vf v, int64_t n)
{
    if (n >= LM_VF)
        lm_v_store(at, v);
    else
#if defined(__AVX512F__)
        _mm512_mask_storeu_ps(at, (__mmask16)((1u << n) - 1), (__m512)v);
#else
        memcpy(at, &v, (size_t)n * 4);
#endif
}

LM_INLINE float lm_v_sum(lm_vf v)
{
    float sum = 0.0f;

    for (int i = 0; i < LM_VF; i++)
        sum += v[i];
    return sum;
}

/* ------------------------------------------------------------------ 16-bit floats */

LM_INLINE lm_vf lm_v_from_bf16(const uint16_t *at)
{
    return (lm_vf)(__builtin_convertvector(*(const lm_vh_any *)at, lm_vu) << 16);
}

/* Rounds to nearest, ties to even; NaN stays NaN. */
LM_INLINE void lm_v_to_bf16(uint16_t *at, lm_vf v)
{
    const lm_vu bits = (lm_vu)v, even = bits + 0x7fff + (bits >> 16 & 1);
    const lm_vf kept = lm_v_pick((lm_vi)((bits & 0x7fffffff) > 0x7f800000), (lm_vf)(bits | 0x400000),
                                 (lm_vf)even);

    *(lm_vh_any *)at = __builtin_convertvector((lm_vu)kept >> 16, lm_vh);
}

LM_INLINE lm_vf lm_v_from_f16(const uint16_t *at)
{
#if defined(__AVX512F__)
    return (lm_vf)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)at));
#elif defined(__F16C__)
    return (lm_vf)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)at));
#elif defined(__aarch64__)
    return (lm_vf)vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(at)));
#else
    /* 2^112 puts the exponent right, subnormals included; infinity and NaN keep their own exponent. */
    const lm_vu h = __builtin_convertvector(*(const lm_vh_any *)at, lm_vu);
    const lm_vu top = (lm_vu)((h & 0x7c00) == 0x7c00) & 0x7f800000;
    const lm_vf v = (lm_vf)((h & 0x7fff) << 13) * 0x1p112f;

    return (lm_vf)((lm_vu)v | top | (h & 0x8000) << 16);
#endif
}

#endif
