/* winograd.c: F(4x4, 3x3) over blocks of tiles: all threads carry the inputs over, then each takes panel
 * after panel of outputs: it makes the weights, multiplies at each of the 36 places, and carries the sums back. */
#include "kernels/cpu/winograd.h"

#include <string.h>

#include "kernels/cpu/pairs.h"
#include "kernels/cpu/pool.h"
#include "kernels/cpu/terms.h"
#include "kernels/cpu/tile.h"

enum { PAD = 32 /* floats between places: without it all 36 fall on the same few lines of a cache */ };

struct plan {
    const lm_cpu_tiles    *tiles;
    const lm_cpu_winograd *move;
    const lm_cpu_winograd_bf16 *narrow; /* v and u are bf16; else NULL, and they are f32 */
    lm_cpu_tile *const    *tile;
    int64_t                size;         /* of a number of v and u */
    const lm_cpu_panels   *w;

    const char  *x;
    lm_dtype     x_dtype;
    int64_t      height, width;       /* of x, doubled when it is read so */
    int          top, left, zoom;
    bool         over;                /* y is written over x, */
    char        *saved;               /* so this row of x is kept: the next block still reads it */
    int64_t      saved_row;           /* which, counted over all pictures; -1: none */
    float       *y;
    const float *r, *bias;            /* bias: [1 or pictures][panels · columns] */
    int64_t      bias_step;           /* from picture to picture */
    int64_t      y_height, y_width;
    int64_t      across, down;        /* tiles of a picture */

    int64_t all;                      /* tiles */
    int64_t first, count, groups;     /* tiles of this block, and rows-of-tiles (groups) they form */
    int64_t parts;                    /* of the groups; a part of a panel is an item of work */
    int64_t channel_blocks;           /* of LM_DEPTH */
    int64_t chunk;                    /* channel blocks whose weights are made at a time */
    char   *v, *memory;               /* memory: of each thread */
    int64_t v_stride, u_stride, m_stride; /* numbers */
    int64_t each;                     /* bytes */
};

static int64_t up(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Of x. */
static int64_t row_bytes(const struct plan *s)
{
    return s->width * s->w->channels * (int64_t)lm_dtype_size(s->x_dtype);
}

/* Group i of the block begins with this tile of it. */
static int64_t group_at(const struct plan *s, int64_t i)
{
    return i * s->count / s->groups;
}

/* Where tile t (of all) lies. */
struct place {
    int64_t picture, row, column; /* of its first output */
};

static struct place place_of(const struct plan *s, int64_t t)
{
    const int64_t each = s->across * s->down, in = t % each;

    return (struct place){ t / each, in / s->across * LM_WINO_OUT, in % s->across * LM_WINO_OUT };
}

/* ------------------------------------------------------------------ inputs */

static const float zeros[LM_DEPTH];

static void find_inputs(const struct plan *s, int64_t tile, int64_t channel, const void **at)
{
    const struct place p = place_of(s, tile);
    const int64_t      size = (int64_t)lm_dtype_size(s->x_dtype);

    for (int i = 0; i < LM_WINO_IN; i++) {
        const int64_t row = p.row + i - s->top, line = p.picture * s->height + row / s->zoom;
        const bool    within = row >= 0 && row < s->height * s->zoom;
        const char   *begin = !within || line == s->saved_row
                                  ? s->saved
                                  : s->x + line * row_bytes(s);

        for (int j = 0; j < LM_WINO_IN; j++) {
            const int64_t column = p.column + j - s->left;
            const bool    inside = within && column >= 0 && column < s->width * s->zoom;
            const int64_t at_channel = column / s->zoom * s->w->channels + channel;

            *at++ = inside ? (const void *)(begin + at_channel * size) : zeros;
        }
    }
}

/* Item i: one group of tiles, as [place][group][channel block][tile][LM_DEPTH]. */
static void carry_inputs(void *self, int64_t i, int thread)
{
    const struct plan *s = self;
    const int64_t      first = group_at(s, i), n = group_at(s, i + 1) - first;
    char              *v = s->v + first * s->channel_blocks * LM_DEPTH * s->size;

    (void)thread;
    for (int64_t b = 0; b < s->channel_blocks; b++)
        for (int64_t t = 0; t < n; t++, v += LM_DEPTH * s->size) {
            const void   *at[LM_WINO_PLACES];
            const int64_t channel = b * LM_DEPTH, count = least(LM_DEPTH, s->w->channels - channel);

            find_inputs(s, s->first + first + t, channel, at);
            if (s->narrow)
                s->narrow->input((uint16_t *)(void *)v, s->v_stride, at, s->x_dtype, count);
            else
                s->move->input((float *)(void *)v, s->v_stride, at, s->x_dtype, count);
        }
}

/* ------------------------------------------------------------------ panels */

/* The weights of channel blocks [b0, b1) of a panel, as [place][channel][columns]. */
static void make_weights(const struct plan *s, char *u, int64_t panel, int64_t b0, int64_t b1)
{
    const lm_cpu_panels *w = s->w;

    for (int64_t b = b0; b < b1; b++) {
        const int64_t count = least(LM_DEPTH, w->channels - b * LM_DEPTH);
        const void   *from = lm_cpu_panel(w, panel, b * LM_DEPTH * 9);

        void         *to = u + (b - b0) * LM_DEPTH * w->columns * s->size;

        if (s->narrow)
            s->narrow->weights(to, s->u_stride, from, count * w->columns, w->dtype, count);
        else
            s->move->weights(to, s->u_stride, from, count * w->columns, w->dtype, count);
    }
}

/* Asks for one of LM_WINO_PLACES parts of the weights that are made next: they come from afar. With few
 * tiles there is no time for it. */
static void ask_for_weights(const struct plan *s, int64_t panel, int64_t b, int part)
{
    const lm_cpu_panels *w = s->w;
    const int64_t        rows = least(s->chunk * LM_DEPTH, w->channels - b * LM_DEPTH) * 9;
    const int64_t        bytes = rows * w->columns * (int64_t)lm_dtype_size(w->dtype);
    const char          *at = lm_cpu_panel(w, panel, b * LM_DEPTH * 9);

    if (s->count < 16)
        return;
    for (int64_t i = part * bytes / LM_WINO_PLACES & -64; i < (part + 1) * bytes / LM_WINO_PLACES; i += 64)
        __builtin_prefetch(at + i, 0, 2);
}

/* Tiles of one panel: groups [g0, g1). */
struct part {
    int64_t panel, g0, g1;
};

/* m[place][tile][columns] (+)= v · u over channel blocks [b0, b1), at one place. */
static void multiply(const struct plan *s, const struct part *k, float *m, const char *u, int place,
                     int64_t b0, int64_t b1)
{
    const int64_t columns = s->w->columns, whole = s->w->channels / LM_DEPTH;
    const int64_t full = least(b1, whole) - b0, rest = b1 > whole ? s->w->channels % LM_DEPTH : 0;

    for (int64_t i = k->g0; i < k->g1; i++) {
        const int64_t first = group_at(s, i), n = group_at(s, i + 1) - first;
        const char   *v = s->v + (place * s->v_stride + (first * s->channel_blocks + n * b0) * LM_DEPTH) * s->size;
        float        *to = m + (first - group_at(s, k->g0)) * columns;
        lm_cpu_ends   e = { to, columns, b0 ? to : NULL, columns, NULL };

        if (full > 0) {
            s->tile[n](v, u, full, LM_DEPTH, &e);
            e.from = to;
        }
        if (rest)
            s->tile[n](v + full * n * LM_DEPTH * s->size, u + full * LM_DEPTH * columns * s->size, 1,
                       s->narrow ? rest + rest % 2 : rest, &e);
    }
}

/* Where the 16 outputs of a tile go, and what is added to them; NULL beyond the picture's edge. */
static void find_outputs(const struct plan *s, struct place p, int64_t output, float *y[16],
                         const float *r[16])
{
    for (int i = 0; i < 16; i++) {
        const int64_t row = p.row + i / 4, column = p.column + i % 4;
        const int64_t pixel = (p.picture * s->y_height + row) * s->y_width + column;
        const bool    inside = row < s->y_height && column < s->y_width;

        y[i] = inside ? s->y + pixel * s->w->outputs + output : NULL;
        r[i] = inside && s->r ? s->r + pixel * s->w->outputs + output : NULL;
    }
}

static void carry_outputs(const struct plan *s, const struct part *k, const float *m)
{
    const int64_t columns = s->w->columns, output = k->panel * columns;
    const int64_t t0 = group_at(s, k->g0), t1 = group_at(s, k->g1);

    for (int64_t t = t0; t < t1; t++) {
        const struct place p = place_of(s, s->first + t);
        const float       *bias = s->bias ? s->bias + p.picture * s->bias_step + output : NULL;
        float             *y[16];
        const float       *r[16];

        find_outputs(s, p, output, y, r);
        s->move->output(y, m + (t - t0) * columns, s->m_stride, bias, s->r ? r : NULL,
                        least(columns, s->w->outputs - output));
    }
}

static void run_part(void *self, int64_t i, int thread)
{
    const struct plan *s = self;
    const int64_t      part = i % s->parts;
    const struct part  k = { i / s->parts, part * s->groups / s->parts, (part + 1) * s->groups / s->parts };
    char              *u = s->memory + thread * s->each;
    float             *m = (float *)(void *)(u + LM_WINO_PLACES * s->u_stride * s->size);

    for (int64_t b0 = 0, b1; b0 < s->channel_blocks; b0 = b1) {
        b1 = least(b0 + s->chunk, s->channel_blocks);
        make_weights(s, u, k.panel, b0, b1);
        for (int place = 0; place < LM_WINO_PLACES; place++) {
            ask_for_weights(s, k.panel, b1, place);
            multiply(s, &k, m + place * s->m_stride, u + place * s->u_stride * s->size, place, b0, b1);
        }
    }
    carry_outputs(s, &k, m);
}

/* ------------------------------------------------------------------ y over x */

/* Before the sums of a block overwrite it: the last row above the next block, which begins a row of tiles. */
static void save_row(struct plan *s)
{
    const int64_t tile = s->first + s->count, row = place_of(s, tile).row;

    s->saved_row = -1;
    if (!s->over || !row || tile >= s->all)
        return;
    s->saved_row = place_of(s, tile).picture * s->height + row - 1;
    memcpy(s->saved, s->x + s->saved_row * row_bytes(s), (size_t)row_bytes(s));
}

/* ------------------------------------------------------------------ the whole */

bool lm_cpu_winograd_pays(lm_shape y, lm_shape kernel, const lm_conv_spec *spec)
{
    const double outputs = (double)kernel.at[0], channels = (double)kernel.at[1];
    const double pixels = (double)(y.at[0] * y.at[1] * y.at[2]);
    const double tiles = (double)(y.at[0] * up(y.at[1], LM_WINO_OUT) * up(y.at[2], LM_WINO_OUT));

    if (kernel.at[2] != 3 || kernel.at[3] != 3 || spec->stride > 1)
        return false;
    /* in multiply-adds: products, the weights' transform, inputs and outputs */
    return 36 * tiles * channels * outputs + 150 * channels * outputs + 250 * tiles * channels +
               200 * tiles * outputs <
           9 * pixels * channels * outputs;
}

/* Many tiles: the weights of a panel are made for up to 1280 channels at once, since each of them is used
 * often, and the sums are touched once (640 channels at once: 15 % slower at 960->320, 64x64), as far as all
 * threads together hold no more than 64 MiB of them. Few tiles: for 64 channels (128 and 256 where panels are
 * narrower), which stay in the second-level cache together with all sums (measured: 16x16 pictures 340
 * against 313 GFLOP/s, 64x64 pictures 177 against 360). */
static int64_t choose_chunk(const struct plan *s)
{
    const int64_t block = LM_WINO_PLACES * LM_DEPTH * s->w->columns * 4; /* bytes */
    const int64_t room = ((int64_t)64 << 20) / block / lm_cpu_threads();
    const int64_t most = room > 20 ? 20 : room < 1 ? 1 : room;

    if (s->count < 96)
        return least(s->channel_blocks, up(32, s->w->columns));
    return up(s->channel_blocks, up(s->channel_blocks, most));
}

bool lm_cpu_winograd_over(const lm_tensor *x, const lm_tensor *w, const lm_conv_spec *spec)
{
    return x->dtype == LM_F32 && lm_dim(w, 0) <= lm_dim(w, 1) && !spec->upsample && spec->top == 1 &&
           spec->left == 1 && spec->bottom == 1 && spec->right == 1;
}

static void choose_blocks(struct plan *s)
{
    const int64_t room = (int64_t)12 << 20, most_tiles = 512; /* v: 48 MiB */
    const int64_t most = room / (LM_WINO_PLACES * s->channel_blocks * LM_DEPTH);
    const int64_t blocks = up(s->all, least(most < 1 ? 1 : most, most_tiles));

    s->count = up(s->all, blocks);
    if (s->over) /* whole rows of tiles, so that one row of x is enough to keep */
        s->count = s->count < s->across ? s->across : s->count / s->across * s->across;
    s->groups = up(s->count, s->tiles->rows);
    s->parts = least(up(2 * lm_cpu_threads(), s->w->panels), s->groups);
    s->chunk = choose_chunk(s);
    s->v_stride = s->count * s->channel_blocks * LM_DEPTH + PAD;
    s->u_stride = s->chunk * LM_DEPTH * s->w->columns + PAD;
    s->m_stride = up(s->groups, s->parts) * s->tiles->rows * s->w->columns + PAD;
    s->each = LM_WINO_PLACES * (s->u_stride * s->size + s->m_stride * 4);
}

/* bf16 where the caller can do with it and its products are twice as fast. */
static const lm_cpu_winograd_bf16 *narrow_of(const lm_pass *p, const lm_conv_spec *spec)
{
    const lm_cpu_winograd_bf16 *now = lm_cpu_winograd_bf16_now();

    if (!spec->loose || !now->input || !lm_cpu_wants_pairs(p) || lm_cpu_pairs_are_amx() ||
        lm_cpu_pairs_best()->rows != lm_cpu_tiles_now()->rows)
        return NULL;
    return now;
}

bool lm_cpu_winograd_run(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_cpu_panels *w,
                         const lm_tensor *b, const lm_tensor *r, const lm_conv_spec *spec)
{
    struct plan s = {
        .tiles = lm_cpu_tiles_now(), .move = lm_cpu_winograd_now(), .w = w, .x = x->data,
        .x_dtype = x->dtype, .height = lm_dim(x, 1), .width = lm_dim(x, 2), .top = spec->top,
        .left = spec->left, .zoom = spec->upsample ? 2 : 1, .y = y->data, .y_height = lm_dim(y, 1),
        .y_width = lm_dim(y, 2), .across = up(lm_dim(y, 2), LM_WINO_OUT),
        .down = up(lm_dim(y, 1), LM_WINO_OUT), .channel_blocks = up(w->channels, LM_DEPTH),
        .over = y->data == x->data, .saved_row = -1,
    };
    lm_cpu_terms t;
    int64_t      bytes, of_v;
    bool         live = true;

    s.all = lm_dim(y, 0) * s.across * s.down;
    s.narrow = narrow_of(p, spec);
    s.tile = s.narrow ? lm_cpu_pairs_best()->tile : s.tiles->tile;
    s.size = s.narrow ? 2 : 4;
    choose_blocks(&s);
    of_v = LM_WINO_PLACES * s.v_stride * s.size;
    bytes = of_v + s.each * lm_cpu_threads() + (s.over ? row_bytes(&s) : 0);
    if (!lm_cpu_terms_open(p, &t, w, b, r))
        return false;
    s.v = lm_scratch_get(p->scratch, (size_t)bytes);
    if (!s.v) {
        lm_cpu_terms_close(p, &t);
        return lm_pass_fail(p, MEMORY, "no memory for a convolution (%lld bytes)", (long long)bytes);
    }
    s.memory = s.v + of_v;
    s.saved = s.memory + s.each * lm_cpu_threads();
    s.bias = t.bias;
    s.bias_step = t.bias_step;
    s.r = t.r;
    for (const int64_t most = s.count; live && s.first < s.all; s.first += most) {
        s.count = least(most, s.all - s.first);
        s.groups = up(s.count, s.tiles->rows);
        s.parts = least(s.parts, s.groups);
        live = lm_cpu_each(p, s.groups, carry_inputs, &s);
        save_row(&s);
        live = live && lm_cpu_each(p, w->panels * s.parts, run_part, &s);
    }
    lm_scratch_put(p->scratch, s.v, (size_t)bytes);
    lm_cpu_terms_close(p, &t);
    return live;
}
