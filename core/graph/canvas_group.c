/* canvas_group.c: the edge of a group node, which canvases had before subgraphs. Its definition has no list of
 * inputs: what is not linked within shows outside, node by node, under names that must not repeat.
 * Source: the behaviour of the front end's group nodes. */
#include "core/base/alloc.h"
#include "core/graph/canvas_parts.h"

enum { LINKED = 1, SHOWN = 2, MOST = 10000 /* inputs, links and settings of one group */ };

struct group {
    lm_canvas       *c;
    lm_canvas_graph *g;
    lm_index         seen;    /* outer names, to places in `times` */
    int32_t         *times;
    uint8_t        **outputs; /* of each node: LINKED, SHOWN */
    int              n_times;
};

/* Stands for what nested groups and primitives show: any value. */
static const limn_input any_widget = { .name = "value", .type = "*", .kind = LIMN_KIND_TEXT };

/* ------------------------------------------------------------------ links within */

static int slot_called(const lm_canvas_node *n, lm_canvas_name name)
{
    for (int i = 0; name.at && i < n->n_slots && i < 1000; i++)
        if (lm_canvas_same(n->slots[i].name, name))
            return i;
    return -1;
}

/* A link names the place among the inputs that the node had when the group was made. */
static int slot_at(const lm_canvas *c, const lm_canvas_node *n, int place)
{
    const lm_json_ref inputs = lm_canvas_array(c, n->inputs);
    const lm_json_ref input = place < 0 || place > 1000 ? 0 : lm_json_at(c->d, inputs, (uint32_t)place);
    const int         slot = slot_called(n, lm_canvas_key(c, lm_json_get(c->d, input, "name")));

    return slot >= 0 ? slot : place >= 0 && place < n->n_slots ? place : -1;
}

static int count_outputs(const lm_canvas *c, const lm_canvas_node *n)
{
    const uint32_t in_file = lm_json_count(c->d, lm_canvas_array(c, n->outputs));

    return n->plan    ? n->plan->n_outputs
           : n->inner ? n->inner->n_outputs
           : n->kind  ? n->kind == LM_CANVAS_FOLLOW || n->kind == LM_CANVAS_VALUE
                      : (int)(in_file < 1000 ? in_file : 1000);
}

static void mark(struct group *p, int node, int output, uint8_t how)
{
    if (node >= 0 && node < p->g->n_nodes && output >= 0 &&
        output < count_outputs(p->c, &p->g->nodes[node]))
        p->outputs[node][output] |= how;
}

static void read_link(struct group *p, lm_json_ref link)
{
    lm_canvas_graph *g = p->g;
    const int        from = lm_canvas_int(p->c, lm_json_at(p->c->d, link, 0), -1);
    const int        to = lm_canvas_int(p->c, lm_json_at(p->c->d, link, 2), -1);
    const int        from_slot = lm_canvas_int(p->c, lm_json_at(p->c->d, link, 1), -1);
    int              slot;

    if (from < 0 || from >= g->n_nodes || to < 0 || to >= g->n_nodes)
        return;
    mark(p, from, from_slot, LINKED);
    slot = slot_at(p->c, &g->nodes[to], lm_canvas_int(p->c, lm_json_at(p->c->d, link, 3), -1));
    if (slot < 0)
        return;
    g->links[g->n_links] = (lm_canvas_link){ .self = link, .from = from, .from_slot = from_slot };
    lm_canvas_set_link(g, to, slot, g->n_links++);
}

static bool read_links(struct group *p)
{
    lm_canvas        *c = p->c;
    lm_canvas_graph  *g = p->g;
    const lm_json_ref links = lm_canvas_list(c, g->self, "links"), external = lm_canvas_list(c, g->self, "external");
    size_t            room = lm_json_count(c->d, links);

    for (int i = 0; i < g->n_nodes; i++) {
        room += (size_t)g->nodes[i].n_slots + 1;
        p->outputs[i] = lm_canvas_take(c, (size_t)count_outputs(c, &g->nodes[i]), 1);
    }
    g->links = lm_canvas_take(c, room, sizeof *g->links);
    g->inputs = lm_canvas_take(c, room, sizeof *g->inputs);
    p->times = lm_canvas_take(c, 2 * room, sizeof *p->times);
    if (room > MOST || lm_json_count(c->d, external) > MOST ||
        lm_json_count(c->d, lm_json_get(c->d, g->self, "config")) > MOST)
        return limn_fail(&c->err, FILE, "a group node with more than %d inputs and links is none", MOST);
    if (!lm_canvas_live(c))
        return false;
    for (lm_json_ref v = lm_json_first(c->d, links); v; v = lm_json_next(c->d, v))
        read_link(p, lm_json_resolve(c->d, v));
    for (lm_json_ref v = lm_json_first(c->d, external); v; v = lm_json_next(c->d, v))
        mark(p, lm_canvas_int(c, lm_json_at(c->d, v, 0), -1), lm_canvas_int(c, lm_json_at(c->d, v, 1), -1), SHOWN);
    return true;
}

/* ------------------------------------------------------------------ names */

/* config[node][kind][name] of the group's definition. */
static lm_json_ref config_of(const struct group *p, int node, const char *kind, const char *name)
{
    const lm_json_ref all = lm_json_get(p->c->d, p->g->self, "config");
    const lm_json_ref one = lm_json_get(p->c->d, all, p->g->nodes[node].id.at);

    return lm_json_get(p->c->d, lm_json_get(p->c->d, one, kind), name);
}

static int32_t *times_seen(struct group *p, lm_canvas_name name)
{
    const int32_t i = lm_index_find(&p->seen, name.at, name.size);

    return i < 0 ? NULL : &p->times[i];
}

static lm_canvas_name keep(struct group *p, lm_text *text)
{
    char          *kept = lm_canvas_take(p->c, text->size + 1, 1);
    lm_canvas_name name = { kept, text->size };

    if (kept && text->size)
        memcpy(kept, text->at, text->size);
    lm_text_done(text);
    return kept ? name : lm_canvas_text("");
}

static lm_canvas_name joined(struct group *p, const char *prefix, int number, lm_canvas_name name)
{
    lm_text text = { 0 };

    lm_text_printf(&text, "%s ", prefix);
    if (number)
        lm_text_printf(&text, "%d ", number);
    lm_text_add(&text, name.at, name.size);
    return keep(p, &text);
}

/* What the file calls the input of that node: its label, or its name. */
static lm_canvas_name label_of(const struct group *p, int node, lm_canvas_name name)
{
    const lm_canvas  *c = p->c;
    const lm_json_ref inputs = lm_canvas_array(c, p->g->nodes[node].inputs);
    lm_canvas_name    label;
    int               n = 0;

    for (lm_json_ref v = lm_json_first(c->d, inputs); v && n < 1000; v = lm_json_next(c->d, v), n++) {
        if (!lm_canvas_same(lm_canvas_key(c, lm_json_get(c->d, v, "name")), name))
            continue;
        label = lm_canvas_key(c, lm_json_get(c->d, v, "label"));
        return label.at ? label : name;
    }
    return name;
}

static lm_canvas_name outer_name(struct group *p, int node, lm_canvas_name inner)
{
    const lm_canvas_node *n = &p->g->nodes[node];
    const char           *text = lm_json_c_string(p->c->d, n->title);
    const char           *title = text ? text : n->type.at ? n->type.at : "";
    char                 *plain = lm_copy_bytes(inner.at, inner.size);
    lm_canvas_name        given = lm_canvas_key(p->c, lm_json_get(p->c->d, config_of(p, node, "input", plain), "name"));
    lm_canvas_name        key = given.at ? given : label_of(p, node, inner), name = key;

    lm_free(plain);
    if ((n->kind == LM_CANVAS_VALUE && text) || times_seen(p, name)) {
        key = name = joined(p, title, 0, inner);
        if (times_seen(p, name))
            name = joined(p, title, *times_seen(p, name), inner);
    }
    if (times_seen(p, key)) {
        ++*times_seen(p, key);
    } else if (lm_index_reserve(&p->seen)) {
        p->times[p->n_times] = 2;
        lm_index_put(&p->seen, key.at, key.size, p->n_times++);
    }
    return name;
}

/* ------------------------------------------------------------------ inputs */

static bool is_hidden(const struct group *p, int node, const char *kind, lm_canvas_name name, bool otherwise)
{
    char *plain = lm_copy_bytes(name.at, name.size);
    bool  visible = !otherwise;

    lm_json_to_bool(p->c->d, lm_json_get(p->c->d, config_of(p, node, kind, plain), "visible"), &visible);
    lm_free(plain);
    return !visible;
}

/* An input of the edge that leads to this slot. */
static void show(struct group *p, int node, int slot, lm_canvas_name name)
{
    lm_canvas_graph *g = p->g;
    lm_canvas_slot  *s = &g->nodes[node].slots[slot];
    lm_canvas_end   *e = &g->inputs[g->n_inputs];

    *e = (lm_canvas_end){ .name = name, .type = s->type, .node = node, .slot = slot, .promoted = -1 };
    if (s->widget >= 0)
        e->promoted = g->n_promoted++;
    g->links[g->n_links] = (lm_canvas_link){ .from = LM_CANVAS_EDGE, .from_slot = g->n_inputs++ };
    lm_canvas_set_link(g, node, slot, g->n_links++);
}

/* Was the widget turned into a socket when the group was made? Then it comes last. */
static bool was_converted(const struct group *p, const lm_canvas_node *n, lm_canvas_name name)
{
    const lm_canvas  *c = p->c;
    const lm_json_ref inputs = lm_canvas_array(c, n->inputs);
    int               seen = 0;

    for (lm_json_ref v = lm_json_first(c->d, inputs); v && seen < 1000; v = lm_json_next(c->d, v), seen++)
        if (lm_canvas_same(lm_canvas_key(c, lm_json_get(c->d, v, "name")), name))
            return lm_canvas_same(lm_canvas_key(c, lm_json_get(c->d, lm_json_get(c->d, v, "widget"), "name")), name);
    return false;
}

static void store(struct group *p, const limn_input *row, lm_canvas_stores what)
{
    p->g->stored[p->g->n_stored++] = (lm_canvas_stored){ row, what };
}

static void store_widget(struct group *p, const lm_canvas_node *n, int widget)
{
    const lm_canvas_plan *plan = n->plan;
    const limn_input     *row = plan ? plan->rows[widget] : &any_widget;

    if (!plan) {
        store(p, row, LM_CANVAS_IS_VALUE);
        store(p, row, LM_CANVAS_MAY_CONTROL);
    }
    for (int i = 0; plan && i < plan->n_stored; i++)
        if (plan->stored[i].row == row && plan->stored[i].what != LM_CANVAS_IS_UPLOAD)
            store(p, row, plan->stored[i].what);
}

static void show_widget(struct group *p, int node, int slot)
{
    const lm_canvas_node *n = &p->g->nodes[node];

    show(p, node, slot, outer_name(p, node, n->slots[slot].name));
    store_widget(p, n, n->slots[slot].widget);
}

static void show_widgets(struct group *p, int node, bool converted)
{
    const lm_canvas_node *n = &p->g->nodes[node];

    for (int i = 0; i < n->n_slots; i++)
        if (n->slots[i].widget >= 0 && was_converted(p, n, n->slots[i].name) == converted &&
            n->slots[i].link < 0)
            show_widget(p, node, i);
    for (int i = 0; n->plan && !converted && i < n->plan->n_stored; i++)
        if (n->plan->stored[i].what == LM_CANVAS_IS_UPLOAD)
            store(p, n->plan->stored[i].row, LM_CANVAS_IS_UPLOAD);
}

/* A reroute is called by what goes through it. */
static lm_canvas_name reroute_name(const struct group *p, int node)
{
    const lm_canvas_graph *g = p->g;

    for (int i = 0; i < g->n_links; i++)
        if (g->links[i].from == node) {
            const int32_t type = g->nodes[g->links[i].to].slots[g->links[i].to_slot].type;

            return type ? p->c->type_names[type] : lm_canvas_text("*");
        }
    return lm_canvas_text("*");
}

static void show_sockets(struct group *p, int node)
{
    const lm_canvas_node *n = &p->g->nodes[node];

    for (int i = 0; i < n->n_slots; i++) {
        const lm_canvas_name inner = n->kind == LM_CANVAS_FOLLOW ? reroute_name(p, node) : n->slots[i].name;
        lm_canvas_name       outer;

        if (n->slots[i].widget >= 0 || n->slots[i].link >= 0)
            continue;
        outer = outer_name(p, node, inner);
        if (!is_hidden(p, node, "input", inner, false))
            show(p, node, i, outer);
    }
}

/* A primitive within shows its own value, if it goes anywhere. */
static bool show_primitive(struct group *p, int node)
{
    lm_canvas_node *n = &p->g->nodes[node];

    n->slots = lm_canvas_take(p->c, 1, sizeof *n->slots);
    if (!n->slots)
        return false;
    n->slots[0] = (lm_canvas_slot){ .name = lm_canvas_text("value"), .link = -1 };
    n->n_slots = 1;
    if (p->outputs[node][0] & LINKED)
        show_widget(p, node, 0);
    return true;
}

static bool show_node(struct group *p, int node)
{
    const lm_canvas_kind kind = p->g->nodes[node].kind;

    if (kind == LM_CANVAS_VALUE)
        return show_primitive(p, node);
    if (kind != LM_CANVAS_REAL && kind != LM_CANVAS_FOLLOW)
        return true;
    show_widgets(p, node, false);
    show_sockets(p, node);
    return lm_canvas_live(p->c);
}

static bool show_inputs(struct group *p)
{
    lm_canvas_graph *g = p->g;
    size_t           stored = 0;

    for (int i = 0; i < g->n_nodes; i++)
        stored += g->nodes[i].plan ? (size_t)g->nodes[i].plan->n_stored : 2 * (size_t)g->nodes[i].n_slots + 2;
    g->stored = lm_canvas_take(p->c, stored, sizeof *g->stored);
    for (int i = 0; g->stored && i < g->n_nodes; i++)
        if (!show_node(p, i))
            return false;
    for (int i = 0; g->stored && i < g->n_nodes; i++)
        if (g->nodes[i].kind == LM_CANVAS_REAL)
            show_widgets(p, i, true);
    return lm_canvas_live(p->c);
}

/* ------------------------------------------------------------------ outputs */

static bool show_outputs(struct group *p)
{
    lm_canvas_graph *g = p->g;
    size_t           count = 0;
    char             place[12];

    for (int i = 0; i < g->n_nodes; i++)
        count += (size_t)count_outputs(p->c, &g->nodes[i]);
    g->outputs = lm_canvas_take(p->c, count, sizeof *g->outputs);
    for (int i = 0; g->outputs && i < g->n_nodes; i++)
        for (int o = 0; o < count_outputs(p->c, &g->nodes[i]); o++) {
            const lm_canvas_node *n = &g->nodes[i];

            snprintf(place, sizeof place, "%d", o);
            if ((n->kind == LM_CANVAS_VALUE && !p->outputs[i][0]) ||
                is_hidden(p, i, "output", lm_canvas_text(place), p->outputs[i][o] == LINKED))
                continue;
            g->outputs[g->n_outputs++] = (lm_canvas_end){
                .name = lm_canvas_text(""), .node = i, .slot = o, .promoted = -1,
                .type = n->plan ? n->plan->outputs[o] : 0,
            };
        }
    return lm_canvas_live(p->c);
}

bool lm_canvas_group_edge(lm_canvas *c, lm_canvas_graph *g)
{
    struct group p = { .c = c, .g = g };
    bool         ok;

    p.outputs = lm_canvas_take(c, (size_t)g->n_nodes, sizeof *p.outputs);
    ok = p.outputs && lm_index_init(&p.seen, 8) && read_links(&p) && show_inputs(&p) && show_outputs(&p);
    lm_index_done(&p.seen);
    if (!ok && !lm_canvas_live(c))
        return false;
    if (!ok || !lm_index_init(&g->input_names, (size_t)g->n_inputs))
        return limn_fail(&c->err, MEMORY, "no memory for a group node");
    for (int i = 0; i < g->n_inputs; i++)
        lm_index_put(&g->input_names, g->inputs[i].name.at, g->inputs[i].name.size, i);
    return true;
}
