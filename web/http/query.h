/* query.h: percent-decoding, and the query string as forms write it: name=value&name=value, '+' is a space,
 * %xx a byte, and ';' an ordinary letter.  Source: WHATWG URL standard, application/x-www-form-urlencoded. */
#ifndef LM_WEB_QUERY_H
#define LM_WEB_QUERY_H

#include "web/http/slice.h"

enum { LM_QUERY_PAIRS = 64 };

typedef struct lm_query {
    int   n;
    char *memory; /* all names and values, decoded */
    struct lm_query_pair {
        const char *name, *value;
    } pair[LM_QUERY_PAIRS];
} lm_query;

/* 0, or the status to refuse with: 400 when a value holds a NUL or there are more than 64, 503 without memory. */
int  lm_query_read(lm_query *q, lm_slice raw);
void lm_query_done(lm_query *q);

/* The first value of that name, or NULL; "" for a name without '='.                            [lends] */
const char *lm_query_get(const lm_query *q, const char *name);

/* Decodes %xx of `raw` to `to`, which has room for raw.n + 1 bytes, and ends it with a NUL. False when there
 * is a '%' without two digits (strict), or a NUL. Lenient: such a '%' stays, and '+' is a space. */
typedef enum lm_decode_how { LM_DECODE_PATH, LM_DECODE_FORM } lm_decode_how;
bool lm_percent_decode(lm_slice raw, lm_decode_how how, char *to);

#endif
