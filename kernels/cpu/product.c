/* product.c: a product in blocks, divided over threads by blocks of rows and groups of panels. */
#include "kernels/cpu/product.h"

#include <string.h>

#include "kernels/cpu/pairs.h"
#include "kernels/cpu/pool.h"
#include "kernels/cpu/terms.h"

enum {
    BLOCK_ROWS = 280,  /* of A, at most */
    PANEL_DEPTH = 256, /* of B at a time, twice as much in pairs: 32 KiB at AVX-512 */
};

struct plan {
    const lm_cpu_product *q;
    const lm_cpu_tiles   *tiles;
    const lm_cpu_pairs   *pairs; /* when w is packed so */
    lm_cpu_tile *const   *tile;
    int                   tile_rows;
    const lm_cpu_terms   *terms;
    float                *y;    /* f32; NULL when gated */
    int64_t               n;    /* columns of y */

    int64_t block_rows, row_blocks;     /* rows in a block (the last may have fewer) */
    int64_t group_rows, group_blocks;   /* rows that share a bias row, and their blocks */
    int64_t panel_groups;               /* the panels of a job are one of so many groups */
    int64_t depth_blocks, chunk;        /* blocks of LM_DEPTH in all, and in A at a time */

    int64_t size;  /* bytes of a number of A */
    char   *memory; /* for each thread: A, a widened panel, sums */
    size_t  each, at_panel, at_sums;
};

struct job {
    const struct plan *s;
    char              *a;
    float             *panel, *sums;
    int64_t            row, rows, tiles; /* of this block */
    const float       *bias;
};

static int64_t up(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ------------------------------------------------------------------ depth */

/* Channels in block t of the depth. */
static int64_t channels_of(const lm_cpu_panels *w, int64_t t)
{
    return least(w->channels - t / w->taps * LM_DEPTH, LM_DEPTH);
}

/* The rows of a panel that they take. */
static int64_t depth_of(const lm_cpu_panels *w, int64_t t)
{
    const int64_t n = channels_of(w, t);

    return w->pairs ? n + n % 2 : n;
}

/* The row of a panel at which block t begins. */
static int64_t depth_at(const lm_cpu_panels *w, int64_t t)
{
    return t / w->taps * LM_DEPTH * w->taps + t % w->taps * depth_of(w, t);
}

/* Blocks from t on, before `end`, that are alike and fit into PANEL_DEPTH. */
static int64_t run_of(const lm_cpu_panels *w, int64_t t, int64_t end)
{
    const int64_t depth = depth_of(w, t);
    int64_t       n = 1;

    while (t + n < end && depth_of(w, t + n) == depth && (n + 1) * depth <= (w->pairs ? 2 : 1) * PANEL_DEPTH)
        n++;
    return n;
}

/* ------------------------------------------------------------------ one job */

/* Tile i of a block begins at this row of it: the rows are spread evenly. */
static int64_t tile_row(const struct job *j, int64_t i)
{
    return i * j->rows / j->tiles;
}

static void gather_block(const struct plan *s, void *out, const void **at, int n, int64_t t)
{
    const int64_t first = t / s->q->w->taps * LM_DEPTH, count = channels_of(s->q->w, t);

    if (s->pairs)
        lm_cpu_pairs_now()->gather(out, at, n, s->q->x_dtype, first, count);
    else
        s->tiles->gather(out, at, n, s->q->x_dtype, first, count);
}

/* Rows of A, blocks [t0, t1) of the depth, as [run of blocks][tile][block][row][LM_DEPTH]: a sweep of a
 * panel over the tiles reads straight on. */
static void gather(const struct job *j, int64_t t0, int64_t t1)
{
    const lm_cpu_product *q = j->s->q;
    const lm_cpu_panels  *w = q->w;
    const void           *at[LM_TILE_ROWS];
    char                 *out = j->a;

    for (int64_t run = t0, blocks; run < t1; run += blocks) {
        blocks = run_of(w, run, t1);
        for (int64_t i = 0; i < j->tiles; i++) {
            const int64_t row = tile_row(j, i);
            const int     n = (int)(tile_row(j, i + 1) - row);

            for (int64_t t = run; t < run + blocks; t++, out += n * LM_DEPTH * j->s->size) {
                q->find(q->self, j->row + row, n, t % w->taps, at);
                gather_block(j->s, out, at, n, t);
            }
        }
    }
}

static const void *panel_run(const struct job *j, int64_t panel, int64_t t, int64_t blocks)
{
    const lm_cpu_panels *w = j->s->q->w;
    const void          *at = lm_cpu_panel(w, panel, depth_at(w, t));

    if (w->pairs || w->dtype == LM_F32)
        return at;
    j->s->tiles->widen(j->panel, at, w->dtype, blocks * depth_of(w, t) * w->columns);
    return j->panel;
}

/* A tile whose panel reaches beyond the last column of y: by way of `sums`. */
static void ragged(const struct job *j, lm_cpu_tile *tile, const void *a, const void *b, int64_t blocks,
                   int64_t depth, const lm_cpu_ends *to, int n, int64_t columns)
{
    const int64_t stride = j->s->q->w->columns;
    lm_cpu_ends   e = { j->sums, stride, to->from ? j->sums : NULL, stride, to->bias };

    for (int i = 0; to->from && i < n; i++)
        memcpy(j->sums + i * stride, to->from + i * to->from_stride, (size_t)columns * 4);
    tile(a, b, blocks, depth, &e);
    for (int i = 0; i < n; i++)
        memcpy(to->y + i * to->y_stride, j->sums + i * stride, (size_t)columns * 4);
}

/* What tile `n` rows from `row` of the block adds to, and where it goes. */
static lm_cpu_ends ends_of(const struct job *j, int64_t panel, int64_t row, bool first)
{
    const struct plan *s = j->s;
    const int64_t      columns = s->q->w->columns, at = (j->row + row) * s->n + panel * columns;
    const float       *bias = first && j->bias ? j->bias + panel * columns : NULL;

    if (s->q->w->gated)
        return (lm_cpu_ends){ j->sums + row * columns, columns, first ? NULL : j->sums + row * columns,
                              columns, bias };
    return (lm_cpu_ends){ s->y + at, s->n, !first ? s->y + at : s->terms->r ? s->terms->r + at : NULL,
                          s->n, bias };
}

/* Asks for part i of `parts` of the memory at `next`: it arrives while tiles are computed. */
static void ask_for(const char *next, int64_t bytes, int64_t i, int64_t parts)
{
    for (int64_t k = i * bytes / parts & -64; k < (i + 1) * bytes / parts; k += 64)
        __builtin_prefetch(next + k, 0, 2);
}

/* All tiles of the block with blocks [t, t + blocks) of one panel; a is where they begin in A, and `next`
 * what is wanted of B after them, or NULL. */
static void sweep(const struct job *j, int64_t panel, int64_t t, int64_t blocks, const char *a,
                  const char *next)
{
    const struct plan   *s = j->s;
    const lm_cpu_panels *w = s->q->w;
    const void          *b = panel_run(j, panel, t, blocks);
    const int64_t        columns = s->n - panel * w->columns, depth = depth_of(w, t);
    const int64_t        bytes = blocks * depth * w->columns * (int64_t)lm_dtype_size(w->dtype);

    for (int64_t i = 0; i < j->tiles; i++) {
        const int64_t     row = tile_row(j, i);
        const int         n = (int)(tile_row(j, i + 1) - row);
        const lm_cpu_ends e = ends_of(j, panel, row, t == 0);

        if (next)
            ask_for(next, bytes, i, j->tiles);
        if (!w->gated && columns < w->columns)
            ragged(j, s->tile[n], a, b, blocks, depth, &e, n, columns);
        else
            s->tile[n](a, b, blocks, depth, &e);
        a += n * blocks * LM_DEPTH * s->size;
    }
}

/* One panel times blocks [t0, t1) of A; `more`: another panel follows. */
static void run_panel(const struct job *j, int64_t panel, int64_t t0, int64_t t1, bool more)
{
    const lm_cpu_panels *w = j->s->q->w;

    for (int64_t t = t0, n; t < t1; t += n) {
        const void *next = NULL;

        n = run_of(w, t, t1);
        if (t + n < t1)
            next = lm_cpu_panel(w, panel, depth_at(w, t + n));
        else if (more)
            next = lm_cpu_panel(w, panel + 1, depth_at(w, t0));
        sweep(j, panel, t, n, j->a + j->rows * (t - t0) * LM_DEPTH * j->s->size, next);
    }
}

/* u · gelu(v) of a panel's sums, into y. */
static void gate(const struct job *j, int64_t panel)
{
    const struct plan *s = j->s;
    const int64_t      half = s->q->w->columns / 2, at = j->row * s->n + panel * half;
    const lm_dtype     to = s->q->y->dtype;

    s->tiles->gate((char *)s->q->y->data + at * (int64_t)lm_dtype_size(to), to, s->n, j->sums, j->rows,
                   least(half, s->n - panel * half));
}

static void place(struct job *j, int64_t block, int thread)
{
    const struct plan *s = j->s;
    const int64_t      group = block / s->group_blocks, first = block % s->group_blocks * s->block_rows;
    const int64_t      left = s->group_rows - first;

    j->row = group * s->group_rows + first;
    j->rows = left < s->block_rows ? left : s->block_rows;
    j->tiles = up(j->rows, s->tile_rows);
    j->bias = s->terms->bias ? s->terms->bias + group * s->terms->bias_step : NULL;
    j->a = s->memory + (size_t)thread * s->each;
    j->panel = (float *)(void *)(j->a + s->at_panel);
    j->sums = (float *)(void *)(j->a + s->at_sums);
}

static void run_job(void *self, int64_t i, int thread)
{
    const struct plan *s = self;
    const int64_t      group = i / s->row_blocks, panels = s->q->w->panels;
    const int64_t      panel0 = group * panels / s->panel_groups;
    const int64_t      panel1 = (group + 1) * panels / s->panel_groups;
    struct job         j = { .s = s };

    place(&j, i % s->row_blocks, thread);
    for (int64_t t0 = 0; t0 < s->depth_blocks; t0 += s->chunk) {
        const int64_t t1 = t0 + s->chunk < s->depth_blocks ? t0 + s->chunk : s->depth_blocks;

        gather(&j, t0, t1);
        for (int64_t panel = panel0; panel < panel1; panel++) {
            run_panel(&j, panel, t0, t1, panel + 1 < panel1);
            if (s->q->w->gated)
                gate(&j, panel);
        }
    }
}

/* ------------------------------------------------------------------ the plan */

/* As many parts as `parts`, or some more so that threads get equally many. */
static int64_t for_threads(int64_t parts, int64_t most)
{
    const int64_t even = up(parts, lm_cpu_threads()) * lm_cpu_threads();

    return even <= most ? even : parts;
}

/* A block of A takes half of the second-level cache. A gated product keeps its sums beside it until the
 * whole depth is through, so it takes fewer rows instead of less depth. */
static void choose_blocks(struct plan *s)
{
    const lm_cpu_product *q = s->q;
    const int64_t         room = (int64_t)lm_cpu_l2_bytes() / 2 / s->size / LM_DEPTH; /* rows × blocks */
    int64_t               rows = BLOCK_ROWS;

    s->depth_blocks = up(q->w->channels, LM_DEPTH) * q->w->taps;
    s->group_rows = q->b_rows ? q->b_rows : q->rows;
    if (q->w->gated && rows > room * 3 / 2 / s->depth_blocks)
        rows = room * 3 / 2 / s->depth_blocks < 1 ? 1 : room * 3 / 2 / s->depth_blocks;
    s->group_blocks = for_threads(up(s->group_rows, rows), s->group_rows / 64);
    s->block_rows = up(s->group_rows, s->group_blocks);
    s->group_blocks = up(s->group_rows, s->block_rows);
    s->row_blocks = s->group_blocks * (q->rows / s->group_rows);

    s->chunk = room / s->block_rows < 4 ? 4 : room / s->block_rows;
    s->chunk = q->w->gated ? s->depth_blocks : up(s->depth_blocks, up(s->depth_blocks, s->chunk));
}

/* A job is a block of rows and a group of panels: at most some 15 ms, at least 20 µs, and four a thread. */
static void choose_groups(struct plan *s)
{
    const lm_cpu_panels *w = s->q->w;
    const double         flop = 2.0 * (double)s->q->rows * (double)w->channels * (double)w->taps *
                        (double)(w->panels * w->columns);
    const double most = 47e6 * (double)w->columns;
    const int    threads = lm_cpu_threads();
    int64_t      jobs = threads > 1 ? 4 * threads : 1;

    if ((double)jobs < flop / most)
        jobs = (int64_t)(flop / most);
    if ((double)jobs > flop / 2e6)
        jobs = (int64_t)(flop / 2e6);
    s->panel_groups = least(up(jobs < 1 ? 1 : jobs, s->row_blocks), w->panels);
    if (s->row_blocks % threads && s->panel_groups > 1)
        s->panel_groups = for_threads(s->panel_groups, w->panels);
}

static size_t lines(int64_t bytes)
{
    return ((size_t)bytes + 63) & ~(size_t)63;
}

bool lm_cpu_product_run(lm_pass *p, const lm_cpu_product *q)
{
    const lm_cpu_panels *w = q->w;
    struct plan          s = { .q = q, .tiles = lm_cpu_tiles_now(), .n = lm_dim(q->y, -1) };
    lm_cpu_terms         t;
    size_t               bytes;
    bool                 worked;

    s.pairs = w->pairs ? lm_cpu_pairs_best() : NULL;
    s.tile = s.pairs ? s.pairs->tile : s.tiles->tile;
    s.tile_rows = s.pairs ? s.pairs->rows : s.tiles->rows;
    s.size = s.pairs ? 2 : 4;
    choose_blocks(&s);
    choose_groups(&s);
    s.at_panel = lines((s.block_rows * s.chunk + LM_TILE_ROWS) * LM_DEPTH * s.size); /* AMX reads beyond */
    s.at_sums = s.at_panel + lines(w->pairs ? 0 : PANEL_DEPTH * w->columns * 4);
    s.each = s.at_sums + lines((w->gated ? s.block_rows : LM_TILE_ROWS) * w->columns * 4);
    bytes = s.each * (size_t)lm_cpu_threads();
    if (!lm_cpu_terms_open(p, &t, w, q->b, q->r))
        return false;
    s.memory = lm_scratch_get(p->scratch, bytes);
    s.y = w->gated ? NULL : q->y->data;
    s.terms = &t;
    worked = s.memory ? lm_cpu_each(p, s.row_blocks * s.panel_groups, run_job, &s)
                      : lm_pass_fail(p, MEMORY, "no memory for a product (%zu bytes)", bytes);
    if (s.memory)
        lm_scratch_put(p->scratch, s.memory, bytes);
    lm_cpu_terms_close(p, &t);
    return worked;
}
