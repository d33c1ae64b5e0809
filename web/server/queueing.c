/* queueing.c: the queue as clients see and change it: GET and POST /queue, POST /interrupt, POST /free. */
#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/crash.h"
#include "core/graph/json.h"
#include "web/server/listing.h"
#include "web/server/reply.h"
#include "web/server/runner.h"
#include "web/work/wire.h"

/* ------------------------------------------------------------------ bodies */

/* true, 1, "x", [1] … as Python sees it. */
static bool is_true(const lm_json *d, const char *key)
{
    const lm_json_ref v = lm_json_get(d, lm_json_root(d), key);
    size_t            n = 0;
    double            number = 0;

    switch (lm_json_kind_of(d, v)) {
    case LM_JSON_TRUE: return true;
    case LM_JSON_NUMBER: return lm_json_to_double(d, v, &number) && number != 0;
    case LM_JSON_STRING: return lm_json_string(d, v, &n) && n;
    case LM_JSON_ARRAY:
    case LM_JSON_OBJECT: return lm_json_count(d, v);
    default: return false;
    }
}

static lm_json *read_body(lm_request *rq, limn_error *err)
{
    const lm_slice body = lm_request_body(rq);
    lm_json       *d = body.n ? lm_json_read(body.at, body.n, err) : lm_json_read("{}", 2, err);

    if (d && lm_json_kind_of(d, lm_json_root(d)) != LM_JSON_OBJECT) {
        limn_fail(err, INPUT, "the body must be a JSON object");
        lm_json_free(d);
        d = NULL;
    }
    return d;
}

static lm_json *body_or_refuse(lm_request *rq)
{
    limn_error err = { 0 };
    lm_json   *d = read_body(rq, &err);

    if (!d)
        lm_reply_fault(rq, 400, "invalid_json", err.text, "");
    return d;
}

/* ------------------------------------------------------------------ GET /queue */

static void put_entry(lm_listing *l, lm_sheet *out, const lm_job *j)
{
    if (j->state == LM_JOB_PENDING && !l->number) {
        lm_sheet_puts(out, "], \"queue_pending\": [");
        l->number = 1;
    } else if (l->told) {
        lm_sheet_puts(out, ", ");
    }
    lm_sheet_tuple(out, j);
}

static void put_tail(lm_listing *l, lm_sheet *out)
{
    lm_sheet_puts(out, l->number ? "]}" : "], \"queue_pending\": []}");
}

static const lm_listing_form queue_form = { .head = "{\"queue_running\": [", .entry = put_entry, .tail = put_tail };

/* A job that begins while its listing is read page by page would be missed: so pages are large. */
enum { QUEUE_PAGE = 8 << 20 };

static void get_queue(lm_request *rq, void *self)
{
    lm_listing l = { .ask = { .list = LM_LIST_QUEUE, .texts = LM_TEXTS_ALL, .max = -1, .offset = -1,
                              .bytes = QUEUE_PAGE },
                     .form = &queue_form };

    snprintf(l.key, sizeof l.key, "queue");
    lm_listing_answer(self, rq, &l);
}

/* ------------------------------------------------------------------ POST /queue */

typedef struct clearing {
    lm_server  *server;
    lm_request *rq;
    int         asked;   /* answers to come, and one for the asking itself */
    lm_outcome  worst;
    limn_error  err;
    bool        changed;
} clearing;

static void one_less(clearing *c)
{
    if (--c->asked)
        return;
    if (c->changed)
        lm_runner_tell_status(c->server->runner);
    if (c->worst == LM_STORE_DONE)
        lm_reply_empty(c->rq, 200);
    else
        lm_reply_outcome(c->rq, c->worst, &c->err);
    lm_request_unref(c->rq);
    lm_free(c);
}

static void note(clearing *c, lm_outcome outcome, const limn_error *err)
{
    if (outcome == LM_STORE_DONE || outcome == LM_STORE_NOTHING || c->worst != LM_STORE_DONE)
        return;
    c->worst = outcome;
    c->err = *err;
}

static void cancelled(void *self, lm_answer *a)
{
    clearing *c = self;

    c->changed |= a->dropped.removed > 0;
    note(c, a->outcome, &a->error);
    one_less(c);
}

/* NULL: all that is pending. What runs is left alone. */
static void cancel(clearing *c, const char *id)
{
    limn_error err = { 0 };

    if (lm_queue_cancel(c->server->queue, id, cancelled, c, &err))
        c->asked++;
    else
        note(c, LM_STORE_BUSY, &err);
}

static void post_queue(lm_request *rq, void *self)
{
    lm_json    *d = body_or_refuse(rq);
    lm_json_ref list;
    clearing   *c;

    if (!d)
        return;
    c = lm_alloc(sizeof *c);
    *c = (clearing){ .server = self, .rq = lm_request_ref(rq), .asked = 1, .worst = LM_STORE_DONE };
    if (is_true(d, "clear"))
        cancel(c, NULL);
    list = lm_json_get(d, lm_json_root(d), "delete");
    for (lm_json_ref v = lm_json_kind_of(d, list) == LM_JSON_ARRAY ? lm_json_first(d, list) : 0; v;
         v = lm_json_next(d, v))
        if (lm_json_kind_of(d, v) == LM_JSON_STRING)
            cancel(c, lm_json_c_string(d, v));
    lm_json_free(d);
    one_less(c);
}

/* ------------------------------------------------------------------ POST /interrupt, POST /free */

static void stopped(void *self, lm_answer *a)
{
    lm_request *rq = self;
    lm_server  *s = lm_request_self(rq);

    if (a->outcome == LM_STORE_DONE && s->runner)
        lm_runner_stop(s->runner, a->dropped.seq, a->dropped.epoch);
    lm_crash_at("interrupt-heard");
    if (a->outcome == LM_STORE_DONE || a->outcome == LM_STORE_NOTHING)
        lm_reply_empty(rq, 200);
    else
        lm_reply_outcome(rq, (int)a->outcome, &a->error);
    lm_request_unref(rq);
}

/* The job is stopped at once where we know it, and answered when the disk has that. A name that nobody here runs may be
 * that of a job which is being leased: the queue knows. NULL: whatever runs. */
static void interrupt(lm_request *rq, lm_server *s, const char *id)
{
    lm_running now = { 0 };
    limn_error err = { 0 };
    const bool meant = lm_runner_running(s->runner, &now) && (!id || !strcmp(id, now.id)) &&
                       lm_runner_stop(s->runner, now.seq, now.epoch);

    if (!meant && (!id || strlen(id) > LM_STORE_NAME_MAX)) {
        lm_reply_empty(rq, 200);
        return;
    }
    lm_request_ref(rq);
    if (lm_queue_stop(s->queue, meant ? now.id : id, meant ? now.epoch : 0, stopped, rq, &err))
        return;
    lm_reply_outcome(rq, LM_STORE_BUSY, &err);
    lm_request_unref(rq);
}

/* *id is NULL where whatever runs is meant: there is no prompt_id, or it is null or "". False: it is something else. */
static bool read_named(lm_json *d, const char **id)
{
    const lm_json_ref v = lm_json_get(d, lm_json_root(d), "prompt_id");

    *id = lm_json_c_string(d, v);
    if (*id && !**id)
        *id = NULL;
    return !v || lm_json_kind_of(d, v) == LM_JSON_NULL || lm_json_kind_of(d, v) == LM_JSON_STRING;
}

/* One job is never taken for all: what cannot be read stops nothing. */
static void post_interrupt(lm_request *rq, void *self)
{
    const char *id = NULL;
    limn_error  err = { 0 };
    lm_json    *d = read_body(rq, &err);

    if (!d && err.code == LIMN_MEMORY)
        lm_reply_outcome(rq, LM_STORE_BUSY, &err);
    else if (!d)
        lm_reply_fault(rq, 400, "invalid_json", err.text, "");
    else if (!read_named(d, &id))
        lm_reply_fault(rq, 400, "invalid_prompt_id", "prompt_id must be a text: the id of one job", "");
    else
        interrupt(rq, self, id);
    lm_json_free(d);
}

static void post_free(lm_request *rq, void *self)
{
    lm_server *s = self;
    lm_json   *d = body_or_refuse(rq);

    if (!d)
        return;
    lm_runner_free(s->runner, is_true(d, "free_memory")      ? LM_WIRE_RESULTS | LM_WIRE_MODELS
                              : is_true(d, "unload_models") ? LM_WIRE_MODELS
                                                            : 0);
    lm_json_free(d);
    lm_reply_empty(rq, 200);
}

static const lm_route queueing_routes[] = {
    { .methods = LM_GET, .pattern = "/queue", .handle = get_queue, .flags = LM_ROUTE_API },
    { .methods = LM_POST, .pattern = "/queue", .handle = post_queue, .flags = LM_ROUTE_API, .body_limit = 256 << 10 },
    { .methods = LM_POST, .pattern = "/interrupt", .handle = post_interrupt, .flags = LM_ROUTE_API },
    { .methods = LM_POST, .pattern = "/free", .handle = post_free, .flags = LM_ROUTE_API },
    { 0 },
};

const lm_part lm_queueing_part = { .name = "queueing", .routes = queueing_routes };
