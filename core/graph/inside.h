/* inside.h: what the executor knows of a call, beside what every room may see of it (core/data/call.h). */
#ifndef LM_GRAPH_INSIDE_H
#define LM_GRAPH_INSIDE_H

#include "core/data/call.h"
#include "core/graph/registry.h"
#include "core/graph/subgraph.h"

struct lm_run;

/* lm_call.inside; NULL in a call that is not part of a run (a node's own check). */
typedef struct lm_inside {
    const lm_class *class_;
    const bool     *there;  /* of each row: has it a value? NULL: all have */
    struct lm_run  *run;
    limn_graph     *graphs; /* what it asked for, the newest first */
    int             n_graphs;
} lm_inside;

static inline lm_inside *lm_inside_of(limn_call *call)
{
    return lm_call_of(call)->inside;
}

#endif
