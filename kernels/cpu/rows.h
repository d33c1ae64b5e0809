/* rows.h: what stands behind each row of the CPU's table; shapes and meaning as in kernels/ops.h. */
#ifndef LM_KERNELS_CPU_ROWS_H
#define LM_KERNELS_CPU_ROWS_H

#include "kernels/ops.h"

bool lm_cpu_linear(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                   const lm_tensor *r);
bool lm_cpu_linear_geglu(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *w,
                         const lm_tensor *b);
bool lm_cpu_conv(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                 const lm_tensor *r, const lm_conv_spec *spec);
bool lm_cpu_attention(lm_pass *p, lm_tensor *y, lm_cols q, lm_cols k, lm_cols v, int heads, int flags);

#endif
