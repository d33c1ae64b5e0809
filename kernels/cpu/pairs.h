/* pairs.h: products of bf16 pairs as this processor computes them best. */
#ifndef LM_KERNELS_CPU_PAIRS_H
#define LM_KERNELS_CPU_PAIRS_H

#include "core/data/pass.h"
#include "kernels/cpu/tile.h"

/* By AMX tiles, by VDPBF16PS, or NULL. AMX is believed only after it has multiplied two small matrices
 * rightly.                                                                           [lends] [any] */
const lm_cpu_pairs *lm_cpu_pairs_best(void);

/* Are pairs by AMX: ten times the rate of f32, so that they beat even Winograd? */
bool lm_cpu_pairs_are_amx(void);

/* Does a product of this pass want pairs? */
bool lm_cpu_wants_pairs(const lm_pass *p);

/* Puts others in their place; `amx` as above. For tests, before any weight is packed. */
void lm_cpu_pairs_use(const lm_cpu_pairs *others, bool amx);

#endif
