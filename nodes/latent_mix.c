/* latent_mix.c: nodes that make one latent of two: blended, interpolated, added, or laid over each other
 * through a mask. */
#include <inttypes.h>
#include <math.h>

#include "nodes/diffusion/masked.h"
#include "nodes/diffusion/region.h"
#include "nodes/host.h"
#include "nodes/resize.h"

enum { LONGEST_PX = 16384, CELL_PX = 8 };

static const limn_output latent_out[] = { { "LATENT", "LATENT", "The mix." }, { 0 } };

static bool same_channels(lm_pass *p, const lm_tensor *x, const lm_tensor *y)
{
    if (lm_dim(x, 3) == lm_dim(y, 3))
        return true;
    return lm_pass_fail(p, INPUT, "a latent of %" PRId64 " channels cannot be mixed with one of %" PRId64,
                        lm_dim(x, 3), lm_dim(y, 3));
}

/* Both latents, the second at the first one's size and as many. False after a failure. */
static bool alike(lm_pass *p, const limn_value *one, const limn_value *two, const lm_tensor **x,
                  const lm_tensor **y)
{
    *x = lm_latent_samples(p, one);
    *y = lm_latent_samples(p, two);
    if (!*x || !*y || !same_channels(p, *x, *y))
        return false;
    *y = lm_batch_of(p, lm_as_large_as(p, *y, *x, LM_BILINEAR), lm_dim(*x, 0));
    return lm_pass_live(p);
}

/* ------------------------------------------------------------------ LatentBlend */

struct blend {
    const limn_value *samples1, *samples2;
    double            blend_factor;
};
#define LIMN_ARGS struct blend
static const limn_input blend_in[] = {
    LIMN_LINK (samples1,     "LATENT",            "The first latent; its size is the mix's."),
    LIMN_LINK (samples2,     "LATENT",            "The second one, cut and resized where it differs."),
    LIMN_FLOAT(blend_factor, 0.5, 0.0, 1.0, 0.01, "How much of the first one: 1 is all of it."),
    LIMN_END
};
#undef LIMN_ARGS

/* One latent goes with each of a batch; other numbers must agree. */
static bool as_many(lm_pass *p, const lm_tensor **x, const lm_tensor **y)
{
    const int64_t n = lm_dim(*x, 0), m = lm_dim(*y, 0);

    if (n != m && n != 1 && m != 1)
        return lm_pass_fail(p, INPUT, "one batch has %" PRId64 " latents, the other %" PRId64, n, m);
    *x = lm_batch_of(p, *x, n > m ? n : m);
    *y = lm_batch_of(p, *y, n > m ? n : m);
    return lm_pass_live(p);
}

static bool blend_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct blend *a = args;
    lm_pass            *p = lm_pass_begin(call);
    const lm_tensor    *x = lm_latent_samples(p, a->samples1), *y = lm_latent_samples(p, a->samples2);
    const double        f = a->blend_factor;

    if (x && y && same_channels(p, x, y))
        y = lm_as_large_as(p, y, x, LM_BICUBIC);
    if (x && y && lm_pass_live(p) && as_many(p, &x, &y))
        out[0] = lm_latent_new(p, a->samples1, lm_axpby(p, f, x, 1.0 - f, y));
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node blend = LIMN_NODE(
    .name = "LatentBlend", .title = "Latent Blend", .category = "_for_testing", .module = "nodes",
    .version = 1, .doc = "Mixes two latents.",
    .inputs = blend_in, .outputs = latent_out, .args_size = sizeof(struct blend),
    .run = blend_run, .example = "workflows/nodes/latent_blend.json");

/* ------------------------------------------------------------------ LatentAdd, LatentSubtract */

struct sum {
    const limn_value *samples1, *samples2;
};
#define LIMN_ARGS struct sum
static const limn_input sum_in[] = {
    LIMN_LINK(samples1, "LATENT", "The first latent; its size is the answer's."),
    LIMN_LINK(samples2, "LATENT", "The second one, cut and resized where it differs."),
    LIMN_END
};
#undef LIMN_ARGS

static bool sum_of(limn_call *call, const struct sum *a, double sign, limn_value **out, limn_error *err)
{
    lm_pass         *p = lm_pass_begin(call);
    const lm_tensor *x, *y;

    if (alike(p, a->samples1, a->samples2, &x, &y))
        out[0] = lm_latent_new(p, a->samples1, lm_axpby(p, 1.0, x, sign, y));
    return lm_pass_end_with(p, out, 1, err);
}

static bool add_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    return sum_of(call, args, 1.0, out, err);
}

static bool subtract_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    return sum_of(call, args, -1.0, out, err);
}

static const limn_node add = LIMN_NODE(
    .name = "LatentAdd", .category = "latent/advanced", .module = "comfy_extras.nodes_latent",
    .version = 1, .doc = "Adds a latent to another.",
    .inputs = sum_in, .outputs = latent_out, .args_size = sizeof(struct sum),
    .run = add_run, .example = "workflows/nodes/latent_add.json");

static const limn_node subtract = LIMN_NODE(
    .name = "LatentSubtract", .category = "latent/advanced", .module = "comfy_extras.nodes_latent",
    .version = 1, .doc = "Takes a latent away from another.",
    .inputs = sum_in, .outputs = latent_out, .args_size = sizeof(struct sum),
    .run = subtract_run, .example = "workflows/nodes/latent_add.json");

/* ------------------------------------------------------------------ LatentInterpolate */

struct interpolate {
    const limn_value *samples1, *samples2;
    double            ratio;
};
#define LIMN_ARGS struct interpolate
static const limn_input interpolate_in[] = {
    LIMN_LINK (samples1, "LATENT",            "The first latent; its size is the answer's."),
    LIMN_LINK (samples2, "LATENT",            "The second one, cut and resized where it differs."),
    LIMN_FLOAT(ratio,    1.0, 0.0, 1.0, 0.01, "How much of the first one: 1 is all of it."),
    LIMN_END
};
#undef LIMN_ARGS

static float length(const float *v, int64_t n)
{
    float sum = 0.0f;

    for (int64_t i = 0; i < n; i++)
        sum += v[i] * v[i];
    return sqrtf(sum);
}

/* What v of this length is divided by to have length 1; no direction stays none. */
static float over(float v, float len)
{
    return len > 0.0f ? v / len : 0.0f;
}

/* Direction and length of a cell go each their own way from y to x. */
static void between(float *to, const float *x, const float *y, int64_t n, float share, float rest)
{
    const float lx = length(x, n), ly = length(y, n);
    float       l;

    for (int64_t i = 0; i < n; i++)
        to[i] = over(x[i], lx) * share + over(y[i], ly) * rest;
    l = length(to, n);
    for (int64_t i = 0; i < n; i++)
        to[i] = over(to[i], l) * (lx * share + ly * rest);
}

static const lm_tensor *interpolated(lm_pass *p, const lm_tensor *x, const lm_tensor *y, double ratio)
{
    const int64_t channels = lm_dim(x, 3), cells = lm_count(x) / channels, row = lm_dim(x, 2);
    const float  *in = lm_host_view(p, x), *other = lm_host_view(p, y);
    float        *to = in && other ? lm_host_floats(p, lm_count(x)) : NULL;

    for (int64_t i = 0; to && i < cells && (i % row || lm_pass_live(p)); i++)
        between(to + i * channels, in + i * channels, other + i * channels, channels, (float)ratio,
                (float)(1.0 - ratio));
    return lm_from_host(p, lm_shape_of(x), to);
}

static bool interpolate_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct interpolate *a = args;
    lm_pass                  *p = lm_pass_begin(call);
    const lm_tensor          *x, *y;

    if (alike(p, a->samples1, a->samples2, &x, &y))
        out[0] = lm_latent_new(p, a->samples1, interpolated(p, x, y, a->ratio));
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node interpolate = LIMN_NODE(
    .name = "LatentInterpolate", .category = "latent/advanced", .module = "comfy_extras.nodes_latent",
    .version = 1, .doc = "Finds a latent between two, turning from one to the other.",
    .inputs = interpolate_in, .outputs = latent_out, .args_size = sizeof(struct interpolate),
    .run = interpolate_run, .example = "workflows/nodes/latent_interpolate.json");

/* ------------------------------------------------------------------ LatentCompositeMasked */

struct composite {
    const limn_value *destination, *source, *mask;
    int64_t           x, y;
    bool              resize_source;
};
#define LIMN_ARGS struct composite
static const limn_input composite_in[] = {
    LIMN_LINK(destination,   "LATENT",                  "The latent below."),
    LIMN_LINK(source,        "LATENT",                  "The latent laid over it."),
    LIMN_INT (x,             0, 0, LONGEST_PX, CELL_PX, "Pixels from the left edge."),
    LIMN_INT (y,             0, 0, LONGEST_PX, CELL_PX, "Pixels from the top edge."),
    LIMN_BOOL(resize_source, false,                     "Bring it to the size of the one below first."),
    LIMN_LINK(mask,          "MASK",                    "Where it covers (1) and where it does not (0).",
              .flags = LIMN_OPTIONAL),
    LIMN_END
};
#undef LIMN_ARGS

/* The mask over a latent of `shape`: [n, h, w, 1]; NULL when there is none. */
static const lm_tensor *mask_over(lm_pass *p, const limn_value *mask, lm_shape shape)
{
    const lm_tensor *m = mask ? lm_mask_batch(p, mask) : NULL;

    return m ? lm_masked_fit(p, m, shape) : NULL;
}

/* What lies over the region r of `below`, which begins where `above` does. */
static const lm_tensor *patch_of(lm_pass *p, const lm_tensor *below, const lm_tensor *above,
                                 const lm_tensor *mask, lm_region r)
{
    const lm_tensor *patch = lm_cut(p, above, 0, 0, r.w, r.h);

    if (!mask || !patch)
        return patch;
    mask = lm_cut(p, mask, 0, 0, r.w, r.h);
    return lm_add(p, lm_mul(p, patch, mask),
                  lm_mul(p, lm_region_cut(p, below, r), lm_affine(p, mask, -1.0, 1.0)));
}

/* `above` laid over `below` from cell (x, y) on; what begins beyond its edges changes nothing. */
static const lm_tensor *laid_over(lm_pass *p, const struct composite *a, const lm_tensor *below,
                                  const lm_tensor *above)
{
    lm_region        r = { .y = a->y / CELL_PX, .x = a->x / CELL_PX };
    const lm_tensor *mask;

    if (r.y >= lm_dim(below, 1) || r.x >= lm_dim(below, 2))
        return below;
    if (a->resize_source)
        above = lm_resample(p, above, lm_dim(below, 1), lm_dim(below, 2), LM_BILINEAR);
    above = lm_batch_of(p, above, lm_dim(below, 0));
    mask = above ? mask_over(p, a->mask, lm_shape_of(above)) : NULL;
    if (!lm_pass_live(p))
        return NULL;
    r.h = lm_dim(above, 1);
    r.w = lm_dim(above, 2);
    if (!lm_region_clip(p, &r, lm_shape_of(below)))
        return NULL;
    return lm_region_paste(p, below, patch_of(p, below, above, mask, r), r);
}

static bool composite_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct composite *a = args;
    lm_pass                *p = lm_pass_begin(call);
    const lm_tensor        *below = lm_latent_samples(p, a->destination);
    const lm_tensor        *above = lm_latent_samples(p, a->source);

    if (a->x < 0 || a->y < 0)
        lm_pass_fail(p, INPUT, "x and y cannot be below 0");
    if (below && above && lm_pass_live(p) && same_channels(p, below, above))
        out[0] = lm_latent_new(p, a->destination, laid_over(p, a, below, above));
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node composite = LIMN_NODE(
    .name = "LatentCompositeMasked", .category = "latent", .module = "comfy_extras.nodes_mask",
    .version = 1, .doc = "Lays one latent over another, where a mask says so.",
    .inputs = composite_in, .outputs = latent_out, .args_size = sizeof(struct composite),
    .run = composite_run, .example = "workflows/nodes/latent_composite_masked.json");

const limn_node *const lm_nodes_latent_mix[] = { &blend, &add, &subtract, &interpolate, &composite, NULL };
