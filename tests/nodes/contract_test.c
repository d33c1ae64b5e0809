/* contract_test.c: every declared node against the contract that it shares with ComfyUI (contract.json):
 * names, order, types, defaults, ranges, choices, categories. A workflow made there must mean the same here. */
#include <jansson.h>

#include "nodes/all.h"
#include "tests/test.h"

static const limn_node *node; /* the one being looked at, and its input */
static const char      *input;

static void differ(const char *what, const char *ours, const char *theirs)
{
    test_failures++;
    printf("%s%s%s: %s is \"%s\", in the contract \"%s\"\n", node->name, input ? ", " : "",
           input ? input : "", what, ours ? ours : "(none)", theirs ? theirs : "(none)");
}

static void want_text(const char *what, const char *ours, const char *theirs)
{
    if (strcmp(ours ? ours : "", theirs ? theirs : ""))
        differ(what, ours, theirs);
}

static void want_flag(const char *what, bool ours, const json_t *theirs)
{
    if (ours != json_is_true(theirs))
        differ(what, ours ? "yes" : "no", ours ? "no" : "yes");
}

static void want_number(const char *what, double ours, const json_t *theirs)
{
    char a[40], b[40];

    if (!theirs || ours == json_number_value(theirs))
        return;
    snprintf(a, sizeof a, "%.17g", ours);
    snprintf(b, sizeof b, "%.17g", json_number_value(theirs));
    differ(what, a, b);
}

static const char *text(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

/* ------------------------------------------------------------------ one input */

static bool is_among(const json_t *list, size_t *from, const char *name)
{
    for (; *from < json_array_size(list); (*from)++)
        if (!strcmp(json_string_value(json_array_get(list, *from)), name))
            return true;
    return false;
}

/* Ours are some of theirs, in their order, and so are those that are known but not built. */
static void want_choices(const limn_input *in, const json_t *row)
{
    const json_t *theirs = json_object_get(row, json_object_get(row, "options") ? "options" : "choices");
    size_t        at = 0;

    for (const char *const *c = in->choices; c && *c; c++)
        if (!is_among(theirs, &at, *c))
            differ("a choice", *c, NULL);
    at = 0;
    for (const char *const *c = in->unbuilt; c && *c; c++)
        if (!is_among(theirs, &at, *c))
            differ("a choice to come", *c, NULL);
    if (text(row, "default"))
        want_text("the default", in->t_default ? in->t_default : in->choices[0], text(row, "default"));
    else if (json_array_size(theirs))
        want_text("the default", in->t_default ? in->t_default : in->choices[0],
                  json_string_value(json_array_get(theirs, 0)));
    want_flag("a COMBO with options", in->flags & LIMN_V3_COMBO,
              json_object_get(row, "options") ? json_true() : NULL);
}

static void want_range(const limn_input *in, const json_t *row)
{
    const bool    whole = in->kind != LIMN_KIND_FLOAT, seed = in->kind == LIMN_KIND_SEED;
    const json_t *step = json_object_get(row, "step");

    want_number("the default", whole ? (double)in->i_default : in->f_default, json_object_get(row, "default"));
    want_number("the least", seed ? 0 : whole ? (double)in->i_min : in->f_min, json_object_get(row, "min"));
    want_number("the most", seed ? (double)UINT64_MAX : whole ? (double)in->i_max : in->f_max,
                json_object_get(row, "max"));
    if (step)
        want_number("the step", seed ? 1 : whole ? (double)in->i_step : in->f_step, step);
    else if (whole && in->i_step > 1)
        differ("the step", "more than 1", NULL);
    if (json_object_get(row, "round"))
        want_number("rounding", in->round, json_object_get(row, "round"));
}

static void want_kind(const limn_input *in, const json_t *row)
{
    switch (in->kind) {
    case LIMN_KIND_CHOICE: want_choices(in, row); break;
    case LIMN_KIND_INT:
    case LIMN_KIND_SEED:
    case LIMN_KIND_FLOAT: want_range(in, row); break;
    case LIMN_KIND_BOOL: want_flag("the default", in->i_default, json_object_get(row, "default")); break;
    case LIMN_KIND_TEXT: want_text("the default", in->t_default, text(row, "default")); break;
    default: break;
    }
}

static void want_input(const limn_input *in, const json_t *row)
{
    input = in->name;
    want_text("the name", in->name, text(row, "name"));
    want_text("the type", in->type, text(row, "type"));
    want_kind(in, row);
    want_flag("optional", in->flags & LIMN_OPTIONAL, json_object_get(row, "optional"));
    want_flag("many lines", in->flags & LIMN_MULTILINE, json_object_get(row, "multiline"));
    want_flag("dynamic prompts", in->flags & LIMN_DYNAMIC_PROMPTS, json_object_get(row, "dynamicPrompts"));
    want_flag("upload", in->flags & LIMN_UPLOAD, json_object_get(row, "image_upload"));
    want_flag("control", in->kind == LIMN_KIND_SEED || in->flags & LIMN_CONTROL, json_object_get(row, "control_after_generate"));
    input = NULL;
}

/* ------------------------------------------------------------------ one node */

static bool has(const json_t *list, const char *word)
{
    size_t at = 0;

    return is_among(list, &at, word);
}

static void want_inputs(const json_t *rows)
{
    const limn_input *in = node->inputs;
    size_t            i = 0;

    for (; in && in->kind != LIMN_KIND_END; in++, i++) {
        if (i < json_array_size(rows))
            want_input(in, json_array_get(rows, i));
        else
            differ("an input", in->name, NULL);
    }
    for (; i < json_array_size(rows); i++)
        differ("an input", NULL, text(json_array_get(rows, i), "name"));
}

static void want_outputs(const json_t *rows)
{
    const limn_output *out = node->outputs;
    size_t             i = 0;

    for (; out && out->name; out++, i++) {
        want_text("an output", out->name, json_string_value(json_array_get(json_array_get(rows, i), 0)));
        want_text("an output's type", out->type, json_string_value(json_array_get(json_array_get(rows, i), 1)));
    }
    if (i != json_array_size(rows))
        differ("the number of outputs", "another", NULL);
}

static void want_node(const json_t *c)
{
    const json_t *flags = json_object_get(c, "flags");

    want_text("the title", node->title ? node->title : node->name, text(c, "title"));
    want_text("the category", node->category, text(c, "category"));
    want_text("the module", node->module, text(c, "module"));
    want_flag("output node", node->flags & LIMN_OUTPUT_NODE, has(flags, "output_node") ? json_true() : NULL);
    want_flag("deprecated", node->flags & LIMN_DEPRECATED, has(flags, "deprecated") ? json_true() : NULL);
    want_flag("experimental", node->flags & LIMN_EXPERIMENTAL, has(flags, "experimental") ? json_true() : NULL);
    want_flag("wants the prompt", node->flags & LIMN_WANTS_PROMPT,
              has(json_object_get(c, "hidden"), "prompt") ? json_true() : NULL);
    want_inputs(json_object_get(c, "inputs"));
    want_outputs(json_object_get(c, "outputs"));
}

/* ------------------------------------------------------------------ all of them */

static json_t *contract(void)
{
    static json_t *top;

    if (!top)
        top = json_load_file("tests/nodes/contract.json", JSON_DECODE_INT_AS_REAL, NULL);
    WANT(json_is_object(top));
    return top;
}

static int each_node(void (*look)(void))
{
    int n = 0;

    for (int f = 0; lm_node_families[f]; f++)
        for (int i = 0; lm_node_families[f][i]; i++, n++) {
            node = lm_node_families[f][i];
            look();
        }
    return n;
}

static void look_at_contract(void)
{
    const json_t *c = json_object_get(contract(), node->name);

    if (c)
        want_node(c);
    else
        differ("the name", node->name, NULL);
}

TEST(every_node_keeps_the_contract)
{
    const int n = each_node(look_at_contract);

    WANT(n > 60);
    WANT((size_t)n == json_object_size(contract()));
    json_decref(contract());
}

static bool is_sentence(const char *doc)
{
    const size_t n = doc ? strlen(doc) : 0;

    return n > 3 && n < 200 && doc[n - 1] == '.' && doc[0] != ' ';
}

static void look_at_sentences(void)
{
    if (!is_sentence(node->doc))
        differ("what it says of itself", node->doc, "a sentence");
    for (const limn_input *in = node->inputs; in && in->kind != LIMN_KIND_END; in++)
        if (!is_sentence(in->doc))
            differ(in->name, in->doc, "a sentence");
    for (const limn_output *out = node->outputs; out && out->name; out++)
        if (!is_sentence(out->doc))
            differ(out->name, out->doc, "a sentence");
}

TEST(every_node_input_and_output_says_what_it_is)
{
    each_node(look_at_sentences);
}

static void look_at_example(void)
{
    FILE *f = node->example ? fopen(node->example, "r") : NULL;

    if (!f)
        differ("the example", node->example, "a file");
    else
        fclose(f);
}

TEST(every_node_has_its_example)
{
    each_node(look_at_example);
}

TEST_MAIN
