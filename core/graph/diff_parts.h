/* diff_parts.h: a workflow as it is compared, whichever format its file has. */
#ifndef LM_GRAPH_DIFF_PARTS_H
#define LM_GRAPH_DIFF_PARTS_H

#include "core/graph/canvas_parts.h"
#include "core/graph/diff.h"

/* One input of a node: a value, a link, or (a widget that is linked) both. */
typedef struct lm_diff_input {
    lm_canvas_name name;
    lm_json_ref    value;     /* 0: none */
    bool           linked;
    lm_canvas_name from;      /* the id of the node at the other end; { NULL }: one that is not there */
    int32_t        from_slot;
} lm_diff_input;

typedef struct lm_diff_node {
    lm_json_ref    self;  /* in the file; 0: the edge of a subgraph */
    lm_canvas_name id, class_name, title;
    int            mode;
    bool           dealt; /* its values are known by name */
    lm_diff_input *inputs;
    int            n_inputs;
} lm_diff_node;

typedef struct lm_diff_graph {
    lm_json_ref    self;
    lm_canvas_name id, name; /* { NULL }: the workflow's own */
    lm_diff_node  *nodes;
    int            n_nodes;
    lm_index       ids;
} lm_diff_graph;

typedef struct lm_diff_side {
    lm_json       *d;
    lm_json       *made;  /* d, where it was converted */
    bool           api;
    lm_canvas      canvas; /* gives memory, and the graphs of a canvas's file */
    lm_diff_graph *graphs; /* [0] is the root */
    int            n_graphs;
} lm_diff_side;

/* Reads d as it is, or with `as_api` converted. FILE, MEMORY. */
bool lm_diff_side_open(lm_diff_side *s, lm_json *d, bool as_api, const lm_canvas_env *env, limn_error *err);
void lm_diff_side_done(lm_diff_side *s); /* welcomes a zeroed one */

const lm_diff_node  *lm_diff_find_node(const lm_diff_graph *g, lm_canvas_name id);
const lm_diff_graph *lm_diff_find_graph(const lm_diff_side *s, lm_canvas_name id);
/* n's input that corresponds to `of`'s i-th: of the same name, and as many of that name before it. NULL: none. */
const lm_diff_input *lm_diff_twin(const lm_diff_node *n, const lm_diff_node *of, int i);

#endif
