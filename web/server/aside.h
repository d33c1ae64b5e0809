/* aside.h: a request that another thread finds the answer to: what waits for a disk, or takes more than a moment. */
#ifndef LM_WEB_SERVER_ASIDE_H
#define LM_WEB_SERVER_ASIDE_H

#include "core/base/text.h"
#include "web/server/part.h"

typedef struct lm_aside {
    lm_server  *server;
    lm_request *rq;      /* not for the other thread */
    const char *word[2]; /* copies of what was asked, "" without */
    lm_slice    body;    /* of the request */

    int         status;  /* 200 */
    lm_text     json;    /* the answer; empty: only the status */
    void       *found;   /* whatever the two need; theirs */
} lm_aside;

/* `find` runs in another thread and fills in the answer; then `reply`, on the loop, and always, sends it (NULL: the
 * status and the JSON are sent). With a status that is not 200 before `find` was called, it never was. What is left in
 * `json` is freed. */
void lm_aside_answer(lm_server *s, lm_request *rq, const char *word, const char *other, void *found,
                     void (*find)(lm_aside *a), void (*reply)(lm_aside *a));

#endif
