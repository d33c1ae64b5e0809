/* sampling.c: nodes that walk a latent from noise toward a picture. */
#include "kernels/ops.h"
#include "nodes/diffusion/masked.h"
#include "nodes/diffusion/noise.h"
#include "nodes/diffusion/preview.h"
#include "nodes/diffusion/sampler.h"
#include "nodes/guided.h"
#include "nodes/host.h"

/* ------------------------------------------------------------------ one walk */

/* What both nodes ask for. */
typedef struct order {
    const limn_value *model, *positive, *negative, *latent;
    uint64_t          seed;
    int64_t           steps, first, last; /* of the schedule's steps, the stretch to walk */
    double            cfg, denoise;
    int32_t           sampler, schedule;
    bool              add_noise, to_zero;
} order;

static bool is_empty(lm_pass *p, const lm_tensor *x)
{
    lm_scope     sc = lm_scope_open(p);
    const float *at = lm_host_view(p, x);
    bool         empty = at != NULL;

    for (int64_t i = 0; empty && i < lm_count(x); i++)
        empty = at[i] == 0.0f;
    lm_scope_close(&sc);
    return empty;
}

static lm_tensor *zeros(lm_pass *p, lm_shape s)
{
    return lm_from_host(p, s, lm_host_floats(p, lm_shape_count(s)));
}

/* Where the walk begins, as the model scales latents; an empty latent takes the model's channels. */
static const lm_tensor *scaled_latent(lm_pass *p, const lm_model *m, const lm_tensor *x)
{
    const bool empty = x && is_empty(p, x);

    if (!empty)
        return lm_scale(p, x, m->latent_scale);
    if (lm_dim(x, 3) != m->latent_channels)
        return zeros(p, lm_with_dim(lm_shape_of(x), 3, m->latent_channels));
    return x;
}

static void tell(lm_pass *p, void *listener, int step, int steps, const lm_tensor *x0)
{
    const lm_model *m = listener;

    lm_pass_progress(p, step, steps);
    lm_preview_send(p, x0, m->latent_rgb, m->latent_rgb_bias);
}

/* Puts the latent's noise_mask, when it has one, around the walk's denoiser. */
static void add_mask(lm_pass *p, const order *o, lm_masked *masked, lm_walk *w, const lm_tensor *latent,
                     const lm_tensor *noise)
{
    const lm_tensor *mask = lm_value_tensor(o->latent, "noise_mask");

    if (!mask)
        return;
    *masked = (lm_masked){ .inner = w->denoise, .self = w->self, .kept = latent, .noise = noise,
                           .mask = lm_masked_fit(p, mask, lm_shape_of(latent)) };
    if (lm_samplers[o->sampler].flags & LM_FRESH_MASK_NOISE)
        masked->noise = lm_noise(p, lm_shape_of(latent), o->seed + 1, NULL);
    w->denoise = lm_masked_denoise;
    w->self = masked;
}

/* The walked latent, in the wire's scale again. */
static const lm_tensor *walk(lm_pass *p, const order *o, const lm_model *m, const lm_tensor *latent,
                             lm_sigmas sigmas)
{
    const lm_shape    shape = lm_shape_of(latent);
    const lm_sampler *s = &lm_samplers[o->sampler];
    lm_masked         masked;
    lm_tensor        *noise, *x;
    lm_walk           w = { .denoise = lm_guided_denoise, .sigmas = sigmas, .seed = o->seed,
                            .told = tell, .listener = (void *)m };

    noise = o->add_noise ? lm_noise(p, shape, o->seed, lm_value_tensor(o->latent, "batch_index"))
                         : zeros(p, shape);
    w.self = lm_guided_begin(p, m, o->positive, o->negative, o->cfg, shape, &sigmas);
    add_mask(p, o, &masked, &w, latent, noise);
    x = lm_noise_begin(p, latent, noise, sigmas.at[0], m->sigmas[LM_N_SIGMAS - 1]);
    x = w.self && x ? lm_walk_run(p, s, &w, x) : NULL;
    return lm_scale(p, x, 1.0 / m->latent_scale);
}

/* The answer's samples; a walk without steps leaves the latent as it is. */
static const lm_tensor *carry_out(lm_pass *p, const order *o)
{
    const lm_model  *m = lm_value_object(o->model, "model", &lm_model_kind);
    const lm_tensor *x = lm_want_finite(p, lm_latent_samples(p, o->latent), "the latent_image"), *latent;
    const bool       drops = lm_samplers[o->sampler].flags & LM_DROPS_PENULTIMATE;
    lm_levels        levels;
    lm_sigmas        sigmas;

    if (!m)
        lm_pass_fail(p, INPUT, "the MODEL is empty");
    if (!m || !x)
        return NULL;
    levels = lm_model_levels(m);
    sigmas = lm_schedule_walk(p, o->schedule, &levels, o->steps, o->denoise, drops);
    sigmas = lm_sigmas_cut(p, sigmas, o->first, o->last, o->to_zero);
    if (!sigmas.steps)
        return lm_pass_live(p) ? x : NULL;
    latent = scaled_latent(p, m, x);
    return latent ? walk(p, o, m, latent, sigmas) : NULL;
}

static bool run_order(limn_call *call, const order *o, limn_value **out, limn_error *err)
{
    lm_pass *p = lm_pass_begin(call);

    out[0] = lm_latent_new(p, o->latent, carry_out(p, o));
    return lm_pass_end_with(p, out, 1, err);
}

enum { MOST_STEPS = 10000 };

static const limn_output latent_out[] = { { "LATENT", "LATENT", "The end of the walk." }, { 0 } };

/* ------------------------------------------------------------------ KSampler */

struct ksampler {
    const limn_value *model, *positive, *negative, *latent_image;
    uint64_t          seed;
    int64_t           steps;
    double            cfg, denoise;
    int32_t           sampler_name, scheduler; /* rows of lm_samplers, lm_schedules */
};
#define LIMN_ARGS struct ksampler
static const limn_input ksampler_in[] = {
    LIMN_LINK  (model,        "MODEL",               "The denoiser."),
    LIMN_SEED  (seed,                                "The same seed gives the same picture."),
    LIMN_INT   (steps,        20,  1, MOST_STEPS, 1, "How many steps the walk takes."),
    LIMN_FLOAT (cfg,          8.0, 0.0, 100.0, 0.1,  "How hard to pull toward the prompt.",
                .round = 0.01),
    LIMN_CHOICE(sampler_name, lm_sampler_names,      "The way of walking.",
                .unbuilt = lm_sampler_unbuilt),
    LIMN_CHOICE(scheduler,    lm_schedule_names,     "How the noise level falls, step by step.",
                .unbuilt = lm_schedule_unbuilt),
    LIMN_LINK  (positive,     "CONDITIONING",        "What the picture shows."),
    LIMN_LINK  (negative,     "CONDITIONING",        "What it stays away from."),
    LIMN_LINK  (latent_image, "LATENT",              "Where the walk begins."),
    LIMN_FLOAT (denoise,      1.0, 0.0, 1.0, 0.01,   "1 begins in pure noise; less keeps the latent."),
    LIMN_END
};
#undef LIMN_ARGS

static bool ksampler_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct ksampler *a = args;

    return run_order(call, &(order){ .model = a->model, .positive = a->positive,
                                     .negative = a->negative, .latent = a->latent_image,
                                     .seed = a->seed, .steps = a->steps, .last = INT64_MAX,
                                     .cfg = a->cfg, .denoise = a->denoise,
                                     .sampler = a->sampler_name, .schedule = a->scheduler,
                                     .add_noise = true }, out, err);
}

static const limn_node ksampler = LIMN_NODE(
    .name = "KSampler", .title = "KSampler", .category = "sampling", .module = "nodes", .version = 1,
    .doc = "Walks a latent from noise toward a picture, led by two prompts.",
    .inputs = ksampler_in, .outputs = latent_out, .args_size = sizeof(struct ksampler),
    .run = ksampler_run, .example = "workflows/nodes/ksampler.json");

/* ------------------------------------------------------------------ KSamplerAdvanced */

static const char *const enable_first[] = { "enable", "disable", NULL };
static const char *const disable_first[] = { "disable", "enable", NULL };

struct advanced {
    const limn_value *model, *positive, *negative, *latent_image;
    uint64_t          noise_seed;
    int64_t           steps, start_at_step, end_at_step;
    double            cfg;
    int32_t           add_noise, sampler_name, scheduler, return_with_leftover_noise;
};
#define LIMN_ARGS struct advanced
static const limn_input advanced_in[] = {
    LIMN_LINK  (model,         "MODEL",               "The denoiser."),
    LIMN_CHOICE(add_noise,     enable_first,          "Off when the latent is noisy already."),
    LIMN_SEED  (noise_seed,                           "The same seed gives the same noise."),
    LIMN_INT   (steps,         20,  1, MOST_STEPS, 1, "How many steps the whole walk has."),
    LIMN_FLOAT (cfg,           8.0, 0.0, 100.0, 0.1,  "How hard to pull toward the prompt.",
                .round = 0.01),
    LIMN_CHOICE(sampler_name,  lm_sampler_names,      "The way of walking.",
                .unbuilt = lm_sampler_unbuilt),
    LIMN_CHOICE(scheduler,     lm_schedule_names,     "How the noise level falls, step by step.",
                .unbuilt = lm_schedule_unbuilt),
    LIMN_LINK  (positive,      "CONDITIONING",        "What the picture shows."),
    LIMN_LINK  (negative,      "CONDITIONING",        "What it stays away from."),
    LIMN_LINK  (latent_image,  "LATENT",              "Where this stretch begins."),
    LIMN_INT   (start_at_step, 0,     0, 10000, 1,    "The step this stretch begins with."),
    LIMN_INT   (end_at_step,   10000, 0, 10000, 1,    "The step it ends before."),
    LIMN_CHOICE(return_with_leftover_noise, disable_first,
                "On when another stretch takes the latent further."),
    LIMN_END
};
#undef LIMN_ARGS

static bool advanced_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct advanced *a = args;

    return run_order(call, &(order){ .model = a->model, .positive = a->positive,
                                     .negative = a->negative, .latent = a->latent_image,
                                     .seed = a->noise_seed, .steps = a->steps,
                                     .first = a->start_at_step, .last = a->end_at_step,
                                     .cfg = a->cfg, .denoise = 1.0, .sampler = a->sampler_name,
                                     .schedule = a->scheduler, .add_noise = a->add_noise == 0,
                                     .to_zero = a->return_with_leftover_noise == 0 }, out, err);
}

static const limn_node advanced = LIMN_NODE(
    .name = "KSamplerAdvanced", .title = "KSampler (Advanced)", .category = "sampling",
    .module = "nodes", .version = 1,
    .doc = "Walks one stretch of the way from noise to a picture.",
    .inputs = advanced_in, .outputs = latent_out, .args_size = sizeof(struct advanced),
    .run = advanced_run, .example = "workflows/nodes/ksampler_advanced.json");

const limn_node *const lm_nodes_sampling[] = { &ksampler, &advanced, NULL };
