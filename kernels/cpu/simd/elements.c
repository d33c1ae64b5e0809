/* elements.c: number by number, LM_VF at a time. */
#include "kernels/cpu/elements.h"
#include "kernels/cpu/simd/math.h"

/* Runs `body`, which gives the vector that begins at number i, over n numbers of y; what is left at the end
 * is done in vectors that are partly empty. */
#define EACH(y, n, load, ...)                                                                  \
    do {                                                                                       \
        int64_t i = 0;                                                                         \
        for (; i + LM_VF <= (n); i += LM_VF)                                                   \
            lm_v_store((y) + i, __VA_ARGS__(lm_v_load));                                       \
    } while (0)
#undef EACH

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
