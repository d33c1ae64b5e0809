/* dtype.h: element types of tensors, and conversion between the ones that kernels know. */
#ifndef LM_DATA_DTYPE_H
#define LM_DATA_DTYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The first three are what kernels compute on; the rest exist in files. */
typedef enum lm_dtype {
    LM_F32, LM_F16, LM_BF16,
    LM_F64, LM_I64, LM_I32, LM_I16, LM_I8, LM_U8, LM_BOOL, LM_F8_E4M3, LM_F8_E5M2, LM_U16, LM_U32, LM_U64,
    LM_N_DTYPES
} lm_dtype;

size_t      lm_dtype_size(lm_dtype t);                        /* bytes an element */
const char *lm_dtype_name(lm_dtype t);                        /* "F32", as safetensors spells it */
bool        lm_dtype_parse(const char *name, lm_dtype *out);  /* the same names */

static inline float lm_bf16_to_f32(uint16_t x)
{
    const uint32_t bits = (uint32_t)x << 16;
    float          f;

    memcpy(&f, &bits, 4);
    return f;
}

/* Rounds to nearest, ties to even; NaN stays NaN. */
static inline uint16_t lm_f32_to_bf16(float f)
{
    uint32_t x;

    memcpy(&x, &f, 4);
    if ((x & 0x7fffffff) > 0x7f800000)
        return (uint16_t)(x >> 16 | 0x40);
    return (uint16_t)((x + 0x7fff + (x >> 16 & 1)) >> 16);
}

float    lm_f16_to_f32(uint16_t x);
uint16_t lm_f32_to_f16(float f); /* rounds to nearest, ties to even */

/* n elements from any of F32, F16, BF16 to any of them; in == out is allowed when the sizes are equal. */
void lm_convert(void *out, lm_dtype to, const void *in, lm_dtype from, int64_t n);

#endif
