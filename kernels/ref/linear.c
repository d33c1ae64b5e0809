/* linear.c: products with a weight matrix, in plain loops. */
#include "kernels/ref/ref.h"

/* Row `row` of x[.., K] times row `n` of w[.., K], plus b[n]. */
static double product(const lm_tensor *x, int64_t row, const lm_tensor *w, int64_t n, const lm_tensor *b)
{
    const int64_t k = lm_dim(w, 1);
    double        sum = get_or_0(b, n);

    for (int64_t i = 0; i < k; i++)
        sum += get(x, row * k + i) * get(w, n * k + i);
    return sum;
}

bool lm_ref_linear(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                   const lm_tensor *r)
{
    const int64_t columns = lm_dim(w, 0), rows = lm_count(y) / columns;

    for (int64_t row = 0; row < rows; row++) {
        if (lm_pass_stopped(p))
            return false;
        for (int64_t n = 0; n < columns; n++)
            put(y, row * columns + n, product(x, row, w, n, b) + get_or_0(r, row * columns + n));
    }
    return true;
}

bool lm_ref_linear_geglu(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *w,
                         const lm_tensor *b)
{
    const int64_t columns = lm_dim(w, 0) / 2, rows = lm_count(y) / columns;

    for (int64_t row = 0; row < rows; row++) {
        if (lm_pass_stopped(p))
            return false;
        for (int64_t n = 0; n < columns; n++)
            put(y, row * columns + n, product(x, row, w, n, b) * gelu(product(x, row, w, columns + n, b)));
    }
    return true;
}
