/* primitive.c: constants, texts, and a look at any value. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "nodes/host.h"
#include "nodes/json_text.h"

/* ------------------------------------------------------------------ constants */

static limn_value *text_value(const char *text)
{
    limn_value *v = lm_value_new("STRING");

    lm_value_set_text(v, "value", text);
    return v;
}

struct text {
    const char *value;
};
#define LIMN_ARGS struct text
static const limn_input line_in[] = { LIMN_TEXT(value, "", "The text."), LIMN_END };
static const limn_input lines_in[] = {
    LIMN_TEXT(value, "", "The text.", .flags = LIMN_MULTILINE), LIMN_END
};
#undef LIMN_ARGS
static const limn_output text_out[] = { { "STRING", "STRING", "The text." }, { 0 } };

static bool text_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call;
    (void)err;
    out[0] = text_value(((const struct text *)args)->value);
    return true;
}

static const limn_node line = LIMN_NODE(
    .name = "PrimitiveString", .title = "String", .category = "utils/primitive",
    .module = "comfy_extras.nodes_primitive", .version = 1, .doc = "A text of one line.",
    .inputs = line_in, .outputs = text_out, .args_size = sizeof(struct text), .run = text_run,
    .example = "workflows/nodes/primitive_string.json");

static const limn_node lines = LIMN_NODE(
    .name = "PrimitiveStringMultiline", .title = "String (Multiline)", .category = "utils/primitive",
    .module = "comfy_extras.nodes_primitive", .version = 1, .doc = "A text of many lines.",
    .inputs = lines_in, .outputs = text_out, .args_size = sizeof(struct text), .run = text_run,
    .example = "workflows/nodes/primitive_string_multiline.json");

struct whole {
    int64_t value;
};
#define LIMN_ARGS struct whole
static const limn_input whole_in[] = {
    LIMN_INT(value, 0, -INT64_MAX, INT64_MAX, 0, "The number.", .flags = LIMN_CONTROL), LIMN_END
};
#undef LIMN_ARGS
static const limn_output whole_out[] = { { "INT", "INT", "The number." }, { 0 } };

static bool whole_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call;
    (void)err;
    out[0] = lm_int_value(((const struct whole *)args)->value);
    return true;
}

static const limn_node whole = LIMN_NODE(
    .name = "PrimitiveInt", .title = "Int", .category = "utils/primitive",
    .module = "comfy_extras.nodes_primitive", .version = 1, .doc = "A whole number.",
    .inputs = whole_in, .outputs = whole_out, .args_size = sizeof(struct whole), .run = whole_run,
    .example = "workflows/nodes/primitive_int.json");

struct real {
    double value;
};
#define LIMN_ARGS struct real
static const limn_input real_in[] = {
    LIMN_FLOAT(value, 0.0, -9223372036854775807.0, 9223372036854775807.0, 0.1, "The number."), LIMN_END
};
#undef LIMN_ARGS
static const limn_output real_out[] = { { "FLOAT", "FLOAT", "The number." }, { 0 } };

static bool real_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call;
    (void)err;
    out[0] = lm_value_new("FLOAT");
    lm_value_set_number(out[0], "value", ((const struct real *)args)->value);
    return true;
}

static const limn_node real = LIMN_NODE(
    .name = "PrimitiveFloat", .title = "Float", .category = "utils/primitive",
    .module = "comfy_extras.nodes_primitive", .version = 1, .doc = "A number with a fraction.",
    .inputs = real_in, .outputs = real_out, .args_size = sizeof(struct real), .run = real_run,
    .example = "workflows/nodes/primitive_float.json");

struct truth {
    bool value;
};
#define LIMN_ARGS struct truth
static const limn_input truth_in[] = { LIMN_BOOL(value, false, "Yes or no."), LIMN_END };
#undef LIMN_ARGS
static const limn_output truth_out[] = { { "BOOLEAN", "BOOLEAN", "The answer." }, { 0 } };

static bool truth_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call;
    (void)err;
    out[0] = lm_value_new("BOOLEAN");
    lm_value_set_int(out[0], "value", ((const struct truth *)args)->value);
    return true;
}

static const limn_node truth = LIMN_NODE(
    .name = "PrimitiveBoolean", .title = "Boolean", .category = "utils/primitive",
    .module = "comfy_extras.nodes_primitive", .version = 1, .doc = "Yes or no.",
    .inputs = truth_in, .outputs = truth_out, .args_size = sizeof(struct truth), .run = truth_run,
    .example = "workflows/nodes/primitive_boolean.json");

/* ------------------------------------------------------------------ StringConcatenate */

struct concatenate {
    const char *string_a, *string_b, *delimiter;
};
#define LIMN_ARGS struct concatenate
static const limn_input concatenate_in[] = {
    LIMN_TEXT(string_a,  "", "What comes first.", .flags = LIMN_MULTILINE),
    LIMN_TEXT(string_b,  "", "What follows.", .flags = LIMN_MULTILINE),
    LIMN_TEXT(delimiter, "", "What stands between them."),
    LIMN_END
};
#undef LIMN_ARGS

static bool concatenate_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct concatenate *a = args;
    lm_text                   t = { 0 };

    (void)call;
    (void)err;
    lm_text_puts(&t, a->string_a);
    lm_text_puts(&t, a->delimiter);
    lm_text_puts(&t, a->string_b);
    out[0] = text_value(lm_text_str(&t));
    lm_text_done(&t);
    return true;
}

static const limn_node concatenate = LIMN_NODE(
    .name = "StringConcatenate", .title = "Concatenate", .category = "utils/string",
    .module = "comfy_extras.nodes_string", .version = 1, .doc = "Puts two texts together.",
    .inputs = concatenate_in, .outputs = text_out, .args_size = sizeof(struct concatenate),
    .run = concatenate_run, .example = "workflows/nodes/string_concatenate.json");

/* ------------------------------------------------------------------ PreviewAny */

struct preview {
    const limn_value *source;
};
#define LIMN_ARGS struct preview
static const limn_input preview_in[] = { LIMN_LINK(source, "*", "Anything."), LIMN_END };
#undef LIMN_ARGS
static const limn_output nothing_out[] = { { 0 } };

/* How many digits it takes to read the same number back. */
static int digits_of(double x)
{
    char text[40];
    int  digits = 1;

    for (; digits < 17; digits++) {
        snprintf(text, sizeof text, "%.*e", digits - 1, x);
        if (strtod(text, NULL) == x)
            break;
    }
    return digits;
}

/* As Python writes it: the fewest digits, with a point or an exponent among them. */
static void add_number(lm_text *t, double x)
{
    const int digits = digits_of(x), power = x != 0 && isfinite(x) ? (int)floor(log10(fabs(x))) : 0;
    const int behind = digits - 1 - power;

    if (!isfinite(x))
        lm_text_puts(t, isnan(x) ? "nan" : x > 0 ? "inf" : "-inf");
    else if (power < -4 || power >= 16)
        lm_text_printf(t, "%.*e", digits - 1, x);
    else
        lm_text_printf(t, "%.*f%s", behind > 0 ? behind : 0, x, behind > 0 ? "" : ".0");
}

static void add_shape(lm_text *t, const char *what, const lm_tensor *x)
{
    char text[LM_SHAPE_TEXT];

    if (x)
        lm_text_printf(t, " %s %s", what, lm_shape_text(lm_shape_of(x), text));
}

/* A plugin's object knows a short line about itself. */
static void add_object(lm_text *t, const lm_field *f)
{
    char words[256] = "";

    if (f->kind != LM_FIELD_OBJECT || !f->object_kind->preview)
        return;
    f->object_kind->preview(f->object, words, sizeof words);
    words[sizeof words - 1] = 0;
    lm_text_printf(t, " %s", words);
}

/* What there is to say about a value that is no plain one. */
static void describe(lm_text *t, const limn_value *v)
{
    lm_text_puts(t, lm_value_type(v));
    add_shape(t, "pixels", lm_value_tensor(v, "pixels"));
    add_shape(t, "mask", lm_value_tensor(v, "mask"));
    add_shape(t, "samples", lm_value_tensor(v, "samples"));
    for (int i = 0; i < lm_value_field_count(v); i++) {
        const lm_field f = lm_value_field(v, i);

        add_object(t, &f);
    }
    if (lm_value_count(v))
        lm_text_printf(t, " of %d", lm_value_count(v));
}

static void spell(lm_text *t, const limn_value *v)
{
    const char *type = v ? lm_value_type(v) : "";

    if (!v)
        lm_text_puts(t, "None");
    else if (!strcmp(type, "STRING"))
        lm_text_puts(t, lm_value_text(v, "value") ? lm_value_text(v, "value") : "");
    else if (!strcmp(type, "INT"))
        lm_text_printf(t, "%lld", (long long)lm_value_int(v, "value", 0));
    else if (!strcmp(type, "BOOLEAN"))
        lm_text_puts(t, lm_value_int(v, "value", 0) ? "True" : "False");
    else if (!strcmp(type, "FLOAT"))
        add_number(t, lm_value_number(v, "value", 0));
    else
        describe(t, v);
}

static bool preview_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct preview *a = args;
    lm_text               said = { 0 }, answer = { 0 };

    (void)out;
    (void)err;
    spell(&said, a->source);
    lm_text_puts(&answer, "{\"text\": [");
    lm_json_quote(&answer, lm_text_str(&said));
    lm_text_puts(&answer, "]}");
    lm_call_answer(call, lm_text_str(&answer));
    lm_text_done(&said);
    lm_text_done(&answer);
    return true;
}

static const limn_node preview = LIMN_NODE(
    .name = "PreviewAny", .title = "Preview Any", .category = "utils",
    .module = "comfy_extras.nodes_preview_any", .version = 1, .doc = "Shows any value as text.",
    .flags = LIMN_OUTPUT_NODE,
    .inputs = preview_in, .outputs = nothing_out, .args_size = sizeof(struct preview), .run = preview_run,
    .example = "workflows/nodes/preview_any.json");

const limn_node *const lm_nodes_primitive[] = {
    &line, &lines, &whole, &real, &truth, &concatenate, &preview, NULL
};
