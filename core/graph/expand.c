/* expand.c: makes tasks of the subgraph that a node asked for.
 *
 * Ids are as ComfyUI's graph builder makes them: "<parent>.<call>.<graph>.<local>". A loop nests its turns, so an id
 * would grow with each: a parent's id or a local one that has become long is replaced by a hash of it. */
#include <inttypes.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/bind.h"
#include "core/graph/expand.h"

enum { LONG_ID = 160, LONG_LOCAL = 64 };

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
static const char *make_id(lm_expander *e, int node)
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
    kept = lm_arena_take(&e->family->memory, id.size + 1);
    memcpy(kept, id.at, id.size);
    lm_text_done(&id);
    lm_text_done(&real);
    return kept;
}

/* ------------------------------------------------------------------ inputs */

static bool fail_node(const lm_expander *e, int node, limn_error *err, const char *what, const char *name)
{
    return limn_fail(err, INPUT, "its subgraph cannot run: %.60s: %s%.200s", e->graph->nodes[node].class_name, what,
                     name);
}

/* Another family's tasks have to stay as they are as long as this one may look at them. */
static void use_family(lm_expander *e, lm_family *used)
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

/* A node of the workflow, of this expansion, or of another that is ready and not gone. */
static bool may_link(const lm_expander *e, const lm_task *t)
{
    const lm_family *f = t ? t->family : NULL;

    return t && (!f || (!f->gone && (f->keyed || f->heir == e->parent)));
}

/* Where a link out of the subgraph leads to: its values stay from here on. */
static bool find_outer(lm_expander *e, int node, const char *id, int slot, lm_source *out, limn_error *err)
{
    lm_task *t = lm_run_find(e->run, id);

    if (!may_link(e, t))
        return fail_node(e, node, err, t ? "it is linked to a node that is gone: "
                                         : "it is linked to a node that is not there: ", id);
    if (slot < 0 || slot >= t->step->class_->n_outputs)
        return fail_node(e, node, err, "it is linked to an output that is not there, of ", id);
    use_family(e, t->family);
    t->stays = true;
    *out = (lm_source){ t->index, slot };
    return true;
}

static bool find_inner(lm_expander *e, int node, int from, int slot, lm_source *out, limn_error *err)
{
    const lm_class *c = from >= 0 && from < e->graph->n_nodes ? e->steps[from].class_ : NULL;

    if (!c || slot < 0 || slot >= c->n_outputs)
        return fail_node(e, node, err, "it is linked to an output that is not there", "");
    *out = (lm_source){ e->first + from, slot };
    return true;
}

static bool settle_put(lm_expander *e, int node, const lm_put *p, lm_arg *a, lm_source *s, limn_error *err)
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

static bool settle_row(lm_expander *e, int node, int i, lm_arg *a, lm_source *s, limn_error *err)
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

static bool settle_inputs(lm_expander *e, int node, limn_error *err)
{
    lm_step          *s = &e->steps[node];
    const lm_subnode *n = &e->graph->nodes[node];
    lm_arena         *memory = &e->family->memory;
    const int         rows = s->class_->n_inputs, rest = count_rest(n, s->class_);
    lm_arg           *args = lm_arena_take(memory, (size_t)(rows + rest) * sizeof *args);
    lm_source        *sources = lm_arena_take(memory, (size_t)(rows + rest) * sizeof *sources);
    const char      **names = lm_arena_take(memory, (size_t)rest * sizeof *names);
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
        names[at - rows] = lm_arena_text(&e->family->memory, n->puts[i].input);
        s->n_args = at + 1;
        ok = settle_put(e, node, &n->puts[i], &args[at], &sources[at], err);
        at++;
    }
    return ok;
}

/* ------------------------------------------------------------------ tasks */

static void make_task(lm_expander *e, int node)
{
    lm_arena         *memory = &e->family->memory;
    const lm_subnode *n = &e->graph->nodes[node];
    lm_step          *s = &e->steps[node];
    lm_task          *t = &e->family->tasks[node];
    const size_t      outs = (size_t)s->class_->n_outputs + 1;

    *t = (lm_task){ .step = s, .real = (lm_task *)lm_task_real(e->parent), .family = e->family, .stays = s->output,
                    .display = n->display ? lm_arena_text(memory, n->display) : e->family->display,
                    .out = lm_arena_take(memory, outs * sizeof *t->out),
                    .readers = lm_arena_take(memory, outs * sizeof *t->readers),
                    .order = (e->parent->order & ~(uint64_t)UINT32_MAX) | ++e->run->next_order };
}

static void name_task(lm_expander *e, int node)
{
    lm_run *x = e->run;

    e->steps[node].id = make_id(e, node);
    if (lm_index_reserve(&x->ids))
        lm_index_put(&x->ids, e->steps[node].id, strlen(e->steps[node].id), e->family->tasks[node].index);
}

static bool make_step(lm_expander *e, int node, limn_error *err)
{
    const char     *name = e->graph->nodes[node].class_name;
    const lm_class *c = lm_registry_find(e->run->plan->check->registry, name);

    if (!c)
        return limn_fail(err, INPUT, "its subgraph cannot run: there is no node %.100s", name);
    e->steps[node] = (lm_step){ .class_ = c, .id = "", .output = c->node->flags & LIMN_OUTPUT_NODE };
    return true;
}

/* Several nodes of a subgraph may stand for the same one; each subgraph is a family. Under the lock. */
static bool make_tasks(lm_expander *e, limn_graph *g, limn_error *err)
{
    lm_family *f = e->family = g->family = lm_family_new(e->run, e->parent);
    bool       ok = true;

    e->graph = g;
    e->steps = lm_arena_take(&f->memory, (size_t)g->n_nodes * sizeof *e->steps);
    for (int i = 0; ok && i < g->n_nodes; i++)
        ok = make_step(e, i, err);
    if (!ok)
        return false;
    f->tasks = lm_arena_take(&f->memory, (size_t)g->n_nodes * sizeof *f->tasks);
    f->n_tasks = g->n_nodes;
    for (int i = 0; i < g->n_nodes; i++)
        make_task(e, i);
    lm_family_place(e->run, f);
    e->first = g->n_nodes ? f->tasks[0].index : 0;
    for (int i = 0; i < g->n_nodes; i++)
        name_task(e, i);
    for (int i = 0; ok && i < g->n_nodes; i++)
        ok = settle_inputs(e, i, err);
    return ok;
}

/* ------------------------------------------------------------------ the wires that were given */

struct wiring {
    lm_expander *expander;
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
    lm_expander  *e = w->expander;
    const char       *id = lm_value_text(wire, "node");
    const int64_t     slot = lm_value_int(wire, "slot", -1), inner = lm_value_int(wire, "inner", -1);
    const lm_task    *t = id ? lm_run_find(e->run, id) : NULL;
    const limn_graph *g = id ? NULL : graph_of(w, wire);

    if (g && inner >= 0 && inner < g->n_nodes)
        t = &g->family->tasks[inner];
    if (!may_link(e, t) || slot < 0 || slot >= t->step->class_->n_outputs)
        fail_wire(w);
    else
        lm_value_set_int((limn_value *)wire, "step", t->index); /* whoever made it gave it away */
}

bool lm_run_expand(lm_run *x, lm_task *t, limn_graph *graphs, limn_value **out, limn_error *err)
{
    lm_expander  *each = NULL;
    int           n = 0, made = 0;
    struct wiring w = { NULL, graphs, graphs, err, true };

    for (const limn_graph *g = graphs; g; g = g->next)
        n++;
    each = lm_alloc_array((size_t)n + 1, sizeof *each);
    each[n] = (lm_expander){ .run = x, .parent = t };
    w.expander = &each[n];
    for (limn_graph *g = graphs; g && w.ok; g = g->next) {
        each[made] = each[n];
        w.ok = make_tasks(&each[made++], g, err);
    }
    pthread_mutex_unlock(&x->lock);
    for (int i = 0; w.ok && i < n; i++)
        w.ok = lm_expand_keys(&each[i], err);
    pthread_mutex_lock(&x->lock);
    for (int i = 0; w.ok && i < n; i++)
        each[i].family->keyed = true;
    for (int i = 0; w.ok && i < t->step->class_->n_outputs; i++)
        lm_results_wires(out[i], lay_wire, &w);
    lm_free(each);
    return w.ok;
}
