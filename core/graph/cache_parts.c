/* cache_parts.c: parts of results, counted once: open addressing, linear steps, nothing left behind when one
 * goes. */
#include "core/graph/cache_parts.h"

#include <stdint.h>

#include "core/base/alloc.h"

static size_t home_of(const lm_parts *p, const void *id)
{
    const uint64_t x = (uint64_t)(uintptr_t)id * 0x9e3779b97f4a7c15u;

    return (size_t)(x >> 32) & (p->room - 1);
}

/* Where it is, or the free place where it would be. */
static lm_part *find(const lm_parts *p, const void *id)
{
    size_t i = home_of(p, id);

    while (p->at[i].id && p->at[i].id != id)
        i = (i + 1) & (p->room - 1);
    return &p->at[i];
}

static void widen(lm_parts *p)
{
    lm_parts old = *p;

    p->room = old.room ? 2 * old.room : 64;
    p->at = lm_alloc_array(p->room, sizeof *p->at);
    for (size_t i = 0; i < old.room; i++)
        if (old.at[i].id)
            *find(p, old.at[i].id) = old.at[i];
    lm_free(old.at);
}

static size_t *total_of(lm_parts *p, const lm_part *x)
{
    return x->device ? &p->device : &p->host;
}

static void set_bytes(lm_parts *p, lm_part *x, size_t bytes)
{
    *total_of(p, x) += bytes - x->bytes;
    x->bytes = bytes;
}

void lm_parts_hold(lm_parts *p, const void *id, size_t bytes, bool device)
{
    lm_part *x;

    if (4 * p->n >= 3 * p->room)
        widen(p);
    x = find(p, id);
    if (!x->id) {
        *x = (lm_part){ .id = id, .device = device };
        p->n++;
    }
    x->holders++;
    set_bytes(p, x, bytes);
}

void lm_parts_measure(lm_parts *p, const void *id, size_t bytes)
{
    set_bytes(p, find(p, id), bytes);
}

/* Those behind a place that became free move up, so that a search never stops short. */
static void close_gap(lm_parts *p, size_t gap)
{
    const size_t mask = p->room - 1;

    for (size_t i = (gap + 1) & mask; p->at[i].id; i = (i + 1) & mask) {
        const size_t home = home_of(p, p->at[i].id);

        if (((i - home) & mask) < ((i - gap) & mask))
            continue;
        p->at[gap] = p->at[i];
        gap = i;
    }
    p->at[gap].id = NULL;
}

void lm_parts_let_go(lm_parts *p, const void *id)
{
    lm_part *x = find(p, id);

    if (--x->holders)
        return;
    set_bytes(p, x, 0);
    p->n--;
    close_gap(p, (size_t)(x - p->at));
}

void lm_parts_done(lm_parts *p)
{
    lm_free(p->at);
    *p = (lm_parts){ 0 };
}
