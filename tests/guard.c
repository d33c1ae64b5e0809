/* guard.c: one reserved stretch of addresses, handed out first fit; its used part opens and closes around
 * kernels. What is known about blocks lives outside it. */
#include "tests/guard.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/base/alloc.h"
#include "kernels/devices.h"

#define REGION ((size_t)16 << 30) /* addresses, not memory */
enum { PAGE = 65536 };            /* a multiple of every system's page */

/* Blocks from the region's beginning to `end`, in order and without gaps. */
typedef struct block {
    struct block *next;
    size_t        at, bytes;
    bool          taken;
} block;

static struct {
    pthread_mutex_t lock;
    char           *region;
    size_t          end; /* what lies behind was never handed out */
    int             depth;
    block          *first;
} guard = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void protect(int how)
{
    if (guard.end && mprotect(guard.region, guard.end, how)) {
        perror("guard: mprotect");
        abort();
    }
}

static void enter_locked(void)
{
    if (guard.depth++ == 0)
        protect(PROT_READ | PROT_WRITE);
}

static void leave_locked(void)
{
    if (--guard.depth == 0)
        protect(PROT_NONE);
}

static void guard_enter(lm_device *d)
{
    (void)d;
    pthread_mutex_lock(&guard.lock);
    enter_locked();
    pthread_mutex_unlock(&guard.lock);
}

static void guard_leave(lm_device *d)
{
    (void)d;
    pthread_mutex_lock(&guard.lock);
    leave_locked();
    pthread_mutex_unlock(&guard.lock);
}

/* ------------------------------------------------------------------ memory */

static block *block_new(size_t at, size_t bytes, block *next)
{
    block *b = lm_alloc(sizeof *b);

    *b = (block){ next, at, bytes, false };
    return b;
}

/* The first free block that holds `bytes`, cut to them; a new one at the end when there is none. */
static block *find(size_t bytes)
{
    block **at = &guard.first, *b;

    while ((b = *at) && (b->taken || b->bytes < bytes))
        at = &b->next;
    if (!b) {
        if (bytes > REGION - guard.end)
            return NULL;
        b = *at = block_new(guard.end, bytes, NULL);
        guard.end += bytes;
    } else if (b->bytes > bytes) {
        b->next = block_new(b->at + bytes, b->bytes - bytes, b->next);
        b->bytes = bytes;
    }
    b->taken = true;
    return b;
}

static void *guard_alloc(lm_device *d, size_t bytes)
{
    block *b = NULL;

    (void)d;
    pthread_mutex_lock(&guard.lock);
    if (!guard.region) {
        guard.region = mmap(NULL, REGION, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (guard.region == MAP_FAILED)
            abort();
    }
    if (bytes <= REGION)
        b = find((bytes + PAGE) / PAGE * PAGE);
    if (b) {
        guard.depth++; /* the end may have moved: open all of it, whether it was open before or not */
        protect(PROT_READ | PROT_WRITE);
        memset(guard.region + b->at, 0xff, b->bytes);
        leave_locked();
    }
    pthread_mutex_unlock(&guard.lock);
    return b ? guard.region + b->at : NULL;
}

static void join(block *b)
{
    block *gone = b->next;

    if (!b->taken && gone && !gone->taken) {
        b->bytes += gone->bytes;
        b->next = gone->next;
        lm_free(gone);
    }
}

static void guard_free(lm_device *d, void *memory, size_t bytes)
{
    block *before = NULL, *b;

    (void)d, (void)bytes;
    pthread_mutex_lock(&guard.lock);
    for (b = guard.first; b && guard.region + b->at != memory; b = b->next)
        before = b;
    if (!b || !b->taken) {
        fprintf(stderr, "guard: %p was freed and never taken\n", memory);
        abort();
    }
    b->taken = false;
    madvise(memory, b->bytes, MADV_DONTNEED);
    join(b);
    if (before)
        join(before);
    pthread_mutex_unlock(&guard.lock);
}

static void guard_copy_in(lm_device *d, void *memory, const void *host, size_t bytes)
{
    guard_enter(d);
    memcpy(memory, host, bytes);
    guard_leave(d);
}

static void guard_copy_out(lm_device *d, void *host, const void *memory, size_t bytes)
{
    guard_enter(d);
    memcpy(host, memory, bytes);
    guard_leave(d);
}

lm_device *guard_device(void)
{
    static lm_device d = {
        .name = "guard", .host_memory = false, .alloc = guard_alloc, .free = guard_free,
        .copy_in = guard_copy_in, .copy_out = guard_copy_out, .enter = guard_enter, .leave = guard_leave,
    };

    d.ops = lm_cpu_device(0)->ops;
    return &d;
}
