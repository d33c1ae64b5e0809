/* resize.h: what the nodes that change sizes share, for pictures [N, H, W, C] and latents [N, h, w, C]. */
#ifndef LM_NODES_RESIZE_H
#define LM_NODES_RESIZE_H

#include "kernels/ops.h"

/* To the nearest whole number, halves to the even one, as Python rounds. */
int64_t lm_round_even(double x);

static inline int64_t lm_least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The side that keeps the aspect when another one, which was `other_was` long, becomes `other`; at least
 * `smallest`. */
int64_t lm_side_by_aspect(int64_t was, int64_t other_was, int64_t other, int64_t smallest);

/* The rectangle of x that begins at (left, top), inside it; what of it would lie beyond is not there. Pictures,
 * latents and masks [N, H, W].                                                                [lends] */
const lm_tensor *lm_cut(lm_pass *p, const lm_tensor *x, int64_t left, int64_t top, int64_t width, int64_t height);

/* x [N, h, w, C] at the size of `like`, its margins cut first; x itself when it has that size. NULL after a
 * failure.                                                                                  [lends] */
const lm_tensor *lm_as_large_as(lm_pass *p, const lm_tensor *x, const lm_tensor *like, lm_resample_mode mode);

/* x without the margins that keep it from having the shape of width : height, cut evenly from both sides;
 * x itself when there are none. INPUT when nothing would be left.                           [lends] */
const lm_tensor *lm_cut_to_shape(lm_pass *p, const lm_tensor *x, int64_t width, int64_t height);

#endif
