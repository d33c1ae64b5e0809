/* subgraph.c: what a node's run asks for in place of values. */
#include "core/graph/subgraph.h"

#include <string.h>

#include "core/base/alloc.h"

limn_graph *lm_subgraph_new(int index)
{
    limn_graph *g = lm_alloc(sizeof *g);

    g->index = index;
    return g;
}

static void put_done(lm_put *p)
{
    lm_free(p->input);
    lm_free(p->id);
    lm_value_unref(p->value);
}

static void node_done(lm_subnode *n)
{
    for (int i = 0; i < n->n_puts; i++)
        put_done(&n->puts[i]);
    lm_free(n->puts);
    lm_free(n->class_name);
    lm_free(n->id);
    lm_free(n->display);
}

void lm_subgraph_free(limn_graph *g)
{
    if (!g)
        return;
    for (int i = 0; i < g->n_nodes; i++)
        node_done(&g->nodes[i]);
    lm_free(g->nodes);
    lm_free(g);
}

/* Room for one more of n, at powers of two. */
static void *one_more(void *array, int n, size_t size)
{
    return n & (n - 1) ? array : lm_grow(array, (n ? 2 * (size_t)n : 1) * size);
}

int lm_subgraph_add(limn_graph *g, const char *class_name, const char *id)
{
    if (!g || !class_name)
        return -1;
    g->nodes = one_more(g->nodes, g->n_nodes, sizeof *g->nodes);
    g->nodes[g->n_nodes] = (lm_subnode){ .class_name = lm_copy_text(class_name),
                                         .id = id ? lm_copy_text(id) : NULL };
    return g->n_nodes++;
}

static lm_subnode *node_of(limn_graph *g, int node)
{
    return g && node >= 0 && node < g->n_nodes ? &g->nodes[node] : NULL;
}

void lm_subgraph_stand_for(limn_graph *g, int node, const char *id)
{
    lm_subnode *n = node_of(g, node);

    if (!n)
        return;
    lm_free(n->display);
    n->display = id ? lm_copy_text(id) : NULL;
}

/* The place of an input: what was put there goes. NULL: no such node. */
static lm_put *place(limn_graph *g, int node, const char *input)
{
    lm_subnode *n = node_of(g, node);

    if (!n || !input)
        return NULL;
    for (int i = 0; i < n->n_puts; i++)
        if (!strcmp(n->puts[i].input, input)) {
            put_done(&n->puts[i]);
            n->puts[i] = (lm_put){ .input = lm_copy_text(input) };
            return &n->puts[i];
        }
    n->puts = one_more(n->puts, n->n_puts, sizeof *n->puts);
    n->puts[n->n_puts] = (lm_put){ .input = lm_copy_text(input) };
    return &n->puts[n->n_puts++];
}

void lm_subgraph_put(limn_graph *g, int node, const char *input, limn_value *x)
{
    lm_put *p = x ? place(g, node, input) : NULL;

    if (p)
        p->value = x;
    else
        lm_value_unref(x);
}

void lm_subgraph_put_wire(limn_graph *g, int node, const char *input, int from, int slot)
{
    lm_put *p = place(g, node, input);

    if (!p)
        return;
    p->kind = LM_PUT_WIRE;
    p->from = from;
    p->slot = slot;
}

void lm_subgraph_put_outer(limn_graph *g, int node, const char *input, const char *id, int slot)
{
    char   *copy = id ? lm_copy_text(id) : NULL; /* first: it may stand in what is replaced */
    lm_put *p = copy ? place(g, node, input) : NULL;

    if (!p) {
        lm_free(copy);
        return;
    }
    p->kind = LM_PUT_OUTER;
    p->id = copy;
    p->slot = slot;
}
