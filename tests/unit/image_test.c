/* image_test.c: picture, mask and constant nodes against what the reference answered (images.json, tables.json,
 * graphs.json), on plain loops and on memory that nobody may touch. */
#include <stdatomic.h>
#include <sys/stat.h>

#include "kernels/devices.h"
#include "nodes/types.h"
#include "tests/guard.h"
#include "tests/unit/call_for_tests.h"
#include "tests/unit/recorded.h"

extern const limn_node *const lm_nodes_image[], *const lm_nodes_image_batch[], *const lm_nodes_image_edit[],
    *const lm_nodes_image_filter[], *const lm_nodes_image_mix[], *const lm_nodes_image_save[],
    *const lm_nodes_image_scale[], *const lm_nodes_image_stitch[], *const lm_nodes_latent_mix[],
    *const lm_nodes_mask[], *const lm_nodes_mask_edit[], *const lm_nodes_primitive[];

static const limn_node *const *const families[] = {
    lm_nodes_image, lm_nodes_image_batch, lm_nodes_image_edit, lm_nodes_image_mix, lm_nodes_image_save,
    lm_nodes_image_scale, lm_nodes_image_filter, lm_nodes_image_stitch, lm_nodes_latent_mix, lm_nodes_mask,
    lm_nodes_mask_edit, lm_nodes_primitive, NULL
};

static const limn_node *node_named(const char *name)
{
    for (int f = 0; families[f]; f++)
        for (int i = 0; families[f][i]; i++)
            if (!strcmp(families[f][i]->name, name))
                return families[f][i];
    return NULL;
}

/* ------------------------------------------------------------------ arguments */

enum { MOST = 16 };

typedef struct bound {
    _Alignas(16) char args[256];
    limn_value       *links[MOST];
    int               n;
} bound;

/* The field of a value of this type that holds its tensor. */
static const char *tensor_of(const char *type)
{
    return !strcmp(type, "MASK") ? "mask" : !strcmp(type, "LATENT") ? "samples" : "pixels";
}

/* A value around a recorded tensor, whose axes are already ours. */
static limn_value *link_to(lm_device *d, lm_weights *w, const char *type, const char *name)
{
    lm_shape    s;
    float      *floats = recorded_floats(w, name, &s);
    lm_tensor  *t = lm_tensor_from(d, LM_F32, s, floats, NULL);
    limn_value *v = lm_value_new(type);

    lm_value_set_tensor(v, tensor_of(type), t);
    free(floats);
    return v;
}

static int32_t choice_at(const limn_input *in, const char *name)
{
    for (int32_t i = 0; name && in->choices[i]; i++)
        if (!strcmp(in->choices[i], name))
            return i;
    WANT(!name);
    return 0;
}

static void bind_one(bound *b, lm_device *d, lm_weights *w, const limn_input *in, const json_t *v)
{
    void       *to = b->args + in->offset;
    const char *text = json_string_value(v);

    switch (in->kind) {
    case LIMN_KIND_INT: *(int64_t *)to = v ? json_integer_value(v) : in->i_default; break;
    case LIMN_KIND_SEED: *(uint64_t *)to = (uint64_t)json_integer_value(v); break;
    case LIMN_KIND_FLOAT: *(double *)to = v ? json_number_value(v) : in->f_default; break;
    case LIMN_KIND_BOOL: *(bool *)to = json_is_true(v); break;
    case LIMN_KIND_TEXT:
    case LIMN_KIND_FILE: *(const char **)to = v ? text : in->t_default; break;
    case LIMN_KIND_CHOICE: *(int32_t *)to = choice_at(in, text); break;
    case LIMN_KIND_LINK:
        if (text)
            b->links[b->n] = link_to(d, w, in->type, text + 1);
        *(const limn_value **)to = text ? b->links[b->n++] : NULL;
        break;
    default: break;
    }
}

static void bind(bound *b, lm_device *d, lm_weights *w, const limn_node *node, const json_t *inputs)
{
    *b = (bound){ .n = 0 };
    WANT(node->args_size <= sizeof b->args);
    for (const limn_input *in = node->inputs; in && in->kind != LIMN_KIND_END; in++)
        bind_one(b, d, w, in, json_object_get(inputs, in->name));
}

static void let_go(bound *b, limn_value **out)
{
    for (int i = 0; i < b->n; i++)
        lm_value_unref(b->links[i]);
    for (int i = 0; out && i < MOST; i++)
        lm_value_unref(out[i]);
}

/* ------------------------------------------------------------------ answers */

/* The largest difference of a value's tensor from the recorded one; infinite when their shapes differ. */
static double furthest(const limn_value *v, lm_weights *w, const char *name)
{
    const lm_tensor *t = v ? lm_value_tensor(v, tensor_of(lm_value_type(v))) : NULL;
    lm_shape         s;
    float           *want = recorded_floats(w, name, &s), *got;
    double           most = 0;

    if (!t || !lm_shape_same(lm_shape_of(t), s)) {
        free(want);
        return INFINITY;
    }
    got = calloc((size_t)lm_count(t), sizeof *got);
    lm_tensor_read(t, LM_F32, got);
    for (int64_t i = 0; i < lm_count(t); i++)
        most = fmax(most, fabs((double)got[i] - (double)want[i]));
    free(got);
    free(want);
    return most;
}

static double off_by(const limn_value *v, lm_weights *w, const json_t *want)
{
    if (!v)
        return INFINITY;
    if (json_is_object(want)) /* too large to record: its shape alone */
        return lm_shape_same(recorded_shape(json_object_get(want, "shape")),
                             lm_shape_of(lm_value_tensor(v, "pixels"))) ? 0 : INFINITY;
    if (json_is_string(want) && json_string_value(want)[0] == '@')
        return furthest(v, w, json_string_value(want) + 1);
    if (json_is_string(want))
        return strcmp(lm_value_text(v, "value"), json_string_value(want)) ? INFINITY : 0;
    if (json_is_real(want))
        return fabs(lm_value_number(v, "value", NAN) - json_real_value(want));
    return json_is_integer(want) ? lm_value_int(v, "value", 0) != json_integer_value(want)
                                 : lm_value_int(v, "value", 7) != json_is_true(want);
}

/* Sums of products: what the order of float32 additions leaves open. A blur adds up to 3,969 of them, latents are a few
 * times as large as colours, and sharpening by 5 multiplies a sum by 50. */
static double allowed_for(const char *class)
{
    static const struct {
        const char *class;
        double      allowed;
    } sums[] = {
        { "ImageScale", 1e-6 }, { "ImageScaleBy", 1e-6 }, { "ImageScaleToTotalPixels", 1e-6 }, { "ImageBatch", 1e-6 },
        { "ImageBlend", 1e-6 }, { "ImageBlur", 4e-6 },    { "ImageCompositeMasked", 1e-6 },    { "ImageSharpen", 3e-5 },
        { "JoinImageWithAlpha", 1e-6 },    { "LatentBlend", 4e-6 }, { "LatentAdd", 4e-6 }, { "LatentSubtract", 4e-6 },
        { "LatentInterpolate", 4e-6 },     { "LatentCompositeMasked", 4e-6 },
    };

    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        if (!strcmp(class, sums[i].class))
            return sums[i].allowed;
    return 0;
}

static void want_call(lm_device *d, lm_weights *w, const json_t *row, int number)
{
    const char      *class = recorded_text(row, "class");
    const limn_node *node = node_named(class);
    const json_t    *outputs = json_object_get(row, "outputs");
    limn_value      *out[MOST] = { NULL };
    limn_error       err = { 0 };
    bound            b;

    WANT(node != NULL);
    if (!node)
        return;
    bind(&b, d, w, node, json_object_get(row, "inputs"));
    if (!node->run(call_on(d), b.args, out, &err))
        printf("%d %s: %s\n", number, class, err.text);
    WANT(err.code == LIMN_OK);
    for (size_t i = 0; i < json_array_size(outputs); i++) {
        const double off = off_by(out[i], w, json_array_get(outputs, i));

        if (!(off <= allowed_for(class))) {
            test_failures++;
            printf("call %d (%s), output %zu on %s: off by %g\n", number, class, i, d->name, off);
        }
    }
    let_go(&b, out);
}

static void want_calls(lm_device *d)
{
    json_t     *table = recorded_table("tests/parity/images.json"), *row;
    lm_weights *w = recorded_tensors("tests/parity/images.safetensors");
    size_t      i;

    WANT(json_array_size(json_object_get(table, "calls")) > 100);
    json_array_foreach(json_object_get(table, "calls"), i, row)
        want_call(d, w, row, (int)i);
    lm_weights_unref(w);
    json_decref(table);
}

TEST(nodes_answer_as_the_reference_on_plain_loops)
{
    want_calls(lm_host_device());
}

TEST(nodes_answer_as_the_reference_on_the_cpu)
{
    want_calls(lm_cpu_device(0));
}

TEST(nodes_answer_as_the_reference_on_guarded_memory)
{
    want_calls(guard_device());
}

/* ------------------------------------------------------------------ tables */

static limn_value *run_one(lm_device *d, const char *class, const void *args, limn_error *err)
{
    limn_value *out[MOST] = { NULL };

    *err = (limn_error){ 0 };
    node_named(class)->run(call_on(d), args, out, err);
    return out[0];
}

TEST(pictures_change_size_as_in_the_table)
{
    static const char *const methods[] = { "nearest-exact", "bilinear", "area", "bicubic", "lanczos" };
    json_t     *table = recorded_table("tests/parity/tables.json"), *row;
    lm_weights *w = recorded_tensors("tests/parity/tables.safetensors");
    lm_device  *d = lm_cpu_device(0);
    size_t      i;
    int         seen = 0;

    json_array_foreach(json_object_get(table, "resize"), i, row) {
        struct {
            const limn_value *image;
            int32_t           method, crop;
            int64_t           width, height;
        } args = { NULL, -1, strcmp(recorded_text(row, "crop"), "disabled") != 0,
                   recorded_int(row, "width"), recorded_int(row, "height") };
        limn_error  err;
        limn_value *in, *got;
        lm_pass    *p;
        double      off;

        for (int m = 0; m < 5; m++)
            if (!strcmp(methods[m], recorded_text(row, "method")))
                args.method = m;
        if (args.method < 0 || strcmp(recorded_text(row, "input"), "resize.image"))
            continue;
        p = lm_pass_begin(call_on(d));
        args.image = in = lm_image_new(p, recorded(p, w, "resize.image"));
        got = run_one(d, "ImageScale", &args, &err);
        off = got ? relative_error(p, lm_value_tensor(got, "pixels"), recorded(p, w, recorded_text(row, "output")))
                  : INFINITY;
        WANT(off >= 0 && off <= (args.method == 4 ? 0 : 1e-6));
        lm_value_unref(in);
        lm_value_unref(got);
        WANT(lm_pass_end(p, NULL));
        seen++;
    }
    WANT(seen == 50);
    lm_weights_unref(w);
    json_decref(table);
}

/* ------------------------------------------------------------------ loading */

static void begin_folders(const char *base)
{
    limn_error err = { 0 };

    test_env.folders = lm_folders_new(base, &err);
    WANT(test_env.folders != NULL);
}

static void end_folders(void)
{
    lm_folders_free(test_env.folders);
    test_env.folders = NULL;
}

/* Deep greys are /255 here; the library that recorded cuts them off at 255 instead, which leaves the picture
 * white. */
static bool is_deep_grey(const char *file)
{
    return !strcmp(file, "grey16.png");
}

TEST(pictures_load_as_the_reference_loads_them)
{
    json_t     *table = json_load_file("tests/parity/graphs.json", JSON_DECODE_INT_AS_REAL, NULL), *row;
    lm_weights *w = recorded_tensors("tests/parity/graphs.safetensors");
    size_t      i;

    begin_folders("tests/parity");
    json_array_foreach(json_object_get(table, "loads"), i, row) {
        const char *file = recorded_text(row, "file");
        limn_value *out[2] = { NULL };
        limn_error  err = { 0 };

        WANT(node_named("LoadImage")->run(call_on(guard_device()), &file, out, &err));
        WANT(err.code == LIMN_OK);
        if (!is_deep_grey(file))
            WANT(furthest(out[0], w, recorded_text(row, "image")) == 0);
        WANT(furthest(out[1], w, recorded_text(row, "mask")) == 0);
        lm_value_unref(out[0]);
        lm_value_unref(out[1]);
    }
    WANT(i >= 12);
    end_folders();
    lm_weights_unref(w);
    json_decref(table);
}

static double mean_of(const limn_value *mask)
{
    const lm_tensor *t = mask ? lm_value_tensor(mask, "mask") : NULL;
    float           *at = t ? calloc((size_t)lm_count(t), sizeof *at) : NULL;
    double           sum = 0;

    if (!t)
        return NAN;
    lm_tensor_read(t, LM_F32, at);
    for (int64_t i = 0; i < lm_count(t); i++)
        sum += at[i];
    free(at);
    return sum / (double)lm_count(t);
}

TEST(one_channel_of_a_picture_becomes_a_mask)
{
    struct {
        const char *image;
        int32_t     channel;
    } args = { "picture.png", 0 };
    limn_error  err;
    limn_value *alpha, *red, *none, *whole[2] = { NULL };

    begin_folders("tests/parity");
    alpha = run_one(lm_host_device(), "LoadImageMask", &args, &err);
    WANT(node_named("LoadImage")->run(call_on(lm_host_device()), &args.image, whole, &err));
    WANT(fabs(mean_of(alpha) - mean_of(whole[1])) < 1e-7);
    args.channel = 1;
    red = run_one(lm_host_device(), "LoadImageMask", &args, &err);
    WANT(mean_of(red) > 0 && fabs(mean_of(red) - mean_of(alpha)) > 1e-3);
    args.image = "rgb.png";
    args.channel = 0;
    none = run_one(lm_host_device(), "LoadImageMask", &args, &err);
    WANT(none && mean_of(none) == 0 && lm_dim(lm_value_tensor(none, "mask"), 2) == 16);
    end_folders();
    lm_value_unref(alpha);
    lm_value_unref(red);
    lm_value_unref(none);
    lm_value_unref(whole[0]);
    lm_value_unref(whole[1]);
}

TEST(a_picture_that_cannot_be_loaded_is_a_sentence_with_its_name)
{
    const char *file = "nowhere.png";
    limn_value *out[2] = { NULL };
    limn_error  err = { 0 };

    begin_folders("tests/parity");
    WANT(!node_named("LoadImage")->run(call_on(lm_host_device()), &file, out, &err));
    WANT(err.code == LIMN_FILE && strstr(err.text, "nowhere.png") && !out[0] && !out[1]);
    end_folders();
}

/* ------------------------------------------------------------------ what cannot be done */

static limn_value *image_of(lm_device *d, int64_t h, int64_t w, int64_t c, float fill)
{
    lm_shape    s = LM_SHAPE(1, h, w, c);
    float      *px = calloc((size_t)(h * w * c), sizeof *px);
    limn_value *v = lm_value_new("IMAGE");

    for (int64_t i = 0; i < h * w * c; i++)
        px[i] = fill;
    lm_value_set_tensor(v, "pixels", lm_tensor_from(d, LM_F32, s, px, NULL));
    free(px);
    return v;
}

TEST(what_a_node_cannot_do_is_a_sentence_and_leaves_nothing)
{
    lm_device  *d = lm_host_device();
    limn_value *rgb = image_of(d, 2, 3, 3, 0.5f), *v;
    limn_error  err;

    struct { const limn_value *image; int32_t channel; } to_mask = { rgb, 3 };
    v = run_one(d, "ImageToMask", &to_mask, &err);
    WANT(!v && err.code == LIMN_INPUT && strstr(err.text, "alpha"));

    struct { const limn_value *image; int32_t method; double by; } by = { rgb, 1, 0.01 };
    v = run_one(d, "ImageScaleBy", &by, &err);
    WANT(!v && err.code == LIMN_INPUT && strstr(err.text, "0 x 0"));

    struct { const limn_value *one, *two; } batch = { rgb, NULL };
    v = run_one(d, "ImageBatch", &batch, &err);
    WANT(!v && err.code == LIMN_INPUT);
    lm_value_unref(rgb);
}

/* Every call of the table again, with the stop button pressed: no answer, no leak, and CANCELLED. */
static void want_stopped(lm_device *d, lm_weights *w, const json_t *row)
{
    const limn_node *node = node_named(recorded_text(row, "class"));
    limn_value      *out[MOST] = { NULL };
    limn_error       err = { 0 };
    bound            b;

    bind(&b, d, w, node, json_object_get(row, "inputs"));
    call_on(d);
    atomic_store(&test_stop, true);
    if (node->run(&test_call.call, b.args, out, &err)) /* constants take no time */
        WANT(!strncmp(node->name, "Primitive", 9) || !strcmp(node->name, "StringConcatenate"));
    else
        WANT(err.code == LIMN_CANCELLED && !out[0] && !out[1]);
    let_go(&b, out);
}

TEST(a_node_that_is_stopped_says_so_and_leaves_nothing)
{
    json_t     *table = recorded_table("tests/parity/images.json"), *row;
    lm_weights *w = recorded_tensors("tests/parity/images.safetensors");
    size_t      i;

    json_array_foreach(json_object_get(table, "calls"), i, row)
        want_stopped(guard_device(), w, row);
    lm_weights_unref(w);
    json_decref(table);
}

/* ------------------------------------------------------------------ PreviewAny */

static const char *shown(const limn_value *v)
{
    static char text[200];
    limn_error  err;

    run_one(lm_host_device(), "PreviewAny", &v, &err);
    snprintf(text, sizeof text, "%s", test_call.ui_json ? test_call.ui_json : "");
    free(test_call.ui_json);
    test_call.ui_json = NULL;
    return text;
}

static const char *shown_number(double x)
{
    limn_value *v = lm_value_new("FLOAT");
    const char *text;

    lm_value_set_number(v, "value", x);
    text = shown(v);
    lm_value_unref(v);
    return text;
}

TEST(any_value_is_shown_as_python_spells_it)
{
    limn_value *text = lm_value_new("STRING"), *picture = image_of(lm_host_device(), 4, 5, 3, 0);

    lm_value_set_text(text, "value", "a \"b\"\n\\ü");
    WANT_TEXT(shown(text), "{\"text\": [\"a \\\"b\\\"\\n\\\\ü\"]}");
    WANT_TEXT(shown(NULL), "{\"text\": [\"None\"]}");
    WANT_TEXT(shown(picture), "{\"text\": [\"IMAGE pixels [1, 4, 5, 3]\"]}");
    WANT_TEXT(shown_number(0.1), "{\"text\": [\"0.1\"]}");
    WANT_TEXT(shown_number(1), "{\"text\": [\"1.0\"]}");
    WANT_TEXT(shown_number(0), "{\"text\": [\"0.0\"]}");
    WANT_TEXT(shown_number(-123456.789), "{\"text\": [\"-123456.789\"]}");
    WANT_TEXT(shown_number(1e16), "{\"text\": [\"1e+16\"]}");
    WANT_TEXT(shown_number(0.00001), "{\"text\": [\"1e-05\"]}");
    WANT_TEXT(shown_number(0.0001), "{\"text\": [\"0.0001\"]}");
    WANT_TEXT(shown_number(1.0 / 3), "{\"text\": [\"0.3333333333333333\"]}");
    lm_value_unref(text);
    lm_value_unref(picture);
}

TEST_MAIN
