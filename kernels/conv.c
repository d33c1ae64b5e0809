/* conv.c: fronts of the convolution. */
#include "kernels/front.h"

/* Rows or columns of the answer. */
static int64_t answer_size(int64_t in, int before, int after, int64_t kernel, const lm_conv_spec *s)
{
    return ((s->upsample ? 2 * in : in) + before + after - kernel) / s->stride + 1;
}

/* x[N, H, W, I], w[O, I, kh, kw] and b[O] or [N, O] fit each other. */
static bool fits(lm_pass *p, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b)
{
    if (!lm_front_takes(p, "conv", "x", x) || !lm_front_takes(p, "conv", "w", w) ||
        (b && !lm_front_takes(p, "conv", "b", b)))
        return false;
    if (x->shape.n != 4 || w->shape.n != 4)
        return lm_pass_fail(p, INPUT, "conv: x has %d axes and %s %d; both have 4", x->shape.n,
                            lm_label(w, "w"), w->shape.n);
    if (lm_dim(w, 1) != lm_dim(x, 3))
        return lm_pass_fail(p, INPUT, "conv: x has %" PRId64 " channels, %s takes %" PRId64,
                            lm_dim(x, 3), lm_label(w, "w"), lm_dim(w, 1));
    if (b && (b->shape.n < 1 || b->shape.n > 2 || lm_dim(b, -1) != lm_dim(w, 0) ||
              (b->shape.n == 2 && lm_dim(b, 0) != lm_dim(x, 0))))
        return lm_pass_fail(p, INPUT,
                            "conv: %s has %" PRId64 " numbers; %s gives %" PRId64
                            " channels, x has %" PRId64 " pictures",
                            lm_label(b, "b"), lm_count(b), lm_label(w, "w"), lm_dim(w, 0), lm_dim(x, 0));
    return true;
}

lm_tensor *lm_conv(lm_pass *p, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                   lm_conv_spec spec)
{
    return lm_conv_add(p, x, w, b, NULL, spec);
}

/* Checks everything and finds the answer's shape. False after a failure. */
static bool plan(lm_pass *p, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b, const lm_tensor *r,
                 lm_conv_spec *spec, lm_shape *s)
{
    char       have[LM_SHAPE_TEXT], want[LM_SHAPE_TEXT];

    LM_ENTER(p);
    if (r)
        LM_TAKES(p, "conv", r);
    if (!fits(p, x, w, b))
        return false;
    spec->stride = spec->stride ? spec->stride : 1;
    LM_WANT(p, spec->stride > 0 && spec->top >= 0 && spec->left >= 0 && spec->bottom >= 0 && spec->right >= 0,
            "conv: a stride of %d or a padding below 0", spec->stride);

    *s = LM_SHAPE(lm_dim(x, 0), answer_size(lm_dim(x, 1), spec->top, spec->bottom, lm_dim(w, 2), spec),
                  answer_size(lm_dim(x, 2), spec->left, spec->right, lm_dim(w, 3), spec), lm_dim(w, 0));
    LM_WANT(p, s->at[1] > 0 && s->at[2] > 0,
            "conv: a picture of %" PRId64 " x %" PRId64 " is smaller than the kernel, %" PRId64 " x %" PRId64,
            lm_dim(x, 2), lm_dim(x, 1), lm_dim(w, 3), lm_dim(w, 2));
    LM_WANT(p, !r || lm_shape_same(r->shape, *s), "conv: r is %s, the answer %s",
            lm_shape_text(r->shape, have), lm_shape_text(*s, want));
    return true;
}

lm_tensor *lm_conv_add(lm_pass *p, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                       const lm_tensor *r, lm_conv_spec spec)
{
    lm_tensor *y;
    lm_shape   s;

    if (!plan(p, x, w, b, r, &spec, &s))
        return NULL;
    y = lm_scratch_tensor(p, LM_F32, s);
    return LM_RUN(p, conv, y, x, w, b, r, &spec);
}

lm_tensor *lm_conv_over(lm_pass *p, lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                        const lm_tensor *r, lm_conv_spec spec)
{
    const lm_ops *ops = lm_ops_of(p);
    lm_tensor     over = { .dtype = LM_F32, .device = p->device }, *y = &over;

    if (!plan(p, x, w, b, r, &spec, &over.shape))
        return NULL;
    over.data = x->data;
    if (!x->release && (!r || r->data != x->data) && lm_bytes(&over) <= lm_bytes(x) && ops->conv_over &&
        ops->conv_over(p, x, w, &spec))
        return LM_RUN(p, conv, y, x, w, b, r, &spec) ? lm_become(p, x, LM_F32, over.shape) : NULL;
    y = lm_conv_add(p, x, w, b, r, spec);
    lm_drop(p, x);
    return y;
}
