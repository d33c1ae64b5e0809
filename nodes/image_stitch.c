/* image_stitch.c: the node that puts pictures side by side. */
#include "kernels/ops.h"
#include "nodes/host.h"
#include "nodes/image_scale.h"

enum { DOWN_THE_PICTURE = 1, ACROSS_IT = 2, MOST_SPACE_PX = 1024 }; /* axes of [N, H, W, C] */

static const limn_output image_out[] = { { "IMAGE", "IMAGE", "Both in one picture." }, { 0 } };

static const char *const directions[] = { "right", "down", "left", "up", NULL };
static const char *const colours[] = { "white", "black", "red", "green", "blue", NULL };
static const float       rgba[][4] = { { 1, 1, 1, 1 }, { 0, 0, 0, 1 }, { 1, 0, 0, 1 }, { 0, 1, 0, 1 }, { 0, 0, 1, 1 } };

struct stitch {
    const limn_value *image1, *image2;
    int32_t           direction, spacing_color; /* of directions, colours */
    bool              match_image_size;
    int64_t           spacing_width;
};
#define LIMN_ARGS struct stitch
static const limn_input stitch_in[] = {
    LIMN_LINK  (image1,           "IMAGE",                "The picture that the other one joins."),
    LIMN_CHOICE(direction,        directions,             "On which side the other one comes to lie."),
    LIMN_BOOL  (match_image_size, true,                   "Scale it so that the touching sides are as long."),
    LIMN_INT   (spacing_width,    0, 0, MOST_SPACE_PX, 2, "Pixels between the two; odd numbers become even."),
    LIMN_CHOICE(spacing_color,    colours,                "What lies between them."),
    LIMN_LINK  (image2,           "IMAGE",                "The picture to join; without it nothing changes.",
                .flags = LIMN_OPTIONAL),
    LIMN_END
};
#undef LIMN_ARGS

/* n pictures, the last one again and again. */
static const lm_tensor *as_many(lm_pass *p, const lm_tensor *t, int64_t n)
{
    const int64_t have = lm_dim(t, 0);

    if (have >= n)
        return t;
    return lm_concat(p, t, lm_repeat(p, lm_slice(p, t, 0, have - 1, 1), n - have), 0);
}

/* y so large that its side along `axis` is x's. */
static const lm_tensor *matched(lm_pass *p, const lm_tensor *y, const lm_tensor *x, int axis)
{
    const double  aspect = (double)lm_dim(y, 2) / (double)lm_dim(y, 1);
    const int64_t h = axis == DOWN_THE_PICTURE ? lm_dim(x, 1) : (int64_t)((double)lm_dim(x, 2) / aspect);
    const int64_t w = axis == DOWN_THE_PICTURE ? (int64_t)((double)lm_dim(x, 1) * aspect) : lm_dim(x, 2);

    return lm_image_scale(p, y, LM_SCALE_LANCZOS, w, h, false);
}

/* A tensor of this shape whose pixels are the first of `colour`. */
static const lm_tensor *filled(lm_pass *p, lm_shape s, const float colour[4])
{
    const int64_t n = lm_shape_count(s), channels = s.at[3];
    float        *at = lm_host_floats(p, n);

    for (int64_t i = 0; at && i < n; i++)
        at[i] = colour[i % channels];
    return lm_from_host(p, s, at);
}

/* t in the middle of `side` pixels along `axis`. */
static const lm_tensor *centred(lm_pass *p, const lm_tensor *t, int axis, int64_t side, float grey)
{
    const float      colour[4] = { grey, grey, grey, grey };
    const int64_t    missing = side - lm_dim(t, axis), before = missing / 2;
    const lm_tensor *parts[3];
    int              n = 0;

    if (before > 0)
        parts[n++] = filled(p, lm_with_dim(lm_shape_of(t), axis, before), colour);
    parts[n++] = t;
    if (missing > 0)
        parts[n++] = filled(p, lm_with_dim(lm_shape_of(t), axis, missing - before), colour);
    return n > 1 && lm_pass_live(p) ? lm_concat_all(p, parts, n, axis) : t;
}

/* With alpha where the other one has it. */
static const lm_tensor *with_channels(lm_pass *p, const lm_tensor *t, int64_t channels)
{
    static const float whole[4] = { 1, 1, 1, 1 };
    const int64_t      have = t ? lm_dim(t, 3) : channels;

    return have < channels ? lm_concat(p, t, filled(p, lm_with_dim(lm_shape_of(t), 3, channels - have), whole), 3) : t;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Both of one height, or of one width where they stand above each other, of one number and of one kind. */
static bool prepared(lm_pass *p, const struct stitch *a, const lm_tensor **x, const lm_tensor **y, int along)
{
    const int     axis = along == ACROSS_IT ? DOWN_THE_PICTURE : ACROSS_IT;
    const float   grey = a->spacing_color ? 0.0f : 1.0f; /* colours do not fill up sides: black does */
    const int64_t n = larger(lm_dim(*x, 0), lm_dim(*y, 0)), channels = larger(lm_dim(*x, 3), lm_dim(*y, 3));

    *x = as_many(p, *x, n);
    *y = as_many(p, *y, n);
    if (lm_pass_live(p) && a->match_image_size) {
        *y = matched(p, *y, *x, axis);
    } else if (lm_pass_live(p)) {
        const int64_t side = larger(lm_dim(*x, axis), lm_dim(*y, axis));

        *x = centred(p, *x, axis, side, grey);
        *y = centred(p, *y, axis, side, grey);
    }
    *x = with_channels(p, *x, channels);
    *y = with_channels(p, *y, channels);
    return lm_pass_live(p);
}

static const lm_tensor *stitched(lm_pass *p, const struct stitch *a, const lm_tensor *x, const lm_tensor *y)
{
    const bool       first = a->direction < 2; /* right and down: image1 comes first */
    const int        along = a->direction % 2 ? DOWN_THE_PICTURE : ACROSS_IT;
    const int64_t    space = a->spacing_width + a->spacing_width % 2;
    const lm_tensor *parts[3];
    int              n = 0;

    if (!prepared(p, a, &x, &y, along))
        return NULL;
    parts[n++] = first ? x : y;
    if (space > 0)
        parts[n++] = filled(p, lm_with_dim(lm_shape_of(x), along, space), rgba[a->spacing_color]);
    parts[n++] = first ? y : x;
    return lm_pass_live(p) ? lm_concat_all(p, parts, n, along) : NULL;
}

static bool stitch_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct stitch *a = args;
    lm_pass             *p = lm_pass_begin(call);
    const lm_tensor     *x = lm_image_pixels(p, a->image1);
    const lm_tensor     *y = a->image2 ? lm_image_pixels(p, a->image2) : NULL;

    if (x && y)
        out[0] = lm_image_new(p, stitched(p, a, x, y));
    else if (x && lm_pass_live(p))
        out[0] = lm_value_ref(a->image1);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node stitch = LIMN_NODE(
    .name = "ImageStitch", .title = "Image Stitch", .category = "image/transform",
    .module = "comfy_extras.nodes_images", .version = 1, .doc = "Puts two pictures side by side in one.",
    .inputs = stitch_in, .outputs = image_out, .args_size = sizeof(struct stitch),
    .run = stitch_run, .example = "workflows/nodes/image_stitch.json");

const limn_node *const lm_nodes_image_stitch[] = { &stitch, NULL };
