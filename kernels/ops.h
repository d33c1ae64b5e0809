/* ops.h: what a device can do, and the fronts that nodes call.
 *
 * A row left NULL is answered by ref/, slowly and correctly, and the log says so once: a new device is
 * useful on its first day and grows fast row by row. Storage is f32, f16 or bf16; sums are kept in f32.
 * Tensors are dense, last axis fastest, channels last; what layout a kernel uses inside, and how it packs
 * its weights, is its own affair. Weights keep the layout of their file: linear [N, K], convolution
 * [O, I, kh, kw].
 *
 * The fronts (lm_linear, …) check shapes once for every device, allocate the answer in the pass's scratch
 * and do nothing after a failure. One rule settles every answer's dtype: what feeds a product (norms,
 * activations, attention, geglu) is made in the pass's compute class, f32 or bf16; everything else, the
 * residual stream above all, is f32.
 *
 * A kernel polls lm_pass_stopped between bands of rows, so that stop works within 100 ms at any size, and
 * returns false then; the front records CANCELLED. Any other false must come with lm_pass_fail. */
#ifndef LM_KERNELS_OPS_H
#define LM_KERNELS_OPS_H

#include "core/data/pass.h"

/* ------------------------------------------------------------------ parameters */

/* Columns [first, first + count) of the last axis of t: q, k and v may share one tensor. */
typedef struct lm_cols {
    const lm_tensor *t;
    int64_t          first, count;
} lm_cols;

enum { LM_CAUSAL = 1 }; /* token i sees tokens 0..i */

typedef struct lm_conv_spec {
    int  stride;                    /* both axes; 0 means 1 */
    int  top, left, bottom, right;  /* zero padding, in pixels of what the convolution reads */
    bool upsample;                  /* x is doubled (nearest) before anything else */
    bool loose;                     /* class bf16 may be 1 % off here (relative L2) instead of 0.4 %: for what
                                     * becomes a picture at once */
} lm_conv_spec;

typedef enum lm_unary { LM_SILU, LM_GELU, LM_QUICK_GELU, LM_TANH, LM_N_UNARY } lm_unary;

/* How picture sizes change. As PyTorch's interpolate: half-pixel centres, no antialias, no clamping;
 * bicubic a = -0.75; area = adaptive average.  Source: torch.nn.functional.interpolate. */
typedef enum lm_resample_mode {
    LM_NEAREST_EXACT, LM_BILINEAR, LM_BICUBIC, LM_AREA, LM_N_RESAMPLE
} lm_resample_mode;

/* ------------------------------------------------------------------ the table */

typedef struct lm_ops {
    /* y[.., N] = x[.., K] · w[N, K]ᵀ + b[N] + r[.., N];  b, r may be NULL; y may be r */
    bool (*linear)(lm_pass *, lm_tensor *y, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                   const lm_tensor *r);
    /* y[.., N] = u · gelu(v), [u | v] = x[.., K] · w[2N, K]ᵀ + b[2N];  b may be NULL; the exact gelu */
    bool (*linear_geglu)(lm_pass *, lm_tensor *y, const lm_tensor *x, const lm_tensor *w,
                         const lm_tensor *b);
    /* y[N, H', W', O] = conv(x[N, H, W, I], w[O, I, kh, kw]) + b + r;  b [O] or [N, O] or NULL;
     * r like y or NULL; H' = (H + top + bottom - kh) / stride + 1 */
    bool (*conv)(lm_pass *, lm_tensor *y, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                 const lm_tensor *r, const lm_conv_spec *spec);
    /* May y of such a conv begin where x does, whenever it is no larger?  NULL: no */
    bool (*conv_over)(lm_pass *, const lm_tensor *x, const lm_tensor *w, const lm_conv_spec *spec);
    /* y[N, T, H·d] = softmax(q kᵀ / √d) v for each of `heads`;  q [N, T, H·d], k, v [N, S, H·d];
     * k and v may have batch 1 for all N */
    bool (*attention)(lm_pass *, lm_tensor *y, lm_cols q, lm_cols k, lm_cols v, int heads, int flags);
    /* y = ((x - mean) / √(var + eps)) · g[C] + b[C] over each of `groups` of channels of x[N, .., C];
     * then silu when asked; y may begin where x does, when its numbers are as wide or narrower */
    bool (*group_norm)(lm_pass *, lm_tensor *y, const lm_tensor *x, const lm_tensor *g,
                       const lm_tensor *b, int groups, double eps, bool silu);
    /* the same over the last axis of x[.., C], one row at a time */
    bool (*layer_norm)(lm_pass *, lm_tensor *y, const lm_tensor *x, const lm_tensor *g,
                       const lm_tensor *b, double eps);
    /* y = f(x), element by element */
    bool (*unary)(lm_pass *, lm_tensor *y, const lm_tensor *x, lm_unary f);
    /* y = a·x + b·z;  z like x, or NULL (then y = a·x + b); z may have batch 1 or a last axis of 1 */
    bool (*axpby)(lm_pass *, lm_tensor *y, double a, const lm_tensor *x, double b, const lm_tensor *z);
    /* y = x · m;  m like x, or with batch 1, or with a last axis of 1 */
    bool (*mul)(lm_pass *, lm_tensor *y, const lm_tensor *x, const lm_tensor *m);
    /* y = min(max(a·x + b, lo), hi) */
    bool (*clamp)(lm_pass *, lm_tensor *y, const lm_tensor *x, double a, double b, double lo, double hi);
    /* y = the n parts one behind the other along `axis` */
    bool (*concat)(lm_pass *, lm_tensor *y, const lm_tensor *const *parts, int n, int axis);
    /* y = x with axis cut to [first, first + dim(y, axis)) */
    bool (*slice)(lm_pass *, lm_tensor *y, const lm_tensor *x, int axis, int64_t first);
    /* y[N, H', W', C] = x[N, H, W, C] at another size */
    bool (*resample)(lm_pass *, lm_tensor *y, const lm_tensor *x, lm_resample_mode mode);
    /* y[n, C] = rows ids[0..n) of w[V, C], as f32 */
    bool (*gather)(lm_pass *, lm_tensor *y, const lm_tensor *w, const int32_t *ids);
    /* y = x in y's dtype */
    bool (*cast)(lm_pass *, lm_tensor *y, const lm_tensor *x);
    /* *finite = no NaN and no infinity in x */
    bool (*finite)(lm_pass *, bool *finite, const lm_tensor *x);
} lm_ops;

/* ------------------------------------------------------------------ the fronts; all answers [lends] */

lm_tensor *lm_linear(lm_pass *p, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b);
lm_tensor *lm_linear_add(lm_pass *p, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                         const lm_tensor *r);
lm_tensor *lm_linear_geglu(lm_pass *p, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b);

lm_tensor *lm_conv(lm_pass *p, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                   lm_conv_spec spec);
lm_tensor *lm_conv_add(lm_pass *p, const lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                       const lm_tensor *r, lm_conv_spec spec);
/* The same, written over x where x is scratch and the device can; else x is dropped. Pictures are large. */
lm_tensor *lm_conv_over(lm_pass *p, lm_tensor *x, const lm_tensor *w, const lm_tensor *b,
                        const lm_tensor *r, lm_conv_spec spec);
#define LM_CONV_1x1 ((lm_conv_spec){ .stride = 1 })
#define LM_CONV_3x3 ((lm_conv_spec){ .stride = 1, .top = 1, .left = 1, .bottom = 1, .right = 1 })

/* Columns of t, or the whole of it. */
static inline lm_cols lm_cols_of(const lm_tensor *t, int64_t first, int64_t count)
{
    return (lm_cols){ t, first, count };
}
lm_tensor *lm_attention(lm_pass *p, const lm_tensor *q, const lm_tensor *k, const lm_tensor *v,
                        int heads, int flags);
/* q, k and v side by side in the last axis: qkv[N, T, 3C] -> [N, T, C]. */
lm_tensor *lm_attention_qkv(lm_pass *p, const lm_tensor *qkv, int heads, int flags);
/* k and v side by side: q [N, T, C], kv [N or 1, S, 2C] -> [N, T, C]. */
lm_tensor *lm_attention_kv(lm_pass *p, const lm_tensor *q, const lm_tensor *kv, int heads, int flags);

lm_tensor *lm_group_norm(lm_pass *p, const lm_tensor *x, const lm_tensor *g, const lm_tensor *b,
                         int groups, double eps);
lm_tensor *lm_group_norm_silu(lm_pass *p, const lm_tensor *x, const lm_tensor *g, const lm_tensor *b,
                              int groups, double eps);
/* The same, written over x where x is f32 scratch; else x is dropped. */
lm_tensor *lm_group_norm_silu_over(lm_pass *p, lm_tensor *x, const lm_tensor *g, const lm_tensor *b,
                                   int groups, double eps);
lm_tensor *lm_layer_norm(lm_pass *p, const lm_tensor *x, const lm_tensor *g, const lm_tensor *b,
                         double eps);

lm_tensor *lm_silu(lm_pass *p, const lm_tensor *x);
lm_tensor *lm_gelu(lm_pass *p, const lm_tensor *x); /* the exact one, by erf */
lm_tensor *lm_quick_gelu(lm_pass *p, const lm_tensor *x); /* x · sigmoid(1.702 x) */
lm_tensor *lm_tanh(lm_pass *p, const lm_tensor *x);

lm_tensor *lm_scale(lm_pass *p, const lm_tensor *x, double a);                       /* a·x */
lm_tensor *lm_add(lm_pass *p, const lm_tensor *x, const lm_tensor *y);               /* x + y */
lm_tensor *lm_sub(lm_pass *p, const lm_tensor *x, const lm_tensor *y);               /* x - y */
lm_tensor *lm_axpy(lm_pass *p, const lm_tensor *y, double a, const lm_tensor *x);    /* y + a·x */
lm_tensor *lm_axpby(lm_pass *p, double a, const lm_tensor *x, double b, const lm_tensor *y);
lm_tensor *lm_affine(lm_pass *p, const lm_tensor *x, double a, double b);            /* a·x + b */
lm_tensor *lm_mul(lm_pass *p, const lm_tensor *x, const lm_tensor *m);
/* clamp(a·x + b) to [lo, hi] */
lm_tensor *lm_clamp(lm_pass *p, const lm_tensor *x, double a, double b, double lo, double hi);

lm_tensor *lm_concat(lm_pass *p, const lm_tensor *a, const lm_tensor *b, int axis);
lm_tensor *lm_concat_all(lm_pass *p, const lm_tensor *const *parts, int n, int axis);
lm_tensor *lm_slice(lm_pass *p, const lm_tensor *x, int axis, int64_t first, int64_t count);
lm_tensor *lm_repeat(lm_pass *p, const lm_tensor *x, int64_t times); /* along axis 0, whole after whole */
lm_tensor *lm_resample(lm_pass *p, const lm_tensor *x, int64_t height, int64_t width,
                       lm_resample_mode mode);
lm_tensor *lm_gather(lm_pass *p, const lm_tensor *w, const int32_t *ids, int64_t n);
lm_tensor *lm_cast(lm_pass *p, const lm_tensor *x, lm_dtype dtype);

/* x itself, or NULL with an error that names `what` ("the UNet's answer, step 3") when x holds a NaN or
 * an infinity: a broken number is a sentence, never a black picture. */
const lm_tensor *lm_want_finite(lm_pass *p, const lm_tensor *x, const char *what);

#endif
