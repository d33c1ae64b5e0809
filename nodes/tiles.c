/* tiles.c: a picture made tile by tile. */
#include "nodes/tiles.h"

#include <inttypes.h>

#include "kernels/ops.h"

/* One axis: where tiles begin, and how long they are. */
struct axis {
    int64_t size, tile, overlap;
};

static int64_t steps(struct axis a)
{
    const int64_t step = a.tile - a.overlap;

    return a.size <= a.tile ? 1 : (a.size - a.overlap + step - 1) / step;
}

static int64_t start(struct axis a, int64_t i)
{
    return a.size <= a.tile ? 0 : i * (a.tile - a.overlap);
}

static int64_t length(struct axis a, int64_t i)
{
    const int64_t rest = a.size - start(a, i);

    return rest < a.tile ? rest : a.tile;
}

static struct axis rows(const lm_tiling *t, const lm_tensor *x)
{
    return (struct axis){ lm_dim(x, 1), t->height, t->overlap };
}

static struct axis columns(const lm_tiling *t, const lm_tensor *x)
{
    return (struct axis){ lm_dim(x, 2), t->width, t->overlap };
}

int64_t lm_tiles_count(const lm_tiling *t, const lm_tensor *x)
{
    return lm_dim(x, 0) * steps(rows(t, x)) * steps(columns(t, x));
}

/* How a tile of n fades in and out along one axis. One that is no longer than the feather does not. */
static float *ramp(lm_pass *p, int64_t n, int64_t feather)
{
    float *w = lm_host_floats(p, n);

    for (int64_t i = 0; w && i < n; i++)
        w[i] = 1.0f;
    for (int64_t i = 0; w && feather < n && i < feather; i++) {
        const float a = (float)((double)(i + 1) / (double)feather);

        w[i] *= a;
        w[n - 1 - i] *= a;
    }
    return w;
}

/* The picture that tiles add up to: numbers, and what they weigh, [H', W', channels] and [H', W']. */
struct canvas {
    float  *sum, *weight;
    int64_t width, channels;
};

static void add_tile(struct canvas *c, const float *tile, const float *by_row, const float *by_column,
                     int64_t y, int64_t x, int64_t h, int64_t w)
{
    for (int64_t i = 0; i < h; i++)
        for (int64_t j = 0; j < w; j++) {
            const float   a = by_row[i] * by_column[j];
            const int64_t at = (y + i) * c->width + x + j;

            c->weight[at] += a;
            for (int64_t k = 0; k < c->channels; k++)
                c->sum[at * c->channels + k] += tile[(i * w + j) * c->channels + k] * a;
        }
}

/* Makes tile (i, j) of picture x [1, H, W, C], and adds it. */
static void one_tile(lm_pass *p, const lm_tiling *t, const lm_tensor *x, int64_t i, int64_t j,
                     struct canvas *c)
{
    const struct axis down = rows(t, x), across = columns(t, x);
    const bool        alone = steps(down) * steps(across) == 1;
    const int64_t     feather = alone ? 0 : t->overlap * t->times / t->parts;
    const int64_t     y = start(down, i) * t->times / t->parts;
    const int64_t     left = start(across, j) * t->times / t->parts;
    lm_scope          s = lm_scope_open(p);
    lm_tensor        *part;
    const float      *host, *by_row, *by_column;

    part = lm_slice(p, x, 1, start(down, i), length(down, i));
    part = lm_slice(p, part, 2, start(across, j), length(across, j));
    part = t->one(p, t->self, part);
    host = lm_host_view(p, part);
    by_row = part ? ramp(p, lm_dim(part, 1), feather) : NULL;
    by_column = part ? ramp(p, lm_dim(part, 2), feather) : NULL;
    if (host && by_row && by_column)
        add_tile(c, host, by_row, by_column, y, left, lm_dim(part, 1), lm_dim(part, 2));
    lm_scope_close(&s);
}

/* All tiles of picture x [1, H, W, C]: share · their mean is added to sum. */
static void one_picture(lm_pass *p, const lm_tiling *t, const lm_tensor *x, float share, float *sum,
                        int64_t *done, int64_t total)
{
    const int64_t w = lm_dim(x, 2) * t->times / t->parts, cells = lm_dim(x, 1) * t->times / t->parts * w;
    struct canvas c = { lm_host_floats(p, cells * t->channels), lm_host_floats(p, cells), w, t->channels };

    for (int64_t i = 0; i < steps(rows(t, x)); i++)
        for (int64_t j = 0; j < steps(columns(t, x)); j++) {
            if (!lm_pass_live(p) || !c.sum || !c.weight)
                return;
            one_tile(p, t, x, i, j, &c);
            lm_pass_progress(p, ++*done, total);
        }
    for (int64_t i = 0; i < cells * t->channels && lm_pass_live(p); i++)
        sum[i] += c.sum[i] / c.weight[i / t->channels] * share;
}

static bool moves(lm_pass *p, struct axis a)
{
    return a.size <= a.tile || a.tile > a.overlap ||
           lm_pass_fail(p, INPUT, "tiles of %" PRId64 " cannot overlap by %" PRId64, a.tile, a.overlap);
}

void lm_tiles_add(lm_pass *p, const lm_tiling *t, const lm_tensor *x, float share, float *sum,
                  int64_t *done, int64_t total)
{
    const int64_t h = x ? lm_dim(x, 1) * t->times / t->parts : 0;
    const int64_t w = x ? lm_dim(x, 2) * t->times / t->parts : 0;

    if (!x || !moves(p, rows(t, x)) || !moves(p, columns(t, x)))
        return;
    for (int64_t n = 0; n < lm_dim(x, 0) && lm_pass_live(p); n++) {
        lm_scope s = lm_scope_open(p);

        one_picture(p, t, lm_slice(p, x, 0, n, 1), share, sum + n * h * w * t->channels, done, total);
        lm_scope_close(&s);
    }
}
