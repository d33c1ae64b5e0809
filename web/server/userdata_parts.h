/* userdata_parts.h: what userdata.c (names, and reading) and userdata_change.c (writing, moving, removing) share. */
#ifndef LM_WEB_SERVER_USERDATA_PARTS_H
#define LM_WEB_SERVER_USERDATA_PARTS_H

#include "web/server/types.h"
#include "web/server/userdata.h"

/* A request about one of the user's files. */
typedef struct lm_user_doing {
    lm_errand        e;
    lm_server       *server;
    const char      *root;
    char            *match, *none; /* If-Match, If-None-Match; NULL: not sent */
    char             tag[LM_HTTP_FILE_TAG]; /* of what was written; "" */
    const lm_drawer *drawer;
    lm_text          name, dest;
    bool             overwrite, full_info;
    int              fd;
    char             temporary[LM_DRAWER_NAME];
    lm_content       content;
} lm_user_doing;

/* An errand about the file of argument 0, or NULL: answered already. */
lm_user_doing *lm_user_about(lm_request *rq, lm_server *s, void (*go)(lm_errand *e), void (*back)(lm_errand *e));
void           lm_user_done(lm_user_doing *d);   /* of its own, for a `back` */
void           lm_user_answer(lm_errand *e);     /* a `back` */
void           lm_user_tell(lm_user_doing *d, const char *name); /* the answer to who wrote `name` */

/* ------------------------------------------------------------------ userdata_change.c */

void lm_user_post(lm_request *rq, void *self);
void lm_user_delete(lm_request *rq, void *self);
void lm_user_move(lm_request *rq, void *self);

#endif
