/* bounded.h: a folder of limn's own files that holds so many bytes and no more: when there are more, the oldest leave until
 * three quarters of it are left. Small pictures (thumbs.h) and versions (versions.h) lie in one each.
 *
 *     lm_bounded_init(&b, folder, 256 << 20, false, lm_bounded_by_time);
 *     if (lm_bounded_put(&b, "name", &piece, 1, true)) {
 *         pthread_mutex_lock(&b.lock);
 *         lm_bounded_grew(&b, piece.n);
 *         …
 *
 * Nothing here fails its caller: what cannot be kept is not kept. Any thread, where nothing else is said. */
#ifndef LM_WEB_SERVER_BOUNDED_H
#define LM_WEB_SERVER_BOUNDED_H

#include <pthread.h>

#include "core/base/tree.h"
#include "web/http/http_parse.h"

typedef struct lm_bounded {
    char           *folder; /* made when the first file is kept */
    uint64_t        most;
    bool            deep;   /* its files lie in folders of it, too */
    int           (*older)(const void *, const void *); /* of two lm_tree_entry, for qsort: the oldest first */
    pthread_mutex_t lock;   /* of what follows, and of whatever else its owner keeps under it */
    uint64_t        bytes;  /* of all files, as far as we know */
    bool            known;  /* they were counted */
} lm_bounded;

void lm_bounded_init(lm_bounded *b, const char *folder, uint64_t most, bool deep, int (*older)(const void *, const void *));
void lm_bounded_done(lm_bounded *b);

/* By when they were written or, by futimens, used. */
int lm_bounded_by_time(const void *a, const void *b);

/* The pieces, one behind the other, are the file of that name: whole, or not at all. False: it was not kept. */
bool lm_bounded_put(const lm_bounded *b, const char *name, const lm_slice *pieces, int n, bool replaces);
/* The whole of an open file, with a NUL behind it. NULL: it has more than `most` bytes, cannot be read, or there is no
 * memory.                                                                                         [new] */
char *lm_bounded_read(int fd, size_t most, size_t *n);

/* Both under the lock. So many bytes more are there: the oldest may leave. One leaves: false when it does not. */
void lm_bounded_grew(lm_bounded *b, uint64_t bytes);
bool lm_bounded_drop(lm_bounded *b, const char *name, uint64_t bytes);

#endif
