/* canvas_slot.c: the inputs of a node as the canvas has them once a file is loaded: those of its class, found in
 * the file by name, then what else the file has. */
#include "core/base/alloc.h"
#include "core/graph/canvas_parts.h"

/* ------------------------------------------------------------------ what the file has */

static lm_canvas_name name_of(const lm_canvas *c, lm_json_ref input)
{
    const lm_canvas_name name = lm_canvas_key(c, lm_json_get(c->d, input, "name"));

    return name.at ? name : lm_canvas_text("");
}

static bool has_widget(const lm_canvas *c, lm_json_ref input)
{
    return lm_json_kind_of(c->d, lm_json_get(c->d, input, "widget")) == LM_JSON_OBJECT;
}

/* In a group node's definition links are told otherwise. */
static void use_link(lm_canvas *c, lm_canvas_graph *g, lm_canvas_node *n, int slot, lm_json_ref input)
{
    const lm_canvas_name id = lm_canvas_key(c, lm_json_get(c->d, input, "link"));
    const int32_t        link = id.at ? lm_index_find(&g->link_ids, id.at, id.size) : -1;
    const lm_canvas_name name = n->slots[slot].name;

    n->slots[slot].link = -1;
    if (link >= 0)
        lm_canvas_set_link(g, (int)(n - g->nodes), slot, link);
    else if (id.at && !g->group)
        lm_canvas_note(c, "node %.*s, %.*s: its link %.*s is not in the file", LM_CANVAS_SHOWN(n->id),
                       LM_CANVAS_SHOWN(name), LM_CANVAS_SHOWN(id));
}

/* ------------------------------------------------------------------ a class that is known */

static int slot_called(const lm_canvas_slot *slots, int count, lm_canvas_name name)
{
    for (int i = 0; i < count; i++)
        if (lm_canvas_same(slots[i].name, name))
            return i;
    return -1;
}

/* Of two inputs that the file has under one name, the later one counts; of those that the class does not know,
 * the later one that is linked. */
static bool known_slots(lm_canvas *c, lm_canvas_graph *g, lm_canvas_node *n)
{
    const lm_canvas_plan *p = n->plan;
    const lm_json_ref     list = lm_canvas_array(c, n->inputs);
    const int             own = p->n_sockets + p->n_widgets;

    n->slots = lm_canvas_take(c, (size_t)own + lm_json_count(c->d, list), sizeof *n->slots);
    if (!n->slots)
        return false;
    if (own)
        memcpy(n->slots, p->slots, (size_t)own * sizeof *n->slots);
    n->n_slots = own;
    for (lm_json_ref v = lm_json_first(c->d, list); v; v = lm_json_next(c->d, v)) {
        const lm_json_ref    input = lm_json_resolve(c->d, v);
        const lm_canvas_name name = name_of(c, input);
        const int            slot = slot_called(n->slots, own, name);

        if (slot < 0)
            n->slots[n->n_slots] = (lm_canvas_slot){
                .name = name, .type = lm_canvas_type_of(c, lm_json_get(c->d, input, "type")), .widget = -1,
            };
        use_link(c, g, n, slot < 0 ? n->n_slots++ : slot, input);
    }
    n->n_values = p->n_widgets;
    return lm_canvas_live(c);
}

/* ------------------------------------------------------------------ a class that is not */

static bool file_slots(lm_canvas *c, lm_canvas_graph *g, lm_canvas_node *n)
{
    const lm_json_ref list = lm_canvas_array(c, n->inputs);

    n->slots = lm_canvas_take(c, lm_json_count(c->d, list), sizeof *n->slots);
    if (!n->slots)
        return false;
    for (lm_json_ref v = lm_json_first(c->d, list); v; v = lm_json_next(c->d, v)) {
        const lm_json_ref input = lm_json_resolve(c->d, v);

        n->slots[n->n_slots] = (lm_canvas_slot){
            .name = name_of(c, input), .type = lm_canvas_type_of(c, lm_json_get(c->d, input, "type")),
            .widget = n->kind == LM_CANVAS_REAL && has_widget(c, input) ? n->n_values++ : -1,
        };
        use_link(c, g, n, n->n_slots++, input);
    }
    return lm_canvas_live(c);
}

/* A VALUE node has one widget. */
static void own_value(lm_canvas *c, lm_canvas_node *n)
{
    n->n_values = 1;
    n->values = lm_canvas_take(c, 1, sizeof *n->values);
    if (n->values)
        n->values[0] = lm_json_at(c->d, n->widgets, 0);
}

bool lm_canvas_slots(lm_canvas *c, lm_canvas_graph *g, lm_canvas_node *n)
{
    if (!(n->plan ? known_slots(c, g, n) : file_slots(c, g, n)))
        return false;
    if (n->kind == LM_CANVAS_REAL)
        lm_canvas_values(c, n);
    else if (n->kind == LM_CANVAS_VALUE)
        own_value(c, n);
    return lm_canvas_live(c);
}
