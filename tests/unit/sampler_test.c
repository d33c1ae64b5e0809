/* sampler_test.c: every walk that the reference was recorded on, with its toy denoiser. */
#include <stdatomic.h>

#include "kernels/devices.h"
#include "kernels/ops.h"
#include "nodes/diffusion/masked.h"
#include "nodes/diffusion/noise.h"
#include "nodes/diffusion/sampler.h"
#include "tests/guard.h"
#include "tests/unit/call_for_tests.h"
#include "tests/unit/recorded.h"

static const char table_file[] = "tests/parity/samplers.json";
static const char tensor_file[] = "tests/parity/samplers.safetensors";

/* The toy: a = 1 / (s·s + 1), y = x √a, x0 = 0.6 a x + 0.1 y² - 0.02 y³ + 0.05 (c - 1.5). It counts its
 * looks, and keeps what it saw where there is room. */
typedef struct toy {
    int    calls;
    float *seen;
    int    room; /* looks that fit into seen */
} toy;

static lm_tensor *toy_denoise(lm_pass *p, void *self, const lm_tensor *x, double sigma)
{
    toy         *t = self;
    const float  s = (float)sigma, a = 1.0f / (s * s + 1.0f);
    const int    n = (int)lm_count(x);
    const float *at = lm_host_view(p, x);
    float       *x0 = lm_host_floats(p, n);

    if (!at || !x0)
        return NULL;
    if (t->calls < t->room)
        memcpy(t->seen + (int64_t)t->calls * n, at, (size_t)n * sizeof *at);
    t->calls++;
    for (int i = 0; i < n; i++) {
        const float y = at[i] * sqrtf(a), c = (float)(i % (int)lm_dim(x, 3));

        x0[i] = 0.6f * a * at[i] + 0.1f * (y * y) - 0.02f * (y * y * y) + 0.05f * (c - 1.5f);
    }
    return lm_from_host(p, lm_shape_of(x), x0);
}

static const lm_sampler *sampler_named(const char *name)
{
    for (int i = 0; lm_sampler_names[i]; i++)
        if (!strcmp(lm_sampler_names[i], name))
            return &lm_samplers[i];
    return NULL;
}

static lm_sigmas sigmas_of(lm_pass *p, const json_t *list)
{
    const size_t n = json_array_size(list);
    float       *at = lm_host_floats(p, (int64_t)n);

    for (size_t i = 0; at && i < n; i++)
        at[i] = recorded_float(json_array_get(list, i));
    return (lm_sigmas){ (int)n - 1, at };
}

static lm_tensor *named_or_null(lm_pass *p, lm_weights *w, const json_t *row, const char *key)
{
    const char *name = recorded_text(row, key);

    return name ? recorded(p, w, name) : NULL;
}

/* The walk of one row, on a pass: what the reference's sampler object does. */
static lm_tensor *walk_row(lm_pass *p, lm_weights *tensors, const json_t *row, toy *t)
{
    const lm_sampler *s = sampler_named(recorded_text(row, "sampler"));
    const lm_shape    shape = LM_SHAPE(recorded_int(row, "batch"), 8, 8, 4);
    const uint64_t    seed = recorded_seed(row);
    lm_tensor        *zero = lm_from_host(p, shape, lm_host_floats(p, lm_shape_count(shape)));
    lm_tensor        *latent = named_or_null(p, tensors, row, "latent");
    lm_tensor        *noise = zero, *mask = named_or_null(p, tensors, row, "mask"), *x;
    lm_masked         masked = { .inner = toy_denoise, .self = t };
    lm_walk           w = { .denoise = toy_denoise, .self = t, .seed = seed };

    latent = latent ? latent : zero;
    w.sigmas = sigmas_of(p, json_object_get(row, "sigmas"));
    if (json_is_true(json_object_get(row, "add_noise")))
        noise = lm_noise(p, shape, seed, NULL);
    if (mask) {
        masked.kept = latent;
        masked.noise = s->flags & LM_FRESH_MASK_NOISE ? lm_noise(p, shape, seed + 1, NULL) : noise;
        masked.mask = lm_masked_fit(p, lm_reshape(p, mask, LM_SHAPE(1, 8, 8)), shape);
        w.denoise = lm_masked_denoise;
        w.self = &masked;
    }
    x = lm_noise_begin(p, latent, noise, w.sigmas.at[0], 14.614641f);
    return lm_walk_run(p, s, &w, x);
}

/* A device's own kernels round in another order than the reference's: they may come as near as float32 lets
 * the reference itself come to the exact walk (`floor`, times two), where that is more than 1e-5. */
static void walk_all(lm_device *d, double floors)
{
    json_t     *top = recorded_table(table_file), *row;
    lm_weights *tensors = recorded_tensors(tensor_file);
    size_t      i;
    double      worst = 0.0;

    json_array_foreach(json_object_get(top, "walks"), i, row) {
        lm_pass   *p = lm_pass_begin(call_on(d));
        toy        t = { 0 };
        lm_tensor *x = walk_row(p, tensors, row, &t);
        double     off = relative_error(p, x, recorded(p, tensors, recorded_text(row, "output")));
        double     allowed = fmax(1e-5, floors * recorded_number(row, "floor"));
        limn_error err = { 0 };

        worst = fmax(worst, off);
        WANT(off >= 0.0 && off <= allowed);
        WANT(t.calls == recorded_int(row, "calls"));
        if (off > allowed)
            printf("walk %zu, %s %s %d steps: %g\n", i, recorded_text(row, "sampler"),
                   recorded_text(row, "scheduler"), recorded_int(row, "steps"), off);
        WANT(lm_pass_end(p, &err));
        WANT_TEXT(err.text, "");
    }
    printf("%zu walks, the worst one %.1e off\n", i, worst);
    WANT(i == 162);
    lm_weights_unref(tensors);
    json_decref(top);
}

TEST(every_recorded_walk_ends_where_the_reference_ends)
{
    walk_all(lm_host_device(), 0.0);
}

TEST(every_walk_does_the_same_in_memory_it_may_not_touch)
{
    walk_all(guard_device(), 2.0);
}

TEST(each_sampler_sees_on_its_way_what_the_reference_saw)
{
    json_t     *top = recorded_table(table_file), *row;
    lm_weights *tensors = recorded_tensors(tensor_file);
    size_t      i;
    int         traces = 0;

    json_array_foreach(json_object_get(top, "walks"), i, row) {
        static float seen[64 * 256];
        toy          t = { .seen = seen, .room = 64 };
        lm_pass     *p = lm_pass_begin(call_on(lm_host_device()));
        lm_tensor   *want = named_or_null(p, tensors, row, "trace");

        if (want && walk_row(p, tensors, row, &t)) {
            traces++;
            WANT(t.calls == (int)lm_dim(want, 0));
            for (int64_t k = 0; k < t.calls; k++) {
                lm_tensor *got = lm_from_host(p, LM_SHAPE(1, 8, 8, 4), seen + k * 256);

                WANT(relative_error(p, got, lm_slice(p, want, 0, k, 1)) <= 1e-5);
            }
        }
        WANT(lm_pass_end(p, NULL));
    }
    WANT(traces == 6);
    lm_weights_unref(tensors);
    json_decref(top);
}

/* ------------------------------------------------------------------ the pass around a walk */

static lm_walk long_walk(lm_pass *p, toy *t, int steps)
{
    float *at = lm_host_floats(p, steps + 1);

    for (int i = 0; i < steps; i++)
        at[i] = 14.0f * powf(0.8f, (float)i);
    return (lm_walk){ .denoise = toy_denoise, .self = t, .sigmas = { steps, at } };
}

static size_t held_after(const lm_sampler *s, int steps)
{
    toy       t = { 0 };
    lm_pass  *p = lm_pass_begin(call_on(lm_host_device()));
    lm_walk   w = long_walk(p, &t, steps);
    lm_tensor *x = lm_noise(p, LM_SHAPE(1, 64, 64, 64), 1, NULL);
    size_t    calls;

    WANT(lm_walk_run(p, s, &w, x) != NULL);
    calls = lm_scratch_system_calls(p->scratch);
    WANT(lm_pass_end(p, NULL));
    return calls;
}

TEST(a_long_walk_takes_no_more_memory_than_a_short_one)
{
    for (int i = 0; lm_sampler_names[i]; i++)
        WANT(held_after(&lm_samplers[i], 40) == held_after(&lm_samplers[i], 6));
}

static lm_tensor *broken_denoise(lm_pass *p, void *self, const lm_tensor *x, double sigma)
{
    return lm_scale(p, toy_denoise(p, self, x, sigma), sigma < 5.0 ? NAN : 1.0);
}

TEST(a_number_that_breaks_names_the_sampler_and_the_step)
{
    for (int i = 0; lm_sampler_names[i]; i++) {
        toy        t = { 0 };
        lm_pass   *p = lm_pass_begin(call_on(lm_host_device()));
        lm_walk    w = long_walk(p, &t, 20);
        limn_error err = { 0 };

        w.denoise = broken_denoise;
        WANT(!lm_walk_run(p, &lm_samplers[i], &w, lm_noise(p, LM_SHAPE(1, 8, 8, 4), 1, NULL)));
        WANT(!lm_pass_end(p, &err));
        WANT(strstr(err.text, lm_sampler_names[i]) && strstr(err.text, "step "));
    }
}

static lm_tensor *stopping_denoise(lm_pass *p, void *self, const lm_tensor *x, double sigma)
{
    toy *t = self;

    if (t->calls == 3)
        atomic_store(&test_stop, true);
    return toy_denoise(p, self, x, sigma);
}

TEST(stop_ends_a_walk_at_once)
{
    for (int i = 0; lm_sampler_names[i]; i++) {
        toy        t = { 0 };
        lm_pass   *p = lm_pass_begin(call_on(lm_host_device()));
        lm_walk    w = long_walk(p, &t, 20);
        limn_error err = { 0 };

        w.denoise = stopping_denoise;
        WANT(!lm_walk_run(p, &lm_samplers[i], &w, lm_noise(p, LM_SHAPE(1, 8, 8, 4), 1, NULL)));
        WANT(t.calls == 3);
        WANT(!lm_pass_end(p, &err) && err.code == LIMN_CANCELLED);
    }
}

static void count_told(lm_pass *p, void *listener, int step, int steps, const lm_tensor *x0)
{
    int *told = listener;

    (void)p;
    WANT(step == *told + 1 && steps == 9 && x0 && lm_count(x0) == 256);
    *told = step;
}

TEST(every_step_is_told_once_and_in_order)
{
    for (int i = 0; lm_sampler_names[i]; i++) {
        int      told = 0;
        toy      t = { 0 };
        lm_pass *p = lm_pass_begin(call_on(lm_host_device()));
        lm_walk  w = long_walk(p, &t, 9);

        w.told = count_told;
        w.listener = &told;
        WANT(lm_walk_run(p, &lm_samplers[i], &w, lm_noise(p, LM_SHAPE(1, 8, 8, 4), 1, NULL)) != NULL);
        WANT(told == 9);
        WANT(lm_pass_end(p, NULL));
    }
}

/* ------------------------------------------------------------------ masks */

TEST(masks_fit_latents_as_the_references_do)
{
    json_t     *top = recorded_table("tests/parity/tables.json"), *row;
    lm_weights *tensors = recorded_tensors("tests/parity/tables.safetensors");
    size_t      i;

    json_array_foreach(json_object_get(top, "noise_masks"), i, row) {
        lm_shape   shape = channels_last_shape(recorded_shape(json_object_get(row, "latent"))), raw;
        lm_pass   *p = lm_pass_begin(call_on(lm_host_device()));
        float     *at = recorded_floats(tensors, recorded_text(row, "input"), &raw);
        lm_tensor *mask = lm_from_host(p, LM_SHAPE(lm_shape_count(raw) / lm_shape_dim(raw, -1) /
                                                       lm_shape_dim(raw, -2),
                                                   lm_shape_dim(raw, -2), lm_shape_dim(raw, -1)), at);
        double     off = relative_error(p, lm_masked_fit(p, mask, shape),
                                        recorded(p, tensors, recorded_text(row, "output")));

        WANT(off >= 0.0 && off <= 1e-6);
        WANT(lm_pass_end(p, NULL));
        free(at);
    }
    WANT(i == 5);
    lm_weights_unref(tensors);
    json_decref(top);
}

TEST_MAIN
