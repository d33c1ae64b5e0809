/* rig.h: one case of an op, answered by a device and by ref/, and compared.
 *
 * A case is a row of a table and a function that makes its inputs (rig_x, rig_w) and calls a front. The
 * same function runs twice on the same random numbers: on the plain host device and on the one under test
 * (LIMN_TEST_DEVICE=cpu|guard|host, cpu without it); and again for each of the setups below. The numbers
 * follow from LIMN_TEST_SEED or the clock; the seed is printed. */
#ifndef LIMN_TESTS_OPS_RIG_H
#define LIMN_TESTS_OPS_RIG_H

#include <time.h>

#include "core/base/alloc.h"
#include "core/data/pass.h"
#include "kernels/devices.h"
#include "kernels/ops.h"
#include "tests/guard.h"
#include "tests/test.h"

#define RIG static inline __attribute__((unused))

/* ------------------------------------------------------------------ setups */

/* The compute class of the pass, the dtype of activations, the dtype of weights. */
typedef struct rig_setup {
    lm_compute compute;
    lm_dtype   x, w;
} rig_setup;

static const rig_setup rig_setups[] = {
    { LM_COMPUTE_F32, LM_F32, LM_F32 },    { LM_COMPUTE_F32, LM_F32, LM_F16 },
    { LM_COMPUTE_F32, LM_F32, LM_BF16 },   { LM_COMPUTE_F32, LM_F16, LM_F16 },
    { LM_COMPUTE_F32, LM_BF16, LM_F32 },   { LM_COMPUTE_BF16, LM_F32, LM_F32 },
    { LM_COMPUTE_BF16, LM_BF16, LM_BF16 }, { LM_COMPUTE_BF16, LM_BF16, LM_F16 },
    { LM_COMPUTE_BF16, LM_F16, LM_F32 },
};
enum { RIG_SETUPS = (int)(sizeof rig_setups / sizeof *rig_setups) };

/* What an op may be off by, relative L2, in class f32 and in class bf16. */
typedef struct rig_allowance {
    double f32, bf16;
} rig_allowance;

static const rig_allowance rig_exact = { 0.0, 0.0 };         /* moves numbers, changes none */
static const rig_allowance rig_elementwise = { 2e-6, 6e-3 }; /* a few roundings a number */
static const rig_allowance rig_product = { 5e-6, 6e-3 };     /* long sums */

/* ------------------------------------------------------------------ random numbers */

/* Source: Steele, Lea & Flood 2014, SplitMix64. */
RIG uint64_t rig_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Bell-shaped enough, mean 0, variance 1, within ±3.5. */
RIG float rig_number(uint64_t *state)
{
    double sum = -2.0;

    for (int i = 0; i < 4; i++)
        sum += (double)(rig_next(state) >> 11) * 0x1p-53;
    return (float)(sum * 1.7320508075688772);
}

RIG uint64_t rig_seed(void)
{
    static uint64_t seed;
    const char     *wish = getenv("LIMN_TEST_SEED");

    if (!seed) {
        seed = wish ? strtoull(wish, NULL, 10) : (uint64_t)time(NULL) % 1000000 + 1;
        printf("LIMN_TEST_SEED=%llu\n", (unsigned long long)seed);
    }
    return seed;
}

/* ------------------------------------------------------------------ a run on one device */

enum { RIG_MOST_INPUTS = 16 };

typedef struct rig {
    lm_pass        *p;
    lm_device      *device;
    rig_setup       setup;
    uint64_t        random;
    int             n_inputs;
    lm_tensor      *input[RIG_MOST_INPUTS];
    lm_call         call;
    lm_run_env      env;
    atomic_bool     stop;
    limn_error      error;
} rig;

RIG void rig_open(rig *r, lm_device *device, rig_setup setup, uint64_t seed)
{
    *r = (rig){ .device = device, .setup = setup, .random = seed };
    r->env = (lm_run_env){ .device = device, .compute = setup.compute, .stop = &r->stop };
    r->call.env = &r->env;
    r->p = lm_pass_begin(&r->call.call);
}

RIG bool rig_close(rig *r)
{
    const bool well = lm_pass_end(r->p, &r->error);

    for (int i = 0; i < r->n_inputs; i++)
        lm_tensor_unref(r->input[i]);
    return well;
}

/* An input with given numbers, which lives until rig_close. */
RIG lm_tensor *rig_tensor(rig *r, lm_dtype dtype, lm_shape shape, const float *numbers)
{
    lm_tensor *t = lm_tensor_new(r->device, dtype, shape, NULL);

    lm_tensor_write(t, LM_F32, numbers);
    return r->input[r->n_inputs++] = t;
}

/* Random numbers times `scale`, plus `shift`. */
RIG lm_tensor *rig_random(rig *r, lm_dtype dtype, lm_shape shape, double scale, double shift)
{
    const int64_t n = lm_shape_count(shape);
    float        *numbers = lm_alloc_array((size_t)n, sizeof *numbers);
    lm_tensor    *t;

    for (int64_t i = 0; i < n; i++)
        numbers[i] = (float)(scale * (double)rig_number(&r->random) + shift);
    t = rig_tensor(r, dtype, shape, numbers);
    lm_free(numbers);
    return t;
}

/* Activations and weights in the setup's dtypes; a bias or a factor of a norm is a weight. */
RIG lm_tensor *rig_x(rig *r, lm_shape shape)
{
    return rig_random(r, r->setup.x, shape, 1.0, 0.0);
}

RIG lm_tensor *rig_w(rig *r, lm_shape shape, double scale)
{
    return rig_random(r, r->setup.w, shape, scale, 0.0);
}

/* The residual stream: f32 in every setup. */
RIG lm_tensor *rig_stream(rig *r, lm_shape shape)
{
    return rig_random(r, LM_F32, shape, 1.0, 0.0);
}

/* The answer as f32 in fresh memory; NULL after a failure.                                    [new] */
RIG float *rig_read(const lm_tensor *t)
{
    float *numbers = t ? lm_alloc_array((size_t)lm_count(t), sizeof *numbers) : NULL;

    if (t)
        lm_tensor_read(t, LM_F32, numbers);
    return numbers;
}

/* ------------------------------------------------------------------ comparing */

/* √(Σ(got - want)²) / √(Σ want²); infinite when any number is not one. A few numbers may happen to cancel:
 * fewer than eight are taken for at least as large as what they were made of, 1. */
RIG double rig_distance(const float *got, const float *want, int64_t n)
{
    double off = 0.0, whole = 0.0;

    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(got[i]))
            return INFINITY;
        off += pow((double)got[i] - (double)want[i], 2.0);
        whole += pow((double)want[i], 2.0);
    }
    if (n < 8)
        whole = fmax(whole, (double)n);
    return whole > 0.0 ? sqrt(off / whole) : sqrt(off);
}

RIG lm_device *rig_device(void)
{
    const char *name = getenv("LIMN_TEST_DEVICE");

    if (!name || !strcmp(name, "cpu"))
        return lm_cpu_device(2);
    return strcmp(name, "guard") ? lm_host_device() : guard_device();
}

typedef lm_tensor *rig_case(rig *r, const void *row);

/* Row `name` of a table in one setup; how far the device's answer is from ref's. */
RIG double rig_compare(const char *name, rig_case *run, const void *row, int i, rig_allowance allowance)
{
    const rig_setup s = rig_setups[i];
    double          most = s.compute == LM_COMPUTE_BF16 ? allowance.bf16 : allowance.f32;
    uint64_t        seed = rig_seed() + (uint64_t)i;
    rig             plain, fast;
    lm_tensor      *want, *got;
    float          *want_numbers, *got_numbers;
    double          off = INFINITY;

    for (const char *at = name; *at; at++)
        seed = (seed ^ (uint64_t)*at) * 0x100000001b3u;
    rig_open(&plain, lm_host_device(), s, seed);
    rig_open(&fast, rig_device(), s, seed);
    want = run(&plain, row);
    got = run(&fast, row);
    WANT(want && got && lm_shape_same(want->shape, got->shape) && want->dtype == got->dtype);
    want_numbers = rig_read(want);
    got_numbers = rig_read(got);
    if (want && lm_count(want) < 8)
        most *= 3.0; /* the worst rounding, where many would show the usual one */
    if (want && got)
        off = rig_distance(got_numbers, want_numbers, lm_count(want));
    if (!(off <= most)) {
        test_failures++;
        printf("%s, class %s, x %s, w %s: off by %.2e, allowed %.1e  %s%s\n", name,
               s.compute == LM_COMPUTE_BF16 ? "bf16" : "f32", lm_dtype_name(s.x), lm_dtype_name(s.w), off,
               most, plain.p->error.text, fast.p->error.text);
    }
    lm_free(want_numbers);
    lm_free(got_numbers);
    rig_close(&plain);
    rig_close(&fast);
    return off;
}

/* A row in every setup; prints the worst of each class. */
RIG void rig_row(const char *name, rig_case *run, const void *row, rig_allowance allowance)
{
    double worst[2] = { 0.0, 0.0 };

    for (int i = 0; i < RIG_SETUPS; i++) {
        const double off = rig_compare(name, run, row, i, allowance);

        worst[rig_setups[i].compute] = fmax(worst[rig_setups[i].compute], off);
    }
    printf("    %-44s f32 %.1e  bf16 %.1e\n", name, worst[LM_COMPUTE_F32], worst[LM_COMPUTE_BF16]);
}

/* Every row of a table whose rows begin with their name. */
#define RIG_TABLE(table, run, allowance)                                                       \
    for (size_t i_ = 0; i_ < sizeof(table) / sizeof *(table); i_++)                            \
        rig_row((table)[i_].name, (run), &(table)[i_], (allowance))

#endif
