/* cache_entries.c: a cache's results: their hash table, their bytes, their coming and going. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/cache_inside.h"

/* ------------------------------------------------------------------ the table */

lm_cached **lm_cached_find(const lm_cache *c, lm_hash key)
{
    lm_cached **at = &c->buckets[key.a & c->mask];

    while (*at && !lm_hash_same((*at)->key, key))
        at = &(*at)->next_in_bucket;
    return at;
}

static void widen(lm_cache *c)
{
    lm_cached  **old = c->buckets;
    const size_t n = c->mask + 1;

    c->mask = 2 * n - 1;
    c->buckets = lm_alloc_array(2 * n, sizeof(lm_cached *));
    for (size_t i = 0; i < n; i++)
        for (lm_cached *e = old[i], *next; e; e = next) {
            lm_cached **at = &c->buckets[e->key.a & c->mask];

            next = e->next_in_bucket;
            e->next_in_bucket = *at;
            *at = e;
        }
    lm_free(old);
}

/* ------------------------------------------------------------------ bytes */

/* What a walk over the parts of a result needs, and finds. */
struct walk {
    lm_cache *c;
    size_t    bytes;
    bool      grows;
};

static void hold_part(void *self, const void *part, size_t bytes, const lm_device *device)
{
    struct walk     *w = self;
    const lm_device *d = device ? device : w->c->how.device;

    w->bytes += bytes;
    w->grows |= !device;
    lm_parts_hold(&w->c->parts, part, bytes, d && !d->host_memory);
}

static void measure_part(void *self, const void *part, size_t bytes, const lm_device *device)
{
    struct walk *w = self;

    (void)device;
    w->bytes += bytes;
    lm_parts_measure(&w->c->parts, part, bytes);
}

static void let_part_go(void *self, const void *part, size_t bytes, const lm_device *device)
{
    (void)bytes, (void)device;
    lm_parts_let_go(self, part);
}

size_t lm_cached_parts(const lm_cached *e, void *self, lm_part_fn *each)
{
    size_t rest = 0;

    for (int i = 0; i < e->n; i++)
        rest += lm_value_parts(e->values[i], self, each);
    return rest;
}

/* ------------------------------------------------------------------ coming and going */

static void add_growing(lm_cache *c, lm_cached *e)
{
    e->from_growing = &c->growing;
    e->next_growing = c->growing;
    if (c->growing)
        c->growing->from_growing = &e->next_growing;
    c->growing = e;
}

static void remove_growing(lm_cached *e)
{
    if (!e->from_growing)
        return;
    *e->from_growing = e->next_growing;
    if (e->next_growing)
        e->next_growing->from_growing = e->from_growing;
}

void lm_cached_add(lm_cache *c, lm_cached *e)
{
    struct walk w = { .c = c };
    lm_cached     **at;

    if (2 * c->stats.count > c->mask) /* whom a search passes on its way is seldom in the processor's caches */
        widen(c);
    at = lm_cached_find(c, e->key);
    e->next_in_bucket = *at;
    *at = e;
    e->shell = sizeof *e + (size_t)e->n * sizeof *e->values + (e->ui ? strlen(e->ui) : 0) +
               lm_cached_parts(e, &w, hold_part);
    if (w.grows)
        add_growing(c, e);
    c->shells += e->shell;
    c->stats.count++;
    e->rank.bytes = (double)(e->shell + w.bytes);
    lm_order_add(&c->order, &e->rank);
}

void lm_cached_take_out(lm_cache *c, lm_cached *e, lm_cached **gone)
{
    *lm_cached_find(c, e->key) = e->next_in_bucket;
    remove_growing(e);
    lm_order_remove(&c->order, &e->rank);
    lm_cached_parts(e, &c->parts, let_part_go);
    c->shells -= e->shell;
    c->stats.count--;
    e->next_in_bucket = *gone;
    *gone = e;
}

static void lm_cached_free(lm_cached *gone)
{
    for (lm_cached *next; gone; gone = next) {
        next = gone->next_in_bucket;
        for (int i = 0; i < gone->n; i++)
            lm_value_unref(gone->values[i]);
        lm_free(gone->ui);
        lm_free(gone);
    }
}

void lm_cache_unlock(lm_cache *c, lm_cached *gone)
{
    pthread_mutex_unlock(&c->lock);
    lm_cached_free(gone);
}

/* ------------------------------------------------------------------ growing */

/* What packing costs, as measured: a byte of a model that grew would have to be made again. */
static const double seconds_a_packed_byte = 1e-9;

void lm_cached_measure(lm_cache *c, lm_cached *e)
{
    struct walk  w = { .c = c };
    const size_t shell = e->shell;
    double       bytes;

    lm_cached_parts(e, &w, measure_part);
    bytes = (double)(shell + w.bytes);
    if (bytes == e->rank.bytes)
        return;
    if (bytes > e->rank.bytes)
        e->rank.seconds += (bytes - e->rank.bytes) * seconds_a_packed_byte;
    e->rank.bytes = bytes;
    lm_order_weigh(&c->order, &e->rank);
}
