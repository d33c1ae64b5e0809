/* image_save.c: nodes that write pictures to the output and temp folders. */
#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "core/base/hash.h"
#include "kernels/ops.h"
#include "nodes/host.h"
#include "nodes/saving.h"

/* The pass around the saving of what `pixels_of` finds in a value. */
static bool save(limn_call *call, const lm_saving *how, const limn_value *v,
                 const lm_tensor *(*pixels_of)(lm_pass *p, const limn_value *v), limn_error *err)
{
    lm_pass   *p = lm_pass_begin(call);
    const bool saved = lm_save_pictures(p, how, pixels_of(p, v), err);

    return lm_pass_end(p, err) && saved;
}

/* ------------------------------------------------------------------ SaveImage */

struct save_image {
    const limn_value *images;
    const char       *filename_prefix;
};
#define LIMN_ARGS struct save_image
static const limn_input save_image_in[] = {
    LIMN_LINK(images,          "IMAGE",   "The pictures to keep."),
    LIMN_TEXT(filename_prefix, "ComfyUI", "How the files' names begin; a '/' parts sub-folders, and marks "
                                          "like %year% or %width% are filled in."),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output nothing_out[] = { { 0 } };

static bool save_image_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct save_image *a = args;
    const lm_saving          how = { "output", a->filename_prefix, "the picture to save", 4 };

    (void)out;
    return save(call, &how, a->images, lm_image_pixels, err);
}

/* A name that leads out is told before anything is computed. */
static bool save_image_check(limn_call *call, const void *args, limn_error *err)
{
    const struct save_image *a = args;

    (void)call;
    return !a->filename_prefix || lm_saving_check(a->filename_prefix, err);
}

static const limn_node save_image = LIMN_NODE(
    .name = "SaveImage", .title = "Save Image", .category = "image", .module = "nodes", .version = 1,
    .doc  = "Writes pictures to the output folder as PNG, with the workflow that made them inside.",
    .flags = LIMN_OUTPUT_NODE | LIMN_WANTS_PROMPT,
    .inputs = save_image_in, .outputs = nothing_out, .args_size = sizeof(struct save_image),
    .run = save_image_run, .check = save_image_check, .example = "workflows/nodes/save_image.json");

/* ------------------------------------------------------------------ SaveImageWebsocket */

struct give_images {
    const limn_value *images;
};
#define LIMN_ARGS struct give_images
static const limn_input give_images_in[] = {
    LIMN_LINK(images, "IMAGE", "The pictures to hand over."),
    LIMN_END
};
#undef LIMN_ARGS

static bool give_images_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct give_images *a = args;
    lm_pass                  *p = lm_pass_begin(call);
    const bool gave = lm_give_pictures(p, "the picture to hand over", lm_image_pixels(p, a->images), err);

    (void)out;
    return lm_pass_end(p, err) && gave;
}

static const limn_node give_images = LIMN_NODE(
    .name = "SaveImageWebsocket", .title = "SaveImageWebsocket", .category = "api/image",
    .module = "custom_nodes.websocket_image_save", .version = 1,
    .doc = "Hands whole pictures as PNG to the client that wants them, through its socket; no file is written.",
    .flags = LIMN_OUTPUT_NODE | LIMN_NO_CACHE,
    .inputs = give_images_in, .outputs = nothing_out, .args_size = sizeof(struct give_images),
    .run = give_images_run, .example = "workflows/nodes/save_image_websocket.json");

/* ------------------------------------------------------------------ previews */

/* "ComfyUI_temp_" and five letters, the same for a node as long as this process lives. */
static void preview_prefix(limn_call *call, char out[32])
{
    static _Atomic uint64_t chance;
    uint64_t                mine = 0, none = 0;
    const char             *node = lm_call_of(call)->node;
    lm_hash                 h;

    if (!atomic_load(&chance)) {
        if (getrandom(&mine, sizeof mine, 0) != sizeof mine)
            mine = (uint64_t)time(NULL);
        atomic_compare_exchange_strong(&chance, &none, mine | 1);
    }
    h = lm_hash_u64(lm_hash_start(), atomic_load(&chance));
    h = lm_hash_text(h, node ? node : "");
    strcpy(out, "ComfyUI_temp_");
    for (int i = 13; i < 18; i++, h.a /= 26)
        out[i] = (char)('a' + h.a % 26);
    out[18] = 0;
}

struct preview_image {
    const limn_value *images;
};
#define LIMN_ARGS struct preview_image
static const limn_input preview_image_in[] = {
    LIMN_LINK(images, "IMAGE", "The pictures to look at."),
    LIMN_END
};
#undef LIMN_ARGS

static bool preview_image_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct preview_image *a = args;
    char                        prefix[32];
    const lm_saving             how = { "temp", prefix, "the picture to show", 1 };

    (void)out;
    preview_prefix(call, prefix);
    return save(call, &how, a->images, lm_image_pixels, err);
}

static const limn_node preview_image = LIMN_NODE(
    .name = "PreviewImage", .title = "Preview Image", .category = "image", .module = "nodes",
    .version = 1, .doc = "Shows pictures without keeping them: they go to the temp folder.",
    .flags = LIMN_OUTPUT_NODE | LIMN_WANTS_PROMPT,
    .inputs = preview_image_in, .outputs = nothing_out, .args_size = sizeof(struct preview_image),
    .run = preview_image_run, .example = "workflows/nodes/preview_image.json");

struct preview_mask {
    const limn_value *mask;
};
#define LIMN_ARGS struct preview_mask
static const limn_input preview_mask_in[] = {
    LIMN_LINK(mask, "MASK", "The mask to look at."),
    LIMN_END
};
#undef LIMN_ARGS

/* A mask [N, H, W] as grey pixels [N, H, W, 3]. */
static const lm_tensor *grey(lm_pass *p, const limn_value *v)
{
    const lm_tensor *mask = lm_mask_batch(p, v), *one, *parts[3];

    if (!mask)
        return NULL;
    one = lm_reshape(p, mask, LM_SHAPE(lm_dim(mask, 0), lm_dim(mask, 1), lm_dim(mask, 2), 1));
    parts[0] = parts[1] = parts[2] = one;
    return lm_concat_all(p, parts, 3, 3);
}

static bool preview_mask_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct preview_mask *a = args;
    char                       prefix[32];
    const lm_saving            how = { "temp", prefix, "the mask to show", 4 };

    (void)out;
    preview_prefix(call, prefix);
    return save(call, &how, a->mask, grey, err);
}

static const limn_node preview_mask = LIMN_NODE(
    .name = "MaskPreview", .title = "MaskPreview", .category = "mask",
    .module = "comfy_extras.nodes_mask", .version = 1,
    .doc = "Shows a mask as a grey picture without keeping it.",
    .flags = LIMN_OUTPUT_NODE | LIMN_WANTS_PROMPT,
    .inputs = preview_mask_in, .outputs = nothing_out, .args_size = sizeof(struct preview_mask),
    .run = preview_mask_run, .example = "workflows/nodes/mask_preview.json");

const limn_node *const lm_nodes_image_save[] = { &save_image, &preview_image, &preview_mask, &give_images, NULL };
