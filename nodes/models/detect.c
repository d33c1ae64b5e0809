/* detect.c: what a model file is. Each family gives itself away by a tensor or two that no other has.
 * Source of the layouts: the published checkpoints of each family. */
#include "nodes/models/detect.h"

#include <stdio.h>
#include <string.h>

enum { MAX_NAME = 256 };

/* ------------------------------------------------------------------ looking */

static bool has(const lm_weights *w, const char *prefix, const char *name)
{
    char whole[MAX_NAME];

    return snprintf(whole, sizeof whole, "%s%s", prefix, name) < MAX_NAME && lm_weights_find(w, whole);
}

/* A name with `part` in it; "^part": one that begins so; "part$": one that ends so. */
static bool has_part(const lm_weights *w, const char *part)
{
    const bool   front = *part == '^';
    const char  *text = part + front;
    const size_t n = strlen(text), back = n && text[n - 1] == '$';
    char         wanted[MAX_NAME];

    snprintf(wanted, sizeof wanted, "%.*s", (int)(n - back), text);
    for (size_t i = 0; i < lm_weights_count(w); i++) {
        const char  *name = lm_weights_at(w, i)->name;
        const size_t len = strlen(name), want = n - back;

        if (front ? !strncmp(name, wanted, want)
                  : back ? len >= want && !strcmp(name + len - want, wanted) : strstr(name, wanted) != NULL)
            return true;
    }
    return false;
}

/* Size `axis` of <prefix><name>; 0 when there is none. */
static int64_t size_of(const lm_weights *w, const char *prefix, const char *name, int axis)
{
    char             whole[MAX_NAME];
    const lm_weight *t;

    snprintf(whole, sizeof whole, "%s%s", prefix, name);
    t = lm_weights_find(w, whole);
    return t && axis < t->shape.n ? t->shape.at[axis] : 0;
}

/* The first of `prefixes` (NULL-terminated) under which `name` is there. */
static const char *prefix_with(const lm_weights *w, const char *const *prefixes, const char *name)
{
    while (*prefixes && !has(w, *prefixes, name))
        prefixes++;
    return *prefixes;
}

/* ------------------------------------------------------------------ families of denoisers */

static const char *const unet_prefixes[] = { "model.diffusion_model.", "", NULL };

/* A tensor that only this family has, behind the denoiser's prefix. */
static const struct mark {
    const char *name, *family;
} marks[] = {
    { "double_blocks.0.img_attn.norm.key_norm.scale", "Flux" },
    { "txt_in.individual_token_refiner.blocks.0.norm1.weight", "Hunyuan Video" },
    { "joint_blocks.0.context_block.attn.qkv.weight", "Stable Diffusion 3" },
    { "double_layers.0.attn.w1q.weight", "AuraFlow" },
    { "clf.1.weight", "Stable Cascade" },
    { "mlp_t5.0.weight", "Hunyuan DiT" },
    { "t5_yproj.weight", "Mochi" },
    { "t_block.1.weight", "PixArt" },
    { "cap_embedder.1.weight", "Lumina 2" },
    { "head.modulation", "Wan" },
    { "caption_projection.0.linear.weight", "HiDream" },
    { "txt_norm.weight", "Qwen Image" },
    { "adaln_single.emb.timestep_embedder.linear_1.bias", "LTX Video" },
    { "down_blocks.0.resnets.0.norm1.weight", "a denoiser in diffusers' layout" },
};

/* Denoisers made of input_blocks: which of the Stable Diffusions. */
static const char *unet_family(const lm_weights *w, const char *prefix)
{
    if (has(w, prefix, "input_blocks.1.1.time_stack.0.norm1.weight") ||
        has(w, prefix, "input_blocks.1.0.time_stack.in_layers.0.weight"))
        return "Stable Video Diffusion";
    if (has(w, prefix, "label_emb.0.0.weight") || has_part(w, "^conditioner.embedders.1."))
        return size_of(w, prefix, "input_blocks.0.0.weight", 0) == 384 ? "the SDXL refiner"
               : has_part(w, "^embedder.model.visual.")                ? "Stable Diffusion 2.1 unCLIP"
                                                                       : "SDXL";
    if (has_part(w, "^cond_stage_model.model.") || has_part(w, "^conditioner.embedders.0.model.") ||
        size_of(w, prefix, "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight", 1) == 1024)
        return "Stable Diffusion 2.x";
    return "Stable Diffusion 1.x";
}

static void look_for_denoiser(lm_detected *d, const lm_weights *w)
{
    const char *prefix = prefix_with(w, unet_prefixes, "input_blocks.0.0.weight");

    if (prefix) {
        d->unet_prefix = prefix;
        d->family = unet_family(w, prefix);
        d->built = !strcmp(d->family, "Stable Diffusion 1.x");
        return;
    }
    for (size_t i = 0; i < sizeof marks / sizeof *marks && !d->unet_prefix; i++)
        if ((prefix = prefix_with(w, unet_prefixes, marks[i].name))) {
            d->unet_prefix = prefix;
            d->family = marks[i].family;
        }
}

/* ------------------------------------------------------------------ the other parts */

static void look_for_parts(lm_detected *d, const lm_weights *w)
{
    static const char *const text[] = { "cond_stage_model.transformer.text_model.",
                                        "cond_stage_model.transformer.", "text_model.", "", NULL };
    static const char *const vae[] = { "first_stage_model.", "vae.", "", NULL };

    d->text_prefix = prefix_with(w, text, "encoder.layers.0.layer_norm1.weight");
    d->vae_prefix = prefix_with(w, vae, "decoder.conv_in.weight");
    d->predicts_v = has(w, "", "v_pred");
    d->zero_snr = has(w, "", "ztsnr");
}

static bool is_lora(const lm_weights *w)
{
    return has_part(w, ".lora_up.weight$") || has_part(w, ".lora_A.weight$") ||
           has_part(w, ".lora_B.weight$") || has_part(w, ".lora.up.weight$") ||
           has_part(w, ".hada_w1_a$") || has_part(w, ".lokr_w1");
}

static bool is_controlnet(const lm_weights *w)
{
    return has_part(w, "input_hint_block.0.weight$") ||
           has_part(w, "controlnet_cond_embedding.conv_in.weight$");
}

static bool is_embedding(const lm_weights *w)
{
    const size_t n = lm_weights_count(w);

    return n > 0 && n <= 3 && (has(w, "", "emb_params") || has(w, "", "clip_l") || has(w, "", "clip_g"));
}

static bool is_upscaler(const lm_weights *w)
{
    return has(w, "", "model.0.weight") || has(w, "", "conv_first.weight");
}

lm_detected lm_detect(const lm_weights *w)
{
    lm_detected d = { 0 };

    if (is_lora(w) || is_controlnet(w) || is_embedding(w)) {
        d.kind = is_lora(w) ? LM_FILE_LORA : is_controlnet(w) ? LM_FILE_CONTROLNET : LM_FILE_EMBEDDING;
        d.built = d.kind == LM_FILE_EMBEDDING;
        return d;
    }
    look_for_denoiser(&d, w);
    look_for_parts(&d, w);
    if (d.unet_prefix)
        d.kind = d.text_prefix || d.vae_prefix || *d.unet_prefix ? LM_FILE_CHECKPOINT : LM_FILE_DENOISER;
    else if (d.vae_prefix || has(w, "", "decoder.up_blocks.0.resnets.0.norm1.weight"))
        d.kind = LM_FILE_VAE;
    else if (d.text_prefix)
        d.kind = LM_FILE_TEXT_ENCODER;
    else if (is_upscaler(w))
        d.kind = LM_FILE_UPSCALER;
    d.built = d.built || (d.kind == LM_FILE_VAE && d.vae_prefix);
    return d;
}

/* ------------------------------------------------------------------ in words */

static const struct words {
    const char *text, *folder; /* where such files go */
} words[LM_N_FILE_KINDS] = {
    [LM_FILE_UNKNOWN] = { "a model of a kind that limn does not know", NULL },
    [LM_FILE_CHECKPOINT] = { "a checkpoint", "checkpoints" },
    [LM_FILE_DENOISER] = { "a denoiser without text encoder and VAE", "diffusion_models" },
    [LM_FILE_VAE] = { "a VAE", "vae" },
    [LM_FILE_TEXT_ENCODER] = { "a text encoder", "text_encoders" },
    [LM_FILE_LORA] = { "a LoRA", "loras" },
    [LM_FILE_CONTROLNET] = { "a ControlNet", "controlnet" },
    [LM_FILE_EMBEDDING] = { "an embedding", "embeddings" },
    [LM_FILE_UPSCALER] = { "an upscale model", "upscale_models" },
};

const char *lm_file_kind_text(lm_file_kind kind)
{
    return words[kind].text;
}

static bool refuse(const lm_detected *d, const lm_weights *w, lm_file_kind wanted, limn_error *err)
{
    if (!words[d->kind].folder || d->kind == wanted)
        return limn_fail(err, FILE, "%s is %s", lm_weights_label(w), words[d->kind].text);
    return limn_fail(err, FILE, "%s is %s, not %s; such files go into models/%s", lm_weights_label(w),
                     words[d->kind].text, words[wanted].text, words[d->kind].folder);
}

bool lm_detect_usable(const lm_detected *d, const lm_weights *w, lm_file_kind wanted, limn_error *err)
{
    const bool denoises = d->kind == LM_FILE_CHECKPOINT || d->kind == LM_FILE_DENOISER;

    if (wanted == LM_FILE_VAE && (d->kind == LM_FILE_VAE || d->kind == LM_FILE_CHECKPOINT)) {
        if (d->vae_prefix)
            return true;
        return limn_fail(err, FILE, "%s: %s", lm_weights_label(w),
                         d->kind == LM_FILE_VAE ? "VAEs in diffusers' layout are not built yet"
                                                : "this checkpoint holds no VAE");
    }
    if (wanted != LM_FILE_CHECKPOINT || !denoises)
        return refuse(d, w, wanted, err);
    if (!d->built)
        return limn_fail(err, FILE, "%s is %s, which is not built yet; Stable Diffusion 1.x is",
                         lm_weights_label(w), d->family);
    if (d->zero_snr)
        return limn_fail(err, FILE, "%s was trained down to pure noise (ztsnr), which is not built yet",
                         lm_weights_label(w));
    return true;
}
