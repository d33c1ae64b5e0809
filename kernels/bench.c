/* bench.c: products, attention and norms of a denoiser step and of a decoder, timed one by one through
 * their fronts. */
#include "kernels/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/alloc.h"
#include "kernels/cpu/tile.h"
#include "kernels/ops.h"

typedef enum kind { LINEAR, GEGLU, CONV1, CONV3, CONV3_DOWN, CONV3_UP, SELF, CROSS, GROUP_NORM, LAYER_NORM } kind;

static const char *const kind_names[] = { "linear", "geglu", "conv 1x1", "conv 3x3", "conv 3x3 by twos",
                                          "conv 3x3 doubled", "attention", "cross attention", "group_norm_silu",
                                          "layer_norm" };

/* `size` is the side of the input picture, or the rows of a linear. Attention: `out` is the number of heads,
 * tokens are pixels. */
static const struct shape {
    const char *net;
    int         times;
    kind        kind;
    int         pictures, size, in, out;
} shapes[] = {
    { "unet", 1, CONV3, 2, 64, 4, 320 },
    { "unet", 7, CONV3, 2, 64, 320, 320 },
    { "unet", 2, CONV3, 2, 64, 640, 320 },
    { "unet", 1, CONV3, 2, 64, 960, 320 },
    { "unet", 1, CONV3, 2, 64, 320, 4 },
    { "unet", 1, CONV3, 2, 32, 320, 640 },
    { "unet", 6, CONV3, 2, 32, 640, 640 },
    { "unet", 1, CONV3, 2, 32, 960, 640 },
    { "unet", 1, CONV3, 2, 32, 1280, 640 },
    { "unet", 1, CONV3, 2, 32, 1920, 640 },
    { "unet", 1, CONV3, 2, 16, 640, 1280 },
    { "unet", 6, CONV3, 2, 16, 1280, 1280 },
    { "unet", 1, CONV3, 2, 16, 1920, 1280 },
    { "unet", 2, CONV3, 2, 16, 2560, 1280 },
    { "unet", 11, CONV3, 2, 8, 1280, 1280 },
    { "unet", 3, CONV3, 2, 8, 2560, 1280 },
    { "unet", 1, CONV3_DOWN, 2, 64, 320, 320 },
    { "unet", 1, CONV3_DOWN, 2, 32, 640, 640 },
    { "unet", 1, CONV3_DOWN, 2, 16, 1280, 1280 },
    { "unet", 1, CONV3_UP, 2, 8, 1280, 1280 },
    { "unet", 1, CONV3_UP, 2, 16, 1280, 1280 },
    { "unet", 1, CONV3_UP, 2, 32, 640, 640 },
    { "unet", 10, CONV1, 2, 64, 320, 320 },
    { "unet", 2, CONV1, 2, 64, 640, 320 },
    { "unet", 1, CONV1, 2, 64, 960, 320 },
    { "unet", 1, CONV1, 2, 32, 320, 640 },
    { "unet", 10, CONV1, 2, 32, 640, 640 },
    { "unet", 1, CONV1, 2, 32, 960, 640 },
    { "unet", 1, CONV1, 2, 32, 1280, 640 },
    { "unet", 1, CONV1, 2, 32, 1920, 640 },
    { "unet", 1, CONV1, 2, 16, 640, 1280 },
    { "unet", 12, CONV1, 2, 16, 1280, 1280 },
    { "unet", 1, CONV1, 2, 16, 1920, 1280 },
    { "unet", 2, CONV1, 2, 16, 2560, 1280 },
    { "unet", 3, CONV1, 2, 8, 2560, 1280 },
    { "unet", 15, LINEAR, 1, 8192, 320, 320 },
    { "unet", 5, LINEAR, 1, 8192, 320, 960 },
    { "unet", 5, GEGLU, 1, 8192, 320, 2560 },
    { "unet", 5, LINEAR, 1, 8192, 1280, 320 },
    { "unet", 15, LINEAR, 1, 2048, 640, 640 },
    { "unet", 5, LINEAR, 1, 2048, 640, 1920 },
    { "unet", 5, GEGLU, 1, 2048, 640, 5120 },
    { "unet", 5, LINEAR, 1, 2048, 2560, 640 },
    { "unet", 15, LINEAR, 1, 512, 1280, 1280 },
    { "unet", 5, LINEAR, 1, 512, 1280, 3840 },
    { "unet", 5, GEGLU, 1, 512, 1280, 10240 },
    { "unet", 5, LINEAR, 1, 512, 5120, 1280 },
    { "unet", 5, LINEAR, 1, 128, 1280, 1280 },
    { "unet", 1, LINEAR, 1, 128, 1280, 3840 },
    { "unet", 1, GEGLU, 1, 128, 1280, 10240 },
    { "unet", 1, LINEAR, 1, 128, 5120, 1280 },
    { "unet", 13, LINEAR, 1, 1, 1280, 1280 },
    { "decoder", 10, CONV3, 1, 64, 512, 512 },
    { "decoder", 1, CONV3_UP, 1, 64, 512, 512 },
    { "decoder", 6, CONV3, 1, 128, 512, 512 },
    { "decoder", 1, CONV3_UP, 1, 128, 512, 512 },
    { "decoder", 1, CONV3, 1, 256, 512, 256 },
    { "decoder", 5, CONV3, 1, 256, 256, 256 },
    { "decoder", 1, CONV1, 1, 256, 512, 256 },
    { "decoder", 1, CONV3_UP, 1, 256, 256, 256 },
    { "decoder", 1, CONV3, 1, 512, 256, 128 },
    { "decoder", 5, CONV3, 1, 512, 128, 128 },
    { "decoder", 1, CONV1, 1, 512, 256, 128 },
    { "decoder", 1, CONV3, 1, 512, 128, 3 },
    { "unet", 5, SELF, 2, 64, 320, 8 },
    { "unet", 5, SELF, 2, 32, 640, 8 },
    { "unet", 5, SELF, 2, 16, 1280, 8 },
    { "unet", 1, SELF, 2, 8, 1280, 8 },
    { "unet", 5, CROSS, 2, 64, 320, 8 },
    { "unet", 5, CROSS, 2, 32, 640, 8 },
    { "unet", 5, CROSS, 2, 16, 1280, 8 },
    { "unet", 1, CROSS, 2, 8, 1280, 8 },
    { "unet", 13, GROUP_NORM, 2, 64, 320, 320 },
    { "unet", 12, GROUP_NORM, 2, 32, 640, 640 },
    { "unet", 15, LAYER_NORM, 2, 64, 320, 320 },
    { "unet", 15, LAYER_NORM, 2, 32, 640, 640 },
    { "decoder", 1, SELF, 1, 64, 512, 1 },
    { "decoder", 5, GROUP_NORM, 1, 512, 128, 128 },
    { "small", 0, CONV3, 2, 16, 64, 64 },
    { "small", 0, LINEAR, 1, 512, 64, 64 },
    { "small", 0, GEGLU, 1, 512, 64, 512 },
};

static double seconds_of(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Numbers that are neither equal nor special: enough for products. */
static lm_tensor *numbers(lm_device *d, lm_dtype dtype, lm_shape shape, float scale, limn_error *err)
{
    lm_tensor *t = lm_tensor_new(d, dtype, shape, err);
    float     *at = t ? lm_try_alloc((size_t)lm_shape_count(shape) * sizeof *at) : NULL;

    for (int64_t i = 0; at && i < lm_shape_count(shape); i++)
        at[i] = scale * (float)((uint32_t)i * 2654435761u >> 8) * 0x1p-23f - scale;
    if (at)
        lm_tensor_write(t, LM_F32, at);
    else if (t)
        limn_fail(err, MEMORY, "no memory for numbers to measure with");
    lm_free(at);
    return t;
}

static bool is_conv(const struct shape *s)
{
    return s->kind >= CONV1 && s->kind <= CONV3_UP;
}

static int side_of_answer(const struct shape *s)
{
    return s->kind == CONV3_DOWN ? s->size / 2 : s->kind == CONV3_UP ? 2 * s->size : s->size;
}

/* Norms: 0. */
static double gflop_of(const struct shape *s)
{
    const double side = side_of_answer(s), pixels = s->pictures * side * side;

    if (s->kind == SELF || s->kind == CROSS)
        return 4e-9 * pixels * (s->kind == SELF ? side * side : 77.0) * s->in;
    if (s->kind == GROUP_NORM || s->kind == LAYER_NORM)
        return 0.0;
    return 2e-9 * (is_conv(s) ? pixels : s->size) * s->in * s->out * (s->kind >= CONV3 ? 9 : 1);
}

static lm_shape shape_of_x(const struct shape *s)
{
    if (s->kind == LINEAR || s->kind == GEGLU)
        return LM_SHAPE(s->size, s->in);
    return LM_SHAPE(s->pictures, s->size, s->size, s->kind == SELF ? 3 * s->in : s->in);
}

/* The second operand: a weight, keys and values, or a norm's factors. */
static lm_shape shape_of_w(const struct shape *s)
{
    const int k = s->kind >= CONV3 ? 3 : 1;

    if (s->kind == CROSS)
        return LM_SHAPE(s->pictures, 77, 2 * s->in);
    if (s->kind == LINEAR || s->kind == GEGLU)
        return LM_SHAPE(s->out, s->in);
    return is_conv(s) ? LM_SHAPE(s->out, s->in, k, k) : LM_SHAPE(s->in);
}

static lm_tensor *answer(lm_pass *p, const struct shape *s, const lm_tensor *x, const lm_tensor *w)
{
    lm_conv_spec spec = s->kind == CONV1 ? LM_CONV_1x1 : LM_CONV_3x3;

    spec.stride = s->kind == CONV3_DOWN ? 2 : 1;
    spec.upsample = s->kind == CONV3_UP;
    spec.loose = !strcmp(s->net, "decoder");
    switch (s->kind) {
    case LINEAR:
        return lm_linear(p, x, w, NULL);
    case GEGLU:
        return lm_linear_geglu(p, x, w, NULL);
    case SELF:
        return lm_attention_qkv(p, x, s->out, 0);
    case CROSS:
        return lm_attention_kv(p, x, w, s->out, 0);
    case GROUP_NORM:
        return lm_group_norm_silu(p, x, w, w, 32, 1e-5);
    case LAYER_NORM:
        return lm_layer_norm(p, x, w, w, 1e-5);
    default:
        return lm_conv(p, x, w, NULL, spec);
    }
}

static void run_once(lm_pass *p, const struct shape *s, const lm_tensor *x, const lm_tensor *w)
{
    lm_scope scope = lm_scope_open(p);

    answer(p, s, x, w);
    lm_scope_close(&scope);
}

/* Between two uses of a weight a step reads a gigabyte of others: none of it is in a cache any more. */
static void forget(const struct shape *s)
{
    enum { BYTES = 96 << 20 };
    static char *other;

    if (!s->times)
        return; /* a small model stays in the cache */
    if (!other)
        other = lm_try_alloc(BYTES);
    for (int i = 0; other && i < BYTES; i += 64)
        other[i]++;
}

static void measure(lm_pass *p, const struct shape *s, const lm_tensor *x, const lm_tensor *w,
                    double seconds, lm_bench_row *row)
{
    const double end = seconds_of(CLOCK_MONOTONIC) + seconds;

    run_once(p, s, x, w); /* packs w and fills the scratch */
    row->cpu_ms = row->wall_ms = 1e30;
    do {
        double cpu, wall, cpu_ms, wall_ms;

        forget(s);
        cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
        wall = seconds_of(CLOCK_MONOTONIC);
        run_once(p, s, x, w);
        cpu_ms = 1e3 * (seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu);
        wall_ms = 1e3 * (seconds_of(CLOCK_MONOTONIC) - wall);
        row->cpu_ms = cpu_ms < row->cpu_ms ? cpu_ms : row->cpu_ms;
        row->wall_ms = wall_ms < row->wall_ms ? wall_ms : row->wall_ms;
    } while (seconds_of(CLOCK_MONOTONIC) < end && lm_pass_live(p));
}

static void describe(const struct shape *s, lm_bench_row *row)
{
    char size[32];

    if (s->kind != LINEAR && s->kind != GEGLU)
        snprintf(size, sizeof size, "%dx%d", s->size, s->size);
    else
        snprintf(size, sizeof size, "%d rows", s->size);
    *row = (lm_bench_row){ .net = s->net, .times = s->times, .gflop = gflop_of(s) };
    if (s->kind == SELF || s->kind == CROSS)
        snprintf(row->name, sizeof row->name, "%s %d, %d heads, %s", kind_names[s->kind], s->in, s->out, size);
    else if (s->kind >= GROUP_NORM)
        snprintf(row->name, sizeof row->name, "%s %d, %s", kind_names[s->kind], s->in, size);
    else
        snprintf(row->name, sizeof row->name, "%s %d->%d, %s", kind_names[s->kind], s->in, s->out, size);
}

static bool bench_shape(const lm_run_env *env, const struct shape *s, double seconds, lm_bench_row *row,
                        limn_error *err)
{
    lm_call    call = { .env = env };
    lm_dtype   dtype = env->compute == LM_COMPUTE_BF16 && s->kind < SELF ? LM_BF16 : LM_F32; /* the stream */
    lm_tensor *x = numbers(env->device, dtype, shape_of_x(s), 1.0f, err);
    lm_tensor *w = numbers(env->device, LM_F16, shape_of_w(s), 0.02f, err);
    lm_pass   *p = lm_pass_begin(&call.call);

    if (x && w)
        measure(p, s, x, w, seconds, row);
    lm_pass_end(p, err);
    lm_tensor_unref(x);
    lm_tensor_unref(w);
    return err->code == LIMN_OK;
}

bool lm_bench_ops(const lm_run_env *env, double seconds, const char *only,
                  void (*tell)(void *self, const lm_bench_row *row), void *self, limn_error *err)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        lm_bench_row row;

        describe(&shapes[i], &row);
        if (only && !strstr(row.name, only) && strcmp(only, row.net))
            continue;
        if (!bench_shape(env, &shapes[i], seconds, &row, err))
            return false;
        tell(self, &row);
    }
    return true;
}

double lm_bench_peak(void)
{
    enum { BLOCKS = 2, ROUNDS = 2000 };
    static _Alignas(64) float a[LM_TILE_ROWS * LM_DEPTH * BLOCKS], b[64 * LM_DEPTH * BLOCKS], y[64 * 32];
    const lm_cpu_tiles       *t = lm_cpu_tiles_now();
    const lm_cpu_ends         ends = { .y = y, .y_stride = t->columns };
    double                    best = 1e30;

    for (int try = 0; try < 20; try++) {
        const double begun = seconds_of(CLOCK_THREAD_CPUTIME_ID);
        double       took;

        for (int i = 0; i < ROUNDS; i++)
            t->tile[t->rows](a, b, BLOCKS, LM_DEPTH, &ends);
        took = seconds_of(CLOCK_THREAD_CPUTIME_ID) - begun;
        best = took < best ? took : best;
    }
    return 2e-9 * ROUNDS * BLOCKS * LM_DEPTH * t->rows * t->columns / best;
}
