/* guided.c: asks the model for each prompt, two prompts at a time where they fit, and pulls the positive
 * side away from the negative one.  Source: Ho and Salimans 2022; the order of rounding is ComfyUI's. */
#include "nodes/guided.h"

#include <inttypes.h>
#include <math.h>

#include "kernels/ops.h"
#include "nodes/diffusion/masked.h"
#include "nodes/models/unet.h"
#include "nodes/prompts.h"

enum { TOGETHER = 2 }; /* prompts in one evaluation */

/* Prompts that the network sees side by side. */
typedef struct group {
    int          n, part[TOGETHER]; /* indices into the prompts */
    lm_unet_run *run;
} group;

struct lm_guided {
    const lm_model *model;
    double          cfg;
    lm_shape        latent; /* [N, h, w, C] */
    lm_prompts      prompts;
    group          *groups;
    int             n_groups;
};

lm_levels lm_model_levels(const lm_model *m)
{
    return (lm_levels){ m->sigmas, m->log_sigmas, LM_N_SIGMAS };
}

/* ------------------------------------------------------------------ which prompts go together */

static int64_t common_multiple(int64_t a, int64_t b)
{
    int64_t x = a, y = b;

    while (y) {
        const int64_t rest = x % y;

        x = y;
        y = rest;
    }
    return a / x * b;
}

/* Repeating a prompt's tokens does not change what attention makes of them, so that prompts of different
 * lengths can share an evaluation; beyond four times it costs more than it saves. */
static bool lengths_fit(const lm_prompt *a, const lm_prompt *b)
{
    const int64_t ta = lm_dim(a->tokens, 1), tb = lm_dim(b->tokens, 1);

    return common_multiple(ta, tb) <= 4 * (ta < tb ? ta : tb);
}

static bool fit(const lm_prompt *a, const lm_prompt *b)
{
    return a->area.h == b->area.h && a->area.w == b->area.w && a->from == b->from && a->to == b->to &&
           lengths_fit(a, b);
}

/* Puts every prompt that is still `free` and goes with `first` beside it. */
static void fill_group(const lm_prompts *all, group *g, int first, bool *taken)
{
    for (int i = first; i < all->n && g->n < TOGETHER; i++)
        if (!taken[i] && fit(&all->at[first], &all->at[i])) {
            taken[i] = true;
            g->part[g->n++] = i;
        }
}

/* Tokens [1 or N, T, C] -> [batch, length, C]. */
static const lm_tensor *stretch(lm_pass *p, const lm_tensor *t, int64_t batch, int64_t length)
{
    const lm_tensor *times[4] = { t, t, t, t };

    if (lm_dim(t, 1) < length)
        t = lm_concat_all(p, times, (int)(length / lm_dim(t, 1)), 1);
    return lm_batch_of(p, t, batch);
}

/* One prompt alone keeps batch 1 where it can; two are laid out image by image. */
static const lm_tensor *context_of(lm_pass *p, const lm_guided *s, const group *g)
{
    const lm_tensor *a = s->prompts.at[g->part[0]].tokens, *b;
    const int64_t    batch = s->latent.at[0];
    int64_t          length;

    if (g->n == 1)
        return lm_dim(a, 0) == 1 ? a : lm_batch_of(p, a, batch);
    b = s->prompts.at[g->part[1]].tokens;
    length = common_multiple(lm_dim(a, 1), lm_dim(b, 1));
    a = stretch(p, a, batch, length);
    b = stretch(p, b, batch, length);
    return lm_concat(p, a, b, 0);
}

static double timestep(const lm_model *m, double sigma)
{
    const lm_levels l = lm_model_levels(m);

    return lm_levels_place(&l, (float)sigma);
}

/* The network's run for a group, and the time embeddings of the whole walk. */
static void begin_group(lm_pass *p, const lm_guided *s, group *g, const lm_sigmas *sigmas)
{
    const lm_tensor *context = context_of(p, s, g);
    double          *times = lm_scope_bytes(p, (size_t)sigmas->steps * sizeof *times);

    for (int i = 0; times && i < sigmas->steps; i++)
        times[i] = timestep(s->model, sigmas->at[i]);
    if (!context || !times)
        return;
    g->run = lm_unet_begin(p, s->model->net, context);
    if (g->run)
        lm_unet_times(p, g->run, times, sigmas->steps);
}

/* ------------------------------------------------------------------ before the walk */

static bool prompts_fit_model(lm_pass *p, const lm_guided *s)
{
    const int64_t want = lm_unet_context_width(s->model->net);

    for (int i = 0; i < s->prompts.n; i++) {
        const lm_prompt *q = &s->prompts.at[i];
        const int64_t    have = lm_dim(q->tokens, 2);

        if (have != want) {
            lm_pass_fail(p, INPUT, "the prompt was encoded %" PRId64 " numbers wide, the model reads %"
                         PRId64 ": they come from different families", have, want);
            snprintf(p->error.input, sizeof p->error.input, "%s",
                     q->side == LM_POSITIVE ? "positive" : "negative");
            return false;
        }
    }
    return true;
}

static bool latent_fits_model(lm_pass *p, const lm_guided *s)
{
    const int64_t takes = lm_unet_in_channels(s->model->net), has = s->latent.at[3];

    if (takes == has)
        return true;
    lm_pass_fail(p, INPUT, "the model takes %" PRId64 " channels, the latent has %" PRId64, takes, has);
    snprintf(p->error.input, sizeof p->error.input, "latent_image");
    return false;
}

static void drop_negative(lm_prompts *all)
{
    int kept = 0;

    for (int i = 0; i < all->n; i++)
        if (all->at[i].side == LM_POSITIVE)
            all->at[kept++] = all->at[i];
    all->n = kept;
}

static bool is_one(double cfg)
{
    return fabs(cfg - 1.0) <= 1e-9 * fmax(fabs(cfg), 1.0);
}

lm_guided *lm_guided_begin(lm_pass *p, const lm_model *m, const limn_value *positive,
                           const limn_value *negative, double cfg, lm_shape latent,
                           const lm_sigmas *sigmas)
{
    lm_guided      *s = lm_scope_bytes(p, sizeof *s);
    const lm_levels levels = lm_model_levels(m);
    bool           *taken;

    if (!s)
        return NULL;
    *s = (lm_guided){ .model = m, .cfg = is_one(cfg) ? 1.0 : cfg, .latent = latent };
    if (!latent_fits_model(p, s) ||
        !lm_prompts_settle(p, &s->prompts, positive, negative, &levels, latent) ||
        !prompts_fit_model(p, s))
        return NULL;
    if (s->cfg == 1.0)
        drop_negative(&s->prompts);

    taken = lm_scope_bytes(p, (size_t)s->prompts.n + 1);
    s->groups = lm_scope_bytes(p, ((size_t)s->prompts.n + 1) * sizeof *s->groups);
    for (int i = 0; taken && s->groups && i < s->prompts.n; i++)
        if (!taken[i]) {
            group *g = &s->groups[s->n_groups++];

            fill_group(&s->prompts, g, i, taken);
            begin_group(p, s, g, sigmas);
        }
    return lm_pass_live(p) ? s : NULL;
}

/* ------------------------------------------------------------------ one look */

static bool is_active(const lm_prompt *q, double sigma)
{
    return sigma <= q->from && sigma >= q->to;
}

/* What the model's answer says about x0. */
static lm_tensor *x0_of(lm_pass *p, const lm_model *m, const lm_tensor *x, const lm_tensor *answer,
                        double sigma)
{
    const double squared = sigma * sigma + 1.0;

    if (m->prediction == LM_PREDICTS_V)
        return lm_axpby(p, 1.0 / squared, x, -sigma / sqrt(squared), answer);
    return lm_axpy(p, x, -sigma, answer);
}

/* x0 [N, ah, aw, C] for each prompt of a group. */
static void look(lm_pass *p, const lm_guided *s, const group *g, const lm_tensor *x, double sigma,
                 const lm_tensor **x0)
{
    const int64_t    batch = s->latent.at[0];
    lm_scope         sc = lm_scope_open(p);
    const lm_tensor *cut[TOGETHER], *seen, *all;

    for (int k = 0; k < g->n; k++)
        cut[k] = lm_region_cut(p, x, s->prompts.at[g->part[k]].area);
    seen = g->n > 1 ? lm_concat_all(p, cut, g->n, 0) : cut[0];
    all = lm_scale(p, seen, 1.0 / sqrt(sigma * sigma + 1.0));
    all = all ? lm_unet_eval(p, g->run, all, timestep(s->model, sigma)) : NULL;
    all = lm_scope_keep(&sc, x0_of(p, s->model, seen, all, sigma));
    for (int k = 0; k < g->n; k++)
        x0[g->part[k]] = g->n > 1 ? lm_slice(p, all, 0, k * batch, batch) : all;
}

/* ------------------------------------------------------------------ the denoiser */

lm_tensor *lm_guided_denoise(lm_pass *p, void *self, const lm_tensor *x, double sigma)
{
    const lm_guided  *s = self;
    lm_scope          sc = lm_scope_open(p);
    const lm_tensor **x0 = lm_scope_bytes(p, ((size_t)s->prompts.n + 1) * sizeof *x0);
    const lm_tensor  *led, *away;

    for (int i = 0; x0 && i < s->n_groups && lm_pass_live(p); i++)
        if (is_active(&s->prompts.at[s->groups[i].part[0]], sigma))
            look(p, s, &s->groups[i], x, sigma, x0);
    if (!lm_pass_live(p))
        return lm_scope_keep(&sc, NULL);

    led = lm_prompts_join(p, &s->prompts, LM_POSITIVE, x0, x);
    if (s->cfg != 1.0) {
        away = lm_prompts_join(p, &s->prompts, LM_NEGATIVE, x0, x);
        led = lm_axpy(p, away, s->cfg, lm_sub(p, led, away));
    }
    return lm_scope_keep(&sc, led);
}
