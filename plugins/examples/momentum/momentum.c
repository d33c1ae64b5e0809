/* momentum.c: a plugin that brings a sampler and a schedule. Both appear wherever limn offers them, KSampler among
 * them; nothing here knows of models, prompts or masks. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <limn/limn.h>

/* ------------------------------------------------------------------ the sampler */

/* Along the slope as it will be in the middle of the step, foretold from how it changed in the step before. */
enum { LOOK, SLOPE, BEFORE, BUFFERS };

static void step(const limn_walk *w, int i, float *x, float *const *at)
{
    const double sigma = w->sigmas[i], dt = w->sigmas[i + 1] - sigma;
    const double dt_before = i ? sigma - w->sigmas[i - 1] : 0;
    const float  ahead = i && w->sigmas[i + 1] > 0 ? (float)(0.5 * dt / dt_before) : 0;

    for (int64_t k = 0; k < w->count; k++) {
        at[SLOPE][k] = (x[k] - at[LOOK][k]) / (float)sigma; /* dx/dσ */
        x[k] += (float)dt * (at[SLOPE][k] + (i ? ahead * (at[SLOPE][k] - at[BEFORE][k]) : 0));
    }
    memcpy(at[BEFORE], at[SLOPE], (size_t)w->count * sizeof(float));
}

static bool walk(limn_call *call, const limn_walk *w, float *x, limn_error *err)
{
    float *memory = malloc((size_t)w->count * BUFFERS * sizeof *memory);
    float *at[BUFFERS];
    bool   ok = memory || limn_fail(err, MEMORY, "no memory for a walk");

    for (int b = 0; b < BUFFERS; b++)
        at[b] = memory + (ok ? b * w->count : 0);
    for (int i = 0; ok && i < w->steps; i++) {
        ok = w->denoise(w, x, w->sigmas[i], at[LOOK], err);
        if (!ok)
            break;
        step(w, i, x, at);
        w->done(w, i + 1, at[LOOK]); /* the progress bar, and the preview */
        if (call->host->stopped(call))
            ok = limn_fail(err, CANCELLED, "stopped on request");
    }
    free(memory);
    return ok;
}

static const limn_sampler momentum = {
    sizeof momentum, "euler_momentum", "Euler along a slope that is foretold; one look a step.", walk
};

/* ------------------------------------------------------------------ the schedule */

/* Between the highest and the lowest level by logarithms, slowly at both ends: half a wave of a cosine. */
static bool fill(const double *levels, int n_levels, int steps, double *sigmas, limn_error *err)
{
    const double high = log(levels[n_levels - 1]), low = log(levels[0]);

    (void)err;
    for (int i = 0; i < steps; i++) {
        const double part = steps > 1 ? (double)i / (steps - 1) : 0;

        sigmas[i] = exp(low + (high - low) * 0.5 * (1 + cos(part * acos(-1.0))));
    }
    sigmas[steps] = 0;
    return true;
}

static const limn_schedule cosine = { sizeof cosine, "cosine", "Slow at both ends, quick between.", fill };

/* ------------------------------------------------------------------ the plugin */

static const limn_document help = {
    sizeof help, "help", "euler_momentum.md",
    "# euler_momentum\n\nSecond order, from how the slope changed in the step before: one look at the model a step, as\n"
    "euler, where heun takes two.\n"
};

LIMN_PLUGIN(.id = "org.limn.example.momentum", .name = "Momentum", .version = "1.0",
            .doc = "A sampler and a schedule.",
            .samplers = (const limn_sampler *const[]){ &momentum, NULL },
            .schedules = (const limn_schedule *const[]){ &cosine, NULL },
            .documents = (const limn_document *const[]){ &help, NULL });
