/* fuzz_http.c: requests as they come from strangers, one after the other on a connection. Read whole and in
 * pieces they give the same answers; and what we accept, a second parser (http-parser, where it is installed)
 * accepts too, with the same method, the same body and the same end. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "web/http/http_body.h"
#include "web/http/query.h"
#include "web/http/router.h"

#if __has_include(<http_parser.h>)
#include <http_parser.h> /* of Debian's libhttp-parser-dev */
#define ORACLE 1
#endif

enum { MOST = 16 };

static void want(bool held, int line)
{
    if (held)
        return;
    fprintf(stderr, "fuzz_http.c:%d: broken promise\n", line);
    abort();
}

typedef struct record {
    lm_http_method method;
    uint64_t       body;
    size_t         end;    /* where the request ends in the input */
    uint32_t       sum;    /* of the body's bytes */
    bool           upgrade;
} record;

typedef struct story {
    int    n, status; /* whole requests; what the next one came to: MORE or a status of 400 and up */
    size_t at;
    record done[MOST];
} story;

static uint32_t add_up(uint32_t sum, const char *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum = sum * 31 + (uint8_t)at[i];
    return sum;
}

/* ------------------------------------------------------------------ ours */

/* In a block of its own, so that a byte read beyond the end is seen. */
static int parse_copy(lm_http_parser *p, const char *in, size_t n)
{
    char     *copy = malloc(n ? n : 1);
    int       status;

    want(copy, __LINE__);
    if (n)
        memcpy(copy, in, n);
    status = lm_http_parse(p, copy, n);
    if (status == LM_HTTP_DONE) {
        lm_route_args args;
        lm_query      query;
        lm_slice      host = lm_http_header(&p->head, "host");

        want(host.at || p->head.minor == 0, __LINE__);
        want(lm_http_path(&p->head).n >= 1 && p->head.bytes <= n, __LINE__);
        (void)lm_route_match("/userdata/{file}/move/{dest}", lm_http_path(&p->head), &args);
        (void)lm_route_match("/extensions/{pack}/{path*}", lm_http_path(&p->head), &args);
        if (lm_query_read(&query, lm_http_query(&p->head)) == 0)
            lm_query_done(&query);
    }
    free(copy);
    return status;
}

static int read_head(lm_http_parser *p, const char *in, size_t n, size_t piece)
{
    int status = LM_HTTP_MORE;

    for (size_t have = 0; status == LM_HTTP_MORE && have < n;) {
        have = piece < n - have ? have + piece : n;
        status = parse_copy(p, in, have);
    }
    return status;
}

static int read_body(lm_http_body *b, const char *in, size_t n, size_t piece, size_t *used, record *r)
{
    int status = LM_HTTP_MORE;

    for (;;) {
        const size_t some = n - *used < piece ? n - *used : piece;
        size_t       took;
        lm_slice     data;

        status = lm_http_body_next(b, in + *used, some, &took, &data);
        *used += took;
        if (status == LM_HTTP_DATA) {
            want(data.n && data.n <= took, __LINE__);
            r->body += data.n;
            r->sum = add_up(r->sum, data.at, data.n);
        } else if (status != LM_HTTP_MORE || *used == n) {
            return status;
        }
    }
}

static story ours(const char *in, size_t n, size_t piece)
{
    story s = { 0 };

    while (s.at < n && s.n < MOST && !s.status) {
        lm_http_parser p = { 0 };
        lm_http_body   b;
        record         r = { 0 };
        size_t         used = 0;
        int            status = read_head(&p, in + s.at, n - s.at, piece);

        if (status != LM_HTTP_DONE) {
            want(status == LM_HTTP_MORE || (status >= 400 && status <= 505 && p.fault), __LINE__);
            s.status = status;
            break;
        }
        s.at += p.head.bytes;
        lm_http_body_begin(&b, &p.head);
        status = read_body(&b, in + s.at, n - s.at, piece, &used, &r);
        s.at += used;
        s.status = status == LM_HTTP_DONE ? 0 : status;
        if (status != LM_HTTP_DONE)
            break;
        r.method = p.head.method;
        r.end = s.at;
        r.upgrade = p.head.upgrade;
        s.done[s.n++] = r;
    }
    return s;
}

static void same_story(const story *a, const story *b)
{
    want(a->n == b->n && a->status == b->status, __LINE__);
    for (int i = 0; i < a->n; i++)
        want(a->done[i].method == b->done[i].method && a->done[i].body == b->done[i].body &&
               a->done[i].end == b->done[i].end && a->done[i].sum == b->done[i].sum, __LINE__);
}

/* ------------------------------------------------------------------ theirs */

#ifdef ORACLE
static int on_body(http_parser *p, const char *at, size_t n)
{
    record *r = p->data;

    r->body += n;
    r->sum = add_up(r->sum, at, n);
    return 0;
}

static int on_complete(http_parser *p)
{
    http_parser_pause(p, 1); /* so that the end of this request is seen */
    return 0;
}

/* One request of ours, told to the second parser: it must end where ours ended. */
static void second_opinion(const char *in, size_t n, const record *r)
{
    const http_parser_settings settings = { .on_body = on_body, .on_message_complete = on_complete };
    http_parser                p;
    record                     other = { 0 };
    size_t                     end;

    http_parser_init(&p, HTTP_REQUEST);
    p.data = &other;
    end = http_parser_execute(&p, &settings, in, n);
    want(HTTP_PARSER_ERRNO(&p) == HPE_PAUSED || (p.upgrade && HTTP_PARSER_ERRNO(&p) == HPE_OK), __LINE__);
    want(!strcmp(http_method_str(p.method), lm_http_method_name(r->method)), __LINE__);
    want(other.body == r->body && other.sum == r->sum, __LINE__);
    /* paused on the last byte, or behind it */
    want(end == n || end + 1 == n, __LINE__);
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *in = (const char *)data;
    const story whole = ours(in, size, size), bytes = ours(in, size, 1), some = ours(in, size, 7);

    same_story(&whole, &bytes);
    same_story(&whole, &some);
#ifdef ORACLE
    for (int i = 0; i < whole.n; i++) {
        const size_t from = i ? whole.done[i - 1].end : 0;
        second_opinion(in + from, whole.done[i].end - from, &whole.done[i]);
    }
#endif
    return 0;
}
