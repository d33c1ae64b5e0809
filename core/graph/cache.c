/* cache.c: results kept between runs: memory first, then the disk. */
#include "core/base/alloc.h"
#include "core/graph/cache_disk.h"
#include "core/graph/cache_inside.h"

/* ------------------------------------------------------------------ life */

static size_t let_go(void *self, size_t bytes, bool device)
{
    return lm_cache_let_go(self, bytes, device);
}

lm_cache *lm_cache_new(size_t budget_bytes)
{
    return lm_cache_open(&(lm_cache_options){ .host_bytes = budget_bytes, .device_bytes = budget_bytes });
}

lm_cache *lm_cache_open(const lm_cache_options *o)
{
    lm_cache *c = lm_alloc(sizeof *c);

    pthread_mutex_init(&c->lock, NULL);
    c->mask = 63;
    c->buckets = lm_alloc_array(c->mask + 1, sizeof(lm_cached *));
    c->how = *o;
    c->order.by_use = o->policy == LM_CACHE_LRU;
    c->relief = (lm_relief){ .let_go = let_go, .self = c };
    lm_relief_add(&c->relief);
    return c;
}

void lm_cache_free(lm_cache *c)
{
    if (!c)
        return;
    lm_relief_remove(&c->relief);
    lm_cache_clear(c);
    pthread_mutex_destroy(&c->lock);
    lm_order_done(&c->order);
    lm_parts_done(&c->parts);
    lm_cache_disk_close(c->how.disk);
    lm_free(c->buckets);
    lm_free(c);
}

void lm_cache_clear(lm_cache *c)
{
    lm_cached *gone = NULL;

    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i <= c->mask; i++)
        while (c->buckets[i])
            lm_cached_take_out(c, c->buckets[i], &gone);
    lm_cache_unlock(c, gone);
}

/* ------------------------------------------------------------------ looking */

static bool look_in_memory(lm_cache *c, lm_hash key, limn_value **out, int n, char **ui)
{
    lm_cached *e;

    pthread_mutex_lock(&c->lock);
    e = *lm_cached_find(c, key);
    if (e && e->n == n) {
        lm_order_use(&c->order, &e->rank);
        for (int i = 0; i < n; i++)
            out[i] = lm_value_ref(e->values[i]);
        if (ui)
            *ui = e->ui ? lm_copy_text(e->ui) : NULL;
        c->stats.hits++;
    } else {
        e = NULL;
        c->stats.misses += !c->how.disk;
    }
    pthread_mutex_unlock(&c->lock);
    return e;
}

static void keep(lm_cache *c, lm_hash key, limn_value *const *values, int n, const char *ui, double seconds);

static bool look_on_disk(lm_cache *c, lm_hash key, limn_value **out, int n, char **ui)
{
    double     seconds = 0;
    const bool found = lm_cache_disk_read(c->how.disk, key, c->how.device, out, n, &seconds);

    if (found) {
        keep(c, key, out, n, NULL, seconds);
        if (ui)
            *ui = NULL;
    }
    pthread_mutex_lock(&c->lock);
    c->stats.hits += found;
    c->stats.disk_hits += found;
    c->stats.misses += !found;
    pthread_mutex_unlock(&c->lock);
    return found;
}

bool lm_cache_lookup(lm_cache *c, lm_hash key, limn_value **out, int n, char **ui)
{
    return look_in_memory(c, key, out, n, ui) || (c->how.disk && look_on_disk(c, key, out, n, ui));
}

bool lm_cache_reads_disk(const lm_cache *c)
{
    return c->how.disk;
}

/* ------------------------------------------------------------------ keeping */

/* Bytes of a result, were it alone. What is larger than the budget would only drive all else out. */
static bool too_large(const lm_cache *c, const lm_cached *e)
{
    size_t bytes = 0;

    for (int i = 0; i < e->n; i++)
        bytes += lm_value_bytes(e->values[i]);
    return bytes > (c->how.device_bytes > c->how.host_bytes ? c->how.device_bytes : c->how.host_bytes);
}

static const double most_seconds = 1e7; /* a third of a year */

static void keep(lm_cache *c, lm_hash key, limn_value *const *values, int n, const char *ui, double seconds)
{
    lm_cached *e = lm_alloc(sizeof *e + (size_t)n * sizeof *e->values), *gone = NULL, *old;

    e->key = key;
    e->n = n;
    e->rank.seconds = seconds > 0 && seconds < most_seconds ? seconds : 0; /* a file may claim anything */
    e->ui = ui ? lm_copy_text(ui) : NULL;
    for (int i = 0; i < n; i++)
        e->values[i] = lm_value_ref(values[i]);

    pthread_mutex_lock(&c->lock);
    old = *lm_cached_find(c, key);
    if (old)
        lm_cached_take_out(c, old, &gone);
    if (too_large(c, e)) {
        e->next_in_bucket = gone;
        gone = e;
    } else {
        lm_cached_add(c, e);
        lm_cache_fit(c, &gone);
    }
    lm_cache_unlock(c, gone);
}

void lm_cache_store(lm_cache *c, lm_hash key, limn_value *const *values, int n, const char *ui, double seconds)
{
    keep(c, key, values, n, ui, seconds);
    pthread_mutex_lock(&c->lock);
    c->stats.stores++;
    pthread_mutex_unlock(&c->lock);
    if (c->how.disk && !ui)
        lm_cache_disk_write(c->how.disk, key, values, n, seconds);
}

void lm_cache_settle(lm_cache *c)
{
    lm_cached *gone = NULL;

    pthread_mutex_lock(&c->lock);
    for (lm_cached *e = c->growing; e; e = e->next_growing)
        lm_cached_measure(c, e);
    lm_cache_fit(c, &gone);
    lm_cache_unlock(c, gone);
}

lm_cache_stats lm_cache_report(lm_cache *c)
{
    lm_cache_stats s;

    pthread_mutex_lock(&c->lock);
    s = c->stats;
    s.bytes = lm_cache_held(c, false);
    s.device_bytes = lm_cache_held(c, true);
    s.budget = c->how.host_bytes;
    pthread_mutex_unlock(&c->lock);
    return s;
}
