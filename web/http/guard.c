/* guard.c: Host, Origin and token. */
#include "web/http/guard.h"

#include <arpa/inet.h>
#include <stdlib.h>

static const lm_verdict let_in = { 0, NULL };

static lm_verdict refuse(int status, const char *why)
{
    return (lm_verdict){ status, why };
}

/* ------------------------------------------------------------------ "name:port" */

typedef struct authority {
    lm_slice name; /* without brackets */
    bool     six;  /* it stood in brackets */
    int      port; /* 0: none was given */
} authority;

static bool read_port(lm_slice s, int *port)
{
    int n = 0;

    if (!s.n || s.n > 5)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
        n = n * 10 + (s.at[i] - '0');
    }
    *port = n;
    return n > 0 && n < 65536;
}

/* `s` is not empty. */
static bool read_authority(lm_slice s, authority *a)
{
    const char *close;

    *a = (authority){ 0 };
    if ((a->six = *s.at == '[')) {
        if (!(close = memchr(s.at, ']', s.n)))
            return false;
        a->name = (lm_slice){ s.at + 1, (size_t)(close - s.at - 1) };
        s = (lm_slice){ close + 1, s.n - a->name.n - 2 };
    } else {
        close = memchr(s.at, ':', s.n);
        a->name = (lm_slice){ s.at, close ? (size_t)(close - s.at) : s.n };
        s = (lm_slice){ s.at + a->name.n, s.n - a->name.n };
    }
    return a->name.n && (!s.n || (*s.at == ':' && read_port((lm_slice){ s.at + 1, s.n - 1 }, &a->port)));
}

/* ------------------------------------------------------------------ addresses */

typedef struct address {
    int           family; /* 0: none */
    unsigned char bytes[16];
} address;

static address read_address(lm_slice text)
{
    char    literal[INET6_ADDRSTRLEN];
    address a = { 0 };

    if (text.n >= sizeof literal)
        return a;
    memcpy(literal, text.at, text.n);
    literal[text.n] = 0;
    if (inet_pton(AF_INET, literal, a.bytes) == 1)
        a.family = AF_INET;
    else if (inet_pton(AF_INET6, literal, a.bytes) == 1)
        a.family = AF_INET6;
    return a;
}

/* Of one that is an address. */
static bool same_address(const address *a, const char *literal)
{
    const address b = literal ? read_address(lm_slice_of(literal)) : (address){ 0 };

    return a->family == b.family && !memcmp(a->bytes, b.bytes, sizeof a->bytes);
}

static bool is_loopback(const address *a)
{
    static const unsigned char six[16] = { [15] = 1 };

    return a->family == AF_INET ? a->bytes[0] == 127 : !memcmp(a->bytes, six, 16);
}

/* ------------------------------------------------------------------ Host */

static bool is_listed(const char *const *list, lm_slice text)
{
    for (; list && *list; list++)
        if (lm_slice_like(text, *list))
            return true;
    return false;
}

static bool is_ours(const lm_guard *g, const authority *host, const char *arrived)
{
    const address a = read_address(host->name);

    if (host->port != g->port && !(host->port == 0 && g->port == 80))
        return false;
    if (host->six != (a.family == AF_INET6))
        return false;
    if (!a.family)
        return lm_slice_like(host->name, "localhost");
    if (is_loopback(&a) || same_address(&a, arrived))
        return true;
    for (const char *const *b = g->bound; b && *b; b++)
        if (same_address(&a, *b))
            return true;
    return false;
}

/* ------------------------------------------------------------------ Origin and Sec-Fetch */

static bool same_authority(const authority *a, const authority *b, int default_port)
{
    return a->six == b->six && a->name.n == b->name.n && !strncasecmp(a->name.at, b->name.at, a->name.n) &&
           (a->port ? a->port : default_port) == (b->port ? b->port : default_port);
}

static bool accepts_origin(const lm_guard *g, lm_slice origin, const authority *host, bool listed)
{
    const bool   secure = origin.n > 8 && !strncasecmp(origin.at, "https://", 8);
    const size_t scheme = secure ? 8 : 7;
    authority    a;

    if (g->cors && (!strcmp(g->cors, "*") || lm_slice_like(origin, g->cors)))
        return true;
    if (origin.n <= scheme || (secure ? !listed : strncasecmp(origin.at, "http://", 7) != 0))
        return false;
    return read_authority((lm_slice){ origin.at + scheme, origin.n - scheme }, &a) &&
           same_authority(&a, host, secure ? 443 : 80);
}

static int count_fetch_metadata(const lm_http_head *h)
{
    int n = 0;

    for (int i = 0; i < h->n_fields; i++)
        n += h->field[i].name.n > 10 && !strncasecmp(h->text + h->field[i].name.at, "sec-fetch-", 10);
    return n;
}

/* Node's fetch and WebSocket say their mode and nothing else; a browser says its site too, and its Origin when
 * such a request leaves its own site. */
static bool comes_from_node(const lm_http_head *h)
{
    const lm_slice mode = lm_http_header(h, "Sec-Fetch-Mode");

    return count_fetch_metadata(h) == 1 && (lm_slice_is(mode, "cors") || lm_slice_is(mode, "websocket"));
}

/* A browser that does not name an Origin: an address typed in, a link, an <img>, a fetch of our own page. */
static lm_verdict judge_unnamed(const lm_guard *g, lm_slice site, bool changes)
{
    const bool open = g->cors && !strcmp(g->cors, "*") && !changes;

    if (lm_slice_is(site, "same-origin"))
        return let_in;
    if (changes)
        return refuse(403, "a browser's request that changes something must come from this server's own page");
    if (!site.at || lm_slice_is(site, "none") || lm_slice_is(site, "same-site") || open)
        return let_in;
    return refuse(403, "the request comes from another site's page");
}

static lm_verdict judge_browser(const lm_guard *g, const lm_http_head *h, const authority *host, bool listed,
                                bool changes)
{
    const lm_slice origin = lm_http_header(h, "Origin"), site = lm_http_header(h, "Sec-Fetch-Site");

    if (lm_http_header_count(h, "Origin") > 1 || lm_http_header_count(h, "Sec-Fetch-Site") > 1)
        return refuse(400, "a header that names the request's source stands there twice");
    if (!origin.at)
        return !count_fetch_metadata(h) || comes_from_node(h) ? let_in : judge_unnamed(g, site, changes);
    if (!accepts_origin(g, origin, host, listed))
        return refuse(403, "the request comes from another origin's page");
    if (!site.at || lm_slice_is(site, "same-origin") || g->cors)
        return let_in;
    return refuse(403, "the request comes from another site's page");
}

lm_verdict lm_guard_source(const lm_guard *g, const lm_http_head *h, const char *arrived, bool socket)
{
    const lm_slice text = { h->text + h->host.at, h->host.n };
    const bool     listed = is_listed(g->allowed_hosts, text);
    const bool     changes = socket || !(h->method & (LM_GET | LM_HEAD | LM_OPTIONS));
    authority      host;

    if (!text.n)
        return refuse(400, "there is no Host");
    if (!read_authority(text, &host) || (!listed && !is_ours(g, &host, arrived)))
        return refuse(403, "Host is not a name of this server (see --allowed-host)");
    return judge_browser(g, h, &host, listed, changes);
}

/* ------------------------------------------------------------------ the token */

bool lm_same_secret(lm_slice given, const char *secret)
{
    const size_t     n = strlen(secret);
    volatile uint8_t differs = given.n != n;

    for (size_t i = 0; i < given.n; i++)
        differs = (uint8_t)(differs | (given.at[i] ^ secret[n ? i % n : 0]));
    return !differs && n;
}

static bool in_cookies(lm_slice cookies, const char *token)
{
    for (lm_slice one; lm_slice_next(&cookies, ';', &one);)
        if (one.n > strlen(LM_GUARD_COOKIE) && !memcmp(one.at, LM_GUARD_COOKIE "=", strlen(LM_GUARD_COOKIE) + 1) &&
            lm_same_secret((lm_slice){ one.at + sizeof LM_GUARD_COOKIE, one.n - sizeof LM_GUARD_COOKIE }, token))
            return true;
    return false;
}

static bool in_protocols(lm_slice protocols, const char *token)
{
    const size_t n = strlen(LM_GUARD_PROTOCOL);

    for (lm_slice one; lm_slice_next(&protocols, ',', &one);)
        if (one.n > n && !memcmp(one.at, LM_GUARD_PROTOCOL, n) &&
            lm_same_secret((lm_slice){ one.at + n, one.n - n }, token))
            return true;
    return false;
}

static bool in_authorization(lm_slice value, const char *token)
{
    return value.n > 7 && !strncasecmp(value.at, "bearer ", 7) &&
           lm_same_secret(lm_slice_trim((lm_slice){ value.at + 7, value.n - 7 }), token);
}

lm_verdict lm_guard_token(const lm_guard *g, const lm_http_head *h, bool socket)
{
    if (!g->token)
        return let_in;
    if (lm_http_header_count(h, "Authorization") > 1)
        return refuse(400, "there are two Authorization lines");
    if (in_authorization(lm_http_header(h, "Authorization"), g->token) ||
        in_cookies(lm_http_header(h, "Cookie"), g->token) ||
        (socket && in_protocols(lm_http_header(h, "Sec-WebSocket-Protocol"), g->token)))
        return let_in;
    return refuse(401, "this server asks for its token");
}
