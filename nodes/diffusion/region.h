/* region.h: where in the latent a prediction counts, and how much.
 *
 * Predictions for several regions are added up per cell, each by its share of the weights there; what no
 * region covers becomes 0.  Source: ComfyUI's areas and masks of conditionings. */
#ifndef LM_DIFFUSION_REGION_H
#define LM_DIFFUSION_REGION_H

#include "core/data/pass.h"

/* A rectangle in latent cells, or the whole. */
typedef struct lm_region {
    bool    whole;
    int64_t h, w, y, x;
} lm_region;

bool    lm_region_same(lm_region a, lm_region b);
bool    lm_region_encloses(lm_region outer, lm_region inner); /* neither is the whole */
int64_t lm_region_cells(lm_region r);                         /* not of the whole */

/* Cuts r at the latent's far edges; the whole becomes all of it. INPUT when nothing is left. */
bool lm_region_clip(lm_pass *p, lm_region *r, lm_shape latent);

/* The part of t [N, h, w, C] inside r, which is clipped; t itself when that is all.         [lends] */
const lm_tensor *lm_region_cut(lm_pass *p, const lm_tensor *t, lm_region r);

/* t [N, r.h, r.w, C] with zeros around it, as large as the latent.                          [lends] */
const lm_tensor *lm_region_place(lm_pass *p, const lm_tensor *t, lm_region r, lm_shape latent);

/* `below` [N, h, w, C] with `patch` [N, r.h, r.w, C] in place of what is inside r, which is clipped.  [lends] */
const lm_tensor *lm_region_paste(lm_pass *p, const lm_tensor *below, const lm_tensor *patch, lm_region r);

/* Weights [h, w] of a clipped region: `strength` inside, 0 outside, fading over up to eight cells towards
 * the edges that are not the latent's own. */
void lm_region_fade(float *weight, lm_region r, double strength, lm_shape latent);

#endif
