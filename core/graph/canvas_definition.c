/* canvas_definition.c: the graphs that a file defines beside its own: subgraphs and group nodes, by name. */
#include "core/base/alloc.h"
#include "core/graph/canvas_parts.h"

lm_canvas_graph *lm_canvas_graph_new(lm_canvas *c, lm_json_ref self, lm_canvas_name name, bool group)
{
    lm_canvas_graph *g = lm_canvas_take(c, 1, sizeof *g);

    if (!g)
        return NULL;
    *g = (lm_canvas_graph){ .self = self, .name = name, .group = group };
    if (c->n_graphs == c->room_graphs) {
        c->room_graphs = c->room_graphs ? 2 * c->room_graphs : 16;
        c->graphs = lm_grow(c->graphs, (size_t)c->room_graphs * sizeof(lm_canvas_graph *));
    }
    c->graphs[c->n_graphs++] = g;
    return g;
}

/* The definitions under `owner`, and those within them. Calls itself as deep as the text is nested. */
static bool add_definitions(lm_canvas *c, lm_json_ref owner)
{
    const lm_json_ref list = lm_canvas_list(c, lm_json_get(c->d, owner, "definitions"), "subgraphs");

    for (lm_json_ref v = lm_json_first(c->d, list); v; v = lm_json_next(c->d, v)) {
        const lm_json_ref    self = lm_json_resolve(c->d, v);
        const lm_canvas_name id = lm_canvas_key(c, lm_json_get(c->d, self, "id"));
        lm_canvas_name       name = lm_canvas_key(c, lm_json_get(c->d, self, "name"));

        if (id.at && lm_index_find(&c->graph_ids, id.at, id.size) < 0 &&
            (!lm_canvas_put(c, &c->graph_ids, id, c->n_graphs) ||
             !lm_canvas_graph_new(c, self, name.size ? name : id, false)))
            return false;
        if (!add_definitions(c, self))
            return false;
    }
    return true;
}

static bool add_groups(lm_canvas *c)
{
    const lm_json_ref list = lm_json_get(c->d, lm_json_get(c->d, c->root, "extra"), "groupNodes");

    for (lm_json_ref k = lm_json_first_key(c->d, list); k; k = lm_json_next(c->d, k)) {
        const lm_canvas_name name = lm_canvas_key(c, k);

        if (!lm_canvas_put(c, &c->group_names, name, c->n_graphs) ||
            !lm_canvas_graph_new(c, lm_json_value(c->d, k), name, true))
            return false;
    }
    return true;
}

bool lm_canvas_find_definitions(lm_canvas *c)
{
    return add_definitions(c, c->root) && add_groups(c);
}

lm_canvas_graph *lm_canvas_graph_of(lm_canvas *c, lm_canvas_name type)
{
    static const char word[] = "workflow";
    const size_t      n = sizeof word - 1;
    int32_t           i = type.at ? lm_index_find(&c->graph_ids, type.at, type.size) : -1;

    if (i < 0 && type.size > n && !memcmp(type.at, word, n) && (type.at[n] == '>' || type.at[n] == '/'))
        i = lm_index_find(&c->group_names, type.at + n + 1, type.size - n - 1);
    return i < 0 ? NULL : c->graphs[i];
}
