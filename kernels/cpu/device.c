/* device.c: the CPU as a device: its memory, and the table of its fast kernels. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "kernels/cpu/level.h"
#include "kernels/cpu/pool.h"
#include "kernels/cpu/rows.h"
#include "kernels/devices.h"

/* A row that is missing here is answered by ref/. */
static const lm_ops lm_cpu_ops = {
    .linear = lm_cpu_linear,
    .linear_geglu = lm_cpu_linear_geglu,
    .conv = lm_cpu_conv,
    .conv_over = lm_cpu_conv_over,
    .attention = lm_cpu_attention,
    .group_norm = lm_cpu_group_norm,
    .layer_norm = lm_cpu_layer_norm,
    .unary = lm_cpu_unary,
    .axpby = lm_cpu_axpby,
    .mul = lm_cpu_mul,
    .clamp = lm_cpu_clamp,
    .concat = lm_cpu_concat,
    .slice = lm_cpu_slice,
    .resample = lm_cpu_resample,
    .gather = lm_cpu_gather,
    .cast = lm_cpu_cast,
    .finite = lm_cpu_finite,
};

/* ------------------------------------------------------------------ memory */

/* From here on a block is mapped by itself, on huge pages where the system has them: fewer misses of the
 * address cache, and free() really gives it back. */
enum { LARGE = 2 << 20, HUGE_PAGE = 2 << 20 };

/* Address space for `bytes` from a multiple of HUGE_PAGE on: map too much, then cut both ends. */
static void *map_aligned(size_t bytes)
{
    const size_t page = HUGE_PAGE, whole = bytes + page;
    char        *at = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t       before;

    if (at == MAP_FAILED)
        return NULL;
    before = (page - (uintptr_t)at % page) % page;
    if (before)
        munmap(at, before);
    munmap(at + before + bytes, page - before);
    madvise(at + before, bytes, MADV_HUGEPAGE);
    return at + before;
}

static size_t whole_pages(size_t bytes)
{
    return (bytes + 4095) & ~(size_t)4095;
}

static void *cpu_alloc(lm_device *d, size_t bytes)
{
    (void)d;
    if (bytes > (size_t)-1 / 2)
        return NULL;
    return bytes < LARGE ? aligned_alloc(64, (bytes + 64) & ~(size_t)63) : map_aligned(whole_pages(bytes));
}

static void cpu_free(lm_device *d, void *memory, size_t bytes)
{
    (void)d;
    if (bytes < LARGE)
        free(memory);
    else if (memory)
        munmap(memory, whole_pages(bytes));
}

static void cpu_copy_in(lm_device *d, void *memory, const void *host, size_t bytes)
{
    (void)d;
    memcpy(memory, host, bytes);
}

static void cpu_copy_out(lm_device *d, void *host, const void *memory, size_t bytes)
{
    (void)d;
    memcpy(host, memory, bytes);
}

/* ------------------------------------------------------------------ the device */

lm_device *lm_cpu_device(int threads)
{
    static lm_device cpu = {
        .name = "cpu", .ops = &lm_cpu_ops, .host_memory = true, .alloc = cpu_alloc, .free = cpu_free,
        .copy_in = cpu_copy_in, .copy_out = cpu_copy_out,
    };

    lm_cpu_pool_settle(threads);
    return &cpu;
}

const char *lm_cpu_describe(void)
{
#if defined(__x86_64__)
    static const char *const names[] = { "SSE2", "AVX2", "AVX-512" };
#else
    static const char *const names[] = { "128-bit vectors" };
#endif
    static char text[96];

    snprintf(text, sizeof text, "%s%s, %d thread%s", names[lm_cpu_level_now()],
             lm_cpu_has(LM_CPU_HAS_AMX)    ? " with AMX"
             : lm_cpu_has(LM_CPU_HAS_BF16) ? " with bf16 products"
                                           : "",
             lm_cpu_threads(), lm_cpu_threads() == 1 ? "" : "s");
    return text;
}
