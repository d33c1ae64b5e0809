/* dtype.c: element types of tensors. */
#include "core/data/dtype.h"

static const struct {
    const char *name;
    size_t      size;
} types[LM_N_DTYPES] = {
    [LM_F32] = { "F32", 4 },   [LM_F16] = { "F16", 2 }, [LM_BF16] = { "BF16", 2 },
    [LM_F64] = { "F64", 8 },   [LM_I64] = { "I64", 8 }, [LM_I32] = { "I32", 4 },
    [LM_I16] = { "I16", 2 },   [LM_I8] = { "I8", 1 },   [LM_U8] = { "U8", 1 },
    [LM_BOOL] = { "BOOL", 1 }, [LM_F8_E4M3] = { "F8_E4M3", 1 }, [LM_F8_E5M2] = { "F8_E5M2", 1 },
    [LM_U16] = { "U16", 2 },   [LM_U32] = { "U32", 4 }, [LM_U64] = { "U64", 8 },
};

size_t lm_dtype_size(lm_dtype t)
{
    return types[t].size;
}

const char *lm_dtype_name(lm_dtype t)
{
    return types[t].name;
}

bool lm_dtype_parse(const char *name, lm_dtype *out)
{
    for (int i = 0; i < LM_N_DTYPES; i++)
        if (!strcmp(types[i].name, name)) {
            *out = (lm_dtype)i;
            return true;
        }
    return false;
}

float lm_f16_to_f32(uint16_t x)
{
    const uint32_t sign = (uint32_t)(x & 0x8000) << 16;
    uint32_t       e = x >> 10 & 31, m = x & 1023, bits;
    float          f;

    if (e == 31) {
        bits = sign | 0x7f800000 | m << 13;
    } else if (e) {
        bits = sign | (e + 112) << 23 | m << 13;
    } else if (m) { /* subnormal: shift until the leading one is implicit */
        for (e = 113; !(m & 1024); m <<= 1)
            e--;
        bits = sign | e << 23 | (m & 1023) << 13;
    } else {
        bits = sign;
    }
    memcpy(&f, &bits, 4);
    return f;
}

uint16_t lm_f32_to_f16(float f)
{
    uint32_t x, sign, a;

    memcpy(&x, &f, 4);
    sign = x >> 16 & 0x8000;
    a = x & 0x7fffffff;
    if (a > 0x7f800000)
        return (uint16_t)(sign | 0x7e00);
    if (a >= 0x477ff000) /* rounds to 65536 or more */
        return (uint16_t)(sign | 0x7c00);
    if (a >= 0x38800000) /* normal: drop 13 bits, to even */
        return (uint16_t)(sign | ((a - 0x38000000 + 0xfff + (a >> 13 & 1)) >> 13));
    if (a < 0x33000000)  /* below half of the smallest subnormal */
        return (uint16_t)sign;
    const uint32_t shift = 126 - (a >> 23), m = (a & 0x7fffff) | 0x800000;
    const uint32_t half = 1u << (shift - 1), rest = m & ((1u << shift) - 1);
    uint32_t       q = m >> shift;

    if (rest > half || (rest == half && (q & 1)))
        q++;
    return (uint16_t)(sign | q);
}

static float read_one(const void *in, lm_dtype from, int64_t i)
{
    switch (from) {
    case LM_F16: return lm_f16_to_f32(((const uint16_t *)in)[i]);
    case LM_BF16: return lm_bf16_to_f32(((const uint16_t *)in)[i]);
    default: return ((const float *)in)[i];
    }
}

void lm_convert(void *out, lm_dtype to, const void *in, lm_dtype from, int64_t n)
{
    if (to == from) {
        memmove(out, in, (size_t)n * lm_dtype_size(to));
        return;
    }
    switch (to) {
    case LM_F16:
        for (int64_t i = 0; i < n; i++)
            ((uint16_t *)out)[i] = lm_f32_to_f16(read_one(in, from, i));
        break;
    case LM_BF16:
        for (int64_t i = 0; i < n; i++)
            ((uint16_t *)out)[i] = lm_f32_to_bf16(read_one(in, from, i));
        break;
    default:
        for (int64_t i = 0; i < n; i++)
            ((float *)out)[i] = read_one(in, from, i);
    }
}
