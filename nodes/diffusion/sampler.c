/* sampler.c: the samplers, each one function and one row. */
#include "nodes/diffusion/sampler.h"

#include <math.h>

#include "kernels/ops.h"
#include "nodes/diffusion/noise.h"

/* ------------------------------------------------------------------ what every walk does */

lm_tensor *lm_walk_look(lm_pass *p, const lm_walk *w, const lm_tensor *x, double sigma)
{
    lm_scope sc = lm_scope_open(p);

    return lm_scope_keep(&sc, w->denoise(p, w->self, x, sigma));
}

void lm_walk_tell(lm_pass *p, const lm_walk *w, int i, const lm_tensor *x0)
{
    if (w->told && lm_pass_live(p))
        w->told(p, w->listener, i + 1, w->sigmas.steps, x0);
}

lm_tensor *lm_walk_keep(lm_pass *p, const lm_walk *w, lm_scope *sc, int i, const lm_tensor *x,
                        const lm_tensor *next)
{
    char       what[96];
    lm_tensor *kept;

    snprintf(what, sizeof what, "%s: the latent after step %d of %d", w->name, i + 1, w->sigmas.steps);
    kept = lm_scope_keep(sc, lm_want_finite(p, next, what));
    lm_drop(p, x);
    return kept;
}

lm_tensor *lm_walk_run(lm_pass *p, const lm_sampler *s, const lm_walk *w, lm_tensor *x)
{
    lm_walk named = *w;

    named.name = s->name;
    named.sampler = s;
    return s->walk(p, &named, x);
}

/* dx/dσ at level sigma. */
static lm_tensor *slope(lm_pass *p, const lm_tensor *x, const lm_tensor *x0, float sigma)
{
    return lm_scale(p, lm_sub(p, x, x0), 1.0 / (double)sigma);
}

/* ------------------------------------------------------------------ the samplers */

/* Source: Karras et al. 2022, algorithm 2 without churn or correction. */
static lm_tensor *euler(lm_pass *p, const lm_walk *w, lm_tensor *x)
{
    const float *s = w->sigmas.at;

    for (int i = 0; i < w->sigmas.steps && lm_pass_live(p); i++) {
        lm_scope   sc = lm_scope_open(p);
        lm_tensor *x0 = w->denoise(p, w->self, x, s[i]); /* its guess at the clean latent */
        lm_tensor *d = slope(p, x, x0, s[i]);

        lm_walk_tell(p, w, i, x0);
        x = lm_walk_keep(p, w, &sc, i, x, lm_axpy(p, x, s[i + 1] - s[i], d));
    }
    return x;
}

/* How far down a step goes, and how much fresh noise brings it back up to `to`. */
static void split_step(float from, float to, float *down, float *up)
{
    *up = fminf(to, sqrtf(to * to * (from * from - to * to) / (from * from)));
    *down = sqrtf(to * to - *up * *up);
}

/* Euler steps that go too far down and are brought back with fresh noise.
 * Source: the ancestral step of Song et al. 2021 in the notation of k-diffusion. */
static lm_tensor *euler_ancestral(lm_pass *p, const lm_walk *w, lm_tensor *x)
{
    const float *s = w->sigmas.at;
    lm_random    stream;

    lm_random_seed(&stream, w->seed);
    for (int i = 0; i < w->sigmas.steps && lm_pass_live(p); i++) {
        lm_scope   sc = lm_scope_open(p);
        lm_tensor *x0 = w->denoise(p, w->self, x, s[i]), *next = x0;
        float      down, up;

        split_step(s[i], s[i + 1], &down, &up);
        if (x0 && down > 0.0f) {
            next = lm_axpy(p, x, down - s[i], slope(p, x, x0, s[i]));
            next = lm_axpy(p, next, up, lm_noise_next(p, &stream, lm_shape_of(x0)));
        }
        lm_walk_tell(p, w, i, x0);
        x = lm_walk_keep(p, w, &sc, i, x, next);
    }
    return x;
}

/* Source: Karras et al. 2022, algorithm 2 without churn. */
static lm_tensor *heun(lm_pass *p, const lm_walk *w, lm_tensor *x)
{
    const float *s = w->sigmas.at;

    for (int i = 0; i < w->sigmas.steps && lm_pass_live(p); i++) {
        const float step = s[i + 1] - s[i];
        lm_scope    sc = lm_scope_open(p);
        lm_tensor  *x0 = lm_walk_look(p, w, x, s[i]);
        lm_tensor  *d = slope(p, x, x0, s[i]);
        lm_tensor  *next = lm_axpy(p, x, step, d);

        if (s[i + 1] > 0.0f) { /* look again from there, and go the mean of both ways */
            lm_tensor *d2 = slope(p, next, lm_walk_look(p, w, next, s[i + 1]), s[i + 1]);

            next = lm_axpy(p, x, step, lm_axpby(p, 0.5, d, 0.5, d2));
        }
        lm_walk_tell(p, w, i, x0);
        x = lm_walk_keep(p, w, &sc, i, x, next);
    }
    return x;
}

/* Second order from the guess of the step before.  Source: Lu et al. 2022, DPM-Solver++(2M). */
static lm_tensor *dpmpp_2m(lm_pass *p, const lm_walk *w, lm_tensor *x)
{
    const float *s = w->sigmas.at;
    lm_tensor   *before = NULL; /* the last step's x0 */
    float        h = 0.0f;

    for (int i = 0; i < w->sigmas.steps && lm_pass_live(p); i++) {
        lm_tensor   *x0 = lm_walk_look(p, w, x, s[i]), *guess = x0;
        lm_scope     sc = lm_scope_open(p);
        const float  t = -lm_log32(s[i]), t_next = -lm_log32(s[i + 1]), h_last = h;
        const double shrink = lm_exp32(-t_next) / lm_exp32(-t);

        h = t_next - t;
        if (before && s[i + 1] > 0.0f) {
            const float k = 1.0f / (2.0f * (h_last / h));

            guess = lm_axpby(p, 1.0f + k, x0, -k, before);
        }
        lm_walk_tell(p, w, i, x0);
        x = lm_walk_keep(p, w, &sc, i, x, lm_axpby(p, shrink, x, -lm_expm132(-h), guess));
        lm_drop(p, before);
        before = x0;
    }
    lm_drop(p, before);
    return x;
}

/* ------------------------------------------------------------------ the table */

#define SAMPLERS(X)                                                                                 \
    X(euler, euler, 0, "First order; one look a step.")                                             \
    X(euler_ancestral, euler_ancestral, 0, "First order with fresh noise; one look a step.")        \
    X(heun, heun, 0, "Second order; two looks a step.")                                             \
    X(dpmpp_2m, dpmpp_2m, 0, "Second order from the step before; one look a step.")                 \
    X(ddim, euler, LM_FRESH_MASK_NOISE, "Euler; masks see noise of their own.")                     \
    X(uni_pc, lm_uni_pc, LM_DROPS_PENULTIMATE, "Third order, predicted and corrected; one look.")

#define ROW(name_, walk_, flags_, doc_) { #name_, doc_, flags_, walk_ },
lm_sampler lm_samplers[LM_MOST_SAMPLERS] = { SAMPLERS(ROW) };

#define NAME(name_, walk_, flags_, doc_) #name_,
const char *lm_sampler_names[LM_MOST_SAMPLERS + 1] = { SAMPLERS(NAME) NULL };

const char *lm_sampler_unbuilt[] = {
    "euler_cfg_pp", "euler_ancestral_cfg_pp", "heunpp2", "dpm_2", "dpm_2_ancestral", "lms", "dpm_fast",
    "dpm_adaptive", "dpmpp_2s_ancestral", "dpmpp_2s_ancestral_cfg_pp", "dpmpp_sde", "dpmpp_sde_gpu",
    "dpmpp_2m_cfg_pp", "dpmpp_2m_sde", "dpmpp_2m_sde_gpu", "dpmpp_2m_sde_heun",
    "dpmpp_2m_sde_heun_gpu", "dpmpp_3m_sde", "dpmpp_3m_sde_gpu", "ddpm", "lcm", "ipndm", "ipndm_v", "deis",
    "res_multistep", "res_multistep_cfg_pp", "res_multistep_ancestral",
    "res_multistep_ancestral_cfg_pp", "gradient_estimation", "gradient_estimation_cfg_pp", "er_sde",
    "seeds_2", "seeds_3", "sa_solver", "sa_solver_pece", "uni_pc_bh2", NULL
};
