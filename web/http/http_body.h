/* http_body.h: the body of a request, by its length or in chunks.
 *
 *     lm_http_body_begin(&b, &head);
 *     while ((status = lm_http_body_next(&b, in, n, &used, &data)) == LM_HTTP_DATA) { use(data); in += used; … }
 *
 * A call takes `used` bytes of `in`, and gives at most one piece of the body, which lies inside them.
 * LM_HTTP_MORE: all of `in` is used; LM_HTTP_DONE: the body has ended, what follows is the next request;
 * 400: refuse and close. Strict as the head's reader: chunk sizes of 1 to 15 hexadecimal digits and nothing
 * else, CRLF after each; extensions and trailers are read, bounded, and dropped.  Source: RFC 9112, 7.1. */
#ifndef LM_WEB_HTTP_BODY_H
#define LM_WEB_HTTP_BODY_H

#include "web/http/http_parse.h"

enum { LM_HTTP_DATA = 2 };
enum { LM_HTTP_EXTRA_BYTES = 16 * 1024 }; /* of all extensions and trailers of one body; more: 400 */

typedef struct lm_http_body {
    uint64_t left;   /* of the body, or of this chunk */
    uint64_t total;  /* given so far */
    uint32_t extra;
    uint8_t  phase, digits, n_name;
    char     name[20]; /* the beginning of a trailer's name */
} lm_http_body;

void lm_http_body_begin(lm_http_body *b, const lm_http_head *head);
int  lm_http_body_next(lm_http_body *b, const char *in, size_t n, size_t *used, lm_slice *data);

#endif
