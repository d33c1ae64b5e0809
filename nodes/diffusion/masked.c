/* masked.c: what a mask protects is replaced on the way in and on the way out.
 * Source: ComfyUI's handling of noise_mask. */
#include "nodes/diffusion/masked.h"

#include "kernels/ops.h"

lm_tensor *lm_masked_denoise(lm_pass *p, void *self, const lm_tensor *x, double sigma)
{
    const lm_masked *m = self;
    lm_scope         sc = lm_scope_open(p);
    lm_tensor       *rest = lm_affine(p, m->mask, -1.0, 1.0);
    lm_tensor       *seen = lm_mul(p, lm_axpy(p, m->kept, sigma, m->noise), rest);
    lm_tensor       *x0;

    seen = lm_add(p, lm_mul(p, x, m->mask), seen);
    x0 = seen ? m->inner(p, m->self, seen, sigma) : NULL;
    x0 = lm_add(p, lm_mul(p, x0, m->mask), lm_mul(p, m->kept, rest));
    return lm_scope_keep(&sc, x0);
}

const lm_tensor *lm_batch_of(lm_pass *p, const lm_tensor *t, int64_t n)
{
    const int64_t have = t ? lm_dim(t, 0) : n;

    if (have < n)
        t = lm_repeat(p, t, (n + have - 1) / have);
    return !t || lm_dim(t, 0) == n ? t : lm_slice(p, t, 0, 0, n);
}

lm_tensor *lm_masked_fit(lm_pass *p, const lm_tensor *mask, lm_shape shape)
{
    lm_scope         sc = lm_scope_open(p);
    const lm_tensor *m = mask;

    if (m && m->shape.n != 3) {
        lm_pass_fail(p, INPUT, "a mask has 3 axes, this one %d", m->shape.n);
        m = NULL;
    }
    if (m)
        m = lm_reshape(p, m, LM_SHAPE(lm_dim(m, 0), lm_dim(m, 1), lm_dim(m, 2), 1));
    m = lm_resample(p, m, shape.at[1], shape.at[2], LM_BILINEAR);
    return lm_scope_keep(&sc, lm_batch_of(p, m, shape.at[0]));
}
