/* bench.h: what the graph itself costs, with nodes that do next to nothing: for `limn bench graph`. */
#ifndef LM_GRAPH_BENCH_H
#define LM_GRAPH_BENCH_H

#include <limn/limn.h>

/* CPU seconds of this thread, each the best of a few. */
typedef struct lm_graph_figures {
    int    nodes;
    size_t bytes;    /* of the workflow's text */
    double json_s;   /* reading the text as JSON */
    double read_s;   /* reading it as a workflow, JSON included */
    double check_s, plan_s;
    double run_s;    /* every node run and kept */
    double cached_s; /* every node found in the cache */
} lm_graph_figures;

/* Builds a workflow of `nodes` nodes (chains of ten that join, eight inputs a node), and measures each stage. */
bool lm_graph_bench(int nodes, lm_graph_figures *out, limn_error *err);

#endif
