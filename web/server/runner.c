/* runner.c: jobs from the queue to the worker, and their ends back to the queue. */
#include "web/server/runner.h"

#include <string.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/graph/json.h"
#include "web/server/runner_parts.h"
#include "web/work/work_check.h"

enum { RETRY_MS = 1000, GRACE_MS = 3000, STOP_MS = 1500, LEAVE_MS = 2000, STATS_MS = 1000 };

int64_t lm_way_now_ms(void)
{
    struct timespec s;

    clock_gettime(CLOCK_REALTIME, &s);
    return (int64_t)s.tv_sec * 1000 + s.tv_nsec / 1000000;
}

/* ------------------------------------------------------------------ the end of the part */

static void less(lm_runner *r)
{
    if (--r->open == 0)
        lm_server_stopped(r->server);
}

static void timer_closed(uv_handle_t *h)
{
    less(h->data);
}

static void worker_closed(void *self)
{
    lm_runner *r = self;

    r->worker = NULL;
    less(r);
}

/* On the way out: when no job is at work and the queue has answered all, the worker goes too. */
static void look_at_end(lm_runner *r)
{
    if (!r->leaving || r->now || r->asked || r->patience < 0)
        return;
    r->patience = -1;
    uv_close((uv_handle_t *)&r->soon, timer_closed);
    uv_close((uv_handle_t *)&r->later, timer_closed);
    if (r->worker)
        lm_worker_close(r->worker, worker_closed, r);
}

/* A question to the queue (or work beside the loop) is over. */
static void answered(lm_runner *r)
{
    r->asked--;
    look_at_end(r);
}

/* ------------------------------------------------------------------ a way */

static lm_way *way_new(lm_runner *r, const lm_job *job)
{
    lm_way *w = lm_alloc(sizeof *w);
    lm_text quoted = { 0 };

    lm_work_quote(&quoted, job->id);
    *w = (lm_way){ .runner = r, .seq = job->seq, .epoch = job->epoch, .began_ms = lm_way_now_ms(),
                   .id = lm_copy_text(job->id), .client = lm_copy_text(job->client ? job->client : ""),
                   .quoted = lm_text_take(&quoted),
                   .nodes = { .credit = LM_TOLD_RATE, .credit_at = uv_now(&r->server->loop) } };
    return w;
}

void lm_way_free(lm_way *w)
{
    if (!w)
        return;
    lm_nodes_done(&w->nodes);
    lm_text_done(&w->messages);
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
    lm_log(LM_LOG_ERROR, "job %s: its end is not recorded, so it runs again after the next start: %s", way->id,
           err.text);
    return false;
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
    return ask_to_record(way, &r);
}

/* Only now listings show the job as ended; and only now its client is told that it is over. */
static void recorded(void *self, lm_answer *a)
{
    lm_way    *way = self;
    lm_runner *r = way->runner;

    if (a->outcome == LM_STORE_REFUSED && record_less(way)) {
        answered(r);
        return;
    }
    if (a->outcome == LM_STORE_DONE) {
        lm_runner_tell_status(r);
        lm_way_bye(way);
    } else if (a->outcome == LM_STORE_NOTHING) {
        lm_log(LM_LOG_WARN, "job %s: its lease was lost, and its end is not recorded", way->id);
        lm_runner_tell_status(r);
    } else {
        lm_log(LM_LOG_ERROR, "job %s: its end is not recorded: %s", way->id, a->error.text);
    }
    lm_way_free(way);
    answered(r);
    lm_runner_look(r);
}

void lm_way_record(lm_way *way, lm_result *result)
{
    way->state = result->state;
    if (!ask_to_record(way, result))
        lm_way_free(way);
}

/* ------------------------------------------------------------------ leasing */

static void released(void *self, lm_answer *a)
{
    lm_runner *r = self;

    if (a->outcome != LM_STORE_DONE && a->outcome != LM_STORE_NOTHING)
        lm_log(LM_LOG_ERROR, "a job cannot be given back: %s", a->error.text);
    lm_runner_tell_status(r);
    answered(r);
    lm_runner_look(r);
}

/* Back to its place in the queue: this start does not count. */
static void give_back(lm_runner *r, int64_t seq, int64_t epoch)
{
    limn_error err = { 0 };

    if (lm_queue_release(r->server->queue, seq, epoch, released, r, &err))
        r->asked++;
    else
        lm_log(LM_LOG_ERROR, "a job cannot be given back: %s", err.text);
}

/* extra_data.preview_method "none": this job shows no previews. */
static int preview_side(const lm_runner *r, const lm_job *job)
{
    static const char key[] = "\"preview_method\"";
    limn_error        err = { 0 };
    lm_json          *d;
    const char       *method;
    bool              none;

    if (!job->extra.at || !memmem(job->extra.at, job->extra.size, key, sizeof key - 1))
        return r->server->o->preview_side;
    d = lm_json_read(job->extra.at, job->extra.size, &err);
    method = d ? lm_json_string(d, lm_json_get(d, lm_json_root(d), "preview_method"), NULL) : NULL;
    none = method && !strcmp(method, "none");
    lm_json_free(d);
    return none ? 0 : r->server->o->preview_side;
}

static void hand_out(lm_runner *r, const lm_job *job)
{
    lm_way    *way = way_new(r, job);
    limn_error err = { 0 };
    lm_wire    m = { .type = LM_WIRE_JOB, .job = job->seq, .epoch = job->epoch, .numbers = { 0, preview_side(r, job) },
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
    lm_runner_look(t->data);
}

static void leased(void *self, lm_answer *a)
{
    lm_runner *r = self;

    r->leasing = false;
    if (a->outcome == LM_STORE_DONE && (r->leaving || !lm_worker_is_free(r->worker))) {
        give_back(r, a->job.seq, a->job.epoch);
    } else if (a->outcome == LM_STORE_DONE) {
        lm_runner_tell_status(r);
        hand_out(r, &a->job);
    } else if (a->outcome != LM_STORE_NOTHING) {
        lm_log(LM_LOG_ERROR, "the next job cannot be taken from the queue: %s", a->error.text);
        if (!r->leaving && a->outcome != LM_STORE_BROKEN)
            uv_timer_start(&r->later, try_again, RETRY_MS, 0);
    }
    answered(r);
}

void lm_runner_look(lm_runner *r)
{
    limn_error err = { 0 };

    if (r->leaving || r->server->leaving || r->leasing || r->now || !lm_worker_is_free(r->worker) ||
        !lm_queue_count(r->server->queue).pending)
        return;
    if (!lm_queue_lease(r->server->queue, "worker-1", leased, r, &err)) {
        lm_log(LM_LOG_ERROR, "the next job cannot be taken from the queue: %s", err.text);
        uv_timer_start(&r->later, try_again, RETRY_MS, 0);
        return;
    }
    r->leasing = true;
    r->asked++;
}

/* ------------------------------------------------------------------ the worker */

static void on_soon(uv_timer_t *t);

/* Progress that was held back is told when it may be. */
static void arm_soon(lm_runner *r, uint64_t ms)
{
    if (ms && !uv_is_active((uv_handle_t *)&r->soon))
        uv_timer_start(&r->soon, on_soon, ms, 0);
}

static void on_soon(uv_timer_t *t)
{
    lm_runner *r = t->data;

    if (r->now)
        arm_soon(r, lm_nodes_flush(r->now, false));
}

static void hear_end(lm_runner *r, const lm_wire *m)
{
    lm_way    *way = r->now;
    const bool half = r->leaving && r->patience > 0 && !way->stopping && m->numbers[LM_END_HOW] == LM_END_INTERRUPTED;

    r->now = NULL;
    if (m->numbers[LM_END_HOW] >= 0 && m->numbers[LM_END_HOW] < 4)
        r->stats.jobs[m->numbers[LM_END_HOW]]++;
    if (half) {
        give_back(r, way->seq, way->epoch);
        lm_way_free(way);
    } else {
        lm_way_end(way, m);
    }
    lm_worker_ask(r->worker, LM_WIRE_WANT_STATS);
    lm_runner_look(r);
    look_at_end(r);
}

static void heard(void *self, lm_worker *w, const lm_wire *m)
{
    lm_runner *r = self;

    (void)w;
    if (m->type == LM_WIRE_STATS) {
        memcpy(r->stats.stats, m->numbers, sizeof r->stats.stats);
        r->has_stats = true;
    } else if (r->now && m->job == r->now->seq && m->type == LM_WIRE_ENDED) {
        hear_end(r, m);
    } else if (r->now && m->job == r->now->seq) {
        lm_way_hear(r->now, m);
        arm_soon(r, lm_nodes_flush(r->now, false));
    }
}

static void ready(void *self, lm_worker *w, const lm_wire *hello)
{
    lm_runner *r = self;

    lm_free(r->device);
    lm_free(r->arithmetic);
    r->device = lm_copy_text(hello->texts[1].at);
    r->arithmetic = lm_copy_text(hello->texts[2].at);
    lm_worker_ask(w, LM_WIRE_WANT_STATS);
    lm_runner_look(r);
}

static void said(void *self, lm_worker *w, const char *line)
{
    (void)self;
    (void)w;
    lm_log(LM_LOG_WARN, "the worker: %s", line);
}

/* Its job failed with it, unless it was we who wanted to be gone. */
static void ended(void *self, lm_worker *w, const lm_worker_end *e)
{
    lm_runner *r = self;
    lm_way    *way = r->now;

    (void)w;
    if (e->why != LM_WORKER_LEFT && !r->leaving && !*e->plugin) /* a crash has its own line */
        lm_log(LM_LOG_ERROR, "%s", e->sentence);
    if (!way)
        return;
    r->now = NULL;
    r->stats.lost++;
    if (r->leaving && (e->why == LM_WORKER_KILLED || e->why == LM_WORKER_LATE || e->why == LM_WORKER_LEFT)) {
        give_back(r, way->seq, way->epoch);
        lm_way_free(way);
    } else {
        lm_way_lost(way, e);
    }
    look_at_end(r);
}

/* ------------------------------------------------------------------ what others ask */

bool lm_runner_stop(lm_runner *r, int64_t seq, int64_t epoch)
{
    if (!r->now || r->now->seq != seq || r->now->epoch != epoch)
        return false;
    r->now->stopping = true;
    lm_worker_stop(r->worker, seq, epoch);
    return true;
}

bool lm_runner_interrupt(lm_runner *r, const char *id)
{
    return r->now && (!id || !strcmp(id, r->now->id)) && lm_runner_stop(r, r->now->seq, r->now->epoch);
}

void lm_runner_free(lm_runner *r, int64_t what)
{
    if (what && r->worker)
        lm_worker_free(r->worker, what);
}

bool lm_runner_running(const lm_runner *r, lm_running *out)
{
    const lm_way *w = r->now;

    if (w)
        *out = (lm_running){ w->seq, w->epoch, w->id, w->client, w->node, w->display };
    return w;
}

int64_t lm_runner_remaining(const lm_runner *r)
{
    const lm_tally t = lm_queue_count(r->server->queue);

    return t.pending + t.running;
}

void lm_runner_tell_status(lm_runner *r)
{
    lm_hub_status(r->server->hub, lm_runner_remaining(r));
}

bool lm_runner_stat(lm_runner *r, lm_runner_stats *out)
{
    const uint64_t now = uv_now(&r->server->loop);

    if (r->worker && now - r->stats_at >= STATS_MS) {
        r->stats_at = now;
        lm_worker_ask(r->worker, LM_WIRE_WANT_STATS);
    }
    *out = r->stats;
    out->device = r->device ? r->device : "";
    out->arithmetic = r->arithmetic ? r->arithmetic : "";
    out->pid = r->worker ? lm_worker_pid(r->worker) : 0;
    return r->has_stats;
}

/* ------------------------------------------------------------------ the part */

static bool open_runner(lm_server *s, limn_error *err)
{
    lm_worker_options o = lm_worker_defaults();
    lm_runner        *r = lm_alloc(sizeof *r);

    r->server = s;
    r->open = 2;
    s->runner = r;
    uv_timer_init(&s->loop, &r->soon);
    uv_timer_init(&s->loop, &r->later);
    r->soon.data = r->later.data = r;
    o.argv = s->o->work;
    o.hang_ms = s->o->hang_ms;
    o.job_ms = s->o->job_ms;
    o.close_ms = LEAVE_MS;
    o.ready = ready;
    o.heard = heard;
    o.said = said;
    o.ended = ended;
    o.self = r;
    r->worker = lm_worker_new(&s->loop, &o, err);
    r->open += r->worker != NULL;
    return r->worker;
}

/* The job at work has GRACE_MS to end by itself; then it is stopped, and at last its worker is. What did not end runs
 * again after the next start. */
static void lose_patience(uv_timer_t *t)
{
    lm_runner *r = t->data;

    if (!r->now)
        return;
    if (r->patience++ == 0) {
        lm_worker_stop(r->worker, r->now->seq, r->now->epoch);
        uv_timer_start(&r->later, lose_patience, STOP_MS, 0);
    } else {
        lm_worker_kill(r->worker);
    }
}

static void stop_runner(lm_server *s)
{
    lm_runner *r = s->runner;

    if (!r) {
        lm_server_stopped(s);
        return;
    }
    r->leaving = true;
    uv_timer_stop(&r->later);
    if (r->now)
        uv_timer_start(&r->later, lose_patience, GRACE_MS, 0);
    look_at_end(r);
}

static void close_runner(lm_server *s)
{
    lm_runner *r = s->runner;

    if (!r)
        return;
    lm_free(r->device);
    lm_free(r->arithmetic);
    lm_free(r);
    s->runner = NULL;
}

const lm_part lm_runner_part = { .name = "runner", .open = open_runner, .stop = stop_runner, .close = close_runner };
