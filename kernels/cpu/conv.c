/* conv.c: the convolution. */
#include "kernels/cpu/pairs.h"
#include "kernels/cpu/product.h"
#include "kernels/cpu/rows.h"
#include "kernels/cpu/winograd.h"
#include "kernels/front.h"

/* The pictures as the taps see them. */
struct view {
    const char *at;
    int64_t     pixel_bytes;
    int64_t     height, width;         /* of x */
    int64_t     y_height, y_width, kw; /* of the answer; the kernel's width */
    int         stride, top, left, zoom;
};

/* Pixel (i, j) of picture n, or NULL in the padding. */
static const void *pixel(const struct view *v, int64_t n, int64_t i, int64_t j)
{
    if (i < 0 || j < 0 || i >= v->height * v->zoom || j >= v->width * v->zoom)
        return NULL;
    return v->at + ((n * v->height + i / v->zoom) * v->width + j / v->zoom) * v->pixel_bytes;
}

static void find(const void *self, int64_t row, int n, int64_t tap, const void **at)
{
    const struct view *v = self;
    int64_t            column = row % v->y_width, line = row / v->y_width % v->y_height;
    int64_t            picture = row / (v->y_width * v->y_height);

    for (int k = 0; k < n; k++) {
        at[k] = pixel(v, picture, line * v->stride + tap / v->kw - v->top,
                      column * v->stride + tap % v->kw - v->left);
        if (++column < v->y_width)
            continue;
        column = 0;
        if (++line < v->y_height)
            continue;
        line = 0;
        picture++;
    }
}

/* A 1x1 convolution that takes every pixel once is a product of the pixels as they lie. */
static void find_straight(const void *self, int64_t row, int n, int64_t tap, const void **at)
{
    const struct view *v = self;

    (void)tap;
    for (int i = 0; i < n; i++)
        at[i] = v->at + (row + i) * v->pixel_bytes;
}

static bool is_straight(const lm_tensor *w, const lm_conv_spec *s)
{
    return lm_dim(w, 2) == 1 && lm_dim(w, 3) == 1 && s->stride <= 1 && !s->upsample && !s->top &&
           !s->left && !s->bottom && !s->right;
}

static bool by_winograd(const lm_pass *p, lm_shape y, const lm_tensor *w, const lm_conv_spec *spec)
{
    return lm_cpu_winograd_pays(y, w->shape, spec) && !(lm_cpu_wants_pairs(p) && lm_cpu_pairs_are_amx());
}

bool lm_cpu_conv_over(lm_pass *p, const lm_tensor *x, const lm_tensor *w, const lm_conv_spec *spec)
{
    return lm_cpu_winograd_over(x, w, spec) &&
           by_winograd(p, lm_with_dim(x->shape, 3, lm_dim(w, 0)), w, spec);
}

bool lm_cpu_conv(lm_pass *p, lm_tensor *y, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                 const lm_tensor *r, const lm_conv_spec *spec)
{
    const struct view v = {
        x->data, lm_dim(x, 3) * (int64_t)lm_dtype_size(x->dtype), lm_dim(x, 1), lm_dim(x, 2),
        lm_dim(y, 1), lm_dim(y, 2), lm_dim(w, 3), spec->stride ? spec->stride : 1, spec->top, spec->left,
        spec->upsample ? 2 : 1,
    };
    const bool     winograd = by_winograd(p, y->shape, w, spec);
    lm_cpu_product q = { .rows = lm_count(y) / lm_dim(y, 3), .self = &v,
                         .find = is_straight(w, spec) ? find_straight : find,
                         .x_dtype = x->dtype, .b = b, .r = r, .y = y };

    if (!lm_count(y) || !lm_count(x) || y->dtype != LM_F32)
        return lm_ref_ops.conv(p, y, x, w, b, r, spec);
    if (b && b->shape.n == 2)
        q.b_rows = v.y_height * v.y_width;
    q.w = lm_cpu_panels_of(p, w, lm_cpu_wants_pairs(p) && !winograd ? LM_CPU_PAIRS : LM_CPU_PLAIN);
    if (q.w && winograd)
        return lm_cpu_winograd_run(p, y, x, q.w, b, r, spec);
    return q.w && lm_cpu_product_run(p, &q);
}
