/* hub_join.c: GET /ws: a request that the guard let in is looked at once more, then its connection changes hands.
 * libwebsockets sees a request of our own making, never the client's. Source: RFC 6455, sections 4.2 and 11.3. */
#include "web/server/hub_inside.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "web/server/reply.h"
#include "web/server/runner.h"
#include "web/work/work_check.h"

enum { KEY_LETTERS = 24, REQUEST_BYTES = 256 };

/* ------------------------------------------------------------------ what is asked for */

static bool is_base64(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* Sixteen bytes as base64. */
static bool is_key(lm_slice key)
{
    if (key.n != KEY_LETTERS || memcmp(key.at + KEY_LETTERS - 2, "==", 2) != 0)
        return false;
    for (int i = 0; i < KEY_LETTERS - 2; i++)
        if (!is_base64(key.at[i]))
            return false;
    return true;
}

/* How many bytes of 10xxxxxx follow; -1: none begins so. */
static int utf8_tail(unsigned char c)
{
    return c < 0x80 ? 0 : c < 0xc2 ? -1 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : c < 0xf5 ? 3 : -1;
}

static bool is_text(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    while (*p) {
        const unsigned char c = *p++;
        const int           n = utf8_tail(c);

        if (n < 0 || (c == 0xe0 && *p < 0xa0) || (c == 0xed && *p > 0x9f) || (c == 0xf0 && *p < 0x90) ||
            (c == 0xf4 && *p > 0x8f))
            return false;
        for (int i = 0; i < n; i++)
            if ((*p++ & 0xc0) != 0x80)
                return false;
    }
    return true;
}

static bool refuse(lm_request *rq, int status, const char *why)
{
    if (status == 426)
        lm_reply_header(rq, "Upgrade", "websocket");
    if (status == 503)
        lm_reply_header(rq, "Retry-After", "5");
    lm_reply_header(rq, "Sec-WebSocket-Version", "13");
    lm_reply_error(rq, status, why);
    return false;
}

static bool is_well_asked(lm_request *rq)
{
    const lm_http_head *h = lm_request_head(rq);
    const char         *id = lm_request_query(rq, "clientId");

    if (!lm_request_wants_socket(rq))
        return refuse(rq, 426, "this address is for WebSockets: ask for an upgrade");
    if (lm_http_header_count(h, "Sec-WebSocket-Version") != 1)
        return refuse(rq, 400, "there must be one Sec-WebSocket-Version");
    if (!lm_slice_is(lm_http_header(h, "Sec-WebSocket-Version"), "13"))
        return refuse(rq, 426, "this server speaks version 13 of the WebSocket protocol");
    if (lm_http_header_count(h, "Sec-WebSocket-Key") != 1 || !is_key(lm_http_header(h, "Sec-WebSocket-Key")))
        return refuse(rq, 400, "there must be one Sec-WebSocket-Key of sixteen bytes in base64");
    if (id && strlen(id) > LM_HUB_ID)
        return refuse(rq, 400, "clientId is longer than 256 bytes");
    if (id && !is_text(id))
        return refuse(rq, 400, "clientId is not UTF-8");
    return true;
}

/* ------------------------------------------------------------------ who it is */

static void invent_id(char id[LM_HUB_ID + 1])
{
    unsigned char bytes[16] = { 0 };

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        memcpy(bytes, &(uint64_t){ uv_hrtime() }, sizeof(uint64_t));
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(id + 2 * i, 3, "%02x", bytes[i]);
}

static int rank(lm_slice name)
{
    const size_t n = strlen(LM_GUARD_PROTOCOL);

    return name.n == 0 ? 0 : lm_slice_is(name, "limn") ? 2 : name.n > n && !memcmp(name.at, LM_GUARD_PROTOCOL, n);
}

/* A client that offers subprotocols is answered with one of its own, or some give up: the one that carried the token
 * unless it offers another name of ours beside it. */
static void choose_protocol(lm_request *rq, char name[LM_HUB_PROTOCOL])
{
    lm_slice list = lm_request_header(rq, "Sec-WebSocket-Protocol"), one, best = { NULL, 0 };

    while (lm_slice_next(&list, ',', &one))
        if (one.n < LM_HUB_PROTOCOL && lm_http_is_token(one) && rank(one) > rank(best))
            best = one;
    if (best.n)
        memcpy(name, best.at, best.n);
}

/* False: its address has as many as it may. */
static bool count_peer(lm_hub_socket *s, lm_request *rq)
{
    const lm_hub_limits *l = &s->hub->limits;
    struct sockaddr_in  *four = (struct sockaddr_in *)&s->peer;

    if (inet_pton(AF_INET, lm_request_peer(rq), &four->sin_addr) == 1)
        four->sin_family = AF_INET;
    else if (inet_pton(AF_INET6, lm_request_peer(rq), &s->peer.sin6_addr) == 1)
        s->peer.sin6_family = AF_INET6;
    if (!l->count_loopback && lm_source_is_loopback((const struct sockaddr *)&s->peer))
        return true;
    return s->counted = lm_sources_enter(&s->hub->sources, (const struct sockaddr *)&s->peer, l->per_address);
}

static lm_hub_socket *new_socket(lm_hub *h, lm_request *rq)
{
    const char    *id = lm_request_query(rq, "clientId");
    lm_hub_socket *s = lm_hub_socket_new(h);

    if (!s)
        return NULL;
    if (id && *id)
        memcpy(s->id, id, strlen(id));
    else
        invent_id(s->id);
    choose_protocol(rq, s->protocol);
    return s;
}

/* ------------------------------------------------------------------ handing over */

/* Our own request with the client's key, and what the client sent behind its own. */
static char *make_request(lm_request *rq, const lm_taken_socket *taken, size_t *n)
{
    const lm_slice key = lm_request_header(rq, "Sec-WebSocket-Key");
    char          *text = lm_try_alloc(REQUEST_BYTES + taken->n);

    if (!text)
        return NULL;
    *n = (size_t)snprintf(text, REQUEST_BYTES,
                          "GET /ws HTTP/1.1\r\nHost: limn\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: %.*s\r\nSec-WebSocket-Version: 13\r\n\r\n", (int)key.n, key.at);
    if (taken->n)
        memcpy(text + *n, taken->bytes, taken->n);
    *n += taken->n;
    return text;
}

static void hand_over(lm_hub *h, lm_request *rq, lm_hub_socket *s)
{
    lm_taken_socket taken;
    char           *text;
    size_t          n;

    if (!lm_request_take_socket(rq, &taken)) {
        refuse(rq, 503, "there is no memory for one more socket");
        return;
    }
    text = make_request(rq, &taken, &n);
    lm_free(taken.bytes);
    if (text)
        lm_hub_lws_adopt(h, s, taken.fd, text, n);
    else
        close(taken.fd);
    lm_free(text);
}

void lm_hub_join(lm_request *rq, void *self)
{
    lm_hub        *h = ((lm_server *)self)->hub;
    lm_hub_socket *s = NULL;

    if (!is_well_asked(rq)) {
        h->counts.refused++;
    } else if (h->leaving || h->counts.sockets >= h->limits.sockets || !(s = new_socket(h, rq)) || !count_peer(s, rq)) {
        h->counts.refused++;
        refuse(rq, 503, h->leaving ? "the server is going down" : "there are too many sockets");
    } else {
        hand_over(h, rq, s);
    }
    lm_hub_socket_unref(s);
}

/* ------------------------------------------------------------------ the first words */

static void say_status(lm_hub_socket *s, const lm_runner *r)
{
    const long long remaining = lm_runner_remaining(r);
    lm_text         t = { 0 };

    lm_text_puts(&t, "{\"type\": \"status\", \"data\": {\"status\": {\"exec_info\": {\"queue_remaining\": ");
    lm_text_printf(&t, "%lld}}, \"sid\": ", remaining);
    lm_work_quote(&t, s->id);
    lm_text_puts(&t, "}}");
    lm_hub_answer(s, t.at, t.size);
    lm_text_done(&t);
}

/* Its prompt runs: which node is at work? */
static void say_executing(lm_hub_socket *s, const lm_runner *r)
{
    lm_running running;
    lm_text    t = { 0 };

    if (!lm_runner_running(r, &running) || !running.node || !running.client || strcmp(running.client, s->id) != 0)
        return;
    lm_text_puts(&t, "{\"type\": \"executing\", \"data\": {\"node\": ");
    lm_work_quote(&t, running.node);
    lm_text_puts(&t, ", \"display_node\": ");
    lm_work_quote(&t, running.display ? running.display : running.node);
    lm_text_puts(&t, ", \"prompt_id\": ");
    lm_work_quote(&t, running.id);
    lm_text_puts(&t, "}}");
    lm_hub_answer(s, t.at, t.size);
    lm_text_done(&t);
}

void lm_hub_greet(lm_hub_socket *s)
{
    const lm_runner *r = s->hub->server->runner;

    say_status(s, r);
    say_executing(s, r);
}
