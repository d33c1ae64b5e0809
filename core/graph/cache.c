/* cache.c: results kept between runs, in a hash table whose entries are also a list by last use. */
#include "core/graph/cache.h"

#include <pthread.h>
#include <string.h>

#include "core/base/alloc.h"

struct entry {
    struct entry *next_in_bucket;
    struct entry *newer, *older;
    lm_hash       key;
    char         *ui;
    size_t        bytes;
    double        seconds; /* what it cost */
    int           n;
    limn_value   *values[];
};

struct lm_cache {
    pthread_mutex_t lock;
    struct entry  **buckets;
    size_t          mask;
    struct entry   *newest, *oldest;
    lm_cache_stats  stats;
};

/* ------------------------------------------------------------------ the list by last use */

static void unlink_entry(lm_cache *c, struct entry *e)
{
    *(e->newer ? &e->newer->older : &c->newest) = e->older;
    *(e->older ? &e->older->newer : &c->oldest) = e->newer;
}

static void link_newest(lm_cache *c, struct entry *e)
{
    e->newer = NULL;
    e->older = c->newest;
    *(c->newest ? &c->newest->newer : &c->oldest) = e;
    c->newest = e;
}

/* ------------------------------------------------------------------ the table */

/* Where the pointer to the entry of that key is, or would be. */
static struct entry **find(const lm_cache *c, lm_hash key)
{
    struct entry **at = &c->buckets[key.a & c->mask];

    while (*at && !lm_hash_same((*at)->key, key))
        at = &(*at)->next_in_bucket;
    return at;
}

static void widen(lm_cache *c)
{
    struct entry **old = c->buckets;
    const size_t   n = c->mask + 1;

    c->mask = 2 * n - 1;
    c->buckets = lm_alloc_array(2 * n, sizeof(struct entry *));
    for (size_t i = 0; i < n; i++)
        for (struct entry *e = old[i], *next; e; e = next) {
            struct entry **at = &c->buckets[e->key.a & c->mask];

            next = e->next_in_bucket;
            e->next_in_bucket = *at;
            *at = e;
        }
    lm_free(old);
}

static size_t measure(const struct entry *e)
{
    size_t bytes = sizeof *e + (size_t)e->n * sizeof *e->values + (e->ui ? strlen(e->ui) : 0);

    for (int i = 0; i < e->n; i++)
        bytes += lm_value_bytes(e->values[i]);
    return bytes;
}

static void free_entry(struct entry *e)
{
    for (int i = 0; i < e->n; i++)
        lm_value_unref(e->values[i]);
    lm_free(e->ui);
    lm_free(e);
}

static void drop(lm_cache *c, struct entry *e)
{
    *find(c, e->key) = e->next_in_bucket;
    unlink_entry(c, e);
    c->stats.bytes -= e->bytes;
    c->stats.count--;
    free_entry(e);
}

static void fit_budget(lm_cache *c)
{
    while (c->stats.bytes > c->stats.budget && c->oldest) {
        drop(c, c->oldest);
        c->stats.evictions++;
    }
}

/* ------------------------------------------------------------------ from outside */

lm_cache *lm_cache_new(size_t budget_bytes)
{
    lm_cache *c = lm_alloc(sizeof *c);

    pthread_mutex_init(&c->lock, NULL);
    c->mask = 63;
    c->buckets = lm_alloc_array(c->mask + 1, sizeof(struct entry *));
    c->stats.budget = budget_bytes;
    return c;
}

void lm_cache_free(lm_cache *c)
{
    if (!c)
        return;
    lm_cache_clear(c);
    pthread_mutex_destroy(&c->lock);
    lm_free(c->buckets);
    lm_free(c);
}

bool lm_cache_lookup(lm_cache *c, lm_hash key, limn_value **out, int n, char **ui)
{
    struct entry *e;

    pthread_mutex_lock(&c->lock);
    e = *find(c, key);
    if (e && e->n == n) {
        unlink_entry(c, e);
        link_newest(c, e);
        for (int i = 0; i < n; i++)
            out[i] = lm_value_ref(e->values[i]);
        if (ui)
            *ui = e->ui ? lm_copy_text(e->ui) : NULL;
        c->stats.hits++;
    } else {
        e = NULL;
        c->stats.misses++;
    }
    pthread_mutex_unlock(&c->lock);
    return e;
}

/* What the prompt asks for was used just now, in the order in which it will be: the last leaves first. */
void lm_cache_begin(lm_cache *c, const lm_hash *keys, int n)
{
    pthread_mutex_lock(&c->lock);
    for (int i = n; i-- > 0;) {
        struct entry *e = *find(c, keys[i]);

        if (e) {
            unlink_entry(c, e);
            link_newest(c, e);
        }
    }
    pthread_mutex_unlock(&c->lock);
}

void lm_cache_store(lm_cache *c, lm_hash key, limn_value *const *values, int n, const char *ui, double seconds)
{
    struct entry *e = lm_alloc(sizeof *e + (size_t)n * sizeof *e->values), *old;

    e->key = key;
    e->n = n;
    e->seconds = seconds;
    e->ui = ui ? lm_copy_text(ui) : NULL;
    for (int i = 0; i < n; i++)
        e->values[i] = lm_value_ref(values[i]);
    e->bytes = measure(e);

    pthread_mutex_lock(&c->lock);
    old = *find(c, key);
    if (old)
        drop(c, old);
    if (c->stats.count > c->mask)
        widen(c);
    *find(c, key) = e;
    link_newest(c, e);
    c->stats.bytes += e->bytes;
    c->stats.count++;
    c->stats.stores++;
    fit_budget(c);
    pthread_mutex_unlock(&c->lock);
}

void lm_cache_settle(lm_cache *c)
{
    pthread_mutex_lock(&c->lock);
    for (struct entry *e = c->newest; e; e = e->older) {
        c->stats.bytes -= e->bytes;
        e->bytes = measure(e);
        c->stats.bytes += e->bytes;
    }
    fit_budget(c);
    pthread_mutex_unlock(&c->lock);
}

void lm_cache_clear(lm_cache *c)
{
    pthread_mutex_lock(&c->lock);
    while (c->oldest)
        drop(c, c->oldest);
    pthread_mutex_unlock(&c->lock);
}

lm_cache_stats lm_cache_report(lm_cache *c)
{
    lm_cache_stats s;

    pthread_mutex_lock(&c->lock);
    s = c->stats;
    pthread_mutex_unlock(&c->lock);
    return s;
}
