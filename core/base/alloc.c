/* alloc.c: memory for small bookkeeping. */
#include "core/base/alloc.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* ------------------------------------------------------------------ the reserve */

enum { RESERVE_FOR = 1 << 20, SMALL = 16 << 10 }; /* bytes: a larger block is not what it is kept for; with a NULL, neither */

static size_t          reserve_size;
static _Atomic(void *) reserve;

/* Pages nobody writes to: they are counted, and take nothing. */
static bool take_reserve(void)
{
    void *at = mmap(NULL, reserve_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *none = NULL;

    if (at == MAP_FAILED)
        return false;
    if (!atomic_compare_exchange_strong(&reserve, &none, at))
        munmap(at, reserve_size); /* another thread was faster */
    return true;
}

static bool spend_reserve(void)
{
    void *at = atomic_exchange(&reserve, NULL);

    if (at)
        munmap(at, reserve_size);
    return at;
}

bool lm_alloc_keep_reserve(size_t bytes)
{
    reserve_size = bytes;
    return take_reserve();
}

bool lm_alloc_is_short(void)
{
    return reserve_size && !atomic_load(&reserve) && !take_reserve();
}

/* `old` NULL: zeroed. The reserve may be spent by now by another thread, whose memory is enough for both. */
static void *from_reserve(void *old, size_t bytes)
{
    void *memory = NULL;

    if (!reserve_size || bytes > RESERVE_FOR)
        return NULL;
    do
        memory = old ? realloc(old, bytes) : calloc(1, bytes);
    while (!memory && spend_reserve());
    return memory;
}

void *lm_spare_realloc(void *old, size_t bytes)
{
    void *memory = realloc(old, bytes);

    return memory || !bytes ? memory : from_reserve(old, bytes);
}

static void *or_die(void *memory, size_t bytes)
{
    if (memory)
        return memory;
    fprintf(stderr, "limn: out of memory (%zu bytes of bookkeeping could not be had)\n", bytes);
    _Exit(LM_EXIT_MEMORY);
}

/* ------------------------------------------------------------------ large blocks are counted */

enum { LARGE = 1 << 16, ASKED = 1 << 20, HUGE = 4 << 20 };

static _Atomic size_t large_bytes;
bool (*lm_alloc_ask)(size_t bytes);

size_t lm_alloc_large_bytes(void)
{
    return atomic_load_explicit(&large_bytes, memory_order_relaxed);
}

static size_t large_size(void *memory)
{
    const size_t size = memory ? malloc_usable_size(memory) : 0;

    return size >= LARGE ? size : 0;
}

/* Whole pages of two megabytes inside a block that is filled anyway: a hundredth of the page faults, and a graph of
 * 100,000 nodes is read in two thirds of the time. */
static void ask_huge(void *memory, size_t size)
{
    const uintptr_t page = (uintptr_t)2 << 20, from = ((uintptr_t)memory + page - 1) & ~(page - 1);
    const uintptr_t to = ((uintptr_t)memory + size) & ~(page - 1);

    if (to > from)
        madvise((void *)from, to - from, MADV_HUGEPAGE); /* a wish: refused, nothing is lost */
}

static void *came(void *memory)
{
    const size_t size = large_size(memory);

    if (size)
        atomic_fetch_add_explicit(&large_bytes, size, memory_order_relaxed);
    if (size >= HUGE)
        ask_huge(memory, size);
    return memory;
}

static void goes(size_t size)
{
    if (size)
        atomic_fetch_sub_explicit(&large_bytes, size, memory_order_relaxed);
}

/* ------------------------------------------------------------------ having and freeing */

static void *have(size_t bytes)
{
    return came(calloc(1, bytes ? bytes : 1));
}

/* What is small is wanted for the answer that says how short memory is. */
void *lm_try_alloc(size_t bytes)
{
    void *memory;

    if (bytes >= ASKED && lm_alloc_ask && !lm_alloc_ask(bytes))
        return NULL;
    memory = have(bytes);
    return memory || bytes > SMALL ? memory : from_reserve(NULL, bytes ? bytes : 1);
}

void *lm_alloc(size_t bytes)
{
    void *memory = have(bytes);

    return memory ? memory : came(or_die(from_reserve(NULL, bytes ? bytes : 1), bytes));
}

void *lm_alloc_array(size_t n, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(n, size, &bytes))
        return or_die(NULL, SIZE_MAX);
    return lm_alloc(bytes);
}

void *lm_grow(void *old, size_t bytes)
{
    const size_t had = large_size(old);
    void        *memory = realloc(old, bytes ? bytes : 1);

    if (!memory)
        memory = or_die(from_reserve(old, bytes ? bytes : 1), bytes);
    goes(had);
    return came(memory);
}

void *lm_try_grow(void *old, size_t bytes)
{
    const size_t had = large_size(old);
    void        *memory;

    if (bytes >= ASKED && lm_alloc_ask && !lm_alloc_ask(bytes))
        return NULL;
    if (!(memory = realloc(old, bytes ? bytes : 1)))
        return NULL;
    goes(had);
    return came(memory);
}

char *lm_copy_bytes(const char *at, size_t n)
{
    char *copy = lm_alloc(n + 1);

    if (n)
        memcpy(copy, at, n);
    return copy;
}

char *lm_try_copy_bytes(const char *at, size_t n)
{
    char *copy = lm_try_alloc(n + 1);

    if (copy && n)
        memcpy(copy, at, n);
    return copy;
}

char *lm_copy_text(const char *text)
{
    return lm_copy_bytes(text, strlen(text));
}

void lm_free(void *memory)
{
    goes(large_size(memory));
    free(memory);
}
