/* ids.h: requests that name jobs, {"delete": [id, …]}, and what is done for each of them. */
#ifndef LM_WEB_SERVER_IDS_H
#define LM_WEB_SERVER_IDS_H

#include "core/base/text.h"
#include "web/server/part.h"

/* One request at work: for each id, and for all of them (id NULL), something is asked of the queue, and when every
 * answer is there the request is answered. */
typedef struct lm_ids lm_ids;
struct lm_ids {
    lm_server  *server;
    lm_request *rq;
    bool        clear;      /* "clear" was there and true */
    int         n;
    char      **at;
    lm_text     bad;        /* members of the list that can be no id, as JSON, with commas */
    int         waiting;    /* answers that are still to come */
    int64_t     done;       /* the form's own: what came of it */
    lm_outcome  outcome;    /* the first that was neither DONE nor NOTHING */
    limn_error  error;
    const struct lm_ids_form *form;
};

/* Reads the request's body, {"clear": bool, LIST: [text, …]}, in another thread; then calls form->ask for each, and at the
 * end form->answer. 400 with a sentence when the body is something else. `ask` hands lm_ids_answered to the queue. */
typedef struct lm_ids_form {
    const char *list;       /* its name */
    bool        clears;     /* "clear" is heeded: `ask` with id NULL */
    bool        strict;     /* 400 unless there is a list of one id at least, and of nothing else */
    bool      (*ask)(lm_ids *ids, const char *id, limn_error *err);
    void      (*answer)(lm_ids *ids);
} lm_ids_form;
void lm_ids_read(lm_server *s, lm_request *rq, const lm_ids_form *form);
/* An lm_answer_fn for `ask`: counts what came. */
void lm_ids_answered(void *ids, lm_answer *a);
/* An answer without a body, or why something was not done. */
void lm_ids_reply_empty(lm_ids *ids);

#endif
