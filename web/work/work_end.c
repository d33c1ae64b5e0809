/* work_end.c: how a job ended, in the words of clients and in ours. */
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/graph/blame.h"
#include "web/work/work_check.h"
#include "web/work/work_parts.h"

enum { LONGEST_VALUE = 4096, LONGEST_INPUTS = 1 << 20 };

/* ------------------------------------------------------------------ what the node was given */

/* The type of what a link brings, as a stand-in for the value, which is gone. */
static const char *link_type(const lm_workflow *w, const lm_registry *r, const lm_json *d, lm_json_ref v)
{
    size_t          size;
    const char     *id = lm_json_string(d, lm_json_at(d, v, 0), &size);
    const int       node = id && lm_json_count(d, v) == 2 ? lm_workflow_find(w, id, size) : -1;
    const char     *name = node >= 0 ? lm_workflow_at(w, node)->class_name : NULL;
    const lm_class *c = name ? lm_registry_find(r, name) : NULL;
    int64_t         slot = -1;

    lm_json_to_int(d, lm_json_at(d, v, 1), &slot);
    return c && slot >= 0 && slot < c->n_outputs ? c->node->outputs[slot].type : "";
}

static void add_value(lm_text *out, const lm_json *d, lm_json_ref v)
{
    size_t      size;
    const char *text = lm_json_string(d, v, &size);

    if (text && size > LONGEST_VALUE)
        lm_json_write_string(text, lm_text_fit(text, size, LONGEST_VALUE), LM_JSON_SPACES, out);
    else
        lm_json_write(d, v, LM_JSON_SPACES, out);
}

/* {"steps": [20], "model": ["MODEL"]} */
static void add_inputs(lm_text *out, lm_workflow *w, const lm_registry *r, int node)
{
    const lm_json    *d = lm_workflow_json(w);
    const lm_json_ref inputs = lm_workflow_at(w, node)->inputs;
    const size_t      from = out->size;
    const char       *comma = "";

    lm_text_puts(out, "{");
    for (lm_json_ref k = lm_json_first_key(d, inputs); k && out->size - from < LONGEST_INPUTS; k = lm_json_next(d, k)) {
        const lm_json_ref v = lm_json_value(d, k);
        size_t            size;
        const char       *key = lm_json_string(d, k, &size);

        lm_text_puts(out, comma);
        comma = ", ";
        lm_json_write_string(key, size < LONGEST_VALUE ? size : LONGEST_VALUE, LM_JSON_SPACES, out);
        lm_text_puts(out, ": [");
        if (lm_json_kind_of(d, v) == LM_JSON_ARRAY)
            lm_work_quote(out, link_type(w, r, d, v));
        else
            add_value(out, d, v);
        lm_text_puts(out, "]");
    }
    lm_text_puts(out, "}");
}

/* ------------------------------------------------------------------ the error of clients */

static bool is_cycle(const limn_error *err)
{
    return !strncmp(err->text, "Dependency cycle detected", 25);
}

/* The class of Python's exceptions that clients look for. */
static const char *exception_of(const limn_error *err)
{
    switch (err->code) {
    case LIMN_INPUT: return is_cycle(err) ? "graph.DependencyCycleError" : "ValueError";
    case LIMN_FILE: return "OSError";
    case LIMN_MEMORY: return "torch.OutOfMemoryError";
    default: return "RuntimeError";
    }
}

static void add_texts(lm_text *out, const char *key, const char *text)
{
    lm_text_printf(out, ", \"%s\": ", key);
    lm_work_quote(out, text);
}

static void add_error(lm_text *out, const lm_told *t, lm_workflow *w, const lm_registry *r, int node,
                      const limn_error *err)
{
    lm_text line = { 0 };

    lm_text_printf(&line, "%s\n", err->text);
    add_texts(out, "exception_message", line.at);
    add_texts(out, "exception_type", exception_of(err));
    lm_text_done(&line);
    lm_blame_line(&line, "limn", err);
    lm_text_puts(&line, "\n");
    lm_text_puts(out, ", \"traceback\": [");
    lm_work_quote(out, line.at);
    lm_text_done(&line);
    lm_text_puts(out, "], \"current_inputs\": ");
    if (node >= 0 && !is_cycle(err))
        add_inputs(out, w, r, node);
    else
        lm_text_puts(out, "[]");
    lm_text_printf(out, ", \"current_outputs\": [%s]", lm_text_str(&t->there));
}

/* What execution_error and execution_interrupted say, but for the prompt's id and the time. */
static void add_fault(lm_text *out, const lm_told *t, lm_workflow *w, const lm_registry *r, const limn_error *err)
{
    const int node = t->node && w ? lm_workflow_find(w, t->node, strlen(t->node)) : -1;

    lm_text_puts(out, "{\"node_id\": ");
    lm_work_quote(out, t->node);
    add_texts(out, "node_type", node >= 0 ? lm_workflow_at(w, node)->class_name : "");
    lm_text_printf(out, ", \"executed\": [%s]", lm_text_str(&t->executed));
    if (err->code != LIMN_CANCELLED)
        add_error(out, t, w, r, node, err);
    lm_text_puts(out, "}");
}

/* ------------------------------------------------------------------ telling */

static void braced(lm_text *out, const lm_text *members)
{
    lm_text_puts(out, "{");
    if (members->size)
        lm_text_add(out, members->at, members->size);
    lm_text_puts(out, "}");
}

/* Somebody waits for the end of a job: what cannot go with it is left out, and where not even the rest can go, the
 * process ends in its place. */
static void send_or_less(lm_working *w, lm_wire *m)
{
    if (lm_work_send(w, m))
        return;
    m->texts[LM_END_ERROR] = lm_wire_say("");
    m->texts[LM_END_OUTPUTS] = m->texts[LM_END_META] = lm_wire_say("{}");
    if (!lm_work_send(w, m))
        _exit(LM_WORK_NO_MEMORY);
}

static void send_end(lm_told *t, lm_end_how how, limn_code code, const char *class_name, const char *words,
                     const lm_text *error)
{
    lm_wire m = { .type = LM_WIRE_ENDED, .job = t->job, .epoch = t->epoch };
    lm_text outputs = { 0 }, meta = { 0 };

    braced(&outputs, &t->outputs);
    braced(&meta, &t->meta);
    m.numbers[LM_END_HOW] = how;
    m.numbers[LM_END_CODE] = code;
    m.numbers[LM_END_MS] = lm_clock_steady_ms() - t->began_ms;
    m.texts[LM_END_NODE] = lm_wire_say(t->node);
    m.texts[LM_END_CLASS] = lm_wire_say(class_name);
    m.texts[LM_END_WORDS] = lm_wire_say(words);
    m.texts[LM_END_ERROR] = (lm_wire_text){ lm_text_str(error), error->size };
    m.texts[LM_END_OUTPUTS] = (lm_wire_text){ outputs.at, outputs.size };
    m.texts[LM_END_META] = (lm_wire_text){ meta.at, meta.size };
    lm_work_is_free(t->w);
    send_or_less(t->w, &m);
    lm_text_done(&outputs);
    lm_text_done(&meta);
}

void lm_work_end(lm_told *t, lm_workflow *workflow, const lm_registry *r, const limn_error *err)
{
    const int   node = t->node && workflow ? lm_workflow_find(workflow, t->node, strlen(t->node)) : -1;
    const char *class_name = node >= 0 ? lm_workflow_at(workflow, node)->class_name : "";
    lm_text     error = { 0 }, words = { 0 };

    if (err->code != LIMN_OK) {
        add_fault(&error, t, workflow, r, err);
        lm_blame_line(&words, NULL, err);
    }
    send_end(t, err->code == LIMN_OK          ? LM_END_SUCCESS
                : err->code == LIMN_CANCELLED ? LM_END_INTERRUPTED
                                              : LM_END_FAILED,
             err->code, class_name, lm_text_str(&words), &error);
    lm_text_done(&error);
    lm_text_done(&words);
}

void lm_work_refuse(lm_told *t, const char *words, const lm_text *json)
{
    send_end(t, LM_END_REFUSED, LIMN_INPUT, "", words, json);
}
