/* thumbs.h: small pictures that were made once, kept on the disk up to a number of bytes. What is not there, is
 * damaged or cannot be written is made again: nothing here fails. */
#ifndef LM_WEB_SERVER_THUMBS_H
#define LM_WEB_SERVER_THUMBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct lm_thumbs lm_thumbs;

enum { LM_THUMB_KEY = 33 };

/* In `folder`, which is made when the first one is kept; the ones that were used longest ago leave when there are more
 * than so many bytes.                                                                              [new] */
lm_thumbs *lm_thumbs_new(const char *folder, uint64_t most);
void       lm_thumbs_free(lm_thumbs *t); /* welcomes NULL */

/* The key of a picture made of this file in this state: `tag` says what state and what was made of it. */
void lm_thumbs_key(const char *root, const char *name, const char *tag, char key[LM_THUMB_KEY]);

/* The bytes under a key, NULL when there are none.                                          [new] [any] */
char *lm_thumbs_get(lm_thumbs *t, const char *key, size_t *n);
void  lm_thumbs_put(lm_thumbs *t, const char *key, const char *bytes, size_t n);           /* [any] */

#endif
