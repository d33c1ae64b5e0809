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
bool lm_cpu_conv_over(lm_pass *p, const lm_tensor *x, const lm_tensor *w, const lm_conv_spec *spec);
bool lm_cpu_attention(lm_pass *p, lm_tensor *y, lm_cols q, lm_cols k, lm_cols v, int heads, int flags);
bool lm_cpu_group_norm(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *g,
                       const lm_tensor *b, int groups, double eps, bool silu);
bool lm_cpu_layer_norm(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *g,
                       const lm_tensor *b, double eps);
bool lm_cpu_unary(lm_pass *p, lm_tensor *y, const lm_tensor *x, lm_unary f);
bool lm_cpu_axpby(lm_pass *p, lm_tensor *y, double a, const lm_tensor *x, double b, const lm_tensor *z);
bool lm_cpu_mul(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *m);
bool lm_cpu_clamp(lm_pass *p, lm_tensor *y, const lm_tensor *x, double a, double b, double lo, double hi);
bool lm_cpu_concat(lm_pass *p, lm_tensor *y, const lm_tensor *const *parts, int n, int axis);
bool lm_cpu_slice(lm_pass *p, lm_tensor *y, const lm_tensor *x, int axis, int64_t first);
bool lm_cpu_resample(lm_pass *p, lm_tensor *y, const lm_tensor *x, lm_resample_mode mode);
bool lm_cpu_gather(lm_pass *p, lm_tensor *y, const lm_tensor *w, const int32_t *ids);
bool lm_cpu_cast(lm_pass *p, lm_tensor *y, const lm_tensor *x);
bool lm_cpu_finite(lm_pass *p, bool *finite, const lm_tensor *x);

#endif
