/* shape.c: fronts of what moves numbers without changing them. */
#include "kernels/front.h"

/* Counts from the end when negative; -1 when there is no such axis. */
static int axis_of(const lm_tensor *t, int axis)
{
    axis = axis < 0 ? t->shape.n + axis : axis;
    return axis >= 0 && axis < t->shape.n ? axis : -1;
}

lm_tensor *lm_concat(lm_pass *p, const lm_tensor *a, const lm_tensor *b, int axis)
{
    return lm_concat_all(p, (const lm_tensor *const[]){ a, b }, 2, axis);
}

lm_tensor *lm_concat_all(lm_pass *p, const lm_tensor *const *parts, int n, int axis)
{
    lm_tensor *y;
    lm_shape   s;
    int64_t    size = 0;

    LM_ENTER(p);
    LM_WANT(p, n > 0, "concat: %d parts", n);
    for (int i = 0; i < n; i++)
        if (!lm_front_takes(p, "concat", "a part", parts[i]))
            return NULL;
    axis = axis_of(parts[0], axis);
    LM_WANT(p, axis >= 0, "concat: parts of %d axes have no such axis", parts[0]->shape.n);

    s = lm_shape_of(parts[0]);
    for (int i = 0; i < n; i++) {
        char first[LM_SHAPE_TEXT], other[LM_SHAPE_TEXT];
        LM_WANT(p, parts[i]->shape.n == s.n &&
                       lm_shape_same(lm_with_dim(parts[i]->shape, axis, 0), lm_with_dim(s, axis, 0)),
                "concat: %s and %s differ beside axis %d", lm_shape_text(s, first),
                lm_shape_text(parts[i]->shape, other), axis);
        size += lm_dim(parts[i], axis);
    }
    y = lm_scratch_tensor(p, LM_F32, lm_with_dim(s, axis, size));
    return LM_RUN(p, concat, y, parts, n, axis);
}

lm_tensor *lm_repeat(lm_pass *p, const lm_tensor *x, int64_t times)
{
    const lm_tensor **parts;

    LM_ENTER(p);
    LM_WANT(p, times > 0 && times <= INT32_MAX, "repeat: %" PRId64 " times", times);
    parts = lm_scope_bytes(p, (size_t)times * sizeof *parts);
    for (int64_t i = 0; parts && i < times; i++)
        parts[i] = x;
    return parts ? lm_concat_all(p, parts, (int)times, 0) : NULL;
}

lm_tensor *lm_slice(lm_pass *p, const lm_tensor *x, int axis, int64_t first, int64_t count)
{
    lm_tensor *y;

    LM_ENTER(p);
    LM_TAKES(p, "slice", x);
    axis = axis_of(x, axis);
    LM_WANT(p, axis >= 0, "slice: x has %d axes", x->shape.n);
    LM_WANT(p, first >= 0 && count > 0 && count <= lm_dim(x, axis) && first <= lm_dim(x, axis) - count,
            "slice: %" PRId64 " from %" PRId64 " on is outside an axis of %" PRId64, count, first,
            lm_dim(x, axis));
    y = lm_scratch_tensor(p, LM_F32, lm_with_dim(lm_shape_of(x), axis, count));
    return LM_RUN(p, slice, y, x, axis, first);
}

lm_tensor *lm_gather(lm_pass *p, const lm_tensor *w, const int32_t *ids, int64_t n)
{
    lm_tensor *y;

    LM_ENTER(p);
    LM_TAKES(p, "gather", w);
    LM_WANT(p, w->shape.n == 2, "gather: %s has %d axes, and a table has 2", lm_label(w, "w"), w->shape.n);
    LM_WANT(p, n > 0, "gather: %" PRId64 " rows", n);
    for (int64_t i = 0; i < n; i++)
        LM_WANT(p, ids[i] >= 0 && ids[i] < lm_dim(w, 0), "gather: row %d of %s, which has %" PRId64, ids[i],
                lm_label(w, "w"), lm_dim(w, 0));
    y = lm_scratch_tensor(p, LM_F32, LM_SHAPE(n, lm_dim(w, 1)));
    return LM_RUN(p, gather, y, w, ids);
}
