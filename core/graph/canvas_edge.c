/* canvas_edge.c: the edge of a subgraph: its inputs and outputs, which of them are widgets' in truth, and the nodes
 * that stand for it. */
#include "core/graph/canvas_parts.h"

enum { MOST_PROXIES = 1000 }; /* of one node; and its widgets that are looked at */

/* ------------------------------------------------------------------ inputs and outputs of a definition */

static int32_t link_called(const lm_canvas *c, const lm_canvas_graph *g, lm_json_ref id)
{
    const lm_canvas_name text = lm_canvas_key(c, id);

    return text.at ? lm_index_find(&g->link_ids, text.at, text.size) : -1;
}

static lm_canvas_end *read_ends(lm_canvas *c, lm_canvas_graph *g, const char *name, int *count)
{
    const lm_json_ref list = lm_canvas_list(c, g->self, name);
    lm_canvas_end    *ends = lm_canvas_take(c, lm_json_count(c->d, list), sizeof *ends);

    for (lm_json_ref v = ends ? lm_json_first(c->d, list) : 0; v; v = lm_json_next(c->d, v)) {
        lm_canvas_end *e = &ends[(*count)++];

        *e = (lm_canvas_end){ .self = lm_json_resolve(c->d, v), .node = LM_CANVAS_NOWHERE, .promoted = -1 };
        e->name = lm_canvas_key(c, lm_json_get(c->d, e->self, "name"));
        e->type = lm_canvas_type_of(c, lm_json_get(c->d, e->self, "type"));
        if (!e->name.at)
            e->name = lm_canvas_text("");
    }
    return ends;
}

/* Does the link lead from input `input` of the edge to a widget, or to one that a subgraph within has promoted? */
static bool leads_to_widget(const lm_canvas_graph *g, int32_t link, int input)
{
    const lm_canvas_link *l = link < 0 ? NULL : &g->links[link];

    return l && l->from == LM_CANVAS_EDGE && l->from_slot == input && l->to >= 0 &&
           g->nodes[l->to].slots[l->to_slot].widget >= 0;
}

static void promote(lm_canvas *c, lm_canvas_graph *g, int input)
{
    lm_canvas_end    *e = &g->inputs[input];
    const lm_json_ref ids = lm_canvas_list(c, e->self, "linkIds");

    for (lm_json_ref v = lm_json_first(c->d, ids); v; v = lm_json_next(c->d, v)) {
        const int32_t link = link_called(c, g, lm_json_resolve(c->d, v));

        if (!leads_to_widget(g, link, input))
            continue;
        e->node = g->links[link].to;
        e->slot = g->links[link].to_slot;
        e->promoted = g->n_promoted++;
        return;
    }
}

static void find_origin(lm_canvas *c, lm_canvas_graph *g, lm_canvas_end *e)
{
    const int32_t link = link_called(c, g, lm_json_at(c->d, lm_canvas_list(c, e->self, "linkIds"), 0));

    if (link < 0)
        return;
    e->node = g->links[link].from;
    e->slot = g->links[link].from_slot;
}

static bool index_inputs(lm_canvas *c, lm_canvas_graph *g)
{
    if (!lm_index_init(&g->input_names, (size_t)g->n_inputs))
        return limn_fail(&c->err, MEMORY, "no memory for %d inputs", g->n_inputs);
    for (int i = 0; i < g->n_inputs; i++)
        lm_index_put(&g->input_names, g->inputs[i].name.at, g->inputs[i].name.size, i);
    return true;
}

bool lm_canvas_edge(lm_canvas *c, lm_canvas_graph *g)
{
    if (g == c->graphs[0])
        return true;
    g->inputs = read_ends(c, g, "inputs", &g->n_inputs);
    g->outputs = read_ends(c, g, "outputs", &g->n_outputs);
    for (int i = 0; i < g->n_inputs; i++)
        promote(c, g, i);
    for (int i = 0; i < g->n_outputs; i++)
        find_origin(c, g, &g->outputs[i]);
    return lm_canvas_live(c) && index_inputs(c, g);
}

/* ------------------------------------------------------------------ a node that stands for a graph: slots */

static int input_called(const lm_canvas_graph *g, lm_canvas_name name)
{
    return name.at ? lm_index_find(&g->input_names, name.at, name.size) : -1;
}

/* The file's inputs are found by name and type first, then by name alone. */
static void bind_inputs(lm_canvas *c, lm_canvas_graph *g, lm_canvas_node *n, bool typed)
{
    const lm_json_ref list = lm_canvas_array(c, n->inputs);

    for (lm_json_ref v = lm_json_first(c->d, list); v; v = lm_json_next(c->d, v)) {
        const lm_json_ref input = lm_json_resolve(c->d, v);
        const int         slot = input_called(n->inner, lm_canvas_key(c, lm_json_get(c->d, input, "name")));
        const int32_t     link = link_called(c, g, lm_json_get(c->d, input, "link"));

        if (slot < 0 || link < 0 || n->slots[slot].link >= 0)
            continue;
        if (!typed || lm_canvas_type_of(c, lm_json_get(c->d, input, "type")) == n->slots[slot].type)
            lm_canvas_set_link(g, (int)(n - g->nodes), slot, link);
    }
}

static bool instance_slots(lm_canvas *c, lm_canvas_graph *g, lm_canvas_node *n)
{
    n->slots = lm_canvas_take(c, (size_t)n->inner->n_inputs, sizeof *n->slots);
    if (!n->slots)
        return false;
    for (; n->n_slots < n->inner->n_inputs; n->n_slots++) {
        const lm_canvas_end *e = &n->inner->inputs[n->n_slots];

        n->slots[n->n_slots] = (lm_canvas_slot){ .name = e->name, .type = e->type, .link = -1, .widget = e->promoted };
    }
    bind_inputs(c, g, n, true);
    bind_inputs(c, g, n, false);
    return lm_canvas_live(c);
}

/* ------------------------------------------------------------------ a node that stands for a graph: values */

static lm_json_ref unless_null(const lm_canvas *c, lm_json_ref v)
{
    return lm_json_kind_of(c->d, v) == LM_JSON_NULL ? 0 : lm_json_resolve(c->d, v);
}

static bool is_own(const lm_canvas *c, lm_json_ref proxy)
{
    return lm_canvas_is_text(lm_canvas_key(c, lm_json_at(c->d, proxy, 0)), "-1");
}

static bool has_own(const lm_canvas *c, lm_json_ref proxies)
{
    for (lm_json_ref v = lm_json_first(c->d, proxies); v; v = lm_json_next(c->d, v))
        if (is_own(c, v))
            return true;
    return false;
}

static int widget_called(const lm_canvas_node *n, lm_canvas_name name)
{
    for (int i = 0; i < n->n_slots && i < MOST_PROXIES; i++)
        if (n->slots[i].widget >= 0 && lm_canvas_same(n->slots[i].name, name))
            return i;
    return -1;
}

/* The widget within that a proxy shows. */
static bool proxied(const lm_canvas *c, const lm_canvas_graph *g, lm_json_ref proxy, int *node, int *slot)
{
    const lm_canvas_name id = lm_canvas_key(c, lm_json_at(c->d, proxy, 0));
    const lm_canvas_name name = lm_canvas_key(c, lm_json_at(c->d, proxy, 1));

    *node = id.at && name.at ? lm_index_find(&g->ids, id.at, id.size) : -1;
    *slot = *node < 0 ? -1 : widget_called(&g->nodes[*node], name);
    return *slot >= 0;
}

/* The input of the edge that leads to that widget, or -1. */
static int leading_input(const lm_canvas_graph *g, int node, int slot)
{
    const int32_t link = g->nodes[node].slots[slot].link;

    if (link < 0 || g->links[link].from != LM_CANVAS_EDGE)
        return -1;
    return g->links[link].from_slot < g->n_inputs ? g->links[link].from_slot : -1;
}

static void set_input(const lm_canvas *c, lm_canvas_node *n, int input, lm_json_ref v)
{
    if (input >= 0 && n->slots[input].widget >= 0)
        n->values[n->slots[input].widget] = unless_null(c, v);
}

/* True when the proxy is of a widget that no input leads to. */
static bool set_proxied(const lm_canvas *c, lm_canvas_node *n, lm_json_ref proxy, lm_json_ref v, bool linked_too)
{
    const lm_canvas_graph *g = n->inner;
    int                    node, slot, input;

    if (!proxied(c, g, proxy, &node, &slot))
        return false;
    input = leading_input(g, node, slot);
    if (input >= 0 && linked_too)
        set_input(c, n, input, v);
    if (input >= 0)
        return false;
    if (unless_null(c, v) && n->n_over < MOST_PROXIES)
        n->over[n->n_over++] = (lm_canvas_over){ node, g->nodes[node].slots[slot].widget,
                                                 lm_json_resolve(c->d, v) };
    return true;
}

/* One value for each proxy. Front ends 1.28 to 1.42 called those of the node itself "-1". */
static void parallel_values(const lm_canvas *c, lm_canvas_node *n, lm_json_ref proxies, lm_json_ref widgets)
{
    lm_json_ref v = lm_json_first(c->d, widgets);

    for (lm_json_ref p = lm_json_first(c->d, proxies); p && v; p = lm_json_next(c->d, p), v = lm_json_next(c->d, v))
        if (is_own(c, p))
            set_input(c, n, input_called(n->inner, lm_canvas_key(c, lm_json_at(c->d, p, 1))), v);
        else
            set_proxied(c, n, p, v, true);
}

/* The values of the edge's widgets in order, then those of proxies to other widgets. */
static void ordered_values(const lm_canvas *c, lm_canvas_node *n, lm_json_ref proxies, lm_json_ref widgets)
{
    lm_json_ref v = lm_json_first(c->d, widgets);

    for (int i = 0; i < n->n_values && v; i++, v = lm_json_next(c->d, v))
        n->values[i] = unless_null(c, v);
    for (lm_json_ref p = lm_json_first(c->d, proxies); p && v; p = lm_json_next(c->d, p))
        if (set_proxied(c, n, p, v, false))
            v = lm_json_next(c->d, v);
}

static void named_values(lm_canvas *c, lm_canvas_node *n, lm_json_ref widgets)
{
    for (lm_json_ref k = lm_json_first_key(c->d, widgets); k; k = lm_json_next(c->d, k)) {
        const int input = input_called(n->inner, lm_canvas_key(c, k));

        if (input >= 0 && n->slots[input].widget >= 0)
            n->values[n->slots[input].widget] = unless_null(c, lm_json_value(c->d, k));
    }
}

static void instance_values(lm_canvas *c, lm_canvas_node *n)
{
    const lm_json_ref widgets = n->widgets;
    const lm_json_ref proxies = lm_canvas_list(c, n->properties, "proxyWidgets");

    const bool parallel = has_own(c, proxies) || lm_json_count(c->d, proxies) == lm_json_count(c->d, widgets);

    n->over = lm_canvas_take(c, lm_json_count(c->d, proxies), sizeof *n->over);
    if (!n->over)
        return;
    if (n->inner->group)
        lm_canvas_deal(c, n->inner->stored, n->inner->n_stored, widgets, n->values, n->n_values);
    else if (lm_json_kind_of(c->d, widgets) == LM_JSON_OBJECT)
        named_values(c, n, widgets);
    else if (lm_json_kind_of(c->d, widgets) == LM_JSON_ARRAY && parallel)
        parallel_values(c, n, proxies, widgets);
    else if (lm_json_kind_of(c->d, widgets) == LM_JSON_ARRAY)
        ordered_values(c, n, proxies, widgets);
}

bool lm_canvas_instance(lm_canvas *c, lm_canvas_graph *g, lm_canvas_node *n)
{
    if (!instance_slots(c, g, n))
        return false;
    n->n_values = n->inner->n_promoted;
    n->values = lm_canvas_take(c, (size_t)n->n_values, sizeof *n->values);
    if (n->values)
        instance_values(c, n);
    return lm_canvas_live(c);
}
