/* opening.c: POST /limn/open and /limn/diff: what a file carries that was dropped on the canvas, and what changed between
 * two workflows. The worker that checks looks into them: here nothing is decoded, unpacked or read. */
#include "web/server/checks.h"
#include "web/server/reply.h"
#include "web/work/wire.h"

static void busy(lm_request *rq, const char *sentence)
{
    lm_reply_header(rq, "Retry-After", "2");
    lm_reply_error(rq, 503, sentence);
}

static void told(void *self, const lm_checked *c)
{
    lm_request *rq = self;

    if (!c->json)
        busy(rq, c->words);
    else if (c->how == LM_CHECKED_STARVED)
        busy(rq, "there is no memory to look into this");
    else
        lm_reply_copy(rq, c->how == LM_CHECKED_NO_WORKFLOW ? 400 : 200, "application/json; charset=utf-8", c->json,
                      c->n);
    lm_request_unref(rq);
}

static void ask(lm_request *rq, lm_server *s, int64_t how, const char *empty)
{
    lm_to_check what = { .prompt = lm_request_body(rq), .how = how };
    limn_error  err = { 0 };

    if (!what.prompt.n) {
        lm_reply_error(rq, 400, empty);
        return;
    }
    if (!lm_checks_prompt(s->checks, &what, told, lm_request_ref(rq), &err)) {
        busy(rq, err.text);
        lm_request_unref(rq);
    }
}

static void post_open(lm_request *rq, void *self)
{
    ask(rq, self, LM_WIRE_OPEN, "the body is a file's bytes, and this one is empty");
}

static void post_diff(lm_request *rq, void *self)
{
    ask(rq, self, LM_WIRE_DIFF, "the body is two workflows, {\"a\": …, \"b\": …}, and this one is empty");
}

static const lm_route opening_routes[] = {
    { .methods = LM_POST, .pattern = "/limn/open", .handle = post_open, .body_limit = LM_BODY_PROMPT },
    { .methods = LM_POST, .pattern = "/limn/diff", .handle = post_diff, .body_limit = LM_BODY_PROMPT },
    { 0 },
};

const lm_part lm_opening_part = { .name = "opening", .routes = opening_routes };
