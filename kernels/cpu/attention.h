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
    int pair;    /* numbers in a word: 1 (f32) or 2 (bf16) */
    int tile;    /* to whole ones of these the keys of k and the channels of v are rounded up, */
    int depth;   /* of these the channels of q and k, */
    int keys;    /* of these the keys of v */

    /* Block `i` of LM_KEYS keys (fewer at the end of n_k) as words, packed as the level likes it; what does
     * not exist is 0. `k_out` and `v_out` are the whole head's. */
    void (*pack)(float *k_out, float *v_out, const lm_cpu_head *k, const lm_cpu_head *v, int64_t n_k,
                 int64_t d, int64_t i);
    void (*block)(const lm_cpu_block *b, float *work); /* work: its floats are attention.c's affair */
} lm_cpu_attend;
LM_CPU_FAMILY(lm_cpu_attend)

/* The same on words of two bf16, for machines that have VDPBF16PS; .pair is 0 at levels that never do. */
typedef lm_cpu_attend lm_cpu_attend_bf16;
LM_CPU_FAMILY(lm_cpu_attend_bf16)

/* The same by AMX. */
typedef lm_cpu_attend lm_cpu_attend_amx;
LM_CPU_FAMILY(lm_cpu_attend_amx)

/* Floats of a head's packed k and v, and of the memory of a block; multiples of 16. */
static inline void lm_cpu_attend_sizes(const lm_cpu_attend *how, int64_t n_k, int64_t d, int64_t *k,
                                       int64_t *v, int64_t *work)
{
    const int64_t depth = (d + how->depth - 1) / how->depth * how->depth / how->pair;
    const int64_t wide = (d + how->tile - 1) / how->tile * how->tile;

    *k = ((n_k + how->tile - 1) / how->tile * how->tile * depth + 15) / 16 * 16;
    *v = ((n_k + how->keys - 1) / how->keys * how->keys / how->pair * wide + 15) / 16 * 16;
    *work = ((depth + wide + LM_KEYS) * how->queries + 15) / 16 * 16;
}

/* What class bf16 uses here. A test may put another in its place.                            [lends] */
const lm_cpu_attend *lm_cpu_attend_best(void);
void                 lm_cpu_attend_use(const lm_cpu_attend *other);

#endif
