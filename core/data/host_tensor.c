/* host_tensor.c: a node's numbers on the host. */
#include <string.h>

#include "core/data/host.h"

static limn_shape outer_shape(lm_shape s)
{
    limn_shape out = { .rank = s.n };

    for (int i = 0; i < s.n; i++)
        out.dim[i] = s.at[i];
    return out;
}

bool lm_host_read(limn_call *call, const limn_value *v, const char *field, limn_tensor *out, limn_error *err)
{
    const lm_tensor *t = lm_value_tensor(v, field);
    float           *host;

    if (!t)
        return limn_fail(err, INPUT, "%.40s has no numbers \"%.40s\"", v ? lm_value_type(v) : "nothing", field);
    *out = (limn_tensor){ .shape = outer_shape(t->shape), .count = lm_count(t) };
    if (t->device->host_memory && t->dtype == LM_F32) {
        out->f32 = t->data;
        return true;
    }
    host = lm_call_keep(call, (size_t)lm_count(t) * sizeof *host);
    if (!host)
        return limn_fail(err, MEMORY, "%.1f MB of host memory could not be had", (double)lm_count(t) * 4e-6);
    lm_tensor_read(t, LM_F32, host);
    out->f32 = host;
    return true;
}

static bool inner_shape(limn_shape s, lm_shape *out)
{
    int64_t n = 1;

    *out = (lm_shape){ .n = s.rank };
    if (s.rank < 0 || s.rank > LM_MAX_DIMS)
        return false;
    for (int i = 0; i < s.rank; i++) {
        if (s.dim[i] < 0 || __builtin_mul_overflow(n, s.dim[i], &n) || n > INT64_MAX / 8)
            return false;
        out->at[i] = s.dim[i];
    }
    return true;
}

bool lm_host_make(limn_call *call, limn_value **v, const char *type, const char *field, limn_shape shape,
                  limn_tensor *out, limn_error *err)
{
    lm_device *d = lm_call_env(call)->device;
    lm_shape   s;
    lm_tensor *t;

    if (*v && !lm_value_sole(*v))
        return limn_fail(err, INPUT, "a value that others hold already cannot get the numbers \"%.40s\"", field);
    if (!inner_shape(shape, &s))
        return limn_fail(err, INPUT, "a tensor cannot have the shape that was asked for");
    t = lm_tensor_new(d && d->host_memory ? d : lm_host_device(), LM_F32, s, err);
    if (!t)
        return false;
    memset(t->data, 0, lm_bytes(t));
    *out = (limn_tensor){ .shape = shape, .count = lm_count(t), .f32 = t->data };
    if (!*v)
        *v = lm_value_new(type);
    lm_value_set_tensor(*v, field, t);
    return true;
}
