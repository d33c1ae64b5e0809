/* memory.c: the account of memory, its limits, and making room. */
#include "core/data/memory.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/system.h"
#include "core/data/tensor.h"

/* What others of this process hold is asked of the system from here on: it costs a microsecond. */
static const size_t worth_asking = (size_t)1 << 20;

/* Pages of libraries, tables and stacks that a run touches after the limit was set: 2.4 to 2.8 MB as measured. */
static const size_t touched_later = (size_t)3 << 20;

/* More than any address space holds: refused before the system is asked. */
static const size_t most_addresses = (size_t)-1 >> 17;

static _Atomic size_t held_by_tensors[2]; /* RAM, VRAM */
static _Atomic size_t limit[2];
static _Atomic size_t others; /* RAM beside what is counted, when the limit was set … */
static _Atomic size_t files;  /* … and in mapped files: the program and its libraries */

/* Relievers may call each other's functions by way of destructors: recursive. */
static pthread_mutex_t reliefs_lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static lm_relief      *reliefs;

/* ------------------------------------------------------------------ words */

const char *lm_size_words(size_t bytes, char text[LM_SIZE_WORDS])
{
    const double gb = (double)bytes / 1e9;

    if (bytes >= 1000000000)
        snprintf(text, LM_SIZE_WORDS, gb < 100 ? "%.1f GB" : "%.0f GB", gb);
    else if (bytes >= 1000000)
        snprintf(text, LM_SIZE_WORDS, bytes < 10000000 ? "%.1f MB" : "%.0f MB", gb * 1e3);
    else
        snprintf(text, LM_SIZE_WORDS, "%.0f KB", gb * 1e6);
    return text;
}

const char *lm_memory_words(const lm_device *d, size_t bytes, char text[LM_MEMORY_WORDS])
{
    const bool   device = d && !d->host_memory;
    const size_t most = limit[device], held = lm_memory_held(device);
    char         need[LM_SIZE_WORDS], whole[LM_SIZE_WORDS], rest[LM_SIZE_WORDS];

    lm_size_words(bytes, need);
    if (most)
        snprintf(text, LM_MEMORY_WORDS, "it needs %s, the %s limit of %s leaves %s", need, device ? "VRAM" : "RAM",
                 lm_size_words(most, whole), lm_size_words(held < most ? most - held : 0, rest));
    else
        snprintf(text, LM_MEMORY_WORDS, "it needs %s, and limn holds %s now", need, lm_size_words(held, whole));
    return text;
}

void lm_memory_add_words(const lm_device *d, char *text, size_t size)
{
    const bool   device = d && !d->host_memory;
    const size_t most = limit[device], held = lm_memory_held(device), n = strlen(text);
    char         whole[LM_SIZE_WORDS], rest[LM_SIZE_WORDS];

    if (most && !strstr(text, "it needs"))
        snprintf(text + n, size - n, ": the %s limit of %s leaves %s", device ? "VRAM" : "RAM",
                 lm_size_words(most, whole), lm_size_words(held < most ? most - held : 0, rest));
}

/* ------------------------------------------------------------------ the account */

static size_t counted(void)
{
    return held_by_tensors[0] + lm_alloc_large_bytes();
}

/* RAM that is ours and that nobody counts. What is counted and was never touched is in no page yet, so that
 * this may be too little, never too much. */
static size_t uncounted(void)
{
    const size_t resident = lm_system_resident(NULL), known = counted(), least = others;
    const size_t more = resident > known ? resident - known : 0;

    return files + (more > least ? more : least);
}

size_t lm_memory_held(bool device)
{
    return device ? held_by_tensors[1] : counted() + uncounted();
}

size_t lm_memory_limit_of(bool device)
{
    return limit[device];
}

/* Large blocks of lm_try_alloc ask here; they are not counted yet. */
static bool may_have(size_t bytes)
{
    const bool may = lm_memory_claim(NULL, bytes);

    if (may)
        lm_memory_unclaim(NULL, bytes);
    return may;
}

void lm_memory_limit(size_t ram, size_t vram)
{
    size_t       of_files;
    const size_t resident = lm_system_resident(&of_files), known = counted();

    files = resident ? of_files + touched_later : 0;
    others = resident > known ? resident - known : 0;
    limit[0] = ram;
    limit[1] = vram;
    lm_alloc_ask = ram ? may_have : NULL;
}

/* ------------------------------------------------------------------ making room */

void lm_relief_add(lm_relief *r)
{
    pthread_mutex_lock(&reliefs_lock);
    r->next = reliefs;
    reliefs = r;
    pthread_mutex_unlock(&reliefs_lock);
}

void lm_relief_remove(lm_relief *r)
{
    pthread_mutex_lock(&reliefs_lock);
    for (lm_relief **at = &reliefs; *at; at = &(*at)->next)
        if (*at == r) {
            *at = r->next;
            break;
        }
    pthread_mutex_unlock(&reliefs_lock);
}

static size_t relieve_caches(size_t bytes, bool device)
{
    size_t freed = 0;

    pthread_mutex_lock(&reliefs_lock);
    for (lm_relief *r = reliefs; r && freed < bytes; r = r->next)
        freed += r->let_go(r->self, bytes - freed, device);
    pthread_mutex_unlock(&reliefs_lock);
    return freed;
}

/* How much more than the limit is held; `asked`: count what the system says, too. */
static size_t excess(bool device, bool asked)
{
    const size_t held = device ? held_by_tensors[1] : counted() + (asked ? uncounted() : files + others);

    return held > limit[device] ? held - limit[device] : 0;
}

/* Pages that the allocator keeps for later are in nobody's use. */
static void trim(bool device)
{
    if (!device)
        malloc_trim(0);
}

static bool make_room(bool device, bool asked)
{
    size_t over = excess(device, asked);

    if (over && relieve_caches(over, device))
        trim(device);
    over = excess(device, asked);
    if (over && lm_packs_let_go(over, device))
        trim(device);
    over = excess(device, asked);
    if (over && asked) {
        trim(device);
        over = excess(device, asked);
    }
    return !over;
}

static bool is_device(const lm_device *d)
{
    return d && !d->host_memory;
}

bool lm_memory_claim(const lm_device *d, size_t bytes)
{
    const bool device = is_device(d), asked = bytes >= worth_asking;

    if (bytes > most_addresses)
        return false;
    held_by_tensors[device] += bytes;
    if (!limit[device] || make_room(device, asked))
        return true;
    held_by_tensors[device] -= bytes;
    return false;
}

void lm_memory_unclaim(const lm_device *d, size_t bytes)
{
    held_by_tensors[is_device(d)] -= bytes;
}

bool lm_memory_relieve(const lm_device *d, size_t bytes)
{
    const bool device = is_device(d);
    size_t     freed = relieve_caches(bytes, device);

    if (freed < bytes)
        freed += lm_packs_let_go(bytes - freed, device);
    if (freed)
        trim(device);
    return freed > 0;
}
