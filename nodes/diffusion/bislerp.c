/* bislerp.c: spherical interpolation of cells, on the host: it is small work and rare. */
#include "nodes/diffusion/bislerp.h"

#include <inttypes.h>
#include <math.h>

#include "kernels/ops.h"

/* Where an output cell looks: between cells `a` and `b` of a line, `r` of the way. */
typedef struct place {
    int64_t a, b;
    float   r;
} place;

/* Entry of the line 0, 1, 2, … at the middle of output cell i, as PyTorch's bilinear resizing gives it;
 * `ahead` reads the line 1, 2, …, n - 1, n - 1 instead. */
static float line_at(int64_t i, int64_t n, int64_t n_out, bool ahead)
{
    const float   scale = (float)n / (float)n_out;
    const float   at = fmaxf(scale * ((float)i + 0.5f) - 0.5f, 0.0f);
    const int64_t low = (int64_t)at < n - 1 ? (int64_t)at : n - 1;
    const int64_t high = low + (low < n - 1);
    const float   r = fminf(at - (float)low, 1.0f);
    const float   x = (float)(ahead && low < n - 1 ? low + 1 : low);
    const float   y = (float)(ahead && high < n - 1 ? high + 1 : high);

    return (1.0f - r) * x + r * y;
}

static place place_of(int64_t i, int64_t n, int64_t n_out)
{
    const float at = line_at(i, n, n_out, false);

    return (place){ (int64_t)at, (int64_t)line_at(i, n, n_out, true), at - floorf(at) };
}

static float length_of(const float *v, int64_t c)
{
    float sum = 0.0f;

    for (int64_t i = 0; i < c; i++)
        sum += v[i] * v[i];
    return sqrtf(sum);
}

/* out = the vector r of the way from a to b. Nearly parallel ones keep a, opposite ones mix. */
static void slerp(float *out, const float *a, const float *b, float r, int64_t c)
{
    const float la = length_of(a, c), lb = length_of(b, c);
    const float ka = la > 0.0f ? 1.0f / la : 0.0f, kb = lb > 0.0f ? 1.0f / lb : 0.0f;
    const float length = la * (1.0f - r) + lb * r;
    float       dot = 0.0f, omega, wa, wb;

    for (int64_t i = 0; i < c; i++)
        dot += a[i] * ka * (b[i] * kb);
    omega = acosf(fminf(fmaxf(dot, -1.0f), 1.0f));
    wa = sinf((1.0f - r) * omega) / sinf(omega) * length * ka;
    wb = sinf(r * omega) / sinf(omega) * length * kb;
    if (dot > 0.99999f)
        wa = 1.0f, wb = 0.0f;
    else if (dot < -0.99999f)
        wa = 1.0f - r, wb = r;
    for (int64_t i = 0; i < c; i++)
        out[i] = wa * a[i] + wb * b[i];
}

/* Lines of n vectors become lines of n_out; `step` floats lie between neighbours of a line, and `lines`
 * lines lie side by side, each of `step` / C vectors that are treated alike. */
static void pass_over(lm_pass *p, float *out, const float *in, int64_t lines, int64_t n, int64_t n_out,
                      int64_t step, int64_t c)
{
    for (int64_t line = 0; line < lines; line++)
        for (int64_t i = 0; i < n_out && !lm_pass_stopped(p); i++) {
            const place  at = place_of(i, n, n_out);
            const float *a = in + (line * n + at.a) * step, *b = in + (line * n + at.b) * step;
            float       *to = out + (line * n_out + i) * step;

            for (int64_t k = 0; k < step; k += c)
                slerp(to + k, a + k, b + k, at.r, c);
        }
}

lm_tensor *lm_bislerp(lm_pass *p, const lm_tensor *x, int64_t height, int64_t width)
{
    lm_scope     sc = lm_scope_open(p);
    const float *in = lm_host_view(p, x);
    lm_shape     s, wide, out;
    float       *first, *second;

    if (!in)
        return lm_scope_keep(&sc, NULL);
    s = lm_shape_of(x);
    wide = lm_with_dim(s, 2, width);
    out = lm_with_dim(wide, 1, height);
    first = lm_host_floats(p, lm_shape_count(wide));
    second = lm_host_floats(p, lm_shape_count(out));
    if (!first || !second)
        return lm_scope_keep(&sc, NULL);
    pass_over(p, first, in, s.at[0] * s.at[1], s.at[2], width, s.at[3], s.at[3]);
    pass_over(p, second, first, s.at[0], s.at[1], height, width * s.at[3], s.at[3]);
    return lm_scope_keep(&sc, lm_from_host(p, out, second));
}
