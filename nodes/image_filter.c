/* image_filter.c: nodes that blur and sharpen pictures. */
#include <inttypes.h>
#include <math.h>

#include "kernels/ops.h"
#include "nodes/host.h"

enum { MOST_RADIUS = 31 };

static const limn_output image_out[] = { { "IMAGE", "IMAGE", "The pictures, filtered." }, { 0 } };

/* ------------------------------------------------------------------ a bell in two walks */

/* The bell over -1 … 1 in 2 radius + 1 taps; they add up to 1. As it is the same along both axes, a picture is
 * filtered along its rows and then along its columns.  Source: ComfyUI's ImageBlur. */
typedef struct bell {
    int64_t radius;
    float   taps[2 * MOST_RADIUS + 1];
} bell;

static bell bell_of(int64_t radius, double sigma)
{
    bell   b = { .radius = radius };
    double sum = 0.0;

    for (int64_t i = -radius; i <= radius; i++) {
        const double x = (double)i / (double)radius;

        b.taps[i + radius] = (float)exp(-x * x / (2.0 * sigma * sigma));
        sum += (double)b.taps[i + radius];
    }
    for (int64_t i = 0; i <= 2 * radius; i++)
        b.taps[i] = (float)((double)b.taps[i] / sum);
    return b;
}

/* Where a place beyond 0 … n - 1 lies when the picture is mirrored at its edge pixels. */
static int64_t mirrored(int64_t i, int64_t n)
{
    i = i < 0 ? -i : i;
    return i < n ? i : 2 * (n - 1) - i;
}

static void add_row(float *restrict to, const float *restrict from, float share, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        to[i] += share * from[i];
}

/* One row [w, c] with its mirrored margins in front and behind: `wide` [radius + w + radius, c]. */
static void widen(float *wide, const float *row, int64_t w, int64_t c, int64_t radius)
{
    for (int64_t x = -radius; x < w + radius; x++)
        for (int64_t k = 0; k < c; k++)
            *wide++ = row[mirrored(x, w) * c + k];
}

/* in, mid, out [h, w, c]; mid and out begin as zeros. */
static void blur_one(lm_pass *p, const bell *b, const float *in, float *wide, float *mid, float *out, int64_t h,
                     int64_t w, int64_t c)
{
    const int64_t row = w * c;

    for (int64_t y = 0; y < h && lm_pass_live(p); y++) {
        widen(wide, in + y * row, w, c, b->radius);
        for (int64_t i = 0; i <= 2 * b->radius; i++)
            add_row(mid + y * row, wide + i * c, b->taps[i], row);
    }
    for (int64_t y = 0; y < h && lm_pass_live(p); y++)
        for (int64_t i = -b->radius; i <= b->radius; i++)
            add_row(out + y * row, mid + mirrored(y + i, h) * row, b->taps[i + b->radius], row);
}

/* t [N, H, W, C] blurred. INPUT where the radius reaches beyond the picture mirrored. */
static const lm_tensor *blurred(lm_pass *p, const lm_tensor *t, int64_t radius, double sigma)
{
    const int64_t h = lm_dim(t, 1), w = lm_dim(t, 2), c = lm_dim(t, 3), one = h * w * c;
    const bell    b = bell_of(radius, sigma);
    const float  *in = lm_host_view(p, t);
    float        *wide, *mid, *out;

    if (radius >= h || radius >= w) {
        lm_pass_fail(p, INPUT, "a radius of %" PRId64 " is too large for a picture of %" PRId64 " x %" PRId64
                     " pixels", radius, w, h);
        return NULL;
    }
    wide = lm_host_floats(p, (w + 2 * radius) * c);
    out = lm_host_floats(p, lm_count(t));
    for (int64_t i = 0; i < lm_dim(t, 0) && lm_pass_live(p); i++) {
        lm_scope s = lm_scope_open(p);

        mid = lm_host_floats(p, one);
        if (lm_pass_live(p))
            blur_one(p, &b, in + i * one, wide, mid, out + i * one, h, w, c);
        lm_scope_close(&s);
    }
    return lm_from_host(p, lm_shape_of(t), lm_pass_live(p) ? out : NULL);
}

/* ------------------------------------------------------------------ ImageBlur */

struct blur {
    const limn_value *image;
    int64_t           blur_radius;
    double            sigma;
};
#define LIMN_ARGS struct blur
static const limn_input blur_in[] = {
    LIMN_LINK (image,       "IMAGE",              "The pictures."),
    LIMN_INT  (blur_radius, 1, 1, MOST_RADIUS, 1, "How many pixels around each one are looked at."),
    LIMN_FLOAT(sigma,       1.0, 0.1, 10.0, 0.1,  "How much the far ones count; 1 is the radius."),
    LIMN_END
};
#undef LIMN_ARGS

static bool blur_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct blur *a = args;
    lm_pass           *p = lm_pass_begin(call);
    const lm_tensor   *t = lm_image_pixels(p, a->image);

    if (t)
        out[0] = lm_image_new(p, blurred(p, t, a->blur_radius, a->sigma));
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node blur = LIMN_NODE(
    .name = "ImageBlur", .category = "image/postprocessing",
    .module = "comfy_extras.nodes_post_processing", .version = 1, .doc = "Blurs pictures.",
    .inputs = blur_in, .outputs = image_out, .args_size = sizeof(struct blur),
    .run = blur_run, .example = "workflows/nodes/image_blur.json");

/* ------------------------------------------------------------------ ImageSharpen */

struct sharpen {
    const limn_value *image;
    int64_t           sharpen_radius;
    double            sigma, alpha;
};
#define LIMN_ARGS struct sharpen
static const limn_input sharpen_in[] = {
    LIMN_LINK (image,          "IMAGE",              "The pictures."),
    LIMN_INT  (sharpen_radius, 1, 1, MOST_RADIUS, 1, "How many pixels around each one are looked at."),
    LIMN_FLOAT(sigma,          1.0, 0.1, 10.0, 0.01, "How much the far ones count; 1 is the radius."),
    LIMN_FLOAT(alpha,          1.0, 0.0, 5.0, 0.01,  "How much sharper; 0 leaves the pictures alone."),
    LIMN_END
};
#undef LIMN_ARGS

/* What a blur takes away is added ten times alpha. */
static bool sharpen_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct sharpen *a = args;
    lm_pass              *p = lm_pass_begin(call);
    const lm_tensor      *t = lm_image_pixels(p, a->image);
    const double          k = 10.0 * a->alpha;

    if (t)
        t = lm_axpby(p, 1.0 + k, t, -k, blurred(p, t, a->sharpen_radius, a->sigma));
    out[0] = lm_image_new(p, lm_clamp(p, t, 1.0, 0.0, 0.0, 1.0));
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node sharpen = LIMN_NODE(
    .name = "ImageSharpen", .category = "image/postprocessing",
    .module = "comfy_extras.nodes_post_processing", .version = 1, .doc = "Sharpens pictures.",
    .inputs = sharpen_in, .outputs = image_out, .args_size = sizeof(struct sharpen),
    .run = sharpen_run, .example = "workflows/nodes/image_sharpen.json");

const limn_node *const lm_nodes_image_filter[] = { &blur, &sharpen, NULL };
