/* check_test.c: faults of workflows, against ComfyUI's own answers (tests/parity/checks.json) and beyond. */
#include "core/graph/check.h"

#include <stdatomic.h>

#include "core/base/alloc.h"
#include "core/graph/python.h"
#include "tests/temporary.h"
#include "tests/test.h"

/* ------------------------------------------------------------------ the nodes of record_checks.py */

static bool no_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call;
    (void)args;
    (void)out;
    return limn_fail(err, BUG, "nothing runs in a check");
}

static const char *const colours[] = { "red", "green", "blue", NULL }, *const unbuilt[] = { "mauve", NULL };
static const char *const long_list[] = {
    "name00", "name01", "name02", "name03", "name04", "name05", "name06", "name07", "name08",
    "name09", "name10", "name11", "name12", "name13", "name14", "name15", "name16", "name17",
    "name18", "name19", "name20", "name21", "name22", "name23", "name24", NULL,
};

struct numbers {
    int64_t     whole, any, maybe;
    uint64_t    seed;
    double      real, free;
    bool        flag;
    const char *words;
    int32_t     pick;
};
#define LIMN_ARGS struct numbers
static const limn_input numbers_in[] = {
    LIMN_INT   (whole, 5, 1, 10, 1,      "One to ten."),
    LIMN_INT   (any, 0, 0, 0, 1,         "Any."),
    LIMN_SEED  (seed,                    "Any, unsigned."),
    LIMN_FLOAT (real, 0.5, 0.0, 2.0, .1, "Up to two."),
    LIMN_FLOAT (free, 0.0, 0.0, 0.0, .1, "Any."),
    LIMN_BOOL  (flag, false,             "A flag."),
    LIMN_TEXT  (words, "",               "A text."),
    LIMN_CHOICE(pick, colours,           "A colour.", .unbuilt = unbuilt),
    LIMN_INT   (maybe, 2, 0, 3, 1,       "Up to three.", .flags = LIMN_OPTIONAL),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output numbers_out[] = {
    { "NUM", "NUM", "" }, { "INT", "INT", "" }, { "FLOAT", "FLOAT", "" }, { "STRING", "STRING", "" },
    { "EITHER", "INT,FLOAT", "" }, { "COMBO", "COMBO", "" }, { 0 },
};
static const limn_output num_out[] = { { "NUM", "NUM", "" }, { 0 } };

struct chosen {
    int32_t name;
};
#define LIMN_ARGS struct chosen
static const limn_input long_in[] = { LIMN_CHOICE(name, long_list, "One of many."), LIMN_END };
#undef LIMN_ARGS

struct sink {
    const limn_value *num, *mixed, *other;
    int64_t           count;
};
#define LIMN_ARGS struct sink
static const limn_input sink_in[] = {
    LIMN_LINK(num,   "NUM",                 "What to keep."),
    LIMN_INT (count, 1, 0, 9, 1,            "How often.", .flags = LIMN_OPTIONAL),
    LIMN_LINK(mixed, "FLOAT,INT",           "A number.",  .flags = LIMN_OPTIONAL),
    LIMN_LINK(other, "NUM",                 "More.",      .flags = LIMN_OPTIONAL),
    LIMN_END
};
#undef LIMN_ARGS

struct pair {
    const limn_value *a, *b;
};
#define LIMN_ARGS struct pair
static const limn_input pair_in[] = { LIMN_LINK(a, "NUM", "One."), LIMN_LINK(b, "NUM", "Two."), LIMN_END };
#undef LIMN_ARGS

struct any {
    const limn_value *source;
};
#define LIMN_ARGS struct any
static const limn_input any_in[] = { LIMN_LINK(source, "*", "Anything."), LIMN_END };
#undef LIMN_ARGS

struct even {
    int64_t count;
};
#define LIMN_ARGS struct even
static const limn_input even_in[] = { LIMN_INT(count, 0, 0, 0, 1, "An even number."), LIMN_END };
#undef LIMN_ARGS

static bool even_check(limn_call *call, const void *args, limn_error *err)
{
    const struct even *a = args;

    (void)call;
    if (a->count % 2 == 0)
        return true;
    if (a->count != 999)
        snprintf(err->input, sizeof err->input, "count");
    return limn_fail(err, INPUT, "%lld is odd", (long long)a->count);
}

#define NODE(id_, in_, out_, args_, ...)                                                       \
    LIMN_NODE(.name = id_, .inputs = in_, .outputs = out_, .args_size = sizeof(struct args_),  \
              .category = "test", .run = no_run, __VA_ARGS__)
static const limn_node t_numbers = NODE("TNumbers", numbers_in, numbers_out, numbers, .version = 1);
static const limn_node t_long = NODE("TLong", long_in, num_out, chosen, .version = 1);
static const limn_node t_sink = NODE("TSink", sink_in, NULL, sink, .flags = LIMN_OUTPUT_NODE);
static const limn_node t_pair = NODE("TPair", pair_in, num_out, pair, .version = 1);
static const limn_node t_any = NODE("TAny", any_in, NULL, any, .flags = LIMN_OUTPUT_NODE);
static const limn_node t_even = NODE("TEven", even_in, num_out, even, .check = even_check);
static const limn_node *const t_all[] = { &t_numbers, &t_long, &t_sink, &t_pair, &t_any, &t_even, NULL };

/* ------------------------------------------------------------------ a check at hand */

static atomic_bool      stop;
static const lm_run_env env = { .stop = &stop };

struct checked {
    lm_registry *registry;
    lm_workflow *workflow;
    lm_check    *check;
};

static struct checked check_bytes(const char *text, size_t size)
{
    struct checked c = { .registry = lm_registry_new() };
    limn_error     err = { 0 };

    WANT(lm_registry_add_list(c.registry, t_all, &err));
    c.workflow = lm_workflow_read(text, size, &err);
    WANT(c.workflow);
    if (c.workflow)
        c.check = lm_check_new(c.workflow, c.registry, &env);
    else
        printf("    %s\n", err.text);
    return c;
}

static struct checked check_text(const char *text)
{
    return check_bytes(text, strlen(text));
}

static void checked_done(struct checked *c)
{
    lm_check_free(c->check);
    lm_workflow_free(c->workflow);
    lm_registry_free(c->registry);
}

/* All sentences of a workflow, a line each; lives until the next call. */
static const char *sentences(const char *text)
{
    static lm_text out;
    struct checked c = check_text(text);

    lm_text_done(&out);
    for (int i = 0; c.check && i < c.check->n_issues; i++)
        lm_text_printf(&out, "%s%s", i ? "\n" : "", c.check->issues[i].sentence);
    checked_done(&c);
    return lm_text_str(&out);
}

/* ------------------------------------------------------------------ what ComfyUI answered */

static lm_json *recorded(void)
{
    FILE   *f = fopen("tests/parity/checks.json", "rb");
    char   *text = lm_alloc(1 << 20);
    size_t  size = f ? fread(text, 1, 1 << 20, f) : 0;
    lm_json *d = lm_json_read(text, size, NULL);

    if (f)
        fclose(f);
    lm_free(text);
    return d;
}

static const char *text_at(lm_json *d, lm_json_ref v, const char *key)
{
    const char *text = lm_json_c_string(d, lm_json_get(d, v, key));

    return text ? text : "(none)";
}

static bool same_outputs(const struct checked *c, lm_json *d, lm_json_ref want)
{
    bool same = (int)lm_json_count(d, want) == c->check->n_outputs;

    for (lm_json_ref v = lm_json_first(d, want); v; v = lm_json_next(d, v)) {
        bool found = false;

        for (int i = 0; i < c->check->n_outputs; i++)
            found |= !strcmp(lm_workflow_at(c->workflow, c->check->outputs[i])->id, lm_json_c_string(d, v));
        same = same && found;
    }
    return same;
}

static bool same_refusal(const struct checked *c, lm_json *d, lm_json_ref want)
{
    const char *type = "(none)", *message = "(none)";
    lm_text     details = { 0 };
    const bool  refused = lm_check_refusal(c->check, &type, &message, &details);
    bool        same = refused == (want != 0);

    if (want && refused)
        same = !strcmp(type, text_at(d, want, "type")) && !strcmp(message, text_at(d, want, "message")) &&
               !strcmp(lm_text_str(&details), text_at(d, want, "details"));
    if (!same)
        printf("    got  %s: %s: %s\n", type, message, lm_text_str(&details));
    lm_text_done(&details);
    return same;
}

static bool is_issue(const struct checked *c, const lm_issue *i, const char *id, lm_json *d, lm_json_ref want)
{
    const limn_input *in = i->kind == LM_ISSUE_LINK_NOWHERE ? i->via_input : i->input;

    return i->node >= 0 && !strcmp(lm_workflow_at(c->workflow, i->node)->id, id) &&
           !strcmp(i->type, text_at(d, want, "type")) && !strcmp(i->message, text_at(d, want, "message")) &&
           !strcmp(i->details, text_at(d, want, "details")) &&
           !strcmp(in ? in->name : "(none)", text_at(d, want, "input_name"));
}

/* Every recorded fault is among ours, and there are no others. */
static bool same_faults(const struct checked *c, lm_json *d, lm_json_ref faults)
{
    int  n = 0;
    bool same = true;

    for (lm_json_ref k = lm_json_first(d, faults); k; k = lm_json_next(d, k)) {
        const lm_json_ref errors = lm_json_get(d, lm_json_value(d, k), "errors");

        for (lm_json_ref e = lm_json_first(d, errors); e; e = lm_json_next(d, e), n++) {
            bool found = false;

            for (int i = 0; i < c->check->n_issues; i++)
                found |= is_issue(c, &c->check->issues[i], lm_json_c_string(d, k), d, e);
            same = same && found;
        }
    }
    if (c->check->n_issues && c->check->issues[0].kind <= LM_ISSUE_NO_OUTPUTS)
        return same && !n; /* ComfyUI stops there; we name all */
    n -= c->check->n_issues;
    if (!same || n)
        for (int i = 0; i < c->check->n_issues; i++)
            printf("    got  %s | %s | %s\n", c->check->issues[i].type, c->check->issues[i].message,
                   c->check->issues[i].details);
    return same && !n;
}

/* Numbers as numbers, the rest as text. */
static bool same_value(const lm_json *a, lm_json_ref x, const lm_json *b, lm_json_ref y)
{
    double f, g;
    lm_text s = { 0 }, t = { 0 };
    bool    same;

    if (lm_json_to_double(a, x, &f) && lm_json_to_double(b, y, &g))
        return f == g;
    lm_json_write(a, x, LM_JSON_COMPACT, &s);
    lm_json_write(b, y, LM_JSON_COMPACT, &t);
    same = !strcmp(s.at, t.at);
    lm_text_done(&s);
    lm_text_done(&t);
    return same;
}

/* The constants after the check, as ComfyUI stored them. */
static bool same_after(const struct checked *c, lm_json *d, lm_json_ref after)
{
    const lm_json *mine = lm_workflow_json(c->workflow);
    bool           same = true;

    for (lm_json_ref k = lm_json_first(d, after); k; k = lm_json_next(d, k)) {
        const int i = lm_workflow_find(c->workflow, lm_json_c_string(d, k), d->nodes[k].size);

        for (lm_json_ref in = lm_json_first(d, lm_json_value(d, k)); in; in = lm_json_next(d, in)) {
            const lm_json_ref v = lm_json_get(mine, lm_workflow_at(c->workflow, i)->inputs,
                                              lm_json_c_string(d, in));
            double            f;
            const bool inf = lm_json_to_double(d, lm_json_value(d, in), &f) && isinf(f); /* no JSON: stays */

            same = same && (inf || same_value(mine, v, d, lm_json_value(d, in)));
        }
    }
    return same;
}

TEST(faults_conversions_and_outputs_are_comfyui_s)
{
    lm_json          *d = recorded();
    const lm_json_ref rows = d ? lm_json_get(d, lm_json_root(d), "checks") : 0;
    int               n = 0;

    WANT(d);
    for (lm_json_ref row = d ? lm_json_first(d, rows) : 0; row; row = lm_json_next(d, row), n++) {
        const char    *prompt = text_at(d, row, "prompt");
        struct checked c = check_text(prompt);
        const bool     ok = c.check && same_outputs(&c, d, lm_json_get(d, row, "outputs")) &&
                        same_refusal(&c, d, lm_json_get(d, row, "error")) &&
                        same_faults(&c, d, lm_json_get(d, row, "faults")) &&
                        same_after(&c, d, lm_json_get(d, row, "after"));

        WANT(ok);
        if (!ok) {
            lm_text out = { 0 };

            lm_json_write(d, row, 0, &out);
            printf("    %s\n", out.at);
            lm_text_done(&out);
        }
        checked_done(&c);
    }
    WANT(n > 200);
    lm_json_free(d);
}

/* ------------------------------------------------------------------ sentences, all at once */

#define NUMBERS(id, more)                                                                      \
    "\"" id "\":{\"class_type\":\"TNumbers\",\"inputs\":{\"whole\":5,\"any\":0,\"seed\":1,"        \
    "\"real\":0.5,\"free\":0,\"flag\":true,\"words\":\"w\",\"pick\":\"red\"" more "}}"
#define SINK(id, num) "\"" id "\":{\"class_type\":\"TSink\",\"inputs\":{\"num\":" num "}}"

TEST(a_sound_workflow_has_no_faults)
{
    struct checked c = check_text("{" NUMBERS("1", "") "," SINK("2", "[\"1\",0]") "}");

    WANT(lm_check_runs(c.check) && c.check->n_issues == 0 && c.check->n_outputs == 1);
    WANT(c.check->nodes[0].valid && c.check->nodes[0].args && c.check->nodes[1].valid);
    checked_done(&c);
}

TEST(all_faults_are_told_at_once_in_the_order_of_the_file)
{
    WANT_TEXT(sentences("{\"7\":{\"class_type\":\"TNumbers\",\"inputs\":{\"whole\":0,\"any\":\"x\",\"seed\":-1,"
                        "\"real\":2.5,\"free\":null,\"flag\":0,\"words\":5,\"pick\":\"pink\"}},"
                        SINK("2", "[\"7\",1]") "," SINK("3", "[\"7\",0]") "," SINK("4", "[\"9\",0]") ","
                        SINK("5", "7") ",\"6\":{\"class_type\":\"TSink\"}}"),
              "node 7 (TNumbers), whole: 0 is below the smallest allowed, 1\n"
              "node 7 (TNumbers), any: \"x\" is not a whole number\n"
              "node 7 (TNumbers), seed: -1 is below the smallest allowed, 0\n"
              "node 7 (TNumbers), real: 2.5 is above the largest allowed, 2.0\n"
              "node 7 (TNumbers), free: null is not a number\n"
              "node 7 (TNumbers), pick: \"pink\" is not among the choices: red, green, blue\n"
              "node 2 (TSink), num: takes NUM, and output 1 of node 7 (TNumbers) gives INT\n"
              "node 4 (TSink), num: links to node \"9\", which is not there\n"
              "node 5 (TSink), num: must be linked to a node, and 7 is a constant\n"
              "node 6 (TSink), num: it must be linked to a node that gives NUM");
}

TEST(a_choice_that_is_not_built_yet_says_so)
{
    WANT_TEXT(sentences("{\"1\":{\"class_type\":\"TNumbers\",\"inputs\":{\"whole\":5,\"any\":0,\"seed\":1,"
                        "\"real\":0.5,\"free\":0,\"flag\":true,\"words\":\"w\",\"pick\":\"mauve\"}},"
                        SINK("2", "[\"1\",0]") "}"),
              "node 1 (TNumbers), pick: \"mauve\" is known, but limn cannot do it yet; it can do red, green, blue");
}

TEST(unknown_classes_are_all_named_with_their_neighbours)
{
    WANT_TEXT(sentences("{\"1\":{\"class_type\":\"TNumber\",\"inputs\":{}},\"2\":{\"class_type\":\"Quite else\"},"
                        "\"3\":{\"inputs\":{}}," SINK("4", "[\"1\",0]") "}"),
              "node 1 (TNumber): limn has no node of this class; nearest: TNumbers\n"
              "node 2 (Quite else): limn has no node of this class\n"
              "node 3: it has no class_type");
}

TEST(a_workflow_without_outputs_says_so)
{
    WANT_TEXT(sentences("{" NUMBERS("1", "") "}"),
              "no node of this workflow saves or shows anything, so there is nothing to run");
    WANT_TEXT(sentences("{}"), "no node of this workflow saves or shows anything, so there is nothing to run");
}

TEST(what_no_output_needs_is_not_looked_at)
{
    WANT_TEXT(sentences("{" NUMBERS("1", "") "," SINK("2", "[\"1\",0]") ",\"3\":{\"class_type\":\"TNumbers\"},"
                        "\"4\":{\"class_type\":\"TPair\",\"inputs\":{\"a\":[\"4\",0],\"b\":[\"3\",9]}}}"),
              "");
}

TEST(a_hostile_name_does_not_reach_the_terminal_as_it_is)
{
    WANT_TEXT(sentences("{\"\\u001b[2J\":{\"class_type\":\"TSink\",\"inputs\":{\"num\":\"\\u0007\\u009b\"}},"
                        "\"n\\u0000l\":{\"class_type\":\"TSink\",\"inputs\":{\"num\":[\"\\n\",0]}}}"),
              "node ?[2J (TSink), num: must be linked to a node, and \"??\" is a constant\n"
              "node n\xef\xbf\xbdl (TSink), num: links to node \"?\", which is not there");
}

TEST(a_node_s_own_check_blames_an_input_or_the_node)
{
    WANT_TEXT(sentences("{\"1\":{\"class_type\":\"TEven\",\"inputs\":{\"count\":3}}," SINK("2", "[\"1\",0]") ","
                        "\"3\":{\"class_type\":\"TEven\",\"inputs\":{\"count\":999}}," SINK("4", "[\"3\",0]") "}"),
              "node 1 (TEven), count: 3 is odd\nnode 3 (TEven): 999 is odd");
}

/* ------------------------------------------------------------------ arguments */

TEST(constants_arrive_exactly)
{
    struct checked c = check_text("{\"1\":{\"class_type\":\"TNumbers\",\"inputs\":{\"whole\":\" 7 \","
                                  "\"any\":-9223372036854775808,\"seed\":18446744073709551615,\"real\":1,"
                                  "\"free\":\"1e-3\",\"flag\":\"no\",\"words\":1.50,\"pick\":\"blue\"}},"
                                  SINK("2", "[\"1\",0]") "}");
    const lm_arg  *a = c.check->nodes[0].args;

    WANT(c.check->n_issues == 0);
    WANT(a[0].as.i == 7 && a[1].as.i == INT64_MIN && a[2].as.u == UINT64_MAX);
    WANT(a[3].as.f == 1.0 && a[4].as.f == 1e-3 && a[5].as.i == 1 && a[7].as.i == 2);
    WANT_TEXT(a[6].as.text, "1.5");
    WANT(a[8].as.i == 2 && a[8].state == LM_ARG_CONSTANT); /* the optional one's default */
    a = c.check->nodes[1].args;
    WANT(a[0].state == LM_ARG_LINK && a[0].as.node == 0 && a[0].slot == 0);
    WANT(a[1].as.i == 1 && !a[2].as.value && !a[3].as.value);
    checked_done(&c);
}

TEST(constants_given_to_open_links_become_values)
{
    static const char *const given[] = { "5", "18446744073709551615", "2.5", "\"text\"", "true", "null" };
    static const char *const types[] = { "INT", "INT", "FLOAT", "STRING", "BOOLEAN", NULL };

    for (int i = 0; i < 6; i++) {
        char           text[200];
        struct checked c;

        snprintf(text, sizeof text, "{\"1\":{\"class_type\":\"TAny\",\"inputs\":{\"source\":%s}}}", given[i]);
        c = check_text(text);
        WANT(lm_check_runs(c.check) == (types[i] != NULL));
        if (types[i] && lm_check_runs(c.check))
            WANT_TEXT(lm_value_type(c.check->nodes[0].args[0].as.value), types[i]);
        checked_done(&c);
    }
}

/* ------------------------------------------------------------------ files */

TEST(files_must_be_there_and_a_missing_one_is_told_with_the_others)
{
    char        base[TEMPORARY_PATH], command[600];
    limn_error  err = { 0 };
    lm_folders *folders;
    static const char *const no_file[] = { "none", NULL };
    static const limn_input in[] = {
        { .name = "model", .type = "COMBO", .kind = LIMN_KIND_FILE, .folder = "checkpoints", .offset = 0 },
        { .name = "image", .type = "COMBO", .kind = LIMN_KIND_FILE, .folder = "input", .offset = 8,
          .flags = LIMN_UPLOAD },
        { .name = "vae", .type = "COMBO", .kind = LIMN_KIND_FILE, .folder = "vae", .offset = 16,
          .extra = no_file },
        LIMN_END,
    };
    static const limn_node load = LIMN_NODE(.name = "TLoad", .inputs = in, .args_size = 24, .run = no_run,
                                            .flags = LIMN_OUTPUT_NODE);
    const char *text = "{\"1\":{\"class_type\":\"TLoad\",\"inputs\":{\"model\":\"a.safetensors\","
                       "\"image\":\"x.png\",\"vae\":\"none\"}},"
                       "\"2\":{\"class_type\":\"TLoad\",\"inputs\":{\"model\":\"b.safetensors\","
                       "\"image\":\"../x.png\",\"vae\":\"y\"}},"
                       "\"3\":{\"class_type\":\"TLoad\",\"inputs\":{\"model\":1,\"image\":2,\"vae\":3}}}";
    lm_registry *r = lm_registry_new();
    lm_workflow *w;
    lm_check    *c;

    temporary_folder(base, "check");
    snprintf(command, sizeof command, "cd %s && mkdir -p models/checkpoints input && touch "
             "models/checkpoints/a.safetensors input/x.png", base);
    WANT(system(command) == 0);
    folders = lm_folders_new(base, &err);
    WANT(folders && lm_registry_add(r, &load, &err));
    w = lm_workflow_read(text, strlen(text), &err);
    c = lm_check_new(w, r, &(lm_run_env){ .stop = &stop, .folders = folders });
    WANT(c->n_outputs == 1 && c->n_issues == 6);
    WANT_TEXT(c->nodes[0].args[0].as.text, "a.safetensors");
    WANT_TEXT(c->issues[0].sentence,
              "node 2 (TLoad), model: \"b.safetensors\" is not among the files of checkpoints: a.safetensors");
    WANT_TEXT(c->issues[0].details, "model: 'b.safetensors' not in ['a.safetensors']");
    WANT_TEXT(c->issues[1].details, "image - Invalid image file: ../x.png");
    WANT(strstr(c->issues[1].sentence, "node 2 (TLoad), image: "));
    WANT_TEXT(c->issues[2].details, "vae: 'y' not in ['none']");
    WANT_TEXT(c->issues[3].details, "model: '1' not in ['a.safetensors']");
    lm_check_free(c);
    lm_workflow_free(w);
    lm_registry_free(r);
    lm_folders_free(folders);
    snprintf(command, sizeof command, "rm -r %s", base);
    WANT(system(command) == 0);
}

/* ------------------------------------------------------------------ cycles and depth */

TEST(a_cycle_is_told_once_with_its_path)
{
    WANT_TEXT(sentences("{\"a\":{\"class_type\":\"TPair\",\"inputs\":{\"a\":[\"b\",0],\"b\":[\"n\",0]}},"
                        "\"b\":{\"class_type\":\"TPair\",\"inputs\":{\"a\":[\"n\",0],\"b\":[\"c\",0]}},"
                        "\"c\":{\"class_type\":\"TPair\",\"inputs\":{\"a\":[\"a\",0],\"b\":[\"n\",0]}},"
                        NUMBERS("n", "") "," SINK("s", "[\"a\",0]") "," SINK("t", "[\"c\",0]") "}"),
              "node c (TPair), a: waits for itself: a (TPair) -> b (TPair) -> c (TPair) -> a (TPair)");
    WANT_TEXT(sentences("{\"a\":{\"class_type\":\"TPair\",\"inputs\":{\"a\":[\"a\",0],\"b\":[\"a\",0]}},"
                        SINK("s", "[\"a\",0]") "}"),
              "node a (TPair), a: waits for itself: a (TPair) -> a (TPair)\n"
              "node a (TPair), b: waits for itself: a (TPair) -> a (TPair)");
}

/* A chain of n pairs; the first links to node `closes` (-1: to a sound one). */
static char *chain(int n, int closes)
{
    lm_text text = { 0 };

    lm_text_printf(&text, "{\"s\":{\"class_type\":\"TSink\",\"inputs\":{\"num\":[\"%d\",0]}}," NUMBERS("n", ""),
                   n - 1);
    for (int i = 0; i < n; i++) {
        char source[16] = "n";

        if (i || closes >= 0)
            snprintf(source, sizeof source, "%d", i ? i - 1 : closes);
        lm_text_printf(&text, ",\"%d\":{\"class_type\":\"TPair\",\"inputs\":{\"a\":[\"n\",0],\"b\":[\"%s\",0]}}",
                       i, source);
    }
    lm_text_puts(&text, "}");
    return lm_text_take(&text);
}

TEST(a_chain_may_have_a_hundred_thousand_nodes)
{
    char          *text = chain(100000, -1);
    struct checked c = check_text(text);

    WANT(lm_check_runs(c.check) && c.check->n_issues == 0 && c.check->n_nodes == 100002);
    checked_done(&c);
    lm_free(text);
}

TEST(a_cycle_may_have_a_hundred_thousand_nodes)
{
    char          *text = chain(100000, 99999);
    struct checked c = check_text(text);

    WANT(!lm_check_runs(c.check) && c.check->n_issues == 1 && c.check->issues[0].kind == LM_ISSUE_CYCLE);
    WANT(strlen(c.check->issues[0].details) < 4000 && strstr(c.check->issues[0].details, " -> … -> 99999"));
    checked_done(&c);
    lm_free(text);
}

TEST(a_thousand_faults_are_kept_and_all_are_counted)
{
    lm_text        text = { 0 };
    struct checked c;

    for (int i = 0; i < 5000; i++)
        lm_text_printf(&text, "%s\"%d\":{\"class_type\":\"TSink\",\"inputs\":{}}", i ? "," : "{", i);
    lm_text_puts(&text, "}");
    c = check_text(text.at);
    WANT(c.check->n_issues == LM_MAX_ISSUES && c.check->n_found == 5000 && c.check->n_failed == 5000);
    checked_done(&c);
    lm_text_done(&text);
}

TEST(a_fault_knows_the_outputs_that_depend_on_it)
{
    struct checked c = check_text("{" SINK("a", "[\"n\",0]") "," SINK("b", "5") "," SINK("c", "[\"x\",0]") ","
                                  NUMBERS("n", "") "," SINK("d", "[\"x\",0]") ",\"x\":{\"class_type\":\"TNumbers\"}}");
    const int x = lm_workflow_find(c.workflow, "x", 1), b = lm_workflow_find(c.workflow, "b", 1);

    WANT(c.check->n_outputs == 1 && c.check->n_failed == 3);
    WANT(c.check->nodes[b].first_failed == 0 && c.check->nodes[x].first_failed == 1);
    WANT(c.check->failed[1] == lm_workflow_find(c.workflow, "c", 1));
    checked_done(&c);
}

TEST(a_very_long_value_is_cut_in_what_is_said_of_it)
{
    char          *text = lm_alloc(3000000);
    struct checked c;
    int            n = snprintf(text, 100, "{\"1\":{\"class_type\":\"TEven\",\"inputs\":{\"count\":\"");

    for (int i = 0; i < 600000; i++)
        n += snprintf(text + n, 8, "中");
    snprintf(text + n, 100, "\"}}," SINK("2", "[\"1\",0]") "}");
    c = check_text(text);
    WANT(c.check->n_issues == 1 && strlen(c.check->issues[0].details) < 4000);
    WANT(strstr(c.check->issues[0].sentence, "中…\" is not a whole number"));
    checked_done(&c);
    lm_free(text);
}

TEST(types_fit_when_they_share_one)
{
    WANT(lm_types_fit("INT", "INT") && lm_types_fit("INT", "FLOAT,INT") && lm_types_fit("A, B", "C ,B"));
    WANT(lm_types_fit("*", "MODEL") && lm_types_fit("MODEL", "*") && lm_types_fit("A,*", "B"));
    WANT(!lm_types_fit("INT", "FLOAT") && !lm_types_fit("INT", "INTEGER") && !lm_types_fit("int", "INT"));
    WANT(!lm_types_fit("COMBO", "STRING") && !lm_types_fit("A,B", "C,D"));
}

TEST_MAIN
