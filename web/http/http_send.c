/* http_send.c: an answer's head, and writing head and body as far as the socket takes them. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "core/base/alloc.h"
#include "web/http/http_inside.h"

/* ------------------------------------------------------------------ the head */

static bool has_body(int status)
{
    return status != 204 && status != 304; /* it is no 1xx: nobody answers so */
}

static const char *connection_line(const lm_request *rq)
{
    if (!rq->keep)
        return "Connection: close\r\n";
    return rq->parser.head.minor == 0 ? "Connection: keep-alive\r\n" : "";
}

/* In digits; printf would cost a tenth of a small answer's time. */
static const char *number(int64_t n, char line[64])
{
    char *at = line + 63;

    *at = 0;
    do
        *--at = (char)('0' + n % 10);
    while (n /= 10);
    return at;
}

void lm_out_start(lm_request *rq, int64_t length)
{
    lm_out *o = &rq->out;
    char    line[64], *end = o->start;

    rq->keep = rq->keep && lm_body_over(rq);
    o->chunked = length < 0 && has_body(o->status) && rq->parser.head.minor == 1;
    if (length < 0 && !o->chunked && has_body(o->status))
        rq->keep = false;
    end = stpcpy(stpcpy(end, "HTTP/1.1 "), number(o->status, line));
    end = stpcpy(stpcpy(stpcpy(end, " "), lm_http_status_text(o->status)), "\r\nDate: ");
    end = stpcpy(stpcpy(end, lm_http_now(rq->http)), "\r\n");
    if (o->chunked)
        end = stpcpy(end, "Transfer-Encoding: chunked\r\n");
    else if (length >= 0 && (has_body(o->status) || o->status == 304))
        end = stpcpy(stpcpy(stpcpy(end, "Content-Length: "), number(length, line)), "\r\n");
    end = stpcpy(end, connection_line(rq));
    o->left[0] = (lm_slice){ o->start, (size_t)(end - o->start) };
}

static bool sends_body(const lm_request *rq)
{
    return rq->parser.head.method != LM_HEAD && has_body(rq->out.status);
}

void lm_out_go(lm_request *rq)
{
    lm_out *o = &rq->out;

    if (!sends_body(rq)) {
        o->left[2] = (lm_slice){ NULL, 0 };
        o->pull = NULL;
    }
    if (!lm_buffer_add(&o->fields, rq->http->cors_lines, strlen(rq->http->cors_lines)) ||
        !lm_buffer_add(&o->fields, "\r\n", 2)) {
        lm_conn_drop(rq->conn);
        return;
    }
    o->left[1] = (lm_slice){ o->fields.at, o->fields.n };
    rq->conn->phase = LM_CONN_SEND;
    lm_conn_advance(rq->conn);
}

/* ------------------------------------------------------------------ writing */

static void forget(lm_out *o, size_t n)
{
    o->sent += n;
    for (int i = 0; i < 3; i++) {
        const size_t some = n < o->left[i].n ? n : o->left[i].n;

        o->left[i].at += some;
        o->left[i].n -= some;
        n -= some;
    }
}

static ssize_t write_left(const lm_conn *c, const lm_out *o)
{
    struct iovec  pieces[3];
    struct msghdr message = { .msg_iov = pieces };

    for (int i = 0; i < 3; i++)
        if (o->left[i].n)
            pieces[message.msg_iovlen++] = (struct iovec){ (char *)o->left[i].at, o->left[i].n };
    return sendmsg(c->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static bool nothing_left(const lm_out *o)
{
    return !o->left[0].n && !o->left[1].n && !o->left[2].n;
}

lm_sent lm_send_some(lm_conn *c)
{
    lm_request    *rq = c->rq;
    lm_out        *o = &rq->out;
    const uint64_t before = o->sent;

    for (;;) {
        if (nothing_left(o)) {
            const lm_pull got = o->pull ? o->pull(rq) : LM_PULL_END;

            if (got != LM_PULL_PIECE)
                return got == LM_PULL_END ? LM_SENT_ALL : got == LM_PULL_WAIT ? LM_SENT_WAITS : LM_SENT_FAILED;
        }
        if (o->sent - before >= LM_SEND_BYTES)
            return LM_SENT_YIELDS;
        const ssize_t n = write_left(c, o);

        if (n < 0 && errno != EINTR)
            return errno == EAGAIN ? LM_SENT_BLOCKED : LM_SENT_FAILED;
        if (n > 0)
            forget(o, (size_t)n);
    }
}
