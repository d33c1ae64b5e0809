/* http_request.c: a request's life and what its handler may ask of it. */
#include "web/http/http_request.h"

#include <arpa/inet.h>

#include "core/base/alloc.h"
#include "web/http/http_inside.h"

/* ------------------------------------------------------------------ bytes that grow */

bool lm_buffer_add(lm_buffer *b, const char *bytes, size_t n)
{
    if (b->room - b->n < n) {
        const size_t room = b->n + n < 2 * b->room ? 2 * b->room : b->n + n;
        char        *more = lm_try_alloc(room);

        if (!more)
            return false;
        if (b->n)
            memcpy(more, b->at, b->n);
        lm_free(b->at);
        b->at = more;
        b->room = room;
    }
    if (n)
        memcpy(b->at + b->n, bytes, n);
    b->n += n;
    return true;
}

void lm_buffer_done(lm_buffer *b)
{
    lm_free(b->at);
    *b = (lm_buffer){ 0 };
}

/* ------------------------------------------------------------------ life */

lm_request *lm_request_new(lm_conn *c)
{
    lm_request *rq = lm_try_alloc(sizeof *rq);

    if (!rq)
        return NULL;
    rq->refs = 1;
    rq->http = c->http;
    rq->conn = c;
    rq->began_ms = uv_now(c->http->loop);
    rq->peer = c->peer;
    rq->http->held++;
    rq->http->counts.requests++;
    return c->rq = rq;
}

lm_request *lm_request_ref(lm_request *rq)
{
    rq->refs++;
    return rq;
}

static void let_go_of_body(lm_request *rq)
{
    rq->http->counts.body_bytes -= rq->counted;
    rq->counted = 0;
    lm_buffer_done(&rq->bytes);
}

void lm_request_unref(lm_request *rq)
{
    lm_http *http;

    if (!rq || --rq->refs)
        return;
    http = rq->http;
    lm_out_done(rq);
    lm_spool_drop(rq);
    let_go_of_body(rq);
    lm_route_args_done(&rq->args);
    if (rq->query)
        lm_query_done(rq->query);
    lm_free(rq->query);
    if (rq->text != rq->small)
        lm_free(rq->text);
    lm_free(rq);
    http->held--;
    lm_http_left(http);
}

static void tell_gone(lm_mail *mail)
{
    lm_request *rq = (lm_request *)((char *)mail - offsetof(lm_request, gone_mail));

    if (rq->gone)
        rq->gone(rq, rq->gone_self);
    lm_request_unref(rq);
}

/* By a letter, because whoever is to be told may be the one who is just putting bytes into the answer. */
void lm_request_lost(lm_request *rq)
{
    rq->conn = NULL;
    lm_out_done(rq);
    if (!rq->gone || rq->gone_told) {
        lm_request_unref(rq);
        return;
    }
    rq->gone_told = true;
    rq->gone_mail.open = tell_gone;
    lm_mailbox_post(&rq->http->mailbox, &rq->gone_mail);
}

void lm_request_cut(lm_request *rq)
{
    if (!rq->data || !rq->gone || rq->gone_told)
        return;
    rq->gone_told = true;
    rq->gone_mail.open = tell_gone;
    lm_mailbox_post(&rq->http->mailbox, &lm_request_ref(rq)->gone_mail);
}

bool lm_request_gone(const lm_request *rq)
{
    return !rq->conn;
}

void lm_request_on_gone(lm_request *rq, void (*gone)(lm_request *rq, void *self), void *self)
{
    rq->gone = gone;
    rq->gone_self = self;
}

/* ------------------------------------------------------------------ what was asked */

const lm_http_head *lm_request_head(const lm_request *rq)
{
    return &rq->parser.head;
}

lm_slice lm_request_header(const lm_request *rq, const char *name)
{
    return lm_http_header(&rq->parser.head, name);
}

const char *lm_request_arg(const lm_request *rq, int i)
{
    return i < rq->args.n ? rq->args.value[i] : "";
}

lm_slice lm_request_body(const lm_request *rq)
{
    return (lm_slice){ rq->bytes.at ? rq->bytes.at : "", rq->bytes.n };
}

void *lm_request_self(const lm_request *rq)
{
    return rq->route && rq->route->self ? rq->route->self : rq->http->o.self;
}

lm_http *lm_request_server(const lm_request *rq)
{
    return rq->http;
}

uv_loop_t *lm_request_loop(const lm_request *rq)
{
    return rq->http->loop;
}

uint64_t lm_request_source(const lm_request *rq)
{
    return lm_source_key(&rq->peer.any);
}

const char *lm_request_peer(lm_request *rq)
{
    const lm_address *a = &rq->peer;

    if (!*rq->peer_text)
        inet_ntop(a->any.sa_family, a->any.sa_family == AF_INET ? (void *)&a->four.sin_addr : (void *)&a->six.sin6_addr,
                  rq->peer_text, sizeof rq->peer_text);
    return rq->peer_text;
}

const char *lm_request_query(lm_request *rq, const char *name)
{
    return rq->query ? lm_query_get(rq->query, name) : NULL;
}

/* ------------------------------------------------------------------ sockets */

bool lm_request_wants_socket(const lm_request *rq)
{
    const lm_http_head *h = &rq->parser.head;

    return h->method == LM_GET && h->upgrade && !h->length && !h->chunked &&
           lm_http_header_count(h, "Upgrade") == 1 && lm_slice_like(lm_http_header(h, "Upgrade"), "websocket");
}

bool lm_request_take_socket(lm_request *rq, lm_taken_socket *out)
{
    lm_conn *c = rq->conn;

    if (!c || rq->out.begun || !lm_request_wants_socket(rq) || c->phase != LM_CONN_WORK)
        return false;
    *out = (lm_taken_socket){ .fd = -1, .n = c->view.n };
    if (c->view.n && !(out->bytes = lm_try_alloc(c->view.n)))
        return false;
    if (c->view.n)
        memcpy(out->bytes, c->view.at, c->view.n);
    rq->gone = NULL;
    out->fd = lm_conn_release(c);
    return true;
}
