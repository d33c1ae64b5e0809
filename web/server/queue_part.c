/* queue_part.c: the queue's place in the server: its folder, and the wake that lets the loop give out answers. */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "web/server/part.h"

typedef struct wake {
    uv_async_t async;
    lm_server *server;
} wake;

static void drain(uv_async_t *async)
{
    lm_queue *q = ((wake *)async->data)->server->queue;

    if (q)
        lm_queue_drain(q);
}

/* From the queue's threads. */
static void answers_wait(void *self)
{
    uv_async_send(&((wake *)self)->async);
}

/* ------------------------------------------------------------------ the start */

typedef struct told {
    bool       answered;
    lm_outcome outcome;
    limn_error error;
} told;

static void hear(void *self, lm_answer *a)
{
    *(told *)self = (told){ true, a->outcome, a->error };
}

/* Paused, or not, as the command line says; on the disk before anything can be leased. Nobody is served yet, so it waits. */
static bool begin_as_told(lm_server *s, limn_error *err)
{
    told t = { 0 };

    if (s->o->queue_start == LM_START_KEPT)
        return true;
    if (!lm_queue_pause(s->queue, s->o->queue_start == LM_START_PAUSED, hear, &t, err))
        return false;
    while (!t.answered) {
        uv_sleep(1);
        lm_queue_drain(s->queue);
    }
    return t.outcome == LM_STORE_DONE || limn_fail(err, FILE, "the queue cannot be %s: %s",
        s->o->queue_start == LM_START_PAUSED ? "paused" : "resumed", *t.error.text ? t.error.text : "the disk refuses");
}

static bool open_queue(lm_server *s, limn_error *err)
{
    lm_queue_options o = { .store.keep = s->o->keep, .most_pending = s->o->most_pending, .most_of_owner = s->o->most_of_client,
                           .wake = answers_wait };
    wake            *w = lm_alloc(sizeof *w);
    lm_text          folder = { 0 };

    *w = (wake){ .server = s };
    uv_async_init(&s->loop, &w->async, drain);
    w->async.data = w;
    s->queue_wake = w;
    lm_text_printf(&folder, "%s/state", s->o->base);
    o.store.folder = folder.at;
    o.self = w;
    s->queue = lm_queue_open(&o, err);
    lm_text_done(&folder);
    return s->queue && begin_as_told(s, err);
}

static void wake_closed(uv_handle_t *handle)
{
    wake      *w = handle->data;
    lm_server *s = w->server;

    lm_free(w);
    lm_server_stopped(s);
}

/* Finishes what was asked; its answers may still reach who asked. */
static void stop_queue(lm_server *s)
{
    wake *w = s->queue_wake;

    if (s->queue)
        lm_queue_close(s->queue);
    s->queue = NULL;
    uv_close((uv_handle_t *)&w->async, wake_closed);
}

const lm_part lm_queue_part = { .name = "queue", .open = open_queue, .stop = stop_queue };
