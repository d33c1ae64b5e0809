/* work_check.c: faults of a prompt, as ComfyUI's clients know them. */
#include "web/work/work_check.h"

#include <string.h>

#include "core/graph/catalogue.h"

void lm_work_quote(lm_text *out, const char *text)
{
    text = text ? text : "";
    lm_json_write_string(text, strlen(text), LM_JSON_SPACES, out);
}

static void add_member(lm_text *out, const char *key, const char *text)
{
    lm_text_printf(out, "\"%s\": ", key);
    lm_work_quote(out, text);
}

/* {"type": …, "message": …, "details": …, "extra_info":  */
static void begin_error(lm_text *out, const char *type, const char *message, const char *details)
{
    lm_text_puts(out, "{");
    add_member(out, "type", type);
    lm_text_puts(out, ", ");
    add_member(out, "message", message);
    lm_text_puts(out, ", ");
    add_member(out, "details", details);
    lm_text_puts(out, ", \"extra_info\": ");
}

/* Bytes, from where on only what is needed is told. */
static const size_t enough = (size_t)16 << 20;

/* ------------------------------------------------------------------ what else is known of one fault */

typedef struct extra {
    lm_text    *out;
    lm_check   *check;
    lm_folders *folders;
    const char *comma;
} extra;

static void extra_key(extra *x, const char *key)
{
    lm_text_printf(x->out, "%s\"%s\": ", x->comma, key);
    x->comma = ", ";
}

static void extra_text(extra *x, const char *key, const char *text)
{
    extra_key(x, key);
    lm_work_quote(x->out, text);
}

static void extra_json(extra *x, const char *key, lm_json_ref v)
{
    extra_key(x, key);
    if (v)
        lm_json_write(lm_workflow_json(x->check->workflow), v, LM_JSON_SPACES, x->out);
    else
        lm_text_puts(x->out, "null");
}

/* Lists of names that are too long for the details are too long here as well. */
static bool is_long(const lm_issue *i)
{
    return i->kind == LM_ISSUE_NOT_IN_LIST && strstr(i->details, "(list of length ");
}

static void extra_input(extra *x, const lm_issue *i, const limn_input *in)
{
    extra_text(x, "input_name", in->name);
    if (i->kind == LM_ISSUE_MISSING || i->kind == LM_ISSUE_CUSTOM)
        return;
    extra_key(x, "input_config");
    if (is_long(i) || x->out->size > enough)
        lm_text_puts(x->out, "null");
    else
        lm_catalogue_input(x->out, in, x->folders);
}

static void extra_exception(extra *x, const lm_issue *i)
{
    if (i->kind == LM_ISSUE_LINK_NOWHERE && i->via_input)
        extra_text(x, "exception_message", i->exception);
    extra_text(x, "exception_type", i->exception_type);
    extra_key(x, "traceback");
    lm_text_puts(x->out, "[]");
}

static void add_extra(lm_text *out, lm_check *c, const lm_issue *i, lm_folders *folders)
{
    const limn_input *in = i->kind == LM_ISSUE_LINK_NOWHERE ? i->via_input : i->input;
    extra             x = { out, c, folders, "" };

    lm_text_puts(out, "{");
    if (in)
        extra_input(&x, i, in);
    switch (i->kind) {
    case LM_ISSUE_LINK_TYPE:
        extra_text(&x, "received_type", i->received_type);
        extra_json(&x, "linked_node", i->received);
        break;
    case LM_ISSUE_LINK_NOWHERE:
        extra_exception(&x, i);
        break;
    case LM_ISSUE_VALUE_TYPE:
        extra_json(&x, "received_value", i->received);
        extra_text(&x, "exception_message", i->exception);
        break;
    case LM_ISSUE_BAD_LINK:
    case LM_ISSUE_TOO_SMALL:
    case LM_ISSUE_TOO_BIG:
    case LM_ISSUE_NOT_IN_LIST:
        extra_json(&x, "received_value", i->received);
        break;
    default:
        break;
    }
    lm_text_puts(out, "}");
}

/* ------------------------------------------------------------------ nodes */

static const char *id_of(const lm_check *c, int node)
{
    return lm_workflow_at(c->workflow, node)->id;
}

static void add_ids(lm_text *out, const lm_check *c, const int32_t *nodes, int n)
{
    lm_text_puts(out, "[");
    for (int i = 0; i < n; i++) {
        lm_text_puts(out, i ? ", " : "");
        lm_work_quote(out, id_of(c, nodes[i]));
    }
    lm_text_puts(out, "]");
}

static int end_node(lm_text *out, const lm_check *c, int node)
{
    const int first = c->nodes[node].first_failed;

    lm_text_puts(out, "], \"dependent_outputs\": ");
    add_ids(out, c, c->failed + first, c->n_failed - first);
    lm_text_puts(out, ", ");
    add_member(out, "class_type", lm_workflow_at(c->workflow, node)->class_name);
    lm_text_puts(out, "}");
    return -1;
}

/* Issues stand in the order of their nodes. */
static void add_nodes(lm_text *out, lm_check *c, lm_folders *folders)
{
    const char *comma = "";
    int         open = -1;

    for (int k = 0; k < c->n_issues && out->size <= enough; k++) {
        const lm_issue *i = &c->issues[k];

        if (i->node < 0 || i->kind <= LM_ISSUE_NO_OUTPUTS || c->nodes[i->node].first_failed < 0)
            continue;
        if (open >= 0 && open != i->node)
            open = end_node(out, c, open);
        lm_text_puts(out, open >= 0 ? ", " : comma);
        comma = ", ";
        if (open < 0) {
            lm_work_quote(out, id_of(c, i->node));
            lm_text_puts(out, ": {\"errors\": [");
        }
        open = i->node;
        begin_error(out, i->type, i->message, i->details);
        add_extra(out, c, i, folders);
        lm_text_puts(out, "}");
    }
    if (open >= 0)
        end_node(out, c, open);
}

/* ------------------------------------------------------------------ the whole */

static void add_refusal(lm_text *out, const lm_check *c)
{
    const char *type, *message;
    lm_text     details = { 0 };

    if (lm_check_refusal(c, &type, &message, &details)) {
        begin_error(out, type, message, lm_text_str(&details));
        lm_text_puts(out, "{}}");
    } else {
        lm_text_puts(out, "null");
    }
    lm_text_done(&details);
}

void lm_work_faults(lm_text *out, lm_check *c, lm_folders *folders)
{
    lm_text_puts(out, "{\"error\": ");
    add_refusal(out, c);
    lm_text_puts(out, ", \"node_errors\": {");
    add_nodes(out, c, folders);
    lm_text_puts(out, "}, \"outputs\": ");
    add_ids(out, c, c->outputs, c->n_outputs);
    lm_text_puts(out, ", \"sentences\": [");
    for (int i = 0; i < c->n_issues; i++) {
        lm_text_puts(out, i ? ", " : "");
        lm_work_quote(out, c->issues[i].sentence);
    }
    lm_text_puts(out, "]}");
}

static void refuse(lm_text *out, const char *type, const char *message, const char *sentence)
{
    lm_text_puts(out, "{\"error\": ");
    begin_error(out, type, message, sentence);
    lm_text_puts(out, "{}}, \"node_errors\": {}, \"outputs\": [], \"sentences\": [");
    lm_work_quote(out, sentence);
    lm_text_puts(out, "]}");
}

void lm_work_unreadable(lm_text *out, const char *sentence)
{
    refuse(out, "invalid_prompt", "The prompt cannot be read", sentence);
}

void lm_work_inconvertible(lm_text *out, const char *sentence)
{
    refuse(out, "invalid_workflow", "The workflow cannot be converted", sentence);
}
