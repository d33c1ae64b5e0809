/* shelf.h: the pictures of the output folder in one of a few orders, as pages that stay where they are while new ones come.
 *
 * The folder is walked through when one of its folders has changed; a walk that took 0.1 s or more is followed by a rest
 * of five times as long. Between two walks pages come from memory. Of more than LM_TREE_MOST files some are not seen. */
#ifndef LM_WEB_SERVER_SHELF_H
#define LM_WEB_SERVER_SHELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "web/server/shelf_order.h"

typedef struct lm_shelf lm_shelf;

lm_shelf *lm_shelf_new(const char *root); /* tree.h's                                              [new] */
void      lm_shelf_free(lm_shelf *s);     /* welcomes NULL */

typedef struct lm_shelf_file {
    char    *name;        /* from the root, '/' between its parts */
    int64_t  modified_ms;
    uint64_t bytes;
} lm_shelf_file;

typedef struct lm_shelf_ask {
    const char *folder;   /* this one and those in it; "" is all */
    bool      (*fits)(void *self, const char *name, int64_t modified_ms); /* NULL: any. Under the shelf's lock */
    void       *self;     /* of `fits` */
    lm_shelf_order order;
    const char *cursor;   /* of the page before, in the same order; NULL: the first one */
    size_t      limit;
} lm_shelf_ask;

typedef struct lm_shelf_page {
    lm_shelf_file *at;
    size_t         n;
    char          *next;  /* the cursor of the next page; NULL: there is none */
} lm_shelf_page;

/* False: the cursor is none of ours. What is in the page is the caller's.                          [any] */
bool lm_shelf_read(lm_shelf *s, const lm_shelf_ask *a, lm_shelf_page *out);
void lm_shelf_page_done(lm_shelf_page *p);
/* Every name, in that order, under the shelf's lock. How many there are.                            [any] */
size_t lm_shelf_each(lm_shelf *s, lm_shelf_order order, void *self, void (*each)(void *self, const char *name));
/* Something in the folder was changed by us: the next page knows of it.                            [any] */
void lm_shelf_changed(lm_shelf *s);

#endif
