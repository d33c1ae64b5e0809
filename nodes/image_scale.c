/* image_scale.c: nodes that give pictures another size. */
#include "nodes/image_scale.h"

#include <math.h>

#include "nodes/host.h"
#include "nodes/picture/lanczos.h"
#include "nodes/resize.h"

enum { MAX_SIDE = 16384 };

const char *const lm_scale_methods[] = { "nearest-exact", "bilinear", "area", "bicubic", "lanczos", NULL };

/* ------------------------------------------------------------------ Lanczos, by way of bytes */

static uint8_t to_byte(float x)
{
    const float v = 255.0f * x;

    return (uint8_t)(v > 0 ? v < 255 ? v : 255 : 0);
}

static lm_bitmap bytes_of(lm_pass *p, int64_t width, int64_t height, int64_t channels)
{
    return (lm_bitmap){ (int)width, (int)height, (int)channels,
                       lm_scope_bytes(p, (size_t)width * (size_t)height * (size_t)channels) };
}

/* Fills `out` from the picture at `in`. */
static void lanczos_one(lm_pass *p, const float *in, lm_bitmap from, lm_bitmap to, float *out)
{
    const int64_t stride_in = (int64_t)from.width * from.channels, stride = (int64_t)to.width * to.channels;

    for (int64_t y = 0; y < from.height && lm_pass_live(p); y++)
        for (int64_t i = y * stride_in; i < (y + 1) * stride_in; i++)
            from.at[i] = to_byte(in[i]);
    if (lm_pass_live(p))
        lm_lanczos(from, to, p->call, &p->error);
    for (int64_t y = 0; y < to.height && lm_pass_live(p); y++)
        for (int64_t i = y * stride; i < (y + 1) * stride; i++)
            out[i] = (float)to.at[i] / 255.0f;
}

static const lm_tensor *lanczos(lm_pass *p, const lm_tensor *x, int64_t width, int64_t height)
{
    const lm_shape shape = LM_SHAPE(lm_dim(x, 0), height, width, lm_dim(x, 3));
    lm_scope       scope = lm_scope_open(p);
    const float   *in = lm_host_view(p, x);
    float         *out = lm_host_floats(p, lm_shape_count(shape));
    lm_bitmap       from = bytes_of(p, lm_dim(x, 2), lm_dim(x, 1), lm_dim(x, 3));
    lm_bitmap       to = bytes_of(p, width, height, lm_dim(x, 3));

    for (int64_t i = 0; i < shape.at[0] && lm_pass_live(p); i++)
        lanczos_one(p, in + i * from.width * from.height * from.channels, from, to,
                    out + i * to.width * to.height * to.channels);
    return lm_scope_keep(&scope, lm_from_host(p, shape, lm_pass_live(p) ? out : NULL));
}

const lm_tensor *lm_image_scale(lm_pass *p, const lm_tensor *x, lm_scale_method method, int64_t width,
                                int64_t height, bool centre)
{
    static const lm_resample_mode modes[] = { LM_NEAREST_EXACT, LM_BILINEAR, LM_AREA, LM_BICUBIC };

    if (!x)
        return NULL;
    if (width < 1 || height < 1) {
        lm_pass_fail(p, INPUT, "the picture would be %lld x %lld pixels", (long long)width,
                     (long long)height);
        return NULL;
    }
    if (centre)
        x = lm_cut_to_shape(p, x, width, height);
    if (!lm_pass_live(p))
        return NULL;
    return method == LM_SCALE_LANCZOS ? lanczos(p, x, width, height)
                                      : lm_resample(p, x, height, width, modes[method]);
}

/* ------------------------------------------------------------------ ImageScale */

static const char *const crops[] = { "disabled", "center", NULL };

struct scale {
    const limn_value *image;
    int32_t           upscale_method, crop; /* of lm_scale_methods, crops */
    int64_t           width, height;
};
#define LIMN_ARGS struct scale
static const limn_input scale_in[] = {
    LIMN_LINK  (image,          "IMAGE",              "The pictures."),
    LIMN_CHOICE(upscale_method, lm_scale_methods,     "How new pixels follow from old ones."),
    LIMN_INT   (width,          512, 0, MAX_SIDE, 1,  "Columns; 0 keeps the aspect."),
    LIMN_INT   (height,         512, 0, MAX_SIDE, 1,  "Rows; 0 keeps the aspect."),
    LIMN_CHOICE(crop,           crops,                "\"center\" cuts to the new aspect first."),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output image_out[] = { { "IMAGE", "IMAGE", "The pictures at the new size." }, { 0 } };

static bool scale_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct scale *a = args;
    lm_pass            *p = lm_pass_begin(call);
    const lm_tensor    *x = lm_image_pixels(p, a->image);
    int64_t             w = a->width, h = a->height;

    if (x && !w && h)
        w = lm_side_by_aspect(lm_dim(x, 2), lm_dim(x, 1), h, 1);
    else if (x && !h && w)
        h = lm_side_by_aspect(lm_dim(x, 1), lm_dim(x, 2), w, 1);
    if (x && (w || h))
        out[0] = lm_image_new(p, lm_image_scale(p, x, (lm_scale_method)a->upscale_method, w, h,
                                                a->crop == 1));
    else if (x)
        out[0] = lm_value_ref(a->image);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node scale = LIMN_NODE(
    .name = "ImageScale", .title = "Upscale Image", .category = "image/upscaling", .module = "nodes",
    .version = 1, .doc = "Gives pictures a size, larger or smaller.",
    .inputs = scale_in, .outputs = image_out, .args_size = sizeof(struct scale),
    .run = scale_run, .example = "workflows/nodes/image_scale.json");

/* ------------------------------------------------------------------ ImageScaleBy */

struct scale_by {
    const limn_value *image;
    int32_t           upscale_method; /* of lm_scale_methods */
    double            scale_by;
};
#define LIMN_ARGS struct scale_by
static const limn_input scale_by_in[] = {
    LIMN_LINK  (image,          "IMAGE",               "The pictures."),
    LIMN_CHOICE(upscale_method, lm_scale_methods,      "How new pixels follow from old ones."),
    LIMN_FLOAT (scale_by,       1.0, 0.01, 8.0, 0.01,  "What both sides are multiplied by."),
    LIMN_END
};
#undef LIMN_ARGS

static bool scale_by_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct scale_by *a = args;
    lm_pass               *p = lm_pass_begin(call);
    const lm_tensor       *x = lm_image_pixels(p, a->image);

    if (x)
        out[0] = lm_image_new(p, lm_image_scale(p, x, (lm_scale_method)a->upscale_method,
                                                lm_round_even((double)lm_dim(x, 2) * a->scale_by),
                                                lm_round_even((double)lm_dim(x, 1) * a->scale_by), false));
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node scale_by = LIMN_NODE(
    .name = "ImageScaleBy", .title = "Upscale Image By", .category = "image/upscaling", .module = "nodes",
    .version = 1, .doc = "Makes pictures larger or smaller by a factor.",
    .inputs = scale_by_in, .outputs = image_out, .args_size = sizeof(struct scale_by),
    .run = scale_by_run, .example = "workflows/nodes/image_scale_by.json");

/* ------------------------------------------------------------------ ImageScaleToTotalPixels */

struct scale_total {
    const limn_value *image;
    int32_t           upscale_method; /* of lm_scale_methods */
    double            megapixels;
};
#define LIMN_ARGS struct scale_total
static const limn_input scale_total_in[] = {
    LIMN_LINK  (image,          "IMAGE",               "The pictures."),
    LIMN_CHOICE(upscale_method, lm_scale_methods,      "How new pixels follow from old ones.",
                .flags = LIMN_V3_COMBO),
    LIMN_FLOAT (megapixels,     1.0, 0.01, 16.0, 0.01, "Pixels in all, in units of 1024 x 1024."),
    LIMN_END
};
#undef LIMN_ARGS

static bool scale_total_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct scale_total *a = args;
    lm_pass                  *p = lm_pass_begin(call);
    const lm_tensor          *x = lm_image_pixels(p, a->image);

    if (x) {
        const double w = (double)lm_dim(x, 2), h = (double)lm_dim(x, 1);
        const double by = sqrt((double)(int64_t)(a->megapixels * 1024 * 1024) / (w * h));

        out[0] = lm_image_new(p, lm_image_scale(p, x, (lm_scale_method)a->upscale_method,
                                                lm_round_even(w * by), lm_round_even(h * by), false));
    }
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node scale_total = LIMN_NODE(
    .name = "ImageScaleToTotalPixels", .title = "ImageScaleToTotalPixels", .category = "image/upscaling",
    .module = "comfy_extras.nodes_post_processing", .version = 1,
    .doc = "Gives pictures about so many pixels, keeping their aspect.",
    .inputs = scale_total_in, .outputs = image_out, .args_size = sizeof(struct scale_total),
    .run = scale_total_run, .example = "workflows/nodes/image_scale_to_total_pixels.json");

const limn_node *const lm_nodes_image_scale[] = { &scale, &scale_by, &scale_total, NULL };
