/* http_server.c: the server's life: options, deadlines, counting, the end. */
#include "web/http/http_server.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "web/http/http_inside.h"

lm_http_options lm_http_defaults(void)
{
    return (lm_http_options){
        .head_ms = 10000, .idle_ms = 75000, .body_ms = 30000, .rate_window_ms = 60000, .rate_bytes = 60 * 1024,
        .linger_ms = 3000, .stop_ms = 5000, .max_connections = 4096, .max_per_address = 256,
        .max_body_bytes = 256u << 20, .max_answer_bytes = 256u << 20, .gzip_from = 1400, .max_deflating = 64,
    };
}

/* ------------------------------------------------------------------ deadlines */

static void sweep(uv_timer_t *timer)
{
    lm_http       *http = timer->data;
    const uint64_t now = uv_now(http->loop);
    const bool     over = http->stopping && now >= http->stop_at;

    lm_http_accept_again(http);
    for (lm_conn *c = http->conns, *next; c; c = next) {
        next = c->next;
        if (over)
            lm_conn_drop(c);
        else
            lm_conn_tick(c, now);
    }
    if (!http->conns && !http->accept_paused)
        uv_timer_stop(timer);
}

static int sweep_ms(const lm_http_options *o)
{
    int least = o->head_ms;

    least = o->idle_ms < least ? o->idle_ms : least;
    least = o->body_ms < least ? o->body_ms : least;
    least = o->linger_ms < least ? o->linger_ms : least;
    least /= 8;
    return least < 10 ? 10 : least > 1000 ? 1000 : least;
}

void lm_http_watch(lm_http *http)
{
    const uint64_t ms = (uint64_t)sweep_ms(&http->o);

    if (!uv_is_active((uv_handle_t *)&http->sweep))
        uv_timer_start(&http->sweep, sweep, ms, ms);
}

const char *lm_http_now(lm_http *http)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec != http->date_at)
        lm_http_date(http->date_at = now.tv_sec, http->date);
    return http->date;
}

/* ------------------------------------------------------------------ the beginning */

static bool write_cors(lm_http *http, limn_error *err)
{
    const char *origin = http->o.guard.cors;

    if (!origin)
        return true;
    for (const char *c = origin; *c; c++)
        if (*c <= ' ' || *c == 0x7f)
            return limn_fail(err, INPUT, "the origin for cross-origin requests holds a space or control character");
    if (strlen(origin) > 256)
        return limn_fail(err, INPUT, "the origin for cross-origin requests is longer than 256 bytes");
    snprintf(http->cors_lines, sizeof http->cors_lines,
             "Access-Control-Allow-Origin: %s\r\n"
             "Access-Control-Allow-Methods: POST, GET, DELETE, PUT, OPTIONS, PATCH\r\n"
             "Access-Control-Allow-Headers: Content-Type, Authorization\r\n"
             "Access-Control-Allow-Credentials: true\r\n", origin);
    return true;
}

lm_http *lm_http_new(uv_loop_t *loop, const lm_http_options *o, limn_error *err)
{
    lm_http *http = lm_try_alloc(sizeof *http);

    if (!http) {
        limn_fail(err, MEMORY, "there is no memory for the HTTP server");
        return NULL;
    }
    http->loop = loop;
    http->o = *o;
    http->reserve = -1;
    if (!write_cors(http, err) || !lm_mailbox_init(&http->mailbox, loop)) {
        limn_fail(err, MEMORY, "the HTTP server's mailbox could not be made");
        lm_free(http);
        return NULL;
    }
    uv_timer_init(loop, &http->sweep);
    http->sweep.data = http;
    http->handles = 2;
    http->reserve = eventfd(0, EFD_CLOEXEC);
    return http;
}

lm_mailbox *lm_http_mailbox(lm_http *http)
{
    return &http->mailbox;
}

lm_http_counts lm_http_count(const lm_http *http)
{
    lm_http_counts c = http->counts;

    c.requests_at_work = http->held;
    return c;
}

/* ------------------------------------------------------------------ the end */

static void really_gone(lm_http *http)
{
    void (*gone)(void *) = http->gone;
    void *self = http->gone_self;

    for (int i = 0; i < http->n_listeners; i++)
        lm_free(http->listeners[i]);
    lm_sources_done(&http->sources);
    if (http->reserve >= 0)
        close(http->reserve);
    lm_free(http);
    if (gone)
        gone(self);
}

static void one_closed(lm_http *http)
{
    if (--http->handles == 0)
        really_gone(http);
}

static void on_timer_closed(uv_handle_t *handle)
{
    one_closed(handle->data);
}

static void on_mailbox_closed(uv_handle_t *handle)
{
    one_closed((lm_http *)((char *)handle->data - offsetof(lm_http, mailbox)));
}

void lm_http_left(lm_http *http)
{
    if (!http->stopping || http->conns || http->held || http->handles > 2)
        return;
    uv_close((uv_handle_t *)&http->sweep, on_timer_closed);
    lm_mailbox_close(&http->mailbox, on_mailbox_closed);
}

static void on_listener_closed(uv_handle_t *handle)
{
    lm_listener *l = handle->data;

    l->http->handles--;
    lm_http_left(l->http);
}

static void close_listeners(lm_http *http)
{
    for (int i = 0; i < http->n_listeners; i++) {
        lm_listener *l = http->listeners[i];

        uv_close((uv_handle_t *)&l->poll, on_listener_closed);
        close(l->fd);
    }
}

void lm_http_stop(lm_http *http, void (*gone)(void *self), void *self)
{
    if (http->stopping)
        return;
    http->stopping = true;
    http->gone = gone;
    http->gone_self = self;
    http->stop_at = uv_now(http->loop) + (uint64_t)http->o.stop_ms;
    close_listeners(http);
    for (lm_conn *c = http->conns, *next; c; c = next) {
        next = c->next;
        if (c->phase == LM_CONN_IDLE || c->phase == LM_CONN_HEAD || c->phase == LM_CONN_LINGER)
            lm_conn_drop(c);
        else
            c->rq->keep = false;
    }
    lm_http_left(http);
}
