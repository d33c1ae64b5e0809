/* stand_ins.h: classes of ComfyUI whose widgets the corpus needs and that limn may not have: their inputs in
 * order, names and defaults, and nothing that runs. A class that limn has is taken from limn. */
#ifndef LIMN_TESTS_CANVAS_STAND_INS_H
#define LIMN_TESTS_CANVAS_STAND_INS_H

#include <stdio.h>

#include "core/graph/registry.h"

static bool stand_in_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call;
    (void)args;
    (void)out;
    return limn_fail(err, BUG, "this class stands in for another");
}

static const char *const stand_in_words[] = { "default", "sd3", "flux", "karras", "simple", "center", "none",
                                              "multiply", "regular", "nested", NULL };
static const char *const devices[] = { "default", "cpu", NULL };
static const char *const crops[] = { "center", "none", NULL };
static const char *const strengths[] = { "multiply", "attn_bias", NULL };
static const char *const styles[] = { "regular", "nested", NULL };

struct stand_in {
    const limn_value *a, *model, *clip, *vae, *positive, *negative, *control_net, *image, *mask, *pixels, *cond1,
        *cond2, *conditioning, *style_model, *clip_vision_output, *clip_vision, *anything;
    const char *clip_name1, *clip_name2, *clip_name, *unet_name, *lora_name, *text, *filename_prefix, *image_name;
    uint64_t    noise_seed;
    int64_t     steps, forced, plain, number;
    double      strength, strength_model, strength_clip, start_percent, end_percent, denoise, cfg_conds,
        cfg_cond2_negative;
    bool        noise_mask;
    int32_t     type, device, weight_dtype, crop, strength_type, style, scheduler, pick;
};
#define LIMN_ARGS struct stand_in

static const limn_input noise_in[] = { LIMN_SEED(noise_seed, "The seed."), LIMN_END };
static const limn_input dual_clip_in[] = {
    LIMN_FILE_IN(clip_name1, "text_encoders", "A file."), LIMN_FILE_IN(clip_name2, "text_encoders", "A file."),
    LIMN_CHOICE(type, stand_in_words, "The kind."),
    LIMN_CHOICE(device, devices, "Where.", .flags = LIMN_OPTIONAL), LIMN_END };
static const limn_input clip_in[] = {
    LIMN_FILE_IN(clip_name, "text_encoders", "A file."), LIMN_CHOICE(type, stand_in_words, "The kind."),
    LIMN_CHOICE(device, devices, "Where.", .flags = LIMN_OPTIONAL), LIMN_END };
static const limn_input unet_in[] = {
    LIMN_FILE_IN(unet_name, "text_encoders", "A file."), LIMN_CHOICE(weight_dtype, stand_in_words, "How."), LIMN_END };
static const limn_input differential_in[] = {
    LIMN_LINK(model, "MODEL", "The model."),
    LIMN_FLOAT(strength, 1.0, 0.0, 1.0, 0.01, "How much.", .flags = LIMN_OPTIONAL), LIMN_END };
static const limn_input turbo_in[] = {
    LIMN_LINK(model, "MODEL", "The model."), LIMN_INT(steps, 1, 1, 10, 1, "How many."),
    LIMN_FLOAT(denoise, 1.0, 0.0, 1.0, 0.01, "How much."), LIMN_END };
static const limn_input dual_guider_in[] = {
    LIMN_LINK(model, "MODEL", "The model."), LIMN_LINK(cond1, "CONDITIONING", "One."),
    LIMN_LINK(cond2, "CONDITIONING", "Two."), LIMN_LINK(negative, "CONDITIONING", "None."),
    LIMN_FLOAT(cfg_conds, 8.0, 0.0, 100.0, 0.1, "Both."),
    LIMN_FLOAT(cfg_cond2_negative, 8.0, 0.0, 100.0, 0.1, "Two and none."),
    LIMN_CHOICE(style, styles, "How."), LIMN_END };
static const limn_input vision_in[] = {
    LIMN_LINK(clip_vision, "CLIP_VISION", "The tower."), LIMN_LINK(image, "IMAGE", "The picture."),
    LIMN_CHOICE(crop, crops, "How."), LIMN_END };
static const limn_input inpaint_in[] = {
    LIMN_LINK(positive, "CONDITIONING", "What."), LIMN_LINK(negative, "CONDITIONING", "What not."),
    LIMN_LINK(vae, "VAE", "The autoencoder."), LIMN_LINK(pixels, "IMAGE", "The picture."),
    LIMN_LINK(mask, "MASK", "Where."), LIMN_BOOL(noise_mask, true, "Whether."), LIMN_END };
static const limn_input style_in[] = {
    LIMN_LINK(conditioning, "CONDITIONING", "What."), LIMN_LINK(style_model, "STYLE_MODEL", "Whose."),
    LIMN_LINK(clip_vision_output, "CLIP_VISION_OUTPUT", "Seen."),
    LIMN_FLOAT(strength, 1.0, 0.0, 10.0, 0.001, "How much."),
    LIMN_CHOICE(strength_type, strengths, "How."), LIMN_END };
static const limn_input basic_in[] = {
    LIMN_LINK(model, "MODEL", "The model."), LIMN_CHOICE(scheduler, stand_in_words, "How."),
    LIMN_INT(steps, 20, 1, 10000, 1, "How many."), LIMN_FLOAT(denoise, 1.0, 0.0, 1.0, 0.01, "How much."),
    LIMN_END };
static const limn_input lora_in[] = {
    LIMN_LINK(model, "MODEL", "The model."), LIMN_LINK(clip, "CLIP", "The text tower."),
    LIMN_FILE_IN(lora_name, "loras", "The file."), LIMN_FLOAT(strength_model, 1.0, -100.0, 100.0, 0.01, "How much."),
    LIMN_FLOAT(strength_clip, 1.0, -100.0, 100.0, 0.01, "How much."), LIMN_END };
static const limn_input control_in[] = {
    LIMN_LINK(positive, "CONDITIONING", "What."), LIMN_LINK(negative, "CONDITIONING", "What not."),
    LIMN_LINK(control_net, "CONTROL_NET", "The net."), LIMN_LINK(image, "IMAGE", "The hint."),
    LIMN_FLOAT(strength, 1.0, 0.0, 10.0, 0.01, "How much."),
    LIMN_FLOAT(start_percent, 0.0, 0.0, 1.0, 0.001, "From."),
    LIMN_FLOAT(end_percent, 1.0, 0.0, 1.0, 0.001, "To."),
    LIMN_LINK(vae, "VAE", "The autoencoder.", .flags = LIMN_OPTIONAL), LIMN_END };
/* Not ComfyUI's: a socket where a widget might be, a choice with a control, and an output node. */
static const limn_input forced_in[] = {
    LIMN_LINK(anything, "*", "Anything."), LIMN_INT(forced, 1, 0, 100, 1, "A socket.", .flags = LIMN_SOCKET),
    LIMN_INT(plain, 2, 0, 100, 1, "A widget."), LIMN_TEXT(text, "words", "A text.", .flags = LIMN_OPTIONAL),
    LIMN_END };
static const limn_input picking_in[] = {
    LIMN_CHOICE(pick, stand_in_words, "One of them.", .flags = LIMN_CONTROL),
    LIMN_INT(number, 3, 0, 100, 1, "A number.", .flags = LIMN_CONTROL), LIMN_TEXT(text, "", "A text."), LIMN_END };
static const limn_input saving_in[] = {
    LIMN_LINK(anything, "*", "Anything."), LIMN_TEXT(filename_prefix, "limn", "A name."),
    LIMN_TEXT(text, "", "A prompt.", .flags = LIMN_DYNAMIC_PROMPTS | LIMN_MULTILINE),
    LIMN_FILE_IN(image_name, "input", "A picture.", .flags = LIMN_UPLOAD), LIMN_END };

#undef LIMN_ARGS

#define OUTPUTS(name_, ...) static const limn_output name_[] = { __VA_ARGS__, LIMN_OUT_END }
OUTPUTS(noise_out, LIMN_OUT("NOISE", "NOISE", "It."));
OUTPUTS(clip_out, LIMN_OUT("CLIP", "CLIP", "It."));
OUTPUTS(model_out, LIMN_OUT("MODEL", "MODEL", "It."));
OUTPUTS(sigmas_out, LIMN_OUT("SIGMAS", "SIGMAS", "They."));
OUTPUTS(guider_out, LIMN_OUT("GUIDER", "GUIDER", "It."));
OUTPUTS(vision_out, LIMN_OUT("CLIP_VISION_OUTPUT", "CLIP_VISION_OUTPUT", "It."));
OUTPUTS(two_out, LIMN_OUT("positive", "CONDITIONING", "What."), LIMN_OUT("negative", "CONDITIONING", "What not."));
OUTPUTS(inpaint_out, LIMN_OUT("positive", "CONDITIONING", "What."), LIMN_OUT("negative", "CONDITIONING", "What not."),
        LIMN_OUT("latent", "LATENT", "Where."));
OUTPUTS(style_out, LIMN_OUT("CONDITIONING", "CONDITIONING", "It."));
OUTPUTS(lora_out, LIMN_OUT("MODEL", "MODEL", "It."), LIMN_OUT("CLIP", "CLIP", "It."));
OUTPUTS(any_out, LIMN_OUT("anything", "*", "It."));

#define STAND_IN(name_, title_, inputs_, outputs_)                                             \
    LIMN_NODE(.name = (name_), .title = (title_), .category = "stand-ins", .doc = "Stands in.", \
              .version = 1, .inputs = (inputs_), .outputs = (outputs_),                        \
              .args_size = sizeof(struct stand_in), .run = stand_in_run)
static const limn_node stand_ins[] = {
    LIMN_NODE(.name = "limn_saving", .title = "Saving", .category = "stand-ins", .doc = "Stands in.", .version = 1,
              .inputs = saving_in, .args_size = sizeof(struct stand_in), .run = stand_in_run,
              .flags = LIMN_OUTPUT_NODE),
    STAND_IN("RandomNoise", "RandomNoise", noise_in, noise_out),
    STAND_IN("DualCLIPLoader", "DualCLIPLoader", dual_clip_in, clip_out),
    STAND_IN("CLIPLoader", "Load CLIP", clip_in, clip_out),
    STAND_IN("UNETLoader", "Load Diffusion Model", unet_in, model_out),
    STAND_IN("DifferentialDiffusion", "Differential Diffusion", differential_in, model_out),
    STAND_IN("SDTurboScheduler", "SDTurboScheduler", turbo_in, sigmas_out),
    STAND_IN("DualCFGGuider", "DualCFGGuider", dual_guider_in, guider_out),
    STAND_IN("CLIPVisionEncode", "CLIP Vision Encode", vision_in, vision_out),
    STAND_IN("InpaintModelConditioning", "InpaintModelConditioning", inpaint_in, inpaint_out),
    STAND_IN("StyleModelApply", "Apply Style Model", style_in, style_out),
    STAND_IN("BasicScheduler", "BasicScheduler", basic_in, sigmas_out),
    STAND_IN("LoraLoader", "Load LoRA", lora_in, lora_out),
    STAND_IN("ControlNetApplyAdvanced", "Apply ControlNet", control_in, two_out),
    STAND_IN("limn_forced", "Forced", forced_in, any_out),
    STAND_IN("limn_picking", "Picking", picking_in, any_out),
};

/* All of limn's own nodes, and these where limn has none. */
static void add_stand_ins(lm_registry *r)
{
    limn_error err = { 0 };

    for (size_t i = 0; i < sizeof stand_ins / sizeof *stand_ins; i++)
        if (!lm_registry_find(r, stand_ins[i].name) && !lm_registry_add(r, &stand_ins[i], &err))
            printf("    %s\n", err.text);
}

#endif
