/* attention_bf16.c: attention on words of two bf16, where one instruction multiplies and adds both. */
#if defined(__AVX512F__)
#define LM_PAIR 2
#include "kernels/cpu/simd/attend.h"

const lm_cpu_attend LM_LEVEL_NAME(lm_cpu_attend_bf16) = {
    .queries = QUERIES, .lanes = QUERIES / 3, .tile = TILE, .pair = LM_PAIR, .depth = DEPTH, .keys = KEYS,
    .pack = pack, .block = block,
};
#else
#include "kernels/cpu/attention.h"

const lm_cpu_attend LM_LEVEL_NAME(lm_cpu_attend_bf16) = { 0 }; /* this level has no such instruction */
#endif
