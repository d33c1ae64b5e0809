/* http_stream.c: bodies that come by and by, with two buffers: one fills while the other is sent. */
#include <stdio.h>

#include "web/http/http_inside.h"

enum { LEVEL = 1 }; /* lists are long, and shrink well at once */

static lm_pull pull(lm_request *rq)
{
    lm_out   *o = &rq->out;
    lm_buffer swap;

    o->sending.n = 0;
    if (!o->filling.n && o->full && !o->ended) {
        o->full = false;
        o->ready(rq, o->ready_self);
        if (!rq->conn)
            return LM_PULL_FAIL;
    }
    if (!o->filling.n) {
        lm_buffer_done(&o->sending); /* it may wait for long */
        lm_out_count(rq);
        return o->ended ? LM_PULL_END : LM_PULL_WAIT;
    }
    swap = o->sending;
    o->sending = o->filling;
    o->filling = swap;
    o->left[2] = (lm_slice){ o->sending.at, o->sending.n };
    return LM_PULL_PIECE;
}

void lm_reply_begin(lm_request *rq, int status, const char *type, lm_reply_ready *ready, void *self)
{
    lm_reply_header(rq, "Content-Type", type);
    if (lm_gzip_wanted(rq, type) && rq->parser.head.method != LM_HEAD && lm_deflate_begin(rq, LEVEL))
        lm_reply_header(rq, "Content-Encoding", "gzip");
    if (!lm_out_open(rq, status))
        return;
    rq->out.stream = true;
    rq->out.ready = ready;
    rq->out.ready_self = self;
    rq->out.pull = pull;
    lm_deflate_join(&rq->out);
    lm_out_start(rq, -1);
    lm_out_go(rq);
}

static bool add(lm_out *o, const char *bytes, size_t n)
{
    char size[24];
    int  digits;

    if (!o->chunked || o->deflate) /* it makes its own chunks */
        return lm_buffer_add(&o->filling, bytes, n);
    digits = snprintf(size, sizeof size, "%zx\r\n", n);
    return lm_buffer_add(&o->filling, size, (size_t)digits) && lm_buffer_add(&o->filling, bytes, n) &&
           lm_buffer_add(&o->filling, "\r\n", 2);
}

bool lm_reply_put(lm_request *rq, const char *bytes, size_t n)
{
    lm_out *o = &rq->out;

    if (!rq->conn || o->ended || !o->pull || !o->stream)
        return rq->conn != NULL;
    if (n && !add(o, bytes, n)) {
        lm_reply_abort(rq);
        return false;
    }
    lm_conn_advance(rq->conn);
    lm_out_count(rq);
    lm_out_bound(rq->http);
    if (!rq->conn)
        return false;
    return !(o->full = o->filling.n + o->left[2].n >= LM_STREAM_BYTES);
}

void lm_reply_end(lm_request *rq)
{
    lm_out *o = &rq->out;

    if (!rq->conn || o->ended || !o->pull || !o->stream)
        return;
    if (o->chunked && !o->deflate && !lm_buffer_add(&o->filling, "0\r\n\r\n", 5)) {
        lm_reply_abort(rq);
        return;
    }
    o->ended = true;
    lm_conn_advance(rq->conn);
}

void lm_reply_abort(lm_request *rq)
{
    if (rq->conn)
        lm_conn_drop(rq->conn);
}
