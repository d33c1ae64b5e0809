/* worker_wire.c: what a worker is told, and what is heard of it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "web/work/worker_parts.h"

/* Bytes on their way to one worker. */
static const size_t most_waiting = (size_t)192 << 20;

/* ------------------------------------------------------------------ telling */

typedef struct letter {
    uv_write_t write;
    char      *bytes;
} letter;

static void on_written(uv_write_t *write, int status)
{
    letter *l = write->data;

    (void)status; /* who does not read any more is seen to end */
    lm_free(l->bytes);
    lm_free(l);
}

bool lm_worker_send(lm_worker *w, const lm_wire *m, limn_error *err)
{
    letter  *l = NULL;
    uv_buf_t buf;
    size_t   size;
    char    *bytes;

    if (w->state != LM_WORKER_READY && m->type != LM_WIRE_HELLO)
        return limn_fail(err, DEVICE, "the worker is not there");
    if (uv_stream_get_write_queue_size((uv_stream_t *)&w->wire) > most_waiting)
        return limn_fail(err, DEVICE, "the worker does not read");
    bytes = lm_wire_write(m, &size, err);
    if (bytes)
        l = lm_try_alloc(sizeof *l);
    if (!l) {
        lm_free(bytes);
        return limn_fail(err, MEMORY, "no memory to tell a worker");
    }
    l->bytes = bytes;
    l->write.data = l;
    buf = uv_buf_init(bytes, (unsigned)size);
    if (!uv_write(&l->write, (uv_stream_t *)&w->wire, &buf, 1, on_written))
        return true;
    on_written(&l->write, -1);
    return limn_fail(err, DEVICE, "the worker is not there");
}

bool lm_worker_job(lm_worker *w, const lm_wire *order, limn_error *err)
{
    if (!lm_worker_is_free(w))
        return limn_fail(err, BUG, "the worker has a job");
    if (order->type != LM_WIRE_JOB || !lm_worker_send(w, order, err))
        return limn_fail(err, BUG, "that is no job");
    w->job = order->job;
    w->epoch = order->epoch;
    w->begun = false;
    w->heard_at = uv_now(w->loop);
    w->job_by = w->o.job_ms ? w->heard_at + (uint64_t)w->o.job_ms : 0;
    lm_worker_arm(w);
    return true;
}

bool lm_worker_check(lm_worker *w, const lm_wire *order, limn_error *err)
{
    if (!lm_worker_is_ready(w))
        return limn_fail(err, DEVICE, "the worker is not there");
    if (w->checks == LM_WIRE_CHECKS_MOST)
        return limn_fail(err, DEVICE, "%d checks wait already", w->checks);
    if (order->type != LM_WIRE_CHECK || !lm_worker_send(w, order, err))
        return limn_fail(err, BUG, "that is no check");
    w->checks++;
    return true;
}

static void tell(lm_worker *w, lm_wire m)
{
    limn_error err = { 0 };

    if (w->state == LM_WORKER_READY)
        lm_worker_send(w, &m, &err);
}

void lm_worker_stop(lm_worker *w, int64_t job, int64_t epoch)
{
    if (!w->job || job != w->job || epoch != w->epoch)
        return;
    tell(w, (lm_wire){ .type = LM_WIRE_STOP, .job = job, .epoch = epoch });
    if (!w->stop_by && w->o.stop_ms)
        w->stop_by = uv_now(w->loop) + (uint64_t)w->o.stop_ms;
    lm_worker_arm(w);
}

void lm_worker_free(lm_worker *w, int64_t what)
{
    tell(w, (lm_wire){ .type = LM_WIRE_FREE, .numbers = { what } });
}

void lm_worker_ask(lm_worker *w, int64_t what)
{
    tell(w, (lm_wire){ .type = LM_WIRE_ASK, .numbers = { what } });
}

/* ------------------------------------------------------------------ hearing */

static void copy(char *to, size_t room, const lm_wire_text *t)
{
    snprintf(to, room, "%s", t->at);
}

/* Which node began last: for the case that it ends here. */
static void note_node(lm_worker *w, const lm_wire *m)
{
    if (m->type == LM_WIRE_RUNNING) {
        copy(w->node, sizeof w->node, &m->texts[LM_WHO_REAL]);
        copy(w->node_class, sizeof w->node_class, &m->texts[LM_WHO_CLASS]);
    } else if (m->type == LM_WIRE_EXECUTED && !strcmp(w->node, m->texts[LM_WHO_REAL].at)) {
        *w->node = *w->node_class = '\0';
    }
}

static void hear_end(lm_worker *w)
{
    w->job = w->epoch = 0;
    w->job_by = w->stop_by = 0;
    w->deaths = 0;
    *w->node = *w->node_class = '\0';
    lm_worker_arm(w);
}

static bool hear_hello(lm_worker *w, const lm_wire *m)
{
    const lm_wire mine = lm_wire_hello(NULL, NULL);
    limn_error    err = { 0 };

    w->state = LM_WORKER_READY;
    w->start_by = 0;
    if (!lm_worker_send(w, &mine, &err))
        return false;
    lm_worker_arm(w);
    if (w->o.ready && !w->leaving)
        w->o.ready(w->o.self, w, m);
    return true;
}

/* The row let it through; does it fit what this worker was told to do? */
static bool is_expected(const lm_worker *w, const lm_wire *m)
{
    if (m->type == LM_WIRE_CHECKED)
        return w->checks > 0;
    return !m->epoch || (m->job == w->job && m->epoch == w->epoch);
}

static bool hear(lm_worker *w, const lm_wire *m)
{
    if (m->type == LM_WIRE_HELLO)
        return hear_hello(w, m);
    if (!is_expected(w, m)) {
        snprintf(w->end.last_words, sizeof w->end.last_words, "%s for a job or check that it does not have",
                 lm_wire_name(m->type));
        return false;
    }
    w->heard_at = uv_now(w->loop);
    w->said_bye |= m->type == LM_WIRE_BYE;
    w->begun |= m->epoch != 0;
    w->checks -= m->type == LM_WIRE_CHECKED;
    note_node(w, m);
    if (m->type == LM_WIRE_ENDED)
        hear_end(w);
    if (w->o.heard)
        w->o.heard(w->o.self, w, m);
    return true;
}

static void take_bytes(lm_worker *w, const char *at, size_t n)
{
    limn_error err = { 0 };
    lm_wire    m;

    while (n && w->state != LM_WORKER_DYING) {
        if (!lm_wire_read(&w->reader, &at, &n, &m, &err)) {
            snprintf(w->end.last_words, sizeof w->end.last_words, "%s", err.text);
            lm_worker_over(w, LM_WORKER_BROKEN);
        } else if (m.type && !hear(w, &m)) {
            lm_worker_over(w, LM_WORKER_BROKEN);
        }
    }
}

/* ------------------------------------------------------------------ its stderr */

static void end_line(lm_worker *w)
{
    w->line[w->line_size] = '\0';
    for (unsigned char *c = (unsigned char *)w->line; *c; c++)
        if (*c < 32 || *c == 127)
            *c = ' ';
    if (w->line_size) {
        lm_worker_note_line(w, w->line);
        if (w->o.said)
            w->o.said(w->o.self, w, w->line);
    }
    w->line_size = 0;
}

static void take_words(lm_worker *w, const char *at, size_t n)
{
    for (; n; at++, n--) {
        if (*at == '\n' || w->line_size == LM_WORKER_LINE - 1)
            end_line(w);
        if (*at != '\n')
            w->line[w->line_size++] = *at ? *at : ' ';
    }
}

/* ------------------------------------------------------------------ streams */

static void on_room(uv_handle_t *h, size_t size, uv_buf_t *buf)
{
    lm_worker *w = h->data;

    (void)size;
    *buf = uv_buf_init(w->piece, sizeof w->piece);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
    lm_worker *w = s->data;
    const bool wire = s == (uv_stream_t *)&w->wire;

    if (n > 0 && wire)
        take_bytes(w, buf->base, (size_t)n);
    else if (n > 0)
        take_words(w, buf->base, (size_t)n);
    if (n >= 0)
        return;
    uv_read_stop(s);
    if (!wire)
        end_line(w);
    lm_worker_stream_ended(w, wire);
}

bool lm_worker_listen(lm_worker *w)
{
    if (!w->o.inside && uv_read_start((uv_stream_t *)&w->words, on_room, on_read))
        return false;
    return w->held || !uv_read_start((uv_stream_t *)&w->wire, on_room, on_read);
}

void lm_worker_hold(lm_worker *w, bool held)
{
    if (w->held == held)
        return;
    w->held = held;
    if (w->state == LM_WORKER_RESTING || w->closing_handles || w->wire_ended)
        return;
    if (held)
        uv_read_stop((uv_stream_t *)&w->wire);
    else
        uv_read_start((uv_stream_t *)&w->wire, on_room, on_read);
    w->heard_at = uv_now(w->loop);
    lm_worker_arm(w);
}
