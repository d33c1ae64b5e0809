/* sampler.h: ways of walking from noise to a picture, told without naming a model.
 *
 * A denoiser is a function that guesses the clean latent x0 behind a noisy x; guidance, masks and control
 * nets are denoisers around denoisers. A walk asks one at each of its noise levels.
 *
 *     lm_walk w = { .denoise = my_denoise, .self = &mine, .sigmas = s, .seed = seed };
 *     x = lm_walk_run(p, &lm_samplers[a->sampler_name], &w, x);
 *
 * A new sampler is one function and a row of SAMPLERS in sampler.c. */
#ifndef LM_DIFFUSION_SAMPLER_H
#define LM_DIFFUSION_SAMPLER_H

#include "core/data/foreign.h"
#include "core/data/pass.h"
#include "nodes/diffusion/schedule.h"

/* x [N, h, w, C] at noise level sigma (> 0) -> its guess at x0, a fresh tensor of that shape. [lends] */
typedef lm_tensor *lm_denoise_fn(lm_pass *p, void *self, const lm_tensor *x, double sigma);

typedef struct lm_walk {
    lm_denoise_fn *denoise;
    void          *self;
    lm_sigmas      sigmas;
    uint64_t       seed; /* of the noise that is added on the way */

    /* Told when `step` of `steps` (1, 2, …) is done and what x0 looked like in it. May be NULL. */
    void (*told)(lm_pass *p, void *listener, int step, int steps, const lm_tensor *x0);
    void *listener;

    const char              *name;    /* the sampler's, for errors; lm_walk_run sets it, */
    const struct lm_sampler *sampler; /* and this */
} lm_walk;

enum {
    LM_DROPS_PENULTIMATE = 1 << 0, /* its schedules leave out the level before the last */
    LM_FRESH_MASK_NOISE  = 1 << 1  /* what a mask protects is seen under noise of its own, seed + 1 */
};

typedef struct lm_sampler {
    const char *name, *doc;
    uint32_t    flags;
    lm_tensor *(*walk)(lm_pass *p, const lm_walk *w, lm_tensor *x);
    const limn_sampler *foreign; /* a plugin's, for lm_foreign_walk (foreign.h); NULL: built in */
    const lm_origin    *origin;
} lm_sampler;

/* They grow while plugins are loaded, and stay as they are once something runs. */
enum { LM_MOST_SAMPLERS = 512 };
extern lm_sampler  lm_samplers[LM_MOST_SAMPLERS];          /* in the order of lm_sampler_names */
extern const char *lm_sampler_names[LM_MOST_SAMPLERS + 1]; /* NULL-terminated */
extern const char *lm_sampler_unbuilt[];                   /* known elsewhere, not built yet; NULL-terminated */

/* Walks from x, which is at level sigmas.at[0] and is used up, to the last level. A step that ends in a NaN
 * or an infinity is an error that names the sampler and the step.                           [lends] */
lm_tensor *lm_walk_run(lm_pass *p, const lm_sampler *s, const lm_walk *w, lm_tensor *x);

/* For walks. A look at x0 that outlives the step. */
lm_tensor *lm_walk_look(lm_pass *p, const lm_walk *w, const lm_tensor *x, double sigma);    /* [lends] */
/* Tells the listener that step i (0, 1, …) is done. */
void lm_walk_tell(lm_pass *p, const lm_walk *w, int i, const lm_tensor *x0);
/* Ends the scope of step i: checks `next`, hands it out, and lets go of x. */
lm_tensor *lm_walk_keep(lm_pass *p, const lm_walk *w, lm_scope *sc, int i, const lm_tensor *x,
                        const lm_tensor *next);

/* unipc.c */
lm_tensor *lm_uni_pc(lm_pass *p, const lm_walk *w, lm_tensor *x);

#endif
