/* types.h: what the values on our wires hold. Where MODEL, CLIP, VAE, CONDITIONING, LATENT, IMAGE and MASK
 * get their meaning.
 *
 *   IMAGE         tensor "pixels"  [N, H, W, 3 or 4], rgb(a) in 0..1, not clamped between nodes
 *   MASK          tensor "mask"    [N, H, W]; 1 = selected, transparent, to be repainted
 *   LATENT        tensor "samples" [N, h, w, C], in the VAE's space (not scaled); optional
 *                 tensor "noise_mask" [N, H, W] of any size; tensor "batch_index" [N]: which image of the
 *                 original batch each one is; whatever else is there is carried along
 *   CONDITIONING  items of type "COND", each: tensor "tokens" [1, T, C], optional tensor "pooled" [1, C],
 *                 optional numbers "strength", "start_percent", "end_percent", "mask_strength", ints
 *                 "area_h", "area_w", "area_y", "area_x" (latent cells; numbers 0..1 of the latent's
 *                 sides when int "area_shares" is 1), tensor "mask" [N, H, W] with an int
 *                 "set_area_to_bounds" (1: the area is the box around the mask)
 *   MODEL         object "model" (lm_model): the denoiser and its noise levels
 *   CLIP          object "clip" (lm_clip), optional int "stop_at" (-1 last layer, -2 the one before, …)
 *   VAE           object "vae" (lm_vae)
 */
#ifndef LM_NODES_TYPES_H
#define LM_NODES_TYPES_H

#include "core/data/pass.h"
#include "core/data/value.h"

struct lm_unet; /* nodes/models/unet.h */
struct lm_clip; /* nodes/models/clip.h */
struct lm_vae;  /* nodes/models/vae.h */

typedef enum lm_prediction { LM_PREDICTS_EPS, LM_PREDICTS_V } lm_prediction;

/* A denoiser with what a sampler must know about it. Shared and immutable. */
enum { LM_N_SIGMAS = 1000 };
typedef struct lm_model {
    struct lm_unet *net;           /* counted by the model */
    lm_prediction   prediction;
    double          latent_scale;  /* latents are multiplied by it on the way in: 0.18215 */
    int             latent_channels;
    float           sigmas[LM_N_SIGMAS]; /* noise level of each training step, rising, and their */
    float           log_sigmas[LM_N_SIGMAS]; /* logarithms: lm_levels_scaled_linear fills both */
    const float   (*latent_rgb)[3];      /* [latent_channels] rows: a fast preview; NULL: none */
    const float    *latent_rgb_bias;     /* [3], or NULL */
} lm_model;

extern const lm_object_kind lm_model_kind, lm_clip_kind, lm_vae_kind;

/* Values around tensors of a pass: copied to the heap. NULL after a failure.                     [new] */
limn_value *lm_image_new(lm_pass *p, const lm_tensor *pixels);
limn_value *lm_mask_new(lm_pass *p, const lm_tensor *mask);
/* `like` (may be NULL) lends its other fields: noise_mask, batch_index and unknown ones. */
limn_value *lm_latent_new(lm_pass *p, const limn_value *like, const lm_tensor *samples);

/* The tensor inside, on the pass's device; NULL (and INPUT recorded) when it is not there. [lends] */
const lm_tensor *lm_image_pixels(lm_pass *p, const limn_value *image);
const lm_tensor *lm_mask_tensor(lm_pass *p, const limn_value *mask);
const lm_tensor *lm_latent_samples(lm_pass *p, const limn_value *latent);

#endif
