/* canvas_resolve.c: follows a link through whatever is not real: reroutes, bypassed nodes, the edges of
 * subgraphs, to the output of a real node or to a value. Each place that is passed is remembered with what lies
 * behind it, so that a chain is walked once however many look into it, and a ring is noticed. */
#include "core/graph/canvas_parts.h"

enum { FRESH = -1, MOST_LOOKED_AT = 256 /* inputs of a bypassed node */ };

/* ------------------------------------------------------------------ one step */

static lm_canvas_answer nothing(void)
{
    return (lm_canvas_answer){ .found = LM_CANVAS_NOTHING };
}

static bool ends(lm_canvas_answer *a, lm_canvas_answer with)
{
    *a = with;
    return false;
}

static bool goes_on(lm_canvas_place *p, bool in, int32_t copy, int32_t slot, int32_t type)
{
    *p = (lm_canvas_place){ copy, slot, type, in };
    return true;
}

lm_json_ref lm_canvas_saved(const lm_canvas *c, int32_t copy, int32_t widget)
{
    const lm_canvas_copy *at = &c->copies[copy];
    const lm_canvas_node *up = at->up < 0 ? NULL : c->copies[at->up].node;
    const int32_t         node = copy - at->first;

    for (int i = 0; up && i < up->n_over; i++)
        if (up->over[i].node == node && up->over[i].widget == widget)
            return up->over[i].value;
    return at->node->values[widget];
}

lm_canvas_answer lm_canvas_promoted(lm_canvas *c, int32_t copy, int32_t input)
{
    lm_canvas_answer a = { .found = LM_CANVAS_CONSTANT };

    for (;;) {
        const lm_canvas_node *n = c->copies[copy].node;
        const lm_canvas_slot *s = &n->slots[input];

        if (!a.value && s->widget >= 0)
            a.value = lm_canvas_saved(c, copy, s->widget);
        if (!n->inner) {
            a.row = n->plan && s->widget >= 0 ? n->plan->rows[s->widget] : NULL;
            break;
        }
        if (s->widget < 0 || c->copies[copy].inner < 0)
            return nothing();
        input = n->inner->inputs[input].slot;
        copy = c->copies[copy].inner + n->inner->inputs[s - n->slots].node;
    }
    return a.value || a.row ? a : nothing();
}

/* Up, out of a subgraph: to what its user gives to that input. */
static bool step_up(lm_canvas *c, lm_canvas_place *p, int32_t input, lm_canvas_answer *a)
{
    const int32_t         up = c->copies[p->copy].up;
    const lm_canvas_node *n = up < 0 ? NULL : c->copies[up].node;

    if (!n || input < 0 || input >= n->n_slots)
        return ends(a, nothing());
    if (n->slots[input].link < 0 && n->slots[input].widget >= 0)
        return ends(a, lm_canvas_promoted(c, up, input));
    return goes_on(p, true, up, input, FRESH);
}

static bool step_in(lm_canvas *c, lm_canvas_place *p, lm_canvas_answer *a)
{
    const lm_canvas_copy *at = &c->copies[p->copy];
    const lm_canvas_slot *s = p->slot < 0 || p->slot >= at->node->n_slots ? NULL : &at->node->slots[p->slot];
    const int32_t         link = !s            ? -1
                                 : s->link >= 0 ? s->link
                                                : lm_canvas_sender(c, at->graph, at->node, p->slot);
    const lm_canvas_link *l = link < 0 ? NULL : &at->graph->links[link];

    if (!l || l->from == LM_CANVAS_NOWHERE)
        return ends(a, nothing());
    if (l->from == LM_CANVAS_EDGE)
        return step_up(c, p, l->from_slot, a);
    return goes_on(p, false, at->first + l->from, l->from_slot, p->type == FRESH ? s->type : p->type);
}

static int32_t output_type(lm_canvas *c, const lm_canvas_node *n, int32_t slot)
{
    const lm_canvas_plan *plan = n->plan;
    const int             known = plan ? plan->n_outputs : n->inner ? n->inner->n_outputs : 0;

    if (slot < 0 || slot >= MOST_LOOKED_AT)
        return 0;
    if (slot < known)
        return plan ? plan->outputs[slot] : n->inner->outputs[slot].type;
    return lm_canvas_type_of(
        c, lm_json_get(c->d, lm_json_at(c->d, n->outputs, (uint32_t)slot), "type"));
}

/* Which input of a bypassed node stands for this output; -1: none. */
static int bypass(lm_canvas *c, const lm_canvas_node *n, int32_t slot, int32_t type)
{
    const int     count = n->n_slots < MOST_LOOKED_AT ? n->n_slots : MOST_LOOKED_AT;
    const int32_t own = output_type(c, n, slot);

    if (!type)
        return slot >= 0 && slot < n->n_slots ? slot : n->n_slots ? 0 : -1;
    if (slot >= 0 && slot < n->n_slots && lm_canvas_fits(c, n->slots[slot].type, own) &&
        lm_canvas_fits(c, n->slots[slot].type, type))
        return slot;
    for (int i = 0; i < count; i++)
        if (n->slots[i].type == type)
            return i;
    for (int i = 0; i < count; i++)
        if (lm_canvas_fits(c, n->slots[i].type, own) && lm_canvas_fits(c, n->slots[i].type, type))
            return i;
    return -1;
}

static bool step_into(lm_canvas *c, lm_canvas_place *p, lm_canvas_answer *a)
{
    const lm_canvas_copy  *at = &c->copies[p->copy];
    const lm_canvas_graph *g = at->node->inner;
    const lm_canvas_end   *e = p->slot < 0 || p->slot >= g->n_outputs ? NULL : &g->outputs[p->slot];

    if (!e || at->inner < 0 || e->node == LM_CANVAS_NOWHERE)
        return ends(a, nothing());
    if (e->node != LM_CANVAS_EDGE)
        return goes_on(p, false, at->inner + e->node, e->slot, p->type);
    if (e->slot < 0 || e->slot >= at->node->n_slots) /* straight through: what goes in there */
        return ends(a, nothing());
    if (at->node->slots[e->slot].link < 0 && at->node->slots[e->slot].widget >= 0)
        return ends(a, lm_canvas_promoted(c, p->copy, e->slot));
    return goes_on(p, true, p->copy, e->slot, FRESH);
}

/* A GET node's SET is in the same graph, or in one that it is used in. */
static bool step_get(lm_canvas *c, lm_canvas_place *p, lm_canvas_answer *a)
{
    const lm_canvas_node *n = c->copies[p->copy].node;
    const lm_canvas_name  name = lm_canvas_key(c, lm_json_at(c->d, n->widgets, 0));

    for (int32_t at = p->copy; at >= 0 && name.at; at = c->copies[at].up) {
        const int32_t set = lm_index_find(&c->copies[at].graph->setters, name.at, name.size);

        if (set >= 0)
            return goes_on(p, true, c->copies[at].first + set, 0, p->type);
    }
    if (name.at)
        lm_canvas_note(c, "node %.*s gets \"%.*s\", which no node sets", LM_CANVAS_SHOWN(n->id), LM_CANVAS_SHOWN(name));
    return ends(a, nothing());
}

static bool step_value(lm_canvas *c, lm_canvas_place *p, lm_canvas_answer *a)
{
    const lm_canvas_node *n = c->copies[p->copy].node;
    bool                  replace = false;
    lm_json_ref           value;

    if (n->n_slots && n->slots[0].link >= 0)
        return goes_on(p, true, p->copy, 0, FRESH);
    lm_json_to_bool(c->d, lm_json_get(c->d, n->properties, "Run widget replace on values"),
                    &replace);
    value = lm_canvas_saved(c, p->copy, 0);
    if (!value)
        return ends(a, nothing());
    return ends(a, (lm_canvas_answer){ .found = LM_CANVAS_CONSTANT, .value = value, .pushed = true,
                                       .replace = replace });
}

static bool step_out(lm_canvas *c, lm_canvas_place *p, lm_canvas_answer *a)
{
    const lm_canvas_node *n = c->copies[p->copy].node;
    int                   input;

    if (n->kind == LM_CANVAS_VALUE)
        return step_value(c, p, a);
    if (n->mode == 2)
        return ends(a, nothing());
    if (n->mode == 4) {
        input = bypass(c, n, p->slot, p->type);
        return input < 0 ? ends(a, nothing()) : goes_on(p, true, p->copy, input, FRESH);
    }
    if (n->inner)
        return step_into(c, p, a);
    switch (n->kind) {
    case LM_CANVAS_REAL:
        return ends(a, (lm_canvas_answer){ .found = LM_CANVAS_NODE, .copy = p->copy, .slot = p->slot });
    case LM_CANVAS_FOLLOW:
    case LM_CANVAS_SET:
        return goes_on(p, true, p->copy, 0, p->type);
    case LM_CANVAS_GET:
        return step_get(c, p, a);
    default:
        return ends(a, nothing());
    }
}

/* ------------------------------------------------------------------ the walk */

static void note_ring(lm_canvas *c, const lm_canvas_place *p)
{
    lm_canvas_note(c, "node %.*s: what it hands on comes back to it: it brings nothing",
                   LM_CANVAS_SHOWN(c->copies[p->copy].node->id));
}

/* Where the walk stands now, is it known what lies behind? */
static bool is_known(lm_canvas *c, const lm_canvas_place *p, int32_t *trail, lm_canvas_answer *a)
{
    *a = nothing();
    if (!c->memo)
        c->memo = lm_canvas_memo_new(c->chance);
    switch (lm_canvas_memo_visit(c->memo, *p, trail, a)) {
    case LM_CANVAS_FIRST: return false;
    case LM_CANVAS_AGAIN: note_ring(c, p); break;
    case LM_CANVAS_STARVED: limn_fail(&c->err, MEMORY, "no memory for the links of a workflow"); break;
    case LM_CANVAS_KNOWN: break;
    }
    return true;
}

/* Outputs of real nodes need no remembering. */
static bool is_plain(const lm_canvas *c, const lm_canvas_place *p)
{
    const lm_canvas_node *n = c->copies[p->copy].node;

    return !p->in && n->kind == LM_CANVAS_REAL && !n->inner && n->mode != 2 && n->mode != 4;
}

lm_canvas_answer lm_canvas_resolve(lm_canvas *c, int32_t copy, int32_t slot)
{
    lm_canvas_place     p = { copy, slot, FRESH, true };
    lm_canvas_answer a = { .found = LM_CANVAS_NOTHING };
    int32_t          trail = -1;
    bool             first = true;

    for (;;) {
        if (!first && !is_plain(c, &p) && is_known(c, &p, &trail, &a))
            break;
        first = false;
        if (!(p.in ? step_in(c, &p, &a) : step_out(c, &p, &a)))
            break;
    }
    lm_canvas_memo_settle(c->memo, trail, a);
    return a;
}

lm_canvas_answer lm_canvas_held(lm_canvas *c, int32_t copy, int32_t widget)
{
    const lm_canvas_node *n = c->copies[copy].node;
    lm_canvas_answer      a = { .found = LM_CANVAS_NOTHING };
    const int32_t         slot = n->plan ? n->plan->n_sockets + widget : -1;

    if (slot >= 0 && n->slots[slot].link >= 0)
        a = lm_canvas_resolve(c, copy, slot);
    if (a.found == LM_CANVAS_CONSTANT)
        return a;
    return (lm_canvas_answer){ .found = LM_CANVAS_CONSTANT, .value = lm_canvas_saved(c, copy, widget),
                               .row = n->plan ? n->plan->rows[widget] : NULL };
}
