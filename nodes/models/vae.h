/* vae.h: the autoencoder of Stable Diffusion 1.x (AutoencoderKL), at any width. Latents are in the VAE's
 * own space, not multiplied by 0.18215; pixels are in -1..1. */
#ifndef LM_NODES_MODELS_VAE_H
#define LM_NODES_MODELS_VAE_H

#include "core/data/pass.h"
#include "core/data/safetensors.h"

typedef struct lm_vae lm_vae;

/* Reads the tensors that begin with `prefix` ("first_stage_model." in a checkpoint, "" in a file of its
 * own). FILE with the tensor's name, what was found and what was wanted.                        [new] */
lm_vae *lm_vae_load(lm_weights *w, const char *prefix, lm_device *d, limn_error *err);
/* The VAE that changes nothing: pictures of 3 channels in -1..1 are their own latents.          [new] */
lm_vae *lm_vae_pixels(void);
lm_vae *lm_vae_ref(lm_vae *v);                                                                /* [new] */
void    lm_vae_unref(lm_vae *v);                                                            /* [takes] */

int64_t lm_vae_channels(const lm_vae *v); /* 4 */
int64_t lm_vae_factor(const lm_vae *v);   /* 8: pixels along one edge of a latent cell */
size_t  lm_vae_bytes(const lm_vae *v);    /* weights and their packings held in memory now */

/* z [N, h, w, 4] -> pixels [N, 8h, 8w, 3], about -1..1, not clamped, f32. One picture after the other. */
lm_tensor *lm_vae_decode(lm_pass *p, const lm_vae *v, const lm_tensor *z);                  /* [lends] */

/* pixels [N, H, W, 3] in -1..1, H and W multiples of 8 -> the mean [N, H/8, W/8, 4], f32. */
lm_tensor *lm_vae_encode(lm_pass *p, const lm_vae *v, const lm_tensor *x);                  /* [lends] */

/* Both report NaN and infinity as an error that names the block. */

#endif
