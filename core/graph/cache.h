/* cache.h: results kept between runs: the values and the ui answer of a node under the key of its content.
 *
 * Memory first: within a budget of bytes, what is dear to compute and small stays (cache_order.h), a tensor or a
 * model that several results share counting once. Behind it, when there is one, a folder on disk
 * (cache_disk.h): what is found there moves into memory. Three ways of keeping:
 *   LM_CACHE_BUDGET   what fits, over any number of prompts;
 *   LM_CACHE_LRU      of earlier prompts at most `most` results, those used last;
 *   LM_CACHE_CLASSIC  of earlier prompts only what the one that begins asks for again.
 * The budgets hold for all three. All functions are [any]. */
#ifndef LM_GRAPH_CACHE_H
#define LM_GRAPH_CACHE_H

#include "core/base/hash.h"
#include "core/data/value.h"

typedef struct lm_cache lm_cache;
struct lm_cache_disk;

typedef enum lm_cache_policy { LM_CACHE_BUDGET, LM_CACHE_LRU, LM_CACHE_CLASSIC } lm_cache_policy;

typedef struct lm_cache_options {
    lm_cache_policy       policy;
    size_t                host_bytes;   /* budget of host memory */
    size_t                device_bytes; /* budget of devices with memory of their own; 0: none is kept */
    size_t                most;         /* LM_CACHE_LRU: results */
    lm_device            *device;       /* where models are, and where tensors from disk go; NULL: the host */
    struct lm_cache_disk *disk;         /* taken; NULL: none */
} lm_cache_options;

lm_cache *lm_cache_new(size_t budget_bytes); /* LM_CACHE_BUDGET, for every memory                [new] */
lm_cache *lm_cache_open(const lm_cache_options *o);                                           /* [new] */
void      lm_cache_free(lm_cache *c);

/* Is there a result? Then true, with a new reference in each of out[0 … n-1], and *ui (when asked for) a copy
 * of its answer or NULL, the caller's to free. */
bool lm_cache_lookup(lm_cache *c, lm_hash key, limn_value **out, int n, char **ui);

bool lm_cache_reads_disk(const lm_cache *c); /* a lookup may take its time */

/* Keeps a result: one more reference to each value, and a copy of `ui` (may be NULL). `seconds` is what it cost
 * to compute, 0 when nobody measured. */
void lm_cache_store(lm_cache *c, lm_hash key, limn_value *const *values, int n, const char *ui, double seconds);

/* A prompt with these keys begins: what it asks for goes last. Keys may repeat. */
void lm_cache_begin(lm_cache *c, const lm_hash *keys, int n);

/* Values may have grown since they were stored (a model packs its weights when it is first used): measures
 * again and lets go of what is too much. The executor calls it after each run. */
void lm_cache_settle(lm_cache *c);
void lm_cache_clear(lm_cache *c); /* memory only */

/* Lets go of results until `bytes` of host memory (device: of other memory) came free, the least valuable first;
 * of those that the prompt at hand asked for only what nobody else holds. The bytes that came free. */
size_t lm_cache_let_go(lm_cache *c, size_t bytes, bool device);

typedef struct lm_cache_stats {
    int64_t hits, disk_hits, misses, stores, evictions; /* a disk hit is a hit */
    size_t  count, bytes, device_bytes, budget; /* bytes and budget: of host memory */
} lm_cache_stats;
lm_cache_stats lm_cache_report(lm_cache *c);

#endif
