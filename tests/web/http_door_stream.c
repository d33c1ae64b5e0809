/* http_door_stream.c: an answer of any length, piece by piece. */
#include "core/base/alloc.h"
#include "tests/web/http_door_parts.h"
#include "web/http/http_reply.h"

typedef struct stream {
    long left;
} stream;

static void stream_more(lm_request *rq, void *self)
{
    static const char piece[10000];
    stream           *s = self;
    bool              room = true;

    while (s->left > 0 && room && !lm_request_gone(rq)) {
        const long n = s->left < (long)sizeof piece ? s->left : (long)sizeof piece;

        s->left -= n;
        room = lm_reply_put(rq, piece, (size_t)n);
    }
    if (s->left > 0 || lm_request_gone(rq)) /* stream_gone will be told */
        return;
    lm_request_on_gone(rq, NULL, NULL);
    lm_reply_end(rq);
    lm_free(s);
    lm_request_unref(rq);
}

static void stream_gone(lm_request *rq, void *self)
{
    lm_free(self);
    lm_request_unref(rq);
}

void http_door_stream(lm_request *rq, void *self)
{
    stream *s = lm_alloc(sizeof *s);

    (void)self;
    s->left = http_door_number(rq, "bytes", 1000000);
    lm_request_ref(rq);
    lm_request_on_gone(rq, stream_gone, s);
    lm_reply_begin(rq, 200, http_door_number(rq, "text", 0) ? "text/plain" : "application/octet-stream", stream_more, s);
    stream_more(rq, s);
}
