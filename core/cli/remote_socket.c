/* remote_socket.c: the client's side of a WebSocket, as far as hearing goes.  Source: RFC 6455. */
#include "core/cli/remote_socket.h"

#include <curl/curl.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/cli/remote_accept.h"

enum { MOST_HEAD = 16384, MOST_TEXT = 1 << 20, ROOM = 65536, HANDSHAKE_S = 5, KEY = 24 };

struct lm_remote_socket {
    CURL    *curl;
    bool     broken;
    uint8_t  in[ROOM]; /* read and not yet understood */
    size_t   n;
    uint64_t left_out; /* bytes of a frame that nobody wants */
};

/* ------------------------------------------------------------------ bytes */

/* Waits until the socket can be read (or written), at most until then. */
static bool wait_for(lm_remote_socket *s, short what, double until)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    const double  left = until - lm_clock_steady_s();
    struct pollfd p = { .events = what };

    if (left <= 0 || curl_easy_getinfo(s->curl, CURLINFO_ACTIVESOCKET, &fd) || fd == CURL_SOCKET_BAD)
        return false;
    p.fd = fd;
    return poll(&p, 1, (int)(left * 1000) + 1) > 0;
}

/* Takes what has come, and waits for it if nothing has; false: nothing came, or the socket has broken. */
static bool take_more(lm_remote_socket *s, double until)
{
    for (;;) {
        size_t         got = 0;
        const CURLcode code = curl_easy_recv(s->curl, s->in + s->n, ROOM - s->n, &got);

        if (!code && got) {
            s->n += got;
            return true;
        }
        if (code != CURLE_AGAIN) {
            s->broken = true;
            return false;
        }
        if (!wait_for(s, POLLIN, until))
            return false;
    }
}

static bool send_all(lm_remote_socket *s, const void *bytes, size_t n)
{
    const double until = lm_clock_steady_s() + HANDSHAKE_S;

    for (const char *at = bytes; n && !s->broken;) {
        size_t         sent = 0;
        const CURLcode code = curl_easy_send(s->curl, at, n, &sent);

        at += sent;
        n -= sent;
        if ((code && code != CURLE_AGAIN) || (code && !wait_for(s, POLLOUT, until)))
            s->broken = true;
    }
    return !s->broken;
}

static void drop(lm_remote_socket *s, size_t n)
{
    memmove(s->in, s->in + n, s->n - n);
    s->n -= n;
}

/* ------------------------------------------------------------------ frames */

typedef struct frame {
    int      opcode;
    bool     whole; /* FIN */
    size_t   head;
    uint64_t size;
} frame;

/* The head of the next frame; false: it is not all there yet. */
static bool read_head(lm_remote_socket *s, frame *f)
{
    const uint8_t *b = s->in;
    const int      more = s->n < 2 ? 0 : (b[1] & 127) == 127 ? 8 : (b[1] & 127) == 126 ? 2 : 0;

    if (s->n < 2 || s->n < 2 + (size_t)more)
        return false;
    *f = (frame){ .opcode = b[0] & 15, .whole = b[0] & 128, .head = 2 + (size_t)more, .size = more ? 0 : b[1] & 127 };
    for (int i = 0; i < more; i++)
        f->size = f->size << 8 | b[2 + i];
    s->broken |= (b[0] & 0x70) || (b[1] & 0x80) || f->size >> 40; /* no extensions, no masks, nothing monstrous */
    return !s->broken;
}

/* A ping is answered with what it carries; masked, as clients must. */
static void answer_ping(lm_remote_socket *s, const uint8_t *at, size_t n)
{
    uint8_t out[6 + 125] = { 0x8a, (uint8_t)(0x80 | n) };

    getrandom(out + 2, 4, GRND_NONBLOCK);
    for (size_t i = 0; i < n; i++)
        out[6 + i] = at[i] ^ out[2 + (i & 3)];
    send_all(s, out, 6 + n);
}

static void leave_out(lm_remote_socket *s)
{
    const size_t n = s->left_out < s->n ? (size_t)s->left_out : s->n;

    drop(s, n);
    s->left_out -= n;
}

/* Reads the rest of a text that does not fit into `in`, or does. */
static bool read_text(lm_remote_socket *s, const frame *f, lm_text *message)
{
    const double until = lm_clock_steady_s() + HANDSHAKE_S;

    message->size = 0;
    drop(s, f->head);
    for (;;) {
        const uint64_t want = f->size - message->size;
        const size_t   n = want < s->n ? (size_t)want : s->n;

        lm_text_add(message, (const char *)s->in, n);
        drop(s, n);
        if (message->size == f->size)
            return true;
        if (!take_more(s, until)) {
            s->broken = true;
            return false;
        }
    }
}

/* Does with the frame what is to be done; true: it is a text. */
static bool take_frame(lm_remote_socket *s, const frame *f, lm_text *message)
{
    if (f->opcode == 1 && f->whole && f->size <= MOST_TEXT)
        return read_text(s, f, message);
    if (f->opcode == 8 || (f->opcode >= 8 && f->size > 125))
        s->broken = true;
    else if (f->opcode == 9)
        answer_ping(s, s->in + f->head, (size_t)f->size);
    drop(s, f->head);
    s->left_out = f->size;
    leave_out(s);
    return false;
}

bool lm_remote_hear(lm_remote_socket *s, double seconds, lm_text *message)
{
    const double until = lm_clock_steady_s() + seconds;
    frame        f;

    while (!s->broken) {
        leave_out(s);
        if (!s->left_out && read_head(s, &f) && (f.opcode != 9 || f.size > 125 || s->n >= f.head + f.size)) {
            if (take_frame(s, &f, message))
                return true;
            continue;
        }
        if (s->broken || !take_more(s, until))
            break;
    }
    return false;
}

/* ------------------------------------------------------------------ joining */

static void ask_for_upgrade(lm_text *head, char key[KEY + 1])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t           random[KEY - 3] = { 0 };

    getrandom(random, sizeof random, GRND_NONBLOCK);
    for (int i = 0; i < KEY - 3; i++)
        key[i] = letters[random[i] & 63];
    memcpy(key + KEY - 3, "A==", 4); /* 21 digits and four bits: sixteen bytes */
    lm_text_printf(head, "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: %s\r\n\r\n", key);
}

/* A server that has not read the key has not understood what was asked: an old answer of a cache, or another protocol. */
static bool is_welcomed(lm_remote_socket *s, const char *key)
{
    const double   until = lm_clock_steady_s() + HANDSHAKE_S;
    const uint8_t *end = NULL;
    bool           well;

    while (!(end = memmem(s->in, s->n, "\r\n\r\n", 4)))
        if (s->n >= MOST_HEAD || !take_more(s, until))
            return false;
    well = lm_remote_accepts((const char *)s->in, (size_t)(end - s->in), key);
    drop(s, (size_t)(end - s->in) + 4);
    return well;
}

lm_remote_socket *lm_remote_listen(lm_remote *r, const char *client)
{
    lm_remote_socket *s = lm_alloc(sizeof *s);
    lm_text           path = { 0 }, head = { 0 };
    char              key[KEY + 1] = "";
    bool              well;

    lm_text_puts(&path, "/ws?clientId=");
    lm_remote_escape(&path, client);
    s->curl = lm_remote_connect(r, path.at, &head);
    if (s->curl)
        ask_for_upgrade(&head, key);
    well = s->curl && send_all(s, head.at, head.size) && is_welcomed(s, key);
    if (head.at)
        explicit_bzero(head.at, head.size);
    lm_text_done(&head);
    lm_text_done(&path);
    if (well)
        return s;
    lm_remote_socket_close(s);
    return NULL;
}

void lm_remote_socket_close(lm_remote_socket *s)
{
    if (!s)
        return;
    curl_easy_cleanup(s->curl);
    lm_free(s);
}

bool lm_remote_is_listening(const lm_remote_socket *s)
{
    return s && !s->broken;
}
