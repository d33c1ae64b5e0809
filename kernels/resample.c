/* resample.c: the front of changing a picture's size. */
#include "kernels/front.h"

lm_tensor *lm_resample(lm_pass *p, const lm_tensor *x, int64_t height, int64_t width,
                       lm_resample_mode mode)
{
    lm_tensor *y;

    LM_ENTER(p);
    LM_TAKES(p, "resample", x);
    LM_WANT(p, x->shape.n == 4, "resample: x has %d axes, a picture has 4", x->shape.n);
    LM_WANT(p, lm_dim(x, 1) > 0 && lm_dim(x, 2) > 0 && height > 0 && width > 0,
            "resample: from %" PRId64 " x %" PRId64 " to %" PRId64 " x %" PRId64, lm_dim(x, 2), lm_dim(x, 1),
            width, height);
    y = lm_scratch_tensor(p, LM_F32, LM_SHAPE(lm_dim(x, 0), height, width, lm_dim(x, 3)));
    return LM_RUN(p, resample, y, x, mode);
}
