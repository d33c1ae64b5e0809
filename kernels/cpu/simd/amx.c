/* amx.c: the innermost product by AMX: two tiles of A times two of B into four of sums, 32 x 32.
 *
 * A tile register is 16 rows of 64 bytes: 16 rows of A by 32 numbers of depth, or 16 pairs of depth by 16
 * columns of B; TDPBF16PS multiplies two of them into 16 x 16 sums. A block's rows and a panel's pairs are
 * 128 bytes apart, so both are loaded from where they lie. With 16 rows or fewer the lower half is left out.
 * The tests compile this file with LM_AMX_EMULATED (amx.h). */
#include "kernels/cpu/tile.h"

#include "kernels/cpu/simd/amx.h"
#include "kernels/cpu/simd/vec.h"

#if defined(__AVX512F__) || defined(LM_AMX_EMULATED)
enum { COLUMNS = 32, HALF = 16, STEP = 32, STRIDE = 128 /* bytes */ };

/* ------------------------------------------------------------------ tiles */

/* What is left of a block's depth behind the last whole STEP. */
static void add_rest(float *sums, int rows, const uint16_t *a, const uint16_t *b, int64_t depth)
{
    for (int i = 0; i < rows; i++)
        for (int64_t k = 0; k < depth; k++) {
            const float x = lm_bf16_to_f32(a[i * LM_DEPTH + k]);

            for (int c = 0; c < COLUMNS; c++)
                sums[i * COLUMNS + c] += x * lm_bf16_to_f32(b[(k / 2 * COLUMNS + c) * 2 + k % 2]);
        }
}

/* Asks for half of the next block's rows at each step. */
LM_INLINE void ask(const uint16_t *next, int rows, int64_t step)
{
    for (int i = 0; i < rows; i++)
        __builtin_prefetch(next + i * LM_DEPTH + step);
}

/* The whole STEPs of all blocks, into sums[2 * HALF][COLUMNS]. */
LM_AMX static void multiply(float *sums, int rows, const uint16_t *a, const uint16_t *b, int64_t blocks,
                         int64_t depth)
{
    LM_TILES_OPEN();
    LM_TILE_ZERO(0);
    LM_TILE_ZERO(1);
    LM_TILE_ZERO(2);
    LM_TILE_ZERO(3);
    for (int64_t t = 0; t < blocks; t++, a += rows * LM_DEPTH, b += depth * COLUMNS)
        for (int64_t k = 0; k + STEP <= depth; k += STEP) {
            const uint16_t *w = b + k * COLUMNS;

            ask(a + rows * LM_DEPTH, rows, k);
            LM_TILE_LOAD(6, w, STRIDE);
            LM_TILE_LOAD(7, w + 2 * HALF, STRIDE);
            LM_TILE_LOAD(4, a + k, STRIDE);
            LM_TILE_MULTIPLY(0, 4, 6);
            LM_TILE_MULTIPLY(1, 4, 7);
            if (rows > HALF) {
                LM_TILE_LOAD(5, a + HALF * LM_DEPTH + k, STRIDE);
                LM_TILE_MULTIPLY(2, 5, 6);
                LM_TILE_MULTIPLY(3, 5, 7);
            }
        }
    LM_TILE_STORE(0, sums, COLUMNS * 4);
    LM_TILE_STORE(1, sums + HALF, COLUMNS * 4);
    LM_TILE_STORE(2, sums + HALF * COLUMNS, COLUMNS * 4);
    LM_TILE_STORE(3, sums + HALF * COLUMNS + HALF, COLUMNS * 4);
    LM_TILES_CLOSE();
}

static void finish(const float *sums, int rows, const lm_cpu_ends *e)
{
    for (int i = 0; i < rows; i++)
        for (int c = 0; c < COLUMNS; c += LM_VF) {
            lm_vf v = lm_v_load(sums + i * COLUMNS + c);

            if (e->bias)
                v += lm_v_load(e->bias + c);
            if (e->from)
                v += lm_v_load(e->from + i * e->from_stride + c);
            lm_v_store(e->y + i * e->y_stride + c, v);
        }
}

static void tile(int rows, const uint16_t *a, const uint16_t *b, int64_t blocks, int64_t depth,
                 const lm_cpu_ends *e)
{
    _Alignas(64) float sums[2 * HALF * COLUMNS];
    const int64_t      whole = depth / STEP * STEP;

    multiply(sums, rows, a, b, blocks, depth);
    for (int64_t t = 0; whole < depth && t < blocks; t++)
        add_rest(sums, rows, a + t * rows * LM_DEPTH + whole, b + (t * depth + whole) * COLUMNS,
                 depth - whole);
    finish(sums, rows, e);
}

#define TILE(r)                                                                                \
    static void tile_##r(const void *a, const void *b, int64_t blocks, int64_t depth,          \
                         const lm_cpu_ends *e)                                                 \
    {                                                                                          \
        tile(r, a, b, blocks, depth, e);                                                       \
    }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8) TILE(9) TILE(10) TILE(11)
TILE(12) TILE(13) TILE(14) TILE(15) TILE(16) TILE(17) TILE(18) TILE(19) TILE(20) TILE(21)
TILE(22) TILE(23) TILE(24) TILE(25) TILE(26) TILE(27) TILE(28) TILE(29) TILE(30) TILE(31) TILE(32)

static lm_cpu_tile *const tiles[LM_TILE_ROWS + 1] = {
    NULL,    tile_1,  tile_2,  tile_3,  tile_4,  tile_5,  tile_6,  tile_7,  tile_8,  tile_9,  tile_10,
    tile_11, tile_12, tile_13, tile_14, tile_15, tile_16, tile_17, tile_18, tile_19, tile_20, tile_21,
    tile_22, tile_23, tile_24, tile_25, tile_26, tile_27, tile_28, tile_29, tile_30, tile_31, tile_32,
};

const lm_cpu_amx LM_LEVEL_NAME(lm_cpu_amx) = { .rows = LM_TILE_ROWS, .tile = tiles };
#else
const lm_cpu_amx LM_LEVEL_NAME(lm_cpu_amx) = { .rows = 0 };
#endif
