/* attention.c: attention on f32 words. */
#define LM_PAIR 1
#include "kernels/cpu/simd/attend.h"

const lm_cpu_attend LM_LEVEL_NAME(lm_cpu_attend) = {
    .queries = QUERIES, .lanes = LM_VF, .tile = TILE, .pair = LM_PAIR, .pack = pack, .block = block,
};
