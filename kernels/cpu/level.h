/* level.h: which vector instructions the CPU's kernels use, and how a kernel file joins.
 *
 * Files in kernels/cpu/simd/ are written once, in vector extensions (simd/vec.h: lm_vf is LM_VF floats),
 * and compiled once a level: base (SSE2 on x86-64, NEON on aarch64: 4 floats), avx2 (with FMA and F16C: 8)
 * and avx512 (F, BW, VL, DQ: 16). A family of kernels is a struct of function pointers:
 *
 *     norm.h        typedef struct lm_cpu_norm { void (*row)(float *y, const float *x, int64_t n); } lm_cpu_norm;
 *                   LM_CPU_FAMILY(lm_cpu_norm)
 *     simd/norm.c   #include "kernels/cpu/norm.h"
 *                   #include "kernels/cpu/simd/vec.h"
 *                   static void row(float *y, const float *x, int64_t n) { … }
 *                   const lm_cpu_norm LM_LEVEL_NAME(lm_cpu_norm) = { .row = row };
 *     norm.c        lm_cpu_norm_now()->row(y, x, n);      what this machine runs, chosen once
 *
 * and a line in kernels/CMakeLists.txt: simd/norm.c in LIMN_CPU_SIMD, norm.c in LIMN_CPU. Everything in a
 * simd file but that one struct is static, and it includes no header with plain (non-static) inline
 * functions: the linker would keep one level's copy for all. simd files are optimised in Debug builds too
 * and may contract a·b + c. Work is divided by lm_cpu_rows or lm_cpu_each (pool.h), never by a simd file.
 * Temporary memory comes from the pass's scratch (lm_scratch_get), so that a step allocates nothing. */
#ifndef LM_KERNELS_CPU_LEVEL_H
#define LM_KERNELS_CPU_LEVEL_H

#include "kernels/devices.h"

#define LM_PASTE_(a, b) a##_##b
#define LM_PASTE(a, b) LM_PASTE_(a, b)
#define LM_LEVEL_NAME(name) LM_PASTE(name, LM_LEVEL) /* LM_LEVEL: base, avx2, avx512; set by the build */

#if defined(__x86_64__)
#define LM_CPU_FAMILY(name)                                                                    \
    extern const name name##_base, name##_avx2, name##_avx512;                                 \
    static inline const name *name##_now(void)                                                 \
    {                                                                                          \
        const lm_cpu_level at = lm_cpu_level_now();                                            \
        return at == LM_CPU_AVX512 ? &name##_avx512 : at == LM_CPU_AVX2 ? &name##_avx2         \
                                                                        : &name##_base;        \
    }
#else
#define LM_CPU_FAMILY(name)                                                                    \
    extern const name name##_base;                                                             \
    static inline const name *name##_now(void) { return &name##_base; }
#endif

/* Single instructions beyond a level, as this machine has them and LIMN_CPU leaves them. */
typedef enum lm_cpu_extra {
    LM_CPU_HAS_BF16, /* VDPBF16PS (AVX512_BF16) */
    LM_CPU_HAS_AMX   /* AMX tiles with bf16 products */
} lm_cpu_extra;
bool lm_cpu_has(lm_cpu_extra what); /*                                                    [any] */

/* Bytes of second-level cache a core has to itself; 512 KiB when the system does not say. */
size_t lm_cpu_l2_bytes(void);

#endif
