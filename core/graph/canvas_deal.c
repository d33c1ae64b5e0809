/* canvas_deal.c: widgets_values, dealt out to the widgets of a node.
 *
 * A file of the right length is dealt by place, as the canvas does. A shorter one was saved by an older canvas or
 * written by a program that knows of no controls: there a control must look like one to be taken for one. */
#include "core/graph/canvas_parts.h"

/* The entries of widgets_values, as a list that can be thinned. */
struct entries {
    lm_json_ref *at;
    int          count, next;
};

static struct entries entries_of(lm_canvas *c, lm_json_ref widgets)
{
    struct entries e = { .at = lm_canvas_take(c, lm_json_count(c->d, widgets), sizeof *e.at) };

    for (lm_json_ref v = e.at ? lm_json_first(c->d, widgets) : 0; v; v = lm_json_next(c->d, v))
        e.at[e.count++] = lm_json_resolve(c->d, v);
    return e;
}

static lm_json_ref take(struct entries *e)
{
    return e->next < e->count ? e->at[e->next++] : 0;
}

bool lm_canvas_is_control(const lm_canvas *c, lm_json_ref v)
{
    static const char *const words[] = { "fixed", "increment", "decrement", "randomize", "increment-wrap", NULL };
    lm_canvas_name text = { 0 };

    text.at = lm_json_string(c->d, v, &text.size);
    for (const char *const *w = words; text.at && *w; w++)
        if (lm_canvas_is_text(text, *w))
            return true;
    return false;
}

static bool lists(const limn_input *in, lm_canvas_name text)
{
    for (const char *const *w = in->kind == LIMN_KIND_CHOICE ? in->choices : NULL; w && *w; w++)
        if (lm_canvas_is_text(text, *w))
            return true;
    return false;
}

/* Early files say true and false where later ones say randomize and fixed. `next`: the widget that the entry
 * belongs to if it is no control. */
static bool looks_like_control(const lm_canvas *c, lm_json_ref v, const limn_input *next)
{
    const lm_json_kind kind = lm_json_kind_of(c->d, v);

    if (lm_canvas_is_control(c, v))
        return !next || !lists(next, lm_canvas_key(c, v));
    return kind == LM_JSON_NULL || ((kind == LM_JSON_TRUE || kind == LM_JSON_FALSE) &&
                                    (!next || next->kind != LIMN_KIND_BOOL));
}

static const limn_input *next_row(const lm_canvas_stored *s, const lm_canvas_stored *end)
{
    for (; s < end; s++)
        if (s->what == LM_CANVAS_IS_VALUE)
            return s->row;
    return NULL;
}

static bool is_number(const limn_input *in)
{
    return in && (in->kind == LIMN_KIND_INT || in->kind == LIMN_KIND_FLOAT || in->kind == LIMN_KIND_SEED);
}

/* A text behind a control, where a number comes next or more is left than there are widgets. */
static bool is_filter(const lm_canvas *c, const struct entries *e, const lm_canvas_stored *s,
                      const lm_canvas_stored *end)
{
    int left = 0;

    for (const lm_canvas_stored *t = s; t < end; t++)
        left += t->what == LM_CANVAS_IS_VALUE;
    return lm_json_kind_of(c->d, e->at[e->next]) == LM_JSON_STRING &&
           (e->count - e->next > left || is_number(next_row(s, end)));
}

static int least(const lm_canvas_stored *s, const lm_canvas_stored *end)
{
    int count = 0;

    for (; s < end; s++)
        count += s->what != LM_CANVAS_MAY_CONTROL;
    return count;
}

/* Is the next entry what stands here? `after`: the control before it was there. */
static bool stands_here(const lm_canvas *c, const struct entries *e, const lm_canvas_stored *s,
                        const lm_canvas_stored *end, bool whole, bool after)
{
    switch (s->what) {
    case LM_CANVAS_IS_CONTROL: return whole || looks_like_control(c, e->at[e->next], next_row(s, end));
    case LM_CANVAS_MAY_CONTROL: return lm_canvas_is_control(c, e->at[e->next]);
    case LM_CANVAS_IS_FILTER: return whole || (after && is_filter(c, e, s, end));
    default: return true;
    }
}

static void deal_list(lm_canvas *c, const lm_canvas_stored *stored, int n_stored, struct entries *e,
                      lm_json_ref *values, int n_values)
{
    const lm_canvas_stored *end = stored + n_stored;
    const bool              whole = e->count >= least(stored, end);
    bool                    here = false;
    int                     n = 0;

    for (const lm_canvas_stored *s = stored; s < end && e->next < e->count; s++) {
        here = stands_here(c, e, s, end, whole, here);
        if (s->what == LM_CANVAS_IS_VALUE && n < n_values)
            values[n++] = take(e);
        else if (here)
            take(e);
    }
}

static void deal_names(lm_canvas *c, const lm_canvas_stored *stored, int n_stored, lm_json_ref widgets,
                       lm_json_ref *values, int n_values)
{
    for (int i = 0, n = 0; i < n_stored; i++)
        if (stored[i].what == LM_CANVAS_IS_VALUE && n < n_values)
            values[n++] = lm_json_get(c->d, widgets, stored[i].row->name);
}

void lm_canvas_deal(lm_canvas *c, const lm_canvas_stored *stored, int n_stored, lm_json_ref widgets,
                    lm_json_ref *values, int n_values)
{
    struct entries e;

    if (lm_json_kind_of(c->d, widgets) == LM_JSON_OBJECT) {
        deal_names(c, stored, n_stored, widgets, values, n_values);
    } else if (lm_json_kind_of(c->d, widgets) == LM_JSON_ARRAY) {
        e = entries_of(c, widgets);
        deal_list(c, stored, n_stored, &e, values, n_values);
    }
}

/* ------------------------------------------------------------------ a known class */

static bool controlled(const limn_input *in)
{
    return in->kind == LIMN_KIND_SEED || in->flags & LIMN_CONTROL;
}

/* Canvases before 1.16 stored a value for sockets that stand in a widget's place, too. Their rows in order, and
 * whether the list is as long as that. */
static bool has_socket_values(const lm_class *class, uint32_t count)
{
    uint32_t expected = 0, sockets = 0;

    for (int i = 0; i < class->n_inputs; i++) {
        const limn_input *in = &class->node->inputs[i];
        const bool        socket = in->flags & LIMN_SOCKET;

        sockets += socket;
        if (socket || (in->kind != LIMN_KIND_LINK && in->kind != LIMN_KIND_REST))
            expected += 1 + controlled(in);
    }
    return sockets && expected == count;
}

static void drop_socket_values(const lm_class *class, struct entries *e)
{
    int from = 0, to = 0;

    for (int optional = 0; optional < 2; optional++)
        for (int i = 0; i < class->n_inputs; i++) {
            const limn_input *in = &class->node->inputs[i];
            const bool        socket = in->flags & LIMN_SOCKET;

            if (!(in->flags & LIMN_OPTIONAL) != !optional ||
                (!socket && (in->kind == LIMN_KIND_LINK || in->kind == LIMN_KIND_REST)))
                continue;
            for (int n = 0; n < 1 + controlled(in) && from < e->count; n++, from++)
                if (!socket)
                    e->at[to++] = e->at[from];
        }
    e->count = to;
}

static void known_values(lm_canvas *c, lm_canvas_node *n, lm_json_ref widgets)
{
    const lm_canvas_plan *p = n->plan;
    struct entries        e;

    if (lm_json_kind_of(c->d, widgets) == LM_JSON_ARRAY &&
        has_socket_values(p->class, lm_json_count(c->d, widgets))) {
        e = entries_of(c, widgets);
        drop_socket_values(p->class, &e);
        deal_list(c, p->stored, p->n_stored, &e, n->values, n->n_values);
    } else {
        lm_canvas_deal(c, p->stored, p->n_stored, widgets, n->values, n->n_values);
    }
}

/* ------------------------------------------------------------------ a class that nobody knows */

static bool is_seed(lm_canvas_name name)
{
    return lm_canvas_is_text(name, "seed") || lm_canvas_is_text(name, "noise_seed");
}

/* The file names the widgets that it has (since 2025, all of them); values are taken when there are as many,
 * controls after seeds left out. */
static void guess_list(lm_canvas *c, lm_canvas_node *n, lm_json_ref widgets)
{
    struct entries e = entries_of(c, widgets);
    int            given = 0;

    for (int i = 0; i < n->n_slots; i++) {
        if (n->slots[i].widget < 0)
            continue;
        n->values[given++] = take(&e);
        if (is_seed(n->slots[i].name) && e.next < e.count && looks_like_control(c, e.at[e.next], NULL))
            take(&e);
    }
    if (e.next != e.count)
        memset(n->values, 0, (size_t)n->n_values * sizeof *n->values);
}

static void guess_names(lm_canvas *c, lm_canvas_node *n, lm_json_ref widgets)
{
    lm_index x;
    int      i = 0;

    if (!lm_index_init(&x, lm_json_count(c->d, widgets))) {
        limn_fail(&c->err, MEMORY, "no memory for a node's widgets");
        return;
    }
    for (lm_json_ref k = lm_json_first_key(c->d, widgets); k; k = lm_json_next(c->d, k)) {
        size_t      size;
        const char *text = lm_json_string(c->d, k, &size);

        lm_index_put(&x, text, size, (int32_t)lm_json_value(c->d, k));
    }
    for (; i < n->n_slots; i++) {
        const int32_t v = lm_index_find(&x, n->slots[i].name.at, n->slots[i].name.size);

        if (n->slots[i].widget >= 0 && v > 0)
            n->values[n->slots[i].widget] = (lm_json_ref)v;
    }
    lm_index_done(&x);
}

void lm_canvas_values(lm_canvas *c, lm_canvas_node *n)
{
    const lm_json_ref widgets = n->widgets;
    const lm_json_ref named = lm_json_get(c->d, n->self, "widgets_values_named");

    n->values = lm_canvas_take(c, (size_t)n->n_values, sizeof *n->values);
    if (!n->values)
        return;
    if (n->plan)
        known_values(c, n, widgets);
    else if (lm_json_kind_of(c->d, named) == LM_JSON_OBJECT) /* since 2026 */
        guess_names(c, n, named);
    else if (lm_json_kind_of(c->d, widgets) == LM_JSON_ARRAY)
        guess_list(c, n, widgets);
    else if (lm_json_kind_of(c->d, widgets) == LM_JSON_OBJECT)
        guess_names(c, n, widgets);
}
