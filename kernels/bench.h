/* bench.h: how fast ops are, one by one, in the shapes of Stable Diffusion 1.x at 512 x 512 with guidance
 * (two pictures at once) and of its decoder. For `limn bench ops` and tests/bench; never a test. */
#ifndef LM_KERNELS_BENCH_H
#define LM_KERNELS_BENCH_H

#include "core/data/call.h"

typedef struct lm_bench_row {
    const char *net;             /* "unet", "decoder": times > 0 counts into a step of it */
    char        name[64];        /* "conv 3x3 320->320, 64x64" */
    int         times;           /* how often a step runs it */
    double      gflop;           /* of direct computation, for one run */
    double      cpu_ms, wall_ms; /* the best of several; cpu_ms is of all threads together */
} lm_bench_row;

/* Runs every row whose name contains `only` (NULL: all) for some `seconds` each and tells the result.
 * Weights are f16, activations as env->compute wants them. False: a kernel failed. */
bool lm_bench_ops(const lm_run_env *env, double seconds, const char *only,
                  void (*tell)(void *self, const lm_bench_row *row), void *self, limn_error *err);

/* GFLOP/s of f32 multiply-adds on one core: the innermost product, from the first-level cache. */
double lm_bench_peak(void);

#endif
