/* models_test.c: the tiny model's networks, layer by layer, against the reference's (models.json), so that
 * a mismatch has an address. LIMN_TEST_DEVICE=host|cpu|guard and LIMN_TEST_COMPUTE=f32|bf16 say where and how;
 * it prints the worst of what it compared. LIMN_TEST_BRIEF=1 leaves out cases that show nothing new about
 * a device, for devices that are slow. */
#include "kernels/devices.h"
#include "kernels/ops.h"
#include "nodes/models/clip.h"
#include "nodes/models/tap.h"
#include "nodes/models/unet.h"
#include "nodes/models/vae.h"
#include "tests/guard.h"
#include "tests/unit/call_for_tests.h"
#include "tests/unit/recorded.h"

/* ------------------------------------------------------------------ what is compared, and where */

static json_t     *table;   /* models.json */
static lm_weights *records; /* models.safetensors */
static lm_weights *tiny;
static lm_clip    *clip;
static lm_unet    *unet;
static lm_vae     *vae;

/* What a layer may be off by, relative L2. Class f32 gathers rounding only: 1e-5 was never passed at the
 * ends; inside, layers with much cancellation come near. bf16 keeps 8 bits a product. */
static double allowance;

static bool is_bf16(void)
{
    const char *compute = getenv("LIMN_TEST_COMPUTE");

    return compute && !strcmp(compute, "bf16");
}

/* Brief runs take the last case of each kind: odd sizes, and a conditioning of several chunks. */
static bool left_out(json_t *rows, size_t i, size_t only)
{
    return getenv("LIMN_TEST_BRIEF") && i != only && i < json_array_size(rows);
}

static lm_device *test_device(void)
{
    const char *name = getenv("LIMN_TEST_DEVICE");

    return name && !strcmp(name, "host")    ? lm_host_device()
           : name && !strcmp(name, "guard") ? guard_device()
                                            : lm_cpu_device(0);
}

static void load(void)
{
    limn_error err = { 0 };

    table = recorded_table("tests/parity/models.json");
    records = recorded_tensors("tests/parity/models.safetensors");
    tiny = recorded_tensors(LIMN_TINY);
    clip = lm_clip_load(tiny, "cond_stage_model.transformer.text_model.", test_device(), &err);
    unet = lm_unet_load(tiny, "model.diffusion_model.", test_device(), &err);
    vae = lm_vae_load(tiny, "first_stage_model.", test_device(), &err);
    if (err.code != LIMN_OK) {
        printf("%s\n", err.text);
        exit(1);
    }
}

static lm_pass *begin(void)
{
    lm_pass *p;

    if (!table)
        load();
    allowance = is_bf16() ? 4e-2 : 2e-5;
    test_env.compute = is_bf16() ? LM_COMPUTE_BF16 : LM_COMPUTE_F32;
    p = lm_pass_begin(call_on(test_device()));
    return p;
}

static void end(lm_pass *p)
{
    limn_error err = { 0 };

    lm_tap = NULL;
    if (!lm_pass_end(p, &err)) {
        printf("%s\n", err.text);
        WANT(false);
    }
}

/* ------------------------------------------------------------------ one tensor against its record */

/* The row of models.json that describes record `name`, or NULL. */
static json_t *row_of(const char *name)
{
    json_t *row;
    size_t  i;

    json_array_foreach(json_object_get(table, "tensors"), i, row)
        if (!strcmp(recorded_text(row, "name"), name))
            return row;
    return NULL;
}

/* Where element i of a record [N, C, H, W] is in our [N, H, W, C]; other ranks have one order. */
static int64_t our_place(lm_shape s, int64_t i)
{
    const int64_t cells = s.n == 4 ? s.at[2] * s.at[3] : 1, channels = s.n == 4 ? s.at[1] : 1;
    const int64_t image = i / (cells * channels), c = i / cells % channels, cell = i % cells;

    return s.n == 4 ? (image * cells + cell) * channels + c : i;
}

struct sums {
    double off, all;
};

/* Adds up how far our picture number `first` and on, n numbers, are from the record's kept values. */
static struct sums differences(const float *ours, int64_t first, int64_t n, json_t *row, bool turned)
{
    const lm_shape shape = recorded_shape(json_object_get(row, "shape"));
    const int64_t  stride = recorded_int(row, "stride"), count = lm_shape_count(shape);
    struct sums    sums = { 0 };
    lm_shape       kept_shape;
    float         *kept = recorded_floats(records, recorded_text(row, "name"), &kept_shape);

    for (int64_t i = 0; i < count; i += stride) {
        const int64_t at = (turned ? our_place(shape, i) : i) - first;
        const double  want = kept[i / stride];

        if (at < 0 || at >= n)
            continue;
        sums.off += (ours[at] - want) * (ours[at] - want);
        sums.all += want * want;
    }
    free(kept);
    return sums;
}

static double worst;
static char   worst_name[96];

/* Our tensor, which is picture `image` and on of the record's batch, against record `name`. */
static void compare(lm_pass *p, const char *name, const lm_tensor *ours, int64_t image, bool turned)
{
    json_t       *row = row_of(name);
    const int64_t n = ours ? lm_count(ours) : 0;
    const float  *host = lm_host_view(p, ours);
    struct sums   sums;
    double        off;

    if (!row || !host) {
        printf("%s: %s\n", name, row ? "no answer" : "not on record");
        WANT(row && host);
        return;
    }
    sums = differences(host, image * (n / lm_dim(ours, 0)), n, row, turned);
    off = sums.all > 0.0 ? sqrt(sums.off / sums.all) : INFINITY;
    if (!(off <= worst)) {
        worst = off;
        snprintf(worst_name, sizeof worst_name, "%s", name);
    }
    if (!(off <= allowance)) {
        printf("%s is off by %.3g\n", name, off);
        WANT(off <= allowance);
    }
}

static void say_worst(const char *what)
{
    printf("%s: worst %.3g, at %s\n", what, worst, worst_name);
    worst = 0.0;
}

/* ------------------------------------------------------------------ a tap on the layers */

/* Compares each block's answer with the record of the same name behind `prefix`. A name that comes again
 * is the next picture of a batch. */
struct tap {
    const char *prefix, *skip; /* `skip` is cut from the front of a block's name */
    char        seen[256][128];
    int         n_seen, compared;
};

static void tapped(void *self, lm_pass *p, const char *block, const lm_tensor *x)
{
    struct tap *t = self;
    char        name[128];
    int64_t     image = 0;

    if (!strncmp(block, t->skip, strlen(t->skip)))
        block += strlen(t->skip);
    snprintf(name, sizeof name, "%s%s", t->prefix, block);
    if (!row_of(name) || t->n_seen == 256)
        return;
    for (int i = 0; i < t->n_seen; i++)
        image += !strcmp(t->seen[i], name);
    snprintf(t->seen[t->n_seen++], sizeof *t->seen, "%s", name);
    if ((image + 1) * lm_dim(x, 0) > recorded_shape(json_object_get(row_of(name), "shape")).at[0])
        return; /* the empty prompt beside a weighted one */
    compare(p, name, x, image, true);
    t->compared++;
}

static void tap(struct tap *t, const char *prefix, const char *skip)
{
    *t = (struct tap){ .prefix = prefix, .skip = skip };
    lm_tap = tapped;
    lm_tap_self = t;
}

/* ------------------------------------------------------------------ the networks */

TEST(each_layer_of_the_text_encoder)
{
    json_t *row;
    size_t  i;

    lm_pass *p = begin();
    json_array_foreach(json_object_get(table, "text"), i, row) {
        struct tap t;

        if (left_out(json_object_get(table, "text"), i, 1))
            continue;
        tap(&t, recorded_text(row, "prefix"), "text_model.encoder.");
        WANT(lm_clip_encode(p, clip, recorded_text(row, "prompt"), -1, NULL));
        WANT(t.compared == lm_clip_layers(clip));
    }
    say_worst("text, layer by layer");
    end(p);
}

TEST(conditionings_with_weights_long_prompts_and_clip_skip)
{
    json_t *row;
    size_t  i;

    lm_pass *p = begin();
    json_array_foreach(json_object_get(table, "conditioning"), i, row) {
        lm_tensor *pooled, *c;

        if (left_out(json_object_get(table, "conditioning"), i, 4))
            continue;
        c = lm_clip_encode(p, clip, recorded_text(row, "prompt"), recorded_int(row, "stop_at_clip_layer"),
                           &pooled);
        compare(p, recorded_text(row, "output"), c, 0, false);
        compare(p, recorded_text(row, "pooled"), pooled, 0, false);
    }
    say_worst("conditionings");
    end(p);
}

/* The recorded conditionings of a row, one behind the other. */
static lm_tensor *context_of(lm_pass *p, json_t *row)
{
    json_t    *names = json_object_get(row, "context"), *name;
    lm_tensor *context = NULL, *one;
    size_t     i;

    json_array_foreach(names, i, name) {
        one = recorded(p, records, json_string_value(name));
        context = context ? lm_concat(p, context, one, 0) : one;
    }
    return context;
}

TEST(each_block_of_the_denoiser)
{
    json_t *row;
    size_t  i;

    lm_pass *p = begin();
    json_array_foreach(json_object_get(table, "unet"), i, row) {
        if (left_out(json_object_get(table, "unet"), i, 3))
            continue;
        lm_scope         s = lm_scope_open(p);
        const lm_tensor *x = recorded(p, records, recorded_text(row, "x"));
        lm_unet_run     *run = lm_unet_begin(p, unet, context_of(p, row));
        struct tap       t;

        tap(&t, recorded_text(row, "prefix"), "");
        compare(p, recorded_text(row, "out"), lm_unet_eval(p, run, x, recorded_number(row, "timestep")), 0,
                true);
        WANT(t.compared == (i == 1 ? 0 : i == 0 ? 32 : 26)); /* case 1 has its end on record, 0 more parts */
        lm_scope_close(&s);
    }
    say_worst("denoiser");
    end(p);
}

TEST(times_told_before_give_the_same_answer)
{
    static const double told[] = { 981.0, 500.5, 20.0 };

    if (getenv("LIMN_TEST_BRIEF"))
        return;
    lm_pass         *p = begin();
    const lm_tensor *x = recorded(p, records, "unet.1.x"), *context = recorded(p, records, "cond.3");
    lm_unet_run     *plain = lm_unet_begin(p, unet, context), *run = lm_unet_begin(p, unet, context);

    lm_unet_times(p, run, told, 3);
    compare(p, "unet.1.out", lm_unet_eval(p, run, x, 20.0), 0, true);
    WANT(relative_error(p, lm_unet_eval(p, run, x, 500.5), lm_unet_eval(p, plain, x, 500.5)) < allowance);
    WANT(relative_error(p, lm_unet_eval(p, run, x, 333.0), lm_unet_eval(p, plain, x, 333.0)) == 0.0);
    end(p);
}

TEST(a_walk_of_many_steps_tells_as_many_times_as_it_keeps)
{
    double           told[600];
    lm_pass         *p = begin();
    const lm_tensor *x = recorded(p, records, "unet.1.x"), *context = recorded(p, records, "cond.3");
    lm_unet_run     *run = lm_unet_begin(p, unet, context);

    for (int i = 0; i < 600; i++)
        told[i] = 599 - i / 2 * 2;
    told[599] = 20.0;
    lm_unet_times(p, run, told, 600);
    if (!getenv("LIMN_TEST_BRIEF"))
        compare(p, "unet.1.out", lm_unet_eval(p, run, x, 20.0), 0, true);
    end(p);
}

TEST(one_conditioning_serves_a_batch)
{
    if (getenv("LIMN_TEST_BRIEF"))
        return;
    lm_pass         *p = begin();
    const lm_tensor *x = recorded(p, records, "unet.2.x"), *context = recorded(p, records, "cond.1");
    lm_unet_run     *shared = lm_unet_begin(p, unet, context);
    lm_unet_run     *each = lm_unet_begin(p, unet, lm_repeat(p, context, 2));

    WANT(relative_error(p, lm_unet_eval(p, shared, x, 7.0), lm_unet_eval(p, each, x, 7.0)) < allowance);
    end(p);
}

TEST(each_block_of_the_autoencoder)
{
    json_t *row;
    size_t  i;
    char    name[64];

    lm_pass *p = begin();
    json_array_foreach(json_object_get(table, "vae"), i, row) {
        if (left_out(json_object_get(table, "vae"), i, 1))
            continue;
        lm_scope    s = lm_scope_open(p);
        const char *prefix = recorded_text(row, "prefix");
        struct tap  t;

        tap(&t, prefix, "");
        snprintf(name, sizeof name, "%sout", prefix);
        if (recorded_text(row, "out")) {
            lm_tensor *y = lm_vae_decode(p, vae, recorded(p, records, recorded_text(row, "latent")));

            compare(p, name, y, 0, true);
            compare(p, recorded_text(row, "image"), lm_clamp(p, y, 0.5, 0.5, 0.0, 1.0), 0, false);
        } else if (row_of(name)) {
            lm_shape   shape;
            float     *pixels = recorded_floats(records, recorded_text(row, "image"), &shape);
            lm_tensor *x = lm_affine(p, lm_from_host(p, shape, pixels), 2.0, -1.0);

            compare(p, name, lm_vae_encode(p, vae, x), 0, true);
            free(pixels);
        }
        WANT(t.compared == (i == 0 ? 20 : i == 1 ? 40 : i == 2 ? 17 : 0));
        lm_scope_close(&s);
    }
    say_worst("autoencoder");
    end(p);
}

TEST_MAIN
