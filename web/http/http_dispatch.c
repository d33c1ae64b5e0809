/* http_dispatch.c: from a whole head to its handler: who asks, for what, and with how much of a body. */
#include <arpa/inet.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "web/http/http_inside.h"

enum { SMALL_BODY = 64 * 1024 };

void lm_request_refuse(lm_request *rq, int status, const char *why)
{
    lm_request_ref(rq); /* it may be sent, and let go of, at once */
    rq->keep = false;
    lm_reply_status(rq, status, why);
    lm_request_cut(rq);
    lm_request_unref(rq);
}

/* ------------------------------------------------------------------ vetting */

/* The address at which the connection came in, where we are bound to all of them. */
static const char *arrived_at(const lm_conn *c, char text[INET6_ADDRSTRLEN])
{
    lm_address a = { 0 };
    socklen_t  n = sizeof a;

    if (!c->listener->wildcard)
        return c->listener->address;
    if (getsockname(c->fd, &a.any, &n))
        return NULL;
    return inet_ntop(a.any.sa_family,
                     a.any.sa_family == AF_INET ? (void *)&a.four.sin_addr : (void *)&a.six.sin6_addr, text,
                     INET6_ADDRSTRLEN);
}

static bool is_open(const lm_route *r, const lm_http_head *h)
{
    return r && (r->flags & LM_ROUTE_OPEN || (r->open_for && r->open_for(h)));
}

static lm_verdict judge(lm_request *rq, const lm_route *route)
{
    const lm_guard     *g = &rq->http->o.guard;
    const lm_http_head *h = &rq->parser.head;
    const bool          socket = route && route->flags & LM_ROUTE_SOCKET && lm_request_wants_socket(rq);
    char                text[INET6_ADDRSTRLEN];
    lm_verdict          v = lm_guard_source(g, h, arrived_at(rq->conn, text), socket);

    if (v.status || h->method == LM_OPTIONS || is_open(route, h))
        return v;
    return lm_guard_token(g, h, socket);
}

static void refuse_source(lm_request *rq, lm_verdict v)
{
    if (v.status == 401)
        lm_reply_header(rq, "WWW-Authenticate", "Bearer realm=\"limn\"");
    lm_request_refuse(rq, v.status, v.why);
}

static void no_route(lm_request *rq, unsigned allowed)
{
    char text[64];

    if (rq->parser.head.method == LM_OPTIONS) {
        lm_reply_header(rq, "Allow", lm_route_allow(allowed, text));
        lm_reply_empty(rq, 200);
    } else if (allowed) {
        lm_reply_header(rq, "Allow", lm_route_allow(allowed, text));
        lm_reply_status(rq, 405, NULL);
    } else {
        lm_reply_status(rq, 404, NULL);
    }
}

static uint64_t limit_of(const lm_route *r)
{
    return r->body_limit ? r->body_limit : SMALL_BODY;
}

static bool read_query(lm_request *rq)
{
    const lm_slice raw = lm_http_query(&rq->parser.head);
    int            status = 503;

    if (!raw.n)
        return true;
    if ((rq->query = lm_try_alloc(sizeof *rq->query)) && !(status = lm_query_read(rq->query, raw)))
        return true;
    lm_reply_status(rq, status, status == 400 ? "the query string cannot be read" : NULL);
    return false;
}

/* ------------------------------------------------------------------ the handler */

void lm_request_handle(lm_request *rq)
{
    const int refs = lm_request_ref(rq)->refs;

    rq->handled = true;
    rq->route->handle(rq, lm_request_self(rq));
    if (rq->conn && !rq->out.begun && rq->refs <= refs && !rq->data) /* nobody will ever answer it */
        lm_reply_status(rq, 500, "the request was left without an answer");
    lm_request_unref(rq);
}

static void begin_body(lm_request *rq)
{
    lm_conn *c = rq->conn;

    lm_http_body_begin(&rq->body, &rq->parser.head);
    c->phase = LM_CONN_BODY;
    c->deadline = uv_now(rq->http->loop) + (uint64_t)rq->http->o.body_ms;
    if (rq->route->flags & LM_ROUTE_STREAM) {
        rq->paused = true; /* until the handler says who receives it */
        if (lm_body_over(rq))
            c->phase = LM_CONN_WORK;
        lm_request_handle(rq);
    } else if (rq->route->flags & LM_ROUTE_FILE && !lm_spool_begin(rq)) {
        lm_request_refuse(rq, 503, NULL);
    }
}

static bool changes(const lm_http_head *h)
{
    return !(h->method & (LM_GET | LM_HEAD | LM_OPTIONS));
}

static bool has_no_token(const lm_request *rq, const lm_route *route, lm_verdict v)
{
    return v.status == 401 || (!v.status && route && route->flags & LM_ROUTE_ASKS &&
                               lm_guard_token(&rq->http->o.guard, &rq->parser.head, false).status);
}

/* Seconds until it may ask again; 0: now. */
static int wait_of(const lm_request *rq, const lm_route *route, lm_verdict v)
{
    const lm_http_options *o = &rq->http->o;

    if (!o->wait || (!(route && !v.status && changes(&rq->parser.head)) && !has_no_token(rq, route, v)))
        return 0;
    return o->wait(o->self, lm_source_key(&rq->peer.any), lm_source_is_loopback(&rq->peer.any));
}

static void refuse_haste(lm_request *rq, int seconds)
{
    char text[16];

    snprintf(text, sizeof text, "%d", seconds);
    lm_reply_header(rq, "Retry-After", text);
    lm_request_refuse(rq, 429, "too many changes from this address");
}

static void refuse_for_memory(lm_request *rq)
{
    lm_reply_header(rq, "Retry-After", "5");
    lm_request_refuse(rq, 503, "memory is short");
}

static void take(lm_request *rq)
{
    const lm_http_head  *h = &rq->parser.head;
    const lm_route_found found = lm_route_find(rq->http->o.routes, h->method, lm_http_path(h));
    const lm_verdict     v = judge(rq, found.route);
    const int            wait = wait_of(rq, found.route, v);
    int                  status;

    rq->keep = h->keep_alive;
    rq->args = found.args;
    rq->route = found.route;
    if (wait)
        refuse_haste(rq, wait);
    else if (v.status)
        refuse_source(rq, v);
    else if (!found.route)
        no_route(rq, found.allowed);
    else if ((status = lm_route_decode(&rq->args)))
        lm_reply_status(rq, status, NULL);
    else if (h->length > limit_of(found.route))
        lm_request_refuse(rq, 413, NULL);
    else if (changes(h) && lm_alloc_is_short())
        refuse_for_memory(rq);
    else if (read_query(rq))
        begin_body(rq);
}

/* ------------------------------------------------------------------ steps */

static bool keep_head(lm_conn *c, lm_request *rq)
{
    lm_http_head *h = &rq->parser.head;

    rq->text = h->bytes <= sizeof rq->small ? rq->small : lm_try_alloc(h->bytes);
    h->text = NULL;
    if (!rq->text)
        return false;
    memcpy(rq->text, c->view.at, h->bytes);
    h->text = rq->text;
    lm_conn_use(c, h->bytes);
    return true;
}

bool lm_step_head(lm_conn *c)
{
    lm_request *rq = c->rq;
    const int   status = lm_http_parse(&rq->parser, c->view.at, c->view.n);

    if (status == LM_HTTP_MORE) {
        if (c->eof)
            lm_conn_drop(c);
        return false;
    }
    if (status == LM_HTTP_DONE && keep_head(c, rq)) {
        take(rq);
        return true;
    }
    rq->parser.head.n_fields = 0; /* they are nowhere */
    lm_request_refuse(rq, status == LM_HTTP_DONE ? 503 : status, rq->parser.fault);
    return true;
}

bool lm_body_over(const lm_request *rq)
{
    const lm_http_head *h = &rq->parser.head;
    lm_http_body        b = rq->body;
    size_t              used;
    lm_slice            data;

    if (!b.phase && !b.total && !b.left)
        lm_http_body_begin(&b, h);
    return lm_http_body_next(&b, NULL, 0, &used, &data) == LM_HTTP_DONE;
}

static bool expect_more(lm_conn *c, lm_request *rq)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

    if (c->eof) {
        lm_conn_drop(c);
        return false;
    }
    if (rq->parser.head.expects_continue && !rq->body.total) {
        rq->parser.head.expects_continue = false;
        if (send(c->fd, go_on, sizeof go_on - 1, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)sizeof go_on - 1)
            lm_conn_drop(c);
    }
    return false;
}

/* Into memory, which all bodies together may take only so much of. */
static bool keep_piece(lm_request *rq, lm_slice piece)
{
    lm_http       *http = rq->http;
    const uint64_t room = rq->bytes.room;

    if (!rq->bytes.room && http->counts.body_bytes + piece.n > http->o.max_body_bytes)
        return false;
    if (!lm_buffer_add(&rq->bytes, piece.at, piece.n))
        return false;
    http->counts.body_bytes += rq->bytes.room - room;
    rq->counted += rq->bytes.room - room;
    return http->counts.body_bytes <= http->o.max_body_bytes;
}

static void take_piece(lm_request *rq, lm_slice piece)
{
    if (rq->body.total > limit_of(rq->route)) {
        lm_request_refuse(rq, 413, NULL);
    } else if (rq->data) {
        rq->paused = true; /* unless lm_request_resume is called on the way */
        if (rq->data(rq, piece, rq->data_self))
            rq->paused = false;
    } else if (rq->spool) {
        rq->paused = !lm_spool_put(rq, piece);
    } else if (!keep_piece(rq, piece)) {
        lm_reply_header(rq, "Retry-After", "5");
        lm_request_refuse(rq, 503, "too many large requests at once");
    }
}

static void end_body(lm_conn *c, lm_request *rq)
{
    c->phase = LM_CONN_WORK;
    c->deadline = UINT64_MAX;
    if (rq->data)
        rq->data(rq, (lm_slice){ NULL, 0 }, rq->data_self);
    else if (rq->spool)
        lm_spool_end(rq);
    else if (!rq->handled)
        lm_request_handle(rq);
}

bool lm_step_body(lm_conn *c)
{
    lm_request *rq = c->rq;
    lm_slice    piece;
    size_t      used;
    int         status;

    if (rq->paused)
        return false;
    status = lm_http_body_next(&rq->body, c->view.at, c->view.n, &used, &piece);
    lm_conn_use(c, used);
    if (status == LM_HTTP_MORE)
        return expect_more(c, rq);
    lm_request_ref(rq); /* whoever takes it may answer, or lose the connection */
    if (status == LM_HTTP_DATA)
        take_piece(rq, piece);
    else if (status == LM_HTTP_DONE)
        end_body(c, rq);
    else
        lm_request_refuse(rq, 400, "the body's chunks are malformed");
    lm_request_unref(rq);
    return true;
}

/* ------------------------------------------------------------------ what handlers of bodies may ask */

void lm_request_receive(lm_request *rq, lm_request_data *data, void *self)
{
    rq->data = data;
    rq->data_self = self;
    if (rq->conn && rq->conn->phase == LM_CONN_WORK) /* there is none, and the handler runs in its place */
        rq->conn->phase = LM_CONN_BODY;
    lm_request_resume(rq);
}

void lm_request_resume(lm_request *rq)
{
    rq->paused = false;
    if (!rq->conn || rq->conn->phase != LM_CONN_BODY)
        return;
    rq->conn->deadline = uv_now(rq->http->loop) + (uint64_t)rq->http->o.body_ms;
    lm_conn_advance(rq->conn);
}
