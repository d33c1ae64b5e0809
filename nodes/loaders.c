/* loaders.c: nodes that open model files. */
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "nodes/diffusion/levels.h"
#include "nodes/diffusion/preview.h"
#include "nodes/host.h"
#include "nodes/models/clip.h"
#include "nodes/models/detect.h"
#include "nodes/models/unet.h"
#include "nodes/models/vae.h"

/* ------------------------------------------------------------------ files */

static bool blame(limn_error *err, const char *input)
{
    if (!err->input[0])
        snprintf(err->input, sizeof err->input, "%s", input);
    return false;
}

/* Opens a model file and says what it is; NULL when no `wanted` can be read from it.             [new] */
static lm_weights *open_model(limn_call *call, const char *folder, const char *name, lm_file_kind wanted,
                              lm_detected *d, limn_error *err)
{
    const int   fd = lm_folders_open(lm_call_env(call)->folders, folder, name, err);
    lm_weights *w = fd < 0 ? NULL : lm_weights_open(fd, name, err);

    if (fd >= 0)
        close(fd);
    if (!w)
        return NULL;
    *d = lm_detect(w);
    if (lm_detect_usable(d, w, wanted, err))
        return w;
    lm_weights_unref(w);
    return NULL;
}

/* ------------------------------------------------------------------ values */

/* A model with the colours of its previews behind it. */
struct model {
    lm_model model;
    float    rgb[4][3], bias[3];
};

/* How a latent is shown while it is walked: as the file says, or as latents of this family look. */
static void choose_preview(struct model *m, const lm_weights *w)
{
    const char *told = lm_weights_metadata(w, "limn.latent_rgb");

    if (m->model.latent_channels != 4)
        return;
    m->model.latent_rgb = lm_latent_rgb_sd1;
    if (told && lm_latent_rgb_parse(told, 4, m->rgb, m->bias)) {
        m->model.latent_rgb = (const float(*)[3])m->rgb;
        m->model.latent_rgb_bias = m->bias;
    }
}

/* Source of the noise levels and of the latent's scale: Rombach et al. 2022. */
static limn_value *model_value(limn_call *call, lm_weights *w, const lm_detected *d, limn_error *err)
{
    lm_unet      *u = lm_unet_load(w, d->unet_prefix, lm_call_env(call)->device, err);
    limn_value   *v;
    struct model *m;

    if (!u)
        return NULL;
    m = lm_alloc(sizeof *m);
    m->model.net = u;
    m->model.prediction = d->predicts_v ? LM_PREDICTS_V : LM_PREDICTS_EPS;
    m->model.latent_scale = 0.18215;
    m->model.latent_channels = (int)lm_unet_out_channels(u);
    lm_levels_scaled_linear(0.00085, 0.012, LM_N_SIGMAS, m->model.sigmas, m->model.log_sigmas);
    choose_preview(m, w);
    v = lm_value_new("MODEL");
    lm_value_set_object(v, "model", m, &lm_model_kind);
    return v;
}

/* A file without a text encoder gives a CLIP without one: whoever wants to encode is told. */
static limn_value *clip_value(limn_call *call, lm_weights *w, const lm_detected *d, limn_error *err)
{
    lm_clip    *c = d->text_prefix ? lm_clip_load(w, d->text_prefix, lm_call_env(call)->device, err) : NULL;
    limn_value *v;

    if (!c && d->text_prefix)
        return NULL;
    v = lm_value_new("CLIP");
    if (c)
        lm_value_set_object(v, "clip", c, &lm_clip_kind);
    return v;
}

static limn_value *vae_of(lm_vae *vae)
{
    limn_value *v = vae ? lm_value_new("VAE") : NULL;

    if (vae)
        lm_value_set_object(v, "vae", vae, &lm_vae_kind);
    return v;
}

static limn_value *vae_value(limn_call *call, lm_weights *w, const lm_detected *d, limn_error *err)
{
    return d->vae_prefix ? vae_of(lm_vae_load(w, d->vae_prefix, lm_call_env(call)->device, err))
                         : lm_value_new("VAE");
}

/* ------------------------------------------------------------------ CheckpointLoaderSimple */

struct checkpoint {
    const char *ckpt_name;
};
#define LIMN_ARGS struct checkpoint
static const limn_input checkpoint_in[] = {
    LIMN_FILE_IN(ckpt_name, "checkpoints", "A file with a denoiser, its text encoder and its VAE."),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output checkpoint_out[] = {
    { "MODEL", "MODEL", "The denoiser." },
    { "CLIP", "CLIP", "The text encoder." },
    { "VAE", "VAE", "The way between latents and pictures." },
    { 0 }
};

static bool checkpoint_check(limn_call *call, const void *args, limn_error *err)
{
    const struct checkpoint *a = args;
    lm_detected              d;
    lm_weights *w = open_model(call, "checkpoints", a->ckpt_name, LM_FILE_CHECKPOINT, &d, err);

    lm_weights_unref(w);
    return w || blame(err, "ckpt_name");
}

static bool checkpoint_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct checkpoint *a = args;
    lm_detected              d;
    lm_weights *w = open_model(call, "checkpoints", a->ckpt_name, LM_FILE_CHECKPOINT, &d, err);

    if (w && (out[0] = model_value(call, w, &d, err)) && (out[1] = clip_value(call, w, &d, err)))
        out[2] = vae_value(call, w, &d, err);
    lm_weights_unref(w);
    for (int i = 0; i < 3 && !out[2]; i++) {
        lm_value_unref(out[i]);
        out[i] = NULL;
    }
    if (out[2])
        lm_weights_loaded();
    return out[2] || blame(err, "ckpt_name");
}

static const limn_node checkpoint = LIMN_NODE(
    .name = "CheckpointLoaderSimple", .title = "Load Checkpoint", .category = "loaders",
    .module = "nodes", .version = 1,
    .doc = "Opens a checkpoint: a denoiser with the text encoder and the VAE it was trained with.",
    .inputs = checkpoint_in, .outputs = checkpoint_out, .args_size = sizeof(struct checkpoint),
    .run = checkpoint_run, .check = checkpoint_check, .example = "workflows/text2image.json");

/* ------------------------------------------------------------------ VAELoader */

struct vae {
    const char *vae_name;
};
static const char pixel_space[] = "pixel_space";
static const char *const not_files[] = { pixel_space, NULL };
#define LIMN_ARGS struct vae
static const limn_input vae_in[] = {
    LIMN_FILE_IN(vae_name, "vae", "A file with a VAE; pixel_space: pictures are their own latents.",
                 .extra = not_files),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output vae_out[] = { { "VAE", "VAE", "The way between latents and pictures." }, { 0 } };

static bool vae_check(limn_call *call, const void *args, limn_error *err)
{
    const struct vae *a = args;
    lm_detected       d;
    lm_weights       *w;

    if (!strcmp(a->vae_name, pixel_space))
        return true;
    w = open_model(call, "vae", a->vae_name, LM_FILE_VAE, &d, err);
    lm_weights_unref(w);
    return w || blame(err, "vae_name");
}

static bool vae_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct vae *a = args;
    lm_detected       d;
    lm_weights       *w = NULL;

    if (!strcmp(a->vae_name, pixel_space))
        out[0] = vae_of(lm_vae_pixels());
    else if ((w = open_model(call, "vae", a->vae_name, LM_FILE_VAE, &d, err)))
        out[0] = vae_value(call, w, &d, err);
    if (w && out[0])
        lm_weights_loaded();
    lm_weights_unref(w);
    return out[0] || blame(err, "vae_name");
}

static const limn_node vae_loader = LIMN_NODE(
    .name = "VAELoader", .title = "Load VAE", .category = "loaders", .module = "nodes", .version = 1,
    .doc = "Opens a VAE from a file of its own.",
    .inputs = vae_in, .outputs = vae_out, .args_size = sizeof(struct vae), .run = vae_run,
    .check = vae_check, .example = "workflows/nodes/vae_loader.json");

const limn_node *const lm_nodes_loaders[] = { &checkpoint, &vae_loader, NULL };
