/* index.h: finds texts among many: a table from texts (lent, with a length: they may hold NULs) to numbers.
 * Its hash is seeded at random for each process, so that nobody can choose texts that collide. */
#ifndef LM_GRAPH_INDEX_H
#define LM_GRAPH_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct lm_index_slot {
    const char *text; /* NULL: empty */
    uint32_t    size;
    int32_t     number;
} lm_index_slot;

typedef struct lm_index {
    lm_index_slot *slots;
    size_t         mask, count;
} lm_index;

/* Room for `n` texts to begin with; false when there is no memory. */
bool lm_index_init(lm_index *x, size_t n);
void lm_index_done(lm_index *x); /* welcomes zeroed memory */

/* Makes room for another text. Must come before each put beyond the n of init; false: no memory. */
bool lm_index_reserve(lm_index *x);

/* The number that `text` already has, or `number`, now stored. The text stays the caller's.  [lends] */
int32_t lm_index_put(lm_index *x, const char *text, size_t size, int32_t number);
void    lm_index_remove(lm_index *x, const char *text, size_t size); /* if it is there */
int32_t lm_index_find(const lm_index *x, const char *text, size_t size); /* -1: not there */

#endif
