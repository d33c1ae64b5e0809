/* resize.h: what the nodes that change sizes share, for pictures [N, H, W, C] and latents [N, h, w, C]. */
#ifndef LM_NODES_RESIZE_H
#define LM_NODES_RESIZE_H

#include "kernels/ops.h"

/* To the nearest whole number, halves to the even one, as Python rounds. */
int64_t lm_round_even(double x);

/* x without the margins that keep it from having the shape of width : height, cut evenly from both sides;
 * x itself when there are none. INPUT when nothing would be left.                           [lends] */
const lm_tensor *lm_cut_to_shape(lm_pass *p, const lm_tensor *x, int64_t width, int64_t height);

#endif
