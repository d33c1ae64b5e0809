/* prompt.c: POST /prompt, from its body to a job on the disk; POST /limn/check, which ends before that; GET /prompt. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/crash.h"
#include "web/server/checks_parts.h"
#include "web/server/members.h"
#include "web/server/prompt_parts.h"
#include "web/server/reply.h"
#include "web/server/runner.h"
#include "web/work/work_check.h"

enum { REPLY_BYTES = 6 * LM_STORE_NAME_MAX + 256 }; /* of an accepted prompt, without its node_errors */

/* ------------------------------------------------------------------ GET /prompt */

static void get_prompt(lm_request *rq, void *self)
{
    lm_server *s = self;
    lm_text    t = { 0 };

    lm_text_printf(&t, "{\"exec_info\": {\"queue_remaining\": %" PRId64 "}}", lm_runner_remaining(s->runner));
    lm_reply_json(rq, 200, &t);
}

/* ------------------------------------------------------------------ one that was posted */

typedef struct posting {
    uv_work_t   work;
    lm_server  *server;
    lm_request *rq;
    lm_slice    body, source;  /* of the request */
    lm_posted   posted;
    lm_text     node_errors, reply; /* reply: room for what is said when it is in the queue */
    bool        only_check;
} posting;

static void end(posting *p)
{
    lm_request *rq = p->rq;

    lm_posted_done(&p->posted);
    lm_text_done(&p->node_errors);
    lm_text_done(&p->reply);
    lm_free(p);
    lm_request_unref(rq);
}

static void refuse(posting *p, int status, const char *type, const char *sentence)
{
    if (status == 503 || status == 429)
        lm_reply_header(p->rq, "Retry-After", "2");
    lm_reply_fault(p->rq, status, type, sentence, sentence);
    end(p);
}

/* Whole numbers as such. */
static void put_number(lm_text *t, double number)
{
    if (number == floor(number) && fabs(number) < 1e15)
        lm_text_printf(t, "%.0f", number == 0 ? 0.0 : number);
    else
        lm_text_printf(t, "%.17g", number);
}

/* ------------------------------------------------------------------ it is in the queue */

/* The room was made before: a job that is in the queue is not answered with a 503. */
static void reply_accepted(posting *p, const lm_job *job)
{
    lm_text *t = &p->reply;

    lm_text_puts(t, "{\"prompt_id\": ");
    lm_work_quote(t, job->id);
    lm_text_puts(t, ", \"number\": ");
    put_number(t, job->number);
    lm_text_puts(t, ", \"node_errors\": ");
    lm_text_add(t, p->node_errors.size ? p->node_errors.at : "{}", p->node_errors.size ? p->node_errors.size : 2);
    lm_text_puts(t, "}");
    lm_reply_json(p->rq, 200, t);
}

static void accepted(void *self, lm_answer *a)
{
    posting *p = self;

    if (a->outcome == LM_STORE_DONE) {
        lm_crash_at("prompt-accepted");
        lm_runner_tell_status(p->server->runner);
        lm_runner_look(p->server->runner);
        reply_accepted(p, &a->job);
        lm_crash_at("prompt-answered");
    } else {
        lm_reply_outcome(p->rq, a->outcome, &a->error);
    }
    end(p);
}

static lm_blob take_text(lm_text *t)
{
    const size_t n = t->size;

    return n ? (lm_blob){ lm_text_take(t), n } : (lm_blob){ 0 };
}

/* Who asks, as a number: by its client_id, or else by its address. Never 0. */
static int64_t owner_of(const posting *p)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */

    if (!p->posted.client || !*p->posted.client)
        return (int64_t)(lm_request_source(p->rq) | 1ull << 63);
    for (const char *c = p->posted.client; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    return (int64_t)(hash >> 1 | 1);
}

static void submit(posting *p, const lm_checked *c)
{
    lm_posted    *in = &p->posted;
    lm_submission s = { .id = in->id, .client = in->client, .numbered = in->numbered, .front = in->front,
                        .number = in->number, .created_ms = in->created_ms, .owner = owner_of(p) };
    lm_text       extra = { .may_fail = true }, targets = { .may_fail = true };
    limn_error    err = { 0 };

    lm_text_add(&p->node_errors, c->node_errors.at, c->node_errors.n);
    lm_text_room(&p->reply, p->node_errors.size + REPLY_BYTES);
    lm_posted_extra(in, &extra);
    lm_text_add(&targets, c->outputs.at ? c->outputs.at : "[]", c->outputs.at ? c->outputs.n : 2);
    if (p->node_errors.failed || p->reply.failed || extra.failed || targets.failed) {
        lm_text_done(&extra);
        lm_text_done(&targets);
        refuse(p, 503, "busy", "there is no memory for another prompt");
        return;
    }
    s.prompt = take_text(&in->prompt);
    s.extra = take_text(&extra);
    s.targets = take_text(&targets);
    if (!lm_queue_submit(p->server->queue, &s, accepted, p, &err))
        refuse(p, 503, "busy", err.text);
}

/* ------------------------------------------------------------------ it was checked */

static void reply_unfit(posting *p, const lm_checked *c)
{
    lm_text t = { .may_fail = true };

    lm_text_puts(&t, "{\"error\": ");
    lm_text_add(&t, c->error.n ? c->error.at : "null", c->error.n ? c->error.n : 4);
    lm_text_puts(&t, ", \"node_errors\": ");
    lm_text_add(&t, c->node_errors.n ? c->node_errors.at : "{}", c->node_errors.n ? c->node_errors.n : 2);
    lm_text_puts(&t, "}");
    lm_reply_json(p->rq, 400, &t);
    end(p);
}

static void checked(void *self, const lm_checked *c)
{
    posting *p = self;

    lm_crash_at("prompt-checked");
    if (!c->json) {
        refuse(p, 503, "not_checked", c->words);
    } else if (c->how == LM_CHECKED_STARVED) {
        refuse(p, 503, "busy", "there is no memory to check this workflow");
    } else if (p->only_check) {
        lm_reply_copy(p->rq, c->how == LM_CHECKED_NO_WORKFLOW ? 400 : 200, "application/json; charset=utf-8", c->json,
                      c->n);
        end(p);
    } else if (!c->runs) {
        reply_unfit(p, c);
    } else if (p->server->leaving) {
        refuse(p, 503, "ending", "limn is ending");
    } else {
        submit(p, c);
    }
}

static lm_slice slice_of(const lm_text *t)
{
    return (lm_slice){ lm_text_str(t), t->size };
}

static int64_t how_to_check(const posting *p)
{
    return (p->only_check ? LM_WIRE_WHOLE : 0) | (p->posted.canvas ? LM_WIRE_CANVAS : 0) |
           (p->posted.canvas_too ? LM_WIRE_CANVAS_TOO : 0);
}

/* On the loop: the body was read. */
static void was_read(posting *p)
{
    lm_posted  *in = &p->posted;
    limn_error  err = { 0 };
    lm_to_check what = { .prompt = slice_of(&in->prompt), .extra = slice_of(&in->extra),
                         .targets = slice_of(&in->targets), .how = how_to_check(p) };

    if (in->fault)
        refuse(p, in->err.code == LIMN_MEMORY ? 503 : 400, in->fault, in->err.text);
    else if (!lm_checks_prompt(p->server->checks, &what, checked, p, &err))
        refuse(p, 503, "busy", err.text);
}

/* ------------------------------------------------------------------ POST /prompt */

static void read_beside(uv_work_t *work)
{
    posting *p = work->data;

    lm_posted_read(&p->posted, p->body, p->source);
}

static void has_read(uv_work_t *work, int status)
{
    (void)status;
    was_read(work->data);
}

static void take(lm_request *rq, lm_server *s, bool only_check)
{
    posting *p = lm_try_alloc(sizeof *p);

    lm_crash_at("prompt-come");
    if (!p) {
        lm_reply_fault(rq, 503, "busy", "there is no memory for another prompt", "");
        return;
    }
    *p = (posting){ .server = s, .only_check = only_check, .posted.checked_only = only_check,
                    .rq = lm_request_ref(rq), .body = lm_request_body(rq), .node_errors.may_fail = true,
                    .reply.may_fail = true,
                    .source = lm_request_header(rq, "Comfy-Usage-Source") };
    p->work.data = p;
    if (p->body.n > LM_LOOP_JSON && !uv_queue_work(&p->server->loop, &p->work, read_beside, has_read))
        return;
    lm_posted_read(&p->posted, p->body, p->source);
    was_read(p);
}

static void post_prompt(lm_request *rq, void *self)
{
    take(rq, self, false);
}

/* web/work/work_check.h's and work_workflow.h's JSON: what would be wrong with it, and what would run. */
static void check_prompt(lm_request *rq, void *self)
{
    take(rq, self, true);
}

static const lm_route prompt_routes[] = {
    { .methods = LM_GET, .pattern = "/prompt", .handle = get_prompt, .flags = LM_ROUTE_API },
    { .methods = LM_POST, .pattern = "/prompt", .handle = post_prompt, .flags = LM_ROUTE_API,
      .body_limit = LM_BODY_PROMPT },
    { .methods = LM_POST, .pattern = "/limn/check", .handle = check_prompt, .body_limit = LM_BODY_PROMPT },
    { 0 },
};

const lm_part lm_prompt_part = { .name = "prompt", .routes = prompt_routes };
