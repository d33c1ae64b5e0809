/* fuzz_hub.c: what a client says over its WebSocket, as lm_hub_hear is told of it: frames of any size and order, whose bytes
 * libwebsockets has unmasked. A frame of the input is a byte of flags (1: the last of its message, 2: binary, 4: a second has
 * passed), two bytes of size, and so many bytes; one of 65280 and more is sixteen times as long, and ends in many an "a".
 *
 * Beyond not crashing: whole, byte by byte and in sevens it comes to the same; no more is kept than a handshake may have; and a
 * message, its fragments and the frames of a second stay within their limits or the socket is closed with the right code. */
#include <string.h>

#include "core/base/alloc.h"
#include "tests/fuzz/fuzz.h"
#include "web/server/hub_inside.h"
#include "web/server/part.h"

enum { LAST = 1, BINARY = 2, LATER = 4, REPEATED = 65280, TIMES = 16 };

static lm_server server;
static lm_hub    hub = { .server = &server };

typedef struct story {
    int  code, messages; /* the code to close with; 0: none */
    bool greeted, metadata;
} story;

/* In a block of its own, so that a byte read beyond its end is seen. */
static int tell(lm_hub_socket *s, const char *at, size_t n, size_t left, int flags)
{
    char *copy = lm_copy_bytes(at, n);
    int   code = lm_hub_hear(s, &(lm_heard){ { copy, n }, left, (flags & LAST) && !left, flags & BINARY });

    lm_free(copy);
    want(code == 0 || code == 1008 || code == 1009, "a code that is meant");
    want(s->text_n <= LM_HUB_HANDSHAKE && (s->in_message || code || !s->text), "no more is kept than a handshake, and not for long");
    want(code || (s->heard <= hub.limits.message && s->fragments <= hub.limits.fragments && s->frames <= hub.limits.frames),
         "limits hold");
    return code;
}

static int tell_frame(lm_hub_socket *s, const char *at, size_t n, size_t piece, int flags)
{
    int code = n ? 0 : tell(s, at, 0, 0, flags);

    for (size_t some; n && !code; n -= some, at += some) {
        some = n < piece ? n : piece;
        code = tell(s, at, some, n - some, flags);
    }
    return code;
}

static story hear(const char *in, size_t size, size_t piece)
{
    static char    frame[65535 + TIMES * 65536];
    lm_hub_socket *s = lm_hub_socket_new(&hub);
    story          out = { 0 };

    server.loop.time = 1000;
    hub.counts = (lm_hub_counts){ 0 };
    while (size >= 3 && !out.code) {
        const int flags = (uint8_t)in[0];
        size_t    n = (uint8_t)in[1] | (size_t)(uint8_t)in[2] << 8;
        size_t    here = n < size - 3 ? n : size - 3;

        memcpy(frame, in + 3, here);
        n = n < REPEATED ? here : n * TIMES;
        memset(frame + here, 'a', n - here);
        server.loop.time += flags & LATER ? 1000 : 0;
        out.code = tell_frame(s, frame, n, n > 4096 && piece < 4096 ? 4096 : piece, flags);
        in += 3 + here;
        size -= 3 + here;
    }
    out.messages = (int)hub.counts.received;
    out.greeted = s->greeted;
    out.metadata = s->metadata;
    lm_hub_socket_unref(s);
    return out;
}

static void same(const story *a, const story *b)
{
    want(a->code == b->code && a->messages == b->messages && a->metadata == b->metadata &&
         (a->code || a->greeted == b->greeted), "pieces make no difference");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *in = (const char *)data;
    story       whole, sevens, bytes;

    hub.limits = lm_hub_defaults();
    strcpy(hub.features, "{}");
    whole = hear(in, size, SIZE_MAX / 2);
    sevens = hear(in, size, 7);
    bytes = hear(in, size, 1);
    same(&whole, &sevens);
    same(&whole, &bytes);
    return 0;
}
