/* device.c: the accounting of tensor memory, and the host's own memory as a device without kernels. */
#include "core/data/device.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/data/memory.h"

static _Atomic size_t now_bytes, peak_bytes;

static void note(size_t bytes)
{
    const size_t now = atomic_fetch_add(&now_bytes, bytes) + bytes;
    size_t       peak = atomic_load(&peak_bytes);

    while (now > peak && !atomic_compare_exchange_weak(&peak_bytes, &peak, now))
        ;
}

size_t lm_device_bytes(void)
{
    return atomic_load(&now_bytes);
}

size_t lm_device_peak_bytes(void)
{
    return atomic_load(&peak_bytes);
}

size_t lm_device_held(const lm_device *d)
{
    return d->held;
}

/* The device's own answer, asked again when somebody could let go of something. */
static void *alloc_somehow(lm_device *d, size_t bytes)
{
    void *memory = d->alloc(d, bytes);

    if (!memory && bytes < (size_t)-1 / 4 && lm_memory_relieve(d, bytes))
        memory = d->alloc(d, bytes);
    return memory;
}

void *lm_device_alloc(lm_device *d, size_t bytes)
{
    void *memory;

    if (!lm_memory_claim(d, bytes))
        return NULL;
    memory = alloc_somehow(d, bytes);
    if (!memory) {
        lm_memory_unclaim(d, bytes);
        return NULL;
    }
    d->held += bytes;
    note(bytes);
    return memory;
}

void lm_device_free(lm_device *d, void *memory, size_t bytes)
{
    if (!memory)
        return;
    d->free(d, memory, bytes);
    d->held -= bytes;
    lm_memory_unclaim(d, bytes);
    atomic_fetch_sub(&now_bytes, bytes);
}

static void *host_alloc(lm_device *d, size_t bytes)
{
    (void)d;
    if (bytes > (size_t)-1 - 64)
        return NULL;
    return aligned_alloc(64, (bytes + 64) & ~(size_t)63);
}

static void host_free(lm_device *d, void *memory, size_t bytes)
{
    (void)d, (void)bytes;
    free(memory);
}

static void host_copy_in(lm_device *d, void *memory, const void *host, size_t bytes)
{
    (void)d;
    memcpy(memory, host, bytes);
}

static void host_copy_out(lm_device *d, void *host, const void *memory, size_t bytes)
{
    (void)d;
    memcpy(host, memory, bytes);
}

lm_device *lm_host_device(void)
{
    static lm_device host = {
        .name = "host", .host_memory = true, .alloc = host_alloc, .free = host_free,
        .copy_in = host_copy_in, .copy_out = host_copy_out,
    };

    return &host;
}
