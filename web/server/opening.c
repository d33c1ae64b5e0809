/* opening.c: POST /limn/open: what a file carries that was dropped on the canvas. The worker that checks looks into it:
 * here nothing is decoded and nothing unpacked. */
#include "web/server/checks.h"
#include "web/server/reply.h"
#include "web/work/wire.h"

static void busy(lm_request *rq, const char *sentence)
{
    lm_reply_header(rq, "Retry-After", "2");
    lm_reply_error(rq, 503, sentence);
}

static void opened(void *self, const lm_checked *c)
{
    lm_request *rq = self;

    if (!c->json)
        busy(rq, c->words);
    else if (c->how == LM_CHECKED_STARVED)
        busy(rq, "there is no memory to open this file");
    else
        lm_reply_copy(rq, c->how == LM_CHECKED_NO_WORKFLOW ? 400 : 200, "application/json; charset=utf-8", c->json,
                      c->n);
    lm_request_unref(rq);
}

static void post_open(lm_request *rq, void *self)
{
    lm_server  *s = self;
    lm_to_check what = { .prompt = lm_request_body(rq), .how = LM_WIRE_OPEN };
    limn_error  err = { 0 };

    if (!what.prompt.n) {
        lm_reply_error(rq, 400, "the body is a file's bytes, and this one is empty");
        return;
    }
    if (!lm_checks_prompt(s->checks, &what, opened, lm_request_ref(rq), &err)) {
        busy(rq, err.text);
        lm_request_unref(rq);
    }
}

static const lm_route opening_routes[] = {
    { .methods = LM_POST, .pattern = "/limn/open", .handle = post_open, .body_limit = LM_BODY_PROMPT },
    { 0 },
};

const lm_part lm_opening_part = { .name = "opening", .routes = opening_routes };
