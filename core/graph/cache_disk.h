/* cache_disk.h: results kept in a folder across restarts, one file each, named by its key and limn's version.
 *
 * Kept is what can be stored (stored_value.h: no objects, so no models), has no answer for the canvas (its effect
 * belongs to the run), and was dear: it took at least 50 ms, and longer than its bytes would take at 100 MB/s,
 * which is well above what reading them back takes.
 *
 * Several processes may share a folder, and any of them may be killed at any moment: files appear whole, and
 * carry a hash. A damaged one is removed with a line in the log. The folder is kept below `bytes` by removing
 * what was used longest ago; processes that write at the same time may pass it by a sixteenth each.  [any] */
#ifndef LM_GRAPH_CACHE_DISK_H
#define LM_GRAPH_CACHE_DISK_H

#include "core/base/hash.h"
#include "core/data/value.h"

typedef struct lm_cache_disk lm_cache_disk;

/* The folder is made when it is not there. FILE when it cannot be used.                          [new] */
lm_cache_disk *lm_cache_disk_open(const char *folder, uint64_t bytes, limn_error *err);
void           lm_cache_disk_close(lm_cache_disk *d); /* welcomes NULL */

/* A result that was kept: new values in out, their tensors on `device` (NULL: the host), and what it cost. */
bool lm_cache_disk_read(lm_cache_disk *d, lm_hash key, lm_device *device, limn_value **out, int n,
                        double *seconds);

/* Keeps it, if it is worth it. What fails is told in the log, once a process. */
void lm_cache_disk_write(lm_cache_disk *d, lm_hash key, limn_value *const *values, int n, double seconds);

typedef struct lm_cache_disk_stats {
    int64_t  hits, misses, writes, damaged, removed;
    uint64_t bytes; /* in the folder, as far as this process knows */
} lm_cache_disk_stats;
lm_cache_disk_stats lm_cache_disk_report(lm_cache_disk *d);

#endif
