/* unet.h: the denoiser of Stable Diffusion 1.x, at any width: its architecture is read from the tensors'
 * shapes. One walk looks like this:
 *
 *     lm_unet_run *r = lm_unet_begin(p, u, context);        // K and V of every cross attention, once
 *     lm_unet_times(p, r, timesteps, n);                    // optional: all time embeddings at once
 *     for each step:  eps = lm_unet_eval(p, r, x, t);       // inside a scope of the caller's
 *
 * The run lives in the scope it was begun in and needs no ending. Evaluating runs of different contexts in
 * turn is fine. */
#ifndef LM_NODES_MODELS_UNET_H
#define LM_NODES_MODELS_UNET_H

#include "core/data/pass.h"
#include "core/data/safetensors.h"

typedef struct lm_unet     lm_unet;
typedef struct lm_unet_run lm_unet_run;

/* Reads the tensors that begin with `prefix` ("model.diffusion_model."). FILE with the tensor's name, what
 * was found and what was wanted, when one is missing or has another shape.                      [new] */
lm_unet *lm_unet_load(lm_weights *w, const char *prefix, lm_device *d, limn_error *err);
lm_unet *lm_unet_ref(lm_unet *u);                                                             /* [new] */
void     lm_unet_unref(lm_unet *u);                                                         /* [takes] */

int64_t lm_unet_in_channels(const lm_unet *u);    /* 4; 9 for an inpainting model */
int64_t lm_unet_out_channels(const lm_unet *u);   /* 4 */
int64_t lm_unet_context_width(const lm_unet *u);  /* 768 */
int     lm_unet_levels(const lm_unet *u);         /* 4: h and w are halved three times */
size_t  lm_unet_bytes(const lm_unet *u);          /* weights and their packings held in memory now */

/* context [N, T, C]; C is the model's context width. Computes what stays the same through a walk and keeps
 * it in the current scope, with the run itself. NULL after a failure.                         [lends] */
lm_unet_run *lm_unet_begin(lm_pass *p, const lm_unet *u, const lm_tensor *context);

/* Computes the time embeddings of n timesteps together (of the first 256 that differ), to be found by
 * lm_unet_eval; it computes others when it meets them. Kept in the current scope, which must not end before
 * the run's. A later call replaces an earlier one's. */
void lm_unet_times(lm_pass *p, lm_unet_run *r, const double *timesteps, int n);

/* x [N, h, w, Cin], already scaled for the network, at any h and w; N as the context's, or any N when the
 * context had batch 1. timestep 0..999, may be fractional, holds for the whole batch. Gives what the model
 * predicts, [N, h, w, Cout] f32. A NaN or an infinity in it is an error that names the block. [lends] */
lm_tensor *lm_unet_eval(lm_pass *p, lm_unet_run *r, const lm_tensor *x, double timestep);

#endif
