/* region.c: rectangles of a latent. */
#include "nodes/diffusion/region.h"

#include <inttypes.h>

#include "kernels/ops.h"

bool lm_region_same(lm_region a, lm_region b)
{
    return (a.whole && b.whole) || (!a.whole && !b.whole && a.h == b.h && a.w == b.w &&
                                    a.y == b.y && a.x == b.x);
}

bool lm_region_encloses(lm_region outer, lm_region inner)
{
    return inner.y >= outer.y && inner.x >= outer.x && inner.y + inner.h <= outer.y + outer.h &&
           inner.x + inner.w <= outer.x + outer.w;
}

int64_t lm_region_cells(lm_region r)
{
    return r.h * r.w;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

bool lm_region_clip(lm_pass *p, lm_region *r, lm_shape latent)
{
    const int64_t height = latent.at[1], width = latent.at[2];

    if (r->whole)
        *r = (lm_region){ .whole = true, .h = height, .w = width };
    if (r->h < 1 || r->w < 1 || r->y < 0 || r->x < 0 || r->y >= height || r->x >= width)
        return lm_pass_fail(p, INPUT, "an area of %" PRId64 " x %" PRId64 " at %" PRId64 ", %" PRId64
                            " lies outside the latent of %" PRId64 " x %" PRId64, r->w, r->h, r->x, r->y,
                            width, height);
    r->h = smaller(r->h, height - r->y);
    r->w = smaller(r->w, width - r->x);
    return true;
}

const lm_tensor *lm_region_cut(lm_pass *p, const lm_tensor *t, lm_region r)
{
    if (t && r.h < lm_dim(t, 1))
        t = lm_slice(p, t, 1, r.y, r.h);
    if (t && r.w < lm_dim(t, 2))
        t = lm_slice(p, t, 2, r.x, r.w);
    return t;
}

/* `before` and `after` layers of zeros around t along `axis`. */
static const lm_tensor *pad(lm_pass *p, const lm_tensor *t, int axis, int64_t before, int64_t after)
{
    const int64_t    layers[2] = { before, after };
    const lm_tensor *parts[3];
    int              n = 0;

    for (int i = 0; t && i < 2; i++) {
        const lm_shape s = lm_with_dim(lm_shape_of(t), axis, layers[i]);

        if (i == 1)
            parts[n++] = t;
        if (layers[i] > 0)
            parts[n++] = lm_from_host(p, s, lm_host_floats(p, lm_shape_count(s)));
    }
    return n > 1 ? lm_concat_all(p, parts, n, axis) : t;
}

const lm_tensor *lm_region_place(lm_pass *p, const lm_tensor *t, lm_region r, lm_shape latent)
{
    t = pad(p, t, 1, r.y, latent.at[1] - r.y - r.h);
    return pad(p, t, 2, r.x, latent.at[2] - r.x - r.w);
}

/* `below` with its cells [first, first + n) along `axis` replaced by those of `patch`. */
static const lm_tensor *replaced(lm_pass *p, const lm_tensor *below, const lm_tensor *patch, int axis,
                                 int64_t first)
{
    const lm_tensor *parts[3];
    int              n = 0;
    int64_t          end;

    if (!patch)
        return NULL;
    end = first + lm_dim(patch, axis);
    if (first > 0)
        parts[n++] = lm_slice(p, below, axis, 0, first);
    parts[n++] = patch;
    if (end < lm_dim(below, axis))
        parts[n++] = lm_slice(p, below, axis, end, lm_dim(below, axis) - end);
    return n > 1 ? lm_concat_all(p, parts, n, axis) : patch;
}

const lm_tensor *lm_region_paste(lm_pass *p, const lm_tensor *below, const lm_tensor *patch, lm_region r)
{
    const lm_tensor *rows = lm_slice(p, below, 1, r.y, r.h);

    return replaced(p, below, replaced(p, rows, patch, 2, r.x), 1, r.y);
}

/* The share of the weight that cell i of n keeps: it rises over `over` cells from each open edge. */
static float ramp(int64_t i, int64_t n, int64_t over, bool opens_before, bool opens_after)
{
    const float step = over ? 1.0f / (float)over : 0.0f;
    float       share = 1.0f;

    if (opens_before && i < over)
        share *= step * (float)(i + 1);
    if (opens_after && n - 1 - i < over)
        share *= step * (float)(n - i);
    return share;
}

void lm_region_fade(float *weight, lm_region r, double strength, lm_shape latent)
{
    const int64_t over_y = smaller(8, r.h / 4), over_x = smaller(8, r.w / 4);

    for (int64_t y = 0; y < r.h; y++)
        for (int64_t x = 0; x < r.w; x++)
            weight[(r.y + y) * latent.at[2] + r.x + x] =
                (float)strength *
                ramp(y, r.h, over_y, r.y > 0, r.y + r.h < latent.at[1]) *
                ramp(x, r.w, over_x, r.x > 0, r.x + r.w < latent.at[2]);
}
