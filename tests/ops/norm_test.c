/* norm_test.c: normalisations. */
#include "tests/ops/rig.h"

typedef struct row {
    const char *name;
    int64_t     n, h, w, channels;
    int         groups;
    bool        silu;
    double      scale, shift; /* of the numbers: a mean far from 0 is where a careless sum breaks */
} row;

static const row group_rows[] = {
    { "one number a group", 1, 1, 1, 4, 4, false, 1.0, 0.0 },
    { "small", 2, 4, 4, 64, 32, false, 1.0, 0.0 },
    { "small, silu", 2, 4, 4, 64, 32, true, 1.0, 0.0 },
    { "ten channels a group", 1, 16, 16, 320, 32, true, 1.0, 0.0 },
    { "ten channels a group, large", 2, 48, 40, 320, 32, true, 1.0, 0.5 },
    { "large", 1, 64, 64, 128, 32, false, 1.0, 0.0 },
    { "thirty channels a group", 1, 12, 12, 960, 32, true, 1.0, 0.0 },
    { "odd", 2, 7, 5, 21, 7, true, 1.0, 0.0 },
    { "one group", 1, 9, 9, 12, 1, false, 1.0, 0.0 },
    { "one channel a group", 1, 20, 20, 32, 32, true, 1.0, 0.0 },
    { "far from 0", 1, 40, 40, 64, 32, false, 1.0, 40.0 },
    { "far from 0, silu", 2, 8, 8, 64, 8, true, 0.5, -16.0 },
    { "tiny numbers", 1, 8, 8, 64, 32, true, 1e-3, 0.0 },
};

static lm_tensor *group_norm(rig *r, const void *row_)
{
    const row *c = row_;
    lm_tensor *x = rig_random(r, r->setup.x, LM_SHAPE(c->n, c->h, c->w, c->channels), c->scale, c->shift);
    lm_tensor *g = rig_random(r, r->setup.w, LM_SHAPE(c->channels), 0.3, 1.0);
    lm_tensor *b = rig_w(r, LM_SHAPE(c->channels), 0.3);

    return c->silu ? lm_group_norm_silu(r->p, x, g, b, c->groups, 1e-5)
                   : lm_group_norm(r->p, x, g, b, c->groups, 1e-6);
}

static const row layer_rows[] = {
    { "one row of one", 1, 1, 1, 1, 0, false, 1.0, 0.0 },
    { "77 tokens of 768", 1, 1, 77, 768, 0, false, 1.0, 0.0 },
    { "256 tokens of 320", 2, 16, 16, 320, 0, false, 1.0, 0.2 },
    { "odd", 3, 5, 7, 53, 0, false, 1.0, 0.0 },
    { "narrower than a vector", 1, 9, 9, 5, 0, false, 1.0, 0.0 },
    { "far from 0", 1, 1, 50, 640, 0, false, 1.0, 60.0 },
    { "many rows", 1, 64, 64, 64, 0, false, 1.0, 0.0 },
};

static lm_tensor *layer_norm(rig *r, const void *row_)
{
    const row *c = row_;
    lm_tensor *x = rig_random(r, r->setup.x, LM_SHAPE(c->n, c->h * c->w, c->channels), c->scale, c->shift);
    lm_tensor *g = rig_random(r, r->setup.w, LM_SHAPE(c->channels), 0.3, 1.0);

    return lm_layer_norm(r->p, x, g, rig_w(r, LM_SHAPE(c->channels), 0.3), 1e-5);
}

TEST(group_norm_agrees_with_the_plain_one)
{
    RIG_TABLE(group_rows, group_norm, rig_elementwise);
}

static lm_tensor *norm_over(rig *r, const void *row_)
{
    const row *c = row_;
    lm_tensor *x = rig_random(r, r->setup.x, LM_SHAPE(c->n, c->h, c->w, c->channels), c->scale, c->shift);
    lm_tensor *g = rig_random(r, r->setup.w, LM_SHAPE(c->channels), 0.3, 1.0);

    x = lm_scale(r->p, x, 1.0); /* scratch, f32 */
    return lm_group_norm_silu_over(r->p, x, g, rig_w(r, LM_SHAPE(c->channels), 0.3), c->groups, 1e-5);
}

TEST(group_norm_over_its_input_agrees_with_the_plain_one)
{
    RIG_TABLE(group_rows, norm_over, rig_elementwise);
}

TEST(layer_norm_agrees_with_the_plain_one)
{
    RIG_TABLE(layer_rows, layer_norm, rig_elementwise);
}

TEST_MAIN
