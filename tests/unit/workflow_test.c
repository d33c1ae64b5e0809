/* workflow_test.c: workflow files, their forms, and changing them from the command line. */
#include "core/graph/workflow.h"

#include "core/base/alloc.h"
#include "core/graph/diff.h"
#include "graph_for_tests.h"
#include "tests/test.h"

static lm_workflow *read_text(const char *text)
{
    limn_error   err = { 0 };
    lm_workflow *w = lm_workflow_read(text, strlen(text), &err);

    if (!w)
        printf("    %s\n", err.text);
    return w;
}

static const char *refusal(const char *text, size_t size)
{
    static limn_error err;
    lm_workflow      *w;

    err = (limn_error){ 0 };
    w = lm_workflow_read(text, size, &err);
    lm_workflow_free(w);
    return w ? "it was read" : err.code == LIMN_FILE ? err.text : "refused without FILE";
}
#define REFUSED(text, why) WANT_TEXT(refusal("" text, sizeof text - 1), why)

/* ------------------------------------------------------------------ forms */

TEST(nodes_keep_their_order_ids_and_titles)
{
    lm_workflow *w = read_text("{\"7\":{\"class_type\":\"Number\",\"inputs\":{\"value\":1},\"_meta\":{\"title\":\"A number\"}},"
                               "\"3:2\":{\"class_type\":\"Show\"},\"\":{}}");

    WANT(lm_workflow_count(w) == 3 && lm_workflow_find(w, "3:2", 3) == 1 && lm_workflow_find(w, "", 0) == 2);
    WANT(lm_workflow_find(w, "3", 1) == -1);
    WANT_TEXT(lm_workflow_at(w, 0)->title, "A number");
    WANT_TEXT(lm_workflow_at(w, 0)->class_name, "Number");
    WANT(!lm_workflow_at(w, 1)->title && !lm_workflow_at(w, 1)->inputs && !lm_workflow_at(w, 2)->class_name);
    lm_workflow_free(w);
}

TEST(a_wrapped_prompt_is_unwrapped_and_its_canvas_kept)
{
    lm_workflow *w = read_text("{\"client_id\":\"x\",\"prompt\":{\"1\":{\"class_type\":\"Number\",\"inputs\":{\"value\":1.50}}},"
                               "\"extra_data\":{\"extra_pnginfo\":{\"workflow\":{\"nodes\":[],\"é\":1e3}}}}");
    char        *prompt = lm_workflow_prompt_text(w), *canvas = lm_workflow_canvas_text(w);

    WANT(lm_workflow_count(w) == 1);
    WANT_TEXT(prompt, "{\"1\": {\"class_type\": \"Number\", \"inputs\": {\"value\": 1.50}}}");
    WANT_TEXT(canvas, "{\"nodes\": [], \"\\u00e9\": 1e3}");
    lm_free(prompt);
    lm_free(canvas);
    lm_workflow_free(w);
}

TEST(a_node_may_be_called_prompt)
{
    lm_workflow *w = read_text("{\"prompt\":{\"class_type\":\"Number\"},\"2\":{\"class_type\":\"Show\"}}");

    WANT(lm_workflow_count(w) == 2 && !lm_workflow_canvas_text(w));
    lm_workflow_free(w);
}

TEST(what_is_no_workflow_says_what_it_is)
{
    REFUSED("[]", "a workflow is an object of nodes, and this is an array");
    REFUSED("7", "a workflow is an object of nodes, and this is a number");
    REFUSED("{\"1\":5}", "node 1: an object with class_type and inputs belongs here, and this is a number");
    REFUSED("{\"1\":{\"class_type\":5}}", "node 1: class_type is a text, and this is a number");
    REFUSED("{\"1\":{\"class_type\":\"A\",\"inputs\":[]}}", "node 1: inputs is an object, and this is an array");
    REFUSED("{\"last_node_id\":9,\"nodes\":[],\"links\":[],\"version\":0.4}",
            "this is a workflow in the canvas's own format, where one in the API format is expected");
    REFUSED("{\"1\":{},\"1\":{}}", "line 1, column 9: the key \"1\" appears twice in one object");
    REFUSED("\x89PNG\r\n\x1a\n....", "this is a picture; limn does not run the workflow inside one yet");
    REFUSED("", "line 1, column 1: the text ends in the middle");
}

/* ------------------------------------------------------------------ --set and --seed */

static const char *const three =
    "{\"3\":{\"class_type\":\"Number\",\"inputs\":{\"value\":1},\"_meta\":{\"title\":\"first\"}},"
    "\"4\":{\"class_type\":\"Number\",\"inputs\":{\"value\":2}},\"x.y\":{\"class_type\":\"Show\",\"inputs\":{\"source\":[\"3\",0]}},"
    "\"k\":{\"class_type\":\"Kinds\"},\"l\":{\"class_type\":\"Kinds\",\"inputs\":{\"seed\":[\"3\",0]}},\"u\":{\"class_type\":\"Else\"}}";

/* The inputs of node `id` after a setting, or the refusal; lives until the next call. */
static const char *after(const char *setting, const char *id)
{
    static lm_text    out;
    static limn_error err;
    lm_registry      *r = lm_registry_new();
    lm_workflow      *w = read_text(three);

    lm_text_done(&out);
    err = (limn_error){ 0 };
    WANT(lm_registry_add_list(r, graph_nodes, &err));
    if (lm_workflow_set(w, r, setting, &err)) {
        lm_json_write(lm_workflow_json(w), lm_workflow_at(w, lm_workflow_find(w, id, strlen(id)))->inputs, 0, &out);
    } else {
        WANT(err.code == LIMN_INPUT);
        lm_text_printf(&out, "%s%s%s", err.node, *err.node ? ": " : "", err.text);
    }
    lm_workflow_free(w);
    lm_registry_free(r);
    return lm_text_str(&out);
}

TEST(a_setting_changes_the_input_it_names)
{
    WANT_TEXT(after("3.value=5", "3"), "{\"value\":5}");
    WANT_TEXT(after("first.value=5", "3"), "{\"value\":5}");
    WANT_TEXT(after("Show.source=[\"4\",0]", "x.y"), "{\"source\":[\"4\",0]}");
    WANT_TEXT(after("x.y.label=a=b.c \"d\"", "x.y"), "{\"source\":[\"3\",0],\"label\":\"a=b.c \\\"d\\\"\"}");
    WANT_TEXT(after("x.y.label=5", "x.y"), "{\"source\":[\"3\",0],\"label\":\"5\"}");
    WANT_TEXT(after("x.y.source=plain words", "x.y"), "{\"source\":\"plain words\"}");
    WANT_TEXT(after("k.seed=18446744073709551615", "k"), "{\"seed\":18446744073709551615}");
    WANT_TEXT(after("k.pick=one", "k"), "{\"pick\":\"one\"}");
    WANT_TEXT(after("k.flag=true", "k"), "{\"flag\":true}");
    WANT_TEXT(after("k.real=abc", "k"), "{\"real\":\"abc\"}");
    WANT_TEXT(after("u.any.thing=1", "u"), "{\"any.thing\":1}");
}

TEST(a_setting_that_names_nothing_says_so)
{
    WANT_TEXT(after("3.valeu=5", "3"), "3 (Number): it has no input valeu; the nearest is value");
    WANT_TEXT(after("3.else=5", "3"), "3 (Number): it has no input else");
    WANT_TEXT(after("9.value=5", "3"), "no node of this workflow is called as in 9.value");
    WANT_TEXT(after("Number.value=5", "3"), "several nodes are called Number (3 and 4): name one by its id");
    WANT_TEXT(after("value=5", "3"), "no node of this workflow is called as in value");
    WANT_TEXT(after("3.value", "3"), "3.value: NODE.INPUT=VALUE is expected");
    WANT_TEXT(after("=", "3"), "no node of this workflow is called as in ");
    WANT_TEXT(after("", "3"), ": NODE.INPUT=VALUE is expected");
}

TEST(a_seed_is_given_to_all_that_are_not_linked)
{
    lm_registry *r = lm_registry_new();
    lm_workflow *w = read_text(three);
    limn_error   err = { 0 };
    lm_text      out = { 0 };

    WANT(lm_registry_add_list(r, graph_nodes, &err));
    WANT(lm_workflow_set_seed(w, r, UINT64_MAX, &err) == 1);
    lm_json_write(lm_workflow_json(w), lm_workflow_at(w, 3)->inputs, 0, &out);
    lm_json_write(lm_workflow_json(w), lm_workflow_at(w, 4)->inputs, 0, &out);
    WANT_TEXT(out.at, "{\"seed\":18446744073709551615}{\"seed\":[\"3\",0]}");
    lm_text_done(&out);
    lm_workflow_free(w);
    lm_registry_free(r);
}

/* ------------------------------------------------------------------ two of them */

static void count(void *self, const lm_difference *d)
{
    (void)d;
    ++*(int *)self;
}

/* A file in which a list of n texts stands where `begin` leaves room for it. */
static lm_json *with_list(const char *begin, int n, const char *end)
{
    limn_error err = { 0 };
    lm_text    text = { 0 };
    lm_json   *d;

    lm_text_puts(&text, begin);
    for (int i = 0; i < n; i++)
        lm_text_puts(&text, i ? ",\"k\"" : "\"k\"");
    lm_text_puts(&text, end);
    d = lm_json_read(text.at, text.size, &err);
    lm_text_done(&text);
    return d;
}

/* Of many lengths, since what stands behind the last of a list is memory of somebody else only for some. */
TEST(lists_where_members_belong_are_compared_to_their_end)
{
    static const struct {
        const char *begin, *end;
        int         told; /* differences between lists of two lengths */
    } files[] = {
        { "{\"nodes\":[],\"links\":[],\"extra\":[", "]}", 1 },
        { "{\"1\":{\"class_type\":\"Number\",\"inputs\":[", "]}}", 0 },
        { "{\"1\":{\"class_type\":\"Number\",\"_meta\":[", "]}}", 0 },
    };
    lm_registry        *r = lm_registry_new();
    const lm_canvas_env env = { .registry = r, .now = 1, .chance = 1 };

    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        for (int n = 1; n < 200; n++) {
            limn_error err = { 0 };
            lm_json   *a = with_list(files[i].begin, n, files[i].end), *b = with_list(files[i].begin, n / 2, files[i].end);
            int        told = 0, blamed;

            WANT(a && b && lm_diff(a, b, false, &env, count, &told, &blamed, &err) && told == files[i].told);
            lm_json_free(a);
            lm_json_free(b);
        }
    lm_registry_free(r);
}

TEST_MAIN
