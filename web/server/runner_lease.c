/* runner_lease.c: jobs leased from the queue and handed to the worker, and their ends recorded. */
#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/crash.h"
#include "core/base/log.h"
#include "web/server/labelling.h"
#include "web/server/members.h"
#include "web/server/runner_parts.h"
#include "web/work/work_check.h"

enum { RETRY_MS = 1000 };

/* ------------------------------------------------------------------ a way */

static lm_way *way_new(lm_runner *r, const lm_job *job)
{
    lm_way *w = lm_alloc(sizeof *w);
    lm_text quoted = { 0 };

    lm_work_quote(&quoted, job->id);
    *w = (lm_way){ .runner = r, .seq = job->seq, .epoch = job->epoch, .began_ms = lm_clock_ms(),
                   .id = lm_copy_text(job->id), .client = lm_copy_text(job->client ? job->client : ""),
                   .quoted = lm_text_take(&quoted),
                   .messages.may_fail = true, .last.may_fail = true, .executed.may_fail = true,
                   .outputs.may_fail = true, .meta.may_fail = true,
                   .replay = { .cached.may_fail = true, .executed.may_fail = true },
                   .sender.may_fail = true,
                   .nodes = { .done.may_fail = true, .credit = LM_TOLD_RATE, .credit_at = uv_now(&r->server->loop) } };
    lm_summary_sender(&w->sender, job->extra.at, job->extra.size);
    return w;
}

void lm_way_free(lm_way *w)
{
    if (!w)
        return;
    lm_nodes_done(&w->nodes);
    lm_replay_done(&w->replay);
    lm_text_done(&w->sender);
    lm_text_done(&w->messages);
    lm_text_done(&w->last);
    lm_text_done(&w->executed);
    lm_text_done(&w->outputs);
    lm_text_done(&w->meta);
    lm_free(w->id);
    lm_free(w->client);
    lm_free(w->quoted);
    lm_free(w->node);
    lm_free(w->display);
    lm_free(w);
}

/* ------------------------------------------------------------------ recording */

static void recorded(void *self, lm_answer *a);

static bool ask_to_record(lm_way *way, lm_result *result)
{
    lm_runner *r = way->runner;
    limn_error err = { 0 };

    if (lm_queue_finish(r->server->queue, way->seq, way->epoch, result, recorded, way, &err)) {
        r->asked++;
        return true;
    }
    lm_log(LM_LOG_WARN, "job %s: its end is not recorded yet: %s", way->id, err.text);
    return false;
}

static void give_up(lm_way *way)
{
    lm_log(LM_LOG_ERROR, "job %s: its end is not recorded, so it runs again after the next start", way->id);
    lm_way_over(way);
    lm_free(way->result.messages.at);
    lm_free(way->result.outputs.at);
    lm_free(way->result.meta.at);
    lm_free(way->result.summary.at);
    lm_way_free(way);
}

static void try_again(uv_timer_t *t);

/* An end that the queue has no memory for waits here, and is offered again: a lease is never left behind. */
static void record(lm_way *way, lm_result *result)
{
    lm_runner *r = way->runner;

    if (ask_to_record(way, result))
        return;
    way->result = *result;
    if (r->leaving || !result->messages.at) {
        give_up(way);
        return;
    }
    way->next = r->unrecorded;
    r->unrecorded = way;
    uv_timer_start(&r->later, try_again, RETRY_MS, 0);
}

void lm_runner_offer_again(lm_runner *r)
{
    lm_way *all = r->unrecorded;
    const int64_t seq = r->back_seq;

    r->unrecorded = NULL;
    while (all) {
        lm_way   *way = all;
        lm_result result = way->result;

        all = way->next;
        way->next = NULL;
        way->result = (lm_result){ 0 };
        record(way, &result);
    }
    r->back_seq = 0;
    if (seq)
        lm_runner_give_back(r, seq, r->back_epoch);
}

/* A result that cannot be kept as it is must not keep the job from ending. */
static bool record_less(lm_way *way)
{
    static const char few[] = "[]", none[] = "{}";
    lm_result         r = { .state = way->state };

    if (way->retold)
        return false;
    way->retold = true;
    r.messages = (lm_blob){ lm_copy_text(few), 2 };
    r.outputs = (lm_blob){ lm_copy_text(none), 2 };
    r.meta = (lm_blob){ lm_copy_text(none), 2 };
    record(way, &r);
    return true;
}

/* Only now listings show the job as ended; and only now its client is told how it ended: whoever asks the history
 * then finds it there, and nothing is told that a crash could take back. */
static void recorded(void *self, lm_answer *a)
{
    lm_way    *way = self;
    lm_runner *r = way->runner;

    if (a->outcome == LM_STORE_REFUSED && record_less(way)) {
        lm_runner_answered(r);
        return;
    }
    lm_crash_at("end-kept");
    lm_way_over(way);
    if (a->outcome == LM_STORE_DONE) {
        lm_labelling_follow(r->server);
        lm_runner_tell_status(r);
        lm_way_bye(way);
    } else if (a->outcome == LM_STORE_NOTHING) {
        lm_log(LM_LOG_WARN, "job %s: its lease was lost, and its end is not recorded", way->id);
        lm_runner_tell_status(r);
    } else {
        lm_log(LM_LOG_ERROR, "job %s: its end is not recorded: %s", way->id, a->error.text);
    }
    lm_crash_at("end-told");
    lm_way_free(way);
    lm_runner_answered(r);
    lm_runner_look(r);
}

void lm_way_record(lm_way *way, lm_result *result)
{
    way->state = result->state;
    record(way, result);
}

/* ------------------------------------------------------------------ leasing */

static void released(void *self, lm_answer *a)
{
    lm_runner *r = self;

    if (a->outcome != LM_STORE_DONE && a->outcome != LM_STORE_NOTHING)
        lm_log(LM_LOG_ERROR, "a job cannot be given back: %s", a->error.text);
    lm_runner_tell_status(r);
    lm_runner_answered(r);
    lm_runner_look(r);
}

void lm_runner_give_back(lm_runner *r, int64_t seq, int64_t epoch)
{
    limn_error err = { 0 };

    if (lm_queue_release(r->server->queue, seq, epoch, released, r, &err))
        r->asked++;
    else if (r->leaving)
        lm_log(LM_LOG_ERROR, "a job cannot be given back, and runs again after the next start: %s", err.text);
    else {
        r->back_seq = seq;
        r->back_epoch = epoch;
        uv_timer_start(&r->later, try_again, RETRY_MS, 0);
    }
}

/* extra_data.preview_method of this job: "none", a method, or the server's own where there is none. -> pixels */
static int choose_preview(lm_way *way, const lm_job *job)
{
    const lm_server_options *o = way->runner->server->o;
    const lm_slice method = lm_members_early((lm_slice){ job->extra.at, job->extra.size }, "preview_method");

    way->preview_all = o->preview_all || lm_slice_is(method, "\"auto\"") || lm_slice_is(method, "\"latent2rgb\"") ||
                       lm_slice_is(method, "\"taesd\"");
    return lm_slice_is(method, "\"none\"") ? 0 : o->preview_side;
}

static void hand_out(lm_runner *r, const lm_job *job)
{
    lm_way    *way = way_new(r, job);
    limn_error err = { 0 };
    lm_wire    m = { .type = LM_WIRE_JOB, .job = job->seq, .epoch = job->epoch,
                     .numbers = { 0, choose_preview(way, job) },
                     .texts = { { job->prompt.at ? job->prompt.at : "", job->prompt.size },
                                { job->extra.at ? job->extra.at : "", job->extra.size },
                                { job->targets.at ? job->targets.at : "", job->targets.size } } };

    lm_way_begin(way);
    if (lm_worker_job(r->worker, &m, &err))
        r->now = way;
    else
        lm_way_unfit(way, err.text);
}

static void try_again(uv_timer_t *t)
{
    lm_runner_offer_again(t->data);
    lm_runner_look(t->data);
}

static void leased(void *self, lm_answer *a)
{
    lm_runner *r = self;

    r->leasing = false;
    if (a->outcome == LM_STORE_DONE && (r->leaving || !lm_worker_is_free(r->worker))) {
        lm_runner_give_back(r, a->job.seq, a->job.epoch);
    } else if (a->outcome == LM_STORE_DONE) {
        lm_runner_tell_status(r);
        hand_out(r, &a->job);
        lm_crash_at("job-handed-out");
    } else if (a->outcome != LM_STORE_NOTHING) {
        lm_log(LM_LOG_ERROR, "the next job cannot be taken from the queue: %s", a->error.text);
        if (!r->leaving && a->outcome != LM_STORE_BROKEN)
            uv_timer_start(&r->later, try_again, RETRY_MS, 0);
    }
    lm_runner_answered(r);
}

void lm_runner_look(lm_runner *r)
{
    limn_error err = { 0 };

    if (r->leaving || r->server->leaving || r->leasing || r->now || !lm_worker_is_free(r->worker) ||
        !lm_queue_count(r->server->queue).pending || lm_queue_count(r->server->queue).paused)
        return;
    if (!lm_queue_lease(r->server->queue, "worker-1", leased, r, &err)) {
        lm_log(LM_LOG_ERROR, "the next job cannot be taken from the queue: %s", err.text);
        uv_timer_start(&r->later, try_again, RETRY_MS, 0);
        return;
    }
    lm_crash_at("lease-asked");
    r->leasing = true;
    r->asked++;
}
