/* panels.h: a weight as panels of outputs, once a weight and for every kernel that reads it.
 *
 * A panel holds `columns` outputs (tile.h): [panel][k][columns], zeros where there are no more outputs. The
 * depth runs over blocks of LM_DEPTH channels, in each block over the kernel's taps, and over the channels
 * of the block last: a tap of a convolution is a short matrix, and Winograd's transform finds the nine taps
 * of a channel at constant distances. The numbers keep the dtype of the file. */
#ifndef LM_KERNELS_CPU_PANELS_H
#define LM_KERNELS_CPU_PANELS_H

#include "core/data/pass.h"

typedef struct lm_cpu_panels {
    lm_dtype   dtype;
    int64_t    outputs, channels, taps;
    int64_t    panels, columns;
    bool       gated; /* packed by lm_cpu_panels_gated */
    void      *at;
    size_t     bytes;
    lm_device *device;
} lm_cpu_panels;

/* w[O, C, …] as panels; NULL (and the pass failed) when there is no memory.                 [lends] */
const lm_cpu_panels *lm_cpu_panels_of(lm_pass *p, const lm_tensor *w);

/* w[2N, K] for a gated product: a panel's first half holds outputs of the first N rows, its second half
 * the same outputs of the last N.                                                           [lends] */
const lm_cpu_panels *lm_cpu_panels_gated(lm_pass *p, const lm_tensor *w);

/* Row k of panel i. */
static inline const void *lm_cpu_panel(const lm_cpu_panels *w, int64_t i, int64_t k)
{
    return (const char *)w->at +
           ((i * w->channels * w->taps + k) * w->columns) * (int64_t)lm_dtype_size(w->dtype);
}

#endif
