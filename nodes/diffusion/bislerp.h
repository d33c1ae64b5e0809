/* bislerp.h: latents at another size, turning each cell's vector of channels instead of mixing it. */
#ifndef LM_DIFFUSION_BISLERP_H
#define LM_DIFFUSION_BISLERP_H

#include "core/data/pass.h"

/* x [N, h, w, C] -> [N, height, width, C]: along rows first, then along columns.  Source: ComfyUI's
 * bislerp (Shoemake 1985 for the directions, straight lines for the lengths).               [lends] */
lm_tensor *lm_bislerp(lm_pass *p, const lm_tensor *x, int64_t height, int64_t width);

#endif
