/* jobs_cancel.c: POST /api/jobs/{id}/cancel and /api/jobs/cancel: pending jobs leave, running ones are stopped, and what
 * has ended stays as it is. */
#include <string.h>

#include "web/server/ids.h"
#include "web/server/jobs.h"
#include "web/server/reply.h"
#include "web/server/runner.h"

/* What the queue found of one id: was anything cancelled? That one that runs is to stop is on the disk by now. */
static bool cancelled(lm_server *s, const lm_answer *a)
{
    bool any = a->outcome == LM_STORE_DONE && a->dropped.removed > 0;

    if (a->outcome == LM_STORE_DONE && a->dropped.seq && s->runner)
        any |= lm_runner_stop(s->runner, a->dropped.seq, a->dropped.epoch);
    if (any && s->runner)
        lm_runner_tell_status(s->runner);
    return any;
}

static void answer(lm_request *rq, lm_outcome outcome, const limn_error *err, bool any)
{
    if (outcome != LM_STORE_DONE && outcome != LM_STORE_NOTHING)
        lm_reply_outcome(rq, (int)outcome, err);
    else
        lm_reply_json_text(rq, 200, any ? "{\"cancelled\": true}" : "{\"cancelled\": false}");
}

/* ------------------------------------------------------------------ one */

static void one_answered(void *self, lm_answer *a)
{
    lm_request *rq = self;

    answer(rq, a->outcome, &a->error, cancelled(lm_request_self(rq), a));
    lm_request_unref(rq);
}

void lm_jobs_cancel_one(lm_request *rq, void *self)
{
    lm_server  *s = self;
    const char *id = lm_request_arg(rq, 0);
    limn_error  err = { 0 };

    if (strlen(id) > LM_STORE_NAME_MAX) {
        answer(rq, LM_STORE_NOTHING, NULL, false);
        return;
    }
    lm_request_ref(rq);
    if (lm_queue_call_off(s->queue, id, one_answered, rq, &err))
        return;
    lm_reply_outcome(rq, LM_STORE_BUSY, &err);
    lm_request_unref(rq);
}

/* ------------------------------------------------------------------ many */

static void many_answered(void *self, lm_answer *a)
{
    lm_ids *ids = self;

    a->dropped.removed = cancelled(ids->server, a);
    lm_ids_answered(ids, a);
}

static bool cancel(lm_ids *ids, const char *id, limn_error *err)
{
    return lm_queue_call_off(ids->server->queue, id, many_answered, ids, err);
}

static void answer_many(lm_ids *ids)
{
    answer(ids->rq, ids->outcome, &ids->error, ids->done > 0);
}

void lm_jobs_cancel_many(lm_request *rq, void *self)
{
    static const lm_ids_form form = { .list = "job_ids", .strict = true, .ask = cancel, .answer = answer_many };

    lm_ids_read(self, rq, &form);
}
