/* errand.h: what waits for a disk, done by one of libuv's threads while its request waits for the answer.
 *
 *     typedef struct looking { lm_errand e; … } looking;
 *     looking *l = lm_errand_new(rq, sizeof *l, look, lm_errand_answer);      NULL: answered already, 503
 *     … fill it …;  lm_errand_go(&l->e);
 *
 * `go` runs on a thread and sees only the errand; `back` runs on the loop, answers, and frees what the errand holds of
 * its own. Then the errand is freed. */
#ifndef LM_WEB_SERVER_ERRAND_H
#define LM_WEB_SERVER_ERRAND_H

#include "core/base/text.h"
#include "web/http/http_reply.h"
#include "web/server/part.h"

typedef struct lm_errand lm_errand;
struct lm_errand {
    uv_work_t   work;
    lm_request *rq; /* held */
    void      (*go)(lm_errand *e);
    void      (*back)(lm_errand *e);
    lm_errand  *next;   /* of whoever lets it wait before it goes */
    bool        again;  /* set by `back`: it has begun something else for this errand, which lives on */

    int         status; /* of the answer; 200 at first */
    const char *words;  /* a sentence, when it is no 2xx */
    lm_text     json;   /* the answer, when it is one */
};

void *lm_errand_new(lm_request *rq, size_t size, void (*go)(lm_errand *e), void (*back)(lm_errand *e));
void  lm_errand_go(lm_errand *e);
void  lm_errand_done(lm_errand *e); /* for whoever set `again`: lets go of the request, frees e */

/* A `back`: the status with its words, the JSON, or an empty answer. */
void lm_errand_answer(lm_errand *e);
/* The same, of what may change at any time: whoever keeps it asks whether it still holds. */
void lm_errand_answer_fresh(lm_errand *e);
/* For `go`: the answer is what this errno means to a reader, or to a writer. */
void lm_errand_fail(lm_errand *e, int why);
void lm_errand_fail_writing(lm_errand *e, int why);
void lm_errand_refuse(lm_errand *e, int status, const char *words);

#endif
