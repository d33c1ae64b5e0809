/* taps.c: the weights of resampling.
 * Source: torch.nn.functional.interpolate with align_corners=False, antialias=False (half-pixel centres,
 * positions in f32 as PyTorch keeps them); bicubic: Keys 1981 with a = -0.75. */
#include "kernels/taps.h"

#include <math.h>

#include "core/base/alloc.h"

static int64_t clamp(int64_t i, int64_t n)
{
    return i < 0 ? 0 : i >= n ? n - 1 : i;
}

/* The largest number of rows of `in` that a row of `out` averages. */
static int area_taps(int64_t in, int64_t out)
{
    int64_t most = 1;

    for (int64_t i = 0; i < out; i++) {
        const int64_t n = ((i + 1) * in + out - 1) / out - i * in / out;
        most = n > most ? n : most;
    }
    return (int)most;
}

static void area(int n, int64_t *at, double *weight, int64_t i, int64_t in, int64_t out)
{
    const int64_t first = i * in / out, end = ((i + 1) * in + out - 1) / out;

    for (int j = 0; j < n; j++) {
        at[j] = clamp(first + j, in);
        weight[j] = first + j < end ? 1.0 / (double)(end - first) : 0.0;
    }
}

static void nearest(int64_t *at, double *weight, int64_t i, int64_t in, float scale)
{
    at[0] = clamp((int64_t)floorf((float)(((double)i + 0.5) * (double)scale)), in);
    weight[0] = 1.0;
}

static void bilinear(int64_t *at, double *weight, int64_t i, int64_t in, float scale)
{
    const float   place = fmaxf(scale * ((float)i + 0.5f) - 0.5f, 0.0f);
    const int64_t first = clamp((int64_t)place, in);
    const double  share = fmin((double)(place - (float)first), 1.0);

    at[0] = first;
    at[1] = clamp(first + 1, in);
    weight[0] = 1.0 - share;
    weight[1] = share;
}

/* Keys' kernel at distance t from its middle. */
static double keys(double t)
{
    const double a = -0.75;

    t = fabs(t);
    return t <= 1.0 ? ((a + 2.0) * t - (a + 3.0)) * t * t + 1.0
                    : ((a * t - 5.0 * a) * t + 8.0 * a) * t - 4.0 * a;
}

static void bicubic(int64_t *at, double *weight, int64_t i, int64_t in, float scale)
{
    const float   place = scale * ((float)i + 0.5f) - 0.5f;
    const int64_t middle = (int64_t)floorf(place);
    const double  share = (double)(place - (float)middle);

    for (int j = 0; j < 4; j++) {
        at[j] = clamp(middle + j - 1, in);
        weight[j] = keys((double)(j - 1) - share);
    }
}

lm_taps lm_taps_new(lm_resample_mode mode, int64_t in, int64_t out)
{
    const float scale = (float)in / (float)out;
    lm_taps     t = { .n = mode == LM_AREA           ? area_taps(in, out)
                           : mode == LM_BICUBIC      ? 4
                           : mode == LM_BILINEAR     ? 2
                                                     : 1 };

    t.at = lm_alloc_array((size_t)out * (size_t)t.n, sizeof *t.at);
    t.weight = lm_alloc_array((size_t)out * (size_t)t.n, sizeof *t.weight);
    for (int64_t i = 0; i < out; i++) {
        int64_t *at = t.at + i * t.n;
        double  *weight = t.weight + i * t.n;

        switch (mode) {
        case LM_AREA:
            area(t.n, at, weight, i, in, out);
            break;
        case LM_BICUBIC:
            bicubic(at, weight, i, in, scale);
            break;
        case LM_BILINEAR:
            bilinear(at, weight, i, in, scale);
            break;
        default:
            nearest(at, weight, i, in, scale);
        }
    }
    return t;
}

void lm_taps_free(lm_taps *t)
{
    lm_free(t->at);
    lm_free(t->weight);
}
