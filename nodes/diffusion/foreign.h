/* foreign.h: samplers and schedules that plugins bring, among the built-in ones.
 *
 * A plugin's sampler works on host floats and asks for looks at the model through limn_walk; here is the walk
 * around it. Names that were known but not built become built when a plugin brings them. */
#ifndef LM_DIFFUSION_FOREIGN_H
#define LM_DIFFUSION_FOREIGN_H

#include "nodes/diffusion/sampler.h"

/* Could it be added? A name that is taken, or a list that is full, is a sentence. */
bool lm_foreign_sampler_fits(const limn_sampler *s, limn_error *err);
bool lm_foreign_schedule_fits(const limn_schedule *s, limn_error *err);

/* Adds what fits: it appears wherever samplers or schedules are offered. Before anything runs. */
void lm_foreign_sampler_add(const limn_sampler *s, const lm_origin *o);
void lm_foreign_schedule_add(const limn_schedule *s, const lm_origin *o);

/* lm_sampler.walk of all that plugins brought. */
lm_tensor *lm_foreign_walk(lm_pass *p, const lm_walk *w, lm_tensor *x);

/* The n + 1 levels of a plugin's schedule, in the current scope; NULL (and INPUT) when they do not fall to 0. */
const double *lm_foreign_levels(lm_pass *p, const lm_schedule *s, const lm_levels *l, int64_t n);

#endif
