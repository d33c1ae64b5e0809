/* runner_end.c: how a job ended: the last message of its client, and what the history keeps. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "web/server/checks_parts.h"
#include "web/server/members.h"
#include "web/server/runner_parts.h"
#include "web/work/work_check.h"

enum { ERROR_MAX = 12 << 20 };

/* ------------------------------------------------------------------ the record */

/* What is put together for it; beside the loop where it is much. */
typedef struct record {
    uv_work_t work;
    lm_way   *way;
    lm_result result;
    lm_text   error; /* execution_error's data; empty */
} record;

static lm_blob blob_of(lm_text *t)
{
    const size_t size = t->size;

    return (lm_blob){ lm_text_take(t), size };
}

/* Without memory for it: nothing, as where nothing was given. */
static lm_blob wrapped(const char *open, const char *at, size_t n, const char *close)
{
    lm_text t = { .may_fail = true };

    lm_text_puts(&t, open);
    if (n)
        lm_text_add(&t, at, n);
    lm_text_puts(&t, close);
    return t.failed ? (lm_blob){ 0 } : blob_of(&t);
}

static void sum_up(uv_work_t *work)
{
    record *r = work->data;
    lm_text summary = { 0 };

    lm_summary_write(&summary, r->way->began_ms, r->result.ended_ms, r->result.outputs.at, r->result.outputs.size,
                     r->error.at, r->error.size, &r->way->sender);
    r->result.summary = blob_of(&summary);
}

static void summed_up(uv_work_t *work, int status)
{
    record    *r = work->data;
    lm_runner *runner = r->way->runner;

    (void)status;
    lm_way_record(r->way, &r->result);
    lm_text_done(&r->error);
    lm_free(r);
    lm_runner_answered(runner);
}

/* A job must not fail to end because what it gave cannot be noted. */
static void tell_loss(const record *r)
{
    const lm_way *way = r->way;

    if (way->messages.failed || way->outputs.failed || way->meta.failed || r->error.failed ||
        !r->result.messages.at || !r->result.outputs.at || !r->result.meta.at)
        lm_log(LM_LOG_WARN, "job %s: there is no memory to note all that it told and gave", way->id);
}

/* Takes `way`, and the texts of `error`. `m` NULL: what was heard until now. */
static void keep(lm_way *way, lm_job_state state, const lm_wire *m, lm_text *error)
{
    record *r = lm_alloc(sizeof *r);

    r->way = way;
    r->work.data = r;
    r->error = *error;
    *error = (lm_text){ 0 };
    r->result = (lm_result){
        .state = state, .ended_ms = lm_clock_ms(),
        .messages = wrapped("[", way->messages.at, way->messages.size, "]"),
        .outputs = m ? wrapped("", m->texts[LM_END_OUTPUTS].at, m->texts[LM_END_OUTPUTS].size, "")
                     : wrapped("{", way->outputs.at, way->outputs.size, "}"),
        .meta = m ? wrapped("", m->texts[LM_END_META].at, m->texts[LM_END_META].size, "")
                  : wrapped("{", way->meta.at, way->meta.size, "}"),
    };
    tell_loss(r);
    way->runner->asked++;
    if (r->result.outputs.size + r->error.size > LM_LOOP_JSON &&
        !uv_queue_work(&way->runner->server->loop, &r->work, sum_up, summed_up))
        return;
    sum_up(&r->work);
    summed_up(&r->work, 0);
}

/* ------------------------------------------------------------------ words */

static void add_member(lm_text *out, const char *key, const char *text)
{
    lm_text_printf(out, ", \"%s\": ", key);
    lm_work_quote(out, text);
}

/* What the worker told of the fault, with the prompt's id and the time. */
static void put_fault(lm_text *out, const lm_way *way, const lm_wire *m)
{
    const lm_wire_text *e = &m->texts[LM_END_ERROR];
    const lm_slice      inside = lm_members_inside((lm_slice){ e->at, e->size });

    lm_text_printf(out, "{\"prompt_id\": %s", way->quoted);
    if (inside.n && inside.n <= ERROR_MAX) {
        lm_text_puts(out, ", ");
        lm_text_add(out, inside.at, inside.n);
    } else {
        add_member(out, "node_id", m->texts[LM_END_NODE].at);
        add_member(out, "node_type", m->texts[LM_END_CLASS].at);
        lm_text_puts(out, ", \"executed\": []");
    }
    lm_text_printf(out, ", \"timestamp\": %" PRId64 "}", lm_clock_ms());
}

typedef struct fault {
    const char *node, *node_class, *type, *message, *more; /* more: of the traceback; NULL */
    const char *plugin;
    int         signal;
} fault;

/* execution_error's data for what no node said by itself. */
static void word_fault(lm_text *out, const lm_way *way, const fault *f)
{
    lm_text line = { .may_fail = true };

    lm_text_printf(out, "{\"prompt_id\": %s", way->quoted);
    add_member(out, "node_id", f->node);
    add_member(out, "node_type", f->node_class);
    lm_text_printf(out, ", \"executed\": [%s]", lm_text_str(&way->executed));
    lm_text_printf(&line, "%s\n", f->message);
    add_member(out, "exception_message", line.at);
    add_member(out, "exception_type", f->type);
    lm_text_puts(out, ", \"traceback\": [");
    lm_work_quote(out, line.at);
    if (f->more && *f->more) {
        lm_text_puts(out, ", ");
        lm_work_quote(out, f->more);
    }
    lm_text_puts(out, "], \"current_inputs\": {}, \"current_outputs\": []");
    if (f->plugin && *f->plugin)
        add_member(out, "plugin", f->plugin);
    if (f->signal)
        lm_text_printf(out, ", \"signal\": %d", f->signal);
    lm_text_printf(out, ", \"timestamp\": %" PRId64 "}", lm_clock_ms());
    lm_text_done(&line);
}

static void fail(lm_way *way, lm_job_state state, const fault *f)
{
    lm_text data = { .may_fail = true };

    lm_nodes_flush(way, true);
    word_fault(&data, way, f);
    lm_way_note_last(way, "execution_error", &data, false);
    keep(way, state, NULL, &data);
}

/* ------------------------------------------------------------------ ends */

static void succeed(lm_way *way, const lm_wire *m)
{
    lm_text data = { .may_fail = true };

    lm_text_printf(&data, "{\"prompt_id\": %s, \"timestamp\": %" PRId64 "}", way->quoted, lm_clock_ms());
    lm_way_note_last(way, "execution_success", &data, false);
    lm_text_done(&data);
    keep(way, LM_JOB_SUCCESS, m, &data);
}

static void interrupted(lm_way *way, const lm_wire *m)
{
    lm_text data = { .may_fail = true };

    if (m) {
        put_fault(&data, way, m);
    } else {
        lm_text_printf(&data, "{\"prompt_id\": %s", way->quoted);
        add_member(&data, "node_id", way->node);
        add_member(&data, "node_type", "");
        lm_text_printf(&data, ", \"executed\": [%s], \"timestamp\": %" PRId64 "}", lm_text_str(&way->executed),
                       lm_clock_ms());
    }
    lm_way_note_last(way, "execution_interrupted", &data, true);
    lm_text_done(&data);
    keep(way, LM_JOB_INTERRUPTED, m, &data);
}

static void failed(lm_way *way, const lm_wire *m)
{
    lm_text data = { .may_fail = true };

    put_fault(&data, way, m);
    lm_way_note_last(way, "execution_error", &data, false);
    keep(way, LM_JOB_ERROR, m, &data);
}

/* It was fit when it was accepted: a file, a plugin or a model has gone since. */
static void refused(lm_way *way, const lm_wire *m)
{
    const lm_slice whole = { m->texts[LM_END_ERROR].at, m->texts[LM_END_ERROR].size };
    lm_slice       id = { 0 }, value;
    lm_members     nodes = lm_members_of(lm_members_get(whole, "node_errors"));
    char           node[64] = "";
    const char    *words = m->texts[LM_END_WORDS].at;

    if (lm_members_next(&nodes, &id, &value) && id.n < sizeof node && !memchr(id.at, '\\', id.n))
        memcpy(node, id.at, id.n);
    fail(way, LM_JOB_ERROR, &(fault){ .node = node, .node_class = "", .type = "ValueError",
                                      .message = words && *words ? words : "the prompt is not fit to run any more" });
}

void lm_way_end(lm_way *way, const lm_wire *m)
{
    lm_way_kept(way, NULL);
    lm_nodes_flush(way, true);
    switch ((lm_end_how)m->numbers[LM_END_HOW]) {
    case LM_END_SUCCESS: succeed(way, m); break;
    case LM_END_INTERRUPTED: interrupted(way, m); break;
    case LM_END_REFUSED: refused(way, m); break;
    default: failed(way, m); break;
    }
}

/* A plugin's crash is caught, told and then left with: the signal stands in its sentence. */
static int signal_of(const lm_worker_end *e)
{
    const char *at = *e->plugin ? strstr(e->sentence, ": signal ") : NULL;

    return e->signal ? e->signal : at ? atoi(at + 9) : 0;
}

/* One that did not stop when it was told to, and was ended for it, was stopped all the same; so was one whose worker was
 * let go before it could. */
void lm_way_lost(lm_way *way, const lm_worker_end *e, bool let_go)
{
    lm_way_kept(way, NULL); /* it may have died before it could say so */
    if (way->stopping && (e->why == LM_WORKER_LATE || let_go)) {
        lm_nodes_flush(way, true);
        interrupted(way, NULL);
        return;
    }
    fail(way, LM_JOB_FAILED,
         &(fault){ .node = e->node, .node_class = e->node_class, .type = "limn.WorkerDied", .message = e->sentence,
                   .more = e->last_words, .plugin = e->plugin, .signal = signal_of(e) });
}

void lm_way_unfit(lm_way *way, const char *sentence)
{
    fail(way, LM_JOB_FAILED, &(fault){ .node = "", .node_class = "", .type = "RuntimeError", .message = sentence });
}
