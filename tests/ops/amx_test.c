/* amx_test.c: the AMX tiles with their instructions emulated in plain loops, so that every machine can judge
 * where they load from, what they multiply and where the sums go. */
#include "kernels/cpu/pairs.h"
#include "kernels/ops.h"
#include "tests/test.h"

extern const lm_cpu_amx lm_cpu_amx_emulated; /* simd/amx.c, compiled with LM_AMX_EMULATED */

enum { COLUMNS = 32, MOST_BLOCKS = 3 };

static float number_at(int i)
{
    return (float)((i * 7 + i / 11) % 13 - 6);
}

static uint16_t a[(MOST_BLOCKS + 1) * LM_TILE_ROWS * LM_DEPTH], b[MOST_BLOCKS * LM_DEPTH * COLUMNS];

static float plain(int rows, int i, int c, int blocks, int depth)
{
    float sum = number_at(i * COLUMNS + c) + number_at(c + 5); /* from, bias */

    for (int t = 0; t < blocks; t++)
        for (int k = 0; k < depth; k++)
            sum += lm_bf16_to_f32(a[(t * rows + i) * LM_DEPTH + k]) *
                   lm_bf16_to_f32(b[((t * depth + k) / 2 * COLUMNS + c) * 2 + k % 2]);
    return sum;
}

/* Small whole numbers: every order of summing gives the same. */
static bool tile_is_right(int rows, int blocks, int depth)
{
    float       y[LM_TILE_ROWS * COLUMNS], from[LM_TILE_ROWS * COLUMNS], bias[COLUMNS];
    lm_cpu_ends ends = { .y = y, .y_stride = COLUMNS, .from = from, .from_stride = COLUMNS, .bias = bias };

    for (int i = 0; i < LM_TILE_ROWS * COLUMNS; i++)
        from[i] = number_at(i);
    for (int c = 0; c < COLUMNS; c++)
        bias[c] = number_at(c + 5);
    lm_cpu_amx_emulated.tile[rows](a, b, blocks, depth, &ends);
    for (int i = 0; i < rows; i++)
        for (int c = 0; c < COLUMNS; c++)
            if (y[i * COLUMNS + c] != plain(rows, i, c, blocks, depth))
                return false;
    return true;
}

TEST(a_tile_of_any_rows_and_depth_is_right)
{
    static const int depths[] = { 2, 4, 30, 32, 34, 62, 64 };

    for (int i = 0; i < (int)(sizeof a / sizeof *a); i++)
        a[i] = lm_f32_to_bf16(number_at(i));
    for (int i = 0; i < (int)(sizeof b / sizeof *b); i++)
        b[i] = lm_f32_to_bf16(number_at(i * 3 + 1));
    for (int rows = 1; rows <= LM_TILE_ROWS; rows++)
        for (size_t d = 0; d < sizeof depths / sizeof *depths; d++)
            WANT(tile_is_right(rows, 1 + rows % MOST_BLOCKS, depths[d]));
}

/* ------------------------------------------------------------------ whole ops */

static lm_tensor *numbers(lm_shape shape, float scale)
{
    lm_tensor *t = lm_tensor_new(lm_cpu_device(0), LM_F32, shape, NULL);
    float     *at = t->data;

    for (int64_t i = 0; i < lm_count(t); i++)
        at[i] = scale * (float)((uint32_t)i * 2654435761u >> 8) * 0x1p-23f - scale;
    return t;
}

static double distance(const lm_tensor *x, const lm_tensor *y)
{
    const float *u = x->data, *v = y->data;
    double       off = 0, all = 0;

    for (int64_t i = 0; i < lm_count(x); i++) {
        off += (double)(u[i] - v[i]) * (u[i] - v[i]);
        all += (double)v[i] * v[i];
    }
    return sqrt(off / all);
}

/* The same product by VDPBF16PS and by emulated AMX: the same numbers, summed in another order. */
static void compare(lm_shape xs, lm_shape ws)
{
    const lm_cpu_pairs *best = lm_cpu_pairs_best();
    atomic_bool         stop = false;
    lm_run_env          env = { .device = lm_cpu_device(0), .stop = &stop, .compute = LM_COMPUTE_BF16 };
    lm_call             call = { .env = &env };
    lm_pass            *p = lm_pass_begin(&call.call);
    lm_tensor          *x = numbers(xs, 1.0f), *w = numbers(ws, 0.1f), *y, *z;
    lm_conv_spec        spec = { .stride = 2, .top = 1, .left = 1 };

    lm_cpu_pairs_use(lm_cpu_pairs_now(), false);
    y = ws.n == 4 ? lm_conv(p, x, w, NULL, spec) : lm_linear(p, x, w, NULL);
    lm_cpu_pairs_use(&lm_cpu_amx_emulated, true);
    z = ws.n == 4 ? lm_conv(p, x, w, NULL, spec) : lm_linear(p, x, w, NULL);
    lm_cpu_pairs_use(best, lm_cpu_pairs_are_amx() && best == lm_cpu_amx_now());
    WANT(y && z && distance(z, y) < 1e-6);
    WANT(lm_pass_end(p, NULL));
    lm_tensor_unref(x);
    lm_tensor_unref(w);
}

TEST(whole_products_agree_with_those_of_single_instructions)
{
    if (!lm_cpu_pairs_best()) {
        printf("    this processor has no bf16 products\n");
        return;
    }
    compare(LM_SHAPE(77, 64), LM_SHAPE(96, 64));
    compare(LM_SHAPE(131, 200), LM_SHAPE(70, 200));
    compare(LM_SHAPE(1, 33), LM_SHAPE(5, 33));
    compare(LM_SHAPE(2, 9, 7, 40), LM_SHAPE(48, 40, 3, 3));
    compare(LM_SHAPE(1, 16, 16, 4), LM_SHAPE(64, 4, 3, 3));
}

TEST_MAIN
