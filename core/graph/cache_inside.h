/* cache_inside.h: what cache.c, cache_entries.c and cache_room.c share and nobody else sees. The lock of the cache
 * is held in all of it but lm_cache_unlock. What goes is freed after the lock is let go of: an object's destructor
 * may do as it likes. */
#ifndef LM_GRAPH_CACHE_INSIDE_H
#define LM_GRAPH_CACHE_INSIDE_H

#include <pthread.h>

#include "core/data/memory.h"
#include "core/graph/cache.h"
#include "core/graph/cache_order.h"
#include "core/graph/cache_parts.h"

/* A result. */
typedef struct lm_cached {
    lm_ranked          rank; /* first: a ranked is a result */
    struct lm_cached  *next_in_bucket;
    struct lm_cached **from_growing, *next_growing; /* the list of those with objects, which may grow */
    lm_hash            key;
    char              *ui;
    size_t             shell; /* bytes beside the parts */
    int                n;
    limn_value        *values[];
} lm_cached;

struct lm_cache {
    pthread_mutex_t  lock;
    lm_cached      **buckets;
    size_t           mask;
    lm_cached       *growing;
    lm_order         order;
    lm_parts         parts;
    size_t           shells; /* bytes of all results beside their parts */
    lm_cache_options how;
    lm_relief        relief;
    lm_cache_stats   stats;
};

/* Where the pointer to the result of that key is, or would be. */
lm_cached **lm_cached_find(const lm_cache *c, lm_hash key);

/* Into the table, the order and the account; and out of everything, before those in `gone`. */
void lm_cached_add(lm_cache *c, lm_cached *e);
void lm_cached_take_out(lm_cache *c, lm_cached *e, lm_cached **gone);

size_t lm_cached_parts(const lm_cached *e, void *self, lm_part_fn *each); /* as lm_value_parts, of all values */
void   lm_cached_measure(lm_cache *c, lm_cached *e);                      /* its objects may have grown */

/* Bytes of host memory, or of other memory, in all results. */
static inline size_t lm_cache_held(const lm_cache *c, bool device)
{
    return device ? c->parts.device : c->shells + c->parts.host;
}

/* Lets go of what is beyond the budgets. */
void lm_cache_fit(lm_cache *c, lm_cached **gone);

/* Lets go of the lock, then of those in `gone`. */
void lm_cache_unlock(lm_cache *c, lm_cached *gone);

#endif
