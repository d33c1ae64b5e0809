/* attention.c: attention on f32 words. */
#define LM_PAIR 1
#include "kernels/cpu/simd/attend.h"

const lm_cpu_attend LM_LEVEL_NAME(lm_cpu_attend) = {
    .queries = QUERIES, .lanes = QUERIES / 3, .tile = TILE, .pair = LM_PAIR, .depth = DEPTH, .keys = KEYS,
    .pack = pack, .block = block,
};
