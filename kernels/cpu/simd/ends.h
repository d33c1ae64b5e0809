/* ends.h: how a tile begins and ends, whatever it multiplies. */
#ifndef LM_KERNELS_CPU_SIMD_ENDS_H
#define LM_KERNELS_CPU_SIMD_ENDS_H

#include "kernels/cpu/simd/vec.h"
#include "kernels/cpu/tile.h"

/* Asks for row i of what is touched at the end, one or two lines of the cache each: the rows lie far apart. */
LM_INLINE void lm_ends_ask(const lm_cpu_ends *e, int i)
{
    const float *from = e->from + i * e->from_stride, *y = e->y + i * e->y_stride;

    if (e->from) {
        __builtin_prefetch(from);
        __builtin_prefetch(from + 2 * LM_VF - 1);
    }
    if (e->from != e->y) {
        __builtin_prefetch(y);
        __builtin_prefetch(y + 2 * LM_VF - 1);
    }
}

/* The two vectors of row i. */
LM_INLINE void lm_ends_store(const lm_cpu_ends *e, int i, const lm_vf sum[2])
{
#pragma GCC unroll 2
    for (int j = 0; j < 2; j++) {
        lm_vf v = sum[j];

        if (e->bias)
            v += lm_v_load(e->bias + j * LM_VF);
        if (e->from)
            v += lm_v_load(e->from + i * e->from_stride + j * LM_VF);
        lm_v_store(e->y + i * e->y_stride + j * LM_VF, v);
    }
}

#endif
