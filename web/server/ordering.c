/* ordering.c: the queue's order and its pause: GET and POST /limn/queue. */
#include <inttypes.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/graph/json.h"
#include "web/server/reply.h"
#include "web/server/runner.h"

enum { BODY = 256 << 10 };

/* ------------------------------------------------------------------ what there is */

static void put_state(lm_text *t, const lm_server *s)
{
    const lm_tally tally = lm_queue_count(s->queue);

    lm_text_printf(t, "{\"paused\": %s, \"running\": %" PRId64 ", \"pending\": %" PRId64,
                   tally.paused ? "true" : "false", tally.running, tally.pending);
}

static void get_state(lm_request *rq, void *self)
{
    lm_text t = { 0 };

    put_state(&t, self);
    lm_text_puts(&t, "}");
    lm_reply_header(rq, "Cache-Control", "no-cache");
    lm_reply_json(rq, 200, &t);
}

/* ------------------------------------------------------------------ what is asked */

static bool is_id(const char *text, size_t n)
{
    return text && n && n <= LM_STORE_NAME_MAX && !memchr(text, 0, n);
}

/* The ids to move; NULL: it is no list of them. *n: how many.                                       [new] */
static const char **read_ids(const lm_json *d, lm_json_ref list, int32_t *n)
{
    const char **ids;

    if (lm_json_kind_of(d, list) != LM_JSON_ARRAY)
        return NULL;
    ids = lm_alloc_array((size_t)lm_json_count(d, list) + 1, sizeof *ids);
    *n = 0;
    for (lm_json_ref v = lm_json_first(d, list); v; v = lm_json_next(d, v)) {
        size_t size = 0;

        ids[*n] = lm_json_string(d, v, &size);
        if (!is_id(ids[(*n)++], size)) {
            lm_free(ids);
            return NULL;
        }
    }
    return ids;
}

/* NULL: to the end. False: it is neither that nor an id. */
static bool read_before(const lm_json *d, lm_json_ref v, const char **out)
{
    const lm_json_kind kind = lm_json_kind_of(d, v);
    size_t             size = 0;

    *out = lm_json_string(d, v, &size);
    return kind == LM_JSON_ABSENT || kind == LM_JSON_NULL || is_id(*out, size);
}

/* ------------------------------------------------------------------ what comes of it */

typedef struct asking {
    lm_server  *server;
    lm_request *rq;
} asking;

static void done(void *self, lm_answer *a)
{
    asking *k = self;
    lm_text t = { 0 };

    if (a->outcome == LM_STORE_DONE) {
        lm_runner_tell_status(k->server->runner);
        lm_runner_look(k->server->runner);
        put_state(&t, k->server);
        lm_text_printf(&t, ", \"moved\": %" PRId64 "}", a->moved);
        lm_reply_json(k->rq, 200, &t);
    } else if (a->outcome == LM_STORE_NOTHING || a->outcome == LM_STORE_REFUSED) {
        lm_reply_error(k->rq, 409, a->error.text);
    } else {
        lm_reply_outcome(k->rq, a->outcome, &a->error);
    }
    lm_request_unref(k->rq);
    lm_free(k);
}

static asking *ask(lm_server *s, lm_request *rq)
{
    asking *k = lm_alloc(sizeof *k);

    *k = (asking){ s, lm_request_ref(rq) };
    return k;
}

static void asked(bool well, asking *k, const limn_error *err)
{
    if (well)
        return;
    lm_reply_outcome(k->rq, LM_STORE_BUSY, err);
    lm_request_unref(k->rq);
    lm_free(k);
}

static void move(lm_server *s, lm_request *rq, const lm_json *d)
{
    int32_t      n = 0;
    const char **ids = read_ids(d, lm_json_get(d, lm_json_root(d), "ids"), &n), *before;
    limn_error   err = { 0 };
    asking      *k;

    if (!ids) {
        lm_reply_error(rq, 400, "ids must be a list of jobs' ids");
    } else if (!read_before(d, lm_json_get(d, lm_json_root(d), "before"), &before)) {
        lm_reply_error(rq, 400, "before must be a job's id, or null for the end");
    } else {
        k = ask(s, rq);
        asked(lm_queue_move(s->queue, ids, n, before, done, k, &err), k, &err);
    }
    lm_free(ids);
}

static void pause_queue(lm_server *s, lm_request *rq, bool paused)
{
    limn_error err = { 0 };
    asking    *k = ask(s, rq);

    asked(lm_queue_pause(s->queue, paused, done, k, &err), k, &err);
}

static void post_order(lm_request *rq, void *self)
{
    const lm_slice body = lm_request_body(rq);
    limn_error     err = { 0 };
    lm_json       *d = lm_json_read(body.at, body.n, &err);
    const char    *op = d ? lm_json_c_string(d, lm_json_get(d, lm_json_root(d), "op")) : NULL;

    if (!d)
        lm_reply_error(rq, 400, err.text);
    else if (op && !strcmp(op, "move"))
        move(self, rq, d);
    else if (op && (!strcmp(op, "pause") || !strcmp(op, "resume")))
        pause_queue(self, rq, !strcmp(op, "pause"));
    else
        lm_reply_error(rq, 400, "op must be move, pause or resume");
    lm_json_free(d);
}

static const lm_route ordering_routes[] = {
    { .methods = LM_GET, .pattern = "/limn/queue", .handle = get_state },
    { .methods = LM_POST, .pattern = "/limn/queue", .handle = post_order, .body_limit = BODY },
    { 0 },
};

const lm_part lm_ordering_part = { .name = "ordering", .routes = ordering_routes };
