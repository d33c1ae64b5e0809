/* canvas_graph.c: reads one graph of a file: its nodes and links, and the graphs that its nodes stand for. */
#include <inttypes.h>

#include "core/graph/blame.h"
#include "core/graph/canvas_parts.h"

/* ------------------------------------------------------------------ nodes */

/* All members in one pass: a node has a dozen, and all of them are asked for. */
static void read_members(lm_canvas *c, lm_canvas_node *n)
{
    const struct {
        const char  *key;
        lm_json_ref *to;
    } members[] = {
        { "inputs", &n->inputs }, { "outputs", &n->outputs }, { "widgets_values", &n->widgets },
        { "properties", &n->properties }, { "title", &n->title },
    };

    for (lm_json_ref k = lm_json_first_key(c->d, n->self); k; k = lm_json_next(c->d, k)) {
        const lm_canvas_name key = lm_canvas_key(c, k);
        const lm_json_ref    v = lm_json_value(c->d, k);

        if (lm_canvas_is_text(key, "id"))
            n->id = lm_canvas_key(c, v);
        else if (lm_canvas_is_text(key, "mode"))
            n->mode = lm_canvas_int(c, v, 0);
        else if (lm_canvas_is_text(key, "type") && lm_json_kind_of(c->d, v) == LM_JSON_STRING)
            n->type = lm_canvas_key(c, v);
        for (size_t i = 0; key.size > 4 && i < sizeof members / sizeof *members; i++)
            if (lm_canvas_is_text(key, members[i].key))
                *members[i].to = v;
    }
}

static void read_node(lm_canvas *c, lm_canvas_node *n, lm_json_ref self)
{
    *n = (lm_canvas_node){ .self = self };
    read_members(c, n);
    n->inner = lm_canvas_graph_of(c, n->type);
    n->plan = n->inner ? NULL : lm_canvas_plan_of(c, n->type);
    if (n->type.at && !n->inner && !n->plan)
        n->kind = lm_canvas_kind_of(n->type.at, n->type.size);
}

/* An id for a node that has none: the next number. */
static bool give_id(lm_canvas *c, lm_canvas_graph *g, lm_canvas_node *n, int64_t *last)
{
    char *text = lm_canvas_take(c, 24, 1);

    if (!text)
        return false;
    do
        snprintf(text, 24, "%" PRId64, ++*last);
    while (lm_index_find(&g->ids, text, strlen(text)) >= 0);
    n->id = lm_canvas_text(text);
    return lm_canvas_put(c, &g->ids, n->id, (int32_t)(n - g->nodes));
}

static void highest_id(const lm_canvas *c, lm_json_ref v, int64_t *last)
{
    int64_t id;

    if (lm_json_to_int(c->d, v, &id) && id > *last && id < INT32_MAX)
        *last = id;
}

/* A second node of the same id, which no link can mean. */
static void leave_out(lm_canvas *c, lm_canvas_node *n)
{
    lm_canvas_note(c, "node %.*s is there twice: the second is left out", LM_CANVAS_SHOWN(n->id));
    n->kind = LM_CANVAS_DROP;
    n->inner = NULL;
    n->plan = NULL;
}

/* Ids for those that have none, beyond all that are there. */
static bool give_ids(lm_canvas *c, lm_canvas_graph *g)
{
    int64_t last = 0;

    highest_id(c, lm_json_get(c->d, g->self, "last_node_id"), &last);
    for (int i = 0; i < g->n_nodes; i++)
        highest_id(c, lm_json_get(c->d, g->nodes[i].self, "id"), &last);
    for (int i = 0; i < g->n_nodes; i++)
        if (!g->nodes[i].id.at && !give_id(c, g, &g->nodes[i], &last))
            return false;
    return true;
}

static bool index_nodes(lm_canvas *c, lm_canvas_graph *g)
{
    bool all = true;

    for (int i = 0; i < g->n_nodes; i++) {
        lm_canvas_node *n = &g->nodes[i];

        all = all && n->id.at;
        if (n->id.at && lm_index_find(&g->ids, n->id.at, n->id.size) >= 0)
            leave_out(c, n);
        else if (!lm_canvas_put(c, &g->ids, n->id, i))
            return false;
    }
    return all || give_ids(c, g);
}

/* A group's nodes are called by their places. */
static bool number_nodes(lm_canvas *c, lm_canvas_graph *g)
{
    for (int i = 0; i < g->n_nodes; i++) {
        char *text = lm_canvas_take(c, 12, 1);

        if (!text)
            return false;
        snprintf(text, 12, "%d", i);
        g->nodes[i].id = lm_canvas_text(text);
        if (!lm_canvas_put(c, &g->ids, g->nodes[i].id, i))
            return false;
    }
    return true;
}

static bool read_nodes(lm_canvas *c, lm_canvas_graph *g)
{
    const lm_json_ref list = lm_canvas_list(c, g->self, "nodes");
    const uint32_t    count = lm_json_count(c->d, list);

    if (count > LM_CANVAS_MAX_NODES || (c->n_nodes += (int)count) > LM_CANVAS_MAX_NODES)
        return limn_fail(&c->err, FILE, "more than %d nodes: too large for a workflow", LM_CANVAS_MAX_NODES);
    g->nodes = lm_canvas_take(c, count, sizeof *g->nodes);
    if (!g->nodes || !lm_index_init(&g->ids, count))
        return limn_fail(&c->err, MEMORY, "no memory for %u nodes", count);
    for (lm_json_ref v = lm_json_first(c->d, list); v; v = lm_json_next(c->d, v)) {
        const lm_json_ref self = lm_json_resolve(c->d, v);

        if (g->group || lm_json_kind_of(c->d, self) == LM_JSON_OBJECT)
            read_node(c, &g->nodes[g->n_nodes++], self);
        else
            lm_canvas_note(c, "one of the nodes of %.60s is no object: left out", g->name.at);
    }
    return lm_canvas_live(c) && (g->group ? number_nodes(c, g) : index_nodes(c, g));
}

/* ------------------------------------------------------------------ links */

/* [id, from, slot, to, slot, type] in older files, an object in newer ones; either may be met in both. */
static lm_json_ref part_of(const lm_canvas *c, lm_json_ref link, uint32_t place, const char *name)
{
    return lm_json_kind_of(c->d, link) == LM_JSON_ARRAY ? lm_json_at(c->d, link, place)
                                                        : lm_json_get(c->d, link, name);
}

static int32_t node_called(const lm_canvas_graph *g, lm_canvas_name id)
{
    return id.at ? lm_index_find(&g->ids, id.at, id.size) : LM_CANVAS_NOWHERE;
}

static bool read_link(lm_canvas *c, lm_canvas_graph *g, lm_json_ref self)
{
    lm_canvas_link      *l = &g->links[g->n_links];
    const lm_canvas_name id = lm_canvas_key(c, part_of(c, self, 0, "id"));
    const lm_json_ref    from = part_of(c, self, 1, "origin_id");

    if (!id.at || lm_index_find(&g->link_ids, id.at, id.size) >= 0)
        return true;
    *l = (lm_canvas_link){ .self = self, .to = LM_CANVAS_NOWHERE };
    l->from_slot = lm_canvas_int(c, part_of(c, self, 2, "origin_slot"), -1);
    l->from = node_called(g, lm_canvas_key(c, from));
    if (l->from == LM_CANVAS_NOWHERE && g != c->graphs[0] && lm_canvas_int(c, from, 0) == LM_CANVAS_EDGE_ID)
        l->from = LM_CANVAS_EDGE;
    return lm_canvas_put(c, &g->link_ids, id, g->n_links++);
}

static bool read_links(lm_canvas *c, lm_canvas_graph *g)
{
    const lm_json_ref list = lm_canvas_list(c, g->self, "links");
    const uint32_t    count = lm_json_count(c->d, list);

    g->links = lm_canvas_take(c, count, sizeof *g->links);
    if (!g->links || !lm_index_init(&g->link_ids, count))
        return limn_fail(&c->err, MEMORY, "no memory for %u links", count);
    for (lm_json_ref v = lm_json_first(c->d, list); v; v = lm_json_next(c->d, v))
        if (!read_link(c, g, lm_json_resolve(c->d, v)))
            return false;
    return true;
}

void lm_canvas_set_link(lm_canvas_graph *g, int node, int slot, int32_t link)
{
    g->nodes[node].slots[slot].link = link;
    g->links[link].to = node;
    g->links[link].to_slot = slot;
}

/* ------------------------------------------------------------------ names that nodes are found by */

static bool index_setters(lm_canvas *c, lm_canvas_graph *g)
{
    for (int i = 0; i < g->n_nodes; i++) {
        const lm_canvas_node *n = &g->nodes[i];
        const lm_canvas_name  name = lm_canvas_key(c, lm_json_at(c->d, n->widgets, 0));

        if (n->kind == LM_CANVAS_SET && !lm_canvas_put(c, &g->setters, name, i))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ a graph */

static bool fail_graph(lm_canvas *c, const lm_canvas_graph *g, const char *what)
{
    lm_text name = { 0 };

    lm_text_clean(&name, g->name.at, g->name.size, 60);
    limn_fail(&c->err, FILE, "the %s %s %s", g->group ? "group node" : "subgraph", lm_text_str(&name), what);
    lm_text_done(&name);
    return false;
}

/* Graphs within it first: how often each may be used is known before it is. */
static bool read_inner(lm_canvas *c, lm_canvas_graph *g)
{
    for (int i = 0; i < g->n_nodes; i++) {
        lm_canvas_graph *inner = g->nodes[i].inner;

        if (inner && inner->state == 1)
            return fail_graph(c, inner, "contains itself");
        if (inner && inner->state == 0 && !lm_canvas_read(c, inner))
            return false;
    }
    return true;
}

static bool make_slots(lm_canvas *c, lm_canvas_graph *g)
{
    for (int i = 0; i < g->n_nodes; i++) {
        lm_canvas_node *n = &g->nodes[i];

        if (!(n->inner ? lm_canvas_instance(c, g, n) : lm_canvas_slots(c, g, n)))
            return false;
    }
    return true;
}

bool lm_canvas_read(lm_canvas *c, lm_canvas_graph *g)
{
    bool ok;

    if (++c->depth > LM_CANVAS_MAX_DEPTH)
        return fail_graph(c, g, "lies more than 100 subgraphs deep");
    g->state = 1;
    ok = read_nodes(c, g) && (g->group || read_links(c, g)) && read_inner(c, g) && make_slots(c, g) &&
         (g->group ? lm_canvas_group_edge(c, g) : lm_canvas_edge(c, g)) && index_setters(c, g) &&
         lm_canvas_find_senders(c, g);
    g->state = 2;
    c->depth--;
    return ok && lm_canvas_live(c);
}
