/* linear.c: products with a weight matrix. */
#include "kernels/cpu/pairs.h"
#include "kernels/cpu/product.h"
#include "kernels/cpu/rows.h"
#include "kernels/front.h"

struct rows {
    const char *at;
    int64_t     bytes; /* of a row */
};

static void find(const void *self, int64_t row, int n, int64_t tap, const void **at)
{
    const struct rows *x = self;

    (void)tap;
    for (int i = 0; i < n; i++)
        at[i] = x->at + (row + i) * x->bytes;
}

static bool multiply(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *w, lm_cpu_packing how,
                     const lm_tensor *b, const lm_tensor *r)
{
    const struct rows    rows = { x->data, lm_dim(x, -1) * (int64_t)lm_dtype_size(x->dtype) };
    const lm_cpu_product q = { .rows = lm_count(y) / lm_dim(y, -1), .w = lm_cpu_panels_of(p, w, how),
                               .find = find, .self = &rows, .x_dtype = x->dtype, .b = b, .r = r, .y = y };

    return q.w && lm_cpu_product_run(p, &q);
}

bool lm_cpu_linear(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                   const lm_tensor *r)
{
    if (!lm_count(y) || !lm_count(x) || y->dtype != LM_F32)
        return lm_ref_ops.linear(p, y, x, w, b, r);
    return multiply(p, y, x, w, lm_cpu_wants_pairs(p) ? LM_CPU_PAIRS : LM_CPU_PLAIN, b, r);
}

bool lm_cpu_linear_geglu(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *w,
                         const lm_tensor *b)
{
    if (!lm_count(y) || !lm_count(x) || y->dtype == LM_F16)
        return lm_ref_ops.linear_geglu(p, y, x, w, b);
    return multiply(p, y, x, w, lm_cpu_wants_pairs(p) ? LM_CPU_GATED_PAIRS : LM_CPU_GATED, b, NULL);
}
