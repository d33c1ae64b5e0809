/* nodes_pictures.c: test nodes that make, mix, check and show pictures. */
#include "nodes.h"

/* ------------------------------------------------------------------ where pictures come from */

struct image {
    int32_t content;
    int64_t height, width, batch_size;
};
static const char *const contents[] = { "BLACK", "WHITE", "NOISE", NULL };
#define LIMN_ARGS struct image
static const limn_input image_in[] = {
    LIMN_CHOICE(content,    contents,           "What is on it."),
    LIMN_INT   (height,     4, 1, 4096, 1,      "Pixels.", .flags = LIMN_OPTIONAL),
    LIMN_INT   (width,      4, 1, 4096, 1,      "Pixels.", .flags = LIMN_OPTIONAL),
    LIMN_INT   (batch_size, 1, 1, 4096, 1,      "Pictures.", .flags = LIMN_OPTIONAL),
    LIMN_END
};
#undef LIMN_ARGS
static bool image_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct image *a = args;
    limn_tensor         t;

    if (!DO(call)->make(call, &out[0], "IMAGE", "pixels",
                        (limn_shape){ 4, { a->batch_size, a->height, a->width, 3 } }, &t, err))
        return false;
    for (int64_t i = 0; i < t.count; i++)
        t.f32[i] = a->content == 2 ? (float)(i * 37 % 101) / 101 : (float)a->content;
    return true;
}

struct constant_image {
    double value;
};
#define LIMN_ARGS struct constant_image
static const limn_input constant_image_in[] = {
    LIMN_FLOAT(value, 0.5, 0.0, 1.0, 0.01, "Every channel of every pixel."), LIMN_END
};
static const limn_input mask_in[] = { LIMN_FLOAT(value, 0.5, 0.0, 1.0, 0.01, "Every pixel."), LIMN_END };
static const limn_input float_in[] = { LIMN_FLOAT(value, 0, -1e38, 1e38, 0.01, "The number."), LIMN_END };
#undef LIMN_ARGS
static bool constant_image_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct constant_image *a = args;

    return paint(call, &out[0], (limn_shape){ 4, { 1, 4, 4, 3 } }, (float)a->value, err);
}

static bool mask_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct constant_image *a = args;
    limn_tensor                  t;

    if (!DO(call)->make(call, &out[0], "MASK", "mask", (limn_shape){ 3, { 1, 4, 4 } }, &t, err))
        return false;
    for (int64_t i = 0; i < t.count; i++)
        t.f32[i] = (float)a->value;
    return true;
}

static bool float_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)err;
    out[0] = new_number(call, ((const struct constant_image *)args)->value);
    return true;
}

struct integer {
    int64_t value;
};
#define LIMN_ARGS struct integer
static const limn_input integer_in[] = { LIMN_INT(value, 0, -0xffffffffLL, 0xffffffffLL, 1, "The number."), LIMN_END };
#undef LIMN_ARGS
static bool integer_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)err;
    out[0] = new_int(call, "INT", ((const struct integer *)args)->value);
    return true;
}

static const limn_node
    image_node = NODE("TestImage", image, .outputs = image_out, .run = image_run),
    constant_node = NODE("TestConstantImage", constant_image, .outputs = image_out, .run = constant_image_run),
    mask_node = LIMN_NODE(.name = "TestMask", .category = "testing", .doc = "A mask.", .inputs = mask_in,
                          .outputs = mask_out, .args_size = sizeof(struct constant_image), .run = mask_run),
    float_node = LIMN_NODE(.name = "TestFloat", .category = "testing", .doc = "A number.", .inputs = float_in,
                           .outputs = float_out, .args_size = sizeof(struct constant_image), .run = float_run),
    integer_node = NODE("TestInt", integer, .outputs = int_out, .run = integer_run);

/* ------------------------------------------------------------------ what is shown */

/* Mean, smallest and largest of a picture's numbers; of other values the number or text. */
static bool describe(limn_call *call, const limn_value *v, char *text, size_t size, limn_error *err)
{
    const char *type = DO(call)->type_of(v), *field = !strcmp(type, "MASK") ? "mask" : "pixels";
    limn_tensor t;
    double      sum = 0, least = 1e30, most = -1e30;

    if (strcmp(type, "IMAGE") && strcmp(type, "MASK")) {
        if (DO(call)->get_text(v, "value"))
            snprintf(text, size, "%s", DO(call)->get_text(v, "value"));
        else
            snprintf(text, size, "%g", DO(call)->get_number(v, "value", -1));
        return true;
    }
    if (!DO(call)->read(call, v, field, &t, err))
        return false;
    for (int64_t i = 0; i < t.count; i++) {
        sum += t.f32[i];
        least = t.f32[i] < least ? t.f32[i] : least;
        most = t.f32[i] > most ? t.f32[i] : most;
    }
    snprintf(text, size, "%lldx%lld: %.4g %.4g %.4g", (long long)t.shape.dim[2], (long long)t.shape.dim[1],
             sum / (double)t.count, least, most);
    return true;
}

struct show {
    const limn_value *value;
};
#define LIMN_ARGS struct show
static const limn_input show_in[] = { LIMN_LINK(value, "*", "What to show."), LIMN_END };
#undef LIMN_ARGS
static bool show_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct show *a = args;
    char               text[100], json[140];

    (void)out;
    if (!describe(call, a->value, text, sizeof text, err))
        return false;
    snprintf(json, sizeof json, "{\"text\":[\"%s\"]}", text);
    DO(call)->answer(call, json);
    return true;
}
static const limn_node show_node = NODE("TestShow", show, .outputs = nothing_out, .run = show_run,
                                        .flags = LIMN_OUTPUT_NODE);

/* ------------------------------------------------------------------ lazy inputs */

struct mix {
    const limn_value *image1, *image2, *mask;
};
#define LIMN_ARGS struct mix
static const limn_input mix_in[] = {
    LIMN_LINK(image1, "IMAGE", "Where the mask is 0.", .flags = LIMN_LAZY),
    LIMN_LINK(image2, "IMAGE", "Where the mask is 1.", .flags = LIMN_LAZY),
    LIMN_LINK(mask,   "MASK",  "Which."),
    LIMN_END
};
#undef LIMN_ARGS

static bool ends_of(limn_call *call, const limn_value *mask, float *least, float *most, limn_error *err)
{
    limn_tensor t;

    if (!DO(call)->read(call, mask, "mask", &t, err))
        return false;
    *least = *most = t.f32[0];
    for (int64_t i = 1; i < t.count; i++) {
        *least = fminf(*least, t.f32[i]);
        *most = fmaxf(*most, t.f32[i]);
    }
    return true;
}

static bool mix_need(limn_call *call, const void *args, bool *need, limn_error *err)
{
    const struct mix *a = args;
    float             least, most;

    if (!ends_of(call, a->mask, &least, &most, err))
        return false;
    need[0] = !DO(call)->there(call, "image1") && (least != 1 || most != 1);
    need[1] = !DO(call)->there(call, "image2") && (least != 0 || most != 0);
    return true;
}

static bool mix_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct mix *a = args;
    float             least, most;
    limn_tensor       x, y, m, z;

    if (!ends_of(call, a->mask, &least, &most, err))
        return false;
    if ((least == 0 && most == 0) || (least == 1 && most == 1)) {
        out[0] = DO(call)->keep(most == 0 ? a->image1 : a->image2);
        return true;
    }
    if (!DO(call)->read(call, a->image1, "pixels", &x, err) || !DO(call)->read(call, a->image2, "pixels", &y, err) ||
        !DO(call)->read(call, a->mask, "mask", &m, err))
        return false;
    if (x.count != y.count || x.count != 3 * m.count)
        return limn_fail(err, INPUT, "the pictures and the mask are not of one size");
    if (!DO(call)->make(call, &out[0], "IMAGE", "pixels", x.shape, &z, err))
        return false;
    for (int64_t i = 0; i < z.count; i++)
        z.f32[i] = x.f32[i] * (1 - m.f32[i / 3]) + y.f32[i] * m.f32[i / 3];
    return true;
}
static const limn_node mix_node = NODE("TestMix", mix, .outputs = image_out, .run = mix_run, .need = mix_need);

struct lazy_check {
    const limn_value *input1, *input2;
    bool              condition;
};
#define LIMN_ARGS struct lazy_check
static const limn_input lazy_check_in[] = {
    LIMN_LINK(input1,    "*", "Taken when the condition holds.", .flags = LIMN_LAZY),
    LIMN_LINK(input2,    "*", "Taken otherwise.", .flags = LIMN_LAZY),
    LIMN_BOOL(condition, true, "Which."),
    LIMN_END
};
#undef LIMN_ARGS
static bool lazy_check_need(limn_call *call, const void *args, bool *need, limn_error *err)
{
    const struct lazy_check *a = args;

    (void)call;
    (void)err;
    need[a->condition ? 0 : 1] = true; /* also when it is a constant or there: that is harmless */
    return true;
}
static bool lazy_check_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct lazy_check *a = args;
    const limn_value        *v = a->condition ? a->input1 : a->input2;

    if (!v)
        return limn_fail(err, INPUT, "what it asked for is not there");
    out[0] = DO(call)->keep(v);
    return true;
}
static const limn_node lazy_check_node = NODE("TestLazyCheck", lazy_check, .outputs = any_out, .run = lazy_check_run,
                                              .need = lazy_check_need);

/* ------------------------------------------------------------------ undeclared inputs */

struct average {
    const limn_value *input1, *more;
};
#define LIMN_ARGS struct average
static const limn_input average_in[] = {
    LIMN_LINK(input1, "IMAGE", "The first picture."),
    { .name = "more", .type = "*", .kind = LIMN_KIND_REST, .doc = "input2, input3, …",
      .offset = offsetof(struct average, more) },
    LIMN_END
};
#undef LIMN_ARGS
static bool average_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct average *a = args;
    const limn_value     *v = a->input1;
    limn_tensor           x, sum;
    char                  name[20];
    int                   n = 1;

    if (!DO(call)->read(call, v, "pixels", &x, err) ||
        !DO(call)->make(call, &out[0], "IMAGE", "pixels", x.shape, &sum, err))
        return false;
    for (; v; snprintf(name, sizeof name, "input%d", ++n), v = DO(call)->get_value(a->more, name)) {
        if (!DO(call)->read(call, v, "pixels", &x, err) || x.count != sum.count) {
            limn_fail(err, INPUT, "the pictures are not of one size");
            DO(call)->release(out[0]);
            out[0] = NULL;
            return false;
        }
        for (int64_t i = 0; i < sum.count; i++)
            sum.f32[i] += x.f32[i];
    }
    for (int64_t i = 0; i < sum.count; i++)
        sum.f32[i] /= (float)(n - 1);
    return true;
}
static const limn_node average_node = NODE("TestAverage", average, .outputs = image_out, .run = average_run);

/* ------------------------------------------------------------------ fingerprints */

struct changing {
    const limn_value *image;
    bool              should_change;
};
#define LIMN_ARGS struct changing
static const limn_input changing_in[] = {
    LIMN_LINK(image,         "IMAGE", "Passed on."),
    LIMN_BOOL(should_change, false,   "Never the same twice?", .flags = LIMN_OPTIONAL),
    LIMN_END
};
#undef LIMN_ARGS
static bool changing_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)err;
    out[0] = DO(call)->keep(((const struct changing *)args)->image);
    return true;
}
static bool changing_fingerprint(limn_call *call, const void *args, uint64_t *out, limn_error *err)
{
    (void)call;
    (void)err;
    *out = 0;
    return !((const struct changing *)args)->should_change;
}

struct scaled {
    const limn_value *image;
    double            value;
};
#define LIMN_ARGS struct scaled
static const limn_input scaled_in[] = {
    LIMN_LINK (image, "IMAGE",             "A picture."),
    LIMN_FLOAT(value, 1.0, 0.0, 10.0, 0.1, "Times this."),
    LIMN_END
};
#undef LIMN_ARGS
static bool scaled_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct scaled *a = args;

    return scale(call, a->image, a->value, &out[0], err);
}
static bool scaled_fingerprint(limn_call *call, const void *args, uint64_t *out, limn_error *err)
{
    const struct scaled *a = args;

    (void)call;
    if (a->image)
        return limn_fail(err, INPUT, "a link was followed before its time");
    memcpy(out, &a->value, 8);
    return true;
}
static const limn_node
    changing_node = NODE("TestIsChanged", changing, .outputs = image_out, .run = changing_run,
                         .fingerprint = changing_fingerprint),
    scaled_node = NODE("TestIsChangedConstants", scaled, .outputs = image_out, .run = scaled_run,
                       .fingerprint = scaled_fingerprint),
    passing_node = NODE("TestPassing", scaled, .outputs = image_out, .run = scaled_run, .flags = LIMN_OUTPUT_NODE);

/* ------------------------------------------------------------------ validation */

struct checked {
    const limn_value *input1, *input2;
};
#define LIMN_ARGS struct checked
static const limn_input checked_in[] = {
    LIMN_LINK(input1, "IMAGE,FLOAT", "A picture or a number."),
    LIMN_LINK(input2, "IMAGE,FLOAT", "Another."),
    LIMN_END
};
#undef LIMN_ARGS
static bool is_right(limn_call *call, const limn_value *v, const char *name, limn_error *err)
{
    const char *type = v ? DO(call)->type_of(v) : NULL;

    if (!type || !strcmp(type, "IMAGE") || !strcmp(type, "FLOAT"))
        return true;
    snprintf(err->input, sizeof err->input, "%s", name);
    return limn_fail(err, INPUT, "%s is of the wrong type: %s", name, type);
}
static bool checked_check(limn_call *call, const void *args, limn_error *err)
{
    const struct checked *a = args;

    return is_right(call, a->input1, "input1", err) && is_right(call, a->input2, "input2", err);
}
static bool checked_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct checked *a = args;
    const bool            first = !strcmp(DO(call)->type_of(a->input1), "IMAGE");
    const double          by = DO(call)->get_number(first ? a->input2 : a->input1, "value", 1);

    if (first || !strcmp(DO(call)->type_of(a->input2), "IMAGE"))
        return scale(call, first ? a->input1 : a->input2, by, &out[0], err);
    return paint(call, &out[0], (limn_shape){ 4, { 1, 4, 4, 3 } },
                 (float)(by * DO(call)->get_number(a->input2, "value", 1)), err);
}

struct numbers {
    double input1, input2;
};
#define LIMN_ARGS struct numbers
static const limn_input numbers_in[] = {
    LIMN_FLOAT(input1, 0, 0, 0, 0.1, "A number."), LIMN_FLOAT(input2, 0, 0, 0, 0.1, "Another."), LIMN_END
};
#undef LIMN_ARGS
static bool numbers_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct numbers *a = args;

    return paint(call, &out[0], (limn_shape){ 4, { 1, 4, 4, 3 } }, (float)(a->input1 * a->input2), err);
}
static bool no_sevens(limn_call *call, const void *args, limn_error *err)
{
    (void)call;
    return ((const struct numbers *)args)->input2 != 7 || limn_fail(err, INPUT, "sevens are not welcome");
}
static bool below(limn_call *call, const void *args, limn_error *err)
{
    const struct numbers *a = args;

    (void)call;
    return a->input1 <= a->input2 || limn_fail(err, INPUT, "%g is above %g", a->input1, a->input2);
}
static const limn_node
    checked_node = NODE("TestValidation1", checked, .outputs = image_out, .run = checked_run, .check = checked_check),
    union_node = NODE("TestValidation3", checked, .outputs = image_out, .run = checked_run),
    numbers_node = NODE("TestValidation4", numbers, .outputs = image_out, .run = numbers_run),
    sevens_node = NODE("TestValidation5", numbers, .outputs = image_out, .run = numbers_run, .check = no_sevens),
    below_node = NODE("TestAsyncValidation", numbers, .outputs = image_out, .run = numbers_run, .check = below);

extern const limn_node *const test_nodes_pictures[];
const limn_node *const test_nodes_pictures[] = {
    &image_node, &constant_node, &mask_node, &float_node, &integer_node, &show_node, &mix_node, &lazy_check_node, &average_node, &changing_node, &scaled_node, &passing_node, &checked_node, &union_node, &numbers_node, &sevens_node, &below_node, NULL,
};
