/* product.h: the blocked product behind linear, linear_geglu and the direct convolution:
 * y[m, n] = Σ over depth of A[m, depth] · B[n, depth] + bias + r.
 *
 * A is never written down as a whole: a block of some 200 rows is gathered at a time, from wherever its
 * rows lie, into a size that stays in the second-level cache; panels of B pass over it. */
#ifndef LM_KERNELS_CPU_PRODUCT_H
#define LM_KERNELS_CPU_PRODUCT_H

#include "kernels/cpu/panels.h"

typedef struct lm_cpu_product {
    int64_t              rows;
    const lm_cpu_panels *w;

    /* Where the C channels of `n` rows from `row` on begin in memory, seen through tap `tap`; NULL: zeros. */
    void (*find)(const void *self, int64_t row, int n, int64_t tap, const void **at);
    const void *self;
    lm_dtype    x_dtype;

    const lm_tensor *b, *r;     /* may be NULL */
    int64_t          b_rows;    /* so many rows of the answer share a row of b; 0: all of them */
    lm_tensor       *y;         /* half as many columns when w is gated; f32 otherwise */
} lm_cpu_product;

bool lm_cpu_product_run(lm_pass *p, const lm_cpu_product *q);

#endif
