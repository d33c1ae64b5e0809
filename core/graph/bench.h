/* bench.h: what the graph itself costs, with nodes that do next to nothing: for `limn bench graph`. */
#ifndef LM_GRAPH_BENCH_H
#define LM_GRAPH_BENCH_H

#include "core/data/call.h"
#include "core/graph/registry.h"

/* How the nodes hang together: chains of ten that join; one chain; none on another, and each an output of its own,
 * so that each is looked for in the cache and told. */
typedef enum lm_graph_form { LM_GRAPH_JOINED, LM_GRAPH_CHAIN, LM_GRAPH_WIDE } lm_graph_form;

/* CPU seconds of this thread, each the best of a few. */
typedef struct lm_graph_figures {
    int    nodes;
    size_t bytes;    /* of the workflow's text */
    double json_s;   /* reading the text as JSON */
    double read_s;   /* reading it as a workflow, JSON included */
    double check_s, plan_s;
    double bare_s;   /* every node run and told, none kept */
    double run_s;    /* every node run, told and kept */
    double cached_s; /* every node found in the cache */
} lm_graph_figures;

/* Builds a workflow of `nodes` nodes, eight inputs a node, and measures each stage. */
bool lm_graph_bench(lm_graph_form form, int nodes, lm_graph_figures *out, limn_error *err);

/* Opens a canvas's own workflow of so many nodes, the text included; the best of a few times. */
bool lm_canvas_bench(int nodes, double *seconds, limn_error *err);

/* Runs `n` prompts of a hundred nodes, one after another from text to answers, each with seeds of its own. */
bool lm_graph_prompts(int n, limn_error *err);

/* Runs a workflow as `limn run` does, from text to answers, and `rounds` times again with a cache that keeps what
 * it can: CPU seconds of this thread for the first time, and for each of the others. */
bool lm_workflow_bench(const char *text, const lm_registry *r, const lm_run_env *env, int rounds, double *first_s,
                       double *again_s, limn_error *err);

#endif
