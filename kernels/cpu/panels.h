/* panels.h: a weight as panels of outputs, once a weight and for every kernel that reads it.
 *
 * A panel holds `columns` outputs (tile.h): [panel][k][columns], zeros where there are no more outputs. The
 * depth runs over blocks of LM_DEPTH channels, in each block over the kernel's taps, and over the channels
 * of the block last: a tap of a convolution is a short matrix, and Winograd's transform finds the nine taps
 * of a channel at constant distances. The numbers keep the dtype of the file, or become pairs of bf16:
 * [panel][k / 2][columns][2], each block of channels filled up to an even number. */
#ifndef LM_KERNELS_CPU_PANELS_H
#define LM_KERNELS_CPU_PANELS_H

#include "core/data/pass.h"

typedef struct lm_cpu_panels {
    lm_dtype   dtype;
    int64_t    outputs, channels, taps;
    int64_t    panels, columns, depth; /* depth: rows of a panel, channels · taps unless filled up */
    bool       gated, pairs;
    void      *at;
    size_t     bytes;
    lm_device *device;
} lm_cpu_panels;

/* How a weight may be packed; each way once a weight. */
typedef enum lm_cpu_packing {
    LM_CPU_PLAIN,
    LM_CPU_GATED, /* w[2N, K]: a panel's first half holds outputs of the first N rows, its second half the
                     same outputs of the last N */
    LM_CPU_PAIRS, /* of bf16 */
    LM_CPU_GATED_PAIRS
} lm_cpu_packing;

/* w[O, C, …] as panels; NULL (and the pass failed) when there is no memory.                 [lends] */
const lm_cpu_panels *lm_cpu_panels_of(lm_pass *p, const lm_tensor *w, lm_cpu_packing how);

/* Row k of panel i. */
static inline const void *lm_cpu_panel(const lm_cpu_panels *w, int64_t i, int64_t k)
{
    return (const char *)w->at +
           ((i * w->depth + k) * w->columns) * (int64_t)lm_dtype_size(w->dtype);
}

#endif
