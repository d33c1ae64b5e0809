/* http_deflate.c: answers of any length made smaller on their way: a layer between whoever gives pieces (a file, a stream)
 * and the socket. One of libuv's threads deflates a piece while the loop serves others; the next piece is asked for when what
 * came of the last one has been sent. Source: RFC 1952; RFC 9112, 7.1 for the chunks. */
#include <stdio.h>
#include <zlib.h>

#include "core/base/alloc.h"
#include "web/http/http_inside.h"

enum {
    ALL = 1 << 20,           /* bytes in one piece, which malloc has of the system and gives back at once; few are touched */
    STATE = 320 << 10,       /* of them for zlib, which takes 264 KiB */
    AT_ONCE = 128 << 10,     /* bytes to deflate, until others have their turn */
    SIZE_LINE = 12,          /* room for a chunk's size before its bytes */
    CHUNK_END = 8,           /* and behind them, with the last one's */
    OUT = 512 << 10,         /* what AT_ONCE comes to, at the very most */
};

struct lm_deflate {
    uv_work_t   work;
    lm_request *rq;                     /* held while a thread is at it */
    lm_pull   (*from)(lm_request *rq);  /* what gives the pieces */
    lm_slice    raw;                    /* of the last piece, what is still to be deflated */
    z_stream    z;
    size_t      taken, n;               /* of state; of out */
    bool        working, last;
    _Alignas(16) char state[STATE];
    char        out[SIZE_LINE + OUT + CHUNK_END];
    char        rest[ALL - STATE - OUT];
};

static void *take_memory(void *self, uInt n, uInt size)
{
    lm_deflate  *d = self;
    const size_t bytes = ((size_t)n * size + 15) & ~(size_t)15, at = d->taken;

    if (bytes > STATE - at)
        return NULL;
    d->taken += bytes;
    return d->state + at;
}

static void give_back(void *self, void *memory)
{
    (void)self, (void)memory; /* all of it goes at once */
}

bool lm_deflate_begin(lm_request *rq, int level)
{
    lm_http    *http = rq->http;
    const bool  may = rq->conn && !rq->out.begun && http->deflating < http->o.max_deflating;
    lm_deflate *d = may ? lm_try_alloc(sizeof *d) : NULL;

    if (!d)
        return false;
    d->z = (z_stream){ .zalloc = take_memory, .zfree = give_back, .opaque = d };
    if (deflateInit2(&d->z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        lm_free(d);
        return false;
    }
    d->rq = rq;
    d->work.data = d;
    rq->out.deflate = d;
    http->deflating++;
    return true;
}

bool lm_deflate_works(const lm_out *o)
{
    return o->deflate && o->deflate->working;
}

size_t lm_deflate_bytes(const lm_out *o)
{
    return o->deflate ? STATE + AT_ONCE : 0;
}

void lm_deflate_done(lm_request *rq)
{
    lm_deflate *d = rq->out.deflate;

    if (!d)
        return;
    rq->out.deflate = NULL;
    rq->http->deflating--;
    deflateEnd(&d->z);
    lm_free(d);
}

/* ------------------------------------------------------------------ a piece, by another thread */

static void deflate_there(uv_work_t *work)
{
    lm_deflate  *d = work->data;
    const size_t n = d->raw.n < AT_ONCE ? d->raw.n : AT_ONCE;

    d->z.next_in = (Bytef *)d->raw.at;
    d->z.avail_in = (uInt)n;
    d->z.next_out = (Bytef *)d->out + SIZE_LINE;
    d->z.avail_out = OUT;
    deflate(&d->z, d->last ? Z_FINISH : Z_NO_FLUSH); /* takes all of it: there is room */
    d->n = OUT - d->z.avail_out;
    d->raw = (lm_slice){ d->raw.at + n, d->raw.n - n };
}

/* As a chunk of its own; zlib may well have kept everything to itself. */
static lm_slice framed(lm_deflate *d, bool chunked)
{
    char   line[SIZE_LINE + 1], *begin = d->out + SIZE_LINE;
    size_t n = d->n;

    if (chunked && n) {
        const size_t digits = (size_t)snprintf(line, sizeof line, "%zx\r\n", n);

        memcpy(begin + n, "\r\n", 2);
        memcpy(begin -= digits, line, digits);
        n += digits + 2;
    }
    if (chunked && d->last) {
        memcpy(begin + n, "0\r\n\r\n", 5);
        n += 5;
    }
    return (lm_slice){ begin, n };
}

static void deflated(uv_work_t *work, int status)
{
    lm_deflate *d = work->data;
    lm_request *rq = d->rq;

    (void)status; /* nobody cancels it */
    d->working = false;
    if (rq->conn) {
        rq->out.left[2] = framed(d, rq->out.chunked);
        lm_conn_advance(rq->conn);
        lm_out_bound(rq->http);
    } else {
        lm_out_done(rq); /* all of it was kept while the other thread read it */
    }
    lm_request_unref(rq);
}

/* ------------------------------------------------------------------ the layer */

/* The next bytes to deflate: what is left of a piece, or another one. */
static lm_pull next_piece(lm_request *rq, lm_deflate *d)
{
    lm_out *o = &rq->out;
    lm_pull got = LM_PULL_PIECE;

    if (d->raw.n)
        return got;
    got = d->from(rq);
    d->raw = got == LM_PULL_PIECE ? o->left[2] : (lm_slice){ "", 0 };
    o->left[2] = (lm_slice){ NULL, 0 };
    d->last = got == LM_PULL_END;
    return got;
}

static lm_pull pull(lm_request *rq)
{
    lm_deflate *d = rq->out.deflate;
    lm_pull     got;

    if (d->working)
        return LM_PULL_WAIT;
    if (d->last)
        return LM_PULL_END;
    got = next_piece(rq, d);
    if (got == LM_PULL_WAIT || got == LM_PULL_FAIL)
        return got;
    lm_request_ref(rq);
    d->working = true;
    if (!uv_queue_work(rq->http->loop, &d->work, deflate_there, deflated))
        return LM_PULL_WAIT;
    d->working = false;
    lm_request_unref(rq);
    return LM_PULL_FAIL;
}

void lm_deflate_join(lm_out *o)
{
    if (o->deflate && o->pull) {
        o->deflate->from = o->pull;
        o->pull = pull;
    }
}
