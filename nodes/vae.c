/* vae.c: nodes that turn latents into pictures and pictures into latents. */
#include <inttypes.h>

#include "core/base/log.h"
#include "kernels/ops.h"
#include "nodes/host.h"
#include "nodes/inpaint.h"
#include "nodes/models/vae.h"
#include "nodes/tiles.h"

static const limn_output image_out[] = { { "IMAGE", "IMAGE", "The picture." }, { 0 } };
static const limn_output latent_out[] = { { "LATENT", "LATENT", "The latent." }, { 0 } };

/* ------------------------------------------------------------------ shared */

static bool blame(lm_pass *p, const char *input)
{
    if (p->error.code != LIMN_OK && !p->error.input[0])
        snprintf(p->error.input, sizeof p->error.input, "%s", input);
    return false;
}

static const lm_vae *vae_in(lm_pass *p, const limn_value *v)
{
    const lm_vae *vae = lm_value_object(v, "vae", &lm_vae_kind);

    if (!vae) {
        lm_pass_fail(p, INPUT, "the checkpoint that this VAE comes from holds none");
        blame(p, "vae");
    }
    return vae;
}

/* The latent's samples, when the VAE can take them. */
static const lm_tensor *samples_in(lm_pass *p, const lm_vae *vae, const limn_value *latent)
{
    const lm_tensor *z = lm_latent_samples(p, latent);
    const int64_t    want = vae ? lm_vae_channels(vae) : 0;

    if (!z || !vae || lm_dim(z, -1) == want)
        return vae ? z : NULL;
    lm_pass_fail(p, INPUT, "the latent has %" PRId64 " channels, the VAE wants %" PRId64, lm_dim(z, -1),
                 want);
    blame(p, "samples");
    return NULL;
}

/* The picture's first three channels, its middle cut to whole cells, [N, H, W, 3] in 0..1. */
static const lm_tensor *pixels_in(lm_pass *p, const lm_vae *vae, const limn_value *image)
{
    const lm_tensor *x = lm_image_pixels(p, image);

    if (x && lm_dim(x, -1) > 3)
        x = lm_slice(p, x, -1, 0, 3);
    if (x && vae)
        x = lm_cut_to_cells(p, x, lm_vae_factor(vae));
    if (!x)
        blame(p, "pixels");
    return x;
}

/* -1..1 -> 0..1 */
static lm_tensor *shown(lm_pass *p, const lm_tensor *x)
{
    return lm_clamp(p, x, 0.5, 0.5, 0.0, 1.0);
}

/* ------------------------------------------------------------------ tiles */

static lm_tensor *decode_tile(lm_pass *p, void *self, const lm_tensor *x)
{
    return lm_vae_decode(p, self, x);
}

static lm_tensor *encode_tile(lm_pass *p, void *self, const lm_tensor *x)
{
    return lm_vae_encode(p, self, lm_affine(p, x, 2.0, -1.0));
}

/* The mean of three tilings of x: tall tiles, wide ones and square ones, `side` the square's. What t leaves
 * open is filled in. */
static lm_tensor *tiled(lm_pass *p, lm_tiling t, const lm_tensor *x, int64_t side)
{
    const int64_t heights[] = { side * 2, side / 2, side }, widths[] = { side / 2, side * 2, side };
    int64_t       total = 0, done = 0;
    lm_shape      s;
    float        *sum;

    if (!x)
        return NULL;
    s = LM_SHAPE(lm_dim(x, 0), lm_dim(x, 1) * t.times / t.parts, lm_dim(x, 2) * t.times / t.parts,
                 t.channels);
    sum = lm_host_floats(p, lm_shape_count(s));
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < 3 && sum; i++) {
            t.height = heights[i];
            t.width = widths[i];
            if (pass)
                lm_tiles_add(p, &t, x, 1.0f / 3.0f, sum, &done, total);
            else
                total += t.width > t.overlap && t.height > t.overlap ? lm_tiles_count(&t, x) : 1;
        }
    return lm_from_host(p, s, sum);
}

/* tile and overlap in latent cells. */
static lm_tensor *decode_tiled(lm_pass *p, const lm_vae *vae, const lm_tensor *z, int64_t tile,
                               int64_t overlap)
{
    const lm_tiling t = { .overlap = overlap, .times = lm_vae_factor(vae), .parts = 1, .channels = 3,
                          .one = decode_tile, .self = (void *)vae };

    return tiled(p, t, z, tile);
}

/* ------------------------------------------------------------------ VAEDecode */

struct decode {
    const limn_value *samples, *vae;
};
#define LIMN_ARGS struct decode
static const limn_input decode_in[] = {
    LIMN_LINK(samples, "LATENT", "The latent."),
    LIMN_LINK(vae,     "VAE",    "The VAE of the model that made it."),
    LIMN_END
};
#undef LIMN_ARGS

enum { SMALL_TILE = 64, SMALL_OVERLAP = 16 }; /* cells: what is tried when memory runs out */

/* Whole, or in tiles where that takes more memory than there is.  Source: ComfyUI's VAEDecode. */
static lm_tensor *decode_somehow(lm_pass *p, const lm_vae *vae, const lm_tensor *z)
{
    lm_tensor *x = lm_vae_decode(p, vae, z);

    if (x || p->error.code != LIMN_MEMORY)
        return x;
    lm_log(LM_LOG_WARN, "decoding in one piece took too much memory (%s): trying tiles", p->error.text);
    p->error = (limn_error){ 0 };
    lm_scratch_trim(p->scratch);
    return decode_tiled(p, vae, z, SMALL_TILE, SMALL_OVERLAP);
}

static bool decode_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct decode *a = args;
    lm_pass             *p = lm_pass_begin(call);
    const lm_vae        *vae = vae_in(p, a->vae);
    const lm_tensor     *z = samples_in(p, vae, a->samples);

    out[0] = z ? lm_image_new(p, shown(p, decode_somehow(p, vae, z))) : NULL;
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node decode = LIMN_NODE(
    .name = "VAEDecode", .title = "VAE Decode", .category = "latent", .module = "nodes", .version = 1,
    .doc = "Turns a latent into a picture.",
    .inputs = decode_in, .outputs = image_out, .args_size = sizeof(struct decode), .run = decode_run,
    .example = "workflows/text2image.json");

/* ------------------------------------------------------------------ VAEDecodeTiled */

struct decode_tiled {
    const limn_value *samples, *vae;
    int64_t           tile_size, overlap, temporal_size, temporal_overlap;
};
#define LIMN_ARGS struct decode_tiled
static const limn_input decode_tiled_in[] = {
    LIMN_LINK(samples,          "LATENT", "The latent."),
    LIMN_LINK(vae,              "VAE",    "The VAE of the model that made it."),
    LIMN_INT (tile_size,        512, 64, 4096, 32, "Of the square tiles, in pixels."),
    LIMN_INT (overlap,          64,  0,  4096, 32, "How far tiles fade into each other, in pixels."),
    LIMN_INT (temporal_size,    64,  8,  4096, 4,  "For video only: frames at a time."),
    LIMN_INT (temporal_overlap, 8,   4,  4096, 4,  "For video only: frames that overlap."),
    LIMN_END
};
#undef LIMN_ARGS

static bool decode_tiled_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct decode_tiled *a = args;
    const int64_t overlap = a->tile_size < 4 * a->overlap ? a->tile_size / 4 : a->overlap;
    lm_pass      *p = lm_pass_begin(call);
    const lm_vae *vae = vae_in(p, a->vae);
    const lm_tensor *z = samples_in(p, vae, a->samples);
    const int64_t factor = vae ? lm_vae_factor(vae) : 1;

    out[0] = z ? lm_image_new(p, shown(p, decode_tiled(p, vae, z, a->tile_size / factor, overlap / factor)))
               : NULL;
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node decode_tiled_node = LIMN_NODE(
    .name = "VAEDecodeTiled", .title = "VAE Decode (Tiled)", .category = "_for_testing",
    .module = "nodes", .version = 1, .doc = "Turns a latent into a picture tile by tile, in less memory.",
    .inputs = decode_tiled_in, .outputs = image_out, .args_size = sizeof(struct decode_tiled),
    .run = decode_tiled_run, .example = "workflows/nodes/vae_decode_tiled.json");

/* ------------------------------------------------------------------ VAEEncode */

struct encode {
    const limn_value *pixels, *vae;
};
#define LIMN_ARGS struct encode
static const limn_input encode_in[] = {
    LIMN_LINK(pixels, "IMAGE", "The picture; its middle, where its sides are no multiples of 8."),
    LIMN_LINK(vae,    "VAE",   "The VAE of the model that will see it."),
    LIMN_END
};
#undef LIMN_ARGS

static bool encode_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct encode *a = args;
    lm_pass             *p = lm_pass_begin(call);
    const lm_vae        *vae = vae_in(p, a->vae);
    const lm_tensor     *x = pixels_in(p, vae, a->pixels);

    out[0] = vae && x ? lm_latent_new(p, NULL, lm_vae_encode(p, vae, lm_affine(p, x, 2.0, -1.0))) : NULL;
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node encode = LIMN_NODE(
    .name = "VAEEncode", .title = "VAE Encode", .category = "latent", .module = "nodes", .version = 1,
    .doc = "Turns a picture into a latent.",
    .inputs = encode_in, .outputs = latent_out, .args_size = sizeof(struct encode), .run = encode_run,
    .example = "workflows/nodes/vae_encode.json");

/* ------------------------------------------------------------------ VAEEncodeTiled */

struct encode_tiled {
    const limn_value *pixels, *vae;
    int64_t           tile_size, overlap, temporal_size, temporal_overlap;
};
#define LIMN_ARGS struct encode_tiled
static const limn_input encode_tiled_in[] = {
    LIMN_LINK(pixels,           "IMAGE", "The picture; its middle, where its sides are no multiples of 8."),
    LIMN_LINK(vae,              "VAE",   "The VAE of the model that will see it."),
    LIMN_INT (tile_size,        512, 64, 4096, 64, "Of the square tiles, in pixels."),
    LIMN_INT (overlap,          64,  0,  4096, 32, "How far tiles fade into each other, in pixels."),
    LIMN_INT (temporal_size,    64,  8,  4096, 4,  "For video only: frames at a time."),
    LIMN_INT (temporal_overlap, 8,   4,  4096, 4,  "For video only: frames that overlap."),
    LIMN_END
};
#undef LIMN_ARGS

static bool encode_tiled_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct encode_tiled *a = args;
    lm_pass         *p = lm_pass_begin(call);
    const lm_vae    *vae = vae_in(p, a->vae);
    const lm_tensor *x = pixels_in(p, vae, a->pixels);
    lm_tiling        t = { .overlap = a->overlap, .times = 1, .one = encode_tile, .self = (void *)vae };

    if (vae && x) {
        t.parts = lm_vae_factor(vae);
        t.channels = lm_vae_channels(vae);
        out[0] = lm_latent_new(p, NULL, tiled(p, t, x, a->tile_size));
        blame(p, "overlap");
    }
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node encode_tiled = LIMN_NODE(
    .name = "VAEEncodeTiled", .title = "VAE Encode (Tiled)", .category = "_for_testing",
    .module = "nodes", .version = 1, .doc = "Turns a picture into a latent tile by tile, in less memory.",
    .inputs = encode_tiled_in, .outputs = latent_out, .args_size = sizeof(struct encode_tiled),
    .run = encode_tiled_run, .example = "workflows/nodes/vae_encode_tiled.json");

/* ------------------------------------------------------------------ VAEEncodeForInpaint */

struct inpaint {
    const limn_value *pixels, *vae, *mask;
    int64_t           grow_mask_by;
};
#define LIMN_ARGS struct inpaint
static const limn_input inpaint_in[] = {
    LIMN_LINK(pixels, "IMAGE", "The picture; its middle, where its sides are no multiples of 8."),
    LIMN_LINK(vae,    "VAE",   "The VAE of the model that will see it."),
    LIMN_LINK(mask,   "MASK",  "What is to be painted anew."),
    LIMN_INT (grow_mask_by, 6, 0, 64, 1, "By how many pixels the mask grows, to hide the seam."),
    LIMN_END
};
#undef LIMN_ARGS

static limn_value *with_mask(lm_pass *p, const lm_tensor *samples, const lm_tensor *mask)
{
    limn_value *v = lm_latent_new(p, NULL, samples);
    lm_tensor  *heap = lm_pass_heap(p, mask);

    if (v && heap)
        lm_value_set_tensor(v, "noise_mask", heap);
    return v;
}

static bool inpaint_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct inpaint *a = args;
    lm_pass         *p = lm_pass_begin(call);
    const lm_vae    *vae = vae_in(p, a->vae);
    const lm_tensor *mask = lm_mask_batch(p, a->mask), *x = lm_image_pixels(p, a->pixels);
    lm_tensor       *picture, *grown;

    if (x && lm_dim(x, -1) > 3)
        x = lm_slice(p, x, -1, 0, 3);
    if (vae && lm_inpaint_prepare(p, x, mask, lm_vae_factor(vae), a->grow_mask_by, &picture, &grown))
        out[0] = with_mask(p, lm_vae_encode(p, vae, lm_affine(p, picture, 2.0, -1.0)), grown);
    return lm_pass_end_with(p, out, 1, err);
}

static const limn_node inpaint = LIMN_NODE(
    .name = "VAEEncodeForInpaint", .title = "VAE Encode (for Inpainting)",
    .category = "latent/inpaint", .module = "nodes", .version = 1,
    .doc = "Turns a picture into a latent of which a part is to be painted anew.",
    .inputs = inpaint_in, .outputs = latent_out, .args_size = sizeof(struct inpaint), .run = inpaint_run,
    .example = "workflows/nodes/vae_encode_for_inpaint.json");

const limn_node *const lm_nodes_vae[] = {
    &decode, &decode_tiled_node, &encode, &encode_tiled, &inpaint, NULL
};
