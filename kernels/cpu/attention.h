/* attention.h: attention for one block of queries of one head, at each vector level.
 *
 * The lanes of a vector are queries. Scores, weights and the answer are kept transposed, [key][query] and
 * [channel][query], so that the maximum, the exponential and the sum of a softmax need no step across
 * lanes, both products broadcast one number of k or v at a time, and any head size fits. Keys pass by in
 * blocks of LM_KEYS with an online softmax; scores exist for one block only.
 * Source: Milakov & Gimelshein 2018, arXiv 1805.02867; Dao et al. 2022, arXiv 2205.14135. */
#ifndef LM_KERNELS_CPU_ATTENTION_H
#define LM_KERNELS_CPU_ATTENTION_H

#include "core/data/dtype.h"
#include "kernels/cpu/level.h"

enum { LM_KEYS = 64 };

/* n rows of d numbers, `stride` numbers apart. */
typedef struct lm_cpu_head {
    const void *at;
    lm_dtype    dtype;
    int64_t     stride;
} lm_cpu_head;

/* What a block of queries needs besides its own memory. */
typedef struct lm_cpu_block {
    lm_cpu_head  q;
    int64_t      n_q, n_k, d;
    const float *k, *v;  /* packed */
    int64_t      first;  /* causal: the token that query 0 is; LM_CPU_SEES_ALL otherwise */
    void        *y;      /* n_q rows of d, y_stride apart */
    lm_dtype     y_dtype;
    int64_t      y_stride;
} lm_cpu_block;
#define LM_CPU_SEES_ALL INT64_MAX

typedef struct lm_cpu_attend {
    int queries; /* the most in a block */
    int lanes;   /* a block costs whole multiples of these */
    int tile;    /* keys, and channels, that are packed side by side */
    int pair;    /* numbers in a word: 1 (f32) or 2 (bf16) */

    /* Block `i` of LM_KEYS keys (fewer at the end of n_k) as words. k: [key / tile][d / pair][tile];
     * v: [LM_KEYS-block][d / tile][key / pair][tile]; every division rounds up, what does not exist is 0. */
    void (*pack)(float *k_out, float *v_out, const lm_cpu_head *k, const lm_cpu_head *v, int64_t n_k,
                 int64_t d, int64_t i);
    void (*block)(const lm_cpu_block *b, float *work); /* work: its floats are attention.c's affair */
} lm_cpu_attend;
LM_CPU_FAMILY(lm_cpu_attend)

/* The same on words of two bf16, for machines that have VDPBF16PS; .pair is 0 at levels that never do. */
typedef lm_cpu_attend lm_cpu_attend_bf16;
LM_CPU_FAMILY(lm_cpu_attend_bf16)

#endif
