/* http_parse.c: the head of a request, line by line. */
#include "web/http/http_parse.h"

enum { REQUEST, FIELDS };

/* ------------------------------------------------------------------ letters */

enum { LINE = 1, TOKEN = 2, TARGET = 4, AUTHORITY = 8 };
#define DIGIT  (LINE | TOKEN | TARGET | AUTHORITY)
#define LETTER DIGIT

/* What a byte may be part of. Line: all but control characters other than the tab. */
static const uint8_t kind[256] = {
    ['\t'] = LINE,
    [' '] = LINE, ['"'] = LINE, ['#'] = LINE | TOKEN, ['<'] = LINE, ['>'] = LINE,
    ['('] = LINE | TARGET, [')'] = LINE | TARGET, [','] = LINE | TARGET, ['/'] = LINE | TARGET,
    [';'] = LINE | TARGET, ['='] = LINE | TARGET, ['?'] = LINE | TARGET, ['@'] = LINE | TARGET,
    ['\\'] = LINE | TARGET, ['{'] = LINE | TARGET, ['}'] = LINE | TARGET,
    [':'] = LINE | TARGET | AUTHORITY, ['['] = LINE | TARGET | AUTHORITY, [']'] = LINE | TARGET | AUTHORITY,
    ['!'] = LINE | TOKEN | TARGET, ['$'] = LINE | TOKEN | TARGET, ['%'] = LINE | TOKEN | TARGET,
    ['&'] = LINE | TOKEN | TARGET, ['\''] = LINE | TOKEN | TARGET, ['*'] = LINE | TOKEN | TARGET,
    ['+'] = LINE | TOKEN | TARGET, ['^'] = LINE | TOKEN | TARGET, ['`'] = LINE | TOKEN | TARGET,
    ['|'] = LINE | TOKEN | TARGET, ['-'] = DIGIT, ['.'] = DIGIT, ['_'] = DIGIT, ['~'] = DIGIT,
    ['0' ... '9'] = DIGIT, ['A' ... 'Z'] = LETTER, ['a' ... 'z'] = LETTER,
    [0x80 ... 0xff] = LINE,
};

static bool all(lm_slice s, int what)
{
    for (size_t i = 0; i < s.n; i++)
        if (!(kind[(uint8_t)s.at[i]] & what))
            return false;
    return true;
}

bool lm_http_is_token(lm_slice s)
{
    return s.n && all(s, TOKEN);
}

static lm_span span_of(const char *text, lm_slice s)
{
    return (lm_span){ (uint16_t)(s.at - text), (uint16_t)s.n };
}

static lm_slice slice_of(const char *text, lm_span s)
{
    return (lm_slice){ text + s.at, s.n };
}

static int refuse(lm_http_parser *p, int status, const char *why)
{
    p->fault = why;
    return status;
}

/* ------------------------------------------------------------------ the request line */

static const struct {
    const char    *name;
    lm_http_method method;
} methods[] = {
    { "GET", LM_GET },     { "POST", LM_POST },     { "HEAD", LM_HEAD },       { "PUT", LM_PUT },
    { "PATCH", LM_PATCH }, { "DELETE", LM_DELETE }, { "OPTIONS", LM_OPTIONS },
};

const char *lm_http_method_name(lm_http_method method)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (methods[i].method == method)
            return methods[i].name;
    return "?";
}

static int read_method(lm_http_parser *p, lm_slice name)
{
    if (!lm_http_is_token(name))
        return refuse(p, 400, "the request line does not begin with a method");
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (lm_slice_is(name, methods[i].name)) {
            p->head.method = methods[i].method;
            return 0;
        }
    return refuse(p, 501, "the method is not known here");
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int read_version(lm_http_parser *p, lm_slice v)
{
    if (v.n != 8 || memcmp(v.at, "HTTP/", 5) || !is_digit(v.at[5]) || v.at[6] != '.' || !is_digit(v.at[7]))
        return refuse(p, 400, "the request line does not end with HTTP/1.1");
    if (v.at[5] != '1' || v.at[7] > '1')
        return refuse(p, 505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    p->head.minor = (uint8_t)(v.at[7] - '0');
    return 0;
}

/* "http://host/path": splits the host off, which must be the Host line's too.  Source: RFC 9112, 3.2.2. */
static int read_absolute(lm_http_parser *p, const char *text, lm_slice target)
{
    const size_t scheme = !strncasecmp(target.at, "http://", 7) ? 7 : 8;
    size_t       end = scheme;

    while (end < target.n && target.at[end] != '/' && target.at[end] != '?')
        end++;
    p->authority = span_of(text, (lm_slice){ target.at + scheme, end - scheme });
    if (end == scheme || !all(slice_of(text, p->authority), AUTHORITY))
        return refuse(p, 400, "the target's host is not one");
    p->head.target = span_of(text, (lm_slice){ target.at + end, target.n - end });
    return 0;
}

static int read_target(lm_http_parser *p, const char *text, lm_slice target)
{
    if (target.n > LM_HTTP_TARGET_BYTES)
        return refuse(p, 414, "the target is longer than 8 KiB");
    if (!target.n || !all(target, TARGET))
        return refuse(p, 400, "the target holds a character that must be percent-encoded");
    p->head.target = span_of(text, target);
    if (*target.at == '/' || (lm_slice_is(target, "*") && p->head.method == LM_OPTIONS))
        return 0;
    if ((target.n > 7 && !strncasecmp(target.at, "http://", 7)) ||
        (target.n > 8 && !strncasecmp(target.at, "https://", 8)))
        return read_absolute(p, text, target);
    return refuse(p, 400, "the target does not begin with '/'");
}

static int request_line(lm_http_parser *p, const char *text, lm_slice line)
{
    const char *first = memchr(line.at, ' ', line.n), *last = first ? memrchr(line.at, ' ', line.n) : NULL;
    int         status;

    if (!first || first == last)
        return refuse(p, 400, "the request line is not METHOD TARGET VERSION");
    if ((status = read_version(p, (lm_slice){ last + 1, (size_t)(line.at + line.n - last - 1) })) ||
        (status = read_method(p, (lm_slice){ line.at, (size_t)(first - line.at) })))
        return status;
    return read_target(p, text, (lm_slice){ first + 1, (size_t)(last - first - 1) });
}

/* ------------------------------------------------------------------ header lines that matter here */

static int read_length(lm_http_parser *p, lm_slice value)
{
    uint64_t n = 0;

    if (p->head.has_length)
        return refuse(p, 400, "there are two Content-Length lines");
    if (!value.n || value.n > 19)
        return refuse(p, 400, "Content-Length is not a number of bytes");
    for (size_t i = 0; i < value.n; i++) {
        if (!is_digit(value.at[i]))
            return refuse(p, 400, "Content-Length is not a number of bytes");
        n = n * 10 + (uint64_t)(value.at[i] - '0'); /* 19 digits fit 64 bits */
    }
    if (n > INT64_MAX)
        return refuse(p, 400, "Content-Length is not a number of bytes");
    p->head.has_length = true;
    p->head.length = n;
    return 0;
}

static int read_coding(lm_http_parser *p, lm_slice value)
{
    if (p->has_coding)
        return refuse(p, 400, "there are two Transfer-Encoding lines");
    p->has_coding = true;
    if (!lm_slice_like(value, "chunked"))
        return refuse(p, 501, "the only transfer coding understood here is chunked");
    if (p->head.minor == 0)
        return refuse(p, 400, "HTTP/1.0 has no Transfer-Encoding");
    p->head.chunked = true;
    return 0;
}

static int read_host(lm_http_parser *p, const char *text, lm_slice value)
{
    if (p->has_host)
        return refuse(p, 400, "there are two Host lines");
    if (!all(value, AUTHORITY))
        return refuse(p, 400, "Host is not a name or an address");
    p->has_host = true;
    p->head.host = span_of(text, value);
    return 0;
}

static void read_connection(lm_http_parser *p, lm_slice value)
{
    for (lm_slice word; lm_slice_next(&value, ',', &word);) {
        p->says_close |= lm_slice_like(word, "close");
        p->says_keep |= lm_slice_like(word, "keep-alive");
        p->says_upgrade |= lm_slice_like(word, "upgrade");
    }
}

static int read_expect(lm_http_parser *p, lm_slice value)
{
    if (!lm_slice_like(value, "100-continue"))
        return refuse(p, 417, "the only expectation understood here is 100-continue");
    p->head.expects_continue = p->head.minor == 1;
    return 0;
}

static int known_field(lm_http_parser *p, const char *text, lm_slice name, lm_slice value)
{
    switch (name.n) {
    case 4:
        return lm_slice_like(name, "host") ? read_host(p, text, value) : 0;
    case 6:
        return lm_slice_like(name, "expect") ? read_expect(p, value) : 0;
    case 7:
        p->has_upgrade |= lm_slice_like(name, "upgrade");
        return 0;
    case 10:
        if (lm_slice_like(name, "connection"))
            read_connection(p, value);
        return 0;
    case 14:
        return lm_slice_like(name, "content-length") ? read_length(p, value) : 0;
    case 17:
        return lm_slice_like(name, "transfer-encoding") ? read_coding(p, value) : 0;
    default:
        return 0;
    }
}

static bool begins_like(lm_slice s, const char *text)
{
    const size_t n = strlen(text);

    return s.n >= n && !strncasecmp(s.at, text, n);
}

/* The two lines that say how long the body is: some readers take a longer name for them, or know no tab. */
static int framing_line(lm_http_parser *p, lm_slice name, lm_slice value)
{
    const bool longer = name.n != 14 && name.n != 17;

    if (!begins_like(name, "content-length") && !begins_like(name, "transfer-encoding"))
        return 0;
    if (longer || memchr(value.at, '\t', value.n))
        return refuse(p, 400, "a header line could be taken for the body's length");
    return 0;
}

static int field_line(lm_http_parser *p, const char *text, lm_slice line)
{
    const char *colon = memchr(line.at, ':', line.n);
    lm_slice    name, value;
    int         status;

    if (*line.at == ' ' || *line.at == '\t')
        return refuse(p, 400, "a header line is folded");
    if (!colon)
        return refuse(p, 400, "a header line has no colon");
    name = (lm_slice){ line.at, (size_t)(colon - line.at) };
    if (!lm_http_is_token(name))
        return refuse(p, 400, "a header's name holds a character that names do not have");
    if (p->head.n_fields == LM_HTTP_FIELDS)
        return refuse(p, 431, "there are more than 100 header lines");
    value = (lm_slice){ colon + 1, line.n - name.n - 1 };
    if ((status = framing_line(p, name, value)))
        return status;
    value = lm_slice_trim(value);
    p->head.field[p->head.n_fields++] = (struct lm_http_field){ span_of(text, name), span_of(text, value) };
    return known_field(p, text, name, value);
}

/* ------------------------------------------------------------------ the head as a whole */

static int settle(lm_http_parser *p, const char *text)
{
    lm_http_head  *h = &p->head;
    const lm_slice host = slice_of(text, h->host), authority = slice_of(text, p->authority);

    if (h->chunked && h->has_length)
        return refuse(p, 400, "Content-Length stands beside Transfer-Encoding");
    if (h->minor == 1 && !p->has_host)
        return refuse(p, 400, "there is no Host line");
    if (authority.n && (host.n != authority.n || strncasecmp(host.at, authority.at, host.n)))
        return refuse(p, 400, "the target names another host than the Host line");
    h->keep_alive = !p->says_close && (h->minor == 1 || p->says_keep);
    h->upgrade = p->says_upgrade && p->has_upgrade && h->minor == 1;
    h->text = text;
    h->bytes = p->line;
    return LM_HTTP_DONE;
}

/* A whole line, without its CRLF. 0: go on with the next. */
static int one_line(lm_http_parser *p, const char *text, lm_slice line)
{
    if (p->phase == FIELDS)
        return line.n ? field_line(p, text, line) : settle(p, text);
    if (!line.n) /* one empty line before a request is left over from the body before.  RFC 9112, 2.2 */
        return line.at == text ? 0 : refuse(p, 400, "there is no request line");
    p->phase = FIELDS;
    p->fields = p->line;
    return request_line(p, text, line);
}

static int too_long(lm_http_parser *p)
{
    if (p->phase == REQUEST && p->seen > LM_HTTP_TARGET_BYTES + 32)
        return refuse(p, 414, "the request line is too long");
    if (p->phase == FIELDS && p->seen - p->fields > LM_HTTP_FIELD_BYTES)
        return refuse(p, 431, "the header lines are longer than 32 KiB");
    return 0;
}

/* Looks for the end of a line: 0 and `seen` on its CR, MORE-like -1 when it has not arrived, or a status. */
static int find_end(lm_http_parser *p, const char *text, size_t n)
{
    size_t i = p->seen;

    while (i < n && kind[(uint8_t)text[i]] & LINE)
        i++;
    p->seen = (uint16_t)i;
    if (i == n || (text[i] == '\r' && i + 1 == n))
        return -1;
    if (text[i] == '\r')
        return text[i + 1] == '\n' ? 0 : refuse(p, 400, "a CR stands without its LF");
    return refuse(p, 400, text[i] == '\n' ? "a LF stands without its CR" : "the head holds a control character");
}

int lm_http_parse(lm_http_parser *p, const char *bytes, size_t n)
{
    int status;

    if (n > LM_HTTP_HEAD_BYTES)
        n = LM_HTTP_HEAD_BYTES;
    for (;;) {
        const int end = find_end(p, bytes, n);
        lm_slice  line;

        if ((status = too_long(p)) || end > 0)
            return status ? status : end;
        if (end < 0)
            return LM_HTTP_MORE; /* a head of LM_HTTP_HEAD_BYTES has met a limit above */
        line = (lm_slice){ bytes + p->line, (size_t)(p->seen - p->line) };
        p->line = p->seen = (uint16_t)(p->seen + 2);
        if ((status = one_line(p, bytes, line)))
            return status;
    }
}

/* ------------------------------------------------------------------ what was read */

static lm_slice target_of(const lm_http_head *head)
{
    return slice_of(head->text, head->target);
}

lm_slice lm_http_path(const lm_http_head *head)
{
    const lm_slice t = target_of(head);
    const char    *mark = t.n ? memchr(t.at, '?', t.n) : NULL;
    const size_t   n = mark ? (size_t)(mark - t.at) : t.n;

    return n ? (lm_slice){ t.at, n } : lm_slice_of("/");
}

lm_slice lm_http_query(const lm_http_head *head)
{
    const lm_slice t = target_of(head);
    const char    *mark = t.n ? memchr(t.at, '?', t.n) : NULL;

    return mark ? (lm_slice){ mark + 1, t.n - (size_t)(mark + 1 - t.at) } : lm_slice_of("");
}

lm_slice lm_http_header(const lm_http_head *head, const char *name)
{
    for (int i = 0; i < head->n_fields; i++)
        if (lm_slice_like(slice_of(head->text, head->field[i].name), name))
            return slice_of(head->text, head->field[i].value);
    return (lm_slice){ NULL, 0 };
}

int lm_http_header_count(const lm_http_head *head, const char *name)
{
    int count = 0;

    for (int i = 0; i < head->n_fields; i++)
        count += lm_slice_like(slice_of(head->text, head->field[i].name), name);
    return count;
}
