/* check.c: walks from the outputs through everything they need, and settles each node once.
 *
 * The walk keeps its own stack, so that a chain may be as long as it likes; a link back into the stack is a
 * cycle. */
#include "core/graph/check.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/bind.h"
#include "core/graph/blame.h"
#include "core/graph/check_parts.h"

enum { MOST_HINTS = 20, MOST_CYCLE = 30 };

enum { NEW, OPEN, DONE }; /* states of a node */

/* A node on the way from an output to its sources. */
struct frame {
    int32_t  node;
    uint32_t begin, next, end; /* its links among walk.links */
};

struct link {
    int32_t source, input; /* the node it leads to; the row of the input it belongs to */
};

struct walk {
    lm_checker    k;
    struct frame *frames;
    struct link  *links;
    size_t        n_frames, frames_room, n_links, links_room;
    uint8_t      *state, *sound; /* of each node; sound: it has no fault of its own */
    lm_arg       *args;          /* of the node at hand */
    void         *bound;         /* room for the args struct of any node */
};

/* Room for one more element; false: starved. */
static bool make_room(lm_checker *k, void *array, size_t *room, size_t count, size_t size)
{
    const size_t more = count < 32 ? 64 : 2 * count;
    void       **old = array, *grown;

    if (count < *room)
        return true;
    grown = lm_try_alloc(more * size);
    if (!grown) {
        k->starved = true;
        return false;
    }
    if (count)
        memcpy(grown, *old, count * size);
    lm_free(*old);
    *old = grown;
    *room = more;
    return true;
}

/* ------------------------------------------------------------------ classes */

static void fault_class(lm_checker *k, int node)
{
    const char *name = lm_workflow_at(k->workflow, node)->class_name, *near[3];
    lm_issue   *i = lm_issue_note(k, name ? LM_ISSUE_UNKNOWN_CLASS : LM_ISSUE_NO_CLASS, node, NULL, 0);
    lm_text     hint = { 0 };
    int         n;

    if (!i)
        return;
    lm_issue_details(k, i, "Node ID '#%.1000s'", lm_workflow_at(k->workflow, node)->id);
    if (!name) {
        lm_issue_say(k, i, "it has no class_type");
        return;
    }
    n = k->out->n_found > MOST_HINTS ? 0 : lm_registry_nearest(k->registry, name, near, 3);
    for (int j = 0; j < n; j++)
        lm_text_printf(&hint, "%s%s", j ? ", " : "; nearest: ", near[j]);
    lm_issue_message(k, i, "Cannot execute because node %.1000s does not exist.", name);
    lm_issue_say(k, i, "limn has no node of this class%s", lm_text_str(&hint));
    lm_text_done(&hint);
}

/* Finds every node's class. The number of output nodes; *inputs and *bytes: the most that one class has. */
static int find_classes(struct walk *w, int *inputs, size_t *bytes)
{
    lm_check *c = w->k.out;
    int       outputs = 0;

    for (int i = 0; i < c->n_nodes; i++) {
        const lm_workflow_node *n = lm_workflow_at(w->k.workflow, i);
        const lm_class *class_ = n->class_name ? lm_registry_find(w->k.registry, n->class_name) : NULL;

        c->nodes[i] = (lm_check_node){ .class_ = class_, .first_failed = -1 };
        if (!class_) {
            fault_class(&w->k, i);
            continue;
        }
        outputs += (class_->node->flags & LIMN_OUTPUT_NODE) != 0;
        *inputs = class_->n_inputs > *inputs ? class_->n_inputs : *inputs;
        *bytes = class_->node->args_size > *bytes ? class_->node->args_size : *bytes;
    }
    return outputs;
}

/* ------------------------------------------------------------------ one node */

/* The value of an input. Prompts keep the order of the table, mostly: *next is the key to try first. */
static lm_json_ref find_input(const lm_json *d, lm_json_ref inputs, const char *name, lm_json_ref *next)
{
    const size_t size = strlen(name);
    lm_json_ref  k = *next;

    if (!k || !lm_json_key_is(d, k, name, size))
        for (k = lm_json_first(d, inputs); k && !lm_json_key_is(d, k, name, size);)
            k = lm_json_next(d, k);
    if (k)
        *next = lm_json_next(d, k);
    return lm_json_value(d, k);
}

static bool fault_missing(lm_checker *k, int node, const limn_input *in)
{
    lm_issue *i = lm_issue_note(k, LM_ISSUE_MISSING, node, in, 0);

    if (i) {
        lm_issue_details(k, i, "%s", in->name);
        lm_issue_say(k, i, in->kind == LIMN_KIND_LINK ? "it must be linked to a node that gives %s"
                                                      : "it is required and not there (%s)", in->type);
    }
    return false;
}

static bool settle(struct walk *w, int node, const limn_input *in, lm_json_ref v, lm_arg *out)
{
    lm_checker *k = &w->k;
    bool        ok;

    if (!v && !(in->flags & LIMN_OPTIONAL))
        return fault_missing(k, node, in);
    if (!v) {
        lm_check_default(k, in, out);
        return true;
    }
    if (lm_json_kind_of(k->json, v) != LM_JSON_ARRAY)
        return lm_check_value(k, node, in, v, out);
    ok = lm_check_link(k, node, in, v, out);
    if (ok && make_room(k, &w->links, &w->links_room, w->n_links, sizeof *w->links))
        w->links[w->n_links++] =
            (struct link){ out->as.node, (int32_t)(in - k->out->nodes[node].class_->node->inputs) };
    return ok;
}

/* The input that a node's own check blames, or NULL. */
static void fault_custom(lm_checker *k, int node, const limn_error *why)
{
    const limn_input *in = lm_class_input(k->out->nodes[node].class_, why->input);
    lm_issue         *i = lm_issue_note(k, LM_ISSUE_CUSTOM, node, in, 0);

    if (!i)
        return;
    lm_issue_details(k, i, "%s%s%s", in ? in->name : "", in ? " - " : "", why->text);
    lm_issue_say(k, i, "%s", why->text);
}

/* The node's own check, with its constants bound. */
static bool ask_node(struct walk *w, int node, const lm_arg *args)
{
    const lm_class *c = w->k.out->nodes[node].class_;
    limn_call       call = { .env = w->k.env, .node = lm_workflow_at(w->k.workflow, node)->id,
                             .node_class = c->node->name };
    limn_error      err = { 0 };
    bool            ok;

    if (!c->node->check)
        return true;
    ok = lm_bind(c, args, NULL, w->bound, &err) && c->node->check(&call, w->bound, &err);
    lm_free(call.ui_json);
    if (!ok)
        fault_custom(&w->k, node, &err);
    return ok;
}

/* Settles all inputs of a node; its links are then the last of w->links. */
static void look_at(struct walk *w, int node)
{
    lm_check       *c = w->k.out;
    const lm_class *class_ = c->nodes[node].class_;
    lm_json_ref     inputs, next;
    bool            ok = class_;
    const int       n = class_ ? class_->n_inputs : 0;

    inputs = lm_workflow_at(w->k.workflow, node)->inputs;
    next = lm_json_first(w->k.json, inputs);
    for (int i = 0; i < n && !w->k.starved; i++) {
        const limn_input *in = &class_->node->inputs[i];

        ok = settle(w, node, in, find_input(w->k.json, inputs, in->name, &next), &w->args[i]) && ok;
    }
    ok = ok && !w->k.starved && ask_node(w, node, w->args);
    if (ok)
        c->nodes[node].args = lm_check_keep(&w->k, (size_t)n * sizeof *w->args);
    if (ok && n && c->nodes[node].args)
        memcpy(c->nodes[node].args, w->args, (size_t)n * sizeof *w->args);
    w->sound[node] = ok;
}

/* ------------------------------------------------------------------ the walk */

static void name_in_path(lm_checker *k, int node, lm_text *path)
{
    const lm_workflow_node *n = lm_workflow_at(k->workflow, node);

    lm_text_add(path, n->id, lm_text_fit(n->id, strlen(n->id), 60));
    lm_text_printf(path, " (%.60s)", n->class_name);
}

/* The node on top links to one that waits for it. */
static void fault_cycle(struct walk *w, int node, const struct link *link)
{
    const limn_input *in = &w->k.out->nodes[node].class_->node->inputs[link->input];
    lm_issue         *i = lm_issue_note(&w->k, LM_ISSUE_CYCLE, node, in, 0);
    lm_text           path = { 0 };
    size_t            at = w->n_frames;

    if (!i)
        return;
    while (w->frames[--at].node != link->source) {}
    for (size_t first = at; at < w->n_frames && at - first < MOST_CYCLE; at++) {
        name_in_path(&w->k, w->frames[at].node, &path);
        lm_text_puts(&path, " -> ");
    }
    lm_text_puts(&path, at < w->n_frames ? "… -> " : "");
    name_in_path(&w->k, link->source, &path);
    lm_issue_details(&w->k, i, "%s", path.at);
    lm_issue_say(&w->k, i, "waits for itself: %s", path.at);
    lm_text_done(&path);
}

static void enter(struct walk *w, int node)
{
    struct frame *f;

    if (!make_room(&w->k, &w->frames, &w->frames_room, w->n_frames, sizeof *w->frames))
        return;
    w->state[node] = OPEN;
    f = &w->frames[w->n_frames++];
    f->node = node;
    f->begin = f->next = (uint32_t)w->n_links;
    look_at(w, node);
    f->end = (uint32_t)w->n_links;
}

/* All sources of the node on top are done, or the node waits for itself. */
static void leave(struct walk *w)
{
    const struct frame *f = &w->frames[--w->n_frames];
    bool                valid = w->sound[f->node];

    for (uint32_t i = f->begin; i < f->end; i++)
        valid = valid && w->k.out->nodes[w->links[i].source].valid;
    w->k.out->nodes[f->node].valid = valid;
    w->state[f->node] = DONE;
    w->n_links = f->begin;
}

static void follow(struct walk *w, struct frame *f)
{
    const struct link link = w->links[f->next++];
    const int         node = f->node;

    if (w->state[link.source] == OPEN)
        fault_cycle(w, node, &link);
    if (w->state[link.source] != NEW)
        return;
    w->k.via_node = node;
    w->k.via_input = &w->k.out->nodes[node].class_->node->inputs[link.input];
    enter(w, link.source);
}

static void walk_from(struct walk *w, int output)
{
    w->k.via_node = -1;
    w->k.via_input = NULL;
    if (w->state[output] == NEW)
        enter(w, output);
    while (w->n_frames && !w->k.starved) {
        struct frame *f = &w->frames[w->n_frames - 1];

        if (f->next < f->end)
            follow(w, f);
        else
            leave(w);
    }
}

static void walk_outputs(struct walk *w)
{
    lm_check *c = w->k.out;

    for (int i = 0; i < c->n_nodes && !w->k.starved; i++) {
        if (!c->nodes[i].class_ || !(c->nodes[i].class_->node->flags & LIMN_OUTPUT_NODE))
            continue;
        walk_from(w, i);
        if (c->nodes[i].valid)
            c->outputs[c->n_outputs++] = i;
        else
            c->failed[c->n_failed++] = i;
    }
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

static bool get_ready(struct walk *w, int outputs, int inputs, size_t bytes)
{
    lm_check    *c = w->k.out;
    const size_t n = (size_t)c->n_nodes + 1;

    w->state = lm_try_alloc(n);
    w->sound = lm_try_alloc(n);
    w->args = lm_try_alloc(((size_t)inputs + 1) * sizeof *w->args);
    w->bound = lm_try_alloc(bytes);
    c->outputs = lm_try_alloc(((size_t)outputs + 1) * sizeof *c->outputs);
    c->failed = lm_try_alloc(((size_t)outputs + 1) * sizeof *c->failed);
    return w->state && w->sound && w->args && w->bound && c->outputs && c->failed;
}

static void check_all(struct walk *w)
{
    lm_check *c = w->k.out;
    int       outputs, inputs = 0;
    size_t    bytes = 0;
    int64_t   unknown;

    outputs = find_classes(w, &inputs, &bytes);
    unknown = c->n_found;
    if (!outputs && !unknown)
        note_whole(&w->k, LM_ISSUE_NO_OUTPUTS, "no node of this workflow saves or shows anything, so there "
                                               "is nothing to run");
    if (!get_ready(w, outputs, inputs, bytes))
        w->k.starved = true;
    walk_outputs(w);
    if (unknown)
        c->n_outputs = 0; /* as ComfyUI: the whole prompt is refused */
}

lm_check *lm_check_new(lm_workflow *workflow, const lm_registry *r, const lm_run_env *env)
{
    lm_check   *c = lm_alloc(sizeof *c);
    struct walk w = { .k = { .out = c, .workflow = workflow, .json = lm_workflow_json(workflow),
                             .registry = r, .env = env, .via_node = -1 } };

    c->workflow = workflow;
    c->n_nodes = lm_workflow_count(workflow);
    c->nodes = lm_try_alloc(((size_t)c->n_nodes + 1) * sizeof *c->nodes);
    if (c->nodes)
        check_all(&w);
    if (!c->nodes || w.k.starved) {
        c->n_issues = c->n_outputs = 0;
        c->n_found = 0;
        note_whole(&w.k, LM_ISSUE_NO_MEMORY, "there is not enough memory to check it");
    }
    if (c->n_issues)
        qsort(c->issues, (size_t)c->n_issues, sizeof *c->issues, by_place);
    lm_free(w.frames);
    lm_free(w.links);
    lm_free(w.state);
    lm_free(w.sound);
    lm_free(w.args);
    lm_free(w.bound);
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
