/* http_conn.c: one connection: reading, steps, deadlines, the end. */
#include <arpa/inet.h>
#include <errno.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "web/http/http_inside.h"

static uint64_t now_of(const lm_conn *c)
{
    return uv_now(c->http->loop);
}

/* ------------------------------------------------------------------ bytes that were read */

void lm_conn_use(lm_conn *c, size_t n)
{
    c->view.at += n;
    c->view.n -= n;
}

/* The shared memory is for one reading only: what is left of it moves into the connection's own. */
static bool keep_view(lm_conn *c)
{
    const bool shared = c->view.at >= c->http->scratch && c->view.at < c->http->scratch + LM_READ_BYTES;

    if (!c->view.n) {
        lm_buffer_done(&c->kept);
        c->view = (lm_slice){ NULL, 0 };
        return true;
    }
    if (!shared)
        return true;
    if (!lm_buffer_add(&c->kept, c->view.at, c->view.n))
        return false;
    c->view.at = c->kept.at;
    return true;
}

/* Where to read to: the shared memory, or behind what is kept. */
static char *room_of(lm_conn *c, size_t *room)
{
    const size_t most = c->phase == LM_CONN_BODY || c->phase == LM_CONN_LINGER ? LM_READ_BYTES : LM_HEAD_READ_BYTES;

    *room = most;
    if (!c->view.n) {
        lm_buffer_done(&c->kept);
        c->view = (lm_slice){ c->http->scratch, 0 };
        return c->http->scratch;
    }
    memmove(c->kept.at, c->view.at, c->view.n); /* both in kept */
    c->kept.n = c->view.n;
    if (c->kept.room - c->kept.n < 512) {
        lm_buffer more = { 0 };

        if (!(more.at = lm_try_alloc(more.room = 2 * c->kept.n + 2048)))
            return NULL;
        memcpy(more.at, c->kept.at, more.n = c->kept.n);
        lm_buffer_done(&c->kept);
        c->kept = more;
    }
    c->view.at = c->kept.at;
    *room = c->kept.room - c->kept.n < most ? c->kept.room - c->kept.n : most;
    return c->kept.at + c->kept.n;
}

/* False: the connection is broken. */
static bool read_some(lm_conn *c)
{
    size_t      room;
    char       *to = room_of(c, &room);
    const ssize_t n = to ? recv(c->fd, to, room, 0) : -1;

    if (!to)
        return false;
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (n == 0)
        c->eof = true;
    c->view.n += (size_t)n;
    if (c->kept.at)
        c->kept.n += (size_t)n;
    c->moved += (uint64_t)n;
    c->http->counts.received += (uint64_t)n;
    if (c->phase == LM_CONN_BODY && n)
        c->deadline = now_of(c) + (uint64_t)c->http->o.body_ms;
    return true;
}

/* ------------------------------------------------------------------ steps */

static void enter(lm_conn *c, lm_phase phase, uint64_t deadline)
{
    c->phase = phase;
    c->deadline = deadline;
}

static bool step_idle(lm_conn *c)
{
    lm_request *rq;

    if (!c->view.n) {
        if (c->eof)
            lm_conn_drop(c);
        return false;
    }
    if (!(rq = lm_request_new(c))) {
        lm_conn_drop(c);
        return false;
    }
    c->fresh = false;
    enter(c, LM_CONN_HEAD, now_of(c) + (uint64_t)c->http->o.head_ms);
    return true;
}

static void begin_lingering(lm_conn *c)
{
    shutdown(c->fd, SHUT_WR);
    lm_conn_use(c, c->view.n);
    enter(c, LM_CONN_LINGER, now_of(c) + (uint64_t)c->http->o.linger_ms);
}

static void tell(lm_conn *c, const lm_request *rq)
{
    const lm_http     *http = c->http;
    const lm_http_line line = {
        .head = rq->parser.head.text ? &rq->parser.head : NULL,
        .status = rq->out.status,
        .sent = rq->out.sent,
        .ms = now_of(c) - rq->began_ms,
    };

    if (http->o.told)
        http->o.told(http->o.self, &line);
}

static void finish(lm_conn *c)
{
    lm_request *rq = c->rq;
    const bool  keep = rq->keep;

    tell(c, rq);
    c->http->counts.answers[rq->out.status / 100 % 6]++;
    c->rq = NULL;
    rq->conn = NULL;
    lm_out_done(rq);
    lm_request_unref(rq);
    if (keep)
        enter(c, LM_CONN_IDLE, now_of(c) + (uint64_t)c->http->o.idle_ms);
    else
        begin_lingering(c);
}

static bool step_send(lm_conn *c)
{
    lm_request    *rq = lm_request_ref(c->rq); /* a producer that is asked for more may give up */
    const uint64_t before = rq->out.sent;
    const lm_sent  sent = lm_send_some(c);
    const uint64_t moved = rq->out.sent - before;

    lm_request_unref(rq);
    if (c->phase == LM_CONN_CLOSED)
        return false;
    c->moved += moved;
    c->http->counts.sent += moved;
    c->blocked = sent == LM_SENT_BLOCKED || sent == LM_SENT_YIELDS;
    if (sent == LM_SENT_ALL) {
        finish(c);
        return c->phase == LM_CONN_IDLE;
    }
    if (sent == LM_SENT_FAILED)
        lm_conn_drop(c);
    else if (!c->blocked)
        c->deadline = UINT64_MAX;
    else if (moved || c->deadline == UINT64_MAX)
        c->deadline = now_of(c) + (uint64_t)c->http->o.body_ms;
    return false;
}

static bool step_linger(lm_conn *c)
{
    lm_conn_use(c, c->view.n);
    if (c->eof)
        lm_conn_drop(c);
    return false;
}

static bool step(lm_conn *c)
{
    switch (c->phase) {
    case LM_CONN_IDLE:
        return step_idle(c);
    case LM_CONN_HEAD:
        return lm_step_head(c);
    case LM_CONN_BODY:
        return lm_step_body(c);
    case LM_CONN_SEND:
        return step_send(c);
    case LM_CONN_LINGER:
        return step_linger(c);
    default: /* WORK: the handler's turn; CLOSED */
        return false;
    }
}

/* ------------------------------------------------------------------ watching */

static int wanted(const lm_conn *c)
{
    switch (c->phase) {
    case LM_CONN_IDLE:
    case LM_CONN_HEAD:
    case LM_CONN_LINGER:
        return UV_READABLE;
    case LM_CONN_BODY:
        return c->rq->paused ? (c->hup ? 0 : UV_DISCONNECT) : UV_READABLE;
    case LM_CONN_WORK:
        return c->hup ? 0 : UV_DISCONNECT;
    case LM_CONN_SEND:
        return c->blocked ? UV_WRITABLE : c->hup ? 0 : UV_DISCONNECT;
    default:
        return 0;
    }
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    lm_conn *c = poll->data;

    if (status < 0) {
        lm_conn_drop(c);
        return;
    }
    if (events & UV_READABLE && !read_some(c)) {
        lm_conn_drop(c);
        return;
    }
    if (events & UV_DISCONNECT) /* it will send no more; it may still want its answer */
        c->hup = true;
    lm_conn_advance(c);
}

static void watch(lm_conn *c)
{
    const int  events = wanted(c);
    const bool waiting = (c->phase == LM_CONN_BODY && !c->rq->paused) || (c->phase == LM_CONN_SEND && c->blocked);

    if (waiting && !c->waiting) {
        c->window_at = now_of(c);
        c->moved = 0;
    }
    c->waiting = waiting;
    if (c->phase == LM_CONN_CLOSED || events == c->events)
        return;
    c->events = events;
    if (events)
        uv_poll_start(&c->poll, events, on_ready);
    else
        uv_poll_stop(&c->poll);
}

void lm_conn_advance(lm_conn *c)
{
    if (c->advancing || c->phase == LM_CONN_CLOSED)
        return;
    c->advancing = true;
    while (step(c))
        ;
    if (c->phase != LM_CONN_CLOSED && !keep_view(c))
        lm_conn_drop(c);
    c->advancing = false;
    watch(c);
}

/* ------------------------------------------------------------------ deadlines */

static bool too_slow(lm_conn *c, uint64_t now)
{
    const lm_http_options *o = &c->http->o;

    if (!c->waiting || now - c->window_at < (uint64_t)o->rate_window_ms)
        return false;
    if (c->moved < o->rate_bytes)
        return true;
    c->window_at = now;
    c->moved = 0;
    return false;
}

void lm_conn_tick(lm_conn *c, uint64_t now)
{
    if (now < c->deadline && !too_slow(c, now))
        return;
    if (c->phase == LM_CONN_HEAD || c->phase == LM_CONN_BODY) {
        lm_request_refuse(c->rq, 408, "the request did not arrive in time");
        lm_conn_advance(c);
    } else {
        lm_conn_drop(c);
    }
}

/* ------------------------------------------------------------------ beginning and end */

static void on_closed(uv_handle_t *handle)
{
    lm_conn *c = handle->data;
    lm_http *http = c->http;

    lm_free(c);
    http->handles--;
    lm_http_left(http);
}

int lm_conn_release(lm_conn *c)
{
    lm_http   *http = c->http;
    const int  fd = c->fd;
    lm_request *rq = c->rq;

    if (c->next)
        c->next->prev = c->prev;
    *(c->prev ? &c->prev->next : &http->conns) = c->next;
    if (http->o.max_per_address > 0 && (http->o.count_loopback || !lm_source_is_loopback(&c->peer.any)))
        lm_sources_leave(&http->sources, &c->peer.any);
    http->counts.connections--;
    c->phase = LM_CONN_CLOSED;
    c->rq = NULL;
    c->fd = -1;
    c->view = (lm_slice){ NULL, 0 };
    lm_buffer_done(&c->kept);
    uv_close((uv_handle_t *)&c->poll, on_closed);
    if (rq)
        lm_request_lost(rq);
    return fd;
}

void lm_conn_drop(lm_conn *c)
{
    if (c->phase != LM_CONN_CLOSED)
        close(lm_conn_release(c));
}

bool lm_conn_new(lm_http *http, const lm_listener *l, int fd, const lm_address *peer)
{
    lm_conn *c = lm_try_alloc(sizeof *c);

    if (!c || uv_poll_init(http->loop, &c->poll, fd)) {
        lm_free(c);
        return false;
    }
    http->handles++;
    http->counts.connections++;
    c->http = http;
    c->listener = l;
    c->fd = fd;
    c->peer = *peer;
    c->fresh = true;
    c->poll.data = c;
    c->deadline = now_of(c) + (uint64_t)http->o.head_ms;
    if ((c->next = http->conns))
        c->next->prev = c;
    http->conns = c;
    lm_http_watch(http);
    watch(c);
    return true;
}
