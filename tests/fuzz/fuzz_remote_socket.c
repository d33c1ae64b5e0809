/* fuzz_remote_socket.c: any bytes as what a server says to `limn watch`: bit 0 of the first byte puts a welcome of ours in
 * front of them, so that they are frames. There is no network: what is read of libcurl is played here.
 *
 * Beyond not crashing: whole, byte by byte and in sevens the same texts are heard; none is longer than a megabyte; what we say
 * is the request and masked pongs of at most 125 bytes, and nothing is said behind the socket's end. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/cli/remote_socket.h"
#include "tests/fuzz/fuzz.h"

enum { MOST_TEXT = 1 << 20 };

/* To the key of zeros: the SHA-1 of it and RFC 6455's own id. */
static const char welcome[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n\r\n";

static struct server {
    const char *at;
    size_t      left, piece, said;
    bool        ended, welcomed;
} server;

/* ------------------------------------------------------------------ what remote_socket.c asks of others */

void *lm_remote_connect(lm_remote *r, const char *path, lm_text *head)
{
    (void)r;
    lm_text_printf(head, "GET %s HTTP/1.1\r\nHost: a\r\n", path);
    return &server;
}

void lm_remote_escape(lm_text *t, const char *text)
{
    lm_text_puts(t, text);
}

ssize_t __wrap_getrandom(void *to, size_t n, unsigned flags);
ssize_t __wrap_getrandom(void *to, size_t n, unsigned flags)
{
    (void)flags;
    memset(to, 0, n);
    return (ssize_t)n;
}

CURLcode curl_easy_recv(CURL *curl, void *to, size_t room, size_t *got)
{
    const size_t some = server.left < server.piece ? server.left : server.piece;

    (void)curl;
    want(!server.ended && room, "nothing is asked of a socket that has ended, and there is room for what comes");
    *got = some < room ? some : room;
    if (*got)
        memcpy(to, server.at, *got);
    server.ended = !*got;
    server.at += *got;
    server.left -= *got;
    return CURLE_OK;
}

CURLcode curl_easy_send(CURL *curl, const void *bytes, size_t n, size_t *sent)
{
    const uint8_t *b = bytes;

    (void)curl;
    want(!server.welcomed || (n >= 6 && b[0] == 0x8a && b[1] == 0x80 + n - 6 && n <= 131), "what is said is a pong");
    server.said++;
    *sent = n;
    return CURLE_OK;
}

CURLcode (curl_easy_getinfo)(CURL *curl, CURLINFO info, ...)
{
    va_list ap;

    (void)curl;
    (void)info;
    va_start(ap, info);
    *va_arg(ap, curl_socket_t *) = CURL_SOCKET_BAD;
    va_end(ap);
    return CURLE_OK;
}

void curl_easy_cleanup(CURL *curl)
{
    (void)curl;
}

/* ------------------------------------------------------------------ the story */

typedef struct story {
    bool    joined;
    int     texts;
    size_t  said;
    lm_hash sum;
} story;

static story hear(const char *in, size_t size, size_t piece)
{
    lm_remote_socket *s;
    lm_text           text = { 0 };
    story             out = { .sum = lm_hash_start() };

    server = (struct server){ .at = in, .left = size, .piece = piece };
    s = lm_remote_listen(NULL, "c");
    out.joined = server.welcomed = s;
    while (s && lm_remote_hear(s, 1, &text)) {
        want(text.size <= MOST_TEXT, "a text is no longer than it may be");
        out.texts++;
        out.sum = lm_hash_add(out.sum, &text.size, sizeof text.size);
        if (text.size)
            out.sum = lm_hash_add(out.sum, text.at, text.size);
    }
    want(!s || !lm_remote_is_listening(s), "it ends as soon as there is nothing more");
    lm_remote_socket_close(s);
    lm_text_done(&text);
    out.said = server.said;
    return out;
}

static void same(const story *a, const story *b)
{
    want(a->joined == b->joined && a->texts == b->texts && a->said == b->said && a->sum.a == b->sum.a && a->sum.b == b->sum.b,
         "pieces make no difference");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const size_t n = size && (data[0] & 1) ? sizeof welcome - 1 : 0;
    char        *in = calloc(1, n + size + 1);
    story        whole, sevens, bytes;

    size -= size > 0;
    want(in, "memory");
    memcpy(in, welcome, n);
    if (size)
        memcpy(in + n, data + 1, size);
    whole = hear(in, n + size, SIZE_MAX);
    sevens = hear(in, n + size, 7);
    bytes = hear(in, n + size, 1);
    want(!n || whole.joined, "our welcome is one");
    same(&whole, &sevens);
    same(&whole, &bytes);
    free(in);
    return 0;
}
