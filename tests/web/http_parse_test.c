/* http_parse_test.c: heads and bodies of requests, lawful and not, whole and byte by byte. */
#include "tests/test.h"
#include "web/http/http_body.h"

#define H "Host: a:1\r\n"

static int parse(lm_http_parser *p, const char *text, size_t n, size_t piece)
{
    int status = LM_HTTP_MORE;

    *p = (lm_http_parser){ 0 };
    for (size_t have = 0; status == LM_HTTP_MORE && have < n;) {
        have = n - have < piece ? n : have + piece;
        status = lm_http_parse(p, text, have);
    }
    return status;
}

typedef struct shape {
    int         status;
    const char *text;
    size_t      n; /* 0: strlen */
} shape;

#define WITH_NUL(text_) text_, sizeof text_ - 1

static const shape shapes[] = {
    /* lawful */
    { LM_HTTP_DONE, "GET / HTTP/1.1\r\n" H "\r\n" },
    { LM_HTTP_DONE, "\r\nGET / HTTP/1.1\r\n" H "\r\n" },
    { LM_HTTP_DONE, "GET / HTTP/1.0\r\n\r\n" },
    { LM_HTTP_DONE, "OPTIONS * HTTP/1.1\r\n" H "\r\n" },
    { LM_HTTP_DONE, "GET http://a:1/x HTTP/1.1\r\n" H "\r\n" },
    { LM_HTTP_DONE, "GET HTTP://A:1?x HTTP/1.1\r\n" H "\r\n" },
    { LM_HTTP_DONE, "PATCH /a%2Fb?x={|}&y='^` HTTP/1.1\r\n" H "\r\n" },
    { LM_HTTP_DONE, "POST / HTTP/1.1\r\n" H "Content-Length: 003\r\n\r\n" },
    { LM_HTTP_DONE, "POST / HTTP/1.1\r\n" H "TRANSFER-ENCODING:  Chunked \r\n\r\n" },
    { LM_HTTP_DONE, "GET / HTTP/1.1\r\nhost:\r\n\r\n" },
    { LM_HTTP_DONE, "GET / HTTP/1.1\r\n" H "X:\r\nY: \"\xe4\xb8\xad\" \t z\r\n\r\n" },
    { LM_HTTP_DONE, "GET / HTTP/1.1\r\n" H "X: 1\r\nIf: 2\r\nX-Forwarded: 3\r\n\r\n" },
    /* not yet whole */
    { LM_HTTP_MORE, "GET / HTTP/1.1\r\n" H "\r" },
    { LM_HTTP_MORE, "GET /" },
    { LM_HTTP_MORE, "\r" },
    /* the request line */
    { 400, "GET / HTTP/1.1\n" H "\r\n" },
    { 400, "GET /\r\n\r\n" },
    { 400, "GET\r\n\r\n" },
    { LM_HTTP_DONE, "GET https://a:1/x HTTP/1.1\r\n" H "\r\n" },
    { LM_HTTP_DONE, "GET http://a:1 HTTP/1.1\r\n" H "\r\n" },
    { 400, "GET httpx://a:1/ HTTP/1.1\r\n" H "\r\n" },
    { 400, "GET https:/ HTTP/1.1\r\n" H "\r\n" },
    { 400, "GET http:// HTTP/1.1\r\n" H "\r\n" },
    { 400, "GET https:// HTTP/1.1\r\n" H "\r\n" },
    { 400, "GET  / HTTP/1.1\r\n" H "\r\n" },
    { 400, "GET / a HTTP/1.1\r\n" H "\r\n" },
    { 400, "GET /\ta HTTP/1.1\r\n" H "\r\n" },
    { 400, " GET / HTTP/1.1\r\n" H "\r\n" },
    { 400, "G@T / HTTP/1.1\r\n" H "\r\n" },
    { 501, "get / HTTP/1.1\r\n" H "\r\n" },
    { 501, "BREW / HTTP/1.1\r\n" H "\r\n" },
    { 501, "CONNECT a:1 HTTP/1.1\r\n" H "\r\n" },
    { 501, "TRACE / HTTP/1.1\r\n" H "\r\n" },
    { 505, "PRI * HTTP/2.0\r\n\r\n" },
    { 505, "GET / HTTP/9.9\r\n" H "\r\n" },
    { 505, "GET / HTTP/1.2\r\n" H "\r\n" },
    { 400, "GET / http/1.1\r\n" H "\r\n" },
    { 400, "GET / HTTP/1.1 \r\n" H "\r\n" },
    { 400, "GET / HTTP/1.11\r\n" H "\r\n" },
    { 400, "GET / HTTP/0\r\n\r\n" },
    { 400, "GET / HTTQ/1.1\r\n" H "\r\n" },
    { 400, "GET / HTTP/a.1\r\n" H "\r\n" },
    { 400, "GET / HTTP/1.b\r\n" H "\r\n" },
    { 400, "GET / HTTP/1-1\r\n" H "\r\n" },
    { 400, "GET  HTTP/1.1\r\n" H "\r\n" },
    { 400, "GET / \r\n" H "\r\n" },
    { 400, "GET https://\r\n" H "\r\n" },
    { 400, "GET a HTTP/1.1\r\n" H "\r\n" },
    { 400, "GET * HTTP/1.1\r\n" H "\r\n" },
    { 400, "GET /a#b HTTP/1.1\r\n" H "\r\n" },
    { 400, "GET /<a> HTTP/1.1\r\n" H "\r\n" },
    { 400, "GET /\"a HTTP/1.1\r\n" H "\r\n" },
    { 400, "GET /\x7f HTTP/1.1\r\n" H "\r\n" },
    { 400, "GET /\xc3\xa4 HTTP/1.1\r\n" H "\r\n" },
    { 400, WITH_NUL("GET /\0 HTTP/1.1\r\n" H "\r\n") },
    { 400, "GET /\r HTTP/1.1\r\n" H "\r\n" },
    { 400, "\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n" },
    { 400, "\nGET / HTTP/1.1\r\n" H "\r\n" },
    { 400, "\x16\x03\x01\x02" },
    { 400, "GET ftp://a:1/ HTTP/1.1\r\n" H "\r\n" },
    { 400, "GET http:///x HTTP/1.1\r\n" H "\r\n" },
    { 400, "GET http://u@a:1/x HTTP/1.1\r\n" H "\r\n" },
    { 400, "GET http://b:1/x HTTP/1.1\r\n" H "\r\n" },
    /* header lines */
    { 400, "GET / HTTP/1.1\r\n\r\n" },
    { 400, "GET / HTTP/1.1\r\n" H H "\r\n" },
    { 400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n" },
    { 400, "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n" },
    { 400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n" },
    { 400, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n" },
    { 400, "GET / HTTP/1.1\r\n" H "X: 1\r\n folded\r\n\r\n" },
    { 400, "GET / HTTP/1.1\r\n X: 1\r\n" H "\r\n" },
    { 400, "GET / HTTP/1.1\r\n" H "\tX: 1\r\n\r\n" },
    { 400, "GET / HTTP/1.1\r\n" H "X : 1\r\n\r\n" },
    { 400, "GET / HTTP/1.1\r\n" H "X\t: 1\r\n\r\n" },
    { 400, "GET / HTTP/1.1\r\n" H "X Y: 1\r\n\r\n" },
    { 400, "GET / HTTP/1.1\r\n" H "(X): 1\r\n\r\n" },
    { 400, "GET / HTTP/1.1\r\n" H ": 1\r\n\r\n" },
    { 400, "GET / HTTP/1.1\r\n" H "nothing\r\n\r\n" },
    { 400, "GET / HTTP/1.1\r\n" H "X\xc3\xa4: 1\r\n\r\n" },
    { 400, "GET / HTTP/1.1\r\n" H "X: a\rb\r\n\r\n" },
    { 400, "GET / HTTP/1.1\r\n" H "X: a\nY: b\r\n\r\n" },
    { 400, "GET / HTTP/1.1\r\n" H "X: a\x01\r\n\r\n" },
    { 400, WITH_NUL("GET / HTTP/1.1\r\n" H "X: a\0b\r\n\r\n") },
    { 400, "GET / HTTP/1.1\r\n" H "\n" },
    { 417, "GET / HTTP/1.1\r\n" H "Expect: miracles\r\n\r\n" },
    /* the body's length */
    { 400, "POST / HTTP/1.1\r\n" H "Content-Length: 3\r\nContent-Length: 3\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Content-Length: 3\r\nContent-Length: 4\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Content-Length: 3, 3\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Content-Length: +3\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Content-Length: -1\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Content-Length: 3abc\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Content-Length: 0x3\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Content-Length: 3 4\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Content-Length:\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Content-Length:\r\n 31\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Content-Length: 3\t\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Content-Length: 9223372036854775808\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Content-Length: 99999999999999999999\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Content-Length : 3\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Content-LengthX: 3\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" },
    { 501, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n" },
    { 501, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n" },
    { 501, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked, identity\r\n\r\n" },
    { 501, "POST / HTTP/1.1\r\n" H "Transfer-Encoding:\r\n\r\n" },
    { 501, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: \"chunked\"\r\n\r\n" },
    { 400, "POST / HTTP/1.1\r\n" H "Transfer-Encoding:\x0b" "chunked\r\n\r\n" },
    { 400, "POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n" },
};

TEST(each_shape_of_head_has_its_status_whole_and_byte_by_byte)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const shape   *s = &shapes[i];
        const size_t   n = s->n ? s->n : strlen(s->text);
        lm_http_parser p;

        for (size_t piece = 1; piece <= n; piece += n > 1 ? n - 1 : 1) {
            const int status = parse(&p, s->text, n, piece);

            if (status != s->status)
                printf("got %d (%s), want %d: %.60s\n", status, p.fault ? p.fault : "-", s->status, s->text);
            WANT(status == s->status);
            WANT(status < 400 || (p.fault && *p.fault));
        }
    }
}

static char big[64 * 1024];

static int parse_many(int lines, size_t value)
{
    lm_http_parser p;
    char          *w = stpcpy(big, "GET / HTTP/1.1\r\n" H);

    for (int i = 0; i < lines; i++) {
        w = stpcpy(w, "X: ");
        memset(w, 'v', value);
        w = stpcpy(w + value, "\r\n");
    }
    stpcpy(w, "\r\n");
    return parse(&p, big, strlen(big), 1000);
}

TEST(heads_have_limits)
{
    WANT(parse_many(99, 10) == LM_HTTP_DONE);
    WANT(parse_many(100, 10) == 431);
    WANT(parse_many(1, 32700) == LM_HTTP_DONE);
    WANT(parse_many(1, 32760) == 431);
    WANT(parse_many(40, 1000) == 431);
}

static int parse_target(size_t n)
{
    lm_http_parser p;
    char          *w = stpcpy(big, "GET /");

    memset(w, 'a', n - 1);
    stpcpy(w + n - 1, " HTTP/1.1\r\n" H "\r\n");
    return parse(&p, big, strlen(big), 777);
}

TEST(targets_have_a_limit)
{
    lm_http_parser p;

    WANT(parse_target(8192) == LM_HTTP_DONE);
    WANT(parse_target(8193) == 414);
    WANT(parse_target(30000) == 414);
    memset(big, 'A', sizeof big - 1);
    WANT(parse(&p, big, sizeof big - 1, 100) == 414);
}

TEST(what_was_read_is_there)
{
    static const char text[] = "POST /a%2Fb?q=1?2 HTTP/1.1\r\nhOST: a:1\r\nConnection: foo, Upgrade ,keep-alive\r\n"
                               "Upgrade: websocket\r\nExpect: 100-Continue\r\nContent-Length: 12\r\nX-Y:  v w \r\n\r\nbody";
    lm_http_parser p;

    WANT(parse(&p, text, sizeof text - 1, 3) == LM_HTTP_DONE);
    WANT(p.head.method == LM_POST && p.head.minor == 1 && p.head.length == 12 && p.head.upgrade);
    WANT(p.head.expects_continue && p.head.keep_alive && !p.head.chunked);
    WANT(lm_slice_is(lm_http_path(&p.head), "/a%2Fb"));
    WANT(lm_slice_is(lm_http_query(&p.head), "q=1?2"));
    WANT(lm_slice_is(lm_http_header(&p.head, "x-y"), "v w"));
    WANT(!lm_http_header(&p.head, "x").at && lm_http_header_count(&p.head, "UPGRADE") == 1);
    WANT(p.head.bytes == sizeof text - 1 - 4);
}

TEST(a_target_without_a_path_asks_for_the_root)
{
    static const char plain[] = "GET http://a:1 HTTP/1.1\r\n" H "\r\n", asking[] = "GET http://a:1?b HTTP/1.1\r\n" H "\r\n";
    lm_http_parser    p;

    WANT(parse(&p, plain, sizeof plain - 1, 99) == LM_HTTP_DONE);
    WANT(lm_slice_is(lm_http_path(&p.head), "/") && lm_slice_is(lm_http_query(&p.head), ""));
    WANT(parse(&p, asking, sizeof asking - 1, 99) == LM_HTTP_DONE);
    WANT(lm_slice_is(lm_http_path(&p.head), "/") && lm_slice_is(lm_http_query(&p.head), "b"));
}

/* What follows a head may be as long as it likes; a head may not. */
TEST(a_head_ends_where_it_must)
{
    lm_http_parser p = { 0 };
    char          *w = stpcpy(big, "GET / HTTP/1.1\r\n" H "\r\n");
    int            wrong = 0;

    memset(w, 'b', (size_t)(big + sizeof big - w));
    WANT(lm_http_parse(&p, big, sizeof big) == LM_HTTP_DONE && p.head.bytes == (size_t)(w - big));
    memset(big, 'v', sizeof big);
    memcpy(big, "GET / HTTP/1.1\r\nX: ", 19);
    for (size_t n = LM_HTTP_FIELD_BYTES; n <= LM_HTTP_HEAD_BYTES; n += 7) { /* never MORE of a head that has all it may */
        p = (lm_http_parser){ 0 };
        wrong += lm_http_parse(&p, big, n) != (n <= LM_HTTP_FIELD_BYTES + 16 ? LM_HTTP_MORE : 431);
    }
    WANT(wrong == 0);
}

TEST(methods_have_their_names)
{
    WANT_TEXT(lm_http_method_name(LM_PATCH), "PATCH");
    WANT_TEXT(lm_http_method_name((lm_http_method)3), "?");
}

TEST(only_http_1_1_is_upgraded)
{
    static const struct {
        bool        upgrade;
        const char *text;
    } cases[] = {
        { true, "GET / HTTP/1.1\r\n" H "Connection: upgrade\r\nUpgrade: x\r\n\r\n" },
        { false, "GET / HTTP/1.0\r\n" H "Connection: upgrade\r\nUpgrade: x\r\n\r\n" },
        { false, "GET / HTTP/1.1\r\n" H "Connection: upgrade\r\n\r\n" },
        { false, "GET / HTTP/1.1\r\n" H "Upgrade: x\r\n\r\n" },
    };
    lm_http_parser p;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        WANT(parse(&p, cases[i].text, strlen(cases[i].text), 9) == LM_HTTP_DONE);
        WANT(p.head.upgrade == cases[i].upgrade);
    }
}

TEST(connections_are_kept_as_both_versions_say)
{
    static const struct {
        bool        keep;
        const char *text;
    } cases[] = {
        { true, "GET / HTTP/1.1\r\n" H "\r\n" },
        { false, "GET / HTTP/1.1\r\n" H "Connection: TE, close\r\n\r\n" },
        { false, "GET / HTTP/1.1\r\n" H "Connection: keep-alive\r\nConnection: CLOSE\r\n\r\n" },
        { false, "GET / HTTP/1.0\r\n" H "\r\n" },
        { true, "GET / HTTP/1.0\r\n" H "Connection: Keep-Alive\r\n\r\n" },
    };
    lm_http_parser p;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        WANT(parse(&p, cases[i].text, strlen(cases[i].text), 9) == LM_HTTP_DONE);
        WANT(p.head.keep_alive == cases[i].keep);
    }
}

/* ------------------------------------------------------------------ bodies */

static int chunks(const char *in, size_t piece, char *out, size_t *end)
{
    const lm_http_head head = { .chunked = true };
    lm_http_body       b;
    const size_t       n = strlen(in);
    int                status = LM_HTTP_MORE;

    lm_http_body_begin(&b, &head);
    *out = 0;
    for (*end = 0; *end < n && (status == LM_HTTP_MORE || status == LM_HTTP_DATA);) {
        lm_slice data;
        size_t   used;

        status = lm_http_body_next(&b, in + *end, n - *end < piece ? n - *end : piece, &used, &data);
        *end += used;
        if (status == LM_HTTP_DATA)
            strncat(out, data.at, data.n);
    }
    return status;
}

TEST(chunks_come_together_and_malformed_ones_do_not)
{
    static const struct {
        int         status;
        const char *in, *out;
    } cases[] = {
        { LM_HTTP_DONE, "3\r\nabc\r\n0\r\n\r\n", "abc" },
        { LM_HTTP_DONE, "0000A;name=\"v\"\r\n0123456789\r\n00\r\nX: 1\r\nY:\r\n\r\n", "0123456789" },
        { LM_HTTP_DONE, "0\r\n\r\n", "" },
        { LM_HTTP_MORE, "3\r\nabc\r\n0\r\n\r", "abc" },
        { 400, "\r\n", "" },
        { 400, "x\r\n", "" },
        { 400, "0x3\r\nabc\r\n", "" },
        { 400, "+3\r\nabc\r\n", "" },
        { 400, " 3\r\nabc\r\n", "" },
        { 400, "3 \r\nabc\r\n", "" },
        { 400, "3\nabc\r\n", "" },
        { 400, "3;a\nabc\r\n", "" },
        { 400, "3\r\nabcd\r\n", "abc" },
        { 400, "3\r\nabc\n0\r\n\r\n", "abc" },
        { 400, "3\r\nabc\r\n0\r\n\n", "abc" },
        { 400, "3\r\nabc\rx0\r\n\r\n", "abc" },
        { 400, "3\r\nabc\r\n0\r\n\rx", "abc" },
        { 400, "1000000000000000\r\n", "" },
        { 400, "FFFFFFFFFFFFFFFF1\r\n", "" },
        { 400, ";a\r\n", "" },
        { 400, "0\r\nContent-Length: 3\r\n\r\n", "" },
        { 400, "0\r\ntransfer-encoding: chunked\r\n\r\n", "" },
        { 400, "0\r\nHost: b\r\n\r\n", "" },
        { 400, "0\r\n X: folded\r\n\r\n", "" },
        { 400, "0\r\nX : 1\r\n\r\n", "" },
        { 400, "0\r\nX: a\rb\r\n\r\n", "" },
        { 400, "0\r\nX: a\x7f\r\n\r\n", "" },
        { 400, "0\r\nX: a\x01\r\n\r\n", "" },
        { 400, "0\r\n: a\r\n\r\n", "" },
        { 400, "3;\x7f\r\nabc\r\n", "" },
        { 400, "3;\x01\r\nabc\r\n", "" },
        { 400, "3;a=1\rb\nabc\r\n", "" },
        { LM_HTTP_DONE, "0\r\nX:\ta\xc3\xa4\t\r\n\r\n", "" },
        { LM_HTTP_DONE, "3;a=\tb\r\nabc\r\n0\r\n\r\n", "abc" },
        { LM_HTTP_DONE, "0\r\nA-name-that-is-much-longer-than-any-that-frames-a-message-would-ever-have-to-be-told: 1\r\n\r\n", "" },
    };
    char   out[256];
    size_t end;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t piece = 1; piece < 100; piece += 98) {
            WANT(chunks(cases[i].in, piece, out, &end) == cases[i].status);
            WANT_TEXT(out, cases[i].out);
        }
    WANT(chunks("0\r\n\r\nGET /", 100, out, &end) == LM_HTTP_DONE && end == 5);
}

TEST(extensions_and_trailers_have_a_limit)
{
    char   out[8];
    size_t end;

    memset(big, 'e', 20000);
    memcpy(big, "1;", 2);
    stpcpy(big + 20000, "\r\na\r\n0\r\n\r\n");
    WANT(chunks(big, 4000, out, &end) == 400);
    memcpy(big, "0\r\nX:", 5);
    WANT(chunks(big, 4000, out, &end) == 400);
}

TEST_MAIN
