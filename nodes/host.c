/* host.c: values from numbers that lie on the host. */
#include "nodes/host.h"

static limn_value *from_host(lm_pass *p, const char *type, const char *field, lm_shape shape,
                             const float *host)
{
    lm_tensor  *t;
    limn_value *v;

    if (!lm_pass_live(p) || !host)
        return NULL;
    t = lm_tensor_new(p->device, LM_F32, shape, &p->error);
    if (!t)
        return NULL;
    lm_tensor_write(t, LM_F32, host);
    v = lm_value_new(type);
    lm_value_set_tensor(v, field, t);
    return v;
}

limn_value *lm_image_from_host(lm_pass *p, lm_shape shape, const float *host)
{
    return from_host(p, "IMAGE", "pixels", shape, host);
}

limn_value *lm_mask_from_host(lm_pass *p, lm_shape shape, const float *host)
{
    return from_host(p, "MASK", "mask", shape, host);
}

limn_value *lm_int_value(int64_t x)
{
    limn_value *v = lm_value_new("INT");

    lm_value_set_int(v, "value", x);
    return v;
}

const lm_tensor *lm_mask_batch(lm_pass *p, const limn_value *mask)
{
    const lm_tensor *t = lm_mask_tensor(p, mask);

    if (!t || lm_shape_of(t).n == 3)
        return t;
    return lm_reshape(p, t, LM_SHAPE(lm_count(t) / lm_dim(t, -1) / lm_dim(t, -2), lm_dim(t, -2),
                                     lm_dim(t, -1)));
}

bool lm_pass_end_with(lm_pass *p, limn_value **out, int n, limn_error *err)
{
    if (lm_pass_end(p, err))
        return true;
    for (int i = 0; i < n; i++) {
        lm_value_unref(out[i]);
        out[i] = NULL;
    }
    return false;
}
