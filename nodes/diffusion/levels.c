/* levels.c: noise levels and their places. */
#include "nodes/diffusion/levels.h"

#include <math.h>

float lm_exp32(float x)
{
    return (float)exp((double)x);
}

float lm_log32(float x)
{
    return (float)log((double)x);
}

float lm_expm132(float x)
{
    return (float)expm1((double)x);
}

float lm_pow32(float x, float y)
{
    return (float)pow((double)x, (double)y);
}

/* Entry i of n numbers that rise evenly from first to last, counted from the nearer end. */
static double evenly(double first, double last, int n, int i)
{
    const double step = (last - first) / (n - 1);

    return i < n / 2 ? first + step * i : last - step * (n - 1 - i);
}

/* Source: Ho et al. 2020 (ᾱ is the product of 1 - β), in the noise-level view of Karras et al. 2022:
 * σ = √((1 - ᾱ) / ᾱ). */
void lm_levels_scaled_linear(double first, double last, int n, float *sigmas, float *logs)
{
    double kept = 1.0; /* ᾱ */

    for (int i = 0; i < n; i++) {
        const double root = evenly(sqrt(first), sqrt(last), n, i);
        double       sigma;

        kept *= 1.0 - root * root;
        sigma = sqrt((1.0 - kept) / kept);
        sigmas[i] = (float)sigma;
        logs[i] = (float)log(sigma);
    }
}

int lm_levels_place(const lm_levels *l, float sigma)
{
    const float at = lm_log32(sigma);
    int         best = 0;

    for (int i = 1; i < l->n; i++)
        if (fabsf(at - l->logs[i]) < fabsf(at - l->logs[best]))
            best = i;
    return best;
}

float lm_levels_sigma(const lm_levels *l, float place)
{
    const float t = fminf(fmaxf(place, 0.0f), (float)(l->n - 1));
    const int   low = (int)floorf(t), high = (int)ceilf(t);
    const float w = t - (float)low;

    return lm_exp32((1.0f - w) * l->logs[low] + w * l->logs[high]);
}

double lm_levels_of_percent(const lm_levels *l, double percent)
{
    const double above_all = 999999999.9;

    if (percent <= 0.0)
        return above_all;
    if (percent >= 1.0)
        return 0.0;
    return (double)lm_levels_sigma(l, (float)((1.0 - percent) * 999.0));
}
