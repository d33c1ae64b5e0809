/* diff_side.c: reads a workflow, in either format, as it is compared. */
#include "core/graph/diff_parts.h"

#include "core/base/alloc.h"
#include "core/graph/workflow.h"

/* ------------------------------------------------------------------ finding */

const lm_diff_node *lm_diff_find_node(const lm_diff_graph *g, lm_canvas_name id)
{
    const int32_t i = id.at ? lm_index_find(&g->ids, id.at, id.size) : -1;

    return i < 0 ? NULL : &g->nodes[i];
}

const lm_diff_graph *lm_diff_find_graph(const lm_diff_side *s, lm_canvas_name id)
{
    for (int i = 0; i < s->n_graphs; i++)
        if (lm_canvas_same(s->graphs[i].id, id) && !s->graphs[i].id.at == !id.at)
            return &s->graphs[i];
    return NULL;
}

const lm_diff_input *lm_diff_twin(const lm_diff_node *n, const lm_diff_node *of, int i)
{
    const lm_canvas_name name = of->inputs[i].name;
    int                  before = 0;

    if (i < n->n_inputs && lm_canvas_same(n->inputs[i].name, name))
        return &n->inputs[i];
    for (int k = 0; k < i; k++)
        before += lm_canvas_same(of->inputs[k].name, name);
    for (int k = 0; k < n->n_inputs; k++)
        if (lm_canvas_same(n->inputs[k].name, name) && !before--)
            return &n->inputs[k];
    return NULL;
}

static bool room_for(lm_diff_side *s, lm_diff_graph *g, int n_nodes)
{
    g->nodes = lm_canvas_take(&s->canvas, (size_t)n_nodes, sizeof *g->nodes);
    if (g->nodes && lm_index_init(&g->ids, (size_t)n_nodes))
        return true;
    return limn_fail(&s->canvas.err, MEMORY, "no memory for %d nodes", n_nodes);
}

static lm_diff_node *add_node(lm_diff_graph *g, lm_canvas_name id, lm_json_ref self)
{
    lm_diff_node *n = &g->nodes[g->n_nodes];

    *n = (lm_diff_node){ .self = self, .id = id };
    if (id.at)
        lm_index_put(&g->ids, id.at, id.size, g->n_nodes);
    g->n_nodes++;
    return n;
}

static bool room_for_inputs(lm_diff_side *s, lm_diff_node *n, int count)
{
    n->inputs = lm_canvas_take(&s->canvas, (size_t)count, sizeof *n->inputs);
    return n->inputs;
}

/* ------------------------------------------------------------------ what a canvas saved */

/* Where the link leads back to. */
static void set_origin(const lm_canvas_graph *g, lm_diff_input *to, int32_t from, int32_t slot)
{
    to->linked = true;
    to->from_slot = slot;
    if (from == LM_CANVAS_EDGE)
        to->from = lm_canvas_text("inputs of the subgraph");
    else if (from >= 0)
        to->from = g->nodes[from].id;
}

static void set_input(const lm_canvas_graph *g, const lm_canvas_node *from, const lm_canvas_slot *slot,
                      lm_diff_input *to)
{
    to->name = slot->name;
    if (slot->widget >= 0 && slot->widget < from->n_values)
        to->value = from->values[slot->widget];
    if (slot->link >= 0)
        set_origin(g, to, g->links[slot->link].from, g->links[slot->link].from_slot);
}

/* The promoted inputs of a node that stands for a graph have their values in the graph's order. */
static void set_promoted(const lm_canvas_node *from, lm_diff_node *n)
{
    const lm_canvas_graph *inner = from->inner;

    for (int i = 0; i < inner->n_inputs && i < n->n_inputs; i++)
        if (inner->inputs[i].promoted >= 0 && inner->inputs[i].promoted < from->n_values)
            n->inputs[i].value = from->values[inner->inputs[i].promoted];
}

static bool add_canvas_node(lm_diff_side *s, const lm_canvas_graph *g, const lm_canvas_node *from, lm_diff_graph *to)
{
    lm_diff_node *n = add_node(to, from->id, from->self);

    n->class_name = from->inner ? from->inner->name : from->type;
    n->title = lm_canvas_key(&s->canvas, from->title);
    n->mode = from->mode;
    n->dealt = from->plan || from->n_values;
    if (!room_for_inputs(s, n, from->n_slots))
        return false;
    for (int i = 0; i < from->n_slots; i++)
        set_input(g, from, &from->slots[i], &n->inputs[n->n_inputs++]);
    if (from->inner)
        set_promoted(from, n);
    return true;
}

/* What leaves a subgraph, as a node whose inputs are its outputs. */
static bool add_edge(lm_diff_side *s, const lm_canvas_graph *g, lm_diff_graph *to)
{
    lm_diff_node *n;

    if (!g->n_outputs)
        return true;
    n = add_node(to, lm_canvas_text("outputs of the subgraph"), 0);
    n->dealt = true;
    if (!room_for_inputs(s, n, g->n_outputs))
        return false;
    for (int i = 0; i < g->n_outputs; i++) {
        lm_diff_input *in = &n->inputs[n->n_inputs++];

        in->name = g->outputs[i].name;
        if (g->outputs[i].node != LM_CANVAS_NOWHERE)
            set_origin(g, in, g->outputs[i].node, g->outputs[i].slot);
    }
    return true;
}

static bool add_canvas_graph(lm_diff_side *s, const lm_canvas_graph *g)
{
    lm_diff_graph *to = &s->graphs[s->n_graphs++];

    *to = (lm_diff_graph){ .self = g->self };
    if (g != s->canvas.graphs[0]) {
        to->name = g->name;
        to->id = g->group ? g->name : lm_canvas_key(&s->canvas, lm_json_get(s->d, g->self, "id"));
    }
    if (!room_for(s, to, g->n_nodes + 1))
        return false;
    for (int i = 0; i < g->n_nodes; i++)
        if (lm_index_find(&to->ids, g->nodes[i].id.at, g->nodes[i].id.size) < 0 &&
            !add_canvas_node(s, g, &g->nodes[i], to))
            return false;
    return to->id.at ? add_edge(s, g, to) : true;
}

/* Definitions that nothing uses are read as well. */
static bool read_canvas(lm_diff_side *s)
{
    lm_canvas *c = &s->canvas;

    if (!lm_canvas_graph_new(c, c->root, lm_canvas_text("the workflow"), false) || !lm_canvas_find_definitions(c))
        return false;
    for (int i = 0; i < c->n_graphs; i++)
        if (!c->graphs[i]->state && !lm_canvas_read(c, c->graphs[i]))
            return false;
    s->graphs = lm_canvas_take(c, (size_t)c->n_graphs, sizeof *s->graphs);
    for (int i = 0; s->graphs && i < c->n_graphs; i++)
        if (!add_canvas_graph(s, c->graphs[i]))
            return false;
    return s->graphs;
}

/* ------------------------------------------------------------------ the API format */

/* ["4", 0] */
static bool is_link(const lm_json *d, lm_json_ref v)
{
    const lm_json_kind first = lm_json_kind_of(d, lm_json_at(d, v, 0));

    return lm_json_kind_of(d, v) == LM_JSON_ARRAY && lm_json_count(d, v) == 2 &&
           (first == LM_JSON_STRING || first == LM_JSON_NUMBER) &&
           lm_json_kind_of(d, lm_json_at(d, v, 1)) == LM_JSON_NUMBER;
}

static void set_api_input(lm_diff_side *s, lm_json_ref key, lm_diff_input *to)
{
    const lm_json_ref v = lm_json_value(s->d, key);

    to->name = lm_canvas_key(&s->canvas, key);
    to->linked = is_link(s->d, v);
    if (!to->linked) {
        to->value = v;
        return;
    }
    to->from = lm_canvas_key(&s->canvas, lm_json_at(s->d, v, 0));
    to->from_slot = lm_canvas_int(&s->canvas, lm_json_at(s->d, v, 1), -1);
}

static bool add_api_node(lm_diff_side *s, lm_json_ref key, lm_diff_graph *g)
{
    lm_diff_node     *n = add_node(g, lm_canvas_key(&s->canvas, key), lm_json_value(s->d, key));
    const lm_json_ref inputs = lm_json_get(s->d, n->self, "inputs");

    n->class_name = lm_canvas_key(&s->canvas, lm_json_get(s->d, n->self, "class_type"));
    n->title = lm_canvas_key(&s->canvas, lm_json_get(s->d, lm_json_get(s->d, n->self, "_meta"), "title"));
    n->dealt = true;
    if (!room_for_inputs(s, n, (int)lm_json_count(s->d, inputs)))
        return false;
    for (lm_json_ref k = lm_json_first_key(s->d, inputs); k; k = lm_json_next(s->d, k))
        set_api_input(s, k, &n->inputs[n->n_inputs++]);
    return true;
}

static bool read_api(lm_diff_side *s)
{
    const lm_json_ref root = s->canvas.root;
    const uint32_t    count = lm_json_count(s->d, root);
    lm_diff_graph    *g = s->graphs = lm_canvas_take(&s->canvas, 1, sizeof *g);

    if (lm_json_kind_of(s->d, root) != LM_JSON_OBJECT)
        return limn_fail(&s->canvas.err, FILE, "a workflow is an object of nodes, and this is none");
    if (!g || count > LM_CANVAS_MAX_NODES || !room_for(s, g, (int)count))
        return limn_fail(&s->canvas.err, FILE, "more than %d nodes: too large for a workflow", LM_CANVAS_MAX_NODES);
    s->n_graphs = 1;
    g->self = root;
    for (lm_json_ref k = lm_json_first_key(s->d, root); k; k = lm_json_next(s->d, k)) {
        if (lm_json_kind_of(s->d, lm_json_value(s->d, k)) != LM_JSON_OBJECT)
            return limn_fail(&s->canvas.err, FILE, "a workflow is an object of nodes, and one of its members is none");
        if (!add_api_node(s, k, g))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ the door */

static bool convert(lm_diff_side *s, const lm_canvas_env *env)
{
    lm_text api = { 0 };

    if (lm_canvas_convert(s->d, s->canvas.root, env, &api, NULL, &s->canvas.err))
        s->made = lm_json_read(api.at, api.size, &s->canvas.err);
    lm_text_done(&api);
    if (!s->made)
        return false;
    s->d = s->canvas.d = s->made;
    s->canvas.root = lm_json_root(s->d);
    return true;
}

bool lm_diff_side_open(lm_diff_side *s, lm_json *d, bool as_api, const lm_canvas_env *env, limn_error *err)
{
    bool well = true;

    *s = (lm_diff_side){ .d = d, .canvas = { .d = d, .root = lm_workflow_root(d), .env = env } };
    s->api = !lm_canvas_is(d, s->canvas.root);
    if (!s->api && as_api) {
        well = convert(s, env);
        s->api = true;
    }
    well = well && (s->api ? read_api(s) : read_canvas(s)) && lm_canvas_live(&s->canvas);
    if (!well && err->code == LIMN_OK)
        *err = s->canvas.err;
    return well;
}

void lm_diff_side_done(lm_diff_side *s)
{
    for (int i = 0; i < s->n_graphs; i++)
        lm_index_done(&s->graphs[i].ids);
    lm_canvas_done(&s->canvas);
    lm_json_free(s->made);
}
