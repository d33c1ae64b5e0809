/* noise.c: draws of noise, turned from the reference's order into ours. */
#include "nodes/diffusion/noise.h"

#include <math.h>

#include "kernels/ops.h"

enum { MOST_IMAGES = 1000000 }; /* a batch_index beyond it would draw for hours */

/* One image from [C, cells] to [cells, C]. */
static void channels_last(float *out, const float *in, int64_t channels, int64_t cells)
{
    for (int64_t c = 0; c < channels; c++)
        for (int64_t i = 0; i < cells; i++)
            out[i * channels + c] = in[c * cells + i];
}

static int64_t cells_of(lm_shape s)
{
    return s.at[1] * s.at[2];
}

lm_tensor *lm_noise_next(lm_pass *p, lm_random *r, lm_shape shape)
{
    lm_scope      sc = lm_scope_open(p);
    const int64_t cells = cells_of(shape), channels = shape.at[3], n = lm_shape_count(shape);
    float        *drawn = lm_host_floats(p, n), *turned = lm_host_floats(p, n);

    if (!drawn || !turned)
        return lm_scope_keep(&sc, NULL);
    lm_random_normals(r, drawn, n);
    for (int64_t i = 0; i < n; i += cells * channels)
        channels_last(turned + i, drawn + i, channels, cells);
    return lm_scope_keep(&sc, lm_from_host(p, shape, turned));
}

/* The highest of n indices, or -1 with INPUT recorded. */
static int64_t highest(lm_pass *p, const float *index, int64_t n)
{
    float last = 0.0f;

    for (int64_t i = 0; i < n; i++) {
        if (!(index[i] >= 0.0f && index[i] <= (float)MOST_IMAGES)) {
            lm_pass_fail(p, INPUT, "the latent's batch_index %g is no image of a batch",
                         (double)index[i]);
            return -1;
        }
        last = index[i] > last ? index[i] : last;
    }
    return (int64_t)last;
}

/* Draws images 0, 1, … up to the highest index and puts each one wherever it is asked for. */
static lm_tensor *draw_chosen(lm_pass *p, lm_shape shape, lm_random *r, const lm_tensor *batch_index)
{
    const int64_t cells = cells_of(shape), channels = shape.at[3], size = cells * channels;
    const float  *index = lm_host_view(p, batch_index);
    float        *drawn = lm_host_floats(p, size), *out = lm_host_floats(p, lm_shape_count(shape));
    const int64_t last = index && drawn && out ? highest(p, index, shape.at[0]) : -1;

    for (int64_t i = 0; i <= last && lm_pass_live(p); i++) {
        lm_random_normals(r, drawn, size);
        for (int64_t n = 0; n < shape.at[0]; n++)
            if ((int64_t)index[n] == i)
                channels_last(out + n * size, drawn, channels, cells);
    }
    return lm_from_host(p, shape, out);
}

lm_tensor *lm_noise(lm_pass *p, lm_shape shape, uint64_t seed, const lm_tensor *batch_index)
{
    lm_scope  sc = lm_scope_open(p);
    lm_random r;

    lm_random_seed(&r, seed);
    if (!batch_index)
        return lm_scope_keep(&sc, lm_noise_next(p, &r, shape));
    if (lm_count(batch_index) != shape.at[0]) {
        lm_pass_fail(p, INPUT, "the latent holds %lld images and a batch_index for %lld",
                     (long long)shape.at[0], (long long)lm_count(batch_index));
        return lm_scope_keep(&sc, NULL);
    }
    return lm_scope_keep(&sc, draw_chosen(p, shape, &r, batch_index));
}

/* Python's isclose: the level the schedules arrive at may lie a rounding below the table's. */
static bool at_least(double level, double highest)
{
    return level > highest || fabs(level - highest) <= 1e-5 * fmax(fabs(level), fabs(highest));
}

lm_tensor *lm_noise_begin(lm_pass *p, const lm_tensor *latent, const lm_tensor *noise, float level,
                          float highest)
{
    const float strength = at_least(level, highest) ? sqrtf(1.0f + level * level) : level;

    return lm_axpy(p, latent, strength, noise);
}
