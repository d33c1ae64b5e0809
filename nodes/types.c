/* types.c: values around tensors of a pass, and the tensors inside values. */
#include "nodes/types.h"

/* A failure after the tensor was copied must not leave a value: NULL travels only with an error. */
static limn_value *wrap(lm_pass *p, limn_value *v, const char *field, const lm_tensor *t)
{
    lm_tensor *heap = lm_pass_heap(p, t);

    if (!heap) {
        lm_value_unref(v);
        return NULL;
    }
    lm_value_set_tensor(v, field, heap);
    return v;
}

limn_value *lm_image_new(lm_pass *p, const lm_tensor *pixels)
{
    return wrap(p, lm_value_new("IMAGE"), "pixels", pixels);
}

limn_value *lm_mask_new(lm_pass *p, const lm_tensor *mask)
{
    return wrap(p, lm_value_new("MASK"), "mask", mask);
}

limn_value *lm_latent_new(lm_pass *p, const limn_value *like, const lm_tensor *samples)
{
    return wrap(p, like ? lm_value_copy(like) : lm_value_new("LATENT"), "samples", samples);
}

static const lm_tensor *want(lm_pass *p, const limn_value *v, const char *field, const char *type)
{
    const lm_tensor *t = v ? lm_value_tensor(v, field) : NULL;

    if (!t)
        lm_pass_fail(p, INPUT, "the %s is empty", type);
    return t;
}

const lm_tensor *lm_image_pixels(lm_pass *p, const limn_value *image)
{
    return want(p, image, "pixels", "IMAGE");
}

const lm_tensor *lm_mask_tensor(lm_pass *p, const limn_value *mask)
{
    return want(p, mask, "mask", "MASK");
}

const lm_tensor *lm_latent_samples(lm_pass *p, const limn_value *latent)
{
    return want(p, latent, "samples", "LATENT");
}
