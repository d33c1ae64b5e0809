/* conv_test.c: convolutions. */
#include "kernels/front.h"
#include "tests/ops/rig.h"

typedef enum bias { NONE, ONE, BY_PICTURE } bias;

typedef struct row {
    const char  *name;
    int64_t      n, h, w, in, out, kernel;
    bias         b;
    bool         add;
    lm_conv_spec spec;
} row;

#define PAD(k) .top = (k), .left = (k), .bottom = (k), .right = (k)

static const row conv_rows[] = {
    { "one number", 1, 1, 1, 1, 1, 1, NONE, false, { 0 } },
    { "1x1", 2, 9, 7, 48, 32, 1, ONE, false, { 0 } },
    { "1x1 onto a stream", 1, 8, 8, 64, 96, 1, ONE, true, { 0 } },
    { "3x3", 1, 16, 16, 64, 64, 3, ONE, false, { PAD(1) } },
    { "3x3, two pictures", 2, 8, 12, 32, 48, 3, ONE, false, { PAD(1) } },
    { "3x3 without a bias", 1, 10, 6, 16, 16, 3, NONE, false, { PAD(1) } },
    { "3x3 with a bias a picture", 2, 8, 8, 32, 64, 3, BY_PICTURE, false, { PAD(1) } },
    { "3x3 with a bias a picture onto a stream", 2, 8, 8, 32, 32, 3, BY_PICTURE, true, { PAD(1) } },
    { "3x3 onto a stream", 1, 16, 16, 64, 64, 3, ONE, true, { PAD(1) } },
    { "3x3 onto a stream without a bias", 1, 8, 8, 16, 16, 3, NONE, true, { PAD(1) } },
    { "3x3 from a latent", 2, 16, 16, 4, 64, 3, ONE, false, { PAD(1) } },
    { "3x3 to a latent", 2, 16, 16, 64, 4, 3, ONE, false, { PAD(1) } },
    { "3x3 from a picture", 1, 17, 23, 3, 32, 3, ONE, false, { PAD(1) } },
    { "3x3 to a picture", 1, 17, 23, 32, 3, 3, ONE, false, { PAD(1) } },
    { "3x3 to nine channels, odd", 1, 7, 5, 19, 9, 3, ONE, true, { PAD(1) } },
    { "3x3 without padding", 1, 9, 11, 16, 24, 3, ONE, false, { 0 } },
    { "3x3, a single pixel", 2, 1, 1, 32, 32, 3, ONE, false, { PAD(1) } },
    { "3x3 by twos", 1, 16, 16, 32, 32, 3, ONE, false, { .stride = 2, PAD(1) } },
    { "3x3 by twos, odd", 2, 15, 9, 32, 16, 3, ONE, false, { .stride = 2, PAD(1) } },
    { "3x3 by twos, padded below and right", 1, 16, 12, 32, 32, 3, ONE, false,
      { .stride = 2, .bottom = 1, .right = 1 } },
    { "3x3 by twos, padded below and right, odd", 1, 11, 13, 24, 40, 3, ONE, false,
      { .stride = 2, .bottom = 1, .right = 1 } },
    { "3x3 with four different pads", 1, 6, 7, 16, 16, 3, ONE, false,
      { .top = 2, .left = 0, .bottom = 1, .right = 3 } },
    { "3x3 of a doubled picture", 1, 8, 8, 32, 32, 3, ONE, false, { PAD(1), .upsample = true } },
    { "3x3 of two doubled pictures, odd", 2, 5, 7, 24, 16, 3, ONE, false, { PAD(1), .upsample = true } },
    { "1x1 of a doubled picture", 1, 6, 5, 16, 8, 1, ONE, false, { .upsample = true } },
    { "4x4 by fours", 1, 16, 16, 3, 32, 4, ONE, false, { .stride = 4 } },
    { "5x5", 1, 9, 9, 8, 8, 5, ONE, false, { PAD(2) } },
    { "3x3, wide and many channels", 1, 8, 24, 160, 96, 3, ONE, true, { PAD(1) } },
};

static lm_tensor *bias_of(rig *r, const row *c)
{
    return c->b == NONE ? NULL
                        : rig_w(r, c->b == ONE ? LM_SHAPE(c->out) : LM_SHAPE(c->n, c->out), 1.0);
}

static lm_tensor *conv(rig *r, const void *row_)
{
    const row *c = row_;
    lm_tensor *x = rig_x(r, LM_SHAPE(c->n, c->h, c->w, c->in));
    lm_tensor *w = rig_w(r, LM_SHAPE(c->out, c->in, c->kernel, c->kernel),
                         1.0 / sqrt((double)(c->in * c->kernel * c->kernel)));
    lm_tensor *b = bias_of(r, c);

    /* Rows that add keep the size of x. */
    return c->add ? lm_conv_add(r->p, x, w, b, rig_stream(r, LM_SHAPE(c->n, c->h, c->w, c->out)), c->spec)
                  : lm_conv(r->p, x, w, b, c->spec);
}

TEST(conv_agrees_with_the_plain_one)
{
    RIG_TABLE(conv_rows, conv, rig_product);
}

/* Over pictures of several blocks of tiles, whose last rows the next block reads too. */
static const row over_rows[] = {
    { "over x", 1, 16, 16, 64, 32, 3, ONE, false, { PAD(1) } },
    { "over x, fewer channels, onto a stream", 2, 13, 22, 80, 24, 3, ONE, true, { PAD(1) } },
    { "over x, several blocks", 1, 150, 61, 8, 8, 3, BY_PICTURE, true, { PAD(1) } },
    { "over x, three pictures in odd blocks", 3, 35, 130, 14, 12, 3, ONE, false, { PAD(1) } },
    { "over x, wider than a block", 1, 10, 2300, 8, 8, 3, NONE, false, { PAD(1) } },
    { "not over x: more channels", 1, 9, 9, 32, 64, 3, ONE, false, { PAD(1) } },
    { "not over x: by twos", 1, 16, 16, 32, 32, 3, ONE, false, { .stride = 2, PAD(1) } },
};

static lm_tensor *conv_over(rig *r, const void *row_)
{
    const row *c = row_;
    lm_tensor *x = lm_scale(r->p, rig_x(r, LM_SHAPE(c->n, c->h, c->w, c->in)), 1.0);
    lm_tensor *w = rig_w(r, LM_SHAPE(c->out, c->in, c->kernel, c->kernel),
                         1.0 / sqrt((double)(c->in * c->kernel * c->kernel)));
    lm_tensor *b = bias_of(r, c);

    return lm_conv_over(r->p, x, w, b, c->add ? rig_stream(r, LM_SHAPE(c->n, c->h, c->w, c->out)) : NULL,
                        c->spec);
}

TEST(conv_over_its_input_agrees_with_the_plain_one)
{
    RIG_TABLE(over_rows, conv_over, rig_product);
}

/* Where class bf16 may round the 36 values of Winograd's tiles. */
static const rig_allowance loose = { 5e-6, 1.6e-2 };

static const row loose_rows[] = {
    { "loose", 1, 16, 16, 64, 32, 3, ONE, false, { PAD(1), .loose = true } },
    { "loose, many channels onto a stream", 1, 8, 8, 192, 96, 3, ONE, true, { PAD(1), .loose = true } },
    { "loose, odd channels", 2, 9, 11, 131, 41, 3, BY_PICTURE, false, { PAD(1), .loose = true } },
    { "loose, of a doubled picture", 1, 6, 5, 96, 64, 3, ONE, false, { PAD(1), .upsample = true, .loose = true } },
    { "loose, to a picture", 1, 20, 20, 64, 3, 3, ONE, false, { PAD(1), .loose = true } },
};

TEST(a_loose_conv_is_within_its_larger_allowance)
{
    RIG_TABLE(loose_rows, conv, loose);
    rig_row(loose_rows[0].name, conv_over, &loose_rows[0], loose);
}

TEST(conv_over_gives_back_what_it_no_longer_needs)
{
    rig        r;
    lm_tensor *x, *y;
    size_t     held;

    rig_open(&r, rig_device(), rig_setups[0], rig_seed());
    x = lm_scale(r.p, rig_x(&r, LM_SHAPE(1, 256, 256, 64)), 1.0);    /* 16.8 MB */
    y = lm_conv_over(r.p, x, rig_w(&r, LM_SHAPE(32, 64, 3, 3), 0.1), NULL, NULL, LM_CONV_3x3);
    held = lm_scratch_held(r.p->scratch);
    lm_scratch_tensor(r.p, LM_F32, LM_SHAPE(1, 256, 256, 32));        /* into the freed half */
    WANT(y && lm_dim(y, 3) == 32);
    WANT(!lm_ops_of(r.p)->conv_over || (y == x && lm_scratch_held(r.p->scratch) == held));
    WANT(rig_close(&r));
}

TEST(a_tensor_becomes_no_larger_one)
{
    rig        r;
    lm_tensor *x;

    rig_open(&r, rig_device(), rig_setups[0], rig_seed());
    x = lm_scratch_tensor(r.p, LM_F32, LM_SHAPE(4, 4));
    WANT(lm_become(r.p, x, LM_BF16, LM_SHAPE(4, 8)) == x && lm_bytes(x) == 64);
    WANT(!lm_become(r.p, x, LM_F32, LM_SHAPE(4, 8)));
    WANT(!rig_close(&r) && r.error.code == LIMN_BUG);
}

TEST(a_kernel_serves_pictures_of_several_sizes)
{
    static const int64_t sizes[] = { 8, 16, 5, 8 };

    for (int i = 0; i < RIG_SETUPS; i++) {
        rig        side[2];
        lm_tensor *w[2];
        float     *y[2];

        for (int s = 0; s < 2; s++) {
            rig_open(&side[s], s ? rig_device() : lm_host_device(), rig_setups[i], rig_seed());
            w[s] = rig_w(&side[s], LM_SHAPE(32, 16, 3, 3), 0.1);
        }
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            for (int s = 0; s < 2; s++)
                y[s] = rig_read(lm_conv(side[s].p, rig_x(&side[s], LM_SHAPE(1, sizes[k], sizes[k] + 1, 16)),
                                        w[s], NULL, LM_CONV_3x3));
            WANT(y[0] && y[1]);
            WANT(rig_distance(y[1], y[0], sizes[k] * (sizes[k] + 1) * 32) <=
                 (rig_setups[i].compute == LM_COMPUTE_BF16 ? rig_product.bf16 : rig_product.f32));
            lm_free(y[0]);
            lm_free(y[1]);
        }
        WANT(rig_close(&side[0]) && rig_close(&side[1]));
    }
}

TEST_MAIN
