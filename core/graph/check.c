/* check.c: the check as a whole: classes, outputs, the order of faults, the answer. */
#include "core/graph/check.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/blame.h"
#include "core/graph/check_parts.h"

enum { MOST_HINTS = 20 }; /* unknown classes whose neighbours are looked for */

/* ------------------------------------------------------------------ classes */

/* "; nearest: A, B" among the nodes here, or the nearest of those elsewhere. */
static void hint_class(const lm_checker *k, const char *name, lm_text *out)
{
    const char *near[3];
    const int   n = k->out->n_found > MOST_HINTS ? 0 : lm_registry_nearest(k->registry, name, near, 3);

    for (int i = 0; i < n; i++)
        lm_text_printf(out, "%s%s", i ? ", " : "; nearest: ", near[i]);
    if (!n && k->out->n_found <= MOST_HINTS && lm_registry_nearest_foretold(k->registry, name, near, 1))
        lm_text_printf(out, "; nearest: ComfyUI's %s, which limn does not have yet", near[0]);
}

static void fault_class(lm_checker *k, int node)
{
    const char *name = lm_workflow_at(k->workflow, node)->class_name;
    const char *pack = lm_workflow_at(k->workflow, node)->pack;
    lm_issue   *i = lm_issue_note(k, name ? LM_ISSUE_UNKNOWN_CLASS : LM_ISSUE_NO_CLASS, node, NULL, 0);
    lm_text     hint = { 0 };

    if (!i)
        return;
    lm_issue_details(k, i, "Node ID '#%.1000s'", lm_workflow_at(k->workflow, node)->id);
    if (!name) {
        lm_issue_say(k, i, "it has no class_type");
        return;
    }
    lm_issue_message(k, i, "Cannot execute because node %.1000s does not exist.", name);
    if (lm_registry_foretold(k->registry, name) || (pack && !strcmp(pack, "comfy-core"))) {
        lm_issue_say(k, i, "this is one of ComfyUI's own nodes, and limn does not have it yet");
        return;
    }
    if (pack) {
        lm_text_puts(&hint, "; it comes from ");
        lm_text_clean(&hint, pack, strlen(pack), 80);
    }
    hint_class(k, name, &hint);
    lm_issue_say(k, i, "limn has no node of this class%s", lm_text_str(&hint));
    lm_text_done(&hint);
}

static void mark_targets(lm_checker *k, const char *const *targets)
{
    for (int i; targets && *targets; targets++) {
        i = lm_workflow_find(k->workflow, *targets, strlen(*targets));
        if (i >= 0)
            k->asked_for[i] = true;
    }
}

/* Finds every node's class. The number of outputs asked for; *inputs and *bytes: the most that one class has. */
static int find_classes(lm_checker *k, const char *const *targets, int *inputs, size_t *bytes)
{
    lm_check *c = k->out;
    int       outputs = 0;

    mark_targets(k, targets);
    for (int i = 0; i < c->n_nodes; i++) {
        const lm_workflow_node *n = lm_workflow_at(k->workflow, i);
        const lm_class *class_ = n->class_name ? lm_registry_find(k->registry, n->class_name) : NULL;

        c->nodes[i] = (lm_check_node){ .class_ = class_, .first_failed = -1 };
        if (!class_) {
            k->asked_for[i] = false;
            fault_class(k, i);
            continue;
        }
        k->asked_for[i] = (class_->node->flags & LIMN_OUTPUT_NODE) && (!targets || k->asked_for[i]);
        outputs += k->asked_for[i];
        *inputs = class_->n_inputs > *inputs ? class_->n_inputs : *inputs;
        *bytes = class_->node->args_size > *bytes ? class_->node->args_size : *bytes;
    }
    return outputs;
}

/* ------------------------------------------------------------------ the whole */

static int order(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

/* Faults of the whole first, then by node, then by place in the node's table. */
static int by_place(const void *a, const void *b)
{
    const lm_issue *x = a, *y = b;
    int             o = order(x->kind > LM_ISSUE_NO_OUTPUTS, y->kind > LM_ISSUE_NO_OUTPUTS);

    o = o ? o : order(x->node, y->node);
    o = o ? o : (x->input > y->input) - (x->input < y->input);
    return o ? o : order(x->kind, y->kind);
}

/* `sentence` lives for ever. */
static void note_whole(lm_checker *k, lm_issue_kind kind, const char *sentence)
{
    lm_issue *i = lm_issue_note(k, kind, -1, NULL, 0);

    if (i)
        i->sentence = sentence;
}

static void check_all(lm_checker *k, const char *const *targets)
{
    lm_check *c = k->out;
    int       outputs, inputs = 0;
    size_t    bytes = 0;
    int64_t   unknown;

    outputs = find_classes(k, targets, &inputs, &bytes);
    unknown = c->n_found;
    if (!outputs && !unknown)
        note_whole(k, LM_ISSUE_NO_OUTPUTS,
                   targets ? "none of the nodes asked for saves or shows anything, so there is nothing to run"
                           : "no node of this workflow saves or shows anything, so there is nothing to run");
    c->outputs = lm_try_alloc(((size_t)outputs + 1) * sizeof *c->outputs);
    c->failed = lm_try_alloc(((size_t)outputs + 1) * sizeof *c->failed);
    if (c->outputs && c->failed)
        lm_check_walk(k, inputs, bytes);
    else
        k->starved = true;
    if (unknown)
        c->n_outputs = 0; /* as ComfyUI: the whole prompt is refused */
}

lm_check *lm_check_new(lm_workflow *workflow, const lm_registry *r, const lm_run_env *env)
{
    return lm_check_some(workflow, r, env, NULL);
}

lm_check *lm_check_some(lm_workflow *workflow, const lm_registry *r, const lm_run_env *env,
                        const char *const *targets)
{
    lm_check  *c = lm_alloc(sizeof *c);
    lm_checker k = { .out = c, .workflow = workflow, .json = lm_workflow_json(workflow), .registry = r,
                     .env = env, .via_node = -1 };

    c->workflow = workflow;
    c->registry = r;
    c->n_nodes = lm_workflow_count(workflow);
    c->nodes = lm_try_alloc(((size_t)c->n_nodes + 1) * sizeof *c->nodes);
    k.asked_for = lm_try_alloc((size_t)c->n_nodes + 1);
    k.starved = !c->nodes || !k.asked_for;
    if (!k.starved)
        check_all(&k, targets);
    lm_free(k.asked_for);
    if (k.starved) {
        c->n_issues = c->n_outputs = 0;
        c->n_found = 0;
        note_whole(&k, LM_ISSUE_NO_MEMORY, "there is not enough memory to check it");
    }
    if (c->n_issues)
        qsort(c->issues, (size_t)c->n_issues, sizeof *c->issues, by_place);
    return c;
}

void lm_check_free(lm_check *c)
{
    if (!c)
        return;
    lm_check_memory_free(c->memory);
    lm_free(c->issues);
    lm_free(c->outputs);
    lm_free(c->failed);
    lm_free(c->nodes);
    lm_free(c);
}

/* ------------------------------------------------------------------ the answer as a whole */

/* "message: details" of the failed outputs' own faults, a line each. */
static void list_own_faults(const lm_check *c, lm_text *out)
{
    for (int i = 0; i < c->n_issues; i++) {
        const lm_issue *issue = &c->issues[i];
        const lm_class *class_ = c->nodes[issue->node].class_;

        if (class_ && (class_->node->flags & LIMN_OUTPUT_NODE))
            lm_text_printf(out, "%s%s: %s", out->size ? "\n" : "", issue->message, issue->details);
    }
}

bool lm_check_refusal(const lm_check *c, const char **type, const char **message, lm_text *details)
{
    if (c->n_outputs)
        return false;
    if (c->n_issues && c->issues[0].kind <= LM_ISSUE_NO_OUTPUTS) {
        *type = c->issues[0].type;
        *message = c->issues[0].message;
        lm_text_puts(details, c->issues[0].details);
        return true;
    }
    *type = "prompt_outputs_failed_validation";
    *message = "Prompt outputs failed validation";
    list_own_faults(c, details);
    return true;
}
