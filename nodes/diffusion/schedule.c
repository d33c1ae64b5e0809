/* schedule.c: the schedules, and what KSampler makes of them. */
#include "nodes/diffusion/schedule.h"

#include <inttypes.h>
#include <math.h>

#include "nodes/diffusion/foreign.h"

/* ------------------------------------------------------------------ numbers in between */

/* Entry i of n numbers from first to last, each rounded once, counted from the nearer end: PyTorch's
 * linspace in float32. */
static float evenly(float first, float last, int64_t n, int64_t i)
{
    const float step = (last - first) / (float)(n - 1);

    if (n == 1)
        return first;
    return i < n / 2 ? fmaf(step, (float)i, first) : fmaf(-step, (float)(n - 1 - i), last);
}

static float lowest(const lm_levels *l)
{
    return l->sigmas[0];
}

static float highest(const lm_levels *l)
{
    return l->sigmas[l->n - 1];
}

static int64_t count_steps(const lm_levels *l, int64_t n)
{
    (void)l;
    return n + 1;
}

/* ------------------------------------------------------------------ the schedules */

/* Levels of the table, evenly spread by index. */
static float simple(const lm_levels *l, int64_t n, int64_t i)
{
    return l->sigmas[l->n - 1 - (int64_t)((double)i * ((double)l->n / (double)n))];
}

/* Evenly spread timesteps, the lowest one left out. */
static float sgm_uniform(const lm_levels *l, int64_t n, int64_t i)
{
    return lm_levels_sigma(l, evenly((float)(l->n - 1), 0.0f, n + 1, i));
}

/* Evenly spread timesteps, both ends included. */
static float normal(const lm_levels *l, int64_t n, int64_t i)
{
    return lm_levels_sigma(l, evenly((float)(l->n - 1), 0.0f, n, i));
}

/* Source: Karras et al. 2022, equation 5, ρ = 7. */
static float karras(const lm_levels *l, int64_t n, int64_t i)
{
    const double rho = 7.0;
    const double from = pow((double)highest(l), 1.0 / rho), to = pow((double)lowest(l), 1.0 / rho);
    const float  root = (float)from + evenly(0.0f, 1.0f, n, i) * (float)(to - from);

    return lm_pow32(root, (float)rho);
}

/* Evenly spread logarithms. */
static float exponential(const lm_levels *l, int64_t n, int64_t i)
{
    return lm_exp32(evenly((float)log((double)highest(l)), (float)log((double)lowest(l)), n, i));
}

/* Every so many levels of the table, from its second one up: it begins below the highest, and has more
 * steps than were asked for when these do not divide the table. */
static int64_t ddim_stride(const lm_levels *l, int64_t n)
{
    return n < l->n ? l->n / n : 1;
}

static int64_t ddim_count(const lm_levels *l, int64_t n)
{
    return 1 + (l->n - 2) / ddim_stride(l, n) + 1;
}

static float ddim_uniform(const lm_levels *l, int64_t n, int64_t i)
{
    return l->sigmas[1 + ddim_stride(l, n) * (ddim_count(l, n) - 2 - i)];
}

#define SCHEDULES(X)                                                                                \
    X(simple, count_steps, "Levels of the model's own table, evenly spread.")                       \
    X(sgm_uniform, count_steps, "Evenly spread timesteps that leave out the lowest.")               \
    X(karras, count_steps, "Many small steps where little noise is left.")                          \
    X(exponential, count_steps, "Each level the same fraction of the one before.")                  \
    X(ddim_uniform, ddim_count, "Every so many levels of the table, from its foot.")                \
    X(normal, count_steps, "Evenly spread timesteps from the highest to the lowest.")

#define ROW(name_, count_, doc_) { #name_, doc_, count_, name_ },
lm_schedule lm_schedules[LM_MOST_SCHEDULES] = { SCHEDULES(ROW) };

#define NAME(name_, count_, doc_) #name_,
const char *lm_schedule_names[LM_MOST_SCHEDULES + 1] = { SCHEDULES(NAME) NULL };

const char *lm_schedule_unbuilt[] = { "beta", "linear_quadratic", "kl_optimal", NULL };

/* ------------------------------------------------------------------ walks */

static lm_sigmas none(void)
{
    return (lm_sigmas){ 0, NULL };
}

/* How many steps are planned so that `steps` of them remain. */
static bool plan(lm_pass *p, int64_t steps, double denoise, int64_t *planned)
{
    const double wanted = denoise > 0.9999 ? (double)steps : (double)steps / denoise;

    *planned = wanted < 1e9 ? (int64_t)wanted : 0;
    return *planned ||
           lm_pass_fail(p, INPUT, "denoise %g is too small for %" PRId64 " steps", denoise, steps);
}

lm_sigmas lm_schedule_walk(lm_pass *p, int schedule, const lm_levels *l, int64_t steps, double denoise,
                           bool drop_penultimate)
{
    const lm_schedule *s = &lm_schedules[schedule];
    int64_t            n, count, first;
    const double      *theirs = NULL; /* a plugin's levels */
    float             *at;

    if (denoise <= 0.0 || !plan(p, steps, denoise, &n))
        return none();
    n += drop_penultimate;
    if (s->foreign && !(theirs = lm_foreign_levels(p, s, l, n)))
        return none();
    count = (s->foreign ? n + 1 : s->count(l, n)) - drop_penultimate;
    first = denoise > 0.9999 || count < steps + 1 ? 0 : count - (steps + 1);

    at = lm_host_floats(p, count - first);
    for (int64_t i = first; at && i < count - 1; i++)
        at[i - first] = theirs ? (float)theirs[i] : s->at(l, n, i); /* the last one stays 0 */
    return at ? (lm_sigmas){ (int)(count - first - 1), at } : none();
}

lm_sigmas lm_sigmas_cut(lm_pass *p, lm_sigmas s, int64_t first, int64_t last, bool to_zero)
{
    const bool    ends_early = last < s.steps;
    const int64_t end = ends_early ? last : s.steps;
    float        *at;

    if (first >= end)
        return none();
    at = lm_host_floats(p, end - first + 1);
    for (int64_t i = first; at && i <= end; i++)
        at[i - first] = i == end && ends_early && to_zero ? 0.0f : s.at[i];
    return at ? (lm_sigmas){ (int)(end - first), at } : none();
}
