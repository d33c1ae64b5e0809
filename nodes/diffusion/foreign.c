/* foreign.c: samplers and schedules that plugins bring. */
#include "nodes/diffusion/foreign.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "kernels/ops.h"
#include "nodes/diffusion/noise.h"

/* ------------------------------------------------------------------ the lists */

static int count(const char *const *names)
{
    int n = 0;

    while (names[n])
        n++;
    return n;
}

static bool fits(const char *what, const char *const *names, int most, const char *name, limn_error *err)
{
    for (int i = 0; names[i]; i++)
        if (!strcmp(names[i], name))
            return limn_fail(err, INPUT, "its %s %s has the name of one that is there already", what, name);
    return count(names) < most || limn_fail(err, INPUT, "there are %d %ss, and no more fit", most, what);
}

bool lm_foreign_sampler_fits(const limn_sampler *s, limn_error *err)
{
    return fits("sampler", lm_sampler_names, LM_MOST_SAMPLERS, s->name, err);
}

bool lm_foreign_schedule_fits(const limn_schedule *s, limn_error *err)
{
    return fits("schedule", lm_schedule_names, LM_MOST_SCHEDULES, s->name, err);
}

/* What is built is not unbuilt. */
static void strike(const char **unbuilt, const char *name)
{
    for (; *unbuilt; unbuilt++)
        if (!strcmp(*unbuilt, name)) {
            memmove(unbuilt, unbuilt + 1, (size_t)(count(unbuilt + 1) + 1) * sizeof *unbuilt);
            return;
        }
}

void lm_foreign_sampler_add(const limn_sampler *s, const lm_origin *o)
{
    const int n = count(lm_sampler_names);

    lm_samplers[n] = (lm_sampler){ .name = s->name, .doc = s->doc, .walk = lm_foreign_walk, .foreign = s,
                                   .origin = o };
    lm_sampler_names[n] = s->name;
    lm_origin_add_choice(s->name, o);
    strike(lm_sampler_unbuilt, s->name);
}

void lm_foreign_schedule_add(const limn_schedule *s, const lm_origin *o)
{
    const int n = count(lm_schedule_names);

    lm_schedules[n] = (lm_schedule){ .name = s->name, .doc = s->doc, .foreign = s, .origin = o };
    lm_schedule_names[n] = s->name;
    lm_origin_add_choice(s->name, o);
    strike(lm_schedule_unbuilt, s->name);
}

/* ------------------------------------------------------------------ what a walk may ask for */

struct inside {
    lm_pass       *pass;
    const lm_walk *walk;
    lm_shape       shape;
};

/* The pass's failure is the plugin's to pass on; when it does not, the pass still has it. */
static bool tell_failure(const lm_pass *p, limn_error *err)
{
    if (err && err->code == LIMN_OK)
        *err = p->error;
    return false;
}

static bool look(struct inside *in, const float *x, double sigma, float *x0)
{
    lm_pass     *p = in->pass;
    lm_scope     sc = lm_scope_open(p);
    lm_tensor   *at = lm_from_host(p, in->shape, x);
    const float *guess;

    guess = at ? lm_host_view(p, in->walk->denoise(p, in->walk->self, at, sigma)) : NULL;
    if (guess)
        memcpy(x0, guess, (size_t)lm_shape_count(in->shape) * sizeof *x0);
    lm_scope_close(&sc);
    return lm_pass_live(p);
}

static bool denoise(const limn_walk *w, const float *x, double sigma, float *x0, limn_error *err)
{
    const lm_foreign *f = lm_foreign_pause();
    struct inside    *in = w->inside;
    bool              ok;

    if (!x || !x0 || !(sigma > 0.0) || !isfinite(sigma))
        ok = lm_pass_fail(in->pass, INPUT, "%s: it asked for a look at noise level %g: levels are above 0",
                          in->walk->name, sigma);
    else
        ok = lm_pass_live(in->pass) && look(in, x, sigma, x0);
    lm_foreign_resume(f);
    return ok || tell_failure(in->pass, err);
}

static void noise(const limn_walk *w, uint64_t seed, float *out)
{
    const lm_foreign *f = lm_foreign_pause();
    struct inside    *in = w->inside;
    lm_scope          sc = lm_scope_open(in->pass);
    const float      *drawn = lm_host_view(in->pass, lm_noise(in->pass, in->shape, seed, NULL));

    for (int64_t i = 0; i < w->count; i++)
        out[i] = drawn ? drawn[i] : 0.0f;
    lm_scope_close(&sc);
    lm_foreign_resume(f);
}

static void done(const limn_walk *w, int step, const float *x0)
{
    const lm_foreign *f = lm_foreign_pause();
    struct inside    *in = w->inside;
    lm_scope          sc = lm_scope_open(in->pass);

    if (step > 0 && step <= w->steps && x0)
        lm_walk_tell(in->pass, in->walk, step - 1, lm_from_host(in->pass, in->shape, x0));
    lm_scope_close(&sc);
    lm_foreign_resume(f);
}

/* ------------------------------------------------------------------ the walk */

static limn_shape outer_shape(lm_shape s)
{
    limn_shape out = { .rank = s.n };

    for (int i = 0; i < s.n; i++)
        out.dim[i] = s.at[i];
    return out;
}

static bool call_walk(lm_pass *p, const lm_walk *w, const limn_walk *theirs, float *x)
{
    limn_error err = { 0 };
    lm_foreign f;
    bool       ok = lm_foreign_enter(&f, w->sampler->origin, p->call, "its sampler's walk", &err) &&
              w->sampler->foreign->walk(p->call, theirs, x, &err);

    if (!lm_foreign_leave(&f, ok, &err) && p->error.code == LIMN_OK)
        p->error = err;
    return lm_pass_live(p);
}

/* A copy of x on the host that may be written. */
static float *writable(lm_pass *p, const lm_tensor *x)
{
    const float *from = lm_host_view(p, x);
    float       *to = from ? lm_host_floats(p, lm_count(x)) : NULL;

    if (to)
        memcpy(to, from, (size_t)lm_count(x) * sizeof *to);
    return to;
}

static const double *wide_sigmas(lm_pass *p, lm_sigmas s)
{
    double *wide = lm_scope_bytes(p, (size_t)(s.steps + 1) * sizeof *wide);

    for (int i = 0; wide && i <= s.steps; i++)
        wide[i] = (double)s.at[i];
    return wide;
}

lm_tensor *lm_foreign_walk(lm_pass *p, const lm_walk *w, lm_tensor *x)
{
    lm_scope      sc = lm_scope_open(p);
    struct inside in = { p, w, lm_shape_of(x) };
    float        *at = writable(p, x);
    limn_walk     theirs = { .size = sizeof theirs, .shape = outer_shape(in.shape), .count = lm_count(x),
                             .sigmas = wide_sigmas(p, w->sigmas), .steps = w->sigmas.steps, .seed = w->seed,
                             .denoise = denoise, .noise = noise, .done = done, .inside = &in };
    lm_tensor    *end = NULL;
    char          what[96];

    snprintf(what, sizeof what, "%.60s: the end of its walk", w->name);
    if (at && theirs.sigmas && call_walk(p, w, &theirs, at))
        end = lm_from_host(p, in.shape, at);
    return lm_scope_keep(&sc, end ? lm_want_finite(p, end, what) : NULL);
}

/* ------------------------------------------------------------------ levels */

/* They fall, from a number to 0. */
static bool levels_fall(lm_pass *p, const lm_schedule *s, const double *at, int64_t n)
{
    for (int64_t i = 0; i <= n; i++)
        if (!isfinite(at[i]) || at[i] < 0.0 || (i && at[i] > at[i - 1]))
            return lm_pass_fail(p, INPUT, "the schedule %.60s of the plugin %.60s gave %g as level %" PRId64
                                " of %" PRId64 ": levels fall, and end with 0", s->name, s->origin->plugin,
                                at[i], i, n);
    return at[n] == 0.0 || lm_pass_fail(p, INPUT, "the schedule %.60s of the plugin %.60s ends with %g, not with "
                                        "0", s->name, s->origin->plugin, at[n]);
}

static bool call_fill(lm_pass *p, const lm_schedule *s, const double *levels, int n_levels, int n, double *at)
{
    limn_error err = { 0 };
    lm_foreign f;
    bool       ok = lm_foreign_enter(&f, s->origin, p->call, "its schedule's fill", &err) &&
              s->foreign->fill(levels, n_levels, n, at, &err);

    if (!lm_foreign_leave(&f, ok, &err) && p->error.code == LIMN_OK)
        p->error = err;
    return lm_pass_live(p);
}

const double *lm_foreign_levels(lm_pass *p, const lm_schedule *s, const lm_levels *l, int64_t n)
{
    double *levels = lm_scope_bytes(p, (size_t)l->n * sizeof *levels);
    double *at = lm_scope_bytes(p, (size_t)(n + 1) * sizeof *at);

    if (!levels || !at)
        return NULL;
    for (int i = 0; i < l->n; i++)
        levels[i] = (double)l->sigmas[i];
    return call_fill(p, s, levels, l->n, (int)n, at) && levels_fall(p, s, at, n) ? at : NULL;
}
