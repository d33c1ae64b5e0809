/* http_door_odd.c: handlers that answer twice, take nothing, ask too late. */
#include <stdio.h>
#include <string.h>

#include "tests/web/http_door_parts.h"
#include "web/http/http_reply.h"

static void text(lm_request *rq, const char *words)
{
    lm_reply_copy(rq, 200, "text/plain", words, strlen(words));
}

/* What comes after the first answer is nothing. */
static void twice(lm_request *rq, void *self)
{
    lm_taken_socket s;

    lm_request_ref(rq);
    if (lm_request_take_socket(rq, &s)) /* nobody asked for an upgrade */
        abort();
    text(rq, self); /* the row's own */
    lm_reply_header(rq, "X-Late", "yes");
    text(rq, "second");
    lm_reply_empty(rq, 204);
    lm_reply_begin(rq, 200, "text/plain", NULL, NULL);
    lm_reply_put(rq, "third", 5);
    lm_reply_end(rq);
    lm_request_unref(rq);
    lm_request_unref(NULL);
}

/* The body goes nowhere, and nobody holds the request. */
static bool swallow(lm_request *rq, lm_slice piece, void *self)
{
    (void)self;
    if (!piece.at)
        text(rq, "swallowed");
    return true;
}

static void sink(lm_request *rq, void *self)
{
    lm_request_receive(rq, swallow, self);
}

/* A file that came and is wanted by nobody. ?taken=1 takes it, twice. */
static void leave(lm_request *rq, void *self)
{
    char      temporary[LM_DRAWER_NAME], again[LM_DRAWER_NAME];
    const int fd = http_door_number(rq, "taken", 0) ? lm_request_take_file(rq, temporary) : -1;

    (void)self;
    if (fd >= 0) {
        if (lm_request_take_file(rq, again) != -1)
            abort();
        lm_drawer_drop(http_door_drawer(), fd, temporary);
    }
    text(rq, "left");
}

static void no_file(lm_request *rq, void *self)
{
    char temporary[LM_DRAWER_NAME];

    (void)self;
    text(rq, lm_request_take_file(rq, temporary) == -1 ? "none" : "one");
}

static void never_ready(lm_request *rq, void *self)
{
    (void)rq, (void)self;
}

/* A stream whose head cannot be sent (?bad=1), or of a status that has no body (?status=204). */
static void begin(lm_request *rq, void *self)
{
    (void)self;
    lm_request_ref(rq);
    if (http_door_number(rq, "bad", 0))
        lm_reply_header(rq, "X-Bad", "a\nb");
    lm_reply_begin(rq, (int)http_door_number(rq, "status", 200), "text/plain", never_ready, NULL);
    lm_reply_put(rq, "", 0);
    lm_reply_put(rq, "words", 5);
    lm_reply_end(rq);
    lm_reply_end(rq);
    lm_request_unref(rq);
}

static void peer(lm_request *rq, void *self)
{
    char words[200];

    (void)self;
    snprintf(words, sizeof words, "%s %s %s", lm_request_peer(rq), lm_request_peer(rq), lm_request_arg(rq, 5));
    text(rq, words);
}

/* Socket rows are asked with other methods, too. */
static void upgraded(lm_request *rq, void *self)
{
    (void)self;
    text(rq, lm_request_wants_socket(rq) ? "socket" : "none");
}

const lm_route http_door_odd[] = {
    { LM_GET, "/twice", twice, 0, 0, "once" },
    { LM_POST, "/sink", sink, LM_ROUTE_STREAM, 1 << 20, NULL },
    { LM_POST, "/leave", leave, LM_ROUTE_FILE, 1 << 20, NULL },
    { LM_GET, "/no-file", no_file, 0, 0, NULL },
    { LM_GET, "/begin", begin, 0, 0, NULL },
    { LM_GET, "/peer", peer, 0, 0, NULL },
    { LM_GET | LM_POST, "/upgrade", upgraded, LM_ROUTE_SOCKET, 0, NULL },
    { 0 },
};
