/* cache_room.c: a cache lets go of results: for its budgets, for a prompt that begins, for whoever needs memory. */
#include "core/graph/cache_inside.h"

static void evict(lm_cache *c, lm_ranked *e, lm_cached **gone)
{
    lm_order_leaves(&c->order, e);
    lm_cached_take_out(c, (lm_cached *)e, gone);
    c->stats.evictions++;
}

static void see_device(void *self, const void *part, size_t bytes, const lm_device *device)
{
    (void)part, (void)bytes;
    *(bool *)self |= !device || !device->host_memory; /* an object may lie there */
}

static bool has_device_part(const lm_cached *e)
{
    bool has = false;

    lm_cached_parts(e, &has, see_device);
    return has;
}

/* Would letting it go help?  Memory of that kind must come free by it. */
static bool helps(const lm_cached *e, bool device, bool sole)
{
    if (device && !has_device_part(e))
        return false;
    for (int i = 0; sole && i < e->n; i++)
        if (!lm_value_sole(e->values[i]))
            return false;
    return true;
}

/* Lets go of what `least` names, in its order, until no more than `most` bytes are held; what would not help is
 * passed over. `sole`: only what nobody else holds helps. */
static void evict_until(lm_cache *c, size_t most, bool device, bool sole, lm_ranked *(*least)(lm_order *),
                        lm_cached **gone)
{
    lm_ranked *e;

    while (lm_cache_held(c, device) > most && (e = least(&c->order)))
        if (helps((lm_cached *)e, device, sole))
            evict(c, e, gone);
        else
            lm_order_set_aside(&c->order, e);
    lm_order_return(&c->order);
}

static void evict_count(lm_cache *c, lm_cached **gone)
{
    lm_ranked *e;

    while ((size_t)c->stats.count > c->how.most && (e = lm_order_least_past(&c->order)))
        evict(c, e, gone);
}

void lm_cache_fit(lm_cache *c, lm_cached **gone)
{
    for (int device = 0; device < 2; device++) {
        const size_t most = device ? c->how.device_bytes : c->how.host_bytes;

        evict_until(c, most, device, false, lm_order_least_past, gone);
        evict_until(c, most, device, false, lm_order_least_now, gone);
    }
    if (c->how.policy == LM_CACHE_LRU)
        evict_count(c, gone);
}

size_t lm_cache_let_go(lm_cache *c, size_t bytes, bool device)
{
    lm_cached *gone = NULL;
    size_t     before, after;

    pthread_mutex_lock(&c->lock);
    before = lm_cache_held(c, device);
    const size_t most = bytes < before ? before - bytes : 0;

    evict_until(c, most, device, false, lm_order_least_past, &gone);
    evict_until(c, most, device, true, lm_order_least_now, &gone);
    after = lm_cache_held(c, device);
    lm_cache_unlock(c, gone);
    return before - after;
}

void lm_cache_begin(lm_cache *c, const lm_hash *keys, int n)
{
    lm_cached *gone = NULL, *e;

    pthread_mutex_lock(&c->lock);
    lm_order_begin(&c->order);
    for (int i = 0; i < n; i++)
        if ((e = *lm_cached_find(c, keys[i])))
            lm_order_ask(&c->order, &e->rank);
    lm_order_begun(&c->order);
    if (c->how.policy == LM_CACHE_CLASSIC)
        for (lm_ranked *r; (r = lm_order_least_past(&c->order));)
            evict(c, r, &gone);
    if (c->how.policy == LM_CACHE_LRU)
        evict_count(c, &gone);
    lm_cache_unlock(c, gone);
}
