/* resample.c: changing a picture's size: first the columns of every row that is needed, then the rows. */
#include "kernels/cpu/elements.h"
#include "kernels/cpu/pool.h"
#include "kernels/cpu/rows.h"
#include "kernels/taps.h"

typedef struct job {
    const lm_cpu_elements *how;
    float                 *y, *narrow; /* narrow: [N, H, W', C] */
    const lm_tensor       *x;
    int64_t                in_h, in_w, out_h, out_w, channels;
    lm_taps                rows, columns;
    float                 *work; /* a row of x as f32 of each thread; NULL when x is f32 */
} job;

/* A pixel of few channels. */
static void mix_pixel(float *y, const float *x, const int64_t *at, const double *weight, int taps,
                      int64_t channels)
{
    for (int64_t c = 0; c < channels; c++) {
        float sum = (float)weight[0] * x[at[0] * channels + c];

        for (int t = 1; t < taps; t++)
            sum += (float)weight[t] * x[at[t] * channels + c];
        y[c] = sum;
    }
}

/* y[n] = Σ weight · row at[t] of x; a row has n numbers. */
static void mix_rows(const lm_cpu_elements *how, float *y, const float *x, const int64_t *at,
                     const double *weight, int taps, int64_t n)
{
    how->affine(y, (float)weight[0], x + at[0] * n, 0.0f, n);
    for (int t = 1; t < taps; t++)
        if (weight[t] != 0.0)
            how->axpby(y, 1.0f, y, (float)weight[t], x + at[t] * n, n);
}

static void columns_band(void *self, int64_t first, int64_t last, int thread)
{
    const job *j = self;
    const int  taps = j->columns.n;

    for (int64_t row = first; row < last; row++) {
        const int64_t size = j->in_w * j->channels;
        const float  *x = (const float *)j->x->data + row * size;
        float        *y = j->narrow + row * j->out_w * j->channels;

        if (j->work) {
            float *room = j->work + thread * size;
            j->how->to_f32(room, (const char *)j->x->data + row * size * 2, j->x->dtype, size);
            x = room;
        }
        for (int64_t i = 0; i < j->out_w; i++, y += j->channels) {
            const int64_t *at = j->columns.at + i * taps;
            const double  *weight = j->columns.weight + i * taps;

            if (j->channels < 16)
                mix_pixel(y, x, at, weight, taps, j->channels);
            else
                mix_rows(j->how, y, x, at, weight, taps, j->channels);
        }
    }
}

static void rows_band(void *self, int64_t first, int64_t last, int thread)
{
    const job    *j = self;
    const int64_t size = j->out_w * j->channels;
    const int     taps = j->rows.n;

    (void)thread;
    for (int64_t row = first; row < last; row++) {
        const int64_t picture = row / j->out_h, i = row % j->out_h;

        mix_rows(j->how, j->y + row * size, j->narrow + picture * j->in_h * size, j->rows.at + i * taps,
                 j->rows.weight + i * taps, taps, size);
    }
}

static bool run(lm_pass *p, job *j, int64_t n)
{
    const double row_ns = (double)(j->out_w * j->channels);

    return lm_cpu_rows(p, n * j->in_h, row_ns * j->columns.n, columns_band, j) &&
           lm_cpu_rows(p, n * j->out_h, 0.3 * row_ns * j->rows.n, rows_band, j);
}

bool lm_cpu_resample(lm_pass *p, lm_tensor *y, const lm_tensor *x, lm_resample_mode mode)
{
    const int64_t n = lm_dim(x, 0);
    job           j = { .how = lm_cpu_elements_now(), .y = y->data, .x = x, .in_h = lm_dim(x, 1),
                        .in_w = lm_dim(x, 2), .out_h = lm_dim(y, 1), .out_w = lm_dim(y, 2),
                        .channels = lm_dim(x, 3) };
    const int64_t narrow = n * j.in_h * j.out_w * j.channels;
    const int64_t work = x->dtype == LM_F32 ? 0 : lm_cpu_threads() * j.in_w * j.channels;
    const size_t  bytes = (size_t)(narrow + work) * sizeof(float);
    bool          ok;

    j.narrow = lm_scratch_get(p->scratch, bytes);
    if (!j.narrow)
        return lm_pass_fail(p, MEMORY, "resample needs %.1f MB more than there are", (double)bytes / 1e6);
    j.work = work ? j.narrow + narrow : NULL;
    j.rows = lm_taps_new(mode, j.in_h, j.out_h);
    j.columns = lm_taps_new(mode, j.in_w, j.out_w);
    ok = run(p, &j, n);
    lm_taps_free(&j.rows);
    lm_taps_free(&j.columns);
    lm_scratch_put(p->scratch, j.narrow, bytes);
    return ok;
}
