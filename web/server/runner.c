/* runner.c: the worker that runs jobs: what is heard of it, what it is told, and how it is let go. */
#include "web/server/runner.h"

#include <signal.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/crash.h"
#include "core/base/log.h"
#include "web/server/runner_parts.h"

enum { GRACE_MS = 3000, STOP_MS = 1500, LEAVE_MS = 2000, STATS_MS = 1000 };

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
    lm_runner_offer_again(r);
    if (r->asked)
        return;
    r->patience = -1;
    uv_close((uv_handle_t *)&r->soon, timer_closed);
    uv_close((uv_handle_t *)&r->later, timer_closed);
    if (r->worker)
        lm_worker_close(r->worker, worker_closed, r);
}

void lm_runner_answered(lm_runner *r)
{
    r->asked--;
    look_at_end(r);
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

    lm_crash_at("end-heard");
    r->now = NULL;
    if (m->numbers[LM_END_HOW] >= 0 && m->numbers[LM_END_HOW] < 4)
        r->stats.jobs[m->numbers[LM_END_HOW]]++;
    lm_queue_gather(r->server->queue); /* its end and the next one's lease */
    if (half) {
        lm_runner_give_back(r, way->seq, way->epoch);
        lm_way_free(way);
    } else {
        lm_way_end(way, m);
    }
    lm_worker_ask(r->worker, LM_WIRE_WANT_STATS);
    lm_runner_look(r);
    lm_queue_go(r->server->queue);
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

/* Somebody ends all of us at once, as Ctrl-C at a terminal does: our own turn comes. Else, is that worth a line? */
static bool is_asked_to_leave(const lm_runner *r, const lm_worker_end *e)
{
    return r->server->leaving || (!e->job && (e->signal == SIGINT || e->signal == SIGTERM));
}

/* Its end was not its job's fault, and the job runs again: it went before it began with it, or we wanted it to go. */
static bool is_let_go(const lm_runner *r, const lm_worker_end *e)
{
    if (e->why == LM_WORKER_LEFT && !e->begun)
        return true;
    return r->server->leaving && (e->why == LM_WORKER_KILLED || e->why == LM_WORKER_LATE || e->why == LM_WORKER_LEFT ||
                                  e->signal == SIGTERM);
}

/* Its job failed with it, unless it was we who wanted to be gone; one that was to stop has been. */
static void ended(void *self, lm_worker *w, const lm_worker_end *e)
{
    lm_runner *r = self;
    lm_way    *way = r->now;

    (void)w;
    if (e->why != LM_WORKER_LEFT && !*e->plugin) /* a crash has its own line */
        lm_log(is_asked_to_leave(r, e) ? LM_LOG_INFO : LM_LOG_ERROR, "%s", e->sentence);
    if (!way)
        return;
    r->now = NULL;
    if (is_let_go(r, e) && !way->stopping) {
        lm_runner_give_back(r, way->seq, way->epoch);
        lm_way_free(way);
    } else {
        r->stats.lost++;
        lm_way_lost(way, e, is_let_go(r, e));
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

const lm_times *lm_runner_times(const lm_runner *r)
{
    return r->times;
}

/* ------------------------------------------------------------------ the part */

static bool open_runner(lm_server *s, limn_error *err)
{
    lm_worker_options o = lm_worker_defaults();
    lm_runner        *r = lm_alloc(sizeof *r);

    r->server = s;
    r->open = 2;
    r->times = lm_times_new();
    s->runner = r;
    uv_timer_init(&s->loop, &r->soon);
    uv_timer_init(&s->loop, &r->later);
    r->soon.data = r->later.data = r;
    o.argv = s->o->work;
    o.inside = s->o->inside;
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
    lm_times_free(r->times);
    lm_free(r);
    s->runner = NULL;
}

const lm_part lm_runner_part = { .name = "runner", .open = open_runner, .stop = stop_runner, .close = close_runner };
