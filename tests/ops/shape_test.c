/* shape_test.c: what moves numbers without changing them. */
#include "tests/ops/rig.h"

/* ------------------------------------------------------------------ concat, repeat */

typedef struct concat_row {
    const char *name;
    lm_shape    a, b;
    int         axis;
} concat_row;

static const concat_row concat_rows[] = {
    { "channels", { 4, { 2, 9, 8, 320 } }, { 4, { 2, 9, 8, 640 } }, -1 },
    { "channels, odd", { 4, { 1, 5, 3, 7 } }, { 4, { 1, 5, 3, 2 } }, 3 },
    { "batches", { 3, { 1, 77, 64 } }, { 3, { 2, 77, 64 } }, 0 },
    { "tokens", { 3, { 2, 77, 48 } }, { 3, { 2, 77, 48 } }, 1 },
    { "single numbers", { 1, { 1 } }, { 1, { 1 } }, 0 },
    { "long", { 3, { 1, 2000, 64 } }, { 3, { 1, 2000, 96 } }, 2 },
};

static lm_tensor *concat(rig *r, const void *row_)
{
    const concat_row *c = row_;

    return lm_concat(r->p, rig_x(r, c->a), rig_w(r, c->b, 1.0), c->axis);
}

static lm_tensor *three(rig *r, const void *row_)
{
    const concat_row *c = row_;
    const lm_tensor  *parts[3] = { rig_x(r, c->a), rig_w(r, c->b, 1.0), rig_stream(r, c->a) };

    return lm_concat_all(r->p, parts, 3, c->axis);
}

static lm_tensor *repeat(rig *r, const void *row_)
{
    return lm_repeat(r->p, rig_x(r, ((const concat_row *)row_)->a), 3);
}

TEST(concat_and_repeat_move_every_number)
{
    RIG_TABLE(concat_rows, concat, rig_exact);
    RIG_TABLE(concat_rows, three, rig_exact);
    RIG_TABLE(concat_rows, repeat, rig_exact);
}

/* ------------------------------------------------------------------ slice, gather */

typedef struct slice_row {
    const char *name;
    lm_shape    x;
    int         axis;
    int64_t     first, count;
} slice_row;

static const slice_row slice_rows[] = {
    { "the whole", { 3, { 2, 3, 4 } }, 1, 0, 3 },
    { "the second batch", { 4, { 2, 8, 8, 4 } }, 0, 1, 1 },
    { "rows", { 4, { 1, 9, 7, 5 } }, 1, 2, 5 },
    { "columns of a picture", { 4, { 2, 9, 7, 5 } }, 2, 3, 3 },
    { "channels", { 3, { 1, 300, 96 } }, -1, 32, 32 },
    { "one channel", { 3, { 2, 33, 7 } }, 2, 6, 1 },
    { "long", { 3, { 1, 3000, 96 } }, 1, 7, 2900 },
};

static lm_tensor *slice(rig *r, const void *row_)
{
    const slice_row *c = row_;

    return lm_slice(r->p, rig_x(r, c->x), c->axis, c->first, c->count);
}

static lm_tensor *gather(rig *r, const void *row_)
{
    const slice_row *c = row_;
    int32_t          ids[64];

    for (int i = 0; i < 64; i++)
        ids[i] = (int32_t)(rig_next(&r->random) % (uint64_t)c->count);
    return lm_gather(r->p, rig_w(r, LM_SHAPE(c->count, lm_shape_dim(c->x, -1)), 1.0), ids, 64);
}

TEST(slice_and_gather_move_the_right_numbers)
{
    RIG_TABLE(slice_rows, slice, rig_exact);
    RIG_TABLE(slice_rows, gather, rig_exact);
}

/* ------------------------------------------------------------------ resample */

typedef struct size_row {
    const char *name;
    int64_t     n, h, w, channels, to_h, to_w;
} size_row;

static const size_row size_rows[] = {
    { "the same size", 1, 6, 9, 3, 6, 9 },
    { "doubled", 2, 6, 9, 3, 12, 18 },
    { "wider and lower", 2, 6, 9, 4, 5, 13 },
    { "halved", 1, 64, 48, 4, 32, 24 },
    { "much smaller", 1, 65, 47, 3, 7, 5 },
    { "to one pixel", 2, 9, 7, 3, 1, 1 },
    { "from one pixel", 1, 1, 1, 4, 5, 3 },
    { "from one row", 1, 1, 9, 1, 4, 20 },
    { "many channels", 1, 16, 16, 48, 24, 24 },
    { "a mask", 2, 40, 40, 1, 64, 64 },
    { "a third larger", 1, 60, 90, 3, 80, 120 },
};

#define MODE(name, mode)                                                                       \
    static lm_tensor *name(rig *r, const void *row_)                                           \
    {                                                                                          \
        const size_row *c = row_;                                                              \
        return lm_resample(r->p, rig_x(r, LM_SHAPE(c->n, c->h, c->w, c->channels)), c->to_h,   \
                           c->to_w, mode);                                                     \
    }

MODE(nearest, LM_NEAREST_EXACT)
MODE(bilinear, LM_BILINEAR)
MODE(bicubic, LM_BICUBIC)
MODE(area, LM_AREA)

TEST(resampling_agrees_with_the_plain_one)
{
    RIG_TABLE(size_rows, nearest, rig_exact);
    RIG_TABLE(size_rows, bilinear, rig_elementwise);
    RIG_TABLE(size_rows, bicubic, rig_elementwise);
    RIG_TABLE(size_rows, area, rig_elementwise);
}

TEST_MAIN
