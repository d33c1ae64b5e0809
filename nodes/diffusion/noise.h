/* noise.h: the noise that a walk begins in, and the noise that ancestral steps add. Drawn on the host in
 * the order of the reference's latents, [N, C, h, w], so that a seed gives the same picture on every
 * device. */
#ifndef LM_DIFFUSION_NOISE_H
#define LM_DIFFUSION_NOISE_H

#include "core/data/pass.h"
#include "nodes/diffusion/random.h"

/* Noise for latents of `shape` [N, h, w, C]: one draw for the whole batch, or, with batch_index [N], the
 * noise of those images of a larger batch, drawn image by image.  Source: ComfyUI's prepare_noise.
 * INPUT when an index is negative or beyond a million.                                      [lends] */
lm_tensor *lm_noise(lm_pass *p, lm_shape shape, uint64_t seed, const lm_tensor *batch_index);

/* Where a walk begins: latent + noise · level. From the model's highest level on, the noise is a little
 * stronger, as it was in training: noise · √(1 + level²).                                   [lends] */
lm_tensor *lm_noise_begin(lm_pass *p, const lm_tensor *latent, const lm_tensor *noise, float level,
                          float highest);

/* The next draw of a stream, shape [N, h, w, C].                                            [lends] */
lm_tensor *lm_noise_next(lm_pass *p, lm_random *r, lm_shape shape);

#endif
