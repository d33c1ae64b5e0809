/* canvas_resolve.c: follows a link through whatever is not real: reroutes, bypassed nodes, the edges of
 * subgraphs, to the output of a real node or to a value. Each place that is passed is remembered with what lies
 * behind it, so that a chain is walked once however many look into it, and a ring is noticed. */
#include "core/base/alloc.h"
#include "core/graph/canvas_parts.h"

enum { FRESH = -1, MOST_LOOKED_AT = 256 /* inputs of a bypassed node */ };

/* A place on the way: an input of a copy (`in`) or an output. The type is that which is asked for. */
struct place {
    int32_t copy, slot, type;
    bool    in;
};

struct entry {
    struct place     place;
    lm_canvas_answer answer;
    int32_t          before; /* of the same walk, -1: the first */
    bool             open;   /* on the way right now */
};

struct lm_canvas_memo {
    struct entry *entries;
    int32_t      *places; /* by hash: 1 + a place in entries, 0: empty */
    size_t        mask;
    uint64_t      seed; /* so that nobody can choose places that collide */
    int32_t       count;
};

/* ------------------------------------------------------------------ what is remembered */

void lm_canvas_memo_free(struct lm_canvas_memo *m)
{
    if (!m)
        return;
    lm_free(m->entries);
    lm_free(m->places);
    lm_free(m);
}

static bool same_place(struct place a, struct place b)
{
    return a.copy == b.copy && a.slot == b.slot && a.type == b.type && a.in == b.in;
}

static uint64_t hash_place(const struct lm_canvas_memo *m, struct place p)
{
    uint64_t h = (m->seed ^ (uint32_t)p.copy) * 0x9e3779b97f4a7c15u;

    h = ((h ^ h >> 32) ^ ((uint64_t)(uint32_t)p.slot << 1 | p.in)) * 0xd6e8feb86659fd93u;
    h = ((h ^ h >> 32) ^ (uint32_t)p.type) * 0x9e3779b97f4a7c15u;
    return h >> 32;
}

static int32_t *place_of(const struct lm_canvas_memo *m, struct place p)
{
    for (size_t i = hash_place(m, p);; i++) {
        int32_t *at = &m->places[i & m->mask];

        if (!*at || same_place(m->entries[*at - 1].place, p))
            return at;
    }
}

/* Room for one more. */
static bool grow(lm_canvas *c)
{
    struct lm_canvas_memo *m = c->memo ? c->memo : (c->memo = lm_alloc(sizeof *m));
    const size_t           room = m->places ? 2 * (m->mask + 1) : 256;

    if (m->places && 2 * ((size_t)m->count + 1) <= m->mask)
        return true;
    lm_free(m->places);
    m->seed = c->chance ^ (uintptr_t)m;
    m->places = lm_try_alloc(room * sizeof *m->places);
    m->mask = room - 1;
    m->entries = lm_grow(m->entries, room / 2 * sizeof *m->entries);
    if (!m->places)
        return limn_fail(&c->err, MEMORY, "no memory for %zu places of a workflow", room);
    for (int32_t i = 0; i < m->count; i++)
        *place_of(m, m->entries[i].place) = i + 1;
    return true;
}

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

static bool goes_on(struct place *p, bool in, int32_t copy, int32_t slot, int32_t type)
{
    *p = (struct place){ copy, slot, type, in };
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
static bool step_up(lm_canvas *c, struct place *p, int32_t input, lm_canvas_answer *a)
{
    const int32_t         up = c->copies[p->copy].up;
    const lm_canvas_node *n = up < 0 ? NULL : c->copies[up].node;

    if (!n || input < 0 || input >= n->n_slots)
        return ends(a, nothing());
    if (n->slots[input].link < 0 && n->slots[input].widget >= 0)
        return ends(a, lm_canvas_promoted(c, up, input));
    return goes_on(p, true, up, input, FRESH);
}

static bool step_in(lm_canvas *c, struct place *p, lm_canvas_answer *a)
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

static bool step_into(lm_canvas *c, struct place *p, lm_canvas_answer *a)
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
static bool step_get(lm_canvas *c, struct place *p, lm_canvas_answer *a)
{
    const lm_canvas_node *n = c->copies[p->copy].node;
    const lm_canvas_name  name = lm_canvas_key(c, lm_json_at(c->d, n->widgets, 0));

    for (int32_t at = p->copy; at >= 0 && name.at; at = c->copies[at].up) {
        const int32_t set = lm_index_find(&c->copies[at].graph->setters, name.at, name.size);

        if (set >= 0)
            return goes_on(p, true, c->copies[at].first + set, 0, p->type);
    }
    if (name.at)
        lm_canvas_note(c, "node %.*s gets \"%.*s\", which no node sets", (int)(n->id.size < 60 ? n->id.size : 60),
                       n->id.at, (int)(name.size < 60 ? name.size : 60), name.at);
    return ends(a, nothing());
}

static bool step_value(lm_canvas *c, struct place *p, lm_canvas_answer *a)
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

static bool step_out(lm_canvas *c, struct place *p, lm_canvas_answer *a)
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

static void note_ring(lm_canvas *c, const struct place *p)
{
    const lm_canvas_name id = c->copies[p->copy].node->id;

    lm_canvas_note(c, "node %.*s: what it hands on comes back to it: it brings nothing",
                   (int)(id.size < 60 ? id.size : 60), id.at);
}

/* Where the walk stands already: then its answer is known. Else it is on the way from here on. */
static bool is_known(lm_canvas *c, const struct place *p, int32_t *trail, lm_canvas_answer *a)
{
    int32_t *at = grow(c) ? place_of(c->memo, *p) : NULL;

    *a = nothing();
    if (!at)
        return true;
    if (*at && c->memo->entries[*at - 1].open)
        note_ring(c, p);
    else if (*at)
        *a = c->memo->entries[*at - 1].answer;
    if (*at)
        return true;
    c->memo->entries[c->memo->count++] = (struct entry){ .place = *p, .open = true, .before = *trail };
    *at = c->memo->count;
    *trail = *at - 1;
    return false;
}

/* Outputs of real nodes need no remembering. */
static bool is_plain(const lm_canvas *c, const struct place *p)
{
    const lm_canvas_node *n = c->copies[p->copy].node;

    return !p->in && n->kind == LM_CANVAS_REAL && !n->inner && n->mode != 2 && n->mode != 4;
}

lm_canvas_answer lm_canvas_resolve(lm_canvas *c, int32_t copy, int32_t slot)
{
    struct place     p = { copy, slot, FRESH, true };
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
    for (; trail >= 0; trail = c->memo->entries[trail].before) {
        c->memo->entries[trail].open = false;
        c->memo->entries[trail].answer = a;
    }
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
