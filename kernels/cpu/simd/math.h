/* math.h: functions of vectors. Errors are relative and were measured against double over each range.
 * Polynomials: our own weighted least-squares fits (Lawson's iteration), highest power last. */
#ifndef LM_KERNELS_CPU_SIMD_MATH_H
#define LM_KERNELS_CPU_SIMD_MATH_H

#include "kernels/cpu/simd/vec.h"

/* The number nearest to x that has no fraction, for |x| < 2^22: adding 1.5·2^23 leaves no bits for one. */
LM_INLINE lm_vf lm_v_round(lm_vf x)
{
#if defined(__AVX512F__)
    return (lm_vf)_mm512_roundscale_ps((__m512)x, 8);
#else
    return (x + 12582912.0f) - 12582912.0f;
#endif
}

/* p · 2^n for a whole n in [-126, 127] and p near 1; AVX-512 has an instruction that takes any n. */
LM_INLINE lm_vf lm_v_times_power(lm_vf p, lm_vf n)
{
#if defined(__AVX512F__)
    return (lm_vf)_mm512_scalef_ps((__m512)p, (__m512)n);
#else
    return (lm_vf)((lm_vi)p + ((lm_vi)(n + 12582912.0f) << 23));
#endif
}

/* 2^x for x ≤ 127, 1.5e-7; below -126 something under 2^-125. NaN stays NaN. */
LM_INLINE lm_vf lm_v_exp2(lm_vf x)
{
    lm_vf n, f, p;

#if !defined(__AVX512F__)
    x = lm_v_max(lm_v_all(-126.0f), x);
#endif
    n = lm_v_round(x);
    f = x - n;
    p = f * 0.00132764713f + 0.00967554096f;
    p = p * f + 0.0555071309f;
    p = p * f + 0.240221202f;
    p = p * f + 0.693146944f;
    p = p * f + 1.0f;
    return lm_v_times_power(p, n);
}

/* The same, 1e-4: enough where the answer is rounded to bf16. */
LM_INLINE lm_vf lm_v_exp2_rough(lm_vf x)
{
    lm_vf n, f, p;

#if !defined(__AVX512F__)
    x = lm_v_max(lm_v_all(-126.0f), x);
#endif
    n = lm_v_round(x);
    f = x - n;
    p = f * 0.0551716648f + 0.242611125f;
    p = p * f + 0.693260968f;
    p = p * f + 0.999928057f;
    return lm_v_times_power(p, n);
}

/* e^x, 2e-7; from 88 on e^88, below -87 something under 2e-38. NaN stays NaN. */
LM_INLINE lm_vf lm_v_exp(lm_vf x)
{
    lm_vf n, f, p;

    x = lm_v_min(lm_v_all(88.0f), x);
    x = lm_v_max(lm_v_all(-87.0f), x);
    n = lm_v_round(x * 1.44269504f);
    f = x - n * 0.693359375f; /* ln 2 in two parts: the first has zeros at its end */
    f = f + n * 2.12194440e-4f;
    p = f * 0.00138368353f + 0.00837482419f;
    p = p * f + 0.0416682251f;
    p = p * f + 0.166664198f;
    p = p * f + 0.499999911f;
    p = p * f + 1.0f;
    p = p * f + 1.0f;
    return lm_v_times_power(p, n);
}

LM_INLINE lm_vf lm_v_abs(lm_vf x)
{
    return (lm_vf)((lm_vi)x & 0x7fffffff);
}

/* x · sigmoid(x) */
LM_INLINE lm_vf lm_v_silu(lm_vf x)
{
    return x / (1.0f + lm_v_exp(-x));
}

LM_INLINE lm_vf lm_v_quick_gelu(lm_vf x)
{
    return x / (1.0f + lm_v_exp(x * -1.702f));
}

/* x · Φ(x): with a = |x|, Φ(-a) = e^(-a²/2) · R(1 / (1 + 0.3 a)); 5e-7 where Φ is above 1e-9. */
LM_INLINE lm_vf lm_v_gelu(lm_vf x)
{
    const lm_vf a = lm_v_abs(x), t = 1.0f / (1.0f + 0.3f * a);
    lm_vf       r = t * 0.0352742709f - 0.155351669f;

    r = r * t + 0.202791542f;
    r = r * t - 0.0500011146f;
    r = r * t + 0.126363024f;
    r = r * t + 0.100666702f;
    r = r * t + 0.120618045f;
    r = r * t + 0.119639136f;
    r = r * t * lm_v_exp(a * a * -0.5f);
    return x * lm_v_pick(x < 0.0f, r, 1.0f - r);
}

/* 2e-7 */
LM_INLINE lm_vf lm_v_tanh(lm_vf x)
{
    const lm_vf a = lm_v_abs(x), z = x * x;
    const lm_vf large = 1.0f - 2.0f / (lm_v_exp(a + a) + 1.0f);
    lm_vf       p = z * -0.00565998862f + 0.0205909871f;

    p = p * z - 0.0537210666f;
    p = p * z + 0.133311272f;
    p = p * z - 0.333332598f;
    p = p * z * x + x;
    return lm_v_pick(a < 0.625f, p, (lm_vf)((lm_vi)large | ((lm_vi)x & (lm_vi)lm_v_all(-0.0f))));
}

#endif
