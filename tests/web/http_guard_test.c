/* http_guard_test.c: requests of honest clients, and those that a hostile page, a rebound name or a stranger
 * would send (GOAL-4), judged as HTTP requests and as WebSocket handshakes. */
#include "tests/test.h"
#include "web/http/guard.h"

#define L     "Host: 127.0.0.1:8188\r\n"
#define OWN   "Origin: http://127.0.0.1:8188\r\n"
#define SAME  "Sec-Fetch-Site: same-origin\r\n"
#define CROSS "Sec-Fetch-Site: cross-site\r\n"

static const char *const bound[] = { "127.0.0.1", "192.168.1.5", NULL };
static const char *const names[] = { "limn.example", "other.example:8443", NULL };
static const lm_guard    plain = { .bound = bound, .allowed_hosts = names, .port = 8188 };

enum { GET, POST, SOCKET };

static lm_verdict judge_by(const lm_guard *g, int kind, const char *lines)
{
    static char    text[8192];
    lm_http_parser p = { 0 };
    int            status;

    snprintf(text, sizeof text, "%s /prompt HTTP/1.1\r\n%s%s\r\n", kind == POST ? "POST" : "GET",
             kind == SOCKET ? "Connection: Upgrade\r\nUpgrade: websocket\r\n" : "", lines);
    status = lm_http_parse(&p, text, strlen(text));
    if (status != LM_HTTP_DONE)
        return (lm_verdict){ status, p.fault };
    const lm_verdict v = lm_guard_source(g, &p.head, "10.0.0.7", kind == SOCKET);
    return v.status ? v : lm_guard_token(g, &p.head, kind == SOCKET);
}

static const struct {
    int         kind;
    const char *lines;
} honest[] = {
    { POST, L "User-Agent: curl/7.88.1\r\nContent-Type: application/x-www-form-urlencoded\r\n" },
    { POST, "Host: localhost:8188\r\nUser-Agent: Python-urllib/3.11\r\nConnection: close\r\n" },
    { GET, L "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n" },
    { POST, L OWN SAME "Sec-Fetch-Mode: cors\r\nContent-Type: text/plain;charset=UTF-8\r\n" },
    { GET, L SAME "Sec-Fetch-Dest: image\r\n" },
    { POST, L SAME "Sec-Fetch-Mode: cors\r\n" },
    { SOCKET, L OWN },
    { SOCKET, L OWN SAME "Sec-Fetch-Mode: websocket\r\n" },
    { SOCKET, "Host: LOCALHOST:8188\r\n" },
    { POST, "Host: LocalHost:8188\r\nOrigin: http://localhost:8188\r\n" },
    { POST, "Host: [::1]:8188\r\nOrigin: http://[::1]:8188\r\n" SAME },
    { POST, "Host: 192.168.1.5:8188\r\nOrigin: http://192.168.1.5:8188\r\n" },
    { POST, "Host: 10.0.0.7:8188\r\nOrigin: http://10.0.0.7:8188\r\n" },
    { POST, "Host: limn.example\r\nOrigin: https://limn.example\r\n" SAME },
    { SOCKET, "Host: limn.example\r\nOrigin: https://limn.example\r\n" },
    { GET, "Host: Limn.Example\r\n" },
    { POST, "Host: other.example:8443\r\nOrigin: https://other.example:8443\r\n" },
    { GET, L "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: navigate\r\n" },
    { GET, "Host: 127.1.2.3:8188\r\n" },
    { POST, L "Accept: */*\r\nAccept-Language: *\r\nSec-Fetch-Mode: cors\r\nUser-Agent: node\r\n" },
    { GET, L "Sec-Fetch-Mode: cors\r\nUser-Agent: node\r\n" },
    { SOCKET, L "Sec-Fetch-Mode: websocket\r\nUser-Agent: node\r\n" },
};

TEST(honest_clients_are_let_in)
{
    for (size_t i = 0; i < sizeof honest / sizeof *honest; i++) {
        const lm_verdict v = judge_by(&plain, honest[i].kind, honest[i].lines);

        if (v.status)
            printf("refused (%s): %s\n", v.why, honest[i].lines);
        WANT(v.status == 0);
    }
}

/* Hosts that are not ours, each tried as POST and as handshake: a page that rebinds its name to this machine. */
static const char *const bad_hosts[] = {
    "evil.example:8188", "evil.example", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:8189", "localhost",
    "localhost:81880", "localhost:08188x", "localhost.:8188", "localhost.evil.example:8188", "127.0.0.1.nip.io:8188",
    "127.1:8188", "2130706433:8188", "0x7f000001:8188", "0177.0.0.1:8188", "0.0.0.0:8188", "[::]:8188",
    "[::ffff:127.0.0.1]:8188", "[::1%25lo]:8188", "[::1:8188", "::1:8188", "[127.0.0.1]:8188", "192.168.1.6:8188",
    "10.0.0.8:8188", ":8188", "limn.example:8188", "x.limn.example", "limn.example.evil", "other.example",
    "localhost:8188:8188", "[::1]8188", "[]:8188", "~localhost:8188", "localhost:", "localhost:0", "localhost:99999",
    "localhost:8-88", "localhost:81:8", "[::2]:8188", "[1::1]:8188", "[0:0:0:0:0:0:0:0001:2]:8188",
    "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]:8188",
};

TEST(a_host_that_is_not_ours_is_refused)
{
    char lines[512];

    for (size_t i = 0; i < sizeof bad_hosts / sizeof *bad_hosts; i++)
        for (int kind = GET; kind <= SOCKET; kind++) {
            snprintf(lines, sizeof lines, "Host: %s\r\nOrigin: http://%s\r\n", bad_hosts[i], bad_hosts[i]);
            const lm_verdict v = judge_by(&plain, kind, lines);

            const int want = strchr(bad_hosts[i], '%') ? 400 : 403; /* no letter of a host's name */

            if (v.status != want)
                printf("%d: %s\n", v.status, bad_hosts[i]);
            WANT(v.status == want);
            snprintf(lines, sizeof lines, "Host: %s\r\n", bad_hosts[i]);
            WANT(judge_by(&plain, kind, lines).status == want);
        }
}

static const char *const bad_origins[] = {
    "Origin: null\r\n", "Origin: null\r\n" CROSS, "Origin: \r\n", "Origin: http://evil.example\r\n",
    "Origin: http://evil.example:8188\r\n", "Origin: https://127.0.0.1:8188\r\n", "Origin: http://127.0.0.1\r\n",
    "Origin: http://127.0.0.1:8189\r\n", "Origin: http://localhost:8188\r\n", "Origin: http://127.0.0.1:8188/\r\n",
    "Origin: http://127.0.0.1:8188.evil.example\r\n", "Origin: http://127.0.0.1:8188@evil.example\r\n",
    "Origin: http://evil.example?127.0.0.1:8188\r\n", "Origin: file://\r\n", "Origin: file://127.0.0.1:8188\r\n",
    "Origin: chrome-extension://abc\r\n", "Origin: 127.0.0.1:8188\r\n", "Origin: //127.0.0.1:8188\r\n",
    "Origin: http://127.0.0.1:8188 http://evil.example\r\n", OWN "Origin: http://evil.example\r\n", OWN OWN,
    OWN CROSS, OWN "Sec-Fetch-Site: same-site\r\n", OWN "Sec-Fetch-Site: none\r\n",
    OWN "Sec-Fetch-Site: Same-Origin\r\n", OWN SAME SAME, "Origin: http://limn.example\r\n",
    "Origin: https://limn.example\r\n", "Origin: http://[::1]:8188\r\n", "Origin: http://127.0.0.1:081888\r\n",
};

TEST(a_page_of_another_origin_is_refused)
{
    char lines[512];

    for (size_t i = 0; i < sizeof bad_origins / sizeof *bad_origins; i++)
        for (int kind = GET; kind <= SOCKET; kind++) {
            snprintf(lines, sizeof lines, "%s%s", L, bad_origins[i]);
            const lm_verdict v = judge_by(&plain, kind, lines);

            if (v.status != 403 && v.status != 400)
                printf("%d: %s\n", v.status, bad_origins[i]);
            WANT(v.status == 403 || v.status == 400);
        }
}

/* A form, an <img>, a <script> of another site; and what changes state without saying where it comes from. */
static const char *const unnamed[] = {
    CROSS, CROSS "Sec-Fetch-Mode: navigate\r\n", CROSS "Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n",
    "Sec-Fetch-Site: same-site\r\n", "Sec-Fetch-Site: none\r\n", "Sec-Fetch-Mode: no-cors\r\n",
    "Sec-Fetch-Dest: empty\r\n", "Sec-Fetch-Site: \r\n", "Sec-Fetch-Site: martian\r\n", SAME CROSS,
    "Sec-Fetch-Mode: navigate\r\n", "Sec-Fetch-Mode: same-origin\r\n", "Sec-Fetch-Mode: cors\r\nSec-Fetch-Mode: cors\r\n",
    "Sec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n", "Sec-Fetch-Mode: cors\r\n" CROSS,
};

TEST(a_browser_that_changes_state_says_where_it_comes_from)
{
    char lines[512];

    for (size_t i = 0; i < sizeof unnamed / sizeof *unnamed; i++)
        for (int kind = POST; kind <= SOCKET; kind++) {
            snprintf(lines, sizeof lines, "%s%s", L, unnamed[i]);
            WANT(judge_by(&plain, kind, lines).status >= 400);
        }
    for (size_t i = 0; i < 3; i++) {
        snprintf(lines, sizeof lines, "%s%s", L, unnamed[i]);
        WANT(judge_by(&plain, GET, lines).status == 403);
    }
    WANT(judge_by(&plain, GET, L "Sec-Fetch-Site: martian\r\n").status == 403);
}

TEST(a_request_without_a_host_is_malformed)
{
    lm_http_parser p = { 0 };
    const char    *old = "GET / HTTP/1.0\r\n\r\n";

    WANT(judge_by(&plain, GET, "Host:\r\n").status == 400);
    WANT(lm_http_parse(&p, old, strlen(old)) == LM_HTTP_DONE);
    WANT(lm_guard_source(&plain, &p.head, NULL, false).status == 400);
}

TEST(port_80_need_not_be_named)
{
    lm_guard g = plain;

    g.port = 80;
    WANT(!judge_by(&g, POST, "Host: localhost\r\nOrigin: http://localhost\r\n").status);
    WANT(!judge_by(&g, POST, "Host: localhost:80\r\nOrigin: http://localhost\r\n").status);
    WANT(judge_by(&g, POST, "Host: localhost\r\nOrigin: http://localhost:8188\r\n").status == 403);
}

TEST(an_origin_that_was_allowed_is_let_in_and_no_other)
{
    lm_guard g = plain;

    g.cors = "https://app.example";
    WANT(!judge_by(&g, POST, L "Origin: https://app.example\r\n" CROSS).status);
    WANT(!judge_by(&g, SOCKET, L "Origin: https://app.example\r\n" CROSS).status);
    WANT(judge_by(&g, POST, L "Origin: https://app.example.evil\r\n" CROSS).status == 403);
    WANT(judge_by(&g, POST, L "Origin: null\r\n").status == 403);
    WANT(judge_by(&g, POST, L CROSS).status == 403 && judge_by(&g, GET, L CROSS).status == 403);
    WANT(judge_by(&g, POST, "Host: evil.example:8188\r\nOrigin: https://app.example\r\n").status == 403);
    g.cors = "*";
    WANT(!judge_by(&g, POST, L "Origin: http://any.example\r\n" CROSS).status);
    WANT(!judge_by(&g, GET, L CROSS).status && judge_by(&g, POST, L CROSS).status == 403);
}

/* Where nobody knows at which address it came in, or what we are bound to, this machine's own names are left. */
TEST(without_addresses_only_this_machine_is_named)
{
    static const char text[] = "GET / HTTP/1.1\r\nHost: 192.168.1.5:8188\r\n\r\n";
    static const char here[] = "GET / HTTP/1.1\r\nHost: 127.0.0.1:8188\r\n\r\n";
    const lm_guard    unbound = { .port = 8188 };
    lm_http_parser    p = { 0 };

    WANT(lm_http_parse(&p, text, sizeof text - 1) == LM_HTTP_DONE);
    WANT(!lm_guard_source(&plain, &p.head, NULL, false).status);
    WANT(lm_guard_source(&unbound, &p.head, NULL, false).status == 403);
    WANT(!lm_guard_source(&unbound, &p.head, "192.168.1.5", false).status);
    WANT(lm_guard_source(&unbound, &p.head, "no address", false).status == 403);
    p = (lm_http_parser){ 0 };
    WANT(lm_http_parse(&p, here, sizeof here - 1) == LM_HTTP_DONE);
    WANT(!lm_guard_source(&unbound, &p.head, NULL, false).status);
}

/* Letters whose places would add up to our port. */
TEST(a_port_is_digits)
{
    WANT(!judge_by(&plain, GET, "Host: 127.0.0.1:8188\r\n").status && !judge_by(&plain, GET, "Host: 127.0.0.1:08188\r\n").status);
    WANT(judge_by(&plain, GET, "Host: 127.0.0.1:819.\r\n").status == 403);
    WANT(judge_by(&plain, GET, "Host: 127.0.0.1:76hL\r\n").status == 403);
    WANT(judge_by(&plain, GET, "Host: 127.0.0.1:008188\r\n").status == 403);
}

TEST(an_empty_secret_is_nobodys)
{
    WANT(!lm_same_secret(lm_slice_of(""), "") && !lm_same_secret(lm_slice_of("x"), ""));
    WANT(lm_same_secret(lm_slice_of("x"), "x") && !lm_same_secret(lm_slice_of(""), "x"));
}

TEST(a_token_is_asked_for_and_compared_whole)
{
    lm_guard g = plain;

    g.token = "s3cret";
    WANT(judge_by(&g, GET, L).status == 401);
    WANT(!judge_by(&g, GET, L "Authorization: Bearer s3cret\r\n").status);
    WANT(!judge_by(&g, GET, L "authorization: bearer  s3cret\r\n").status);
    WANT(!judge_by(&g, GET, L "Cookie: a=b; limn_token=s3cret; c=d\r\n").status);
    WANT(!judge_by(&g, SOCKET, L "Sec-WebSocket-Protocol: x, limn.token.s3cret\r\n").status);
    WANT(judge_by(&g, GET, L "Sec-WebSocket-Protocol: limn.token.s3cret\r\n").status == 401);
    WANT(judge_by(&g, SOCKET, L "Sec-WebSocket-Protocol: lamn.token.s3cret, limn.token.s3creT, x\r\n").status == 401);
    static const char *const wrong[] = {
        "Authorization: s3cret\r\n", "Authorization: Basic s3cret\r\n", "Authorization: Bearer s3cre\r\n",
        "Authorization: Bearer s3crets3cret\r\n", "Authorization: Bearer \r\n", "Authorization: Bearer s3cret x\r\n",
        "Cookie: limn_token=\r\n", "Cookie: limn_tokens3cret\r\n", "Cookie: xlimn_token=s3cret\r\n",
        "Cookie: limn_token=S3cret\r\n", "X-Token: s3cret\r\n",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char lines[256];

        snprintf(lines, sizeof lines, "%s%s", L, wrong[i]);
        WANT(judge_by(&g, GET, lines).status == 401);
    }
    WANT(judge_by(&g, GET, L "Authorization: Bearer s3cret\r\nAuthorization: Bearer x\r\n").status == 400);
    WANT(judge_by(&g, POST, L "Origin: http://evil.example\r\nCookie: limn_token=s3cret\r\n").status == 403);
}

TEST_MAIN
