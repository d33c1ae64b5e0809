/* http_parts_test.c: routes, query strings, dates, conditions, ranges, and counting by source. */
#include <arpa/inet.h>

#include "tests/test.h"
#include "web/http/http_condition.h"
#include "web/http/http_reply.h"
#include "web/http/query.h"
#include "web/http/router.h"
#include "web/http/sources.h"
#include "web/http/static.h"

/* ------------------------------------------------------------------ routes */

static const char *taken(const char *pattern, const char *path)
{
    static char   text[256];
    lm_route_args args;
    int           status;

    if (!lm_route_match(pattern, lm_slice_of(path), &args))
        return "no";
    if ((status = lm_route_decode(&args))) {
        lm_route_args_done(&args);
        snprintf(text, sizeof text, "%d", status);
        return text;
    }
    *text = 0;
    for (int i = 0; i < args.n; i++) {
        strcat(text, "|");
        strcat(text, args.value[i]);
    }
    lm_route_args_done(&args);
    return text;
}

TEST(patterns_match_the_raw_path_and_decode_each_part_once)
{
    WANT_TEXT(taken("/queue", "/queue"), "");
    WANT_TEXT(taken("/queue", "/queue/"), "no");
    WANT_TEXT(taken("/queue", "//queue"), "no");
    WANT_TEXT(taken("/queue", "/que"), "no");
    WANT_TEXT(taken("/userdata/{file}", "/userdata/workflows%2Fa%20b+c.json"), "|workflows/a b+c.json");
    WANT_TEXT(taken("/userdata/{file}", "/userdata/a%252Fb"), "|a%2Fb");
    WANT_TEXT(taken("/userdata/{file}", "/userdata/a/b"), "no");
    WANT_TEXT(taken("/userdata/{file}", "/userdata/"), "no");
    WANT_TEXT(taken("/userdata/{file}/move/{dest}", "/userdata/a%2fb/move/c"), "|a/b|c");
    WANT_TEXT(taken("/{a}/{b}", "/x/.."), "|x|..");
    WANT_TEXT(taken("/userdata/{file}", "/userdata/%00"), "400");
    WANT_TEXT(taken("/userdata/{file}", "/userdata/%zz"), "400");
    WANT_TEXT(taken("/userdata/{file}", "/userdata/%2"), "400");
    WANT_TEXT(taken("/ext/{path*}", "/ext/a/b%20c"), "|a/b c");
    WANT_TEXT(taken("/ext/{path*}", "/ext/"), "|");
    WANT_TEXT(taken("/ext/{path*}", "/ext/..%2f..%2Fetc"), "404");
    WANT_TEXT(taken("/{path*}", "/"), "|");
    WANT_TEXT(taken("/{a}/{b}/{c}/{d}", "/1/2/3/4"), "|1|2|3|4");
    WANT_TEXT(taken("/{a}/{b}/{c}/{d}/{e}", "/1/2/3/4/5"), "no"); /* a pattern has four at most */
    WANT_TEXT(taken("/userdata/{file}", "/userdata/%1z"), "400");
    WANT_TEXT(taken("/userdata/{file}", "/userdata/%!1"), "400");
    WANT_TEXT(taken("/userdata/{file}", "/userdata/%::"), "400");
}

static void nothing(lm_request *rq, void *self)
{
    (void)rq;
    (void)self;
}

static const lm_route rows[] = {
    { LM_GET | LM_POST, "/queue", nothing, LM_ROUTE_API, 0, NULL },
    { LM_POST, "/upload", nothing, LM_ROUTE_API, 0, NULL },
    { LM_GET, "/internal/logs", nothing, 0, 0, NULL },
    { LM_GET, "/{path*}", nothing, 0, 0, NULL },
    { 0 },
};

static int row_of(lm_http_method method, const char *path)
{
    const lm_route_found f = lm_route_find(rows, method, lm_slice_of(path));

    return f.route ? (int)(f.route - rows) : -(int)f.allowed;
}

TEST(the_first_row_that_fits_answers)
{
    char text[64];

    WANT(row_of(LM_GET, "/queue") == 0 && row_of(LM_POST, "/api/queue") == 0 && row_of(LM_HEAD, "/queue") == 0);
    WANT(row_of(LM_GET, "/upload") == 3 && row_of(LM_GET, "/api/internal/logs") == 3);
    WANT(row_of(LM_DELETE, "/upload") == -(LM_POST | LM_GET | LM_HEAD));
    WANT(row_of(LM_GET, "/api/api/queue") == 3);
    WANT_TEXT(lm_route_allow(LM_POST | LM_GET | LM_HEAD, text), "GET, HEAD, POST, OPTIONS");
}

TEST(queries_are_decoded_as_forms_write_them)
{
    lm_query q;
    char     many[512] = "";

    WANT(!lm_query_read(&q, lm_slice_of("filename=a+b%2Bc&preview=webp;90&&flag&x%3Dy=1&x=%zz%4&e=")));
    WANT_TEXT(lm_query_get(&q, "filename"), "a b+c");
    WANT_TEXT(lm_query_get(&q, "preview"), "webp;90");
    WANT_TEXT(lm_query_get(&q, "flag"), "");
    WANT_TEXT(lm_query_get(&q, "x=y"), "1");
    WANT_TEXT(lm_query_get(&q, "x"), "%zz%4");
    WANT_TEXT(lm_query_get(&q, "e"), "");
    WANT(!lm_query_get(&q, "nothing") && q.n == 6);
    lm_query_done(&q);
    WANT(lm_query_read(&q, lm_slice_of("a=%00")) == 400);
    WANT(lm_query_read(&q, lm_slice_of("%00=a")) == 400);
    for (int i = 0; i < 65; i++)
        strcat(many, "a=1&");
    WANT(lm_query_read(&q, lm_slice_of(many)) == 400);
}

/* ------------------------------------------------------------------ conditions */

static lm_http_head head_of(const char *lines)
{
    static char           text[2048];
    static lm_http_parser p;

    p = (lm_http_parser){ 0 };
    snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", lines);
    WANT(lm_http_parse(&p, text, strlen(text)) == LM_HTTP_DONE);
    return p.head;
}

TEST(dates_are_written_and_read)
{
    char text[LM_HTTP_DATE];

    WANT_TEXT(lm_http_date(784111777, text), "Sun, 06 Nov 1994 08:49:37 GMT");
    WANT(lm_http_date_read(lm_slice_of(text)) == 784111777);
    WANT(lm_http_date_read(lm_slice_of("Sun, 06 Nov 1994 08:49:37 UTC")) == -1);
    WANT(lm_http_date_read(lm_slice_of("Sunday, 06-Nov-94 08:49:37 GMT")) == -1);
    WANT(lm_http_date_read(lm_slice_of("Sun, 06 Nix 1994 08:49:37 GMT")) == -1);
    for (size_t i = 3; i < strlen(text); i++) { /* what day it was, nobody looks at */
        char other[LM_HTTP_DATE];

        for (const char *wrong = "!x-"; *wrong; wrong++) {
            strcpy(other, text);
            other[i] = *wrong;
            WANT(lm_http_date_read(lm_slice_of(other)) == -1);
        }
    }
    WANT(lm_http_date_read(lm_slice_of("Thu, 00 Jan 1970 00:00:00 GMT")) == -1);
    WANT(lm_http_date_read(lm_slice_of("Wed, 31 Dec 1969 23:59:59 GMT")) == -1);
    WANT_TEXT(lm_http_date(INT64_MAX, text), "Thu, 01 Jan 1970 00:00:00 GMT");
    WANT_TEXT(lm_http_date(253402300800 * 40, text), "Thu, 01 Jan 1970 00:00:00 GMT");
    WANT_TEXT(lm_http_date(-253402300800, text), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(a_change_is_made_over_what_its_writer_knew)
{
    static const struct {
        bool        may;
        const char *match, *none, *tag;
    } cases[] = {
        { true, NULL, NULL, NULL }, { true, NULL, NULL, "\"t\"" },
        { true, "\"t\"", NULL, "\"t\"" }, { true, "\"x\", \"t\"", NULL, "\"t\"" }, { true, "*", NULL, "\"t\"" },
        { false, "\"x\"", NULL, "\"t\"" }, { false, "W/\"t\"", NULL, "\"t\"" }, { false, "", NULL, "\"t\"" },
        { false, "*", NULL, NULL }, { false, "\"t\"", NULL, NULL },
        { true, NULL, "*", NULL }, { false, NULL, "*", "\"t\"" }, { false, NULL, "\"t\"", "\"t\"" },
        { true, NULL, "\"x\"", "\"t\"" }, { true, "\"t\"", "\"x\"", "\"t\"" }, { false, "\"t\"", "\"t\"", "\"t\"" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        WANT(lm_http_may_change(lm_slice_of(cases[i].match), lm_slice_of(cases[i].none), cases[i].tag) == cases[i].may);
}

TEST(the_tag_of_a_deflated_text_is_another_one_of_the_same_writing)
{
    char tag[LM_HTTP_TAG];

    WANT(!strcmp(lm_http_tag_gzip("\"v1\"", tag), "\"v1-gz\""));
    WANT(lm_http_may_change(lm_slice_of("\"v1-gz\""), (lm_slice){ 0 }, "\"v1\""));
    WANT(!lm_http_may_change(lm_slice_of("\"v2-gz\""), (lm_slice){ 0 }, "\"v1\""));
    WANT(!lm_http_may_change(lm_slice_of("W/\"v1-gz\""), (lm_slice){ 0 }, "\"v1\""));
    WANT(!lm_http_may_change((lm_slice){ 0 }, lm_slice_of("\"x\", \"v1-gz\""), "\"v1\""));
    WANT(!lm_http_tag_listed(lm_slice_of("\"v1\""), tag) && lm_http_tag_listed(lm_slice_of("W/\"v1-gz\""), tag));
}

TEST(what_has_no_tag_or_date_is_sent)
{
    lm_http_head h = head_of("If-None-Match: *\r\n");

    WANT(!lm_http_not_modified(&h, NULL, 5));
    h.method = LM_POST;
    WANT(!lm_http_not_modified(&h, "\"t\"", 5));
    h = head_of("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    WANT(!lm_http_not_modified(&h, "\"t\"", -1) && lm_http_not_modified(&h, NULL, 0));
    h.method = LM_HEAD;
    WANT(lm_http_not_modified(&h, "\"t\"", 0));
    h = head_of("Range: bytes=0-9\r\nIf-Range: \"t\"\r\n");
    WANT(lm_http_range_of(&h, 100, NULL, 5).status == 200 && lm_http_range_of(&h, 100, "W/\"t\"", 5).status == 200);
    WANT(lm_http_range_of(&h, 100, "\"t\"", -1).status == 206);
    h.method = LM_HEAD;
    WANT(lm_http_range_of(&h, 100, "\"t\"", -1).status == 200);
    h = head_of("Range: bytes=0-9\r\nIf-Range: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
    WANT(lm_http_range_of(&h, 100, NULL, -1).status == 200 && lm_http_range_of(&h, 100, NULL, 0).status == 206);
}

TEST(what_the_client_has_is_not_sent_again)
{
    static const struct {
        bool        same;
        const char *lines;
    } cases[] = {
        { true, "If-None-Match: \"t\"\r\n" }, { true, "If-None-Match: \"x\", W/\"t\"\r\n" },
        { true, "If-None-Match: *\r\n" }, { false, "If-None-Match: \"T\"\r\n" }, { false, "If-None-Match: t\r\n" },
        { false, "" }, { true, "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n" },
        { false, "If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n" }, { false, "If-Modified-Since: now\r\n" },
        { false, "If-None-Match: \"x\"\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const lm_http_head h = head_of(cases[i].lines);

        WANT(lm_http_not_modified(&h, "\"t\"", 784111777) == cases[i].same);
    }
}

TEST(ranges_are_cut_to_what_is_there)
{
    static const struct {
        const char *lines;
        int         status;
        uint64_t    first, n;
    } cases[] = {
        { "", 200, 0, 100 }, { "Range: bytes=0-9\r\n", 206, 0, 10 }, { "Range: bytes=90-\r\n", 206, 90, 10 },
        { "Range: bytes=-5\r\n", 206, 95, 5 }, { "Range: bytes=-500\r\n", 206, 0, 100 },
        { "Range: bytes=50-5000\r\n", 206, 50, 50 }, { "Range: bytes=100-\r\n", 416, 0, 0 },
        { "Range: bytes=-0\r\n", 416, 0, 0 }, { "Range: bytes=9-1\r\n", 200, 0, 100 },
        { "Range: bytes=0-1,5-6\r\n", 200, 0, 100 }, { "Range: lines=0-1\r\n", 200, 0, 100 },
        { "Range: bytes=a-b\r\n", 200, 0, 100 }, { "Range: bytes=-\r\n", 200, 0, 100 },
        { "Range: bytes=18446744073709551615-\r\n", 200, 0, 100 },
        { "Range: bytes=0-9\r\nRange: bytes=1-2\r\n", 200, 0, 100 },
        { "Range: bytes=5\r\n", 200, 0, 100 }, { "Range: bytes=\r\n", 200, 0, 100 },
        { "Range: bytes=5-:\r\n", 200, 0, 100 }, { "Range: bytes=/-5\r\n", 200, 0, 100 },
        { "Range: bytes=0-9\r\nIf-Range: \r\n", 200, 0, 100 },
        { "Range: bytes=0-9\r\nIf-Range: \"t\"\r\n", 206, 0, 10 },
        { "Range: bytes=0-9\r\nIf-Range: W/\"t\"\r\n", 200, 0, 100 },
        { "Range: bytes=0-9\r\nIf-Range: \"u\"\r\n", 200, 0, 100 },
        { "Range: bytes=0-9\r\nIf-Range: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 206, 0, 10 },
        { "Range: bytes=0-9\r\nIf-Range: Sun, 06 Nov 1994 08:49:38 GMT\r\n", 200, 0, 100 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const lm_http_head  h = head_of(cases[i].lines);
        const lm_http_range r = lm_http_range_of(&h, 100, "\"t\"", 784111777);

        if (r.status != cases[i].status)
            printf("%d: %s", r.status, cases[i].lines);
        WANT(r.status == cases[i].status && r.first == cases[i].first && (r.status == 416 || r.n == cases[i].n));
    }
    const lm_http_head h = head_of("Range: bytes=0-\r\n");
    WANT(lm_http_range_of(&h, 0, NULL, -1).status == 416);
}

TEST(gzip_is_sent_to_who_accepts_it)
{
    static const struct {
        bool        accepts;
        const char *lines;
    } cases[] = {
        { true, "Accept-Encoding: gzip, deflate, br\r\n" }, { true, "Accept-Encoding: br;q=1.0, GZIP;q=0.5\r\n" },
        { false, "Accept-Encoding: gzip;q=0\r\n" }, { false, "Accept-Encoding: gzip; q=0.000\r\n" },
        { false, "Accept-Encoding: identity\r\n" }, { false, "" }, { false, "Accept-Encoding: gzipped\r\n" },
        { true, "Accept-Encoding: x-gzip\r\n" }, { true, "Accept-Encoding: gzip;q\r\n" },
        { true, "Accept-Encoding: gzip;level=0\r\n" }, { true, "Accept-Encoding: gzip;q=1\r\n" },
        { false, "Accept-Encoding: gzip;Q=0\r\n" }, { true, "Accept-Encoding: gzip;qq0\r\n" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const lm_http_head h = head_of(cases[i].lines);

        WANT(lm_http_accepts_gzip(&h) == cases[i].accepts);
    }
}

TEST(every_status_has_a_text)
{
    WANT_TEXT(lm_http_status_text(200), "OK");
    WANT_TEXT(lm_http_status_text(507), "Insufficient Storage");
    WANT_TEXT(lm_http_status_text(299), "Status");
}

/* ------------------------------------------------------------------ sources, types */

static bool enter(lm_sources *s, const char *text, bool leave)
{
    struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
    struct sockaddr_in  four = { .sin_family = AF_INET };
    const bool          is_four = inet_pton(AF_INET, text, &four.sin_addr) == 1;

    inet_pton(AF_INET6, text, &six.sin6_addr);
    const struct sockaddr *a = is_four ? (struct sockaddr *)&four : (struct sockaddr *)&six;
    if (leave)
        return lm_sources_leave(s, a), true;
    return lm_sources_enter(s, a, 2);
}

TEST(sources_are_counted_one_by_one)
{
    lm_sources s = { 0 };

    WANT(enter(&s, "10.0.0.1", false) && enter(&s, "10.0.0.1", false) && !enter(&s, "10.0.0.1", false));
    WANT(enter(&s, "10.0.0.2", false));
    WANT(enter(&s, "2001:db8::1", false) && enter(&s, "2001:db8::2", false) && !enter(&s, "2001:db8::3", false));
    WANT(enter(&s, "2001:db8:0:1::1", false));
    enter(&s, "10.0.0.1", true);
    WANT(enter(&s, "10.0.0.1", false));
    lm_sources_done(&s);
}

static bool here(const char *text)
{
    struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
    struct sockaddr_in  four = { .sin_family = AF_INET };

    if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
        return lm_source_is_loopback((struct sockaddr *)&four);
    WANT(inet_pton(AF_INET6, text, &six.sin6_addr) == 1);
    return lm_source_is_loopback((struct sockaddr *)&six);
}

TEST(this_machine_is_told_from_others)
{
    WANT(here("127.0.0.1") && here("127.9.9.9") && here("::1"));
    WANT(!here("128.0.0.1") && !here("::") && !here("::2") && !here("1::1") && !here("0:1::1") && !here("0:0:1::1") &&
         !here("0:0:0:1::1") && !here("0:0:0:0:1::1"));
}

TEST(many_sources_and_one_that_was_never_there)
{
    lm_sources s = { 0 };
    char       text[32];

    for (int i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "10.1.%d.%d", i / 250, i % 250);
        WANT(enter(&s, text, false) && enter(&s, text, false) && !enter(&s, text, false));
    }
    enter(&s, "10.9.9.9", true);
    WANT(enter(&s, "::1", false));
    for (int i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "10.1.%d.%d", i / 250, i % 250);
        enter(&s, text, true);
        enter(&s, text, true);
        WANT(enter(&s, text, false));
    }
    lm_sources_done(&s);
}

TEST(types_go_by_the_ending)
{
    WANT_TEXT(lm_static_type("a/b.JS"), "application/javascript; charset=utf-8");
    WANT_TEXT(lm_static_type("x.webp"), "image/webp");
    WANT_TEXT(lm_static_type(".png"), "application/octet-stream");
    WANT_TEXT(lm_static_type("x"), "application/octet-stream");
}

TEST_MAIN
