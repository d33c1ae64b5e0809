/* winograd.h: 3x3 convolutions with stride 1 in a quarter of the products: F(4x4, 3x3).
 *
 * A tile of 4x4 outputs sees 6x6 inputs. Both the tile and the 3x3 kernel are carried to 36 values; there a
 * convolution is a product for each of the 36 places, and its sums are carried back to 16 outputs.
 * Pictures stay channels last, and the 36 values of the weights, four times as large as the kernel, are
 * made when they are wanted, a panel and a few channels at a time.
 * Source: Lavin & Gray 2015; interpolation at 0, ±5/8, ±3/2 and infinity, which halves the rounding of the
 * usual 0, ±1, ±2 (relative L2 1.6e-6 against 3.5e-6, 320 channels). */
#ifndef LM_KERNELS_CPU_WINOGRAD_H
#define LM_KERNELS_CPU_WINOGRAD_H

#include "kernels/cpu/level.h"
#include "kernels/cpu/panels.h"
#include "kernels/ops.h"

enum { LM_WINO_IN = 6, LM_WINO_OUT = 4, LM_WINO_PLACES = 36 };

typedef struct lm_cpu_winograd {
    /* Channels [0, count) of the 36 pixels at[] to v[place · stride + channel]. */
    void (*input)(float *v, int64_t stride, const void *const *at, lm_dtype from, int64_t count);
    /* `count` channels of one panel: w[tap][channel][columns], taps `tap` numbers apart, to
     * u[place · stride + channel · columns + column]. */
    void (*weights)(float *u, int64_t stride, const void *w, int64_t tap, lm_dtype from, int64_t count);
    /* The sums of one tile, m[place · stride + column], to y[i][column] = … + bias + r[i][column] for the
     * 16 pixels i; NULL pixels are left out; `columns` may be fewer than a panel's. bias, r may be NULL. */
    void (*output)(float *const *y, const float *m, int64_t stride, const float *bias,
                   const float *const *r, int64_t columns);
} lm_cpu_winograd;
LM_CPU_FAMILY(lm_cpu_winograd)

/* The same two with their answers in bf16, an odd count followed by a zero; weights in words of two channels,
 * u[place · stride + (channel - channel % 2) · columns + 2 · column + channel % 2]. NULL: not at this level;
 * only where there is VDPBF16PS. */
typedef struct lm_cpu_winograd_bf16 {
    void (*input)(uint16_t *v, int64_t stride, const void *const *at, lm_dtype from, int64_t count);
    void (*weights)(uint16_t *u, int64_t stride, const void *w, int64_t tap, lm_dtype from, int64_t count);
} lm_cpu_winograd_bf16;
LM_CPU_FAMILY(lm_cpu_winograd_bf16)

/* Is this the way to go for such a convolution?  `kernel` is w's shape [O, C, kh, kw]. */
bool lm_cpu_winograd_pays(lm_shape y, lm_shape kernel, const lm_conv_spec *spec);

/* Can y begin where x does?  Blocks of tiles then run from the first row on, and y is never ahead of x. */
bool lm_cpu_winograd_over(const lm_tensor *x, const lm_tensor *w, const lm_conv_spec *spec);

bool lm_cpu_winograd_run(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_cpu_panels *w,
                         const lm_tensor *b, const lm_tensor *r, const lm_conv_spec *spec);

#endif
