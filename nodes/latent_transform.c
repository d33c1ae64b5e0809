/* latent_transform.c: nodes that turn, cut and paste latents. Sizes and places are in pixels on the
 * canvas and in cells of eight pixels here. */
#include <inttypes.h>

#include "nodes/diffusion/masked.h"
#include "nodes/diffusion/region.h"
#include "nodes/host.h"
#include "nodes/resize.h"

enum { LONGEST_PX = 16384, CELL_PX = 8 };

static const limn_output latent_out[] = { { "LATENT", "LATENT", "The latent." }, { 0 } };

/* ------------------------------------------------------------------ turning */

/* Where the cell that lands at row i, column j comes from, in a latent of h x w. */
typedef void from_fn(int64_t h, int64_t w, int64_t i, int64_t j, int64_t *y, int64_t *x);

static void upside_down(int64_t h, int64_t w, int64_t i, int64_t j, int64_t *y, int64_t *x)
{
    (void)w;
    *y = h - 1 - i, *x = j;
}

static void mirrored(int64_t h, int64_t w, int64_t i, int64_t j, int64_t *y, int64_t *x)
{
    (void)h;
    *y = i, *x = w - 1 - j;
}

static void quarter(int64_t h, int64_t w, int64_t i, int64_t j, int64_t *y, int64_t *x)
{
    (void)w;
    *y = h - 1 - j, *x = i;
}

static void half(int64_t h, int64_t w, int64_t i, int64_t j, int64_t *y, int64_t *x)
{
    *y = h - 1 - i, *x = w - 1 - j;
}

static void three_quarters(int64_t h, int64_t w, int64_t i, int64_t j, int64_t *y, int64_t *x)
{
    (void)h;
    *y = j, *x = w - 1 - i;
}

/* x [N, h, w, C] with its cells moved; `swaps`: the answer is [N, w, h, C]. */
static const lm_tensor *moved(lm_pass *p, const lm_tensor *x, from_fn *from, bool swaps)
{
    const float *in = lm_host_view(p, x);
    float       *cell, *out = in ? lm_host_floats(p, lm_count(x)) : NULL;
    lm_shape     s, t;

    if (!in || !out)
        return NULL;
    s = t = lm_shape_of(x);
    if (swaps)
        t.at[1] = s.at[2], t.at[2] = s.at[1];
    cell = out;
    for (int64_t n = 0; n < t.at[0]; n++)
        for (int64_t i = 0; i < t.at[1]; i++)
            for (int64_t j = 0; j < t.at[2]; j++, cell += t.at[3]) {
                int64_t y, k;

                from(s.at[1], s.at[2], i, j, &y, &k);
                for (int64_t c = 0; c < t.at[3]; c++)
                    cell[c] = in[((n * s.at[1] + y) * s.at[2] + k) * s.at[3] + c];
            }
    return lm_from_host(p, t, out);
}

struct flip {
    const limn_value *samples;
    int32_t           flip_method;
};
static const char *const flips[] = { "x-axis: vertically", "y-axis: horizontally", NULL };
#define LIMN_ARGS struct flip
static const limn_input flip_in[] = {
    LIMN_LINK  (samples,     "LATENT", "The latent to mirror."),
    LIMN_CHOICE(flip_method, flips,    "Top and bottom change places, or left and right."),
    LIMN_END
};
#undef LIMN_ARGS

static bool flip_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct flip *a = args;
    lm_pass           *p = lm_pass_begin(call);
    const lm_tensor   *x = lm_latent_samples(p, a->samples);

    out[0] = lm_latent_new(p, a->samples, moved(p, x, a->flip_method ? mirrored : upside_down, false));
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node flip = LIMN_NODE(
    .name = "LatentFlip", .title = "Flip Latent", .category = "latent/transform", .module = "nodes",
    .version = 1, .doc = "Mirrors a latent.",
    .inputs = flip_in, .outputs = latent_out, .args_size = sizeof(struct flip), .run = flip_run,
    .example = "workflows/nodes/latent_flip.json");

struct rotate {
    const limn_value *samples;
    int32_t           rotation;
};
static const char *const rotations[] = { "none", "90 degrees", "180 degrees", "270 degrees", NULL };
#define LIMN_ARGS struct rotate
static const limn_input rotate_in[] = {
    LIMN_LINK  (samples,  "LATENT",  "The latent to turn."),
    LIMN_CHOICE(rotation, rotations, "How far, clockwise."),
    LIMN_END
};
#undef LIMN_ARGS

static bool rotate_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    static from_fn *const turns[] = { NULL, quarter, half, three_quarters };
    const struct rotate  *a = args;
    lm_pass              *p = lm_pass_begin(call);
    const lm_tensor      *x = lm_latent_samples(p, a->samples);

    if (a->rotation)
        x = moved(p, x, turns[a->rotation], a->rotation != 2);
    out[0] = lm_latent_new(p, a->samples, x);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node rotate = LIMN_NODE(
    .name = "LatentRotate", .title = "Rotate Latent", .category = "latent/transform",
    .module = "nodes", .version = 1, .doc = "Turns a latent by quarters.",
    .inputs = rotate_in, .outputs = latent_out, .args_size = sizeof(struct rotate),
    .run = rotate_run, .example = "workflows/nodes/latent_rotate.json");

/* ------------------------------------------------------------------ cutting */

struct crop {
    const limn_value *samples;
    int64_t           width, height, x, y;
};
#define LIMN_ARGS struct crop
static const limn_input crop_in[] = {
    LIMN_LINK(samples, "LATENT",                     "The latent to cut from."),
    LIMN_INT (width,   512, 64, LONGEST_PX, CELL_PX, "Of the piece, in pixels."),
    LIMN_INT (height,  512, 64, LONGEST_PX, CELL_PX, "Of the piece, in pixels."),
    LIMN_INT (x,       0,   0,  LONGEST_PX, CELL_PX, "Pixels left of it; eight cells always remain."),
    LIMN_INT (y,       0,   0,  LONGEST_PX, CELL_PX, "Pixels above it; eight cells always remain."),
    LIMN_END
};
#undef LIMN_ARGS

/* `size` cells from `first` on, along an axis; `first` gives way so that eight remain. On an axis of fewer
 * than eight it counts from the end, as the reference's slices do. */
static const lm_tensor *cut(lm_pass *p, const lm_tensor *t, int axis, int64_t first, int64_t size)
{
    const int64_t n = t ? lm_dim(t, axis) : 0;
    int64_t       begin = first > n - 8 ? n - 8 : first, end = begin + size;

    if (begin < 0)
        begin = begin + n > 0 ? begin + n : 0;
    end = end < n ? end : n;
    return t ? lm_slice(p, t, axis, begin, end - begin) : NULL;
}

static bool crop_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct crop *a = args;
    lm_pass           *p = lm_pass_begin(call);
    const lm_tensor   *t = lm_latent_samples(p, a->samples);

    t = cut(p, t, 1, a->y / CELL_PX, a->height / CELL_PX);
    t = cut(p, t, 2, a->x / CELL_PX, a->width / CELL_PX);
    out[0] = lm_latent_new(p, a->samples, t);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node crop = LIMN_NODE(
    .name = "LatentCrop", .title = "Crop Latent", .category = "latent/transform",
    .module = "nodes", .version = 1, .doc = "Cuts a piece out of a latent.",
    .inputs = crop_in, .outputs = latent_out, .args_size = sizeof(struct crop), .run = crop_run,
    .example = "workflows/nodes/latent_crop.json");

/* ------------------------------------------------------------------ pasting */

struct composite {
    const limn_value *samples_to, *samples_from;
    int64_t           x, y, feather;
};
#define LIMN_ARGS struct composite
static const limn_input composite_in[] = {
    LIMN_LINK(samples_to,   "LATENT",                  "The latent below."),
    LIMN_LINK(samples_from, "LATENT",                  "The latent pasted onto it."),
    LIMN_INT (x,            0, 0, LONGEST_PX, CELL_PX, "Pixels from the left edge."),
    LIMN_INT (y,            0, 0, LONGEST_PX, CELL_PX, "Pixels from the top edge."),
    LIMN_INT (feather,      0, 0, LONGEST_PX, CELL_PX, "Over how many pixels its edges fade in."),
    LIMN_END
};
#undef LIMN_ARGS

/* How much of the pasted latent shows in cell i of n: it rises over `feather` cells from each edge that is
 * not the edge of what lies below. */
static float shown(int64_t i, int64_t n, int64_t feather, bool fades_before, bool fades_after)
{
    const float step = 1.0f / (float)feather;
    float       share = 1.0f;

    if (fades_before && i < feather)
        share *= step * (float)(i + 1);
    if (fades_after && n - 1 - i < feather)
        share *= step * (float)(n - i);
    return share;
}

/* [1, h, w, 1] over the region r of a latent. */
static lm_tensor *feathered(lm_pass *p, lm_region r, int64_t feather, lm_shape below)
{
    float *share = lm_host_floats(p, r.h * r.w);

    for (int64_t y = 0; share && y < r.h; y++)
        for (int64_t x = 0; x < r.w; x++)
            share[y * r.w + x] = shown(y, r.h, feather, r.y > 0, r.y + r.h < below.at[1]) *
                                 shown(x, r.w, feather, r.x > 0, r.x + r.w < below.at[2]);
    return lm_from_host(p, LM_SHAPE(1, r.h, r.w, 1), share);
}

static bool can_composite(lm_pass *p, const lm_tensor *below, const lm_tensor *above)
{
    if (lm_dim(below, 3) != lm_dim(above, 3))
        return lm_pass_fail(p, INPUT, "a latent of %" PRId64 " channels cannot be pasted onto one of %"
                            PRId64, lm_dim(above, 3), lm_dim(below, 3));
    if (lm_dim(above, 0) != 1 && lm_dim(above, 0) != lm_dim(below, 0))
        return lm_pass_fail(p, INPUT, "a batch of %" PRId64 " cannot be pasted onto a batch of %" PRId64,
                            lm_dim(above, 0), lm_dim(below, 0));
    return true;
}

static const lm_tensor *composed(lm_pass *p, const lm_tensor *below, const lm_tensor *above, lm_region r,
                                 int64_t feather)
{
    const lm_tensor *patch, *mask;

    if (!can_composite(p, below, above) || !lm_region_clip(p, &r, lm_shape_of(below)))
        return NULL;
    patch = lm_slice(p, lm_slice(p, above, 1, 0, r.h), 2, 0, r.w);
    patch = lm_batch_of(p, patch, lm_dim(below, 0));
    if (feather > 0) {
        mask = feathered(p, r, feather, lm_shape_of(below));
        patch = lm_add(p, lm_mul(p, patch, mask),
                       lm_mul(p, lm_region_cut(p, below, r), lm_affine(p, mask, -1.0, 1.0)));
    }
    return lm_region_paste(p, below, patch, r);
}

static bool composite_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct composite *a = args;
    lm_pass                *p = lm_pass_begin(call);
    const lm_tensor        *below = lm_latent_samples(p, a->samples_to);
    const lm_tensor        *above = lm_latent_samples(p, a->samples_from), *x = NULL;
    lm_region               r = { .y = a->y / CELL_PX, .x = a->x / CELL_PX };

    if (below && above) {
        r.h = lm_dim(above, 1);
        r.w = lm_dim(above, 2);
        x = composed(p, below, above, r, a->feather / CELL_PX);
    }
    out[0] = lm_latent_new(p, a->samples_to, x);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node composite = LIMN_NODE(
    .name = "LatentComposite", .title = "Latent Composite", .category = "latent", .module = "nodes",
    .version = 1, .doc = "Pastes one latent onto another.",
    .inputs = composite_in, .outputs = latent_out, .args_size = sizeof(struct composite),
    .run = composite_run, .example = "workflows/nodes/latent_composite.json");

const limn_node *const lm_nodes_latent_transform[] = { &flip, &rotate, &crop, &composite, NULL };
