/* http_reply.c: headers, and bodies that lie in memory. */
#include "web/http/http_reply.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "web/http/http_inside.h"

static const char no_memory[] = "503: Service Unavailable: there is not enough memory for the answer\n";
enum { FIELDS_AT_FIRST = 384, FIELD_BYTES = 8 * 1024, GZIP_AT_ONCE = 16 * 1024 };

const char *lm_http_status_text(int status)
{
    static const struct {
        int         status;
        const char *text;
    } texts[] = {
        { 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" }, { 206, "Partial Content" },
        { 301, "Moved Permanently" }, { 302, "Found" }, { 303, "See Other" }, { 304, "Not Modified" },
        { 307, "Temporary Redirect" }, { 308, "Permanent Redirect" }, { 400, "Bad Request" },
        { 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" },
        { 408, "Request Timeout" }, { 409, "Conflict" }, { 411, "Length Required" },
        { 412, "Precondition Failed" }, { 413, "Content Too Large" }, { 414, "URI Too Long" },
        { 415, "Unsupported Media Type" }, { 416, "Range Not Satisfiable" }, { 417, "Expectation Failed" },
        { 422, "Unprocessable Content" }, { 426, "Upgrade Required" }, { 429, "Too Many Requests" },
        { 431, "Request Header Fields Too Large" }, { 500, "Internal Server Error" }, { 501, "Not Implemented" },
        { 503, "Service Unavailable" }, { 505, "HTTP Version Not Supported" }, { 507, "Insufficient Storage" },
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].status == status)
            return texts[i].text;
    return "Status";
}

/* ------------------------------------------------------------------ headers */

static bool is_clean(const char *value)
{
    for (const unsigned char *c = (const unsigned char *)value; *c; c++)
        if ((*c < ' ' && *c != '\t') || *c == 0x7f)
            return false;
    return true;
}

void lm_reply_header(lm_request *rq, const char *name, const char *value)
{
    lm_buffer   *f = &rq->out.fields;
    const size_t n = strlen(name), n_value = strlen(value);

    if (!rq->conn || rq->out.begun)
        return;
    if (!f->room && (f->at = lm_try_alloc(FIELDS_AT_FIRST))) /* once for most answers */
        f->room = FIELDS_AT_FIRST;
    if (!lm_http_is_token((lm_slice){ name, n }) || !is_clean(value) || f->n + n + n_value + 4 > FIELD_BYTES ||
        !lm_buffer_add(f, name, n) || !lm_buffer_add(f, ": ", 2) || !lm_buffer_add(f, value, n_value) ||
        !lm_buffer_add(f, "\r\n", 2))
        rq->out.broken = true;
}

bool lm_out_open(lm_request *rq, int status)
{
    lm_out *o = &rq->out;

    if (!rq->conn || o->begun)
        return false;
    if (o->broken) {
        o->broken = false;
        lm_buffer_done(&o->fields);
        lm_reply_status(rq, 500, "the answer's head could not be written");
        return false;
    }
    o->begun = true;
    o->status = status;
    return true;
}

static void release(lm_reply_bytes *b)
{
    if (b->release)
        b->release(b->arg);
    *b = (lm_reply_bytes){ 0 };
}

void lm_reply_empty(lm_request *rq, int status)
{
    if (!lm_out_open(rq, status))
        return;
    lm_out_start(rq, 0);
    lm_out_go(rq);
}

void lm_reply_status(lm_request *rq, int status, const char *sentence)
{
    char text[512];
    int  n = snprintf(text, sizeof text, "%d: %s%s%s\n", status, lm_http_status_text(status), sentence ? ": " : "",
                      sentence ? sentence : "");

    lm_reply_copy(rq, status, "text/plain; charset=utf-8", text, n < (int)sizeof text ? (size_t)n : sizeof text - 1);
}

/* ------------------------------------------------------------------ memory */

void lm_out_count(lm_request *rq)
{
    lm_out        *o = &rq->out;
    const uint64_t now = o->filling.room + o->sending.room + (o->bytes.release == lm_free ? o->bytes.n : 0) +
                         lm_deflate_bytes(o);

    rq->http->counts.answer_bytes += now - o->counted;
    o->counted = now;
}

/* Of those that wait for their client, the one that holds most; of equal ones the oldest. */
static lm_conn *largest(const lm_http *http)
{
    lm_conn *most = NULL;

    for (lm_conn *c = http->conns; c; c = c->next)
        if (c->phase == LM_CONN_SEND && c->blocked && c->rq->out.counted &&
            (!most || c->rq->out.counted >= most->rq->out.counted))
            most = c;
    return most;
}

void lm_out_bound(lm_http *http)
{
    lm_conn *c;

    while (http->counts.answer_bytes > http->o.max_answer_bytes && (c = largest(http)))
        lm_conn_drop(c);
}

/* ------------------------------------------------------------------ bytes, plain or deflated */

static void send_bytes(lm_request *rq)
{
    lm_out *o = &rq->out;

    o->pull = NULL;
    o->left[2] = (lm_slice){ o->bytes.at, o->bytes.n };
    lm_out_start(rq, (int64_t)o->bytes.n);
    lm_out_go(rq);
}

static void send_deflated(lm_request *rq, char *out, size_t n)
{
    release(&rq->out.bytes);
    rq->out.bytes = (lm_reply_bytes){ .at = out, .n = n, .release = lm_free, .arg = out };
    lm_out_count(rq);
    rq->out.begun = false;
    lm_reply_header(rq, "Content-Encoding", "gzip");
    rq->out.begun = true;
    send_bytes(rq);
}

typedef struct deflation {
    uv_work_t   work;
    lm_request *rq;
    char       *out;
    size_t      n;
    bool        done;
} deflation;

static void deflate_there(uv_work_t *work)
{
    deflation *d = work->data;

    d->done = lm_gzip(d->rq->out.bytes.at, d->rq->out.bytes.n, &d->out, &d->n);
}

static void deflated(uv_work_t *work, int status)
{
    deflation  *d = work->data;
    lm_request *rq = d->rq;

    (void)status; /* nobody cancels it */
    rq->out.pull = NULL;
    if (rq->conn && d->done)
        send_deflated(rq, d->out, d->n);
    else if (rq->conn)
        send_bytes(rq);
    else if (d->done)
        lm_free(d->out);
    if (!rq->conn)
        release(&rq->out.bytes); /* kept while the other thread read them */
    lm_out_count(rq);
    lm_free(d);
    lm_request_unref(rq);
}

static lm_pull not_yet(lm_request *rq)
{
    (void)rq;
    return LM_PULL_WAIT;
}

/* By another thread, as it takes more than a moment. False: it could not be begun. */
static bool deflate_elsewhere(lm_request *rq)
{
    deflation *d = lm_try_alloc(sizeof *d);

    if (!d)
        return false;
    d->work.data = d;
    d->rq = lm_request_ref(rq);
    if (uv_queue_work(rq->http->loop, &d->work, deflate_there, deflated)) {
        lm_request_unref(rq);
        lm_free(d);
        return false;
    }
    rq->out.pull = not_yet; /* who sees it lets go of the bytes only in deflated() */
    rq->conn->phase = LM_CONN_SEND;
    lm_conn_advance(rq->conn);
    return true;
}

static bool wants_gzip(const lm_request *rq, const char *type, size_t n)
{
    return n >= (size_t)rq->http->o.gzip_from && lm_gzip_fits(type) && lm_http_accepts_gzip(&rq->parser.head);
}

static void send_or_deflate(lm_request *rq, const char *type)
{
    lm_out *o = &rq->out;
    char   *out;
    size_t  n;

    if (!wants_gzip(rq, type, o->bytes.n))
        send_bytes(rq);
    else if (o->bytes.n > GZIP_AT_ONCE) {
        if (!deflate_elsewhere(rq))
            send_bytes(rq);
    } else if (lm_gzip(o->bytes.at, o->bytes.n, &out, &n))
        send_deflated(rq, out, n);
    else
        send_bytes(rq);
}

void lm_reply_lend(lm_request *rq, int status, const char *type, const lm_reply_bytes *bytes)
{
    lm_reply_bytes b = *bytes;
    const bool     varies = b.gzip || (b.n >= (size_t)rq->http->o.gzip_from && lm_gzip_fits(type));

    if (status == 200 && b.tag) {
        char tag[160]; /* weak where one tag stands for two sequences of bytes */

        const bool weaker = varies && strncmp(b.tag, "W/", 2);

        if (weaker)
            snprintf(tag, sizeof tag, "W/%s", b.tag);
        lm_reply_header(rq, "ETag", weaker ? tag : b.tag);
        if (lm_http_not_modified(&rq->parser.head, b.tag, -1))
            status = 304;
    }
    if (status != 304)
        lm_reply_header(rq, "Content-Type", type);
    if (varies)
        lm_reply_header(rq, "Vary", "Accept-Encoding");
    if (b.gzip && status != 304)
        lm_reply_header(rq, "Content-Encoding", "gzip");
    if (!lm_out_open(rq, status)) {
        release(&b);
        return;
    }
    rq->out.bytes = b;
    lm_out_count(rq);
    lm_request_ref(rq); /* it may be sent, and let go of, at once */
    if (status == 304 || b.gzip)
        send_bytes(rq);
    else
        send_or_deflate(rq, type);
    lm_out_bound(rq->http);
    lm_request_unref(rq);
}

void lm_reply_take(lm_request *rq, int status, const char *type, char *bytes, size_t n)
{
    lm_reply_lend(rq, status, type, &(lm_reply_bytes){ .at = bytes, .n = n, .release = lm_free, .arg = bytes });
}

void lm_reply_copy(lm_request *rq, int status, const char *type, const char *bytes, size_t n)
{
    char *copy = lm_try_alloc(n);

    if (!copy) {
        lm_reply_header(rq, "Retry-After", "5");
        lm_reply_lend(rq, 503, "text/plain; charset=utf-8",
                      &(lm_reply_bytes){ .at = no_memory, .n = sizeof no_memory - 1 });
        return;
    }
    if (n)
        memcpy(copy, bytes, n);
    lm_reply_take(rq, status, type, copy, n);
}

/* ------------------------------------------------------------------ letting go */

void lm_out_done(lm_request *rq)
{
    lm_out *o = &rq->out;

    if (o->pull != not_yet)
        release(&o->bytes);
    lm_buffer_done(&o->fields);
    if (lm_deflate_works(o)) /* who sees it is told when that has ended */
        return;
    lm_deflate_done(rq);
    lm_out_file_done(rq);
    lm_buffer_done(&o->filling);
    lm_buffer_done(&o->sending);
    lm_out_count(rq);
}
