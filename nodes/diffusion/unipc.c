/* unipc.c: the unified predictor-corrector, in the variant that the reference calls uni_pc: B(h) = h, up to
 * third order, guessing x0.  Source: Zhao et al. 2023, UniPC; the order of the first and last steps, and
 * the walk's end at level 0.001 in place of 0, as ComfyUI has them.
 *
 * It walks in the variance-preserving view: x here is the sampler's x times α. Its numbers beside the
 * tensors are float32 on purpose: near the end 1 - α² keeps two or three digits of them, and the pictures
 * that people know were made so. */
#include <math.h>

#include "kernels/ops.h"
#include "nodes/diffusion/sampler.h"

enum { MOST = 3 };

/* One noise level in that view. */
typedef struct level {
    float sigma, alpha, std, lambda; /* λ = log(α / std): half the logarithm of the signal-to-noise ratio */
} level;

/* The guesses so far, newest first, and where they were made. */
typedef struct history {
    lm_tensor *x0[MOST];
    level      at[MOST];
    int        n;
} history;

/* From at[0] of the history to `to`. */
typedef struct step {
    int   order;
    level to;
    float shrink, pull, reach;   /* x' = shrink · x - pull · x0 - reach · (corrections) */
    float r[MOST];               /* places of the older guesses, in units of the step; the last is 1 */
    float matrix[MOST][MOST], b[MOST];
} step;

static level level_of(float sigma)
{
    const float log_alpha = 0.5f * lm_log32(1.0f / (sigma * sigma + 1.0f));
    const float rest = 1.0f - lm_exp32(2.0f * log_alpha);

    return (level){ sigma, lm_exp32(log_alpha), sqrtf(rest), log_alpha - 0.5f * lm_log32(rest) };
}

/* The walk's level i, never 0. */
static level level_at(const lm_walk *w, int i)
{
    const float sigma = w->sigmas.at[i];

    return level_of(sigma > 0.0f ? sigma : 0.001f);
}

/* ------------------------------------------------------------------ coefficients */

static step plan_step(const history *past, level to, int order)
{
    step        u = { .order = order, .to = to };
    const float h = to.lambda - past->at[0].lambda, grown = lm_expm132(-h);
    float       phi = grown / -h - 1.0f, factorial = 1.0f;

    for (int i = 1; i < order; i++)
        u.r[i - 1] = (past->at[i].lambda - past->at[0].lambda) / h;
    u.r[order - 1] = 1.0f;
    for (int i = 0; i < order; i++) {
        for (int k = 0; k < order; k++)
            u.matrix[i][k] = i ? u.matrix[i - 1][k] * u.r[k] : 1.0f;
        u.b[i] = phi * factorial / -h;
        factorial *= (float)(i + 2);
        phi = phi / -h - 1.0f / factorial;
    }
    u.shrink = to.std / past->at[0].std;
    u.pull = to.alpha * grown;
    u.reach = to.alpha * -h;
    return u;
}

/* rho = matrix⁻¹ b for its leading n rows and columns; elimination with the largest pivot. */
static void solve(const step *u, int n, float rho[MOST])
{
    float a[MOST][MOST + 1];

    for (int i = 0; i < n; i++) {
        for (int k = 0; k < n; k++)
            a[i][k] = u->matrix[i][k];
        a[i][n] = u->b[i];
    }
    for (int i = 0; i < n; i++) {
        int top = i;

        for (int j = i + 1; j < n; j++)
            top = fabsf(a[j][i]) > fabsf(a[top][i]) ? j : top;
        for (int k = 0; k <= n; k++) {
            const float other = a[top][k];

            a[top][k] = a[i][k];
            a[i][k] = other;
        }
        for (int j = i + 1; j < n; j++)
            for (int k = n; k >= i; k--)
                a[j][k] -= a[j][i] / a[i][i] * a[i][k];
    }
    for (int i = n - 1; i >= 0; i--) {
        rho[i] = a[i][n];
        for (int k = i + 1; k < n; k++)
            rho[i] -= a[i][k] * rho[k];
        rho[i] /= a[i][i];
    }
}

/* Weights of the older guesses; the paper's shortcut for second order. */
static void predictor(const step *u, float rho[MOST])
{
    rho[0] = 0.5f;
    if (u->order > 2)
        solve(u, u->order - 1, rho);
}

/* The same with the guess at the step's end as the last one. */
static void corrector(const step *u, float rho[MOST])
{
    rho[0] = 0.5f;
    if (u->order > 1)
        solve(u, u->order, rho);
}

/* ------------------------------------------------------------------ tensors */

/* The guess at x0 from x at this view's level, by way of the noise as the reference computes it. */
static lm_tensor *look(lm_pass *p, const lm_walk *w, const lm_tensor *x, level l)
{
    lm_scope   sc = lm_scope_open(p);
    lm_tensor *wide = lm_scale(p, x, sqrtf(l.sigma * l.sigma + 1.0f));
    lm_tensor *x0 = wide ? w->denoise(p, w->self, wide, l.sigma) : NULL;
    lm_tensor *noise = lm_scale(p, lm_sub(p, wide, x0), 1.0 / (double)l.sigma);

    x0 = lm_axpby(p, 1.0 / (double)l.alpha, x, -(double)l.std / (double)l.alpha, noise);
    return lm_scope_keep(&sc, x0);
}

/* x at the step's end. `rho` weighs the older guesses, and `ahead`, the guess there, when not NULL. */
static lm_tensor *move(lm_pass *p, const step *u, const history *past, const lm_tensor *x,
                       const float rho[MOST], const lm_tensor *ahead)
{
    lm_tensor *y = lm_axpby(p, u->shrink, x, -u->pull, past->x0[0]);

    for (int i = 1; i < u->order; i++) {
        const double k = -u->reach * rho[i - 1] / u->r[i - 1];

        y = lm_axpy(p, y, k, lm_sub(p, past->x0[i], past->x0[0]));
    }
    if (ahead)
        y = lm_axpy(p, y, -u->reach * rho[u->order - 1], lm_sub(p, ahead, past->x0[0]));
    return y;
}

static void remember(lm_pass *p, history *past, lm_tensor *x0, level at)
{
    if (past->n == MOST)
        lm_drop(p, past->x0[MOST - 1]);
    past->n += past->n < MOST;
    for (int i = past->n - 1; i > 0; i--) {
        past->x0[i] = past->x0[i - 1];
        past->at[i] = past->at[i - 1];
    }
    past->x0[0] = x0;
    past->at[0] = at;
}

static void forget(lm_pass *p, history *past)
{
    for (int i = 0; i < past->n; i++)
        lm_drop(p, past->x0[i]);
}

/* One step to level i: predicted, and, but for the last one, looked at and corrected. */
static lm_tensor *walk_to(lm_pass *p, const lm_walk *w, history *past, lm_tensor *x, int i, int order)
{
    const step u = plan_step(past, level_at(w, i), order);
    lm_scope   sc = lm_scope_open(p);
    float      rho[MOST];
    lm_tensor *there, *ahead;

    predictor(&u, rho);
    there = move(p, &u, past, x, rho, NULL);
    if (i == w->sigmas.steps)
        return lm_walk_keep(p, w, &sc, i - 1, x, there);

    there = lm_scope_keep(&sc, there);
    ahead = look(p, w, there, u.to);
    lm_drop(p, there);
    sc = lm_scope_open(p);
    corrector(&u, rho);
    x = lm_walk_keep(p, w, &sc, i - 1, x, ahead ? move(p, &u, past, x, rho, ahead) : NULL);
    remember(p, past, ahead, u.to);
    return x;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* One step alone has no order left to walk with: the reference then only looks, and so do we. */
lm_tensor *lm_uni_pc(lm_pass *p, const lm_walk *w, lm_tensor *x)
{
    const int steps = w->sigmas.steps, order = smaller(MOST, steps - 1);
    level     first = level_at(w, 0);
    lm_tensor *begun = lm_scale(p, x, 1.0 / (double)sqrtf(1.0f + first.sigma * first.sigma));
    history   past = { 0 };

    lm_drop(p, x);
    x = begun;
    remember(p, &past, look(p, w, x, first), first);
    lm_walk_tell(p, w, 0, past.x0[0]);
    for (int i = 1; i <= steps && steps > 1 && lm_pass_live(p); i++) {
        x = walk_to(p, w, &past, x, i, smaller(i, smaller(order, steps + 1 - i)));
        if (i != steps - 1)
            lm_walk_tell(p, w, smaller(i, steps - 1), past.x0[0]);
    }
    forget(p, &past);
    begun = lm_scale(p, x, 1.0 / (double)level_at(w, steps).alpha);
    lm_drop(p, x);
    return begun;
}
