/* norm.c: normalisations in plain loops. */
#include "kernels/ref/ref.h"

#include <string.h>

#include "core/base/alloc.h"

/* Mean and 1 / √(variance + eps) of `count` numbers in each of `rows` rows of `stride`, beginning at `at`. */
static void measure(const lm_tensor *x, int64_t at, int64_t rows, int64_t stride, int64_t count, double eps,
                    double *mean, double *scale)
{
    double sum = 0.0, squares = 0.0;

    for (int64_t row = 0; row < rows; row++)
        for (int64_t c = 0; c < count; c++)
            sum += get(x, at + row * stride + c);
    *mean = sum / (double)(rows * count);

    for (int64_t row = 0; row < rows; row++)
        for (int64_t c = 0; c < count; c++)
            squares += pow(get(x, at + row * stride + c) - *mean, 2.0);
    *scale = 1.0 / sqrt(squares / (double)(rows * count) + eps);
}

/* Where y begins where x does and is narrower: from a copy of x. */
static bool from_copy(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *g, const lm_tensor *b,
                      int groups, double eps, bool with_silu)
{
    lm_tensor copy = { .dtype = x->dtype, .shape = x->shape, .device = x->device };
    bool      worked;

    copy.data = lm_try_alloc(lm_bytes(x));
    if (!copy.data)
        return lm_pass_fail(p, MEMORY, "group_norm needs %.1f MB more than there are",
                            (double)lm_bytes(x) / 1e6);
    memcpy(copy.data, x->data, lm_bytes(x));
    worked = lm_ref_group_norm(p, y, &copy, g, b, groups, eps, with_silu);
    lm_free(copy.data);
    return worked;
}

/* Source: Wu & He 2018, arXiv 1803.08494. */
bool lm_ref_group_norm(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *g,
                       const lm_tensor *b, int groups, double eps, bool with_silu)
{
    const int64_t channels = lm_dim(x, -1), width = channels / groups, batch = lm_dim(x, 0);
    const int64_t rows = lm_count(x) ? lm_count(x) / (batch * channels) : 0;

    if (y->data == x->data && y->dtype != x->dtype)
        return from_copy(p, y, x, g, b, groups, eps, with_silu);
    for (int64_t i = 0; i < batch * groups; i++) {
        const int64_t first = i % groups * width, at = i / groups * rows * channels + first;
        double        mean, scale;

        if (lm_pass_stopped(p))
            return false;
        measure(x, at, rows, channels, width, eps, &mean, &scale);
        for (int64_t row = 0; row < rows; row++) {
            for (int64_t c = 0; c < width; c++) {
                const int64_t j = at + row * channels + c;
                const double  v = (get(x, j) - mean) * scale * get(g, first + c) + get(b, first + c);
                put(y, j, with_silu ? silu(v) : v);
            }
        }
    }
    return true;
}

/* Source: Ba, Kiros & Hinton 2016, arXiv 1607.06450. */
bool lm_ref_layer_norm(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *g,
                       const lm_tensor *b, double eps)
{
    const int64_t channels = lm_dim(x, -1), rows = lm_count(x) / channels;

    for (int64_t row = 0; row < rows; row++) {
        double mean, scale;

        if (lm_pass_stopped(p))
            return false;
        measure(x, row * channels, 1, channels, channels, eps, &mean, &scale);
        for (int64_t c = 0; c < channels; c++)
            put(y, row * channels + c, (get(x, row * channels + c) - mean) * scale * get(g, c) + get(b, c));
    }
    return true;
}
