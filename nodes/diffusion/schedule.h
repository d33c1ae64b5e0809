/* schedule.h: how the noise level falls, step by step.
 *
 *     lm_sigmas s = lm_schedule_walk(p, a->scheduler, &levels, a->steps, a->denoise, false);
 *     for (int i = 0; i < s.steps; i++)  ...from s.at[i] to s.at[i + 1]...
 *
 * A new schedule is two functions and a row of SCHEDULES in schedule.c. */
#ifndef LM_DIFFUSION_SCHEDULE_H
#define LM_DIFFUSION_SCHEDULE_H

#include <stdbool.h>

#include "core/data/foreign.h"
#include "core/data/pass.h"
#include "nodes/diffusion/levels.h"

/* steps + 1 levels, falling, at[steps] often 0. No steps: there is nothing to walk, the latent stays. */
typedef struct lm_sigmas {
    int          steps;
    const float *at;
} lm_sigmas;

typedef struct lm_schedule {
    const char *name, *doc;
    /* How many levels a walk of n steps has, the closing 0 included: n + 1, or what the schedule makes. */
    int64_t (*count)(const lm_levels *l, int64_t n);
    /* Level i of them, but for the closing 0. */
    float (*at)(const lm_levels *l, int64_t n, int64_t i);
    const limn_schedule *foreign; /* a plugin's, in place of the two; NULL: built in */
    const lm_origin     *origin;
} lm_schedule;

/* They grow while plugins are loaded, and stay as they are once something runs. */
enum { LM_MOST_SCHEDULES = 512 };
extern lm_schedule lm_schedules[LM_MOST_SCHEDULES];          /* in the order of lm_schedule_names */
extern const char *lm_schedule_names[LM_MOST_SCHEDULES + 1]; /* NULL-terminated */
extern const char *lm_schedule_unbuilt[];                    /* known elsewhere, not built yet; NULL-terminated */

/* The levels of a walk, in the current scope. denoise < 1 takes the last `steps` of a longer walk of
 * steps / denoise, 0 leaves nothing to walk. `drop_penultimate`: one step more is planned and the level
 * before the last is left out (what uni_pc wants). INPUT when steps / denoise is beyond counting.
 * Source: ComfyUI's KSampler. */
lm_sigmas lm_schedule_walk(lm_pass *p, int schedule, const lm_levels *l, int64_t steps, double denoise,
                           bool drop_penultimate);

/* The stretch from step `first` to step `last` of a walk, in the current scope. A walk that is cut short
 * ends at level 0 when `to_zero`; one that was to begin at its end or beyond has no steps. */
lm_sigmas lm_sigmas_cut(lm_pass *p, lm_sigmas s, int64_t first, int64_t last, bool to_zero);

#endif
