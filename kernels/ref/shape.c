/* shape.c: what moves numbers without changing them, in plain loops. */
#include "kernels/ref/ref.h"

/* A tensor as three axes around `axis`: [outer, size, inner]. */
typedef struct around {
    int64_t outer, size, inner;
} around;

static around around_axis(const lm_tensor *t, int axis)
{
    around a = { 1, lm_dim(t, axis), 1 };

    for (int i = 0; i < axis; i++)
        a.outer *= lm_dim(t, i);
    for (int i = axis + 1; i < t->shape.n; i++)
        a.inner *= lm_dim(t, i);
    return a;
}

bool lm_ref_concat(lm_pass *p, lm_tensor *y, const lm_tensor *const *parts, int n, int axis)
{
    const around whole = around_axis(y, axis);
    int64_t      first = 0;

    (void)p;
    for (int k = 0; k < n; k++) {
        const around a = around_axis(parts[k], axis);
        const int64_t run = a.size * a.inner;
        for (int64_t i = 0; i < lm_count(parts[k]); i++)
            put(y, i / run * whole.size * whole.inner + first * a.inner + i % run, get(parts[k], i));
        first += a.size;
    }
    return true;
}

bool lm_ref_slice(lm_pass *p, lm_tensor *y, const lm_tensor *x, int axis, int64_t first)
{
    const around  cut = around_axis(y, axis), whole = around_axis(x, axis);
    const int64_t run = cut.size * cut.inner;

    (void)p;
    for (int64_t i = 0; i < lm_count(y); i++)
        put(y, i, get(x, i / run * whole.size * whole.inner + first * whole.inner + i % run));
    return true;
}

bool lm_ref_gather(lm_pass *p, lm_tensor *y, const lm_tensor *w, const int32_t *ids)
{
    const int64_t columns = lm_dim(w, 1);

    (void)p;
    for (int64_t i = 0; i < lm_count(y); i++)
        put(y, i, get(w, ids[i / columns] * columns + i % columns));
    return true;
}
