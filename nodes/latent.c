/* latent.c: nodes that make latents, change their size and mark what is to be repainted. */
#include <inttypes.h>

#include "nodes/diffusion/bislerp.h"
#include "nodes/host.h"
#include "nodes/resize.h"

enum { LONGEST_PX = 16384, SMALLEST_PX = 64, CELL_PX = 8 };

static const limn_output latent_out[] = { { "LATENT", "LATENT", "The latent." }, { 0 } };

/* ------------------------------------------------------------------ EmptyLatentImage */

struct empty {
    int64_t width, height, batch_size;
};
#define LIMN_ARGS struct empty
static const limn_input empty_in[] = {
    LIMN_INT(width,      512, 16, LONGEST_PX, CELL_PX, "Of the picture to come, in pixels."),
    LIMN_INT(height,     512, 16, LONGEST_PX, CELL_PX, "Of the picture to come, in pixels."),
    LIMN_INT(batch_size, 1,   1,  4096,       1,       "How many pictures are made at once."),
    LIMN_END
};
#undef LIMN_ARGS

static bool empty_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct empty *a = args;
    lm_pass            *p = lm_pass_begin(call);
    const lm_shape      one = LM_SHAPE(1, a->height / CELL_PX, a->width / CELL_PX, 4);
    lm_tensor          *x = lm_from_host(p, one, lm_host_floats(p, lm_shape_count(one)));

    out[0] = lm_latent_new(p, NULL, lm_repeat(p, x, a->batch_size));
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node empty = LIMN_NODE(
    .name = "EmptyLatentImage", .title = "Empty Latent Image", .category = "latent",
    .module = "nodes", .version = 1,
    .doc = "A batch of empty latents, for walks that begin in pure noise.",
    .inputs = empty_in, .outputs = latent_out, .args_size = sizeof(struct empty), .run = empty_run,
    .example = "workflows/nodes/empty_latent_image.json");

/* ------------------------------------------------------------------ resizing */

static const char *const methods[] = { "nearest-exact", "bilinear", "area", "bicubic", "bislerp", NULL };
static const char *const crops[] = { "disabled", "center", NULL };
enum { BISLERP = 4 };
static const lm_resample_mode modes[] = { LM_NEAREST_EXACT, LM_BILINEAR, LM_AREA, LM_BICUBIC };

static lm_tensor *resize(lm_pass *p, const lm_tensor *x, int64_t width, int64_t height, int32_t method)
{
    if (width < 1 || height < 1) {
        lm_pass_fail(p, INPUT, "%" PRId64 " x %" PRId64 " cells are no size for a latent", width, height);
        return NULL;
    }
    return method == BISLERP ? lm_bislerp(p, x, height, width)
                             : lm_resample(p, x, height, width, modes[method]);
}

struct upscale {
    const limn_value *samples;
    int64_t           width, height;
    int32_t           upscale_method, crop;
};
#define LIMN_ARGS struct upscale
static const limn_input upscale_in[] = {
    LIMN_LINK  (samples,        "LATENT",                    "The latent to resize."),
    LIMN_CHOICE(upscale_method, methods,                     "How cells in between are found."),
    LIMN_INT   (width,          512, 0, LONGEST_PX, CELL_PX, "In pixels; 0 follows from the height."),
    LIMN_INT   (height,         512, 0, LONGEST_PX, CELL_PX, "In pixels; 0 follows from the width."),
    LIMN_CHOICE(crop,           crops,                       "Cut to the new shape, or stretch."),
    LIMN_END
};
#undef LIMN_ARGS

static int64_t at_least(int64_t least, int64_t x)
{
    return x > least ? x : least;
}

/* The size asked for, in pixels: never below 64, 0 filled in. */
static void settle_size(const struct upscale *a, const lm_tensor *x, int64_t *width, int64_t *height)
{
    *width = at_least(SMALLEST_PX, a->width);
    *height = at_least(SMALLEST_PX, a->height);
    if (a->width == 0)
        *width = lm_side_by_aspect(lm_dim(x, 2), lm_dim(x, 1), *height, SMALLEST_PX);
    else if (a->height == 0)
        *height = lm_side_by_aspect(lm_dim(x, 1), lm_dim(x, 2), *width, SMALLEST_PX);
}

static bool upscale_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct upscale *a = args;
    lm_pass              *p = lm_pass_begin(call);
    const lm_tensor      *x = lm_latent_samples(p, a->samples);
    int64_t               width, height;

    if (x && (a->width || a->height)) {
        settle_size(a, x, &width, &height);
        x = a->crop ? lm_cut_to_shape(p, x, width / CELL_PX, height / CELL_PX) : x;
        x = resize(p, x, width / CELL_PX, height / CELL_PX, a->upscale_method);
    }
    out[0] = lm_latent_new(p, a->samples, x);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node upscale = LIMN_NODE(
    .name = "LatentUpscale", .title = "Upscale Latent", .category = "latent", .module = "nodes",
    .version = 1, .doc = "Brings a latent to a size in pixels.",
    .inputs = upscale_in, .outputs = latent_out, .args_size = sizeof(struct upscale),
    .run = upscale_run, .example = "workflows/nodes/latent_upscale.json");

struct upscale_by {
    const limn_value *samples;
    double            scale_by;
    int32_t           upscale_method;
};
#define LIMN_ARGS struct upscale_by
static const limn_input upscale_by_in[] = {
    LIMN_LINK  (samples,        "LATENT",              "The latent to resize."),
    LIMN_CHOICE(upscale_method, methods,               "How cells in between are found."),
    LIMN_FLOAT (scale_by,       1.5, 0.01, 8.0, 0.01,  "2 doubles width and height."),
    LIMN_END
};
#undef LIMN_ARGS

static bool upscale_by_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct upscale_by *a = args;
    lm_pass                 *p = lm_pass_begin(call);
    const lm_tensor         *x = lm_latent_samples(p, a->samples);

    if (x)
        x = resize(p, x, lm_round_even((double)lm_dim(x, 2) * a->scale_by),
                   lm_round_even((double)lm_dim(x, 1) * a->scale_by), a->upscale_method);
    out[0] = lm_latent_new(p, a->samples, x);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node upscale_by = LIMN_NODE(
    .name = "LatentUpscaleBy", .title = "Upscale Latent By", .category = "latent",
    .module = "nodes", .version = 1, .doc = "Makes a latent larger or smaller by a factor.",
    .inputs = upscale_by_in, .outputs = latent_out, .args_size = sizeof(struct upscale_by),
    .run = upscale_by_run, .example = "workflows/nodes/latent_upscale_by.json");

/* ------------------------------------------------------------------ SetLatentNoiseMask */

struct set_mask {
    const limn_value *samples, *mask;
};
#define LIMN_ARGS struct set_mask
static const limn_input set_mask_in[] = {
    LIMN_LINK(samples, "LATENT", "The latent to repaint in part."),
    LIMN_LINK(mask,    "MASK",   "1 repaints, 0 keeps, and between them it blends."),
    LIMN_END
};
#undef LIMN_ARGS

static bool set_mask_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct set_mask *a = args;
    lm_pass               *p = lm_pass_begin(call);
    lm_tensor             *mask = lm_pass_heap(p, lm_mask_batch(p, a->mask));

    out[0] = lm_value_copy(a->samples);
    lm_value_set_tensor(out[0], "noise_mask", mask);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node set_mask = LIMN_NODE(
    .name = "SetLatentNoiseMask", .title = "Set Latent Noise Mask", .category = "latent/inpaint",
    .module = "nodes", .version = 1, .doc = "Marks which part of a latent a sampler repaints.",
    .inputs = set_mask_in, .outputs = latent_out, .args_size = sizeof(struct set_mask),
    .run = set_mask_run, .example = "workflows/nodes/set_latent_noise_mask.json");

const limn_node *const lm_nodes_latent[] = { &empty, &upscale, &upscale_by, &set_mask, NULL };
