/* attention_amx.c: attention on tiles of bf16. */
#include "kernels/cpu/attention.h"

#if defined(__AVX512F__) || defined(LM_AMX_EMULATED)
#define LM_PAIR 2
#define LM_TILES 1
#include "kernels/cpu/simd/attend.h"

const lm_cpu_attend LM_LEVEL_NAME(lm_cpu_attend_amx) = {
    .queries = QUERIES, .lanes = QUERIES / 3, .tile = TILE, .pair = LM_PAIR, .depth = DEPTH, .keys = KEYS,
    .pack = pack, .block = block,
};
#else
const lm_cpu_attend LM_LEVEL_NAME(lm_cpu_attend_amx) = { 0 }; /* this level has no such instruction */
#endif
