/* errand.c: what waits for a disk, done by one of libuv's threads. */
#include "web/server/errand.h"

#include "core/base/alloc.h"
#include "web/server/file_name.h"
#include "web/server/reply.h"

void *lm_errand_new(lm_request *rq, size_t size, void (*go)(lm_errand *e), void (*back)(lm_errand *e))
{
    lm_errand *e = lm_try_alloc(size);

    if (!e) {
        lm_reply_header(rq, "Retry-After", "5");
        lm_reply_status(rq, 503, "there is not enough memory");
        return NULL;
    }
    *e = (lm_errand){ .rq = lm_request_ref(rq), .go = go, .back = back, .status = 200, .json.may_fail = true };
    e->work.data = e;
    return e;
}

void lm_errand_done(lm_errand *e)
{
    lm_request_unref(e->rq);
    lm_text_done(&e->json);
    lm_free(e);
}

static void go_there(uv_work_t *work)
{
    lm_errand *e = work->data;

    e->go(e);
}

static void come_back(uv_work_t *work, int status)
{
    lm_errand *e = work->data;

    if (status)
        lm_errand_refuse(e, 503, "it was given up");
    e->again = false;
    e->back(e);
    if (!e->again)
        lm_errand_done(e);
}

void lm_errand_go(lm_errand *e)
{
    if (uv_queue_work(lm_request_loop(e->rq), &e->work, go_there, come_back))
        come_back(&e->work, UV_ENOMEM);
}

void lm_errand_refuse(lm_errand *e, int status, const char *words)
{
    e->status = status;
    e->words = words;
}

void lm_errand_fail(lm_errand *e, int why)
{
    e->status = lm_file_status(why, false, &e->words);
}

void lm_errand_fail_writing(lm_errand *e, int why)
{
    e->status = lm_file_status(why, true, &e->words);
}

void lm_errand_answer(lm_errand *e)
{
    if (e->status == 503)
        lm_reply_header(e->rq, "Retry-After", "5");
    if (e->status >= 400)
        lm_reply_status(e->rq, e->status, e->words);
    else if (e->json.at || e->json.failed)
        lm_reply_json(e->rq, e->status, &e->json);
    else
        lm_reply_empty(e->rq, e->status);
}

void lm_errand_answer_fresh(lm_errand *e)
{
    lm_reply_header(e->rq, "Cache-Control", "no-cache");
    lm_errand_answer(e);
}
