/* mask.c: masks from numbers and pictures, pictures from masks, and what is done to single pixels. */
#include <math.h>

#include "kernels/ops.h"
#include "nodes/host.h"
#include "nodes/resize.h"

enum { MAX_SIDE = 16384 };

static const limn_output mask_out[] = { { "MASK", "MASK", "The mask." }, { 0 } };

/* ------------------------------------------------------------------ SolidMask */

struct solid {
    double  value;
    int64_t width, height;
};
#define LIMN_ARGS struct solid
static const limn_input solid_in[] = {
    LIMN_FLOAT(value,  1.0, 0.0, 1.0, 0.01,  "The same everywhere: 1 selects, 0 does not."),
    LIMN_INT  (width,  512, 1, MAX_SIDE, 1,  "Columns."),
    LIMN_INT  (height, 512, 1, MAX_SIDE, 1,  "Rows."),
    LIMN_END
};
#undef LIMN_ARGS

static bool solid_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct solid *a = args;
    lm_pass            *p = lm_pass_begin(call);
    float              *m = lm_host_floats(p, a->width * a->height);

    for (int64_t y = 0; y < a->height && lm_pass_live(p); y++)
        for (int64_t x = 0; x < a->width; x++)
            m[y * a->width + x] = (float)a->value;
    out[0] = lm_mask_from_host(p, LM_SHAPE(1, a->height, a->width), m);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node solid = LIMN_NODE(
    .name = "SolidMask", .title = "SolidMask", .category = "mask", .module = "comfy_extras.nodes_mask",
    .version = 1, .doc = "Makes a mask that is the same everywhere.",
    .inputs = solid_in, .outputs = mask_out, .args_size = sizeof(struct solid),
    .run = solid_run, .example = "workflows/nodes/solid_mask.json");

/* ------------------------------------------------------------------ InvertMask */

struct invert {
    const limn_value *mask;
};
#define LIMN_ARGS struct invert
static const limn_input invert_in[] = { LIMN_LINK(mask, "MASK", "The mask."), LIMN_END };
#undef LIMN_ARGS

static bool invert_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct invert *a = args;
    lm_pass             *p = lm_pass_begin(call);

    out[0] = lm_mask_new(p, lm_affine(p, lm_mask_tensor(p, a->mask), -1.0, 1.0));
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node invert = LIMN_NODE(
    .name = "InvertMask", .title = "InvertMask", .category = "mask", .module = "comfy_extras.nodes_mask",
    .version = 1, .doc = "Selects what was not selected.",
    .inputs = invert_in, .outputs = mask_out, .args_size = sizeof(struct invert),
    .run = invert_run, .example = "workflows/nodes/invert_mask.json");

/* ------------------------------------------------------------------ MaskToImage */

struct to_image {
    const limn_value *mask;
};
#define LIMN_ARGS struct to_image
static const limn_input to_image_in[] = { LIMN_LINK(mask, "MASK", "The mask."), LIMN_END };
#undef LIMN_ARGS
static const limn_output to_image_out[] = { { "IMAGE", "IMAGE", "The mask as a grey picture." }, { 0 } };

static bool to_image_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct to_image *a = args;
    lm_pass               *p = lm_pass_begin(call);
    const lm_tensor       *m = lm_mask_batch(p, a->mask);

    if (m) {
        m = lm_reshape(p, m, LM_SHAPE(lm_dim(m, 0), lm_dim(m, 1), lm_dim(m, 2), 1));
        out[0] = lm_image_new(p, lm_concat_all(p, (const lm_tensor *const[]){ m, m, m }, 3, 3));
    }
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node to_image = LIMN_NODE(
    .name = "MaskToImage", .title = "Convert Mask to Image", .category = "mask",
    .module = "comfy_extras.nodes_mask", .version = 1, .doc = "Makes a grey picture from a mask.",
    .inputs = to_image_in, .outputs = to_image_out, .args_size = sizeof(struct to_image),
    .run = to_image_run, .example = "workflows/nodes/mask_to_image.json");

/* ------------------------------------------------------------------ ImageToMask */

static const char *const channels[] = { "red", "green", "blue", "alpha", NULL };

struct to_mask {
    const limn_value *image;
    int32_t           channel; /* of channels */
};
#define LIMN_ARGS struct to_mask
static const limn_input to_mask_in[] = {
    LIMN_LINK  (image,   "IMAGE",  "The pictures."),
    LIMN_CHOICE(channel, channels, "Which channel to take, as it is."),
    LIMN_END
};
#undef LIMN_ARGS

static bool to_mask_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct to_mask *a = args;
    lm_pass              *p = lm_pass_begin(call);
    const lm_tensor      *t = lm_image_pixels(p, a->image);

    if (t && a->channel >= lm_dim(t, 3))
        lm_pass_fail(p, INPUT, "the picture has no channel \"%s\"", channels[a->channel]);
    else if (t && (t = lm_slice(p, t, 3, a->channel, 1)))
        out[0] = lm_mask_new(p, lm_reshape(p, t, LM_SHAPE(lm_dim(t, 0), lm_dim(t, 1), lm_dim(t, 2))));
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node to_mask = LIMN_NODE(
    .name = "ImageToMask", .title = "Convert Image to Mask", .category = "mask",
    .module = "comfy_extras.nodes_mask", .version = 1, .doc = "Takes one channel of pictures as a mask.",
    .inputs = to_mask_in, .outputs = mask_out, .args_size = sizeof(struct to_mask),
    .run = to_mask_run, .example = "workflows/nodes/image_to_mask.json");

/* ------------------------------------------------------------------ ImageColorToMask */

struct color {
    const limn_value *image;
    int64_t           color;
};
#define LIMN_ARGS struct color
static const limn_input color_in[] = {
    LIMN_LINK(image, "IMAGE",           "The pictures."),
    LIMN_INT (color, 0, 0, 0xffffff, 1, "The colour to select, as 0xRRGGBB."),
    LIMN_END
};
#undef LIMN_ARGS

static int64_t rounded(float x)
{
    return (int64_t)nearbyintf((x < 0 ? 0 : x > 1 ? 1 : x) * 255.0f);
}

static bool color_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct color *a = args;
    lm_pass            *p = lm_pass_begin(call);
    const lm_tensor    *t = lm_image_pixels(p, a->image);

    if (t) {
        const int64_t rows = lm_dim(t, 0) * lm_dim(t, 1), w = lm_dim(t, 2), c = lm_dim(t, 3);
        const float  *px = lm_host_view(p, t);
        float        *m = lm_host_floats(p, rows * w);

        for (int64_t y = 0; y < rows && lm_pass_live(p); y++)
            for (int64_t x = 0; x < w; x++, px += c)
                m[y * w + x] = (rounded(px[0]) << 16) + (rounded(px[1]) << 8) + rounded(px[2]) == a->color;
        out[0] = lm_mask_from_host(p, LM_SHAPE(lm_dim(t, 0), lm_dim(t, 1), lm_dim(t, 2)), m);
    }
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node color = LIMN_NODE(
    .name = "ImageColorToMask", .title = "ImageColorToMask", .category = "mask",
    .module = "comfy_extras.nodes_mask", .version = 1, .doc = "Selects the pixels of exactly one colour.",
    .inputs = color_in, .outputs = mask_out, .args_size = sizeof(struct color),
    .run = color_run, .example = "workflows/nodes/image_color_to_mask.json");

/* ------------------------------------------------------------------ ThresholdMask */

struct threshold {
    const limn_value *mask;
    double            value;
};
#define LIMN_ARGS struct threshold
static const limn_input threshold_in[] = {
    LIMN_LINK (mask,  "MASK",              "The mask."),
    LIMN_FLOAT(value, 0.5, 0.0, 1.0, 0.01, "What is above becomes 1, the rest 0."),
    LIMN_END
};
#undef LIMN_ARGS

static bool threshold_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct threshold *a = args;
    lm_pass                *p = lm_pass_begin(call);
    const lm_tensor        *t = lm_mask_tensor(p, a->mask);
    const float            *in = t ? lm_host_view(p, t) : NULL;
    float                  *m = t ? lm_host_floats(p, lm_count(t)) : NULL;

    for (int64_t y = 0; t && y < lm_count(t) / lm_dim(t, -1) && lm_pass_live(p); y++)
        for (int64_t i = y * lm_dim(t, -1); i < (y + 1) * lm_dim(t, -1); i++)
            m[i] = in[i] > (float)a->value;
    if (t)
        out[0] = lm_mask_from_host(p, lm_shape_of(t), m);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node threshold = LIMN_NODE(
    .name = "ThresholdMask", .title = "ThresholdMask", .category = "mask",
    .module = "comfy_extras.nodes_mask", .version = 1, .doc = "Makes a mask hard: only 0 and 1.",
    .inputs = threshold_in, .outputs = mask_out, .args_size = sizeof(struct threshold),
    .run = threshold_run, .example = "workflows/nodes/threshold_mask.json");

/* ------------------------------------------------------------------ CropMask */

struct crop {
    const limn_value *mask;
    int64_t           x, y, width, height;
};
#define LIMN_ARGS struct crop
static const limn_input crop_in[] = {
    LIMN_LINK(mask,   "MASK",              "The mask."),
    LIMN_INT (x,      0,   0, MAX_SIDE, 1, "The first column."),
    LIMN_INT (y,      0,   0, MAX_SIDE, 1, "The first row."),
    LIMN_INT (width,  512, 1, MAX_SIDE, 1, "Columns to keep."),
    LIMN_INT (height, 512, 1, MAX_SIDE, 1, "Rows to keep."),
    LIMN_END
};
#undef LIMN_ARGS

static bool crop_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct crop *a = args;
    lm_pass           *p = lm_pass_begin(call);
    const lm_tensor   *t = lm_mask_batch(p, a->mask);

    if (t && (a->x >= lm_dim(t, 2) || a->y >= lm_dim(t, 1)))
        lm_pass_fail(p, INPUT, "the cut begins at %lld, %lld, outside a mask of %lld x %lld",
                     (long long)a->x, (long long)a->y, (long long)lm_dim(t, 2), (long long)lm_dim(t, 1));
    else if (t)
        out[0] = lm_mask_new(p, lm_cut(p, t, a->x, a->y, a->width, a->height));
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node crop = LIMN_NODE(
    .name = "CropMask", .title = "CropMask", .category = "mask", .module = "comfy_extras.nodes_mask",
    .version = 1, .doc = "Cuts a rectangle out of a mask.",
    .inputs = crop_in, .outputs = mask_out, .args_size = sizeof(struct crop),
    .run = crop_run, .example = "workflows/nodes/crop_mask.json");

const limn_node *const lm_nodes_mask[] = { &solid, &invert, &to_image, &to_mask, &color, &threshold, &crop,
                                           NULL };
