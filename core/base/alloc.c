/* alloc.c: memory for small bookkeeping. */
#include "core/base/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_die(void *memory, size_t bytes)
{
    if (memory)
        return memory;
    fprintf(stderr, "limn: out of memory (%zu bytes of bookkeeping could not be had)\n", bytes);
    _Exit(LM_EXIT_MEMORY);
}

void *lm_try_alloc(size_t bytes)
{
    return calloc(1, bytes ? bytes : 1);
}

void *lm_alloc(size_t bytes)
{
    return or_die(lm_try_alloc(bytes), bytes);
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
    return or_die(realloc(old, bytes ? bytes : 1), bytes);
}

char *lm_copy_bytes(const char *at, size_t n)
{
    char *copy = lm_alloc(n + 1);

    if (n)
        memcpy(copy, at, n);
    return copy;
}

char *lm_copy_text(const char *text)
{
    return lm_copy_bytes(text, strlen(text));
}

void lm_free(void *memory)
{
    free(memory);
}
