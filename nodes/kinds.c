/* kinds.c: how a MODEL, a CLIP and a VAE are let go of, and how large they are. */
#include "core/base/alloc.h"
#include "nodes/models/clip.h"
#include "nodes/models/unet.h"
#include "nodes/models/vae.h"
#include "nodes/types.h"

static void model_free(void *object)
{
    lm_model *m = object;

    lm_unet_unref(m->net);
    lm_free(m);
}

static size_t model_bytes(const void *object)
{
    return lm_unet_bytes(((const lm_model *)object)->net);
}

static void clip_free(void *object)
{
    lm_clip_unref(object);
}

static size_t clip_bytes(const void *object)
{
    return lm_clip_bytes(object);
}

static void vae_free(void *object)
{
    lm_vae_unref(object);
}

static size_t vae_bytes(const void *object)
{
    return lm_vae_bytes(object);
}

const lm_object_kind lm_model_kind = { .name = "model", .free = model_free, .bytes = model_bytes };
const lm_object_kind lm_clip_kind = { .name = "clip", .free = clip_free, .bytes = clip_bytes };
const lm_object_kind lm_vae_kind = { .name = "vae", .free = vae_free, .bytes = vae_bytes };
