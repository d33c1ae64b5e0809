/* diff.c: compares two workflows graph by graph and node by node. */
#include "core/graph/diff.h"

#include "core/graph/diff_parts.h"
#include "core/graph/workflow.h"

#define LM_DIFF_WORD(name, word) word,
const char *const lm_diff_words[LM_N_DIFFS] = { LM_DIFF_KINDS(LM_DIFF_WORD) };

/* Both sides, and where the walk is. Texts that are told live until the next one is. */
typedef struct walk {
    lm_diff_side  a, b;
    lm_diff_tell *tell;
    void         *self;
    const lm_diff_graph *graph; /* of b, or of a where b has none; NULL: of no graph */
    const lm_diff_graph *was;   /* of a, while one of b is compared with it */
    const lm_diff_node  *node;  /* as graph; NULL: of no node */
    lm_text              texts[10];
    int                  n_texts;
} walk;

/* ------------------------------------------------------------------ telling */

/* A text with its NUL, good until the difference is told. NULL for no text. */
static const char *text_of(walk *w, lm_canvas_name name)
{
    lm_text *t;

    if (!name.at)
        return NULL;
    t = &w->texts[w->n_texts++];
    lm_text_add(t, name.at, name.size);
    return lm_text_str(t);
}

static const char *json_of(walk *w, const lm_json *d, lm_json_ref v)
{
    lm_text *t;

    if (!v)
        return NULL;
    t = &w->texts[w->n_texts++];
    lm_json_write(d, v, LM_JSON_SPACES, t);
    return lm_text_str(t);
}

static const char *link_of(walk *w, const lm_diff_input *in)
{
    lm_text *t;

    if (!in || !in->linked)
        return NULL;
    t = &w->texts[w->n_texts++];
    lm_text_puts(t, "[");
    lm_json_write_string(in->from.at ? in->from.at : "", in->from.size, LM_JSON_SPACES, t);
    lm_text_printf(t, ", %d]", (int)in->from_slot);
    return lm_text_str(t);
}

static void tell(walk *w, lm_difference d)
{
    if (w->graph && w->graph->id.at) {
        d.graph = text_of(w, w->graph->name);
        d.graph_id = text_of(w, w->graph->id);
    }
    if (w->node) {
        d.node = text_of(w, w->node->id);
        d.class_name = text_of(w, w->node->class_name);
        d.title = text_of(w, w->node->title);
    }
    w->tell(w->self, &d);
    while (w->n_texts)
        lm_text_done(&w->texts[--w->n_texts]);
}

static void tell_values(walk *w, lm_diff_kind kind, const char *field, lm_json_ref was, lm_json_ref now)
{
    tell(w, (lm_difference){ .kind = kind, .field = field, .was = json_of(w, w->a.d, was),
                             .now = json_of(w, w->b.d, now) });
}

/* Told where they differ; absent is 0. */
static void compare_values(walk *w, lm_diff_kind kind, const char *field, lm_json_ref was, lm_json_ref now)
{
    if (!lm_diff_same(w->a.d, was, w->b.d, now))
        tell_values(w, kind, field, was, now);
}

/* ------------------------------------------------------------------ inputs */

static bool same_link(const lm_diff_input *x, const lm_diff_input *y)
{
    const bool one = x && x->linked, two = y && y->linked;

    return one == two && (!one || (lm_canvas_same(x->from, y->from) && x->from_slot == y->from_slot));
}

/* What the input of a node of this graph comes from. */
static const char *class_from(walk *w, const lm_diff_graph *g, const lm_diff_input *in)
{
    const lm_diff_node *n = in && in->linked ? lm_diff_find_node(g, in->from) : NULL;

    return n ? text_of(w, n->class_name) : NULL;
}

static void compare_input(walk *w, const lm_diff_input *x, const lm_diff_input *y)
{
    const char *field = text_of(w, x ? x->name : y->name);

    if (!same_link(x, y))
        tell(w, (lm_difference){ .kind = LM_DIFF_LINK, .field = field, .was = link_of(w, x), .now = link_of(w, y),
                                 .was_class = class_from(w, w->was, x), .now_class = class_from(w, w->graph, y) });
    field = w->n_texts ? field : text_of(w, x ? x->name : y->name);
    compare_values(w, LM_DIFF_VALUE, field, x ? x->value : 0, y ? y->value : 0);
    while (w->n_texts)
        lm_text_done(&w->texts[--w->n_texts]);
}

/* How many values by name differ is not asked for here: false when none does. */
static bool values_differ(const walk *w, const lm_diff_node *x, const lm_diff_node *y)
{
    for (int i = 0; i < y->n_inputs; i++) {
        const lm_diff_input *was = lm_diff_twin(x, y, i);

        if (!lm_diff_same(w->a.d, was ? was->value : 0, w->b.d, y->inputs[i].value))
            return true;
    }
    return false;
}

static void compare_inputs(walk *w, const lm_diff_node *x, const lm_diff_node *y)
{
    for (int i = 0; i < y->n_inputs; i++)
        compare_input(w, lm_diff_twin(x, y, i), &y->inputs[i]);
    for (int i = 0; i < x->n_inputs; i++)
        if (!lm_diff_twin(y, x, i))
            compare_input(w, &x->inputs[i], NULL);
}

/* What no table gives a name to: controls of seeds, notes, nodes of classes that nobody knows. Where one place differs
 * it is told by its number. */
static void compare_stored(walk *w, const lm_diff_node *x, const lm_diff_node *y)
{
    const lm_json_ref was = lm_json_get(w->a.d, x->self, "widgets_values");
    const lm_json_ref now = lm_json_get(w->b.d, y->self, "widgets_values");
    lm_json_ref       v = lm_json_first(w->a.d, was), u = lm_json_first(w->b.d, now);
    char              field[40];

    if (lm_diff_same(w->a.d, was, w->b.d, now) || (x->dealt && y->dealt && values_differ(w, x, y)))
        return;
    if (lm_json_count(w->a.d, was) != lm_json_count(w->b.d, now) || lm_json_kind_of(w->a.d, was) != LM_JSON_ARRAY ||
        lm_json_kind_of(w->b.d, now) != LM_JSON_ARRAY) {
        tell_values(w, LM_DIFF_VALUE, "widgets_values", was, now);
        return;
    }
    for (int i = 0; v; v = lm_json_next(w->a.d, v), u = lm_json_next(w->b.d, u), i++) {
        snprintf(field, sizeof field, "widgets_values[%d]", i);
        compare_values(w, LM_DIFF_VALUE, field, lm_json_resolve(w->a.d, v), lm_json_resolve(w->b.d, u));
    }
}

/* ------------------------------------------------------------------ members */

static bool is_among(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (!strcmp(*names, name))
            return true;
    return false;
}

/* Every member of two objects but those named. */
static void compare_members(walk *w, lm_diff_kind kind, const char *prefix, lm_json_ref x, lm_json_ref y,
                            const char *const *but)
{
    const lm_json *const d[2] = { w->a.d, w->b.d };
    const lm_json_ref    o[2] = { x, y };

    for (int side = 1; side >= 0; side--)
        for (lm_json_ref k = lm_json_first_key(d[side], o[side]); k; k = lm_json_next(d[side], k)) {
            const char       *key = lm_json_string(d[side], k, NULL);
            const lm_json_ref other = lm_json_get(d[!side], o[!side], key), mine = lm_json_value(d[side], k);
            char              field[120];

            if (is_among(but, key) || (!side && other))
                continue;
            snprintf(field, sizeof field, "%s%.80s", prefix, key);
            compare_values(w, kind, field, side ? other : mine, side ? mine : other);
        }
}

/* ------------------------------------------------------------------ nodes */

static void compare_titles(walk *w, const lm_diff_node *x, const lm_diff_node *y, const char *owner)
{
    const lm_json_ref one = owner ? lm_json_get(w->a.d, x->self, owner) : x->self;
    const lm_json_ref two = owner ? lm_json_get(w->b.d, y->self, owner) : y->self;

    compare_values(w, LM_DIFF_TITLE, NULL, lm_json_get(w->a.d, one, "title"), lm_json_get(w->b.d, two, "title"));
}

static void compare_places(walk *w, const lm_diff_node *x, const lm_diff_node *y)
{
    static const char *const told[] = { "id",     "type",    "pos",            "size",  "title",                "mode",
                                        "inputs", "outputs", "widgets_values", "order", "widgets_values_named", NULL };

    if (x->mode != y->mode) {
        const lm_json_ref was = lm_json_get(w->a.d, x->self, "mode"), now = lm_json_get(w->b.d, y->self, "mode");

        tell(w, (lm_difference){ .kind = LM_DIFF_MODE, .was = was ? json_of(w, w->a.d, was) : "0",
                                 .now = now ? json_of(w, w->b.d, now) : "0" });
    }
    compare_values(w, LM_DIFF_MOVED, NULL, lm_json_get(w->a.d, x->self, "pos"), lm_json_get(w->b.d, y->self, "pos"));
    compare_values(w, LM_DIFF_RESIZED, NULL, lm_json_get(w->a.d, x->self, "size"),
                   lm_json_get(w->b.d, y->self, "size"));
    compare_members(w, LM_DIFF_LOOK, "", x->self, y->self, told);
}

static void tell_classes(walk *w, const lm_diff_node *x, const lm_diff_node *y)
{
    lm_text was = { 0 }, now = { 0 };

    lm_json_write_string(x->class_name.at ? x->class_name.at : "", x->class_name.size, LM_JSON_SPACES, &was);
    lm_json_write_string(y->class_name.at ? y->class_name.at : "", y->class_name.size, LM_JSON_SPACES, &now);
    tell(w, (lm_difference){ .kind = LM_DIFF_RETYPED, .was = lm_text_str(&was), .now = lm_text_str(&now) });
    lm_text_done(&was);
    lm_text_done(&now);
}

static void compare_node(walk *w, const lm_diff_node *x, const lm_diff_node *y)
{
    const bool api = w->a.api;

    w->node = y;
    if (!lm_canvas_same(x->class_name, y->class_name))
        tell_classes(w, x, y);
    compare_inputs(w, x, y);
    if (x->self && y->self) {
        compare_titles(w, x, y, api ? "_meta" : NULL);
        if (!api) {
            compare_stored(w, x, y);
            compare_places(w, x, y);
        }
    }
    w->node = NULL;
}

static void tell_node(walk *w, lm_diff_kind kind, const lm_diff_node *n)
{
    w->node = n;
    tell(w, (lm_difference){ .kind = kind });
    w->node = NULL;
}

/* ------------------------------------------------------------------ groups */

/* Groups are the same by id, or where they have none by title. */
static bool same_group(const walk *w, lm_json_ref x, lm_json_ref y)
{
    const lm_json_ref one = lm_json_get(w->a.d, x, "id"), two = lm_json_get(w->b.d, y, "id");

    if (one || two)
        return lm_diff_same(w->a.d, one, w->b.d, two);
    return lm_diff_same(w->a.d, lm_json_get(w->a.d, x, "title"), w->b.d, lm_json_get(w->b.d, y, "title"));
}

static void tell_group(walk *w, lm_json_ref x, lm_json_ref y)
{
    const lm_canvas_name title = y ? lm_canvas_key(&w->b.canvas, lm_json_get(w->b.d, y, "title"))
                                   : lm_canvas_key(&w->a.canvas, lm_json_get(w->a.d, x, "title"));

    tell_values(w, LM_DIFF_GROUP, text_of(w, title), x, y);
}

static lm_json_ref group_like(const walk *w, lm_json_ref group, bool of_b)
{
    const lm_diff_graph *g = of_b ? w->a.graphs : w->b.graphs;
    const lm_json       *d = of_b ? w->a.d : w->b.d;
    const lm_json_ref    list = lm_json_get(d, g->self, "groups");

    for (lm_json_ref v = lm_json_first(d, list); v; v = lm_json_next(d, v))
        if (of_b ? same_group(w, lm_json_resolve(d, v), group) : same_group(w, group, lm_json_resolve(d, v)))
            return lm_json_resolve(d, v);
    return 0;
}

/* Of the workflow's own graph. */
static void compare_groups(walk *w)
{
    const lm_json_ref one = lm_json_get(w->a.d, w->a.graphs->self, "groups");
    const lm_json_ref two = lm_json_get(w->b.d, w->b.graphs->self, "groups");

    for (lm_json_ref v = lm_json_first(w->b.d, two); v; v = lm_json_next(w->b.d, v)) {
        const lm_json_ref now = lm_json_resolve(w->b.d, v), was = group_like(w, now, true);

        if (!lm_diff_same(w->a.d, was, w->b.d, now))
            tell_group(w, was, now);
    }
    for (lm_json_ref v = lm_json_first(w->a.d, one); v; v = lm_json_next(w->a.d, v))
        if (!group_like(w, lm_json_resolve(w->a.d, v), false))
            tell_group(w, lm_json_resolve(w->a.d, v), 0);
}

/* ------------------------------------------------------------------ graphs */

static void compare_graph(walk *w, const lm_diff_graph *x, const lm_diff_graph *y)
{
    static const char *const told[] = { "nodes",   "links", "state",    "inputs", "outputs", "inputNode", "outputNode",
                                        "version", "id",    "revision", "config", NULL };

    w->graph = y;
    w->was = x;
    for (int i = 0; i < y->n_nodes; i++) {
        const lm_diff_node *was = lm_diff_find_node(x, y->nodes[i].id);

        if (was)
            compare_node(w, was, &y->nodes[i]);
        else
            tell_node(w, LM_DIFF_ADDED, &y->nodes[i]);
    }
    w->graph = x;
    for (int i = 0; i < x->n_nodes; i++)
        if (!lm_diff_find_node(y, x->nodes[i].id))
            tell_node(w, LM_DIFF_REMOVED, &x->nodes[i]);
    w->graph = y;
    if (y->id.at)
        compare_members(w, LM_DIFF_SUBGRAPH, "", x->self, y->self, told);
    w->graph = NULL;
}

static void tell_graph(walk *w, const lm_diff_graph *g, bool came)
{
    w->graph = g;
    tell(w, (lm_difference){ .kind = LM_DIFF_SUBGRAPH, .was = came ? NULL : "true", .now = came ? "true" : NULL });
    w->graph = NULL;
}

static void compare_graphs(walk *w)
{
    for (int i = 0; i < w->b.n_graphs; i++) {
        const lm_diff_graph *now = &w->b.graphs[i], *was = i ? lm_diff_find_graph(&w->a, now->id) : w->a.graphs;

        if (was)
            compare_graph(w, was, now);
        else
            tell_graph(w, now, true);
    }
    for (int i = 1; i < w->a.n_graphs; i++)
        if (!lm_diff_find_graph(&w->b, w->a.graphs[i].id))
            tell_graph(w, &w->a.graphs[i], false);
}

static bool is_object(const lm_json *d, lm_json_ref v)
{
    return !v || lm_json_kind_of(d, v) == LM_JSON_OBJECT;
}

/* Member by member, but for what a canvas keeps for itself; what is no object is compared whole. */
static void compare_extra(walk *w, lm_json_ref one, lm_json_ref two)
{
    static const char *const seen[] = { "ds", "frontendVersion", "workflowRendererVersion", "groupNodes", NULL };
    const lm_json_ref        x = lm_json_get(w->a.d, one, "extra"), y = lm_json_get(w->b.d, two, "extra");

    if (is_object(w->a.d, x) && is_object(w->b.d, y))
        compare_members(w, LM_DIFF_FILE, "extra.", x, y, seen);
    else
        compare_values(w, LM_DIFF_FILE, "extra", x, y);
}

static void compare_files(walk *w)
{
    static const char *const told[] = { "nodes",  "links", "floatingLinks", "groups", "definitions", "last_node_id",
                                        "last_link_id", "id", "revision", "version", "config", "state", "extra", NULL };
    const lm_json_ref one = w->a.graphs->self, two = w->b.graphs->self;

    compare_groups(w);
    compare_members(w, LM_DIFF_FILE, "", one, two, told);
    compare_extra(w, one, two);
}

bool lm_diff(lm_json *a, lm_json *b, bool as_run, const lm_canvas_env *env, lm_diff_tell *tell_one, void *self,
             int *blamed, limn_error *err)
{
    const bool as_api = as_run || !lm_canvas_is(a, lm_workflow_root(a)) || !lm_canvas_is(b, lm_workflow_root(b));
    walk       w = { .tell = tell_one, .self = self };
    bool       well = lm_diff_side_open(&w.a, a, as_api, env, err);

    *blamed = well;
    well = well && lm_diff_side_open(&w.b, b, as_api, env, err);
    if (well) {
        compare_graphs(&w);
        if (!as_api)
            compare_files(&w);
    }
    lm_diff_side_done(&w.a);
    lm_diff_side_done(&w.b);
    return well;
}
