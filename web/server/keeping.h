/* keeping.h: an uploaded file takes its place in input, output or temp, off the loop. */
#ifndef LM_WEB_SERVER_KEEPING_H
#define LM_WEB_SERVER_KEEPING_H

#include "web/server/errand.h"
#include "web/server/view.h"

typedef struct lm_keeping {
    lm_errand   e;
    lm_server  *server;
    const char *type, *root;       /* input, output or temp, and where that lies                    [lends] */
    lm_text     subfolder;         /* as it was asked for */
    lm_text     folder, name;      /* plain */
    bool        overwrite;
    int         fd;                /* the upload, in the drawer of uploads; -1: none */
    char        temporary[LM_DRAWER_NAME];
    lm_file_ref original;          /* of a mask: the picture that it is for; root NULL: it is no mask */
    int         original_fd;
    uint64_t    order;             /* at the pictures' worker */
    lm_text     picture;           /* … and what came of the two */
} lm_keeping;

/* An empty one; NULL: answered already, 503.                                                       [new] */
lm_keeping *lm_keeping_new(lm_server *s, lm_request *rq);
/* Puts it in its place, or makes the picture first, and answers {"name", "subfolder", "type"}.    [takes] */
void lm_keeping_go(lm_keeping *k);
/* Instead: the request is refused and the upload removed.                                         [takes] */
void lm_keeping_refuse(lm_keeping *k, int status, const char *words);

#endif
