/* group_norm.c: two passes over the rows [pixels, C] of each picture: sums, then the answer.
 *
 * Sums are taken of the distance from a pivot near the group's mean, in f32 over a few rows and from there
 * on in double, so a mean far from 0 costs no digits. Rows are cut into stretches by their number alone and
 * the stretches are added up in order: the answer does not depend on the threads. */
#include <math.h>

#include "kernels/cpu/elements.h"
#include "kernels/cpu/norm.h"
#include "kernels/cpu/pool.h"
#include "kernels/cpu/rows.h"

enum { FOLD = 64, MOST_STRETCHES = 256, PROBES = 8 };

typedef struct job {
    const lm_cpu_norm     *how;
    const lm_cpu_elements *elements;
    lm_tensor             *y;
    const lm_tensor       *x;
    bool                   silu, bf16; /* bf16: there is an instruction for it */
    int64_t                n, rows, channels, groups;
    int64_t                stretch, stretches; /* rows of a stretch; stretches of a picture */
    double                *parts;              /* [picture][stretch][group][sum, squares] */
    float                 *pivot;              /* [picture][channel] */
    float                 *mean, *scale, *shift;
    float                 *work;               /* of each thread: 2 sums, then FOLD rows, of channels */
} job;

static int64_t size(const lm_tensor *t)
{
    return (int64_t)lm_dtype_size(t->dtype);
}

/* Rows of x as f32: where they are, or in `room`. */
static const float *rows_at(const job *j, int64_t row, int64_t n, float *room)
{
    const char *at = (const char *)j->x->data + row * j->channels * size(j->x);

    if (j->x->dtype == LM_F32)
        return (const float *)at;
    j->elements->to_f32(room, at, j->x->dtype, n * j->channels);
    return room;
}

static float *work_of(const job *j, int thread)
{
    return j->work + (int64_t)thread * (2 + FOLD) * j->channels;
}

/* ------------------------------------------------------------------ the first pass */

/* Each group's mean over a few rows spread over the picture, at each of its channels. */
static void find_pivot(const job *j, int64_t picture)
{
    const int64_t width = j->channels / j->groups;
    float        *pivot = j->pivot + picture * j->channels, *room = work_of(j, 0);

    memset(pivot, 0, (size_t)j->channels * sizeof *pivot);
    for (int i = 0; i < PROBES; i++) {
        const float *x = rows_at(j, picture * j->rows + i * j->rows / PROBES, 1, room);

        for (int64_t c = 0; c < j->channels; c++)
            pivot[c] += x[c] * (1.0f / PROBES);
    }
    for (int64_t g = 0; g < j->groups; g++) {
        double sum = 0.0;

        for (int64_t c = g * width; c < (g + 1) * width; c++)
            sum += (double)pivot[c];
        for (int64_t c = g * width; c < (g + 1) * width; c++)
            pivot[c] = (float)(sum / (double)width);
    }
}

static void fold(const job *j, double *part, const float *sum, const float *squares)
{
    const int64_t width = j->channels / j->groups;

    for (int64_t g = 0; g < j->groups; g++)
        for (int64_t c = g * width; c < (g + 1) * width; c++) {
            part[2 * g] += (double)sum[c];
            part[2 * g + 1] += (double)squares[c];
        }
}

static void sum_stretch(const job *j, int64_t i, float *work)
{
    const int64_t picture = i / j->stretches, first = i % j->stretches * j->stretch;
    const int64_t last = first + j->stretch < j->rows ? first + j->stretch : j->rows;
    double       *part = j->parts + i * j->groups * 2;

    memset(part, 0, (size_t)j->groups * 2 * sizeof *part);
    for (int64_t row = first; row < last; row += FOLD) {
        const int64_t n = last - row < FOLD ? last - row : FOLD;
        const float  *x = rows_at(j, picture * j->rows + row, n, work + 2 * j->channels);

        memset(work, 0, (size_t)j->channels * 2 * sizeof *work);
        j->how->sums(work, work + j->channels, x, j->pivot + picture * j->channels, n, j->channels);
        fold(j, part, work, work + j->channels);
    }
}

static void sum_band(void *self, int64_t first, int64_t last, int thread)
{
    for (int64_t i = first; i < last; i++)
        sum_stretch(self, i, work_of(self, thread));
}

/* ------------------------------------------------------------------ between the passes */

/* Group g of a picture: from its sums to what each channel is shifted and scaled by. The mean is kept as an
 * f32 and a rest, which goes into the shift. */
static void settle(const job *j, int64_t picture, int64_t g, const float *gain, const float *bias,
                   double eps)
{
    const int64_t width = j->channels / j->groups, at = picture * j->channels;
    const double  count = (double)(j->rows * width), pivot = (double)j->pivot[at + g * width];
    double        sum = 0.0, squares = 0.0, mean, scale;
    float         near;

    for (int64_t i = 0; i < j->stretches; i++) {
        const double *part = j->parts + ((picture * j->stretches + i) * j->groups + g) * 2;
        sum += part[0];
        squares += part[1];
    }
    mean = pivot + sum / count;
    near = (float)mean;
    scale = 1.0 / sqrt(fmax(squares / count - sum / count * (sum / count), 0.0) + eps);
    for (int64_t c = g * width; c < (g + 1) * width; c++) {
        j->mean[at + c] = near;
        j->scale[at + c] = (float)(scale * (double)gain[c]);
        j->shift[at + c] = (float)((double)bias[c] - (mean - (double)near) * scale * (double)gain[c]);
    }
}

/* ------------------------------------------------------------------ the second pass */

static void apply_rows(const job *j, int64_t row, int64_t n, float *work)
{
    const bool    direct = j->y->dtype == LM_F32, by_bf16 = j->y->dtype == LM_BF16 && j->bf16;
    const int64_t at = row / j->rows * j->channels;
    char         *to = (char *)j->y->data + row * j->channels * size(j->y);
    const float  *x = rows_at(j, row, n, work);
    float        *y = direct ? (float *)to : work;

    if (by_bf16) {
        j->how->apply_bf16((uint16_t *)(void *)to, x, j->mean + at, j->scale + at, j->shift + at, n,
                           j->channels, j->silu);
        return;
    }
    j->how->apply(y, x, j->mean + at, j->scale + at, j->shift + at, n, j->channels, j->silu);
    if (!direct)
        j->elements->from_f32(to, j->y->dtype, y, n * j->channels);
}

/* A few rows at a time, which stay in the first-level cache while they change their dtype; never rows of
 * two pictures at once. */
static void apply_band(void *self, int64_t first, int64_t last, int thread)
{
    const job    *j = self;
    const int64_t few = j->channels < 4096 / FOLD ? FOLD : j->channels < 4096 ? 4096 / j->channels : 1;

    for (int64_t row = first, n; row < last; row += n) {
        n = j->rows - row % j->rows;
        n = n < few ? n : few;
        n = n < last - row ? n : last - row;
        apply_rows(j, row, n, work_of(j, thread));
    }
}

struct wave {
    const job *j;
    int64_t    first;
};

static void apply_wave(void *self, int64_t first, int64_t last, int thread)
{
    const struct wave *w = self;

    apply_band((void *)w->j, w->first + first, w->first + last, thread);
}

/* Where y is half as wide as x and lies over it, rows [a, 2a) are written where rows [a/2, a) were read. */
static bool apply_narrower(lm_pass *p, job *j, double row_ns)
{
    const int64_t rows = j->n * j->rows;
    struct wave   w = { j, rows < FOLD ? rows : FOLD };
    bool          live = true;

    for (int64_t row = 0; row < w.first; row++)
        apply_rows(j, row, 1, work_of(j, 0));
    for (int64_t n; live && w.first < rows; w.first += n) {
        n = w.first < rows - w.first ? w.first : rows - w.first;
        live = lm_cpu_rows(p, n, row_ns, apply_wave, &w);
    }
    return live;
}

/* ------------------------------------------------------------------ the row of the table */

static bool run(lm_pass *p, job *j, const lm_tensor *g, const lm_tensor *b, double eps)
{
    float       *gain = work_of(j, 0), *bias = gain + j->channels;
    const double row_ns = (double)j->channels;

    for (int64_t i = 0; i < j->n; i++)
        find_pivot(j, i);
    if (!lm_cpu_rows(p, j->n * j->stretches, 0.15 * row_ns * (double)j->stretch, sum_band, j))
        return false;
    j->elements->to_f32(gain, g->data, g->dtype, j->channels);
    j->elements->to_f32(bias, b->data, b->dtype, j->channels);
    for (int64_t i = 0; i < j->n * j->groups; i++)
        settle(j, i / j->groups, i % j->groups, gain, bias, eps);
    if (j->y->data == j->x->data && size(j->y) < size(j->x))
        return apply_narrower(p, j, (j->silu ? 0.6 : 0.3) * row_ns);
    return lm_cpu_rows(p, j->n * j->rows, (j->silu ? 0.6 : 0.3) * row_ns, apply_band, j);
}

bool lm_cpu_group_norm(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *g,
                       const lm_tensor *b, int groups, double eps, bool silu)
{
    const int64_t n = lm_dim(x, 0), channels = lm_dim(x, -1), rows = lm_count(x) / (n * channels);
    job           j = { .how = lm_cpu_norm_now(), .elements = lm_cpu_elements_now(), .y = y, .x = x,
                        .silu = silu, .bf16 = lm_cpu_has(LM_CPU_HAS_BF16), .n = n, .rows = rows, .channels = channels, .groups = groups };
    size_t        part_bytes, float_bytes;
    bool          ok;

    j.stretch = (rows / MOST_STRETCHES / FOLD + 1) * FOLD;
    j.stretches = (rows + j.stretch - 1) / j.stretch;
    part_bytes = (size_t)(n * j.stretches * groups * 2) * sizeof(double);
    float_bytes = (size_t)((4 * n + (2 + FOLD) * lm_cpu_threads()) * channels) * sizeof(float);

    j.parts = lm_scratch_get(p->scratch, part_bytes + float_bytes);
    if (!j.parts)
        return lm_pass_fail(p, MEMORY, "group_norm needs %.1f MB more than there are",
                            (double)(part_bytes + float_bytes) / 1e6);
    j.pivot = (float *)((char *)j.parts + part_bytes);
    j.mean = j.pivot + n * channels;
    j.scale = j.mean + n * channels;
    j.shift = j.scale + n * channels;
    j.work = j.shift + n * channels;
    ok = run(p, &j, g, b, eps);
    lm_scratch_put(p->scratch, j.parts, part_bytes + float_bytes);
    return ok;
}
