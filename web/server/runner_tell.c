/* runner_tell.c: what the worker says of a job, as the messages that its client knows. Source: ComfyUI 0.3.64's
 * execution.py, progress.py and main.py: what is said, to whom, in which order. */
#include <inttypes.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "web/server/runner_parts.h"
#include "web/work/work_check.h"

enum { KEPT_MAX = 8 << 20 };

/* ------------------------------------------------------------------ saying */

/* One that was made of what failed has failed itself. */
static void put_data(lm_text *out, const lm_text *data)
{
    if (data->failed) {
        lm_text_done(out);
        *out = *data;
    } else {
        lm_text_add(out, data->at, data->size);
    }
}

static void put_frame(lm_text *out, const char *type, const lm_text *data)
{
    lm_text_printf(out, "{\"type\": \"%s\", \"data\": ", type);
    put_data(out, data);
    lm_text_puts(out, "}");
}

/* To its client and to those who follow every job. `anyway`: to everybody where there is no client. A frame that failed
 * closes their sockets. */
static void send_frame(const lm_way *way, const lm_text *frame, bool anyway)
{
    lm_hub *hub = way->runner->server->hub;

    if (anyway && !*way->client)
        lm_hub_say(hub, NULL, frame->at, frame->size);
    else
        lm_hub_tell(hub, way->client, frame->at, frame->size);
}

static void say_to(lm_way *way, const char *type, const lm_text *data, bool anyway)
{
    lm_text frame = { .may_fail = true };

    put_frame(&frame, type, data);
    lm_replay_keep(&way->replay, type, &frame);
    send_frame(way, &frame, anyway);
    lm_text_done(&frame);
}

void lm_way_say(lm_way *way, const char *type, const lm_text *data)
{
    say_to(way, type, data, false);
}

static void note(lm_way *way, const char *type, const lm_text *data)
{
    lm_text_printf(&way->messages, "%s[\"%s\", ", way->messages.size ? ", " : "", type);
    put_data(&way->messages, data);
    lm_text_puts(&way->messages, "]");
}

void lm_way_note(lm_way *way, const char *type, const lm_text *data, bool anyway)
{
    say_to(way, type, data, anyway);
    note(way, type, data);
}

void lm_way_note_last(lm_way *way, const char *type, const lm_text *data, bool anyway)
{
    put_frame(&way->last, type, data);
    way->last_anyway = anyway;
    note(way, type, data);
}

void lm_way_over(const lm_way *way)
{
    if (way->last.size || way->last.failed)
        send_frame(way, &way->last, way->last_anyway);
}

void lm_way_begin(lm_way *way)
{
    lm_text data = { .may_fail = true };

    lm_text_printf(&data, "{\"prompt_id\": %s, \"timestamp\": %" PRId64 "}", way->quoted, way->began_ms);
    lm_way_note(way, "execution_start", &data, false);
    lm_text_done(&data);
}

void lm_way_bye(lm_way *way)
{
    lm_text data = { .may_fail = true };

    lm_text_printf(&data, "{\"node\": null, \"prompt_id\": %s}", way->quoted);
    lm_way_say(way, "executing", &data);
    lm_text_done(&data);
}

/* ------------------------------------------------------------------ frames */

static void add_member(lm_text *out, const char *comma, const char *key, const char *text)
{
    lm_text_printf(out, "%s\"%s\": ", comma, key);
    lm_work_quote(out, text);
}

/* {"node": …, "display_node": …, "prompt_id": …  */
static void open_node(lm_text *out, const lm_way *way, const lm_wire *m)
{
    lm_text_puts(out, "{");
    add_member(out, "", "node", lm_way_who(m, LM_WHO_NODE));
    add_member(out, ", ", "display_node", lm_way_who(m, LM_WHO_DISPLAY));
    lm_text_printf(out, ", \"prompt_id\": %s", way->quoted);
}

/* The first list is of the whole workflow; what is found later, in subgraphs, nobody is told of. */
void lm_way_kept(lm_way *way, const lm_wire_text *ids)
{
    lm_text data = { .may_fail = true };

    if (way->cached_told)
        return;
    way->cached_told = true;
    lm_text_puts(&data, "{\"nodes\": ");
    if (ids && ids->size && ids->size <= KEPT_MAX)
        lm_text_add(&data, ids->at, ids->size);
    else
        lm_text_puts(&data, "[]");
    lm_text_printf(&data, ", \"prompt_id\": %s, \"timestamp\": %" PRId64 "}", way->quoted, lm_clock_ms());
    lm_way_note(way, "execution_cached", &data, false);
    lm_text_done(&data);
}

static void hear_running(lm_way *way, const lm_wire *m)
{
    lm_text data = { .may_fail = true };

    lm_free(way->node);
    lm_free(way->display);
    way->node = lm_copy_text(lm_way_who(m, LM_WHO_NODE));
    way->display = lm_copy_text(lm_way_who(m, LM_WHO_DISPLAY));
    lm_nodes_begin(way, m);
    open_node(&data, way, m);
    lm_text_puts(&data, "}");
    lm_way_say(way, "executing", &data);
    lm_text_done(&data);
}

static void hear_preview(lm_way *way, const lm_wire *m)
{
    const char    *parent = lm_way_who(m, LM_WHO_PARENT);
    lm_text        meta = { 0 };
    lm_hub_preview p = { .client = way->client, .node = lm_way_who(m, LM_WHO_NODE), .picture = m->texts[LM_WHO_MORE].at,
                         .n = m->texts[LM_WHO_MORE].size, .meta_only = !way->preview_all };

    lm_text_puts(&meta, "{");
    add_member(&meta, "", "node_id", p.node);
    lm_text_printf(&meta, ", \"prompt_id\": %s", way->quoted);
    add_member(&meta, ", ", "display_node_id", lm_way_who(m, LM_WHO_DISPLAY));
    if (*parent)
        add_member(&meta, ", ", "parent_node_id", parent);
    else
        lm_text_puts(&meta, ", \"parent_node_id\": null");
    add_member(&meta, ", ", "real_node_id", lm_way_who(m, LM_WHO_REAL));
    lm_text_puts(&meta, ", \"image_type\": \"image/jpeg\"}");
    p.meta = meta.at;
    lm_hub_show(way->runner->server->hub, &p);
    lm_replay_keep_preview(&way->replay, &p);
    lm_text_done(&meta);
}

/* While its node is the one that runs, by what was said last: clients take it for that node's. */
static void hear_picture(lm_way *way, const lm_wire *m)
{
    lm_nodes_flush(way, true);
    if (*way->client)
        lm_hub_give(way->runner->server->hub, way->client, m->texts[LM_WHO_MORE].at, m->texts[LM_WHO_MORE].size, true);
}

/* ------------------------------------------------------------------ what a node gave */

/* Kept here too: the worker may not live to say it again. */
static void note_answer(lm_way *way, const lm_wire *m)
{
    const lm_wire_text *answer = &m->texts[LM_WHO_MORE];
    const char         *parent = lm_way_who(m, LM_WHO_PARENT);

    if (!answer->size || way->outputs.size + answer->size > LM_TOLD_OUTPUTS_MAX ||
        way->meta.size > LM_TOLD_OUTPUTS_MAX)
        return;
    lm_text_puts(&way->outputs, way->outputs.size ? ", " : "");
    lm_work_quote(&way->outputs, lm_way_who(m, LM_WHO_NODE));
    lm_text_puts(&way->outputs, ": ");
    lm_text_add(&way->outputs, answer->at, answer->size);
    lm_text_puts(&way->meta, way->meta.size ? ", " : "");
    lm_work_quote(&way->meta, lm_way_who(m, LM_WHO_NODE));
    lm_text_puts(&way->meta, ": {");
    add_member(&way->meta, "", "node_id", lm_way_who(m, LM_WHO_NODE));
    add_member(&way->meta, ", ", "display_node", lm_way_who(m, LM_WHO_DISPLAY));
    if (*parent)
        add_member(&way->meta, ", ", "parent_node", parent);
    else
        lm_text_puts(&way->meta, ", \"parent_node\": null");
    add_member(&way->meta, ", ", "real_node_id", lm_way_who(m, LM_WHO_REAL));
    lm_text_puts(&way->meta, "}");
}

static void note_executed(lm_way *way, const lm_wire *m)
{
    if (way->executed.size > LM_TOLD_LIST_MAX)
        return;
    lm_text_puts(&way->executed, way->executed.size ? ", " : "");
    lm_work_quote(&way->executed, lm_way_who(m, LM_WHO_NODE));
}

/* One that did not run now was kept; it is told even without an answer. */
static void hear_executed(lm_way *way, const lm_wire *m)
{
    const lm_wire_text *answer = &m->texts[LM_WHO_MORE];
    const bool          ran = lm_nodes_runs(way, lm_way_who(m, LM_WHO_NODE));
    lm_text             data = { .may_fail = true };

    note_answer(way, m);
    if (ran)
        note_executed(way, m);
    if (answer->size || !ran) {
        open_node(&data, way, m);
        lm_text_puts(&data, ", \"output\": ");
        lm_text_add(&data, answer->size ? answer->at : "null", answer->size ? answer->size : 4);
        lm_text_puts(&data, "}");
        lm_way_say(way, "executed", &data);
        lm_text_done(&data);
    }
    lm_nodes_end(way, m);
    if (way->node && !strcmp(way->node, lm_way_who(m, LM_WHO_NODE))) {
        lm_free(way->node);
        lm_free(way->display);
        way->node = way->display = NULL;
    }
}

/* A blocker with words is told as an error that does not end the job. */
static void hear_blocked(lm_way *way, const lm_wire *m)
{
    const char *words = lm_way_who(m, LM_WHO_MORE);
    lm_text     data = { .may_fail = true }, line = { .may_fail = true };

    if (*words) {
        lm_text_printf(&line, "Execution Blocked: %s", words);
        lm_text_printf(&data, "{\"prompt_id\": %s", way->quoted);
        add_member(&data, ", ", "node_id", lm_way_who(m, LM_WHO_REAL));
        add_member(&data, ", ", "node_type", lm_way_who(m, LM_WHO_CLASS));
        lm_text_printf(&data, ", \"executed\": [%s]", lm_text_str(&way->executed));
        add_member(&data, ", ", "exception_message", line.at);
        lm_text_printf(&data, ", \"exception_type\": \"ExecutionBlocked\", \"traceback\": [], \"current_inputs\": [], "
                              "\"current_outputs\": [], \"timestamp\": %" PRId64 "}", lm_clock_ms());
        lm_way_say(way, "execution_error", &data);
        lm_text_done(&data);
        lm_text_done(&line);
    }
    lm_free(way->nodes.blocked);
    way->nodes.blocked = lm_copy_text(lm_way_who(m, LM_WHO_NODE));
    lm_nodes_end(way, m);
}

void lm_way_hear(lm_way *way, const lm_wire *m)
{
    switch (m->type) {
    case LM_WIRE_KEPT: lm_way_kept(way, &m->texts[0]); break;
    case LM_WIRE_RUNNING: hear_running(way, m); break;
    case LM_WIRE_PROGRESS: lm_nodes_tick(way, m); break;
    case LM_WIRE_PREVIEW: hear_preview(way, m); break;
    case LM_WIRE_PICTURE: hear_picture(way, m); break;
    case LM_WIRE_EXECUTED: hear_executed(way, m); break;
    case LM_WIRE_BLOCKED: hear_blocked(way, m); break;
    default: break; /* STARTED: its numbers are in what follows */
    }
}
