/* bench.h: what the graph itself costs, with nodes that do next to nothing: for `limn bench graph`. */
#ifndef LM_GRAPH_BENCH_H
#define LM_GRAPH_BENCH_H

#include <limn/limn.h>

typedef struct lm_graph_figures {
    int    nodes;
    size_t bytes;                          /* of the workflow's text */
    double read_s, json_s;                 /* CPU seconds: the whole of reading; its JSON alone */
    double check_s, plan_s, run_s, cached_s;
} lm_graph_figures;

/* Builds a workflow of about `nodes` nodes (chains of ten that join), and measures each stage in CPU seconds
 * of this thread, the best of a few. */
bool lm_graph_bench(int nodes, lm_graph_figures *out, limn_error *err);

#endif
