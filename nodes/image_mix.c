/* image_mix.c: nodes that lay pictures over each other, and that join and part colours and alpha. */
#include <math.h>
#include <string.h>

#include "kernels/ops.h"
#include "nodes/host.h"
#include "nodes/image_scale.h"

enum { MAX_SIDE = 16384 };

static const limn_output image_out[] = { { "IMAGE", "IMAGE", "The result." }, { 0 } };

/* `source` with as many channels as `like`: alpha goes, or comes as 1. */
static const lm_tensor *same_channels(lm_pass *p, const lm_tensor *source, const lm_tensor *like)
{
    if (!source || !like || lm_dim(source, 3) == lm_dim(like, 3))
        return source;
    if (lm_dim(source, 3) > lm_dim(like, 3))
        return lm_slice(p, source, 3, 0, lm_dim(like, 3));
    return lm_concat(p, source, lm_affine(p, lm_slice(p, source, 3, 0, 1), 0.0, 1.0), 3);
}

/* A mask [N, H, W] at another size. */
static const lm_tensor *mask_at(lm_pass *p, const lm_tensor *m, int64_t height, int64_t width)
{
    if (!m)
        return NULL;
    m = lm_reshape(p, m, LM_SHAPE(lm_dim(m, 0), lm_dim(m, 1), lm_dim(m, 2), 1));
    return lm_resample(p, m, height, width, LM_BILINEAR);
}

/* ------------------------------------------------------------------ ImageBlend */

/* a is the first picture's channel, b the second's.  Source: ComfyUI's ImageBlend. */
static float normal(float a, float b)   { (void)a; return b; }
static float multiply(float a, float b) { return a * b; }
static float screen(float a, float b)   { return 1 - (1 - a) * (1 - b); }
static float difference(float a, float b) { return a - b; }

static float overlay(float a, float b)
{
    return a <= 0.5f ? 2 * a * b : 1 - 2 * (1 - a) * (1 - b);
}

static float soft_light(float a, float b)
{
    const float lit = a <= 0.25f ? ((16 * a - 12) * a + 4) * a : sqrtf(a);

    return b <= 0.5f ? a - (1 - 2 * b) * a * (1 - a) : a + (2 * b - 1) * (lit - a);
}

static const char *const blend_modes[] = { "normal", "multiply", "screen", "overlay", "soft_light",
                                           "difference", NULL };
static float (*const blends[])(float, float) = { normal, multiply, screen, overlay, soft_light,
                                                 difference };

struct blend {
    const limn_value *image1, *image2;
    double            blend_factor;
    int32_t           blend_mode; /* of blend_modes */
};
#define LIMN_ARGS struct blend
static const limn_input blend_in[] = {
    LIMN_LINK  (image1,       "IMAGE",              "The picture below."),
    LIMN_LINK  (image2,       "IMAGE",              "The picture above, cut and scaled to the one below."),
    LIMN_FLOAT (blend_factor, 0.5, 0.0, 1.0, 0.01,  "How much of the mix shows."),
    LIMN_CHOICE(blend_mode,   blend_modes,          "How the two are mixed.", .flags = LIMN_V3_COMBO),
    LIMN_END
};
#undef LIMN_ARGS

static limn_value *blended(lm_pass *p, const struct blend *a, const lm_tensor *x, const lm_tensor *y)
{
    const int64_t nx = lm_dim(x, 0), ny = lm_dim(y, 0), n = nx > ny ? nx : ny;
    const int64_t one = lm_count(x) / nx, row = one / lm_dim(x, 1);
    const float  *u = lm_host_view(p, x), *v = lm_host_view(p, y);
    const float   less = (float)(1 - a->blend_factor), more = (float)a->blend_factor;
    float        *out = lm_host_floats(p, n * one);

    if (nx != ny && nx != 1 && ny != 1)
        lm_pass_fail(p, INPUT, "one batch has %lld pictures, the other %lld", (long long)nx, (long long)ny);
    for (int64_t r = 0; r < n * lm_dim(x, 1) && lm_pass_live(p); r++)
        for (int64_t k = r * row; k < (r + 1) * row; k++) {
            const float s = u[nx == 1 ? k % one : k], t = v[ny == 1 ? k % one : k];
            const float mix = s * less + blends[a->blend_mode](s, t) * more;

            out[k] = mix < 0 ? 0 : mix > 1 ? 1 : mix;
        }
    return lm_image_from_host(p, lm_with_dim(lm_shape_of(x), 0, n), out);
}

static bool blend_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct blend *a = args;
    lm_pass            *p = lm_pass_begin(call);
    const lm_tensor    *x = lm_image_pixels(p, a->image1);
    const lm_tensor    *y = same_channels(p, lm_image_pixels(p, a->image2), x);

    if (x && y && (lm_dim(x, 1) != lm_dim(y, 1) || lm_dim(x, 2) != lm_dim(y, 2)))
        y = lm_image_scale(p, y, LM_SCALE_BICUBIC, lm_dim(x, 2), lm_dim(x, 1), true);
    if (x && y)
        out[0] = blended(p, a, x, y);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node blend = LIMN_NODE(
    .name = "ImageBlend", .title = "ImageBlend", .category = "image/postprocessing",
    .module = "comfy_extras.nodes_post_processing", .version = 1, .doc = "Mixes two pictures.",
    .inputs = blend_in, .outputs = image_out, .args_size = sizeof(struct blend),
    .run = blend_run, .example = "workflows/nodes/image_blend.json");

/* ------------------------------------------------------------------ ImageCompositeMasked */

struct composite {
    const limn_value *destination, *source, *mask;
    int64_t           x, y;
    bool              resize_source;
};
#define LIMN_ARGS struct composite
static const limn_input composite_in[] = {
    LIMN_LINK(destination,   "IMAGE",           "The picture below."),
    LIMN_LINK(source,        "IMAGE",           "The picture laid over it."),
    LIMN_INT (x,             0, 0, MAX_SIDE, 1, "Where its first column comes to lie."),
    LIMN_INT (y,             0, 0, MAX_SIDE, 1, "Where its first row comes to lie."),
    LIMN_BOOL(resize_source, false,             "Scale it to the size of the picture below first."),
    LIMN_LINK(mask,          "MASK",            "Where it covers (1) and where it does not (0).",
              .flags = LIMN_OPTIONAL),
    LIMN_END
};
#undef LIMN_ARGS

/* What goes over the picture below: colours on the host, and the mask or NULL. */
typedef struct layer {
    const float *rgb, *mask;
    int64_t      n, n_mask, h, w;
} layer;

static void lay_row(float *to, const layer *l, int64_t i, int64_t y, int64_t columns, int64_t c)
{
    const float *from = l->rgb + ((i % l->n) * l->h + y) * l->w * c;
    const float *m = l->mask ? l->mask + ((i % l->n_mask) * l->h + y) * l->w : NULL;

    for (int64_t x = 0; x < columns; x++)
        for (int64_t k = 0; k < c; k++, to++)
            *to = m ? m[x] * from[x * c + k] + (1.0f - m[x]) * *to : from[x * c + k];
}

static limn_value *laid_over(lm_pass *p, const struct composite *a, const lm_tensor *t, const layer *l)
{
    const int64_t n = lm_dim(t, 0), h = lm_dim(t, 1), w = lm_dim(t, 2), c = lm_dim(t, 3);
    const int64_t columns = w - a->x < l->w ? w - a->x : l->w;
    const float  *in = lm_host_view(p, t);
    float        *out = lm_host_floats(p, lm_count(t));

    if (!lm_pass_live(p))
        return NULL;
    memcpy(out, in, (size_t)lm_count(t) * sizeof *out);
    for (int64_t i = 0; i < n; i++)
        for (int64_t y = 0; y < l->h && a->y + y < h && columns > 0 && lm_pass_live(p); y++)
            lay_row(out + ((i * h + a->y + y) * w + a->x) * c, l, i, y, columns, c);
    return lm_image_from_host(p, lm_shape_of(t), out);
}

static bool composite_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct composite *a = args;
    lm_pass                *p = lm_pass_begin(call);
    const lm_tensor        *below = lm_image_pixels(p, a->destination);
    const lm_tensor        *over = same_channels(p, lm_image_pixels(p, a->source), below), *m = NULL;

    if (a->x < 0 || a->y < 0)
        lm_pass_fail(p, INPUT, "x and y cannot be below 0");
    if (below && over && a->resize_source)
        over = lm_resample(p, over, lm_dim(below, 1), lm_dim(below, 2), LM_BILINEAR);
    if (over && a->mask)
        m = mask_at(p, lm_mask_batch(p, a->mask), lm_dim(over, 1), lm_dim(over, 2));
    if (below && over && lm_pass_live(p)) {
        const layer l = { lm_host_view(p, over), m ? lm_host_view(p, m) : NULL, lm_dim(over, 0),
                          m ? lm_dim(m, 0) : 1, lm_dim(over, 1), lm_dim(over, 2) };

        out[0] = laid_over(p, a, below, &l);
    }
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node composite = LIMN_NODE(
    .name = "ImageCompositeMasked", .title = "ImageCompositeMasked", .category = "image",
    .module = "comfy_extras.nodes_mask", .version = 1,
    .doc = "Lays one picture over another, where a mask says so.",
    .inputs = composite_in, .outputs = image_out, .args_size = sizeof(struct composite),
    .run = composite_run, .example = "workflows/nodes/image_composite_masked.json");

/* ------------------------------------------------------------------ JoinImageWithAlpha */

struct join {
    const limn_value *image, *alpha;
};
#define LIMN_ARGS struct join
static const limn_input join_in[] = {
    LIMN_LINK(image, "IMAGE", "The colours."),
    LIMN_LINK(alpha, "MASK",  "What becomes transparent."),
    LIMN_END
};
#undef LIMN_ARGS

static bool join_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct join *a = args;
    lm_pass           *p = lm_pass_begin(call);
    const lm_tensor   *t = lm_image_pixels(p, a->image), *m = lm_mask_batch(p, a->alpha);

    if (t && m) {
        const int64_t n = lm_dim(t, 0) < lm_dim(m, 0) ? lm_dim(t, 0) : lm_dim(m, 0);

        m = lm_affine(p, mask_at(p, lm_slice(p, m, 0, 0, n), lm_dim(t, 1), lm_dim(t, 2)), -1.0, 1.0);
        t = lm_slice(p, lm_slice(p, t, 0, 0, n), 3, 0, 3);
        out[0] = lm_image_new(p, lm_concat(p, t, m, 3));
    }
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node join = LIMN_NODE(
    .name = "JoinImageWithAlpha", .title = "Join Image with Alpha", .category = "mask/compositing",
    .module = "comfy_extras.nodes_compositing", .version = 1,
    .doc = "Gives pictures an alpha channel from a mask.",
    .inputs = join_in, .outputs = image_out, .args_size = sizeof(struct join),
    .run = join_run, .example = "workflows/nodes/join_image_with_alpha.json");

/* ------------------------------------------------------------------ SplitImageWithAlpha */

struct split {
    const limn_value *image;
};
#define LIMN_ARGS struct split
static const limn_input split_in[] = { LIMN_LINK(image, "IMAGE", "Pictures with alpha."), LIMN_END };
#undef LIMN_ARGS
static const limn_output split_out[] = {
    { "IMAGE", "IMAGE", "The colours." },
    { "MASK", "MASK", "What is transparent; nothing when there is no alpha." },
    { 0 }
};

static bool split_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct split *a = args;
    lm_pass            *p = lm_pass_begin(call);
    const lm_tensor    *t = lm_image_pixels(p, a->image), *m = NULL;

    if (t) {
        const bool alpha = lm_dim(t, 3) > 3;

        m = lm_affine(p, lm_slice(p, t, 3, alpha ? 3 : 0, 1), alpha ? -1.0 : 0.0, alpha ? 1.0 : 0.0);
        out[0] = lm_image_new(p, lm_slice(p, t, 3, 0, 3));
    }
    if (m)
        out[1] = lm_mask_new(p, lm_reshape(p, m, LM_SHAPE(lm_dim(m, 0), lm_dim(m, 1), lm_dim(m, 2))));
    return lm_pass_end_with(p, out, 2, err);
}

static const limn_node split = LIMN_NODE(
    .name = "SplitImageWithAlpha", .title = "Split Image with Alpha", .category = "mask/compositing",
    .module = "comfy_extras.nodes_compositing", .version = 1,
    .doc = "Parts pictures into their colours and their transparency.",
    .inputs = split_in, .outputs = split_out, .args_size = sizeof(struct split),
    .run = split_run, .example = "workflows/nodes/split_image_with_alpha.json");

const limn_node *const lm_nodes_image_mix[] = { &blend, &composite, &join, &split, NULL };
