/* lanczos.c: pictures of bytes at another size, equal to Pillow's byte for byte.
 * Source: Pillow's Image.resize with LANCZOS (its behaviour, re-told); Duchon 1979 for the filter. */
#include "nodes/picture/lanczos.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"

enum { BITS = 22 }; /* of a weight; a byte and two bits of headroom fill the rest of an int */

/* ------------------------------------------------------------------ weights */

/* For each of n outputs: `count` inputs from `first` on, weighed by weights[i · most ...]. */
typedef struct window {
    int first, count;
} window;

typedef struct weights {
    int     n, most;
    window *windows;
    int    *at;
} weights;

static double sinc(double x)
{
    return x == 0.0 ? 1.0 : sin(x * M_PI) / (x * M_PI);
}

static double lobe(double x)
{
    return x >= -3.0 && x < 3.0 ? sinc(x) * sinc(x / 3) : 0.0;
}

static int to_fixed(double w)
{
    return (int)(w < 0 ? -0.5 + w * (1 << BITS) : 0.5 + w * (1 << BITS));
}

/* The inputs around the centre of output i, and their weights, which sum to one. */
static window weigh(int from, int to, int i, double *w, double wide, double reach)
{
    const double centre = (i + 0.5) * ((double)from / to), narrow = 1.0 / wide;
    double       sum = 0;
    int          first = (int)(centre - reach + 0.5), last = (int)(centre + reach + 0.5);

    first = first < 0 ? 0 : first;
    last = last > from ? from : last;
    for (int k = 0; k < last - first; k++) {
        w[k] = lobe((k + first - centre + 0.5) * narrow);
        sum += w[k];
    }
    for (int k = 0; sum != 0.0 && k < last - first; k++)
        w[k] /= sum;
    return (window){ first, last - first };
}

static void weights_done(weights *w)
{
    lm_free(w->windows);
    lm_free(w->at);
    *w = (weights){ 0 };
}

static bool weights_make(weights *w, int from, int to)
{
    const double scale = (double)from / to, wide = scale < 1.0 ? 1.0 : scale, reach = 3.0 * wide;
    double      *exact;

    *w = (weights){ .n = to, .most = (int)ceil(reach) * 2 + 1 };
    w->windows = lm_try_alloc((size_t)to * sizeof *w->windows);
    w->at = lm_try_alloc((size_t)to * (size_t)w->most * sizeof *w->at);
    exact = lm_try_alloc((size_t)w->most * sizeof *exact);
    for (int i = 0; w->windows && w->at && exact && i < to; i++) {
        w->windows[i] = weigh(from, to, i, exact, wide, reach);
        for (int k = 0; k < w->windows[i].count; k++)
            w->at[(size_t)i * (size_t)w->most + (size_t)k] = to_fixed(exact[k]);
    }
    lm_free(exact);
    if (w->windows && w->at && exact)
        return true;
    weights_done(w);
    return false;
}

/* ------------------------------------------------------------------ the two passes */

static uint8_t clip(int sum)
{
    const int v = sum >> BITS;

    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

static void row_across(const uint8_t *in, uint8_t *out, int channels, const weights *w)
{
    for (int x = 0; x < w->n; x++) {
        const window   f = w->windows[x];
        const int     *k = w->at + (size_t)x * (size_t)w->most;
        const uint8_t *from = in + (size_t)f.first * (size_t)channels;

        for (int c = 0; c < channels; c++) {
            int sum = 1 << (BITS - 1);

            for (int i = 0; i < f.count; i++)
                sum += from[i * channels + c] * k[i];
            *out++ = clip(sum);
        }
    }
}

/* One output row from `count` input rows; `sums` is a row of ints to work in. */
static void row_down(const uint8_t *in, uint8_t *out, size_t stride, window f, const int *k, int *sums)
{
    for (size_t x = 0; x < stride; x++)
        sums[x] = 1 << (BITS - 1);
    for (int i = 0; i < f.count; i++) {
        const uint8_t *row = in + (size_t)(f.first + i) * stride;

        for (size_t x = 0; x < stride; x++)
            sums[x] += row[x] * k[i];
    }
    for (size_t x = 0; x < stride; x++)
        out[x] = clip(sums[x]);
}

static bool no_room(limn_error *err)
{
    return limn_fail(err, MEMORY, "there is no memory to change a picture's size");
}

static bool cancelled(limn_error *err)
{
    return limn_fail(err, CANCELLED, "stopped");
}

static bool across(lm_bitmap in, lm_bitmap out, const limn_call *call, limn_error *err)
{
    const size_t c = (size_t)in.channels;
    weights      w;

    if (!weights_make(&w, in.width, out.width))
        return no_room(err);
    for (size_t y = 0; y < (size_t)in.height && !lm_call_stopped(call); y++)
        row_across(in.at + y * (size_t)in.width * c, out.at + y * (size_t)out.width * c, in.channels, &w);
    weights_done(&w);
    return !lm_call_stopped(call) || cancelled(err);
}

static bool down(lm_bitmap in, lm_bitmap out, const limn_call *call, limn_error *err)
{
    const size_t stride = (size_t)in.width * (size_t)in.channels;
    int         *sums = lm_try_alloc(stride * sizeof *sums);
    weights      w;

    if (!sums || !weights_make(&w, in.height, out.height)) {
        lm_free(sums);
        return no_room(err);
    }
    for (int y = 0; y < out.height && !lm_call_stopped(call); y++)
        row_down(in.at, out.at + (size_t)y * stride, stride, w.windows[y],
                 w.at + (size_t)y * (size_t)w.most, sums);
    weights_done(&w);
    lm_free(sums);
    return !lm_call_stopped(call) || cancelled(err);
}

/* Rows first when they shrink by far more than the columns: it is less work, and rounds differently.
 * Source: Pillow 13 (before it, columns always came first). */
static bool rows_first(lm_bitmap in, lm_bitmap out)
{
    return in.height > out.height && in.height - out.height > 2 * (in.width - out.width);
}

/* A side that keeps its length is left alone. */
static bool both_ways(lm_bitmap in, lm_bitmap out, const limn_call *call, limn_error *err)
{
    const bool down_first = rows_first(in, out);
    lm_bitmap   between = { down_first ? in.width : out.width, down_first ? out.height : in.height,
                           in.channels, NULL };
    bool       fine;

    if (in.height == out.height && in.width == out.width) {
        memcpy(out.at, in.at, (size_t)in.width * (size_t)in.height * (size_t)in.channels);
        return true;
    }
    if (in.height == out.height)
        return across(in, out, call, err);
    if (in.width == out.width)
        return down(in, out, call, err);
    between.at = lm_try_alloc((size_t)between.width * (size_t)between.height * (size_t)in.channels);
    if (!between.at)
        return no_room(err);
    fine = down_first ? down(in, between, call, err) && across(between, out, call, err)
                      : across(in, between, call, err) && down(between, out, call, err);
    lm_free(between.at);
    return fine;
}

/* ------------------------------------------------------------------ alpha */

static void multiply_alpha(lm_bitmap b)
{
    for (size_t i = 0, n = (size_t)b.width * (size_t)b.height; i < n; i++)
        for (int c = 0; c < 3; c++) {
            const unsigned t = b.at[4 * i + (size_t)c] * (unsigned)b.at[4 * i + 3] + 128;

            b.at[4 * i + (size_t)c] = (uint8_t)(((t >> 8) + t) >> 8);
        }
}

static void divide_alpha(lm_bitmap b)
{
    for (size_t i = 0, n = (size_t)b.width * (size_t)b.height; i < n; i++) {
        const unsigned a = b.at[4 * i + 3];

        for (size_t c = 0; a && a < 255 && c < 3; c++) {
            const unsigned v = 255u * b.at[4 * i + c] / a;

            b.at[4 * i + c] = (uint8_t)(v > 255 ? 255 : v);
        }
    }
}

bool lm_lanczos(lm_bitmap in, lm_bitmap out, const limn_call *call, limn_error *err)
{
    const bool alpha = in.channels == 4 && (in.width != out.width || in.height != out.height);

    if (alpha)
        multiply_alpha(in);
    if (!both_ways(in, out, call, err))
        return false;
    if (alpha)
        divide_alpha(out);
    return true;
}
