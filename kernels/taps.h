/* taps.h: which rows (or columns) of a picture make a row of it at another size, and with what weights.
 * Every way of resampling is such a table for the rows and one for the columns. */
#ifndef LM_KERNELS_TAPS_H
#define LM_KERNELS_TAPS_H

#include "kernels/ops.h"

/* Row i of the answer is the sum over j of weight[i·n + j] times row at[i·n + j]. Rows that need fewer
 * taps than the others end in weights of 0. */
typedef struct lm_taps {
    int      n;
    int64_t *at;
    double  *weight;
} lm_taps;

/* From `in` rows to `out`; both above 0.                                                      [new] */
lm_taps lm_taps_new(lm_resample_mode mode, int64_t in, int64_t out);
void    lm_taps_free(lm_taps *t); /*                                                         [takes] */

#endif
