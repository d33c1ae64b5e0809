/* cache_parts.h: the memory that a cache's results hold, each part counted once however many of them share
 * it: a table from a part (lm_value_parts) to its bytes and the number of its holders. Its lock is the cache's. */
#ifndef LM_GRAPH_CACHE_PARTS_H
#define LM_GRAPH_CACHE_PARTS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct lm_part {
    const void *id; /* NULL: a free place */
    size_t      bytes;
    unsigned    holders;
    bool        device;
} lm_part;

typedef struct lm_parts {
    lm_part *at;
    size_t   room, n;      /* room is 0 or a power of 2 */
    size_t   host, device; /* bytes of all */
} lm_parts;

/* One more holder; what is known already takes the new size. */
void lm_parts_hold(lm_parts *p, const void *id, size_t bytes, bool device);
void lm_parts_measure(lm_parts *p, const void *id, size_t bytes); /* it is there, and has this size now */
void lm_parts_let_go(lm_parts *p, const void *id);                /* it is there */
void lm_parts_done(lm_parts *p);

#endif
