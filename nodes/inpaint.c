/* inpaint.c: a picture made ready for inpainting: what is masked becomes grey, the mask grows. */
#include "nodes/inpaint.h"

#include <inttypes.h>
#include <math.h>

#include "kernels/ops.h"

static const lm_tensor *cut_axis(lm_pass *p, const lm_tensor *t, int axis, int64_t factor)
{
    const int64_t size = t ? lm_dim(t, axis) : 0, rest = size % factor;

    return rest ? lm_slice(p, t, axis, rest / 2, size - rest) : t;
}

const lm_tensor *lm_cut_to_cells(lm_pass *p, const lm_tensor *pixels, int64_t factor)
{
    if (pixels && (lm_dim(pixels, 1) < factor || lm_dim(pixels, 2) < factor)) {
        lm_pass_fail(p, INPUT, "a picture of %" PRId64 " x %" PRId64 " is smaller than one latent cell, %"
                     PRId64 " x %" PRId64, lm_dim(pixels, 2), lm_dim(pixels, 1), factor, factor);
        return NULL;
    }
    return cut_axis(p, cut_axis(p, pixels, 1, factor), 2, factor);
}

/* The mask [M, h, w] at the picture's size, cut like it, whole numbers unless `soft`: [M, H', W', 1]. */
static lm_tensor *fit(lm_pass *p, const lm_tensor *mask, const lm_tensor *pixels, int64_t factor)
{
    const lm_shape s = lm_shape_of(mask);
    lm_tensor     *m = lm_reshape(p, mask, LM_SHAPE(s.at[0], s.at[1], s.at[2], 1));
    const lm_tensor *cut;
    const float   *from;
    float         *to;

    m = lm_resample(p, m, lm_dim(pixels, 1), lm_dim(pixels, 2), LM_BILINEAR);
    cut = lm_cut_to_cells(p, m, factor);
    from = lm_host_view(p, cut);
    to = cut ? lm_host_floats(p, lm_count(cut)) : NULL;
    if (!from || !to)
        return NULL;
    for (int64_t i = 0; i < lm_count(cut); i++)
        to[i] = rintf(from[i]); /* halves to the even number, as PyTorch */
    return lm_from_host(p, lm_shape_of(cut), to);
}

/* Sums of `n` values in a row, the first of them `before` places back, `count` rows of `size` that lie
 * `stride` apart value by value. */
static void box_sums(const float *in, float *out, int64_t size, int64_t stride, int64_t n, int64_t before)
{
    double sum = 0.0;

    for (int64_t i = -before; i < n - before && i < size; i++)
        sum += i >= 0 ? in[i * stride] : 0.0;
    for (int64_t i = 0; i < size; i++) {
        const int64_t next = i - before + n, gone = i - before;

        out[i * stride] = (float)sum;
        sum += next >= 0 && next < size ? in[next * stride] : 0.0;
        sum -= gone >= 0 && gone < size ? in[gone * stride] : 0.0;
    }
}

/* A box of n x n around each pixel, a little more to the right and below when n is even: 1 where the mask
 * adds up to 1 or more in it.  m [M, H, W, 1] of whole numbers -> [M, H, W]. */
static lm_tensor *grow_mask(lm_pass *p, const lm_tensor *m, int64_t n)
{
    const int64_t count = lm_dim(m, 0), h = lm_dim(m, 1), w = lm_dim(m, 2), before = n / 2;
    const float  *in = lm_host_view(p, m);
    float        *rows = lm_host_floats(p, h * w), *out = lm_host_floats(p, count * h * w);

    for (int64_t k = 0; in && rows && out && k < count; k++) {
        float *at = out + k * h * w;

        for (int64_t y = 0; y < h; y++)
            box_sums(in + (k * h + y) * w, rows + y * w, w, 1, n, before);
        for (int64_t x = 0; x < w; x++)
            box_sums(rows + x, at + x, h, w, n, before);
        for (int64_t i = 0; i < h * w; i++)
            at[i] = at[i] < 0.5f ? 0.0f : 1.0f;
    }
    return lm_from_host(p, LM_SHAPE(count, h, w), out);
}

bool lm_inpaint_prepare(lm_pass *p, const lm_tensor *pixels, const lm_tensor *mask, int64_t factor,
                        int64_t grow, lm_tensor **picture, lm_tensor **grown)
{
    lm_tensor       *m;
    const lm_tensor *x;

    if (!pixels || !mask)
        return false;
    if (lm_dim(mask, 0) != 1 && lm_dim(mask, 0) != lm_dim(pixels, 0))
        return lm_pass_fail(p, INPUT, "%" PRId64 " masks for %" PRId64 " pictures", lm_dim(mask, 0),
                            lm_dim(pixels, 0));
    x = lm_cut_to_cells(p, pixels, factor);
    m = fit(p, mask, pixels, factor);
    if (!m)
        return false;
    *grown = grow ? grow_mask(p, m, grow)
                  : lm_reshape(p, m, LM_SHAPE(lm_dim(m, 0), lm_dim(m, 1), lm_dim(m, 2)));
    x = lm_mul(p, lm_affine(p, x, 1.0, -0.5), lm_affine(p, m, -1.0, 1.0));
    *picture = lm_affine(p, x, 1.0, 0.5);
    return lm_pass_live(p);
}
