/* tile.h: the innermost product, a few rows of A times one panel of B, at each vector level.
 *
 * A is stored in blocks of LM_DEPTH numbers a row: [block][row][LM_DEPTH], so that the rows lie at constant
 * distances and a block is filled by plain copies from memory that has channels last. B is a panel: for
 * each number k of the depth, one value for each of `columns` outputs: [k][columns]. */
#ifndef LM_KERNELS_CPU_TILE_H
#define LM_KERNELS_CPU_TILE_H

#include "core/data/dtype.h"
#include "kernels/cpu/level.h"

enum { LM_DEPTH = 64, LM_TILE_ROWS = 32 /* no tile has more */ };

/* Where a tile begins and ends: y = a·b + from + bias; from and bias may be NULL, y may be from. */
typedef struct lm_cpu_ends {
    float       *y;
    int64_t      y_stride;
    const float *from;
    int64_t      from_stride;
    const float *bias; /* [columns] */
} lm_cpu_ends;

/* `blocks` blocks of A in each of which the first `depth` numbers of a row count. */
typedef void lm_cpu_tile(const void *a, const void *b, int64_t blocks, int64_t depth,
                         const lm_cpu_ends *ends);

typedef struct lm_cpu_tiles {
    int                 rows, columns; /* of the largest tile */
    lm_cpu_tile *const *tile;          /* tile[r] is for r rows, 1 ≤ r ≤ rows */

    /* n numbers of a packed weight as f32; both ends are aligned and n is a multiple of `columns` */
    void (*widen)(float *out, const void *in, lm_dtype from, int64_t n);
    /* out[i][0..count) = at[i][first..first + count) for each of n rows, LM_DEPTH apart; NULL: zeros */
    void (*gather)(float *out, const void *const *at, int n, lm_dtype from, int64_t first, int64_t count);
    /* y[i][0..count) = u · gelu(v) for each of n rows of sums, [u | v] in `columns`; y is f32 or bf16, its
     * rows `stride` numbers apart, count at most half of `columns` */
    void (*gate)(void *y, lm_dtype to, int64_t stride, const float *sums, int64_t n, int64_t count);
} lm_cpu_tiles;
LM_CPU_FAMILY(lm_cpu_tiles)

/* The same in bf16 with sums in f32. A's rows are LM_DEPTH numbers apart as well; a panel is
 * [k / 2][columns][2]; depth is even. Which of them this processor has: pairs.h. */
typedef struct lm_cpu_pairs {
    int                 rows; /* of the largest tile; columns are those of lm_cpu_tiles */
    lm_cpu_tile *const *tile; /* NULL: not at this level */
    /* as gather above, rounded to bf16; an odd count is followed by a zero */
    void (*gather)(uint16_t *out, const void *const *at, int n, lm_dtype from, int64_t first, int64_t count);
} lm_cpu_pairs;
LM_CPU_FAMILY(lm_cpu_pairs) /* VDPBF16PS */

typedef lm_cpu_pairs lm_cpu_amx;
LM_CPU_FAMILY(lm_cpu_amx) /* TDPBF16PS; may read 16 rows of A beyond the last; gathers as lm_cpu_pairs */

#endif
