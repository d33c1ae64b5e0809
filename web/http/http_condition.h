/* http_condition.h: dates, entity tags, ranges and accepted codings, as pure functions.
 * Source: RFC 9110, 5.6.7 (dates), 8.8 (validators), 12.5.3 (Accept-Encoding), 13 (conditions), 14 (ranges). */
#ifndef LM_WEB_HTTP_CONDITION_H
#define LM_WEB_HTTP_CONDITION_H

#include <time.h>

#include "web/http/http_parse.h"

enum { LM_HTTP_DATE = 32 }; /* room for a date and a NUL */

/* "Sun, 06 Nov 1994 08:49:37 GMT", in any locale. */
const char *lm_http_date(time_t when, char text[LM_HTTP_DATE]);
/* Reads that form only; -1 for another. */
time_t lm_http_date_read(lm_slice text);

/* The tag of the same bytes deflated: "v1" gives "v1-gz". For tags of at most 150 bytes. Gives `deflated`. */
enum { LM_HTTP_TAG = 160 };
const char *lm_http_tag_gzip(const char *tag, char deflated[LM_HTTP_TAG]);

/* Is `tag` (with its quotes) in the list of If-None-Match, compared weakly, or is the list "*"? */
bool lm_http_tag_listed(lm_slice list, const char *tag);

/* May something be changed? `tag` is its own as it stands, NULL: it is not there. `match` and `none` are If-Match and
 * If-None-Match, without a text where they were not sent; tags are compared strongly;
 * that of the same deflated is as good. */
bool lm_http_may_change(lm_slice match, lm_slice none, const char *tag);

/* What a GET or HEAD of something with these validators comes to. `tag` may be NULL, `changed` -1. */
bool lm_http_not_modified(const lm_http_head *h, const char *tag, time_t changed);

/* The bytes asked for of `size`: 200 all (no Range, one that is malformed, several, or whose If-Range does
 * not fit), 206 with first and n, 416. */
typedef struct lm_http_range {
    int      status;
    uint64_t first, n;
} lm_http_range;
lm_http_range lm_http_range_of(const lm_http_head *h, uint64_t size, const char *tag, time_t changed);

bool lm_http_accepts_gzip(const lm_http_head *h);

#endif
