/* image_edit.c: nodes that cut, turn, invert and frame pictures. */
#include <string.h>

#include "kernels/ops.h"
#include "nodes/host.h"
#include "nodes/resize.h"

enum { MAX_SIDE = 16384 };

static const limn_output image_out[] = { { "IMAGE", "IMAGE", "The pictures, changed." }, { 0 } };

/* ------------------------------------------------------------------ ImageInvert */

struct invert {
    const limn_value *image;
};
#define LIMN_ARGS struct invert
static const limn_input invert_in[] = { LIMN_LINK(image, "IMAGE", "The pictures."), LIMN_END };
#undef LIMN_ARGS

static bool invert_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct invert *a = args;
    lm_pass             *p = lm_pass_begin(call);

    out[0] = lm_image_new(p, lm_affine(p, lm_image_pixels(p, a->image), -1.0, 1.0));
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node invert = LIMN_NODE(
    .name = "ImageInvert", .title = "Invert Image", .category = "image", .module = "nodes", .version = 1,
    .doc  = "Turns light to dark and colours to their opposites.",
    .inputs = invert_in, .outputs = image_out, .args_size = sizeof(struct invert),
    .run = invert_run, .example = "workflows/nodes/image_invert.json");

/* ------------------------------------------------------------------ ImageCrop */

struct crop {
    const limn_value *image;
    int64_t           width, height, x, y;
};
#define LIMN_ARGS struct crop
static const limn_input crop_in[] = {
    LIMN_LINK(image,  "IMAGE",             "The pictures."),
    LIMN_INT (width,  512, 1, MAX_SIDE, 1, "Columns to keep."),
    LIMN_INT (height, 512, 1, MAX_SIDE, 1, "Rows to keep."),
    LIMN_INT (x,      0,   0, MAX_SIDE, 1, "The first column."),
    LIMN_INT (y,      0,   0, MAX_SIDE, 1, "The first row."),
    LIMN_END
};
#undef LIMN_ARGS

static bool crop_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct crop *a = args;
    lm_pass           *p = lm_pass_begin(call);
    const lm_tensor   *t = lm_image_pixels(p, a->image);

    if (t)
        out[0] = lm_image_new(p, lm_cut(p, t, lm_least(a->x, lm_dim(t, 2) - 1), lm_least(a->y, lm_dim(t, 1) - 1),
                                        a->width, a->height));
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node crop = LIMN_NODE(
    .name = "ImageCrop", .title = "Image Crop", .category = "image/transform",
    .module = "comfy_extras.nodes_images", .version = 1, .doc = "Cuts a rectangle out of pictures.",
    .inputs = crop_in, .outputs = image_out, .args_size = sizeof(struct crop),
    .run = crop_run, .example = "workflows/nodes/image_crop.json");

/* ------------------------------------------------------------------ moving pixels */

/* Where the pixel for (x, y) comes from in a picture of w x h. */
typedef struct place {
    int64_t x, y;
} place;
typedef place from_where(int64_t x, int64_t y, int64_t w, int64_t h);

#define MOVE(name, from_x, from_y)                                                             \
    static place name(int64_t x, int64_t y, int64_t w, int64_t h)                              \
    {                                                                                          \
        (void)w;                                                                               \
        (void)h;                                                                               \
        return (place){ (from_x), (from_y) };                                                  \
    }
MOVE(upside_down, x, h - 1 - y)
MOVE(mirrored, w - 1 - x, y)
MOVE(by_90, y, h - 1 - x)
MOVE(by_180, w - 1 - x, h - 1 - y)
MOVE(by_270, w - 1 - y, x)

/* Every picture with its pixels moved; on its side when `turned`. */
static limn_value *moved(lm_pass *p, const lm_tensor *t, from_where *from, bool turned)
{
    const int64_t n = lm_dim(t, 0), h = lm_dim(t, 1), w = lm_dim(t, 2), c = lm_dim(t, 3);
    const int64_t rows = turned ? w : h, columns = turned ? h : w;
    const float  *in = lm_host_view(p, t);
    float        *out = lm_host_floats(p, lm_count(t)), *to = out;

    for (int64_t i = 0; i < n && lm_pass_live(p); i++, in += h * w * c)
        for (int64_t y = 0; y < rows && lm_pass_live(p); y++)
            for (int64_t x = 0; x < columns; x++, to += c) {
                const place at = from(x, y, w, h);

                memcpy(to, in + (at.y * w + at.x) * c, (size_t)c * sizeof *to);
            }
    return lm_image_from_host(p, LM_SHAPE(n, rows, columns, c), out);
}

/* ------------------------------------------------------------------ ImageFlip */

static const char *const flips[] = { "x-axis: vertically", "y-axis: horizontally", NULL };

struct flip {
    const limn_value *image;
    int32_t           flip_method; /* of flips */
};
#define LIMN_ARGS struct flip
static const limn_input flip_in[] = {
    LIMN_LINK  (image,       "IMAGE", "The pictures."),
    LIMN_CHOICE(flip_method, flips,   "Top to bottom, or left to right."),
    LIMN_END
};
#undef LIMN_ARGS

static bool flip_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct flip *a = args;
    lm_pass           *p = lm_pass_begin(call);
    const lm_tensor   *t = lm_image_pixels(p, a->image);

    if (t)
        out[0] = moved(p, t, a->flip_method == 0 ? upside_down : mirrored, false);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node flip = LIMN_NODE(
    .name = "ImageFlip", .title = "ImageFlip", .category = "image/transform",
    .module = "comfy_extras.nodes_images", .version = 1, .doc = "Shows pictures as in a mirror.",
    .inputs = flip_in, .outputs = image_out, .args_size = sizeof(struct flip),
    .run = flip_run, .example = "workflows/nodes/image_flip.json");

/* ------------------------------------------------------------------ ImageRotate */

static const char *const rotations[] = { "none", "90 degrees", "180 degrees", "270 degrees", NULL };

struct rotate {
    const limn_value *image;
    int32_t           rotation; /* of rotations */
};
#define LIMN_ARGS struct rotate
static const limn_input rotate_in[] = {
    LIMN_LINK  (image,    "IMAGE",   "The pictures."),
    LIMN_CHOICE(rotation, rotations, "How far, clockwise."),
    LIMN_END
};
#undef LIMN_ARGS

static bool rotate_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    static from_where *const turns[] = { NULL, by_90, by_180, by_270 };
    const struct rotate     *a = args;
    lm_pass                 *p = lm_pass_begin(call);
    const lm_tensor         *t = lm_image_pixels(p, a->image);

    if (t)
        out[0] = a->rotation ? moved(p, t, turns[a->rotation], a->rotation != 2) : lm_value_ref(a->image);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node rotate = LIMN_NODE(
    .name = "ImageRotate", .title = "ImageRotate", .category = "image/transform",
    .module = "comfy_extras.nodes_images", .version = 1, .doc = "Turns pictures by right angles.",
    .inputs = rotate_in, .outputs = image_out, .args_size = sizeof(struct rotate),
    .run = rotate_run, .example = "workflows/nodes/image_rotate.json");

/* ------------------------------------------------------------------ ImagePadForOutpaint */

struct pad {
    const limn_value *image;
    int64_t           left, top, right, bottom, feathering;
};
#define LIMN_ARGS struct pad
static const limn_input pad_in[] = {
    LIMN_LINK(image,      "IMAGE",            "The pictures."),
    LIMN_INT (left,       0,  0, MAX_SIDE, 8, "New columns on the left."),
    LIMN_INT (top,        0,  0, MAX_SIDE, 8, "New rows above."),
    LIMN_INT (right,      0,  0, MAX_SIDE, 8, "New columns on the right."),
    LIMN_INT (bottom,     0,  0, MAX_SIDE, 8, "New rows below."),
    LIMN_INT (feathering, 40, 0, MAX_SIDE, 1, "Over how many pixels the mask fades into the old picture."),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output pad_out[] = {
    { "IMAGE", "IMAGE", "The pictures with grey around them." },
    { "MASK", "MASK", "1 on what is new, fading to 0 inside the old picture." },
    { 0 }
};

/* How far (x, y) of the old picture of w x h is from the nearest side that grows. */
static int64_t to_new(const struct pad *a, int64_t x, int64_t y, int64_t w, int64_t h)
{
    const int64_t up = lm_least(a->top ? y : h, a->bottom ? h - y : h);

    return lm_least(up, lm_least(a->left ? x : w, a->right ? w - x : w));
}

static limn_value *padded(lm_pass *p, const struct pad *a, const lm_tensor *t)
{
    const int64_t n = lm_dim(t, 0), h = lm_dim(t, 1), w = lm_dim(t, 2), c = lm_dim(t, 3);
    const int64_t rows = h + a->top + a->bottom, columns = w + a->left + a->right;
    const float  *in = lm_host_view(p, t);
    float        *out = lm_host_floats(p, n * rows * columns * c);

    for (int64_t y = 0; y < n * rows && lm_pass_live(p); y++)
        for (int64_t i = y * columns * c; i < (y + 1) * columns * c; i++)
            out[i] = 0.5f;
    for (int64_t i = 0; i < n && lm_pass_live(p); i++)
        for (int64_t y = 0; y < h; y++)
            memcpy(out + ((i * rows + a->top + y) * columns + a->left) * c, in + (i * h + y) * w * c,
                   (size_t)(w * c) * sizeof *out);
    return lm_image_from_host(p, LM_SHAPE(n, rows, columns, c), out);
}

static limn_value *pad_mask(lm_pass *p, const struct pad *a, int64_t w, int64_t h)
{
    const int64_t rows = h + a->top + a->bottom, columns = w + a->left + a->right, f = a->feathering;
    const bool    fades = f > 0 && f * 2 < h && f * 2 < w;
    float        *out = lm_host_floats(p, rows * columns);

    for (int64_t y = 0; y < rows && lm_pass_live(p); y++)
        for (int64_t x = 0; x < columns; x++)
            out[y * columns + x] = 1.0f;
    for (int64_t y = 0; y < h && lm_pass_live(p); y++)
        for (int64_t x = 0; x < w; x++) {
            const int64_t d = fades ? to_new(a, x, y, w, h) : f;
            const double  v = d < f ? (double)(f - d) / (double)f : 0;

            out[(a->top + y) * columns + a->left + x] = (float)(v * v);
        }
    return lm_mask_from_host(p, LM_SHAPE(1, rows, columns), out);
}

static bool pad_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct pad *a = args;
    lm_pass          *p = lm_pass_begin(call);
    const lm_tensor  *t = lm_image_pixels(p, a->image);

    if (t) {
        out[0] = padded(p, a, t);
        out[1] = pad_mask(p, a, lm_dim(t, 2), lm_dim(t, 1));
    }
    return lm_pass_end_with(p, out, 2, err);
}

static const limn_node pad = LIMN_NODE(
    .name = "ImagePadForOutpaint", .title = "Pad Image for Outpainting", .category = "image",
    .module = "nodes", .version = 1,
    .doc = "Makes room around pictures, and a mask over it for an inpainting model to fill.",
    .inputs = pad_in, .outputs = pad_out, .args_size = sizeof(struct pad),
    .run = pad_run, .example = "workflows/nodes/image_pad_for_outpaint.json");

const limn_node *const lm_nodes_image_edit[] = { &invert, &crop, &flip, &rotate, &pad, NULL };
