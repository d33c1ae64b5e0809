/* uses.c: walks over what a workflow uses. */
#include "core/bundle/uses.h"

#include "core/graph/canvas_parts.h"
#include "core/graph/workflow.h"

static void tell_value(const lm_uses *u, lm_canvas_name node, lm_canvas_name input, const limn_input *row,
                       lm_json_ref v)
{
    if (u->value && v && input.at)
        u->value(u->self, node.at ? node.at : "", node.size, input.at, input.size, row, v);
}

/* ------------------------------------------------------------------ what a canvas saved */

static const limn_input *row_of_slot(const lm_canvas_node *n, int slot)
{
    const int widget = slot >= 0 && slot < n->n_slots ? n->slots[slot].widget : -1;

    return n->plan && widget >= 0 && widget < n->plan->n_widgets ? n->plan->rows[widget] : NULL;
}

/* The widget that a promoted input leads to, through graphs within graphs. */
static const limn_input *row_of_end(const lm_canvas_graph *g, const lm_canvas_end *e)
{
    for (int depth = 0; depth < LM_CANVAS_MAX_DEPTH && e->node >= 0 && e->node < g->n_nodes; depth++) {
        const lm_canvas_node *n = &g->nodes[e->node];

        if (!n->inner)
            return row_of_slot(n, e->slot);
        if (e->slot < 0 || e->slot >= n->inner->n_inputs)
            return NULL;
        g = n->inner;
        e = &g->inputs[e->slot];
    }
    return NULL;
}

static void tell_promoted(const lm_uses *u, const lm_canvas_node *n)
{
    const lm_canvas_graph *g = n->inner;

    for (int i = 0; i < g->n_inputs; i++)
        if (g->inputs[i].promoted >= 0 && g->inputs[i].promoted < n->n_values)
            tell_value(u, n->id, g->inputs[i].name, row_of_end(g, &g->inputs[i]), n->values[g->inputs[i].promoted]);
    for (int i = 0; i < n->n_over; i++) {
        const lm_canvas_over *o = &n->over[i];
        const lm_canvas_node *to = o->node >= 0 && o->node < g->n_nodes ? &g->nodes[o->node] : NULL;

        if (to && to->plan && o->widget >= 0 && o->widget < to->plan->n_widgets)
            tell_value(u, n->id, lm_canvas_text(to->plan->rows[o->widget]->name), to->plan->rows[o->widget], o->value);
    }
}

static void tell_node(const lm_uses *u, const lm_canvas_node *n)
{
    if (n->inner) {
        tell_promoted(u, n);
        return;
    }
    if (n->kind != LM_CANVAS_REAL)
        return;
    if (u->class_ && n->type.at)
        u->class_(u->self, n->type.at, n->type.size, n->plan ? n->plan->class : NULL);
    for (int i = 0; i < n->n_slots; i++)
        if (n->slots[i].widget >= 0 && n->slots[i].widget < n->n_values)
            tell_value(u, n->id, n->slots[i].name, row_of_slot(n, i), n->values[n->slots[i].widget]);
}

static bool walk_canvas(lm_canvas *c, const lm_uses *u)
{
    if (!lm_canvas_graph_new(c, c->root, lm_canvas_text("the workflow"), false) || !lm_canvas_find_definitions(c))
        return false;
    for (int i = 0; i < c->n_graphs; i++)
        if (!c->graphs[i]->state && !lm_canvas_read(c, c->graphs[i]))
            return false;
    for (int i = 0; i < c->n_graphs; i++)
        for (int k = 0; k < c->graphs[i]->n_nodes; k++)
            tell_node(u, &c->graphs[i]->nodes[k]);
    return true;
}

/* ------------------------------------------------------------------ the API format */

static bool walk_api(lm_canvas *c, const lm_uses *u)
{
    lm_json *d = c->d;

    if (lm_json_kind_of(d, c->root) != LM_JSON_OBJECT)
        return limn_fail(&c->err, FILE, "a workflow is an object of nodes, and this is none");
    for (lm_json_ref k = lm_json_first_key(d, c->root); k; k = lm_json_next(d, k)) {
        const lm_json_ref    node = lm_json_value(d, k), inputs = lm_json_get(d, node, "inputs");
        const lm_canvas_name type = lm_canvas_key(c, lm_json_get(d, node, "class_type"));
        const lm_class      *class = type.at ? lm_registry_find_bytes(c->env->registry, type.at, type.size) : NULL;

        if (lm_json_kind_of(d, node) != LM_JSON_OBJECT || !type.at)
            return limn_fail(&c->err, FILE, "a workflow is an object of nodes, each with a class_type");
        if (u->class_)
            u->class_(u->self, type.at, type.size, class);
        for (lm_json_ref i = lm_json_first_key(d, inputs); i; i = lm_json_next(d, i)) {
            const char *name = lm_json_c_string(d, i);

            tell_value(u, lm_canvas_key(c, k), lm_canvas_key(c, i), class && name ? lm_class_input(class, name) : NULL,
                       lm_json_value(d, i));
        }
    }
    return true;
}

bool lm_uses_walk(lm_json *d, const lm_canvas_env *env, const lm_uses *u, limn_error *err)
{
    lm_canvas c = { .d = d, .root = lm_workflow_root(d), .env = env };
    bool      well = (lm_canvas_is(d, c.root) ? walk_canvas(&c, u) : walk_api(&c, u)) && lm_canvas_live(&c);

    if (!well && err->code == LIMN_OK)
        *err = c.err;
    lm_canvas_done(&c);
    return well;
}
