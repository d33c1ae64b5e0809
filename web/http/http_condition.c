/* http_condition.c: dates, entity tags, ranges and accepted codings. */
#include "web/http/http_condition.h"

#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ dates */

static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

const char *lm_http_date(time_t when, char text[LM_HTTP_DATE])
{
    struct tm t;

    if (!gmtime_r(&when, &t) || t.tm_year > 8099 || t.tm_year < -900)
        gmtime_r(&(time_t){ 0 }, &t);
    snprintf(text, LM_HTTP_DATE, "%s, %02u %s %04u %02u:%02u:%02u GMT", days[t.tm_wday % 7],
             (unsigned)t.tm_mday % 100, months[t.tm_mon % 12], (unsigned)(t.tm_year + 1900) % 10000,
             (unsigned)t.tm_hour % 100, (unsigned)t.tm_min % 100, (unsigned)t.tm_sec % 100);
    return text;
}

static int number(const char *at, int digits)
{
    int n = 0;

    for (int i = 0; i < digits; i++) {
        if (at[i] < '0' || at[i] > '9')
            return -1;
        n = n * 10 + (at[i] - '0');
    }
    return n;
}

static int month_of(const char *at)
{
    for (int i = 0; i < 12; i++)
        if (!memcmp(at, months[i], 3))
            return i;
    return -1;
}

time_t lm_http_date_read(lm_slice s)
{
    struct tm t = { 0 };

    if (s.n != 29 || memcmp(s.at + 3, ", ", 2) || memcmp(s.at + 25, " GMT", 4) || s.at[7] != ' ' ||
        s.at[11] != ' ' || s.at[16] != ' ' || s.at[19] != ':' || s.at[22] != ':')
        return -1;
    t.tm_mday = number(s.at + 5, 2);
    t.tm_mon = month_of(s.at + 8);
    t.tm_year = number(s.at + 12, 4) - 1900;
    t.tm_hour = number(s.at + 17, 2);
    t.tm_min = number(s.at + 20, 2);
    t.tm_sec = number(s.at + 23, 2);
    if (t.tm_mday < 1 || t.tm_mon < 0 || t.tm_year < 70 || t.tm_hour < 0 || t.tm_min < 0 || t.tm_sec < 0)
        return -1;
    return timegm(&t);
}

/* ------------------------------------------------------------------ entity tags and conditions */

static lm_slice strong(lm_slice tag)
{
    return tag.n > 2 && !memcmp(tag.at, "W/", 2) ? (lm_slice){ tag.at + 2, tag.n - 2 } : tag;
}

const char *lm_http_tag_gzip(const char *tag, char deflated[LM_HTTP_TAG])
{
    const int n = (int)strlen(tag) - 1; /* without the last quote */

    snprintf(deflated, LM_HTTP_TAG, "%.*s-gz\"", n > 0 ? n : 0, tag);
    return deflated;
}

bool lm_http_tag_listed(lm_slice list, const char *tag)
{
    const lm_slice mine = strong(lm_slice_of(tag));

    for (lm_slice one; lm_slice_next(&list, ',', &one);) { /* our tags hold no comma */
        const lm_slice s = strong(one);

        if (lm_slice_is(one, "*") || (s.n == mine.n && !memcmp(s.at, mine.at, s.n)))
            return true;
    }
    return false;
}

/* A client that was sent it as gzip has the tag of that, which is the same writing's. */
static bool is_of(lm_slice one, const char *tag)
{
    char deflated[LM_HTTP_TAG];

    return lm_slice_is(one, tag) || lm_slice_is(one, lm_http_tag_gzip(tag, deflated));
}

static bool listed_strongly(lm_slice list, const char *tag)
{
    for (lm_slice one; lm_slice_next(&list, ',', &one);)
        if (lm_slice_is(one, "*") || is_of(one, tag))
            return true;
    return false;
}

bool lm_http_may_change(lm_slice match, lm_slice none, const char *tag)
{
    if (match.at && !(tag && listed_strongly(match, tag)))
        return false;
    return !(none.at && tag && listed_strongly(none, tag));
}

bool lm_http_not_modified(const lm_http_head *h, const char *tag, time_t changed)
{
    const lm_slice none = lm_http_header(h, "If-None-Match"), since = lm_http_header(h, "If-Modified-Since");
    time_t         when;

    if (!(h->method & (LM_GET | LM_HEAD)))
        return false;
    if (none.at)
        return tag && lm_http_tag_listed(none, tag);
    if (!since.at || changed < 0)
        return false;
    when = lm_http_date_read(since);
    return when >= 0 && changed <= when;
}

/* ------------------------------------------------------------------ ranges */

static bool if_range_fits(const lm_http_head *h, const char *tag, time_t changed)
{
    const lm_slice value = lm_http_header(h, "If-Range");

    if (!value.at)
        return true;
    if (value.n && *value.at == '"')
        return tag && *tag == '"' && lm_slice_is(value, tag); /* strongly: no W/ */
    return changed >= 0 && lm_http_date_read(value) == changed;
}

/* Digits only, at most 18 of them. */
static bool read_number(lm_slice s, uint64_t *n)
{
    *n = 0;
    if (!s.n || s.n > 18)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
        *n = *n * 10 + (uint64_t)(s.at[i] - '0');
    }
    return true;
}

static lm_http_range part(uint64_t first, uint64_t last, uint64_t size)
{
    if (first >= size)
        return (lm_http_range){ 416, 0, 0 };
    if (last >= size)
        last = size - 1;
    return (lm_http_range){ 206, first, last - first + 1 };
}

lm_http_range lm_http_range_of(const lm_http_head *h, uint64_t size, const char *tag, time_t changed)
{
    const lm_http_range all = { 200, 0, size };
    lm_slice            value = lm_http_header(h, "Range"), first, last;
    uint64_t            a, b;

    if (h->method != LM_GET || value.n < 7 || strncasecmp(value.at, "bytes=", 6) ||
        !if_range_fits(h, tag, changed) || lm_http_header_count(h, "Range") > 1)
        return all;
    value = lm_slice_trim((lm_slice){ value.at + 6, value.n - 6 });
    lm_slice_next(&value, '-', &first);
    if (!value.at)
        return all;
    last = lm_slice_trim(value);
    if (!first.n) /* the last b bytes */
        return !read_number(last, &b) ? all : b == 0 ? part(size, 0, size) : part(b < size ? size - b : 0, size, size);
    if (!read_number(first, &a) || (last.n && (!read_number(last, &b) || b < a)))
        return all;
    return part(a, last.n ? b : UINT64_MAX, size);
}

/* ------------------------------------------------------------------ codings */

static bool is_zero(lm_slice number)
{
    for (size_t i = 0; i < number.n; i++)
        if (number.at[i] != '0' && number.at[i] != '.')
            return false;
    return number.n > 0;
}

static bool is_zero_quality(lm_slice parameters)
{
    for (lm_slice one; lm_slice_next(&parameters, ';', &one);)
        if (one.n > 2 && (*one.at | 0x20) == 'q' && one.at[1] == '=' && is_zero((lm_slice){ one.at + 2, one.n - 2 }))
            return true;
    return false;
}

bool lm_http_accepts_gzip(const lm_http_head *h)
{
    lm_slice list = lm_http_header(h, "Accept-Encoding");

    for (lm_slice one; lm_slice_next(&list, ',', &one);) {
        lm_slice name;

        lm_slice_next(&one, ';', &name);
        if (lm_slice_like(name, "gzip") || lm_slice_like(name, "x-gzip"))
            return !is_zero_quality(one);
    }
    return false;
}
