/* view.h: the files of input, output and temp, as requests name them. */
#ifndef LM_WEB_SERVER_VIEW_H
#define LM_WEB_SERVER_VIEW_H

#include "core/base/text.h"
#include "web/server/part.h"

/* A file as /view and the mask editor name it: `filename`, which may end in " [input]" and its like, `subfolder` and
 * `type`, each of which may be NULL; `type` without either is `fallback`. */
typedef struct lm_file_ref {
    const char *root; /* of the folder (tree.h)                                                     [lends] */
    lm_text     name; /* plain */
} lm_file_ref;

/* 0, or the status to refuse with and a sentence. Of filename only the last part counts. */
int  lm_file_ref_read(lm_server *s, const char *filename, const char *subfolder, const char *type,
                      const char *fallback, lm_file_ref *out, const char **words);
void lm_file_ref_done(lm_file_ref *r);

/* A side that a picture is to fit into, as limn_w and limn_h tell it: 1 … LM_PICTURE_BOX, 0 for NULL; -1: no such number. */
int  lm_view_side(const char *text);

/* view_facts.c: GET /limn/file. */
void lm_view_facts(lm_request *rq, void *self);

extern const lm_part lm_view_part;

#endif
