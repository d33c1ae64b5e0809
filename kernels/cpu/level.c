/* level.c: what this processor and its system offer, lowered by LIMN_CPU. Read once. */
#include "kernels/cpu/level.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/log.h"

static struct {
    lm_cpu_level level;
    bool         bf16, amx;
    size_t       l2_bytes;
} here;

#if defined(__x86_64__)
#include <cpuid.h>

enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };

static uint64_t xcr0(void)
{
    uint32_t lo, hi;

    __asm__("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    return (uint64_t)hi << 32 | lo;
}

/* Linux hands out the tile registers on request only. */
static bool tiles_granted(void)
{
#ifdef SYS_arch_prctl
    return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
#else
    return false;
#endif
}

/* Source: Intel SDM vol. 2, CPUID leaves 1 and 7; vol. 1 chapter 13 for the bits of XCR0. */
static void look(void)
{
    const uint64_t ymm = 0x6, zmm = 0xe6, tiles = 0x60000;
    uint32_t       a, b, c, d, b7 = 0, c7, d7 = 0, a71 = 0;
    uint64_t       kept;

    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
        return;
    kept = xcr0();
    if (__get_cpuid_count(7, 0, &a, &b7, &c7, &d7) && a >= 1)
        __get_cpuid_count(7, 1, &a71, &b, &c7, &d);
    if ((kept & ymm) == ymm && (c & bit_FMA) && (c & bit_F16C) && (b7 & bit_AVX2))
        here.level = LM_CPU_AVX2;
    if (here.level == LM_CPU_AVX2 && (kept & zmm) == zmm && (b7 & bit_AVX512F) &&
        (b7 & bit_AVX512BW) && (b7 & bit_AVX512VL) && (b7 & bit_AVX512DQ))
        here.level = LM_CPU_AVX512;
    here.bf16 = here.level == LM_CPU_AVX512 && (a71 & 1u << 5);
    here.amx = here.bf16 && (kept & tiles) == tiles && (d7 & 1u << 22) && (d7 & 1u << 24) &&
               tiles_granted();
}
#else
static void look(void)
{
}
#endif

static void lower(const char *wish)
{
    static const char *const names[] = { "base", "avx2", "avx512" };
    int                      i = 0;

    while (i < 3 && strcmp(wish, names[i]))
        i++;
    if (i == 3) {
        lm_log(LM_LOG_WARN, "LIMN_CPU is \"%s\"; it may be base, avx2 or avx512", wish);
        return;
    }
    if (i < LM_CPU_AVX512 && i <= (int)here.level)
        here.bf16 = here.amx = false;
    if (i < (int)here.level)
        here.level = (lm_cpu_level)i;
}

static void settle(void)
{
    const char *wish = getenv("LIMN_CPU");
    const long  l2 = sysconf(_SC_LEVEL2_CACHE_SIZE);

    here.l2_bytes = l2 > 0 ? (size_t)l2 : (size_t)512 << 10;
    look();
    if (wish && *wish)
        lower(wish);
}

static void settle_once(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, settle);
}

lm_cpu_level lm_cpu_level_now(void)
{
    settle_once();
    return here.level;
}

bool lm_cpu_has(lm_cpu_extra what)
{
    settle_once();
    return what == LM_CPU_HAS_AMX ? here.amx : here.bf16;
}

size_t lm_cpu_l2_bytes(void)
{
    settle_once();
    return here.l2_bytes;
}
