/* worker.c: worker processes: started, watched, ended, replaced. */
#include "web/work/worker.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "web/work/worker_parts.h"

enum { SOCKET = 3, LAST_WORDS_MS = 300, LEAVE_MS = 2000 };

lm_worker_options lm_worker_defaults(void)
{
    return (lm_worker_options){ .start_ms = 60000, .stop_ms = 10000, .close_ms = 5000, .rest_ms = 100,
                                .most_rest_ms = 10000 };
}

static void start(lm_worker *w);
static void close_all(lm_worker *w);

/* ------------------------------------------------------------------ clocks */

static void soonest(uint64_t *first, uint64_t at)
{
    if (at && (!*first || at < *first))
        *first = at;
}

static uint64_t hang_by(const lm_worker *w)
{
    return w->job && w->o.hang_ms && w->state == LM_WORKER_READY && !w->held ? w->heard_at + (uint64_t)w->o.hang_ms : 0;
}

static void on_time(uv_timer_t *t)
{
    lm_worker     *w = t->data;
    const uint64_t now = uv_now(w->loop);

    if (w->lost_by && now >= w->lost_by)
        lm_worker_give_up();
    else if (w->rest_until && now >= w->rest_until)
        start(w);
    else if (w->gone_by && now >= w->gone_by)
        close_all(w);
    else if (w->start_by && now >= w->start_by)
        lm_worker_over(w, LM_WORKER_SILENT);
    else if (hang_by(w) && now >= hang_by(w))
        lm_worker_over(w, LM_WORKER_SILENT);
    else if ((w->job_by && now >= w->job_by) || (w->stop_by && now >= w->stop_by) ||
             (w->close_by && now >= w->close_by))
        lm_worker_over(w, LM_WORKER_LATE);
    lm_worker_arm(w);
}

void lm_worker_arm(lm_worker *w)
{
    const uint64_t now = uv_now(w->loop);
    uint64_t       first = 0;

    if (uv_is_closing((uv_handle_t *)&w->timer))
        return;
    soonest(&first, w->rest_until);
    soonest(&first, w->gone_by);
    soonest(&first, w->start_by);
    soonest(&first, hang_by(w));
    soonest(&first, w->job_by);
    soonest(&first, w->stop_by);
    soonest(&first, w->close_by);
    soonest(&first, w->lost_by);
    if (first)
        uv_timer_start(&w->timer, on_time, first > now ? first - now : 0, 0);
    else
        uv_timer_stop(&w->timer);
}

/* ------------------------------------------------------------------ the end */

static void free_worker(uv_handle_t *timer)
{
    lm_worker *w = timer->data;
    void     (*closed)(void *) = w->closed;
    void      *self = w->closed_self;

    for (char **a = w->argv; *a; a++)
        lm_free(*a);
    lm_free(w->argv);
    lm_free(w);
    if (closed)
        closed(self);
}

/* How long until the next start: not at all after the first death. */
static uint64_t rest_of(const lm_worker *w)
{
    uint64_t ms = (uint64_t)w->o.rest_ms;

    for (int i = 2; i < w->deaths && ms < (uint64_t)w->o.most_rest_ms; i++)
        ms *= 2;
    return w->deaths < 2 ? 0 : ms < (uint64_t)w->o.most_rest_ms ? ms : (uint64_t)w->o.most_rest_ms;
}

/* The process and its streams are gone: tells, and starts the next. */
static void tell_end(lm_worker *w)
{
    lm_wire_reader_done(&w->reader);
    w->gone_by = 0;
    w->state = LM_WORKER_RESTING;
    w->end.job = w->job;
    w->end.epoch = w->epoch;
    w->end.begun = w->begun;
    w->end.checks = w->checks;
    lm_worker_word(w);
    w->job = w->epoch = w->pid = w->checks = 0;
    w->deaths++;
    if (w->o.ended)
        w->o.ended(w->o.self, w, &w->end);
    if (w->leaving) {
        if (!uv_is_closing((uv_handle_t *)&w->timer))
            uv_close((uv_handle_t *)&w->timer, free_worker);
        return;
    }
    w->rest_until = uv_now(w->loop) + rest_of(w);
    lm_worker_arm(w);
}

static void on_closed(uv_handle_t *h)
{
    lm_worker *w = h->data;

    if (--w->closing_handles == 0)
        tell_end(w);
}

static void close_all(lm_worker *w)
{
    w->gone_by = 0;
    if (w->closing_handles)
        return;
    w->closing_handles = 2 + w->has_process;
    uv_close((uv_handle_t *)&w->wire, on_closed);
    uv_close((uv_handle_t *)&w->words, on_closed);
    if (w->has_process)
        uv_close(w->o.inside ? (uv_handle_t *)&w->returned : (uv_handle_t *)&w->process, on_closed);
}

static void kill_process(lm_worker *w)
{
    if (!w->pid || w->exited)
        return;
    if (!w->o.inside) {
        uv_process_kill(&w->process, SIGKILL);
        return;
    }
    lm_worker_hang_up(w);
    w->lost_by = w->leaving ? uv_now(w->loop) + LEAVE_MS : 0;
}

/* From a stream's end or the process's: when all three are there it is over; the process alone waits a little for what
 * the streams still hold, a stream alone for the process. */
static void look(lm_worker *w)
{
    if (w->closing_handles || w->state == LM_WORKER_RESTING)
        return;
    if (w->exited && w->wire_ended && w->words_ended)
        close_all(w);
    else if (w->exited && !w->gone_by)
        w->gone_by = uv_now(w->loop) + LAST_WORDS_MS;
    lm_worker_arm(w);
}

void lm_worker_over(lm_worker *w, lm_worker_why why)
{
    if (w->state == LM_WORKER_RESTING)
        return;
    if (w->state != LM_WORKER_DYING)
        w->end.why = why;
    w->state = LM_WORKER_DYING;
    w->start_by = w->job_by = w->stop_by = w->close_by = 0;
    /* one that leaves by itself is on its way out and says with which status */
    if (why == LM_WORKER_DIED || why == LM_WORKER_LEFT)
        w->close_by = w->exited ? 0 : uv_now(w->loop) + LEAVE_MS;
    else
        kill_process(w);
    look(w);
}

void lm_worker_exited(lm_worker *w, int status, int signal)
{
    w->exited = true;
    w->end.status = status;
    w->end.signal = signal;
    w->close_by = w->lost_by = 0;
    if (w->state != LM_WORKER_DYING)
        lm_worker_over(w, w->said_bye ? LM_WORKER_LEFT : LM_WORKER_DIED);
    w->close_by = 0;
    look(w);
}

static void on_exit_(uv_process_t *p, int64_t status, int signal)
{
    lm_worker_exited(p->data, (int)status, signal);
}

void lm_worker_stream_ended(lm_worker *w, bool wire)
{
    *(wire ? &w->wire_ended : &w->words_ended) = true;
    if (wire && w->state != LM_WORKER_DYING)
        lm_worker_over(w, w->said_bye ? LM_WORKER_LEFT : LM_WORKER_DIED);
    look(w);
}

/* ------------------------------------------------------------------ the start */

static void put_stdio(lm_worker *w, uv_stdio_container_t stdio[SOCKET + 1], int socket)
{
    stdio[0].flags = UV_IGNORE;
    stdio[1].flags = UV_IGNORE;
    stdio[2].flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
    stdio[2].data.stream = (uv_stream_t *)&w->words;
    stdio[SOCKET].flags = UV_INHERIT_FD;
    stdio[SOCKET].data.fd = socket;
}

static int spawn(lm_worker *w)
{
    uv_stdio_container_t stdio[SOCKET + 1];
    uv_process_options_t p = { .exit_cb = on_exit_, .file = w->argv[0], .args = w->argv, .stdio = stdio,
                               .stdio_count = SOCKET + 1 };
    uv_os_sock_t         pair[2];
    int                  failed = uv_socketpair(SOCK_STREAM, 0, pair, UV_NONBLOCK_PIPE, 0);

    if (failed)
        return failed;
    put_stdio(w, stdio, pair[1]);
    failed = uv_pipe_open(&w->wire, pair[0]);
    if (failed) {
        close(pair[0]);
    } else if (w->o.inside) {
        return lm_worker_go_inside(w, pair[1]);
    } else {
        failed = uv_spawn(w->loop, &w->process, &p);
        w->has_process = true; /* a handle to close, whatever became of it */
    }
    close(pair[1]);
    return failed;
}

static void start(lm_worker *w)
{
    int failed;

    w->rest_until = 0;
    w->end = (lm_worker_end){ 0 };
    w->reader = (lm_wire_reader){ .way = LM_WIRE_TO_SERVER };
    w->exited = w->wire_ended = w->words_ended = w->said_bye = false;
    w->line_size = 0;
    *w->node = *w->node_class = '\0';
    w->state = LM_WORKER_STARTING;
    w->start_by = uv_now(w->loop) + (uint64_t)w->o.start_ms;
    w->has_process = false;
    uv_pipe_init(w->loop, &w->wire, 0);
    uv_pipe_init(w->loop, &w->words, 0);
    w->process.data = w->returned.data = w->wire.data = w->words.data = w;
    failed = spawn(w);
    w->pid = failed ? 0 : w->o.inside ? (int)getpid() : w->process.pid;
    if (failed) {
        snprintf(w->end.last_words, sizeof w->end.last_words, "%s: %s", w->argv[0], uv_strerror(failed));
        w->exited = w->wire_ended = w->words_ended = true;
        lm_worker_over(w, LM_WORKER_UNBORN);
    } else if (!lm_worker_listen(w)) {
        lm_worker_over(w, LM_WORKER_UNBORN);
    }
    lm_worker_arm(w);
}

static char **copy_argv(const char *const *argv, bool socket)
{
    char **out;
    int    n = 0;

    while (argv[n])
        n++;
    out = lm_try_alloc(((size_t)n + 3) * sizeof *out);
    for (int i = 0; out && i < n; i++)
        out[i] = lm_copy_text(argv[i]);
    if (out && socket) {
        out[n] = lm_copy_text("--socket");
        out[n + 1] = lm_copy_text("3");
    }
    return out;
}

/* ------------------------------------------------------------------ for the loop */

lm_worker *lm_worker_new(uv_loop_t *loop, const lm_worker_options *o, limn_error *err)
{
    lm_worker *w = lm_try_alloc(sizeof *w);

    if (w)
        w->argv = copy_argv(o->argv, !o->inside);
    if (!w || !w->argv) {
        lm_free(w);
        limn_fail(err, MEMORY, "no memory for a worker");
        return NULL;
    }
    w->loop = loop;
    w->o = *o;
    uv_timer_init(loop, &w->timer);
    w->timer.data = w;
    start(w);
    return w;
}

void lm_worker_close(lm_worker *w, void (*closed)(void *self), void *self)
{
    const lm_wire bye = { .type = LM_WIRE_BYE };
    limn_error    err = { 0 };

    w->leaving = true;
    w->closed = closed;
    w->closed_self = self;
    lm_worker_hold(w, false);
    if (w->state == LM_WORKER_RESTING) {
        uv_close((uv_handle_t *)&w->timer, free_worker);
    } else if (w->state == LM_WORKER_READY) {
        w->close_by = uv_now(w->loop) + (uint64_t)w->o.close_ms;
        w->said_bye = true;
        if (!lm_worker_send(w, &bye, &err))
            lm_worker_over(w, LM_WORKER_KILLED);
        lm_worker_arm(w);
    } else {
        lm_worker_over(w, LM_WORKER_KILLED);
    }
}

void lm_worker_kill(lm_worker *w)
{
    lm_worker_over(w, LM_WORKER_KILLED);
}

bool lm_worker_is_ready(const lm_worker *w)
{
    return w->state == LM_WORKER_READY && !w->leaving;
}

bool lm_worker_is_free(const lm_worker *w)
{
    return lm_worker_is_ready(w) && !w->job;
}

int lm_worker_pid(const lm_worker *w)
{
    return w->exited ? 0 : w->pid;
}

int lm_worker_checks(const lm_worker *w)
{
    return w->checks;
}
