/* scratch.c: a best-fit arena over a few large pieces of device memory. Its book of free and used
 * stretches is a list a piece, sorted by address: a pass holds tens of blocks, never thousands. */
#include "core/data/scratch.h"

#include <stdbool.h>
#include <stdint.h>

#include "core/base/alloc.h"

enum { ALIGN = 64 };
static const size_t least_piece = (size_t)8 << 20; /* a small model's whole pass fits in one */

typedef struct stretch {
    size_t          at, size;
    bool            used;
    struct stretch *next;
} stretch;

typedef struct piece {
    char         *memory;
    size_t        size, used;
    stretch      *first;
    struct piece *next;
} piece;

struct lm_scratch {
    lm_device *device;
    piece     *pieces;
    stretch   *spare; /* book-keeping records to use again */
    size_t     held, most_held, system_calls;
};

lm_scratch *lm_scratch_new(lm_device *d)
{
    lm_scratch *s = lm_alloc(sizeof *s);

    s->device = d;
    return s;
}

static stretch *new_stretch(lm_scratch *s, size_t at, size_t size, stretch *next)
{
    stretch *x = s->spare;

    if (x)
        s->spare = x->next;
    else
        x = lm_alloc(sizeof *x);
    *x = (stretch){ .at = at, .size = size, .next = next };
    return x;
}

static void spare_stretch(lm_scratch *s, stretch *x)
{
    x->next = s->spare;
    s->spare = x;
}

static piece *add_piece(lm_scratch *s, size_t size)
{
    piece *k = lm_alloc(sizeof *k);

    k->size = size < least_piece ? least_piece : size;
    k->memory = lm_device_alloc(s->device, k->size);
    if (!k->memory && k->size > size) /* near a limit: only what is needed */
        k->memory = lm_device_alloc(s->device, k->size = size);
    s->system_calls++;
    if (!k->memory) {
        lm_free(k);
        return NULL;
    }
    k->first = new_stretch(s, 0, k->size, NULL);
    k->next = s->pieces;
    s->pieces = k;
    s->held += k->size;
    s->most_held = s->held > s->most_held ? s->held : s->most_held;
    return k;
}

static stretch *best_fit(const lm_scratch *s, size_t size, piece **where)
{
    stretch *best = NULL;

    for (piece *k = s->pieces; k; k = k->next)
        for (stretch *x = k->first; x; x = x->next)
            if (!x->used && x->size >= size && (!best || x->size < best->size)) {
                best = x;
                *where = k;
            }
    return best;
}

static size_t rounded(size_t bytes)
{
    return bytes ? (bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
}

void *lm_scratch_get(lm_scratch *s, size_t bytes)
{
    const size_t size = rounded(bytes);
    piece       *k = NULL;
    stretch     *x;

    if (bytes > SIZE_MAX / 2)
        return NULL;
    x = best_fit(s, size, &k);
    if (!x) {
        lm_scratch_trim(s); /* a wholly free piece that is too small makes room for one that fits */
        k = add_piece(s, size);
        if (!k)
            return NULL;
        x = k->first;
    }
    if (x->size > size) {
        x->next = new_stretch(s, x->at + size, x->size - size, x->next);
        x->size = size;
    }
    x->used = true;
    k->used += size;
    return k->memory + x->at;
}

static void join_next(lm_scratch *s, stretch *x)
{
    stretch *next = x->next;

    if (x->used || !next || next->used)
        return;
    x->size += next->size;
    x->next = next->next;
    spare_stretch(s, next);
}

/* The piece a block lies in, its stretch there and the one before it; NULL: not ours. */
static piece *find(const lm_scratch *s, const void *block, stretch **found, stretch **before)
{
    for (piece *k = s->pieces; block && k; k = k->next) {
        const char *at = block;

        if (at < k->memory || at >= k->memory + k->size)
            continue;
        *before = NULL;
        for (*found = k->first; *found && k->memory + (*found)->at != at; *found = (*found)->next)
            *before = *found;
        return *found ? k : NULL;
    }
    return NULL;
}

void lm_scratch_put(lm_scratch *s, void *block, size_t bytes)
{
    stretch *x, *before;
    piece   *k = find(s, block, &x, &before);

    if (!k)
        return;
    x->used = false;
    k->used -= rounded(bytes);
    join_next(s, x);
    if (before)
        join_next(s, before);
}

void lm_scratch_shrink(lm_scratch *s, void *block, size_t bytes, size_t keep)
{
    const size_t rest = rounded(bytes) - rounded(keep);
    stretch     *x, *before;
    piece       *k = keep < bytes && rest ? find(s, block, &x, &before) : NULL;

    if (!k)
        return;
    x->size -= rest;
    x->next = new_stretch(s, x->at + x->size, rest, x->next);
    k->used -= rest;
    join_next(s, x->next);
}

static void free_piece(lm_scratch *s, piece *k)
{
    stretch *next;

    for (stretch *x = k->first; x; x = next) {
        next = x->next;
        spare_stretch(s, x);
    }
    s->held -= k->size;
    lm_device_free(s->device, k->memory, k->size);
    lm_free(k);
}

void lm_scratch_trim(lm_scratch *s)
{
    for (piece **k = &s->pieces; *k;) {
        piece *here = *k;

        if (here->used) {
            k = &here->next;
            continue;
        }
        *k = here->next;
        free_piece(s, here);
    }
}

size_t lm_scratch_held(const lm_scratch *s)
{
    return s->held;
}

size_t lm_scratch_most_held(const lm_scratch *s)
{
    return s->most_held;
}

size_t lm_scratch_system_calls(const lm_scratch *s)
{
    return s->system_calls;
}

void lm_scratch_free(lm_scratch *s)
{
    stretch *next;

    if (!s)
        return;
    while (s->pieces) {
        piece *k = s->pieces;

        s->pieces = k->next;
        free_piece(s, k);
    }
    for (stretch *x = s->spare; x; x = next) {
        next = x->next;
        lm_free(x);
    }
    lm_free(s);
}
