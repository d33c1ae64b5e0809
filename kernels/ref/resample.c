/* resample.c: changing a picture's size, in plain loops: a row of the answer is a weighted sum of a few
 * rows of x, a column of a few columns (taps.h). */
#include "kernels/ref/ref.h"

#include "kernels/taps.h"

/* Channel c of the pixel (i, j) of picture n of the answer. */
static double pixel(const lm_tensor *x, const lm_taps *rows, const lm_taps *columns, int64_t n, int64_t i,
                    int64_t j, int64_t c)
{
    const int64_t height = lm_dim(x, 1), width = lm_dim(x, 2), channels = lm_dim(x, 3);
    double        sum = 0.0;

    for (int64_t a = i * rows->n; a < (i + 1) * rows->n; a++)
        for (int64_t b = j * columns->n; b < (j + 1) * columns->n; b++)
            sum += rows->weight[a] * columns->weight[b] *
                   get(x, ((n * height + rows->at[a]) * width + columns->at[b]) * channels + c);
    return sum;
}

static bool fill(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_taps *rows, const lm_taps *columns)
{
    const int64_t height = lm_dim(y, 1), width = lm_dim(y, 2), channels = lm_dim(y, 3);

    for (int64_t i = 0; i < lm_dim(y, 0) * height; i++) {
        if (lm_pass_stopped(p))
            return false;
        for (int64_t j = 0; j < width; j++)
            for (int64_t c = 0; c < channels; c++)
                put(y, (i * width + j) * channels + c,
                    pixel(x, rows, columns, i / height, i % height, j, c));
    }
    return true;
}

bool lm_ref_resample(lm_pass *p, lm_tensor *y, const lm_tensor *x, lm_resample_mode mode)
{
    lm_taps rows = lm_taps_new(mode, lm_dim(x, 1), lm_dim(y, 1));
    lm_taps columns = lm_taps_new(mode, lm_dim(x, 2), lm_dim(y, 2));
    bool    ok = fill(p, y, x, &rows, &columns);

    lm_taps_free(&rows);
    lm_taps_free(&columns);
    return ok;
}
