/* expand.h: what expand.c and expand_key.c share: one subgraph that becomes tasks. */
#ifndef LM_GRAPH_EXPAND_H
#define LM_GRAPH_EXPAND_H

#include "core/graph/run.h"

typedef struct lm_expander {
    lm_run           *run;
    lm_task          *parent;
    const limn_graph *graph;
    lm_family        *family;
    lm_step          *steps;
    int32_t           first; /* of its tasks */
    uint8_t          *state; /* of each node, while keys are made */
    int              *stack;
} lm_expander;

/* Keys for all its steps; sources in other subgraphs have theirs. Without the lock. */
bool lm_expand_keys(lm_expander *e, limn_error *err);

#endif
