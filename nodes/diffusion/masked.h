/* masked.h: inpainting: a denoiser around a denoiser that repaints where a mask is 1 and keeps a latent
 * where it is 0; in between it blends. */
#ifndef LM_DIFFUSION_MASKED_H
#define LM_DIFFUSION_MASKED_H

#include "nodes/diffusion/sampler.h"

typedef struct lm_masked {
    lm_denoise_fn   *inner;
    void            *self;
    const lm_tensor *mask;  /* [N, h, w, 1], from lm_masked_fit */
    const lm_tensor *kept;  /* [N, h, w, C] */
    const lm_tensor *noise; /* [N, h, w, C], what the kept part is seen under, at level 1 */
} lm_masked;

/* A denoiser; self is an lm_masked. */
lm_denoise_fn lm_masked_denoise;

/* A mask [M, H, W] for latents of `shape` [N, h, w, C]: resized bilinearly, repeated over the batch or cut
 * to it: [N, h, w, 1].                                                                      [lends] */
lm_tensor *lm_masked_fit(lm_pass *p, const lm_tensor *mask, lm_shape shape);

/* t with axis 0 repeated or cut to n; t itself when it has n.                               [lends] */
const lm_tensor *lm_batch_of(lm_pass *p, const lm_tensor *t, int64_t n);

#endif
