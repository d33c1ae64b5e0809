/* elementwise_test.c: what is done number by number. */
#include "tests/ops/rig.h"

/* ------------------------------------------------------------------ one operand */

typedef struct shape_row {
    const char *name;
    lm_shape    shape;
} shape_row;

static const shape_row shapes[] = {
    { "one number", { 1, { 1 } } },
    { "fewer than a vector", { 2, { 1, 3 } } },
    { "a vector and one", { 1, { 17 } } },
    { "odd", { 4, { 2, 7, 5, 13 } } },
    { "long", { 3, { 1, 1031, 257 } } },
};

#define ONE_OPERAND(name, call)                                                                \
    static lm_tensor *name(rig *r, const void *row)                                            \
    {                                                                                          \
        lm_tensor *x = rig_random(r, r->setup.x, ((const shape_row *)row)->shape, 3.0, 0.0);   \
        return call;                                                                           \
    }

ONE_OPERAND(silu, lm_silu(r->p, x))
ONE_OPERAND(gelu, lm_gelu(r->p, x))
ONE_OPERAND(quick_gelu, lm_quick_gelu(r->p, x))
ONE_OPERAND(tangent, lm_tanh(r->p, x))
ONE_OPERAND(scale, lm_scale(r->p, x, 0.18215))
ONE_OPERAND(affine, lm_affine(r->p, x, -1.0, 1.0))
ONE_OPERAND(clamp, lm_clamp(r->p, x, 0.5, 0.5, 0.0, 1.0))
ONE_OPERAND(to_f32, lm_cast(r->p, x, LM_F32))
ONE_OPERAND(to_f16, lm_cast(r->p, x, LM_F16))
ONE_OPERAND(to_bf16, lm_cast(r->p, x, LM_BF16))

TEST(silu_agrees_with_the_plain_one)
{
    RIG_TABLE(shapes, silu, rig_elementwise);
}

TEST(gelu_agrees_with_the_plain_one)
{
    RIG_TABLE(shapes, gelu, rig_elementwise);
}

TEST(quick_gelu_agrees_with_the_plain_one)
{
    RIG_TABLE(shapes, quick_gelu, rig_elementwise);
}

TEST(tanh_agrees_with_the_plain_one)
{
    RIG_TABLE(shapes, tangent, rig_elementwise);
}

TEST(scale_and_affine_agree_with_the_plain_ones)
{
    RIG_TABLE(shapes, scale, rig_elementwise);
    RIG_TABLE(shapes, affine, rig_elementwise);
}

TEST(clamp_agrees_with_the_plain_one)
{
    RIG_TABLE(shapes, clamp, rig_elementwise);
}

TEST(cast_rounds_as_the_plain_one)
{
    RIG_TABLE(shapes, to_f32, rig_exact);
    RIG_TABLE(shapes, to_f16, rig_exact);
    RIG_TABLE(shapes, to_bf16, rig_exact);
}

/* ------------------------------------------------------------------ numbers at the ends of a range */

static const float edges[] = { 0.0f, -0.0f, 1e-30f, -1e-30f, 1e-6f, -1e-6f, 5.9604645e-8f, 6.0e-5f, 6.1e-5f,
                               65504.0f, -65504.0f, 65519.9f, 88.0f, -88.0f, 89.0f, -89.0f, 104.0f, -104.0f,
                               200.0f, -200.0f, 1e4f, -1e4f, 10.0f, -10.0f, 17.0f, -17.0f, 0.5f, -0.5f };
enum { N_EDGES = (int)(sizeof edges / sizeof *edges) };

typedef lm_tensor *edge_op(lm_pass *p, const lm_tensor *x);

static lm_tensor *cast_f16(lm_pass *p, const lm_tensor *x)
{
    return lm_cast(p, x, LM_F16);
}

static lm_tensor *cast_bf16(lm_pass *p, const lm_tensor *x)
{
    return lm_cast(p, x, LM_BF16);
}

static float *at_the_edges(lm_device *d, edge_op *op)
{
    rig    r;
    float *y;

    rig_open(&r, d, rig_setups[0], 1);
    y = rig_read(op(r.p, rig_tensor(&r, LM_F32, LM_SHAPE(N_EDGES), edges)));
    WANT(rig_close(&r));
    return y;
}

/* Below 1e-30 nothing is left of a number. */
TEST(very_large_and_very_small_numbers_come_out_as_from_the_plain_ones)
{
    static edge_op *const ops[] = { lm_silu, lm_gelu, lm_quick_gelu, lm_tanh, cast_f16, cast_bf16 };

    for (size_t k = 0; k < sizeof ops / sizeof *ops; k++) {
        float *want = at_the_edges(lm_host_device(), ops[k]), *got = at_the_edges(rig_device(), ops[k]);
        for (int i = 0; i < N_EDGES; i++)
            if (!(fabs((double)got[i] - (double)want[i]) <= 5e-6 * fabs((double)want[i]) + 1e-30)) {
                test_failures++;
                printf("op %zu of %g: got %.9g, want %.9g\n", k, (double)edges[i], (double)got[i],
                       (double)want[i]);
            }
        lm_free(want);
        lm_free(got);
    }
}

/* ------------------------------------------------------------------ two operands */

typedef struct pair_row {
    const char *name;
    lm_shape    x, z;
} pair_row;

static const pair_row pairs[] = {
    { "one number", { 1, { 1 } }, { 1, { 1 } } },
    { "alike", { 4, { 2, 5, 7, 4 } }, { 4, { 2, 5, 7, 4 } } },
    { "alike, long", { 3, { 1, 1025, 321 } }, { 3, { 1, 1025, 321 } } },
    { "z with batch 1", { 4, { 3, 5, 7, 4 } }, { 4, { 1, 5, 7, 4 } } },
    { "z with batch 1, long", { 3, { 2, 500, 77 } }, { 3, { 1, 500, 77 } } },
    { "z with one channel", { 4, { 2, 5, 7, 4 } }, { 4, { 2, 5, 7, 1 } } },
    { "z with one channel, wide", { 3, { 1, 300, 320 } }, { 3, { 1, 300, 1 } } },
    { "z with batch 1 and one channel", { 4, { 3, 8, 8, 4 } }, { 4, { 1, 8, 8, 1 } } },
    { "z the larger", { 4, { 1, 5, 7, 4 } }, { 4, { 2, 5, 7, 4 } } },
    { "a batch of one number a row", { 2, { 5, 33 } }, { 2, { 5, 1 } } },
};

#define TWO_OPERANDS(name, call)                                                               \
    static lm_tensor *name(rig *r, const void *row)                                            \
    {                                                                                          \
        lm_tensor *x = rig_x(r, ((const pair_row *)row)->x);                                   \
        lm_tensor *z = rig_w(r, ((const pair_row *)row)->z, 1.0);                              \
        return call;                                                                           \
    }

TWO_OPERANDS(add, lm_add(r->p, x, z))
TWO_OPERANDS(sub, lm_sub(r->p, x, z))
TWO_OPERANDS(axpy, lm_axpy(r->p, x, -0.37, z))
TWO_OPERANDS(axpby, lm_axpby(r->p, 7.5, x, -6.5, z))
TWO_OPERANDS(mul, lm_mul(r->p, x, z))

TEST(sums_agree_with_the_plain_ones)
{
    RIG_TABLE(pairs, add, rig_elementwise);
    RIG_TABLE(pairs, sub, rig_elementwise);
    RIG_TABLE(pairs, axpy, rig_elementwise);
    RIG_TABLE(pairs, axpby, rig_elementwise);
}

TEST(mul_agrees_with_the_plain_one)
{
    RIG_TABLE(pairs, mul, rig_elementwise);
}

/* ------------------------------------------------------------------ finite */

/* Does the device see a broken number at `at` of n? */
static bool notices(lm_dtype dtype, int64_t n, int64_t at, float broken)
{
    float *numbers = lm_alloc_array((size_t)n, sizeof *numbers);
    rig    r;
    bool   fine;

    for (int64_t i = 0; i < n; i++)
        numbers[i] = i % 3 ? 60000.0f : -1e-7f;
    numbers[at] = broken;
    rig_open(&r, rig_device(), rig_setups[0], 1);
    fine = lm_want_finite(r.p, rig_tensor(&r, dtype, LM_SHAPE(n), numbers), "the answer") != NULL;
    WANT(rig_close(&r) == fine);
    WANT(fine || strstr(r.error.text, "the answer holds a number"));
    lm_free(numbers);
    return !fine;
}

TEST(a_broken_number_is_noticed_wherever_it_stands)
{
    static const lm_dtype dtypes[] = { LM_F32, LM_F16, LM_BF16 };
    static const int64_t  sizes[] = { 1, 7, 16, 100, 100003 };

    for (int d = 0; d < 3; d++)
        for (int s = 0; s < 5; s++)
            for (int64_t at = 0; at < sizes[s]; at += at < 40 ? 1 : sizes[s] / 7) {
                WANT(notices(dtypes[d], sizes[s], at, NAN));
                WANT(notices(dtypes[d], sizes[s], at, -INFINITY));
                WANT(!notices(dtypes[d], sizes[s], at, 65504.0f));
            }
}

TEST_MAIN
