/* bench_parts.h: what the files of `limn bench` share: bench.c measures models and single ops and shows the figures,
 * bench_graph.c measures the graph. */
#ifndef LM_CLI_BENCH_PARTS_H
#define LM_CLI_BENCH_PARTS_H

#include "core/cli/session.h"
#include "nodes/models/clip.h"
#include "nodes/models/unet.h"
#include "nodes/models/vae.h"

enum { LM_BENCH_ROUNDS = 101, LM_BENCH_FIGURES = 256 };

typedef struct lm_figure {
    char   name[96], unit[16];
    double value, least, most;
} lm_figure;

typedef struct lm_bench {
    lm_session  session;
    lm_call     call;
    lm_weights *weights;
    lm_unet    *unet;
    lm_vae     *vae;
    lm_clip    *clip;
    int64_t     cells; /* latent cells along an edge */
    int         rounds;
    lm_figure   figures[LM_BENCH_FIGURES];
    int         n;
} lm_bench;

/* A figure: the median, the least and the most of n values, which are sorted here; and one that was measured once. */
void lm_bench_add(lm_bench *b, const char *name, const char *unit, double *values, int n);
void lm_bench_add_one(lm_bench *b, const char *name, const char *unit, double value);

bool lm_bench_graph(lm_bench *b, limn_error *err);
/* A workflow of one's own: the first time, and again with its results at hand. */
bool lm_bench_workflow(lm_bench *b, const char *path, limn_error *err);

#endif
