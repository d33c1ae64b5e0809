/* a1111_second.c: the second, larger pass ("Hires. fix"). */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "core/base/alloc.h"
#include "nodes/a1111_build.h"

/* How an upscaler of latents fills in, by its name in A1111; NULL: it works on pictures. */
static const char *latent_method(const char *upscaler)
{
    if (strncasecmp(upscaler, "Latent", 6))
        return NULL;
    return strstr(upscaler, "bicubic") ? "bicubic" : strstr(upscaler, "nearest") ? "nearest-exact" : "bilinear";
}

static lm_a1111_ref scaled_latent(lm_a1111_builder *b, lm_a1111_ref latent, const char *method, double factor,
                                  long width, long height)
{
    lm_a1111_begin(&b->g, factor > 0 ? "LatentUpscaleBy" : "LatentUpscale");
    lm_a1111_put_link(&b->g, "samples", latent);
    lm_a1111_put_text(&b->g, "upscale_method", method);
    if (factor > 0) {
        lm_a1111_put_number(&b->g, "scale_by", factor);
    } else {
        lm_a1111_put_number(&b->g, "width", (double)width);
        lm_a1111_put_number(&b->g, "height", (double)height);
        lm_a1111_put_text(&b->g, "crop", "disabled");
    }
    return lm_a1111_end(&b->g);
}

/* The picture enlarged by a network, which is a file among upscale_models. */
static lm_a1111_ref by_network(lm_a1111_builder *b, lm_a1111_ref picture, const char *upscaler)
{
    char        *file = lm_a1111_file_of(b, "upscale_models", upscaler);
    lm_a1111_ref network;

    lm_a1111_begin(&b->g, "UpscaleModelLoader");
    lm_a1111_put_text(&b->g, "model_name", file);
    network = lm_a1111_end(&b->g);
    lm_free(file);
    return lm_a1111_join(b, "ImageUpscaleWithModel", "upscale_model", network, "image", picture);
}

static lm_a1111_ref scaled_picture(lm_a1111_builder *b, lm_a1111_ref latent, const char *upscaler, long width,
                                   long height)
{
    const bool nearest = !strcasecmp(upscaler, "Nearest") || !strcasecmp(upscaler, "None");
    const bool plain = nearest || !strcasecmp(upscaler, "Lanczos");
    lm_a1111_ref picture = lm_a1111_join(b, "VAEDecode", "samples", latent, "vae", b->vae);

    if (!plain)
        picture = by_network(b, picture, upscaler);
    lm_a1111_begin(&b->g, "ImageScale");
    lm_a1111_put_link(&b->g, "image", picture);
    lm_a1111_put_text(&b->g, "upscale_method", nearest ? "nearest-exact" : "lanczos");
    lm_a1111_put_number(&b->g, "width", (double)width);
    lm_a1111_put_number(&b->g, "height", (double)height);
    lm_a1111_put_text(&b->g, "crop", "disabled");
    return lm_a1111_join(b, "VAEEncode", "pixels", lm_a1111_end(&b->g), "vae", b->vae);
}

static lm_a1111_ref scaled(lm_a1111_builder *b, lm_a1111_ref latent, long width, long height)
{
    const char  *upscaler = lm_a1111_said(b, "hires upscaler");
    const double factor = lm_a1111_number(b->text, "hires upscale", 0);
    const char  *method;

    upscaler = upscaler ? upscaler : "Latent";
    method = latent_method(upscaler);
    if (factor > 0) {
        width = (long)fmin(1e5, floor((double)width * factor));
        height = (long)fmin(1e5, floor((double)height * factor));
    } else {
        lm_a1111_size(lm_a1111_said(b, "hires resize"), &width, &height);
    }
    return method ? scaled_latent(b, latent, method, factor, width, height)
                  : scaled_picture(b, latent, upscaler, width, height);
}

/* Without "Hires steps", A1111 takes of the first pass's steps the share that denoising asks for. */
static double second_steps(const lm_a1111_builder *b, double steps, double denoise)
{
    const double given = floor(lm_a1111_number(b->text, "hires steps", 0));

    return given > 0 ? given : fmin(steps, floor(denoise * steps) + 1);
}

lm_a1111_ref lm_a1111_second_pass(lm_a1111_builder *b, lm_a1111_ref latent, const lm_a1111_walk *first, long width,
                                  long height)
{
    const char   *sampler = lm_a1111_said(b, "hires sampler"), *schedule = lm_a1111_said(b, "hires schedule type");
    const char   *positive = lm_a1111_said(b, "hires prompt"), *negative = lm_a1111_said(b, "hires negative prompt");
    lm_a1111_walk w = *first;

    w.latent = scaled(b, latent, width, height);
    w.denoise = fmin(1, fmax(0, lm_a1111_number(b->text, "denoising strength", 0.7)));
    w.steps = second_steps(b, first->steps, w.denoise);
    if (sampler || schedule)
        lm_a1111_sampler(sampler ? sampler : lm_a1111_said(b, "sampler") ? lm_a1111_said(b, "sampler") : "Euler",
                         schedule ? schedule : lm_a1111_said(b, "schedule type"), &w.sampler, &w.scheduler, b->notes);
    if (positive || negative) {
        w.cfg = lm_a1111_number(b->text, "cfg scale", 7);
        lm_a1111_add_prompts(b, positive ? positive : b->text->prompt, negative ? negative : b->text->negative, &w);
    }
    w.cfg = lm_a1111_number(b->text, "hires cfg scale", w.cfg);
    return lm_a1111_add_sampler(b, &w);
}
