/* versions.h: what was saved under a name before: the last LM_VERSIONS_EACH writings of each of the user's workflows,
 * up to a number of bytes over all of them.
 *
 * They lie in <base>/state/versions, in a folder for each name; an id says when it was kept and what it holds:
 * "0018f3a2b4c5d-9c0e63d1f2a4b758". Nothing here makes a saving fail: what cannot be kept is not kept. */
#ifndef LM_WEB_SERVER_VERSIONS_H
#define LM_WEB_SERVER_VERSIONS_H

#include "core/base/text.h"
#include "web/server/part.h"

typedef struct lm_versions lm_versions;

enum { LM_VERSIONS_EACH = 50 };

lm_versions *lm_versions_new(const char *folder, uint64_t most);                               /* [new] */
void         lm_versions_free(lm_versions *v); /* welcomes NULL */

/* Is this one of those files of a user that are kept? */
bool lm_versions_wanted(const char *name);
/* What stands under that name now is the newest version, unless it is already. One caller at a time.      [any] */
void lm_versions_keep(lm_versions *v, const char *root, const char *name);
/* The file has another name now, and its versions are found there.                                        [any] */
void lm_versions_move(lm_versions *v, const char *from, const char *to);

/* [{"id", "mtime", "size", "picture"?}], the newest first; mtime in ms since 1970, picture: when its small picture was made.
 * "[]" when there are none.                                                                               [any] */
void lm_versions_list(lm_versions *v, const char *name, lm_text *out);
/* The bytes of one; NULL: it is not there, or damaged.                                              [new] [any] */
char *lm_versions_read(const lm_versions *v, const char *name, const char *id, size_t *n);

/* This WebP is the small picture of the newest version. False: there is no version, or it was not kept.   [any] */
bool  lm_versions_picture_keep(lm_versions *v, const char *name, const char *bytes, size_t n);
/* The one of a version; NULL: it has none.                                                           [new] [any] */
char *lm_versions_picture(const lm_versions *v, const char *name, const char *id, size_t *n);

/* The workflow that `file` of the request's query names. 0, or the status to refuse with and a sentence. */
int  lm_versions_name(lm_request *rq, lm_text *name, const char **words);
/* versions_picture.c: POST /limn/versions: which picture stands for the newest version. */
void lm_versions_picture_post(lm_request *rq, void *self);

extern const lm_part lm_versions_part;

#endif
