/* preview.h: a rough look at a latent: each cell's channels mixed into one pixel's colour. */
#ifndef LM_DIFFUSION_PREVIEW_H
#define LM_DIFFUSION_PREVIEW_H

#include "core/data/pass.h"

/* The mix for Stable Diffusion 1.x, fitted by its users to scaled latents; colours in -1..1. */
extern const float lm_latent_rgb_sd1[4][3];

/* Reads a mix as a checkpoint's metadata may hold it ("limn.latent_rgb"): numbers apart by spaces or
 * commas, three a channel, then three more for the bias or none. False, and rgb and bias are undefined,
 * when they are not just as many. */
bool lm_latent_rgb_parse(const char *text, int channels, float (*rgb)[3], float bias[3]);

/* Sends the first picture of scaled latents [N, h, w, C] to the listener as LM_EV_PREVIEW, one pixel a
 * cell. rgb: [C] rows; bias [3] or NULL. Does nothing when rgb is NULL or nobody wants previews. */
void lm_preview_send(lm_pass *p, const lm_tensor *x0, const float (*rgb)[3], const float *bias);

#endif
