/* nodes.c: which nodes there are: /object_info and its kin, as the worker that checks tells them. */
#include <string.h>

#include "core/base/alloc.h"
#include "web/http/http_condition.h"
#include "web/server/checks.h"
#include "web/server/reply.h"
#include "web/server/told.h"
#include "web/work/work_check.h"

static const char json_type[] = "application/json; charset=utf-8";

/* ------------------------------------------------------------------ all of them, deflated once */

typedef struct lm_deflated {
    int        refs;
    lm_server *server;
    lm_tables *of;
    char      *at;    /* NULL: it gained nothing */
    size_t     n;
    uv_work_t  work;
} deflated;

static void deflated_unref(void *arg)
{
    deflated *d = arg;

    if (!d || --d->refs)
        return;
    lm_tables_unref(d->of);
    lm_free(d->at);
    lm_free(d);
}

static void deflate_there(uv_work_t *work)
{
    deflated *d = work->data;

    if (!lm_gzip(d->of->json, d->of->n, &d->at, &d->n))
        d->at = NULL;
}

/* It takes the place of those before, which live on as long as an answer lends from them. */
static void deflate_done(uv_work_t *work, int status)
{
    deflated  *d = work->data;
    lm_server *s = d->server;

    s->deflating = false;
    if (status) {
        deflated_unref(d);
        return;
    }
    deflated_unref(s->deflated);
    s->deflated = d;
}

/* New tables; who asks meanwhile gets them as any other text. */
static void deflate(lm_server *s, lm_tables *t)
{
    deflated *d;

    if (s->deflating || (s->deflated && s->deflated->of == t))
        return;
    d = lm_alloc(sizeof *d);
    *d = (deflated){ .refs = 1, .server = s, .of = lm_tables_ref(t) };
    d->work.data = d;
    s->deflating = !uv_queue_work(&s->loop, &d->work, deflate_there, deflate_done);
    if (!s->deflating)
        deflated_unref(d);
}

static void tables_unref(void *tables)
{
    lm_tables_unref(tables);
}

static void send_tables(lm_request *rq, deflated *d, lm_tables *t)
{
    lm_reply_bytes bytes = { t->json, t->n, tables_unref, t, t->tag };

    if (d && d->of == t && d->at && lm_http_accepts_gzip(lm_request_head(rq))) {
        bytes = (lm_reply_bytes){ d->at, d->n, deflated_unref, d, t->tag, .gzip = true };
        d->refs++;
    } else {
        lm_tables_ref(t);
    }
    lm_reply_header(rq, "Cache-Control", "no-cache");
    lm_reply_lend(rq, 200, json_type, &bytes);
}

/* ------------------------------------------------------------------ answers */

static void send_one(lm_request *rq, const lm_tables *t, const char *name)
{
    const struct lm_table *table = lm_tables_find(t, name);
    lm_text                out = { 0 };

    lm_text_puts(&out, "{");
    if (table) {
        lm_work_quote(&out, name);
        lm_text_puts(&out, ": ");
        lm_text_add(&out, table->info.at, table->info.n);
    }
    lm_text_puts(&out, "}");
    lm_reply_json(rq, 200, &out);
}

static void no_tables(lm_request *rq)
{
    lm_reply_header(rq, "Retry-After", "1");
    lm_reply_error(rq, 503, "the tables of nodes are not known: the worker that checks did not start, or has just ended");
}

static void told_all(void *self, lm_tables *t)
{
    lm_request *rq = self;
    lm_server  *s = lm_request_self(rq);

    if (t) {
        deflate(s, t);
        send_tables(rq, s->deflated, t);
    } else {
        no_tables(rq);
    }
    lm_request_unref(rq);
}

/* What stands where in widgets_values, class by class. */
static void told_plans(void *self, lm_tables *t)
{
    lm_request          *rq = self;
    const lm_reply_bytes bytes = { t ? t->plans : NULL, t ? t->n_plans : 0, tables_unref, t, t ? t->plans_tag : NULL };

    if (t && t->n_plans) {
        lm_tables_ref(t);
        lm_reply_header(rq, "Cache-Control", "no-cache");
        lm_reply_lend(rq, 200, json_type, &bytes);
    } else {
        no_tables(rq);
    }
    lm_request_unref(rq);
}

static void told_one(void *self, lm_tables *t)
{
    lm_request *rq = self;

    if (t)
        send_one(rq, t, lm_request_arg(rq, 0));
    else
        no_tables(rq);
    lm_request_unref(rq);
}

/* The worker is asked whether its folders have changed, so that a new model is there at once. */
static void object_info(lm_request *rq, void *self)
{
    lm_checks_tables(((lm_server *)self)->checks, told_all, lm_request_ref(rq));
}

static void one_info(lm_request *rq, void *self)
{
    lm_checks_tables(((lm_server *)self)->checks, told_one, lm_request_ref(rq));
}

/* They change when plugins do, so those that are known will do; before the first ones the worker is waited for. */
static void plans(lm_request *rq, void *self)
{
    lm_checks *c = ((lm_server *)self)->checks;

    if (lm_checks_known(c))
        told_plans(lm_request_ref(rq), lm_checks_known(c));
    else
        lm_checks_tables(c, told_plans, lm_request_ref(rq));
}

/* Nodes that took other names: there are none. */
static void replacements(lm_request *rq, void *self)
{
    (void)self;
    lm_reply_json_text(rq, 200, "{}");
}

static void close_nodes(lm_server *s)
{
    deflated_unref(s->deflated);
    s->deflated = NULL;
}

static const lm_route nodes_routes[] = {
    { .methods = LM_GET, .pattern = "/object_info", .handle = object_info, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/object_info/{class}", .handle = one_info, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/limn/plans", .handle = plans },
    { .methods = LM_GET, .pattern = "/node_replacements", .handle = replacements, .flags = LM_ROUTE_API },
    { 0 },
};

const lm_part lm_nodes_part = { .name = "nodes", .close = close_nodes, .routes = nodes_routes };
