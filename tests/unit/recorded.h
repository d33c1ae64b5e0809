/* recorded.h: what tests/parity recorded from the reference, for tests that compare with it: JSON tables
 * whose floats are hex texts, and tensors, [N, C, H, W] in the files and [N, H, W, C] here. */
#ifndef LIMN_TESTS_RECORDED_H
#define LIMN_TESTS_RECORDED_H

#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "core/data/pass.h"
#include "core/data/safetensors.h"
#include "tests/test.h"

static inline json_t *recorded_table(const char *path)
{
    json_error_t why;
    json_t      *top = json_load_file(path, 0, &why);

    if (!top) {
        printf("%s:%d: %s\n", path, why.line, why.text);
        exit(1);
    }
    return top;
}

static inline lm_weights *recorded_tensors(const char *path)
{
    limn_error  err = { 0 };
    int         fd = open(path, O_RDONLY);
    lm_weights *w = fd < 0 ? NULL : lm_weights_open(fd, path, &err);

    if (!w) {
        printf("%s: %s\n", path, err.text);
        exit(1);
    }
    close(fd);
    return w;
}

static inline float recorded_float(const json_t *hex)
{
    return strtof(json_string_value(hex), NULL);
}

static inline double recorded_number(const json_t *row, const char *key)
{
    return json_number_value(json_object_get(row, key));
}

static inline int recorded_int(const json_t *row, const char *key)
{
    return (int)json_integer_value(json_object_get(row, key));
}

static inline uint64_t recorded_seed(const json_t *row)
{
    return strtoull(json_string_value(json_object_get(row, "seed")), NULL, 10);
}

static inline const char *recorded_text(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

static inline lm_shape recorded_shape(const json_t *sizes)
{
    lm_shape s = { .n = (int)json_array_size(sizes) };

    for (int i = 0; i < s.n; i++)
        s.at[i] = json_integer_value(json_array_get(sizes, (size_t)i));
    return s;
}

static inline lm_shape channels_last_shape(lm_shape nchw)
{
    return LM_SHAPE(nchw.at[0], nchw.at[2], nchw.at[3], nchw.at[1]);
}

/* The numbers of tensor `name` in the file's own order. The caller frees them. */
static inline float *recorded_floats(lm_weights *w, const char *name, lm_shape *shape)
{
    limn_error err = { 0 };
    lm_tensor *t = lm_weights_tensor(w, lm_host_device(), name, &err);
    float     *out;

    if (!t) {
        printf("%s: %s\n", name, err.text);
        exit(1);
    }
    *shape = lm_shape_of(t);
    out = calloc((size_t)lm_count(t), sizeof *out);
    lm_tensor_read(t, LM_F32, out);
    lm_tensor_unref(t);
    return out;
}

/* [N, C, H, W] -> [N, H, W, C], on the host. */
static inline void turn_channels_last(float *out, const float *in, lm_shape nchw)
{
    const int64_t channels = nchw.at[1], cells = nchw.at[2] * nchw.at[3];

    for (int64_t n = 0; n < nchw.at[0]; n++)
        for (int64_t c = 0; c < channels; c++)
            for (int64_t i = 0; i < cells; i++)
                out[(n * cells + i) * channels + c] = in[(n * channels + c) * cells + i];
}

/* Tensor `name` in scratch: four axes are turned, others are left alone. */
static inline lm_tensor *recorded(lm_pass *p, lm_weights *w, const char *name)
{
    lm_shape   s;
    float     *file = recorded_floats(w, name, &s), *turned = file;
    lm_tensor *t;

    if (s.n == 4) {
        turned = calloc((size_t)lm_shape_count(s), sizeof *turned);
        turn_channels_last(turned, file, s);
        s = channels_last_shape(s);
    }
    t = lm_from_host(p, s, turned);
    if (turned != file)
        free(turned);
    free(file);
    return t;
}

/* |a - b| / |b|, both read to the host; -1 when the shapes differ or one is missing. */
static inline double relative_error(lm_pass *p, const lm_tensor *a, const lm_tensor *b)
{
    const float *x = lm_host_view(p, a), *y = lm_host_view(p, b);
    double       off = 0.0, all = 0.0;

    if (!x || !y || !lm_shape_same(lm_shape_of(a), lm_shape_of(b)))
        return -1.0;
    for (int64_t i = 0; i < lm_count(a); i++) {
        off += ((double)x[i] - (double)y[i]) * ((double)x[i] - (double)y[i]);
        all += (double)y[i] * (double)y[i];
    }
    return all > 0.0 ? sqrt(off / all) : off > 0.0 ? INFINITY : 0.0;
}

#endif
