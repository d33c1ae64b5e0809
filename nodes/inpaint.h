/* inpaint.h: a picture made ready for inpainting. */
#ifndef LM_NODES_INPAINT_H
#define LM_NODES_INPAINT_H

#include "core/data/pass.h"

/* The middle of pixels [N, H, W, C], its sides cut down to multiples of `factor`; pixels itself when they
 * are.                                                                                      [lends] */
const lm_tensor *lm_cut_to_cells(lm_pass *p, const lm_tensor *pixels, int64_t factor);

/* What VAEEncodeForInpaint encodes and marks: pixels [N, H, W, 3] and a mask [1 or N, h, w] of any size
 * give the picture, grey where the mask is, [N, H', W', 3], and the mask grown by a box of `grow` pixels,
 * 0 or 1, [M, H', W']; both cut to multiples of `factor`. INPUT when masks and pictures are not as many.
 * Source: ComfyUI's VAEEncodeForInpaint. */
bool lm_inpaint_prepare(lm_pass *p, const lm_tensor *pixels, const lm_tensor *mask, int64_t factor,
                        int64_t grow, lm_tensor **picture, lm_tensor **grown);

#endif
