/* cache.c: results kept between runs: a hash table of entries, the parts they share, and the order in which
 * they go. What goes is freed after the lock is let go of: an object's destructor may do as it likes. */
#include "core/graph/cache.h"

#include <pthread.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/data/memory.h"
#include "core/graph/cache_disk.h"
#include "core/graph/cache_order.h"
#include "core/graph/cache_parts.h"

typedef struct entry {
    lm_ranked      rank; /* first: a ranked is an entry */
    struct entry  *next_in_bucket;
    struct entry **from_growing, *next_growing; /* the list of those with objects, which may grow */
    lm_hash        key;
    char          *ui;
    size_t         shell; /* bytes beside the parts */
    int            n;
    limn_value    *values[];
} entry;

struct lm_cache {
    pthread_mutex_t  lock;
    entry          **buckets;
    size_t           mask;
    entry           *growing;
    lm_order         order;
    lm_parts         parts;
    size_t           shells; /* bytes of all entries beside their parts */
    lm_cache_options how;
    lm_relief        relief;
    lm_cache_stats   stats;
};

/* ------------------------------------------------------------------ the table */

/* Where the pointer to the entry of that key is, or would be. */
static entry **find(const lm_cache *c, lm_hash key)
{
    entry **at = &c->buckets[key.a & c->mask];

    while (*at && !lm_hash_same((*at)->key, key))
        at = &(*at)->next_in_bucket;
    return at;
}

static void widen(lm_cache *c)
{
    entry      **old = c->buckets;
    const size_t n = c->mask + 1;

    c->mask = 2 * n - 1;
    c->buckets = lm_alloc_array(2 * n, sizeof(entry *));
    for (size_t i = 0; i < n; i++)
        for (entry *e = old[i], *next; e; e = next) {
            entry **at = &c->buckets[e->key.a & c->mask];

            next = e->next_in_bucket;
            e->next_in_bucket = *at;
            *at = e;
        }
    lm_free(old);
}

/* ------------------------------------------------------------------ bytes */

/* What a walk over the parts of an entry needs, and finds. */
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

static size_t each_part(const entry *e, void *self, lm_part_fn *each)
{
    size_t rest = 0;

    for (int i = 0; i < e->n; i++)
        rest += lm_value_parts(e->values[i], self, each);
    return rest;
}

static size_t host_bytes(const lm_cache *c)
{
    return c->shells + c->parts.host;
}

/* ------------------------------------------------------------------ coming and going */

static void add_growing(lm_cache *c, entry *e)
{
    e->from_growing = &c->growing;
    e->next_growing = c->growing;
    if (c->growing)
        c->growing->from_growing = &e->next_growing;
    c->growing = e;
}

static void remove_growing(entry *e)
{
    if (!e->from_growing)
        return;
    *e->from_growing = e->next_growing;
    if (e->next_growing)
        e->next_growing->from_growing = e->from_growing;
}

static void add(lm_cache *c, entry *e)
{
    struct walk w = { .c = c };
    entry     **at;

    if (c->stats.count > c->mask)
        widen(c);
    at = find(c, e->key);
    e->next_in_bucket = *at;
    *at = e;
    e->shell = sizeof *e + (size_t)e->n * sizeof *e->values + (e->ui ? strlen(e->ui) : 0) +
               each_part(e, &w, hold_part);
    if (w.grows)
        add_growing(c, e);
    c->shells += e->shell;
    c->stats.count++;
    e->rank.bytes = (double)(e->shell + w.bytes);
    lm_order_add(&c->order, &e->rank);
}

/* Takes it out of everything, and puts it before `gone`. */
static void take_out(lm_cache *c, entry *e, entry **gone)
{
    *find(c, e->key) = e->next_in_bucket;
    remove_growing(e);
    lm_order_remove(&c->order, &e->rank);
    each_part(e, &c->parts, let_part_go);
    c->shells -= e->shell;
    c->stats.count--;
    e->next_in_bucket = *gone;
    *gone = e;
}

static void free_gone(entry *gone)
{
    for (entry *next; gone; gone = next) {
        next = gone->next_in_bucket;
        for (int i = 0; i < gone->n; i++)
            lm_value_unref(gone->values[i]);
        lm_free(gone->ui);
        lm_free(gone);
    }
}

static void unlock(lm_cache *c, entry *gone)
{
    pthread_mutex_unlock(&c->lock);
    free_gone(gone);
}

static void evict(lm_cache *c, lm_ranked *e, entry **gone)
{
    lm_order_leaves(&c->order, e);
    take_out(c, (entry *)e, gone);
    c->stats.evictions++;
}

/* ------------------------------------------------------------------ making room */

static void see_device(void *self, const void *part, size_t bytes, const lm_device *device)
{
    (void)part, (void)bytes;
    *(bool *)self |= !device || !device->host_memory; /* an object may lie there */
}

static bool has_device_part(const entry *e)
{
    bool has = false;

    each_part(e, &has, see_device);
    return has;
}

/* Would letting it go help?  Memory of that kind must come free by it. */
static bool helps(const entry *e, bool device, bool sole)
{
    if (device && !has_device_part(e))
        return false;
    for (int i = 0; sole && i < e->n; i++)
        if (!lm_value_sole(e->values[i]))
            return false;
    return true;
}

static size_t held(const lm_cache *c, bool device)
{
    return device ? c->parts.device : host_bytes(c);
}

/* Lets go of what `least` names, in its order, until no more than `most` bytes are held; what would not help is
 * passed over. `sole`: only what nobody else holds helps. */
static void evict_until(lm_cache *c, size_t most, bool device, bool sole, lm_ranked *(*least)(lm_order *),
                        entry **gone)
{
    lm_ranked *e;

    while (held(c, device) > most && (e = least(&c->order)))
        if (helps((entry *)e, device, sole))
            evict(c, e, gone);
        else
            lm_order_set_aside(&c->order, e);
    lm_order_return(&c->order);
}

static void evict_count(lm_cache *c, entry **gone)
{
    lm_ranked *e;

    while ((size_t)c->stats.count > c->how.most && (e = lm_order_least_past(&c->order)))
        evict(c, e, gone);
}

static void fit(lm_cache *c, entry **gone)
{
    for (int device = 0; device < 2; device++) {
        const size_t most = device ? c->how.device_bytes : c->how.host_bytes;

        evict_until(c, most, device, false, lm_order_least_past, gone);
        evict_until(c, most, device, false, lm_order_least_now, gone);
    }
    if (c->how.policy == LM_CACHE_LRU)
        evict_count(c, gone);
}

static size_t let_go(void *self, size_t bytes, bool device)
{
    return lm_cache_let_go(self, bytes, device);
}

size_t lm_cache_let_go(lm_cache *c, size_t bytes, bool device)
{
    entry *gone = NULL;
    size_t before, after;

    pthread_mutex_lock(&c->lock);
    before = held(c, device);
    const size_t most = bytes < before ? before - bytes : 0;

    evict_until(c, most, device, false, lm_order_least_past, &gone);
    evict_until(c, most, device, true, lm_order_least_now, &gone);
    after = held(c, device);
    unlock(c, gone);
    return before - after;
}

/* ------------------------------------------------------------------ life */

lm_cache *lm_cache_new(size_t budget_bytes)
{
    return lm_cache_open(&(lm_cache_options){ .host_bytes = budget_bytes, .device_bytes = budget_bytes });
}

lm_cache *lm_cache_open(const lm_cache_options *o)
{
    lm_cache *c = lm_alloc(sizeof *c);

    pthread_mutex_init(&c->lock, NULL);
    c->mask = 63;
    c->buckets = lm_alloc_array(c->mask + 1, sizeof(entry *));
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
    entry *gone = NULL;

    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i <= c->mask; i++)
        while (c->buckets[i])
            take_out(c, c->buckets[i], &gone);
    unlock(c, gone);
}

/* ------------------------------------------------------------------ looking */

static bool look_in_memory(lm_cache *c, lm_hash key, limn_value **out, int n, char **ui)
{
    entry *e;

    pthread_mutex_lock(&c->lock);
    e = *find(c, key);
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

/* ------------------------------------------------------------------ keeping */

/* Bytes of an entry, were it alone. What is larger than the budget would only drive all else out. */
static bool too_large(const lm_cache *c, const entry *e)
{
    size_t bytes = 0;

    for (int i = 0; i < e->n; i++)
        bytes += lm_value_bytes(e->values[i]);
    return bytes > (c->how.device_bytes > c->how.host_bytes ? c->how.device_bytes : c->how.host_bytes);
}

static void keep(lm_cache *c, lm_hash key, limn_value *const *values, int n, const char *ui, double seconds)
{
    entry *e = lm_alloc(sizeof *e + (size_t)n * sizeof *e->values), *gone = NULL, *old;

    e->key = key;
    e->n = n;
    e->rank.seconds = seconds > 0 ? seconds : 0;
    e->ui = ui ? lm_copy_text(ui) : NULL;
    for (int i = 0; i < n; i++)
        e->values[i] = lm_value_ref(values[i]);

    pthread_mutex_lock(&c->lock);
    old = *find(c, key);
    if (old)
        take_out(c, old, &gone);
    if (too_large(c, e)) {
        e->next_in_bucket = gone;
        gone = e;
    } else {
        add(c, e);
        fit(c, &gone);
    }
    unlock(c, gone);
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

void lm_cache_begin(lm_cache *c, const lm_hash *keys, int n)
{
    entry *gone = NULL, *e;

    pthread_mutex_lock(&c->lock);
    lm_order_begin(&c->order);
    for (int i = 0; i < n; i++)
        if ((e = *find(c, keys[i])))
            lm_order_ask(&c->order, &e->rank);
    lm_order_begun(&c->order);
    if (c->how.policy == LM_CACHE_CLASSIC)
        for (lm_ranked *r; (r = lm_order_least_past(&c->order));)
            evict(c, r, &gone);
    if (c->how.policy == LM_CACHE_LRU)
        evict_count(c, &gone);
    unlock(c, gone);
}

/* What packing costs, as measured: a byte of a model that grew would have to be made again. */
static const double seconds_a_packed_byte = 1e-9;

static void measure(lm_cache *c, entry *e)
{
    struct walk  w = { .c = c };
    const size_t shell = e->shell;
    double       bytes;

    each_part(e, &w, measure_part);
    bytes = (double)(shell + w.bytes);
    if (bytes == e->rank.bytes)
        return;
    if (bytes > e->rank.bytes)
        e->rank.seconds += (bytes - e->rank.bytes) * seconds_a_packed_byte;
    e->rank.bytes = bytes;
    lm_order_weigh(&c->order, &e->rank);
}

void lm_cache_settle(lm_cache *c)
{
    entry *gone = NULL;

    pthread_mutex_lock(&c->lock);
    for (entry *e = c->growing; e; e = e->next_growing)
        measure(c, e);
    fit(c, &gone);
    unlock(c, gone);
}

lm_cache_stats lm_cache_report(lm_cache *c)
{
    lm_cache_stats s;

    pthread_mutex_lock(&c->lock);
    s = c->stats;
    s.bytes = host_bytes(c);
    s.device_bytes = c->parts.device;
    s.budget = c->how.host_bytes;
    pthread_mutex_unlock(&c->lock);
    return s;
}
