/* terms.h: what a product adds to its sums: a bias and a residual, as f32, where the tiles can read them. */
#ifndef LM_KERNELS_CPU_TERMS_H
#define LM_KERNELS_CPU_TERMS_H

#include "kernels/cpu/panels.h"

typedef struct lm_cpu_terms {
    const float *bias;      /* [rows of b][panels · columns of w], in the order of its panels; NULL */
    int64_t      bias_step; /* from one row of b to the next; 0 when there is one row */
    const float *r;         /* like the answer; NULL */
    void        *memory;
    size_t       bytes;
} lm_cpu_terms;

/* b and r may be NULL. Takes scratch from p; false (and the pass failed) when there is none. */
bool lm_cpu_terms_open(lm_pass *p, lm_cpu_terms *t, const lm_cpu_panels *w, const lm_tensor *b,
                       const lm_tensor *r);
void lm_cpu_terms_close(lm_pass *p, lm_cpu_terms *t);

#endif
