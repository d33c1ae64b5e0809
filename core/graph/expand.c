/* expand.c: makes tasks of the subgraph that a node asked for.
 *
 * Ids are as ComfyUI's graph builder makes them: "<parent>.<call>.<graph>.<local>". A loop nests its turns, so an id
 * would grow with each: a parent's id or a local one that has become long is replaced by a hash of it. */
#include <inttypes.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/bind.h"
#include "core/graph/key.h"
#include "core/graph/run.h"

enum { LONG_ID = 160, LONG_LOCAL = 64 };

struct expander {
    lm_run           *run;
    lm_task          *parent;
    const limn_graph *graph;
    lm_family        *family;
    lm_step          *steps;
    int32_t           first; /* of its tasks */
    uint8_t          *state; /* of each node, while keys are made */
    int              *stack;
};

/* ------------------------------------------------------------------ ids */

lm_task *lm_run_find(const lm_run *x, const char *id)
{
    const size_t size = strlen(id);
    int32_t      i = lm_index_find(&x->ids, id, size);

    if (i >= 0)
        return x->tasks[i];
    i = lm_workflow_find(x->plan->check->workflow, id, size);
    return i < 0 || x->plan->step_of[i] < 0 ? NULL : x->tasks[x->plan->step_of[i]];
}

static void add_short(lm_text *out, const char *id, size_t most, const char *prefix)
{
    const lm_hash h = lm_hash_text(lm_hash_start(), id);

    if (strlen(id) <= most)
        lm_text_puts(out, id);
    else
        lm_text_printf(out, "%s~%016" PRIx64 "%016" PRIx64, prefix, h.a, h.b);
}

static bool is_taken(const lm_run *x, const lm_text *id)
{
    return lm_index_find(&x->ids, id->at, id->size) >= 0 ||
           lm_workflow_find(x->plan->check->workflow, id->at, id->size) >= 0;
}

/* [lends] */
static const char *make_id(struct expander *e, int node)
{
    const lm_subnode *n = &e->graph->nodes[node];
    lm_text           id = { 0 }, real = { 0 };
    char             *kept;
    size_t            size;

    add_short(&real, lm_task_real(e->parent)->step->id, LONG_LOCAL, "");
    lm_text_puts(&real, ".");
    add_short(&id, e->parent->step->id, LONG_ID, real.at);
    lm_text_printf(&id, ".%d.%d.", e->graph->call, e->graph->index);
    if (n->id)
        add_short(&id, n->id, LONG_LOCAL, "");
    else
        lm_text_printf(&id, "%d", node);
    size = id.size;
    for (int again = 2; is_taken(e->run, &id); again++) {
        id.size = size;
        lm_text_printf(&id, "~%d", again);
    }
    kept = lm_run_keep(e->run, id.size + 1);
    memcpy(kept, id.at, id.size);
    lm_text_done(&id);
    lm_text_done(&real);
    return kept;
}

static const char *keep_text(lm_run *x, const char *text)
{
    char *kept = lm_run_keep(x, strlen(text) + 1);

    return strcpy(kept, text);
}

/* ------------------------------------------------------------------ inputs */

static bool fail_node(const struct expander *e, int node, limn_error *err, const char *what, const char *name)
{
    return limn_fail(err, INPUT, "its subgraph cannot run: %.60s: %s%.200s", e->graph->nodes[node].class_name, what,
                     name);
}

/* Another family's tasks have to stay as they are as long as this one may look at them. */
static void use_family(struct expander *e, lm_family *used)
{
    lm_family *f = e->family;

    if (!used || used == f)
        return;
    for (int i = 0; i < f->n_uses; i++)
        if (f->uses[i] == used)
            return;
    f->uses = lm_grow(f->uses, (size_t)(f->n_uses + 1) * sizeof *f->uses);
    f->uses[f->n_uses++] = used;
    used->users++;
}

/* Where a link out of the subgraph leads to: its values stay from here on. */
static bool find_outer(struct expander *e, int node, const char *id, int slot, lm_source *out, limn_error *err)
{
    lm_task *t = lm_run_find(e->run, id);

    if (!t || (t->family && t->family->gone))
        return fail_node(e, node, err, t ? "it is linked to a node that is gone: "
                                         : "it is linked to a node that is not there: ", id);
    if (slot < 0 || slot >= t->step->class_->n_outputs)
        return fail_node(e, node, err, "it is linked to an output that is not there, of ", id);
    use_family(e, t->family);
    t->stays = true;
    *out = (lm_source){ t->index, slot };
    return true;
}

static bool find_inner(struct expander *e, int node, int from, int slot, lm_source *out, limn_error *err)
{
    const lm_class *c = from >= 0 && from < e->graph->n_nodes ? e->steps[from].class_ : NULL;

    if (!c || slot < 0 || slot >= c->n_outputs)
        return fail_node(e, node, err, "it is linked to an output that is not there", "");
    *out = (lm_source){ e->first + from, slot };
    return true;
}

static bool settle_put(struct expander *e, int node, const lm_put *p, lm_arg *a, lm_source *s, limn_error *err)
{
    *s = (lm_source){ -1, 0 };
    if (p->kind == LM_PUT_VALUE) {
        *a = (lm_arg){ .state = LM_ARG_VALUE, .as.value = lm_value_ref(p->value) };
        return true;
    }
    *a = (lm_arg){ .state = LM_ARG_LINK, .slot = p->slot };
    return p->kind == LM_PUT_WIRE ? find_inner(e, node, p->from, p->slot, s, err)
                                  : find_outer(e, node, p->id, p->slot, s, err);
}

static const lm_put *find_put(const lm_subnode *n, const char *input)
{
    for (int i = 0; i < n->n_puts; i++)
        if (!strcmp(n->puts[i].input, input))
            return &n->puts[i];
    return NULL;
}

/* What no row names; none without a REST row. */
static int count_rest(const lm_subnode *n, const lm_class *c)
{
    int count = 0;

    if (!c->n_inputs || c->node->inputs[c->n_inputs - 1].kind != LIMN_KIND_REST)
        return 0;
    for (int i = 0; i < n->n_puts; i++)
        count += !lm_class_input(c, n->puts[i].input);
    return count;
}

static bool settle_row(struct expander *e, int node, int i, lm_arg *a, lm_source *s, limn_error *err)
{
    const limn_input *in = &e->steps[node].class_->node->inputs[i];
    const lm_put     *p = in->kind == LIMN_KIND_REST ? NULL : find_put(&e->graph->nodes[node], in->name);

    if (p)
        return settle_put(e, node, p, a, s, err);
    *s = (lm_source){ -1, 0 };
    *a = in->kind == LIMN_KIND_REST ? (lm_arg){ .state = LM_ARG_CONSTANT } : lm_bind_default(in);
    if (in->kind == LIMN_KIND_REST || (in->flags & LIMN_OPTIONAL))
        return true;
    return fail_node(e, node, err, "required input is missing: ", in->name);
}

static bool settle_inputs(struct expander *e, int node, limn_error *err)
{
    lm_step          *s = &e->steps[node];
    const lm_subnode *n = &e->graph->nodes[node];
    const int         rows = s->class_->n_inputs, rest = count_rest(n, s->class_);
    lm_arg           *args = lm_run_keep(e->run, (size_t)(rows + rest) * sizeof *args);
    lm_source        *sources = lm_run_keep(e->run, (size_t)(rows + rest) * sizeof *sources);
    const char      **names = lm_run_keep(e->run, (size_t)rest * sizeof *names);
    int               at = rows;
    bool              ok = true;

    s->args = args;
    s->sources = sources;
    s->rest = names;
    for (int i = 0; i < rows + rest; i++)
        sources[i].step = -1;
    s->n_args = rows;
    for (int i = 0; ok && i < rows; i++)
        ok = settle_row(e, node, i, &args[i], &sources[i], err);
    for (int i = 0; ok && rest && i < n->n_puts; i++) {
        if (lm_class_input(s->class_, n->puts[i].input))
            continue;
        names[at - rows] = keep_text(e->run, n->puts[i].input);
        s->n_args = at + 1;
        ok = settle_put(e, node, &n->puts[i], &args[at], &sources[at], err);
        at++;
    }
    return ok;
}

/* ------------------------------------------------------------------ keys */

enum { NEW, OPEN, DONE };

/* A source in this subgraph that has no key yet, or -1. One that waits for this node itself is left as it is: a
 * cycle is found when somebody waits in it. */
static int unkeyed_source(const struct expander *e, int node)
{
    const lm_step *s = &e->steps[node];

    for (int i = 0; i < s->n_args; i++) {
        const int from = s->sources[i].step - e->first;

        if (s->sources[i].step >= e->first && e->state[from] == NEW)
            return from;
    }
    return -1;
}

/* A value that is not plain is known by where it came from: what the parent is, and where the parent put it. */
static void key_value(struct expander *e, int node, int i, lm_step *s)
{
    if (lm_key_value(s->args[i].as.value, &s->key))
        return;
    s->key = lm_hash_mix(s->key, e->parent->step->key);
    s->key = lm_hash_u64(lm_hash_u64(s->key, (uint64_t)e->graph->call << 32 | (uint64_t)e->graph->index),
                         (uint64_t)node << 32 | (uint64_t)i);
    s->passing |= e->parent->step->passing;
}

/* A file named by a value is known by its state as well. */
static bool key_file(const struct expander *e, int i, lm_step *s, limn_error *err)
{
    const limn_input *in = lm_step_row(s, i);
    const char       *name = lm_value_text(s->args[i].as.value, "value");

    if (!in || in->kind != LIMN_KIND_FILE || !name)
        return true;
    return lm_key_constant(e->run->env, in, &(lm_arg){ .as.text = name }, &s->key, err);
}

static bool key_input(struct expander *e, int node, int i, lm_step *s, limn_error *err)
{
    const lm_source from = s->sources[i];
    const lm_step  *source = from.step >= 0 ? e->run->tasks[from.step]->step : NULL;

    if (i >= s->class_->n_inputs)
        s->key = lm_hash_text(s->key, s->rest[i - s->class_->n_inputs]);
    if (!source && s->args[i].state == LM_ARG_CONSTANT)
        return lm_key_constant(e->run->env, lm_step_row(s, i), &s->args[i], &s->key, err);
    if (!source) {
        key_value(e, node, i, s);
        return key_file(e, i, s, err);
    }
    lm_key_link(&e->run->memo, e->run->env, s, i, source, from.slot);
    s->passing |= from.step >= e->first && e->state[from.step - e->first] != DONE;
    return true;
}

static bool key_node(struct expander *e, int node, limn_error *err)
{
    lm_step *s = &e->steps[node];

    lm_key_begin(&e->run->memo, e->run->env, s);
    for (int i = 0; i < s->n_args; i++)
        if (!key_input(e, node, i, s, err))
            return false;
    e->state[node] = DONE;
    return lm_key_fingerprint(e->run->env, s, err);
}

static bool make_keys(struct expander *e, limn_error *err)
{
    for (int i = 0; i < e->graph->n_nodes; i++) {
        int n = 0;

        if (e->state[i] == NEW)
            e->stack[n++] = i;
        while (n) {
            const int top = e->stack[n - 1], from = unkeyed_source(e, top);

            e->state[top] = OPEN;
            if (from >= 0 && from != top)
                e->stack[n++] = from;
            else if (!key_node(e, e->stack[--n], err))
                return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------ tasks */

static void add_task(struct expander *e, int node)
{
    lm_run           *x = e->run;
    const lm_subnode *n = &e->graph->nodes[node];
    lm_step          *s = &e->steps[node];
    lm_task          *t = &e->family->tasks[node];
    const size_t      outs = (size_t)s->class_->n_outputs + 1;

    *t = (lm_task){ .step = s, .parent = e->parent, .real = (lm_task *)lm_task_real(e->parent),
                    .family = e->family, .index = x->n_tasks,
                    .display = n->display ? keep_text(x, n->display) : e->parent->display,
                    .out = lm_run_keep(x, outs * sizeof *t->out), .stays = s->output,
                    .readers = lm_run_keep(x, outs * sizeof *t->readers),
                    .order = (e->parent->order & ~(uint64_t)UINT32_MAX) | ++x->next_order };
    if (!t->display)
        t->display = e->parent->step->id;
    if (x->n_tasks == x->tasks_room) {
        x->tasks_room = 2 * x->tasks_room + 64;
        x->tasks = lm_grow(x->tasks, (size_t)x->tasks_room * sizeof *x->tasks);
    }
    x->tasks[x->n_tasks++] = t;
    if (lm_index_reserve(&x->ids))
        lm_index_put(&x->ids, s->id, strlen(s->id), t->index);
}

static bool add_step(struct expander *e, int node, limn_error *err)
{
    const char     *name = e->graph->nodes[node].class_name;
    const lm_class *c = lm_registry_find(e->run->plan->check->registry, name);

    if (!c)
        return limn_fail(err, INPUT, "its subgraph cannot run: there is no node %.100s", name);
    e->steps[node] = (lm_step){ .class_ = c, .id = make_id(e, node), .output = c->node->flags & LIMN_OUTPUT_NODE };
    add_task(e, node);
    return true;
}

/* Several nodes of a subgraph may stand for the same one; each subgraph is a family. */
static bool expand_graph(struct expander *e, limn_graph *g, limn_error *err)
{
    lm_run *x = e->run;
    bool    ok = true;

    e->graph = g;
    e->first = g->first_step = x->n_tasks;
    e->family = lm_run_keep(x, sizeof *e->family);
    e->family->live = 1; /* until its outputs are wanted */
    e->family->tasks = lm_run_keep(x, (size_t)g->n_nodes * sizeof *e->family->tasks);
    e->steps = lm_run_keep(x, (size_t)g->n_nodes * sizeof *e->steps);
    e->state = lm_alloc((size_t)g->n_nodes + 1);
    e->stack = lm_alloc_array((size_t)g->n_nodes + 1, sizeof *e->stack);
    for (int i = 0; ok && i < g->n_nodes; i++) {
        ok = add_step(e, i, err);
        e->family->n_tasks += ok;
    }
    for (int i = 0; ok && i < g->n_nodes; i++)
        ok = settle_inputs(e, i, err);
    ok = ok && make_keys(e, err);
    lm_free(e->state);
    lm_free(e->stack);
    return ok;
}

/* ------------------------------------------------------------------ the wires that were given */

struct wiring {
    struct expander *expander;
    limn_graph      *graphs, *at; /* all; where the last wire led to: the next one leads there, or not far */
    limn_error      *err;
    bool             ok;
};

static void fail_wire(struct wiring *w)
{
    w->ok = limn_fail(w->err, BUG, "it gave a wire that leads nowhere");
}

/* The graph that a wire leads into, or NULL: an output's wires come in the order of the graphs. */
static limn_graph *graph_of(struct wiring *w, const limn_value *wire)
{
    const int64_t call = lm_value_int(wire, "call", -1), index = lm_value_int(wire, "graph", -1);

    for (int again = 0; again < 2; again++, w->at = w->graphs)
        for (; w->at; w->at = w->at->next)
            if (w->at->call == call && w->at->index == index)
                return w->at;
    return NULL;
}

/* A wire of its own, or one that it was given: notes the task it leads to. */
static void lay_wire(void *self, const limn_value *wire)
{
    struct wiring    *w = self;
    struct expander  *e = w->expander;
    const char       *id = lm_value_text(wire, "node");
    const int64_t     slot = lm_value_int(wire, "slot", -1), inner = lm_value_int(wire, "inner", -1);
    const lm_task    *t = id ? lm_run_find(e->run, id) : NULL;
    const limn_graph *g = id ? NULL : graph_of(w, wire);

    if (g && inner >= 0 && inner < g->n_nodes)
        t = e->run->tasks[g->first_step + inner];
    if (!t || slot < 0 || slot >= t->step->class_->n_outputs)
        fail_wire(w);
    else
        lm_value_set_int((limn_value *)wire, "step", t->index); /* whoever made it gave it away */
}

bool lm_run_expand(lm_run *x, lm_task *t, limn_graph *graphs, limn_value **out, limn_error *err)
{
    struct expander e = { .run = x, .parent = t };
    struct wiring   w = { &e, graphs, graphs, err, true };

    for (limn_graph *g = graphs; g; g = g->next)
        if (!expand_graph(&e, g, err))
            return false;
    for (int i = 0; i < t->step->class_->n_outputs; i++)
        lm_results_wires(out[i], lay_wire, &w);
    return w.ok;
}
