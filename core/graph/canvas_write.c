/* canvas_write.c: what was found, in API format: first nodes of the root by number, then those of subgraphs, as
 * the canvas orders them. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/graph/canvas_parts.h"

/* ------------------------------------------------------------------ ids */

/* outer:inner */
static void add_id(const lm_canvas *c, int32_t copy, lm_text *out)
{
    const lm_canvas_copy *at = &c->copies[copy];

    if (at->up >= 0) {
        add_id(c, at->up, out);
        lm_text_add(out, ":", 1);
    }
    lm_text_add(out, at->node->id.at, at->node->id.size);
}

static void write_id(lm_canvas *c, int32_t copy)
{
    const lm_canvas_copy *at = &c->copies[copy];
    lm_text               id = { 0 };

    if (at->up < 0) {
        lm_json_write_string(at->node->id.at, at->node->id.size, LM_JSON_COMPACT, c->out);
        return;
    }
    add_id(c, copy, &id);
    lm_json_write_string(lm_text_str(&id), id.size, LM_JSON_COMPACT, c->out);
    lm_text_done(&id);
}

/* ------------------------------------------------------------------ one input */

static bool fits(lm_canvas *c)
{
    if (c->out->size > LM_JSON_MAX_BYTES)
        return limn_fail(&c->err, FILE, "expanded, it has more than %d MB: too large for a workflow",
                         LM_JSON_MAX_BYTES >> 20);
    return lm_canvas_live(c);
}

static void write_link(lm_canvas *c, lm_canvas_answer a)
{
    lm_text_add(c->out, "[", 1);
    write_id(c, a.copy);
    if (a.slot >= 0 && a.slot < 10)
        lm_text_add(c->out, (char[]){ ',', (char)('0' + a.slot), ']' }, 3);
    else
        lm_text_printf(c->out, ",%d]", a.slot);
}

/* What a primitive says goes only into widgets; where nobody knows what is one, everywhere. */
static bool is_taken(const lm_canvas_node *n, const lm_canvas_slot *s, lm_canvas_answer a)
{
    return a.found == LM_CANVAS_NODE ||
           (a.found == LM_CANVAS_CONSTANT && (!a.pushed || s->widget >= 0 || !n->plan));
}

static bool write_value(lm_canvas *c, const lm_canvas_node *n, const lm_canvas_slot *s, lm_canvas_answer a)
{
    const limn_input *row = n->plan && s->widget >= 0 ? n->plan->rows[s->widget] : NULL;

    if (a.found == LM_CANVAS_NODE)
        write_link(c, a);
    else
        return lm_canvas_constant(c, n->plan, row, a);
    return true;
}

/* The comma stands before all but the first. An input that comes to nothing is left out. */
static bool write_input(lm_canvas *c, int32_t copy, int slot, bool *first)
{
    const lm_canvas_node *n = c->copies[copy].node;
    const lm_canvas_slot *s = &n->slots[slot];
    const size_t          before = c->out->size;
    lm_canvas_answer      a = lm_canvas_resolve(c, copy, slot);

    if (!is_taken(n, s, a)) {
        if (s->widget < 0 || (!n->plan && !lm_canvas_saved(c, copy, s->widget)))
            return true;
        a = (lm_canvas_answer){ .found = LM_CANVAS_CONSTANT, .pushed = true,
                                .value = lm_canvas_saved(c, copy, s->widget) };
    }
    lm_text_puts(c->out, *first ? "" : ",");
    lm_json_write_string(s->name.at, s->name.size, LM_JSON_COMPACT, c->out);
    lm_text_puts(c->out, ":");
    if (!write_value(c, n, s, a)) {
        c->out->size = before;
        c->out->at[before] = 0;
        return true;
    }
    *first = false;
    return fits(c);
}

/* Names that a file repeats: the last one counts. Marks the slots that are left out. */
static bool *repeated(lm_canvas *c, const lm_canvas_node *n)
{
    const int own = n->plan ? n->plan->n_sockets + n->plan->n_widgets : 0;
    lm_index  x;
    bool     *out;

    if (n->n_slots - own < 1 || !lm_index_init(&x, (size_t)n->n_slots))
        return NULL;
    out = lm_alloc_array((size_t)n->n_slots, sizeof *out);
    for (int i = n->n_slots; i-- > 0;)
        out[i] = lm_index_put(&x, n->slots[i].name.at, n->slots[i].name.size, i) != i;
    lm_index_done(&x);
    (void)c;
    return out;
}

/* Widgets come first, then sockets. */
static bool write_inputs(lm_canvas *c, int32_t copy)
{
    const lm_canvas_node *n = c->copies[copy].node;
    bool                 *left_out = repeated(c, n), first = true, ok = true;

    for (int sockets = 0; sockets < 2; sockets++)
        for (int i = 0; ok && i < n->n_slots; i++)
            if ((n->slots[i].widget < 0) == sockets && !(left_out && left_out[i]))
                ok = write_input(c, copy, i, &first);
    lm_free(left_out);
    return ok;
}

/* ------------------------------------------------------------------ one node */

static void write_text(lm_canvas *c, const char *key, lm_canvas_name text)
{
    lm_text_add(c->out, "\"", 1);
    lm_text_puts(c->out, key);
    lm_text_add(c->out, "\":", 2);
    lm_json_write_string(text.at, text.size, LM_JSON_COMPACT, c->out);
}

/* The pack that an unknown class comes from, as the file says. */
static void write_pack(lm_canvas *c, const lm_canvas_node *n)
{
    static const char *const keys[] = { "cnr_id", "aux_id", NULL };
    const lm_json_ref        properties = n->properties;

    for (const char *const *k = keys; !n->plan && *k; k++) {
        const lm_canvas_name text = lm_canvas_key(c, lm_json_get(c->d, properties, *k));

        if (!text.size)
            continue;
        lm_text_puts(c->out, ",");
        write_text(c, *k, text);
    }
}

static bool write_node(lm_canvas *c, int32_t copy, bool *first)
{
    const lm_canvas_node *n = c->copies[copy].node;

    lm_text_puts(c->out, *first ? "" : ",");
    *first = false;
    write_id(c, copy);
    lm_text_puts(c->out, ":{\"inputs\":{");
    if (!write_inputs(c, copy))
        return false;
    lm_text_puts(c->out, "},");
    if (n->type.at) {
        write_text(c, "class_type", n->type);
        lm_text_puts(c->out, ",");
    }
    lm_text_puts(c->out, "\"_meta\":{");
    write_text(c, "title", lm_canvas_title(c, n));
    write_pack(c, n);
    lm_text_puts(c->out, "}}");
    return fits(c);
}

/* ------------------------------------------------------------------ all nodes */

static bool is_written(const lm_canvas_copy *at)
{
    return at->node->kind == LM_CANVAS_REAL && !at->node->inner && at->node->mode != 2 && at->node->mode != 4;
}

/* Calls itself as deep as subgraphs lie in each other. */
static bool write_inner(lm_canvas *c, int32_t copy, bool *first)
{
    const int32_t         inner = c->copies[copy].inner;
    const lm_canvas_graph *g = c->copies[copy].node->inner;

    for (int i = 0; inner >= 0 && i < g->n_nodes; i++)
        if ((is_written(&c->copies[inner + i]) && !write_node(c, inner + i, first)) ||
            !write_inner(c, inner + i, first))
            return false;
    return true;
}

struct numbered {
    uint64_t number; /* UINT64_MAX: its id is no number */
    int32_t  copy;
};

static uint64_t number_of(lm_canvas_name id)
{
    uint64_t x = 0;

    if (!id.size || id.size > 9 || (id.at[0] == '0' && id.size > 1))
        return UINT64_MAX;
    for (size_t i = 0; i < id.size; i++) {
        if (id.at[i] < '0' || id.at[i] > '9')
            return UINT64_MAX;
        x = 10 * x + (uint64_t)(id.at[i] - '0');
    }
    return x;
}

static int by_number(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;

    return x->number != y->number ? (x->number < y->number ? -1 : 1) : (x->copy > y->copy) - (x->copy < y->copy);
}

static bool write_root(lm_canvas *c, bool *first)
{
    const int        count = c->graphs[0]->n_nodes;
    struct numbered *order = lm_canvas_take(c, (size_t)count, sizeof *order);

    if (!order)
        return false;
    for (int i = 0; i < count; i++)
        order[i] = (struct numbered){ number_of(c->copies[i].node->id), i };
    qsort(order, (size_t)count, sizeof *order, by_number);
    for (int i = 0; i < count; i++)
        if (is_written(&c->copies[order[i].copy]) && !write_node(c, order[i].copy, first))
            return false;
    return true;
}

bool lm_canvas_write(lm_canvas *c)
{
    bool first = true;

    lm_text_puts(c->out, "{");
    if (!write_root(c, &first))
        return false;
    for (int i = 0; i < c->graphs[0]->n_nodes; i++)
        if (!write_inner(c, i, &first))
            return false;
    lm_text_puts(c->out, "}");
    return lm_canvas_live(c);
}
