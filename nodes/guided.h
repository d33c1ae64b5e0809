/* guided.h: a model led by two prompts is a denoiser.
 *
 *     lm_guided *g = lm_guided_begin(p, model, a->positive, a->negative, a->cfg, lm_shape_of(x), &sigmas);
 *     lm_walk    w = { .denoise = lm_guided_denoise, .self = g, … };
 */
#ifndef LM_NODES_GUIDED_H
#define LM_NODES_GUIDED_H

#include "nodes/diffusion/sampler.h"
#include "nodes/types.h"

typedef struct lm_guided lm_guided;

/* Prepares what stays the same through a walk, in the current scope: weights, and each prompt's keys and
 * values. latent [N, h, w, C]. cfg 1 leaves the negative side out. INPUT, blaming an input, when prompts
 * or latent do not fit the model; NULL after a failure.                                     [lends] */
lm_guided *lm_guided_begin(lm_pass *p, const lm_model *m, const limn_value *positive,
                           const limn_value *negative, double cfg, lm_shape latent,
                           const lm_sigmas *sigmas);

/* A denoiser; self is an lm_guided. x is scaled as the model's latents are. */
lm_denoise_fn lm_guided_denoise;

lm_levels lm_model_levels(const lm_model *m);                                               /* [lends] */

#endif
