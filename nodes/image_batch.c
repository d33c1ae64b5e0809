/* image_batch.c: nodes that put pictures together into batches, take them apart, and measure them. */
#include "kernels/ops.h"
#include "nodes/host.h"
#include "nodes/image_scale.h"
#include "nodes/resize.h"

static const limn_output image_out[] = { { "IMAGE", "IMAGE", "The batch." }, { 0 } };

/* ------------------------------------------------------------------ ImageBatch */

struct batch {
    const limn_value *image1, *image2;
};
#define LIMN_ARGS struct batch
static const limn_input batch_in[] = {
    LIMN_LINK(image1, "IMAGE", "The first pictures; they set the size."),
    LIMN_LINK(image2, "IMAGE", "The pictures that follow, cut and scaled to that size."),
    LIMN_END
};
#undef LIMN_ARGS

static bool batch_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct batch *a = args;
    lm_pass            *p = lm_pass_begin(call);
    const lm_tensor    *x = lm_image_pixels(p, a->image1), *y = lm_image_pixels(p, a->image2);

    if (x && y && (lm_dim(x, 1) != lm_dim(y, 1) || lm_dim(x, 2) != lm_dim(y, 2)))
        y = lm_image_scale(p, y, LM_SCALE_BILINEAR, lm_dim(x, 2), lm_dim(x, 1), true);
    if (x && y && lm_dim(x, 3) != lm_dim(y, 3))
        lm_pass_fail(p, INPUT, "one batch has %lld channels, the other %lld", (long long)lm_dim(x, 3),
                     (long long)lm_dim(y, 3));
    out[0] = lm_image_new(p, lm_concat(p, x, y, 0));
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node batch = LIMN_NODE(
    .name = "ImageBatch", .title = "Batch Images", .category = "image", .module = "nodes", .version = 1,
    .doc  = "Puts two batches of pictures behind each other.",
    .inputs = batch_in, .outputs = image_out, .args_size = sizeof(struct batch),
    .run = batch_run, .example = "workflows/nodes/image_batch.json");

/* ------------------------------------------------------------------ ImageFromBatch */

struct from_batch {
    const limn_value *image;
    int64_t           batch_index, length;
};
#define LIMN_ARGS struct from_batch
static const limn_input from_batch_in[] = {
    LIMN_LINK(image,       "IMAGE",       "The batch."),
    LIMN_INT (batch_index, 0, 0, 4095, 0, "The first picture to take, counted from 0."),
    LIMN_INT (length,      1, 1, 4096, 0, "How many to take, as far as there are."),
    LIMN_END
};
#undef LIMN_ARGS

static bool from_batch_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct from_batch *a = args;
    lm_pass                 *p = lm_pass_begin(call);
    const lm_tensor         *t = lm_image_pixels(p, a->image);

    if (t) {
        const int64_t first = lm_least(a->batch_index, lm_dim(t, 0) - 1);

        out[0] = lm_image_new(p, lm_slice(p, t, 0, first, lm_least(a->length, lm_dim(t, 0) - first)));
    }
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node from_batch = LIMN_NODE(
    .name = "ImageFromBatch", .title = "ImageFromBatch", .category = "image/batch",
    .module = "comfy_extras.nodes_images", .version = 1, .doc = "Takes some pictures out of a batch.",
    .inputs = from_batch_in, .outputs = image_out, .args_size = sizeof(struct from_batch),
    .run = from_batch_run, .example = "workflows/nodes/image_from_batch.json");

/* ------------------------------------------------------------------ RepeatImageBatch */

struct repeat {
    const limn_value *image;
    int64_t           amount;
};
#define LIMN_ARGS struct repeat
static const limn_input repeat_in[] = {
    LIMN_LINK(image,  "IMAGE",       "The batch."),
    LIMN_INT (amount, 1, 1, 4096, 0, "How many times."),
    LIMN_END
};
#undef LIMN_ARGS

static bool repeat_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct repeat *a = args;
    lm_pass             *p = lm_pass_begin(call);

    out[0] = lm_image_new(p, lm_repeat(p, lm_image_pixels(p, a->image), a->amount));
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node repeat = LIMN_NODE(
    .name = "RepeatImageBatch", .title = "RepeatImageBatch", .category = "image/batch",
    .module = "comfy_extras.nodes_images", .version = 1,
    .doc = "Puts a batch behind itself, again and again.",
    .inputs = repeat_in, .outputs = image_out, .args_size = sizeof(struct repeat),
    .run = repeat_run, .example = "workflows/nodes/repeat_image_batch.json");

/* ------------------------------------------------------------------ GetImageSize */

struct size {
    const limn_value *image;
};
#define LIMN_ARGS struct size
static const limn_input size_in[] = { LIMN_LINK(image, "IMAGE", "The pictures to measure."), LIMN_END };
#undef LIMN_ARGS
static const limn_output size_out[] = {
    { "width", "INT", "Columns." },
    { "height", "INT", "Rows." },
    { "batch_size", "INT", "How many pictures." },
    { 0 }
};

static bool size_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct size *a = args;
    lm_pass           *p = lm_pass_begin(call);
    const lm_tensor   *t = lm_image_pixels(p, a->image);

    if (t) {
        out[0] = lm_int_value(lm_dim(t, 2));
        out[1] = lm_int_value(lm_dim(t, 1));
        out[2] = lm_int_value(lm_dim(t, 0));
    }
    return lm_pass_end_with(p, out, 3, err);
}

static const limn_node size = LIMN_NODE(
    .name = "GetImageSize", .title = "Get Image Size", .category = "image",
    .module = "comfy_extras.nodes_images", .version = 1, .doc = "Tells how large pictures are.",
    .inputs = size_in, .outputs = size_out, .args_size = sizeof(struct size),
    .run = size_run, .example = "workflows/nodes/get_image_size.json");

const limn_node *const lm_nodes_image_batch[] = { &batch, &from_batch, &repeat, &size, NULL };
