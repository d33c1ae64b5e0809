/* cache.h: results kept between runs: the values and the ui answer of a node under the key of its content.
 * The least recently used leave when their bytes exceed the budget. Values that two results share count
 * twice. All functions are [any]. */
#ifndef LM_GRAPH_CACHE_H
#define LM_GRAPH_CACHE_H

#include "core/base/hash.h"
#include "core/data/value.h"

typedef struct lm_cache lm_cache;

lm_cache *lm_cache_new(size_t budget_bytes);                                                  /* [new] */
void      lm_cache_free(lm_cache *c);

/* Is there a result? Then true, with a new reference in each of out[0 … n-1], and *ui (when asked for) a copy
 * of its answer or NULL, the caller's to free. */
bool lm_cache_lookup(lm_cache *c, lm_hash key, limn_value **out, int n, char **ui);

/* Keeps a result: one more reference to each value, and a copy of `ui` (may be NULL). `seconds` is what it cost
 * to compute, 0 when nobody measured. */
void lm_cache_store(lm_cache *c, lm_hash key, limn_value *const *values, int n, const char *ui, double seconds);

/* A prompt with these keys begins: what policies that think in prompts go by. Keys may repeat. */
void lm_cache_begin(lm_cache *c, const lm_hash *keys, int n);

/* Values may have grown since they were stored (a model packs its weights when it is first used): measures
 * again and lets go of what is too much. The executor calls it after each run. */
void lm_cache_settle(lm_cache *c);
void lm_cache_clear(lm_cache *c);

typedef struct lm_cache_stats {
    int64_t hits, misses, stores, evictions;
    size_t  count, bytes, budget;
} lm_cache_stats;
lm_cache_stats lm_cache_report(lm_cache *c);

#endif
