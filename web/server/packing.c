/* packing.c: POST /limn/pack: a workflow made into what travels, by the worker that checks: here nothing is read of it. */
#include <string.h>

#include "core/base/alloc.h"
#include "web/server/checks.h"
#include "web/server/reply.h"
#include "web/server/types.h"
#include "web/work/wire.h"

static const struct kind {
    const char *as, *type, *file; /* file: to be saved under; NULL: told */
} kinds[] = {
    { "list", "application/json; charset=utf-8", NULL },
    { "bundle", "application/octet-stream", "workflow.limn" },
    { "png", "image/png", "workflow.png" },
    { "webp", "image/webp", "workflow.webp" },
    { "json", "application/json; charset=utf-8", "workflow.json" },
};

typedef struct packing {
    lm_request        *rq; /* held */
    const struct kind *kind;
} packing;

static void busy(lm_request *rq, const char *sentence)
{
    lm_reply_header(rq, "Retry-After", "2");
    lm_reply_error(rq, 503, sentence);
}

static void send_packed(const packing *p, const lm_checked *c)
{
    const lm_content content = { p->kind->type, false, false };

    if (p->kind->file)
        lm_content_headers(p->rq, &content, p->kind->file);
    lm_reply_copy(p->rq, 200, p->kind->type, c->json, c->n);
}

static void packed(void *self, const lm_checked *c)
{
    packing *p = self;

    if (!c->json)
        busy(p->rq, c->words);
    else if (c->how == LM_CHECKED_STARVED)
        busy(p->rq, "there is no memory to pack this");
    else if (c->how == LM_CHECKED_NO_WORKFLOW)
        lm_reply_copy(p->rq, 400, "application/json; charset=utf-8", c->json, c->n);
    else
        send_packed(p, c);
    lm_request_unref(p->rq);
    lm_free(p);
}

static const struct kind *kind_of(const char *as)
{
    for (size_t i = 0; as && i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i].as, as))
            return &kinds[i];
    return NULL;
}

static void post_pack(lm_request *rq, void *self)
{
    lm_server         *s = self;
    const struct kind *kind = kind_of(lm_request_query(rq, "as"));
    const lm_to_check  what = { .prompt = lm_request_body(rq), .how = LM_WIRE_MAKE,
                                .extra = kind ? (lm_slice){ kind->as, strlen(kind->as) } : (lm_slice){ 0 } };
    limn_error         err = { 0 };
    packing           *p;

    if (!kind || !what.prompt.n) {
        lm_reply_error(rq, 400, kind ? "the body is {\"workflow\": {…}, …}, and this one is empty"
                                     : "as is list, bundle, png, webp or json");
        return;
    }
    p = lm_try_alloc(sizeof *p);
    if (!p) {
        busy(rq, "there is no memory to pack this");
        return;
    }
    *p = (packing){ lm_request_ref(rq), kind };
    if (!lm_checks_prompt(s->checks, &what, packed, p, &err)) {
        busy(rq, err.text);
        lm_request_unref(rq);
        lm_free(p);
    }
}

static const lm_route packing_routes[] = {
    { .methods = LM_POST, .pattern = "/limn/pack", .handle = post_pack, .body_limit = LM_BODY_PROMPT },
    { 0 },
};

const lm_part lm_packing_part = { .name = "packing", .routes = packing_routes };
