/* shape.c: what moves numbers without changing them: runs that lie close together in one tensor go to
 * where they belong in another, a piece at a time. Answers are f32. */
#include "kernels/cpu/elements.h"
#include "kernels/cpu/pool.h"
#include "kernels/cpu/rows.h"

enum { PIECE = 16384 };

/* Run i of `run` numbers goes from row[i], or from i·from_stride, to i·to_stride. */
typedef struct job {
    const lm_cpu_elements *how;
    float                 *to;
    const lm_tensor       *x;
    int64_t                from, run, from_stride, to_stride, pieces;
    const int32_t         *row;
} job;

static void band(void *self, int64_t first, int64_t last, int thread)
{
    const job *j = self;

    (void)thread;
    for (int64_t i = first; i < last; i++) {
        const int64_t run = i / j->pieces, within = i % j->pieces * PIECE;
        const int64_t n = j->run - within < PIECE ? j->run - within : PIECE;
        const int64_t from = j->from + (j->row ? j->row[run] : run) * j->from_stride + within;

        j->how->to_f32(j->to + run * j->to_stride + within,
                       (const char *)j->x->data + from * (int64_t)lm_dtype_size(j->x->dtype), j->x->dtype, n);
    }
}

static bool move(lm_pass *p, job *j, int64_t runs)
{
    j->how = lm_cpu_elements_now();
    j->pieces = (j->run + PIECE - 1) / PIECE;
    return lm_cpu_rows(p, runs * j->pieces, 0.3 * (double)(j->run < PIECE ? j->run : PIECE) + 5.0, band, j);
}

/* How many numbers one step along `axis` holds, and how many such axes there are. */
static int64_t inner(const lm_tensor *t, int axis)
{
    int64_t n = 1;

    for (int i = axis + 1; i < t->shape.n; i++)
        n *= lm_dim(t, i);
    return n;
}

static int64_t outer(const lm_tensor *t, int axis)
{
    int64_t n = 1;

    for (int i = 0; i < axis; i++)
        n *= lm_dim(t, i);
    return n;
}

bool lm_cpu_concat(lm_pass *p, lm_tensor *y, const lm_tensor *const *parts, int n, int axis)
{
    float *to = y->data;

    for (int i = 0; i < n; i++) {
        const int64_t run = lm_dim(parts[i], axis) * inner(parts[i], axis);
        job           j = { .to = to, .x = parts[i], .run = run, .from_stride = run,
                            .to_stride = lm_dim(y, axis) * inner(y, axis) };

        if (!move(p, &j, outer(parts[i], axis)))
            return false;
        to += run;
    }
    return true;
}

bool lm_cpu_slice(lm_pass *p, lm_tensor *y, const lm_tensor *x, int axis, int64_t first)
{
    const int64_t step = inner(x, axis), run = lm_dim(y, axis) * step;
    job           j = { .to = y->data, .x = x, .from = first * step, .run = run,
                        .from_stride = lm_dim(x, axis) * step, .to_stride = run };

    return move(p, &j, outer(y, axis));
}

bool lm_cpu_gather(lm_pass *p, lm_tensor *y, const lm_tensor *w, const int32_t *ids)
{
    const int64_t columns = lm_dim(w, 1);
    job           j = { .to = y->data, .x = w, .run = columns, .from_stride = columns, .to_stride = columns,
                        .row = ids };

    return move(p, &j, lm_dim(y, 0));
}
