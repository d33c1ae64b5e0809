/* resize.c: sizes and margins.  Source: ComfyUI's common_upscale. */
#include "nodes/resize.h"

#include <inttypes.h>
#include <math.h>

int64_t lm_round_even(double x)
{
    return (int64_t)nearbyint(x);
}

int64_t lm_side_by_aspect(int64_t was, int64_t other_was, int64_t other, int64_t smallest)
{
    const int64_t side = lm_round_even((double)(was * other) / (double)other_was);

    return side < smallest ? smallest : side;
}

const lm_tensor *lm_cut(lm_pass *p, const lm_tensor *x, int64_t left, int64_t top, int64_t width, int64_t height)
{
    const int64_t h = lm_least(height, lm_dim(x, 1) - top), w = lm_least(width, lm_dim(x, 2) - left);

    return lm_slice(p, lm_slice(p, x, 1, top, h), 2, left, w);
}

/* How much goes from each side of a length so that `share` of it remains. */
static int64_t margin(int64_t length, double share)
{
    return share < 1.0 ? lm_round_even(((double)length - (double)length * share) / 2.0) : 0;
}

const lm_tensor *lm_cut_to_shape(lm_pass *p, const lm_tensor *x, int64_t width, int64_t height)
{
    const int64_t w = x ? lm_dim(x, 2) : 0, h = x ? lm_dim(x, 1) : 0;
    const double  have = (double)w / (double)h, want = (double)width / (double)height;
    int64_t       left, top;

    if (!x)
        return NULL;
    left = margin(w, want / have);
    top = margin(h, have / want);
    if (2 * left >= w || 2 * top >= h) {
        lm_pass_fail(p, INPUT, "cut from %" PRId64 " x %" PRId64 " to the shape of %" PRId64 " x %" PRId64
                     ", nothing is left", w, h, width, height);
        return NULL;
    }
    if (top)
        x = lm_slice(p, x, 1, top, h - 2 * top);
    return left ? lm_slice(p, x, 2, left, w - 2 * left) : x;
}

const lm_tensor *lm_as_large_as(lm_pass *p, const lm_tensor *x, const lm_tensor *like, lm_resample_mode mode)
{
    const int64_t h = lm_dim(like, 1), w = lm_dim(like, 2);

    if (lm_dim(x, 1) == h && lm_dim(x, 2) == w)
        return x;
    return lm_resample(p, lm_cut_to_shape(p, x, w, h), h, w, mode);
}
