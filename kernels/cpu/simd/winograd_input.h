/* winograd_input.h: 6x6 inputs of each channel become 36 values, for winograd.c and winograd_bf16.c, which keep them
 * in f32 and in bf16. Who includes it says before:
 *
 *     value                     what one is kept as: float or uint16_t
 *     HOT, COLD                 how functions that are inlined, and the one that is not, are declared
 *     put(value *at, lm_vf x)   keeps a vector of them */
#ifndef LM_KERNELS_CPU_SIMD_WINOGRAD_INPUT_H
#define LM_KERNELS_CPU_SIMD_WINOGRAD_INPUT_H

#include "kernels/cpu/simd/winograd_carry.h"

HOT void input_vector(value *v, int64_t stride, const void *const *at, const lm_dtype from, int64_t offset)
{
    lm_vf t[6][6], o[6];

    input_columns(t, at, from, offset);
#pragma GCC unroll 6
    for (int i = 0; i < 6; i++, v += 6 * stride) {
        input_row(o, t[i]);
#pragma GCC unroll 6
        for (int j = 0; j < 6; j++)
            put(v + j * stride, o[j]);
    }
}

/* The last channels, fewer than a vector, through copies that are as long as one. What is written ends with a
 * whole float: a zero follows the last of an odd number of bf16. */
HOT void input_rest(value *v, int64_t stride, const void *const *at, const lm_dtype from, int64_t offset,
                    int64_t count)
{
    float       in[36][LM_VF] = { { 0 } };
    value       out[36][LM_VF];
    const void *copies[36];

    for (int i = 0; i < 36; i++) {
        for (int64_t c = 0; c < count; c++)
            in[i][c] = lm_number((const char *)at[i] + offset + c * (from == LM_F32 ? 4 : 2), from);
        copies[i] = in[i];
    }
    input_vector(out[0], LM_VF, copies, LM_F32, 0);
    for (int i = 0; i < 36; i++)
        memcpy(v + i * stride, out[i], ((size_t)count * sizeof(value) + 3) / 4 * 4);
}

HOT void input_from(value *v, int64_t stride, const void *const *at, const lm_dtype from, int64_t count)
{
    const int64_t size = from == LM_F32 ? 4 : 2;
    int64_t       c = 0;

    for (; c + LM_VF <= count; c += LM_VF)
        input_vector(v + c, stride, at, from, c * size);
    if (c < count)
        input_rest(v + c, stride, at, from, c * size, count - c);
}

COLD void input(value *v, int64_t stride, const void *const *at, lm_dtype from, int64_t count)
{
    if (from == LM_F32)
        input_from(v, stride, at, LM_F32, count);
    else if (from == LM_F16)
        input_from(v, stride, at, LM_F16, count);
    else
        input_from(v, stride, at, LM_BF16, count);
}

#endif
