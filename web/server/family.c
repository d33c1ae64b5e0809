/* family.c: families of models by the names in a header.
 * Source: the published checkpoints of each family; the metadata that kohya's trainer and modelspec write. */
#include "web/server/family.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *find(const char *header, size_t n, const char *text)
{
    return memmem(header, n, text, strlen(text));
}

/* Number `axis` of the shape of the tensor whose name ends so; -1. */
static long size_of(const char *header, size_t n, const char *name, int axis)
{
    const char *at = find(header, n, name), *end = header + n;
    const char *shape = at ? memmem(at, (size_t)(end - at) < 300 ? (size_t)(end - at) : 300, "\"shape\":[", 9) : NULL;

    for (shape = shape ? shape + 9 : NULL; shape && axis > 0; axis--) {
        shape = memchr(shape, ',', (size_t)(end - shape) < 64 ? (size_t)(end - shape) : 64);
        shape = shape ? shape + 1 : NULL;
    }
    return shape && shape < end && *shape >= '0' && *shape <= '9' ? strtol(shape, NULL, 10) : -1;
}

/* A tensor that only this family has. */
static const struct mark {
    const char *name, *family;
} marks[] = {
    { "double_blocks.0.img_attn.norm.key_norm.scale\"", "Flux" },
    { "txt_in.individual_token_refiner.blocks.0.norm1.weight\"", "Hunyuan Video" },
    { "joint_blocks.0.context_block.attn.qkv.weight\"", "Stable Diffusion 3" },
    { "double_layers.0.attn.w1q.weight\"", "AuraFlow" },
    { "clf.1.weight\"", "Stable Cascade" },
    { "mlp_t5.0.weight\"", "Hunyuan DiT" },
    { "t5_yproj.weight\"", "Mochi" },
    { "t_block.1.weight\"", "PixArt" },
    { "cap_embedder.1.weight\"", "Lumina 2" },
    { "head.modulation\"", "Wan" },
    { "caption_projection.0.linear.weight\"", "HiDream" },
    { "adaln_single.emb.timestep_embedder.linear_1.bias\"", "LTX Video" },
    /* what does not hold a denoiser says it in words */
    { "\"ss_base_model_version\":\"sdxl", "SDXL" },
    { "\"ss_base_model_version\":\"sd_v1", "Stable Diffusion 1.x" },
    { "\"ss_base_model_version\":\"sd_v2", "Stable Diffusion 2.x" },
    { "\"ss_base_model_version\":\"flux", "Flux" },
    { "\"modelspec.architecture\":\"stable-diffusion-xl", "SDXL" },
    { "\"modelspec.architecture\":\"stable-diffusion-v1", "Stable Diffusion 1.x" },
    { "\"modelspec.architecture\":\"stable-diffusion-v2", "Stable Diffusion 2.x" },
    { "\"modelspec.architecture\":\"stable-diffusion-3", "Stable Diffusion 3" },
    { "\"modelspec.architecture\":\"flux", "Flux" },
    { "lora_te2_text_model_", "SDXL" },
};

/* Denoisers made of input_blocks. */
static const char *unet_family(const char *h, size_t n)
{
    if (find(h, n, "input_blocks.1.1.time_stack.0.norm1.weight\""))
        return "Stable Video Diffusion";
    if (find(h, n, "label_emb.0.0.weight\"") || find(h, n, "\"conditioner.embedders.1."))
        return size_of(h, n, "input_blocks.0.0.weight\"", 0) == 384 ? "the SDXL refiner"
               : find(h, n, "\"embedder.model.visual.")             ? "Stable Diffusion 2.1 unCLIP"
                                                                    : "SDXL";
    if (find(h, n, "\"cond_stage_model.model.") || find(h, n, "\"conditioner.embedders.0.model.") ||
        size_of(h, n, "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight\"", 1) == 1024)
        return "Stable Diffusion 2.x";
    return "Stable Diffusion 1.x";
}

const char *lm_family_of(const char *header, size_t n)
{
    if (find(header, n, "input_blocks.0.0.weight\"") && !find(header, n, "input_hint_block.0.weight\""))
        return unet_family(header, n);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (find(header, n, marks[i].name))
            return marks[i].family;
    return NULL;
}
