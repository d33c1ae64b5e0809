/* subgraph.h: what a node's run asks for in place of values: nodes by number, their inputs, and the nodes of
 * the canvas that they stand for. The executor makes steps of it (expand.h). */
#ifndef LM_GRAPH_SUBGRAPH_H
#define LM_GRAPH_SUBGRAPH_H

#include "core/data/value.h"

typedef enum lm_put_kind { LM_PUT_VALUE, LM_PUT_WIRE, LM_PUT_OUTER } lm_put_kind;

typedef struct lm_put {
    char       *input;
    lm_put_kind kind;
    limn_value *value;     /* VALUE */
    char       *id;        /* OUTER: a node of the running graph */
    int         from;      /* WIRE: a node of this subgraph */
    int         slot;      /* WIRE, OUTER */
} lm_put;

typedef struct lm_subnode {
    char   *class_name, *id, *display; /* id, display: NULL when not asked for */
    lm_put *puts;
    int     n_puts;
} lm_subnode;

struct limn_graph {
    struct limn_graph *next;  /* of the same call, the older one; of the same step, the newer one */
    int                index; /* which of the call's graphs */
    int                call;  /* which of the step's calls */
    lm_subnode        *nodes;
    int                n_nodes;
    struct lm_family  *family; /* its nodes as tasks of the run, once they are */
};

struct lm_family;

/* A NULL graph, or a node that is not there, is met with -1, NULL or nothing. */
limn_graph *lm_subgraph_new(int index);                                                       /* [new] */
void        lm_subgraph_free(limn_graph *g);
int         lm_subgraph_add(limn_graph *g, const char *class_name, const char *id);
void        lm_subgraph_stand_for(limn_graph *g, int node, const char *id);
void        lm_subgraph_put(limn_graph *g, int node, const char *input, limn_value *x);     /* [takes x] */
void        lm_subgraph_put_wire(limn_graph *g, int node, const char *input, int from, int slot);
void        lm_subgraph_put_outer(limn_graph *g, int node, const char *input, const char *id, int slot);

#endif
