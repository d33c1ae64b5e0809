/* issue.c: words for what is wrong with a workflow, for clients and for people. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/blame.h"
#include "core/graph/check_parts.h"
#include "core/graph/python.h"

enum { LONGEST_LINE = 8000, LONG_TEXT = 1000, SHORT_TEXT = 60 };

static const struct { const char *type, *message; } words[LM_N_ISSUES] = {
#define LM_ISSUE(name, type, message) [LM_ISSUE_##name] = { type, message },
    LM_ISSUES(LM_ISSUE)
#undef LM_ISSUE
};

lm_issue *lm_issue_note(lm_checker *k, lm_issue_kind kind, int node, const limn_input *in,
                        lm_json_ref received)
{
    lm_check *c = k->out;
    lm_issue *i;

    if (node >= 0 && c->nodes[node].first_failed < 0)
        c->nodes[node].first_failed = c->n_failed; /* where the output at hand will stand */
    c->n_found++;
    if (c->n_issues == LM_MAX_ISSUES)
        return NULL;
    if (!(c->n_issues & (c->n_issues - 1))) /* room for twice as many at 0, 1, 2, 4, … */
        c->issues = lm_grow(c->issues, (size_t)(2 * c->n_issues + 1) * sizeof *c->issues);
    i = &c->issues[c->n_issues++];
    *i = (lm_issue){ .kind = kind, .type = words[kind].type, .message = words[kind].message, .details = "",
                     .sentence = "", .node = node, .input = in, .received = received, .via_node = -1 };
    return i;
}

/* What fmt prints, kept; cut when it is very long. */
static const char *keep_printed(lm_checker *k, const char *fmt, va_list ap)
{
    char   line[LONGEST_LINE + 1];
    size_t size;

    vsnprintf(line, sizeof line, fmt, ap);
    size = lm_text_fit(line, strlen(line), LONGEST_LINE - 1);
    return lm_check_keep_text(k, line, size);
}

void lm_issue_message(lm_checker *k, lm_issue *i, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    i->message = keep_printed(k, fmt, ap);
    va_end(ap);
}

void lm_issue_details(lm_checker *k, lm_issue *i, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    i->details = keep_printed(k, fmt, ap);
    va_end(ap);
}

void lm_issue_who(const lm_checker *k, int node, lm_text *out)
{
    const lm_workflow_node *n = lm_workflow_at(k->workflow, node);

    lm_text_puts(out, "node ");
    lm_text_clean(out, n->id, strlen(n->id), SHORT_TEXT);
    if (!n->class_name)
        return;
    lm_text_puts(out, " (");
    lm_text_clean(out, n->class_name, strlen(n->class_name), SHORT_TEXT);
    lm_text_puts(out, ")");
}

void lm_issue_say(lm_checker *k, lm_issue *i, const char *fmt, ...)
{
    lm_text     text = { 0 };
    const char *line;
    va_list     ap;

    va_start(ap, fmt);
    line = keep_printed(k, fmt, ap);
    va_end(ap);
    if (i->node >= 0) {
        lm_issue_who(k, i->node, &text);
        lm_text_puts(&text, i->input ? ", " : ": ");
    }
    if (i->input)
        lm_text_printf(&text, "%s: ", i->input->name);
    lm_text_clean(&text, line, strlen(line), 0);
    i->sentence = lm_check_keep_text(k, text.at, text.size);
    lm_text_done(&text);
}

/* ------------------------------------------------------------------ values and types */

char *lm_issue_value(const lm_checker *k, lm_json_ref v)
{
    lm_text text = { 0 };

    lm_py_str(k->json, v, &text);
    if (text.size > LONG_TEXT) {
        text.size = lm_text_fit(text.at, text.size, LONG_TEXT);
        lm_text_puts(&text, "…");
    }
    return lm_text_take(&text);
}

char *lm_issue_quote(const lm_checker *k, lm_json_ref v)
{
    size_t      size;
    const char *text = lm_json_string(k->json, v, &size);
    lm_text     json = { 0 }, quote = { 0 };

    if (text) {
        lm_text_puts(&quote, "\"");
        lm_text_clean(&quote, text, size, SHORT_TEXT);
        lm_text_puts(&quote, "\"");
    } else {
        lm_json_write(k->json, v, LM_JSON_SPACES, &json);
        lm_text_clean(&quote, json.at, json.size, SHORT_TEXT);
        lm_text_done(&json);
    }
    return lm_text_take(&quote);
}

static void list_names(lm_text *out, const char *const *names)
{
    for (; names && *names; names++) {
        if (out->size > 1)
            lm_text_puts(out, ", ");
        lm_py_repr_text(*names, strlen(*names), out);
    }
}

char *lm_issue_type(lm_checker *k, const limn_input *in)
{
    const bool names = in->kind == LIMN_KIND_CHOICE || in->kind == LIMN_KIND_FILE;
    lm_text    text = { 0 };
    int        count;

    if (!names || (in->flags & LIMN_V3_COMBO))
        return lm_copy_text(in->type);
    lm_text_puts(&text, "[");
    if (in->kind == LIMN_KIND_CHOICE)
        list_names(&text, in->choices);
    else
        list_names(&text, (const char *const *)lm_check_names(k, in->folder, &count));
    list_names(&text, in->kind == LIMN_KIND_FILE ? in->extra : NULL);
    lm_text_puts(&text, "]");
    return lm_text_take(&text);
}
