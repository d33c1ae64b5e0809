/* canvas_copy.c: the nodes of a workflow once for each use of the graph they are in. */
#include "core/base/alloc.h"
#include "core/graph/canvas_parts.h"

static bool make_room(lm_canvas *c, int more)
{
    int room = c->room_copies ? c->room_copies : 64;

    if (c->n_copies + more > 2 * LM_CANVAS_MAX_NODES)
        return limn_fail(&c->err, FILE, "its subgraphs come to more than %d nodes: too large for a workflow",
                         2 * LM_CANVAS_MAX_NODES);
    if (c->n_copies + more <= c->room_copies)
        return true;
    while (room < c->n_copies + more)
        room *= 2;
    c->copies = lm_grow(c->copies, (size_t)room * sizeof *c->copies);
    c->room_copies = room;
    return true;
}

static bool add_copies(lm_canvas *c, const lm_canvas_graph *g, int32_t up)
{
    const int32_t first = c->n_copies;

    if (!make_room(c, g->n_nodes))
        return false;
    for (int i = 0; i < g->n_nodes; i++)
        c->copies[c->n_copies++] = (lm_canvas_copy){ &g->nodes[i], g, up, first, -1 };
    return true;
}

/* What is muted or bypassed is not opened. No graph contains itself, so this ends. */
bool lm_canvas_expand(lm_canvas *c)
{
    if (!add_copies(c, c->graphs[0], -1))
        return false;
    for (int32_t i = 0; i < c->n_copies; i++) {
        const lm_canvas_node *n = c->copies[i].node;

        if (!n->inner || n->mode == 2 || n->mode == 4)
            continue;
        c->copies[i].inner = c->n_copies;
        if (!add_copies(c, n->inner, i))
            return false;
    }
    return true;
}
