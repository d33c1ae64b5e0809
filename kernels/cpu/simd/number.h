/* number.h: numbers of any storage type as f32. `from` is meant to be a constant where these are inlined. */
#ifndef LM_KERNELS_CPU_SIMD_NUMBER_H
#define LM_KERNELS_CPU_SIMD_NUMBER_H

#include "core/data/dtype.h"
#include "kernels/cpu/simd/vec.h"

LM_INLINE lm_vf lm_v_number(const void *at, const lm_dtype from)
{
    return from == LM_F32 ? lm_v_load(at) : from == LM_F16 ? lm_v_from_f16(at) : lm_v_from_bf16(at);
}

LM_INLINE float lm_number(const void *at, const lm_dtype from)
{
    float x = 0.0f;

    if (from == LM_BF16)
        return lm_bf16_to_f32(*(const uint16_t *)at);
    if (from == LM_F16)
        lm_convert(&x, LM_F32, at, LM_F16, 1);
    else
        memcpy(&x, at, 4);
    return x;
}

#endif
