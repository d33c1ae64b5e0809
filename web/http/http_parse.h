/* http_parse.h: the head of an HTTP/1.1 request, read strictly.
 *
 *     lm_http_parser p = { 0 };
 *     status = lm_http_parse(&p, bytes, n);           bytes: all of the head that has arrived so far
 *     LM_HTTP_MORE: call again with more behind the same bytes (they may have moved)
 *     LM_HTTP_DONE: p.head says what was read; p.head.bytes of them are the head, what follows is its body
 *     400 …:        refuse with this status and close; p.fault says why in a sentence
 *
 * No memory is taken; every byte is looked at once, however small the pieces are. Whatever two readers of
 * HTTP could understand differently is refused: folded lines, bare CR or LF, NUL, a space before the colon,
 * two Host or Content-Length lines, Content-Length beside Transfer-Encoding, any coding but "chunked", a
 * number that is not digits only, a target with spaces or raw control characters.
 * Source: RFC 9110, RFC 9112; the limits are SEC-11 of docs/security.md's threat model. */
#ifndef LM_WEB_HTTP_PARSE_H
#define LM_WEB_HTTP_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "web/http/slice.h"

enum {
    LM_HTTP_FIELDS = 100,            /* header lines; more: 431 */
    LM_HTTP_FIELD_BYTES = 32 * 1024, /* of all header lines together; more: 431 */
    LM_HTTP_TARGET_BYTES = 8 * 1024, /* more: 414 */
    LM_HTTP_HEAD_BYTES = LM_HTTP_FIELD_BYTES + LM_HTTP_TARGET_BYTES + 64, /* no head is longer */
};

enum { LM_HTTP_MORE = 0, LM_HTTP_DONE = 1 }; /* any other answer is an HTTP status */

/* A set of these is what a route takes. */
typedef enum lm_http_method {
    LM_GET = 1, LM_HEAD = 2, LM_POST = 4, LM_PUT = 8, LM_PATCH = 16, LM_DELETE = 32, LM_OPTIONS = 64,
} lm_http_method;
const char *lm_http_method_name(lm_http_method method); /* "GET", … */

/* Offsets from the first byte of the head. */
typedef struct lm_span {
    uint16_t at, n;
} lm_span;

typedef struct lm_http_head {
    const char    *text; /* the bytes that the spans are offsets into; whoever moves them sets this */
    lm_http_method method;
    uint8_t        minor;      /* HTTP/1.minor: 0 or 1 */
    bool           keep_alive; /* the client would like to ask more on this connection */
    bool           chunked, has_length, expects_continue;
    bool           upgrade;    /* "Connection: upgrade" and an Upgrade line */
    uint64_t       length;     /* Content-Length, at most INT64_MAX; 0 without */
    lm_span        target;     /* raw, without "http://host"; may be empty, which means "/" */
    lm_span        host;       /* the Host line's value; n = 0 when there was none or it was empty */
    uint16_t       bytes, n_fields;
    struct lm_http_field {
        lm_span name, value; /* value: without the spaces around it */
    } field[LM_HTTP_FIELDS];
} lm_http_head;

typedef struct lm_http_parser {
    uint16_t     line, seen; /* where the unfinished line begins; how far bytes were looked at */
    uint16_t     fields;     /* where the header lines begin */
    uint8_t      phase;
    bool         has_host, has_coding, says_close, says_keep, says_upgrade, has_upgrade;
    lm_span      authority; /* of a target in absolute form */
    const char  *fault;
    lm_http_head head;
} lm_http_parser;

int lm_http_parse(lm_http_parser *p, const char *bytes, size_t n);

/* The path, raw, at least "/"; the query without its '?', raw, often empty. */
lm_slice lm_http_path(const lm_http_head *head);
lm_slice lm_http_query(const lm_http_head *head);

/* The value of the first header line of that name, whatever the case; .at is NULL without one. */
lm_slice lm_http_header(const lm_http_head *head, const char *name);
int      lm_http_header_count(const lm_http_head *head, const char *name);

bool lm_http_is_token(lm_slice s); /* what a method or a header's name may be made of, and not empty */

#endif
