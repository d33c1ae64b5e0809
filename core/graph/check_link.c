/* check_link.c: does a link ["id", slot] lead to an output that fits? */
#include <inttypes.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/blame.h"
#include "core/graph/check_parts.h"
#include "core/graph/python.h"

/* ------------------------------------------------------------------ types */

/* The next name of a union, without the spaces around it. False at the end. */
static bool next_type(const char **at, const char **name, size_t *size)
{
    const char *s = *at, *end;

    if (!s)
        return false;
    end = strchrnul(s, ',');
    *at = *end ? end + 1 : NULL;
    for (; s < end && *s == ' '; s++) {}
    for (; s < end && end[-1] == ' '; end--) {}
    *name = s;
    *size = (size_t)(end - s);
    return true;
}

static bool has_type(const char *types, const char *name, size_t size)
{
    const char *one;
    size_t      n;

    while (next_type(&types, &one, &n))
        if ((n == size && !memcmp(one, name, n)) || (n == 1 && *one == '*'))
            return true;
    return false;
}

bool lm_types_fit(const char *from, const char *to)
{
    const char *name;
    size_t      size;

    if (!strcmp(from, to))
        return true;
    while (next_type(&from, &name, &size))
        if (has_type(to, name, size) || (size == 1 && *name == '*'))
            return true;
    return false;
}

/* ------------------------------------------------------------------ faults */

static bool fault_shape(lm_checker *k, int node, const limn_input *in, lm_json_ref v)
{
    lm_issue *i = lm_issue_note(k, LM_ISSUE_BAD_LINK, node, in, v);

    if (i) {
        lm_issue_details(k, i, "%s", in->name);
        lm_issue_say(k, i, "a link is [\"node\", output], and this list has %" PRIu32 " elements",
                     lm_json_count(k->json, v));
    }
    return false;
}

/* The link leads nowhere: what Python would raise, and what we say. */
LIMN_PRINTF(7, 8)
static bool fault_nowhere(lm_checker *k, int node, const limn_input *in, lm_json_ref v, const char *type,
                          const char *exception, const char *fmt, ...)
{
    lm_issue *i = lm_issue_note(k, LM_ISSUE_LINK_NOWHERE, node, in, v);
    char      line[400];
    va_list   ap;

    if (!i)
        return false;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    lm_issue_details(k, i, "%s", exception);
    lm_issue_say(k, i, "%s", line);
    i->exception = i->details;
    i->exception_type = type;
    i->via_node = k->via_node;
    i->via_input = k->via_input;
    if (k->via_node < 0) {
        i->type = "exception_during_validation";
        i->message = "Exception when validating node";
    }
    return false;
}

static bool fault_no_node(lm_checker *k, int node, const limn_input *in, lm_json_ref v)
{
    const lm_json_ref id = lm_json_first(k->json, v);
    const bool        text = lm_json_kind_of(k->json, id) == LM_JSON_STRING;
    char             *shown = lm_issue_quote(k, id), *value = lm_issue_value(k, id);
    lm_text           key = { 0 };

    if (text)
        lm_py_repr_text(value, strlen(value), &key);
    if (text)
        fault_nowhere(k, node, in, v, "KeyError", lm_text_str(&key), "links to node %s, which is not there",
                      shown);
    else
        fault_nowhere(k, node, in, v, "KeyError", value,
                      "links to %s, and the id of a node is a text in quotes", shown);
    lm_text_done(&key);
    lm_free(shown);
    lm_free(value);
    return false;
}

static const char *slot_type(const lm_json *d, lm_json_ref v)
{
    static const char *const names[] = {
        [LM_JSON_NULL] = "NoneType", [LM_JSON_FALSE] = "bool",  [LM_JSON_TRUE] = "bool",
        [LM_JSON_NUMBER] = "float",  [LM_JSON_STRING] = "str", [LM_JSON_ARRAY] = "list",
        [LM_JSON_OBJECT] = "dict",
    };

    return names[lm_json_kind_of(d, v)];
}

static bool fault_slot(lm_checker *k, int node, const limn_input *in, lm_json_ref v, int source)
{
    const lm_json_ref slot = lm_json_at(k->json, v, 1);
    const lm_class   *c = k->out->nodes[source].class_;
    char             *shown = lm_issue_quote(k, slot), what[80];
    lm_text           who = { 0 };

    lm_issue_who(k, source, &who);
    snprintf(what, sizeof what, "tuple indices must be integers or slices, not %s",
             slot_type(k->json, slot));
    if (lm_json_is_integer(k->json, slot))
        fault_nowhere(k, node, in, v, "IndexError", "tuple index out of range",
                      "links to output %s of %s, which has %d", shown, who.at, c->n_outputs);
    else
        fault_nowhere(k, node, in, v, "TypeError", what,
                      "links to output %s of %s; outputs are counted 0, 1, 2", shown, who.at);
    lm_text_done(&who);
    lm_free(shown);
    return false;
}

static bool fault_type(lm_checker *k, int node, const limn_input *in, lm_json_ref v, int source, int slot)
{
    const char *from = k->out->nodes[source].class_->node->outputs[slot].type;
    lm_issue   *i = lm_issue_note(k, LM_ISSUE_LINK_TYPE, node, in, v);
    lm_text     who = { 0 };
    char       *to;

    if (!i)
        return false;
    to = lm_issue_type(k, in);
    lm_issue_who(k, source, &who);
    i->received_type = from;
    lm_issue_details(k, i, "%s, received_type(%s) mismatch input_type(%s)", in->name, from, to);
    lm_issue_say(k, i, "takes %s, and output %d of %s gives %s", in->type, slot, who.at, from);
    lm_text_done(&who);
    lm_free(to);
    return false;
}

/* ------------------------------------------------------------------ one link */

bool lm_check_link(lm_checker *k, int node, const limn_input *in, lm_json_ref v, lm_arg *out)
{
    const lm_json    *d = k->json;
    const lm_json_ref id = lm_json_first(d, v), at = lm_json_next(d, id);
    const lm_class   *c;
    size_t            size;
    const char       *text;
    int               source;
    int64_t           slot;

    if (lm_json_count(d, v) != 2)
        return fault_shape(k, node, in, v);
    text = lm_json_string(d, id, &size);
    source = text ? lm_workflow_find(k->workflow, text, size) : -1;
    if (source < 0)
        return fault_no_node(k, node, in, v);
    c = k->out->nodes[source].class_;
    *out = (lm_arg){ .state = LM_ARG_LINK, .as.node = source };
    if (!c)
        return true; /* an unknown class has its own fault */
    if (!lm_json_is_integer(d, at) || !lm_json_to_int(d, at, &slot) || slot < 0 || slot >= c->n_outputs)
        return fault_slot(k, node, in, v, source);
    if (!lm_types_fit(c->node->outputs[slot].type, in->type))
        return fault_type(k, node, in, v, source, (int)slot);
    out->slot = (int32_t)slot;
    return true;
}
