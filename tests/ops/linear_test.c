/* linear_test.c: products with a weight matrix. */
#include "tests/ops/rig.h"

typedef struct row {
    const char *name;
    int64_t     rows, k, n;
    bool        bias, add;
} row;

static const row linear_rows[] = {
    { "one number deep", 40, 1, 50, false, false },
    { "one row", 1, 320, 1280, true, false },
    { "seventy-seven tokens", 77, 768, 96, true, false },
    { "without a bias", 50, 40, 320, false, false },
    { "onto a stream", 65, 64, 320, true, true },
    { "onto a stream without a bias", 33, 96, 31, false, true },
    { "odd sizes", 37, 29, 53, true, false },
    { "odd sizes, longer", 131, 173, 65, true, true },
    { "one column", 19, 33, 1, true, false },
    { "many rows", 1030, 48, 36, true, true },
};

static lm_tensor *linear(rig *r, const void *row_)
{
    const row *c = row_;
    lm_tensor *x = rig_x(r, LM_SHAPE(c->rows, c->k));
    lm_tensor *w = rig_w(r, LM_SHAPE(c->n, c->k), 1.0 / sqrt((double)c->k));
    lm_tensor *b = c->bias ? rig_w(r, LM_SHAPE(c->n), 1.0) : NULL;

    return c->add ? lm_linear_add(r->p, x, w, b, rig_stream(r, LM_SHAPE(c->rows, c->n)))
                  : lm_linear(r->p, x, w, b);
}

static const row geglu_rows[] = {
    { "one number deep", 40, 1, 50, true, false },
    { "one row", 1, 64, 256, true, false },
    { "odd sizes", 39, 45, 51, true, false },
    { "without a bias", 64, 64, 64, false, false },
    { "many rows", 515, 40, 160, true, false },
};

/* The errors of two products meet in one number, and gelu's slope makes more of them. */
static const rig_allowance rig_gated = { 5e-6, 1e-2 };

static lm_tensor *geglu(rig *r, const void *row_)
{
    const row *c = row_;
    lm_tensor *x = rig_x(r, LM_SHAPE(1, c->rows, c->k));
    lm_tensor *w = rig_w(r, LM_SHAPE(2 * c->n, c->k), 1.0 / sqrt((double)c->k));

    return lm_linear_geglu(r->p, x, w, c->bias ? rig_w(r, LM_SHAPE(2 * c->n), 1.0) : NULL);
}

TEST(linear_agrees_with_the_plain_one)
{
    RIG_TABLE(linear_rows, linear, rig_product);
}

TEST(linear_geglu_agrees_with_the_plain_one)
{
    RIG_TABLE(geglu_rows, geglu, rig_gated);
}

/* A weight is packed by its first use; the second must read the packing, and batches of another size. */
TEST(a_weight_serves_inputs_of_several_sizes)
{
    static const int64_t rows[] = { 64, 1, 77, 64 };

    for (int i = 0; i < RIG_SETUPS; i++) {
        rig   plain, fast;
        rig  *both[2] = { &plain, &fast };
        float *y[2];

        rig_open(&plain, lm_host_device(), rig_setups[i], rig_seed());
        rig_open(&fast, rig_device(), rig_setups[i], rig_seed());
        lm_tensor *w[2] = { rig_w(&plain, LM_SHAPE(72, 96), 0.1), rig_w(&fast, LM_SHAPE(72, 96), 0.1) };
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
            for (int side = 0; side < 2; side++)
                y[side] = rig_read(lm_linear(both[side]->p,
                                             rig_x(both[side], LM_SHAPE(2, rows[k], 96)), w[side], NULL));
            WANT(y[0] && y[1]);
            WANT(rig_distance(y[1], y[0], 2 * rows[k] * 72) <=
                 (rig_setups[i].compute == LM_COMPUTE_BF16 ? rig_product.bf16 : rig_product.f32));
            lm_free(y[0]);
            lm_free(y[1]);
        }
        WANT(rig_close(&plain) && rig_close(&fast));
    }
}

TEST_MAIN
