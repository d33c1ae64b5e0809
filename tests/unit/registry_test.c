/* registry_test.c: declarations that are let in, those that are not, and names that are nearly right. */
#include "core/graph/registry.h"

#include "core/graph/catalogue.h"
#include "core/graph/nearest.h"
#include "tests/test.h"

static bool run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call;
    (void)args;
    (void)out;
    return limn_fail(err, BUG, "never run");
}

struct args {
    const limn_value *image;
    int64_t           steps;
    double            cfg;
    int32_t           pick;
};
static const char *const picks[] = { "a", "b", NULL }, *const twice[] = { "a", "b", "a", NULL };
static const char *const none[] = { NULL };

static limn_input row(limn_input in)
{
    in.name = in.name ? in.name : "steps";
    in.type = in.type ? in.type : "INT";
    return in;
}

/* What a registry says to a node of one input. */
static const char *verdict(limn_input in)
{
    static limn_error err;
    const limn_input  table[] = { row(in), LIMN_END };
    const limn_node   n = LIMN_NODE(.name = "N", .inputs = table, .args_size = sizeof(struct args), .run = run);
    lm_registry      *r = lm_registry_new();
    bool              ok;

    err = (limn_error){ 0 };
    ok = lm_registry_add(r, &n, &err);
    WANT(lm_registry_count(r) == ok);
    lm_registry_free(r);
    return ok ? "well" : err.text;
}

#define IN(...) verdict((limn_input){ __VA_ARGS__ })

TEST(a_sound_declaration_is_let_in)
{
    WANT_TEXT(IN(.kind = LIMN_KIND_INT, .offset = 8, .i_default = 20, .i_min = 1, .i_max = 100), "well");
    WANT_TEXT(IN(.kind = LIMN_KIND_INT, .offset = 8, .i_default = 20), "well");
    WANT_TEXT(IN(.kind = LIMN_KIND_CHOICE, .offset = 24, .choices = picks, .t_default = "b"), "well");
    WANT_TEXT(IN(.kind = LIMN_KIND_FILE, .offset = 0, .folder = "vae"), "well");
}

TEST(a_declaration_that_cannot_be_right_is_refused)
{
    WANT_TEXT(IN(.kind = LIMN_KIND_INT, .offset = 8, .i_min = 5, .i_max = 1),
              "node N, input steps: the smallest value, 5, is above the largest, 1");
    WANT_TEXT(IN(.kind = LIMN_KIND_INT, .offset = 8, .i_default = 0, .i_min = 1, .i_max = 5),
              "node N, input steps: the default, 0, is outside 1 to 5");
    WANT_TEXT(IN(.kind = LIMN_KIND_FLOAT, .offset = 16, .f_min = 1, .f_max = -1),
              "node N, input steps: the smallest value, 1, is above the largest, -1");
    WANT_TEXT(IN(.kind = LIMN_KIND_FLOAT, .offset = 16, .f_default = 3, .f_min = 0, .f_max = 2),
              "node N, input steps: the default, 3, is outside 0 to 2");
    WANT_TEXT(IN(.kind = LIMN_KIND_FLOAT, .offset = 16, .f_default = NAN, .f_min = 0, .f_max = 2),
              "node N, input steps: default and range must be numbers");
    WANT_TEXT(IN(.kind = LIMN_KIND_CHOICE, .offset = 24), "node N, input steps: there is nothing to choose from");
    WANT_TEXT(IN(.kind = LIMN_KIND_CHOICE, .offset = 24, .choices = none),
              "node N, input steps: there is nothing to choose from");
    WANT_TEXT(IN(.kind = LIMN_KIND_CHOICE, .offset = 24, .choices = twice),
              "node N, input steps: the choice \"a\" is there twice");
    WANT_TEXT(IN(.kind = LIMN_KIND_CHOICE, .offset = 24, .choices = picks, .unbuilt = picks),
              "node N, input steps: the choice \"a\" is there twice");
    WANT_TEXT(IN(.kind = LIMN_KIND_CHOICE, .offset = 24, .choices = picks, .t_default = "c"),
              "node N, input steps: the default, \"c\", is not among the choices");
    WANT_TEXT(IN(.kind = LIMN_KIND_FILE, .offset = 0), "node N, input steps: a file needs a folder");
    WANT_TEXT(IN(.kind = LIMN_KIND_INT, .offset = 32), "node N, input steps: its field lies outside the 32 bytes of args");
    WANT_TEXT(IN(.kind = LIMN_KIND_INT, .offset = 4), "node N, input steps: its field lies outside the 32 bytes of args");
    WANT_TEXT(IN(.kind = LIMN_KIND_INT, .offset = (size_t)-8),
              "node N, input steps: its field lies outside the 32 bytes of args");
    WANT_TEXT(IN(.kind = (limn_kind)77), "node N: an input is of no known kind (77)");
    WANT_TEXT(IN(.kind = LIMN_KIND_LINK, .name = "", .offset = 0), "node N: an input has no name");
    WANT_TEXT(IN(.kind = LIMN_KIND_LINK, .type = "", .offset = 0), "node N, input steps: it has no type");
}

static const char *node_verdict(limn_node n)
{
    static limn_error err;
    lm_registry      *r = lm_registry_new();
    bool              ok;

    err = (limn_error){ 0 };
    ok = lm_registry_add(r, &n, &err);
    lm_registry_free(r);
    return ok ? "well" : err.text;
}

TEST(a_node_needs_a_name_a_run_and_whole_rows)
{
    static const limn_output no_type[] = { { "x", NULL, "" }, { 0 } };
    static const limn_input  same[] = {
        { .name = "a", .type = "INT", .kind = LIMN_KIND_INT, .offset = 0 },
        { .name = "a", .type = "INT", .kind = LIMN_KIND_INT, .offset = 8 },
        LIMN_END,
    };

    WANT_TEXT(node_verdict((limn_node)LIMN_NODE(.name = "N", .run = run)), "well");
    WANT_TEXT(node_verdict((limn_node)LIMN_NODE(.run = run)), "a node has no name");
    WANT_TEXT(node_verdict((limn_node)LIMN_NODE(.name = "N")), "node N: it has no run function");
    WANT_TEXT(node_verdict((limn_node)LIMN_NODE(.name = "N", .run = run, .version = -1)),
              "node N: its version, -1, is below 0");
    WANT_TEXT(node_verdict((limn_node)LIMN_NODE(.name = "N", .run = run, .outputs = no_type)),
              "node N: its output 0 has no type");
    WANT_TEXT(node_verdict((limn_node)LIMN_NODE(.name = "N", .run = run, .inputs = same, .args_size = 16)),
              "node N, input a: there is an input of this name already");
    WANT(strstr(node_verdict((limn_node){ .name = "N", .run = run }), "not written with LIMN_NODE"));
}

TEST(a_name_is_taken_once_and_found_again)
{
    static const limn_node a = LIMN_NODE(.name = "KSampler", .run = run),
                           b = LIMN_NODE(.name = "VAEDecode", .run = run),
                           c = LIMN_NODE(.name = "KSampler", .run = run);
    static const limn_node *const one[] = { &a, &b, NULL }, *const two[] = { &c, NULL };
    const limn_node *const *const families[] = { one, NULL }, *const *const clash[] = { one, two, NULL };
    lm_registry                  *r = lm_registry_new();
    limn_error                    err = { 0 };

    WANT(lm_registry_add_families(r, families, &err) && lm_registry_count(r) == 2);
    WANT(lm_registry_find(r, "VAEDecode")->node == &b && lm_registry_at(r, 0)->node == &a);
    WANT(!lm_registry_find(r, "VAEDecod") && !lm_registry_find(r, "") && !lm_registry_find(r, "ksampler"));
    WANT(lm_registry_find_bytes(r, "KSampler???", 8)->node == &a);
    WANT(!lm_registry_add(r, &c, &err));
    WANT_TEXT(err.text, "node KSampler: there is a node of this name already");
    lm_registry_free(r);
    r = lm_registry_new();
    WANT(!lm_registry_add_families(r, clash, NULL));
    lm_registry_free(r);
}

TEST(distance_counts_letters_added_dropped_changed_and_swapped)
{
    WANT(lm_edit_distance("", "", 9) == 0 && lm_edit_distance("", "abc", 9) == 3);
    WANT(lm_edit_distance("KSampler", "ksampler", 9) == 0);
    WANT(lm_edit_distance("steps", "step", 9) == 1 && lm_edit_distance("steps", "stesp", 9) == 1);
    WANT(lm_edit_distance("kitten", "sitting", 9) == 3 && lm_edit_distance("kitten", "sitting", 2) == 2);
}

TEST(names_that_are_known_elsewhere_are_told_from_wrong_ones)
{
    static const char *const elsewhere[] = { "Alpha", "Beta", "Gamma", NULL };
    lm_registry             *r = lm_registry_new();
    const char              *near[2];

    WANT(!lm_registry_foretold(r, "Beta") && !lm_registry_nearest_foretold(r, "Beta", near, 2));
    lm_registry_foretell(r, elsewhere);
    WANT(lm_registry_foretold(r, "Alpha") && lm_registry_foretold(r, "Gamma"));
    WANT(!lm_registry_foretold(r, "beta") && !lm_registry_foretold(r, ""));
    WANT(lm_registry_nearest_foretold(r, "Bata", near, 2) == 1);
    WANT_TEXT(near[0], "Beta");
    lm_registry_free(r);
}

TEST(files_are_near_that_differ_in_folder_case_or_extension)
{
    static const char *const files[] = { "a/Dream.sft", "dream2.safetensors", "dreams/x.safetensors", "y.z.sft",
                                         NULL };
    const char *near[3];
    char        name[400];

    WANT(lm_nearest_files("dream.ckpt", files, near, 3) == 2);
    WANT_TEXT(near[0], "a/Dream.sft");
    WANT_TEXT(near[1], "dream2.safetensors");
    WANT(lm_nearest_files("sub\\x.pt", files, near, 3) == 1);
    WANT_TEXT(near[0], "dreams/x.safetensors");
    WANT(lm_nearest_files("y.z", files, near, 3) == 0); /* its stem is y */
    WANT(lm_nearest_files("", files, near, 3) == 0 && lm_nearest_files("/", files, near, 3) == 0);
    memset(name, 'q', sizeof name);
    name[sizeof name - 1] = 0;
    WANT(lm_nearest_files(name, files, near, 3) == 0 && lm_nearest_files("q", NULL, near, 3) == 0);
}

TEST(the_nearest_names_come_nearest_first)
{
    static const char *const names[] = { "KSampler", "KSamplerAdvanced", "VAEDecode", "VAEEncode", "KSample",
                                         "SaveImage", NULL };
    limn_node                nodes[6];
    lm_registry             *r = lm_registry_new();
    limn_error               err = { 0 };
    const char              *near[3] = { 0 };

    for (int i = 0; i < 6; i++) {
        nodes[i] = (limn_node)LIMN_NODE(.name = names[i], .run = run);
        WANT(lm_registry_add(r, &nodes[i], &err));
    }
    WANT(lm_registry_nearest(r, "KSamplr", near, 3) == 2);
    WANT_TEXT(near[0], "KSampler");
    WANT_TEXT(near[1], "KSample");
    WANT(lm_registry_nearest(r, "VAEncode", near, 1) == 1);
    WANT_TEXT(near[0], "VAEEncode");
    WANT(lm_registry_nearest(r, "something else", near, 3) == 0);
    lm_registry_free(r);
}

TEST(inputs_are_found_and_guessed_by_name)
{
    static const limn_input in[] = {
        { .name = "steps", .type = "INT", .kind = LIMN_KIND_INT, .offset = 0 },
        { .name = "sampler_name", .type = "INT", .kind = LIMN_KIND_INT, .offset = 8 },
        LIMN_END,
    };
    static const limn_node n = LIMN_NODE(.name = "N", .run = run, .inputs = in, .args_size = 16);
    lm_registry           *r = lm_registry_new();
    limn_error             err = { 0 };

    WANT(lm_registry_add(r, &n, &err));
    WANT(lm_class_input(lm_registry_at(r, 0), "sampler_name") == &in[1]);
    WANT(!lm_class_input(lm_registry_at(r, 0), "sampler"));
    WANT_TEXT(lm_class_nearest_input(lm_registry_at(r, 0), "step"), "steps");
    WANT(!lm_class_nearest_input(lm_registry_at(r, 0), "denoise"));
    lm_registry_free(r);
}

/* What a registry says to a node of two inputs. */
static const char *verdict_on(uint32_t flags, bool need, limn_input first, limn_input second)
{
    static limn_error err;
    const limn_input  table[] = { first, second, LIMN_END };
    const limn_node   n = LIMN_NODE(.name = "N", .inputs = table, .args_size = 64, .run = run, .flags = flags,
                                    .need = need ? (bool (*)(limn_call *, const void *, bool *, limn_error *))run : NULL);
    lm_registry      *r = lm_registry_new();
    bool              ok;

    err = (limn_error){ 0 };
    ok = lm_registry_add(r, &n, &err);
    lm_registry_free(r);
    return ok ? "well" : err.text;
}

#define ROW(name_, kind_, ...) ((limn_input){ .name = name_, .type = "INT", .kind = LIMN_KIND_##kind_, __VA_ARGS__ })

TEST(lists_lazy_inputs_raw_links_and_the_rest_are_declared_as_they_can_be)
{
    const limn_input link = ROW("l", LINK), list = ROW("i", INT, .list = true), rest = ROW("r", REST);
    const limn_input lazy = ROW("z", LINK, .flags = LIMN_LAZY), number = ROW("n", INT);

    WANT_TEXT(verdict_on(0, false, link, rest), "well");
    WANT_TEXT(verdict_on(0, true, lazy, number), "well");
    WANT_TEXT(verdict_on(LIMN_TAKES_LISTS, false, link, list), "well");
    WANT_TEXT(verdict_on(0, false, ROW("w", LINK, .flags = LIMN_RAW_LINK), number), "well");
    WANT_TEXT(verdict_on(0, false, rest, link), "node N, input r: what takes the rest of the inputs stands last, and once");
    WANT_TEXT(verdict_on(0, false, rest, ROW("s", REST)), "node N, input r: what takes the rest of the inputs stands last, and once");
    WANT_TEXT(verdict_on(0, true, number, ROW("r", REST, .flags = LIMN_LAZY)),
              "node N, input r: what takes the rest of the inputs is neither a list, nor lazy, nor a raw link");
    WANT_TEXT(verdict_on(0, false, link, list), "node N, input i: it is declared as a list, and the node not as one that takes lists");
    WANT_TEXT(verdict_on(LIMN_TAKES_LISTS, false, list, number), "node N, input n: the node takes lists, and this input is not declared as one");
    WANT_TEXT(verdict_on(0, false, lazy, number), "node N, input z: it is lazy, and the node has no function that says when it is needed");
    WANT_TEXT(verdict_on(0, true, link, number), "node N: it says which inputs it needs, and none of them is lazy");
    WANT_TEXT(verdict_on(0, false, ROW("n", INT, .flags = LIMN_RAW_LINK), link), "node N, input n: a raw link is declared with LIMN_LINK");
    WANT_TEXT(verdict_on(0, true, ROW("w", LINK, .flags = LIMN_RAW_LINK | LIMN_LAZY), link),
              "node N, input w: a raw link is not followed: it cannot be lazy as well");
}

TEST(the_catalogue_says_how_inputs_come_and_what_a_node_wants_beside_them)
{
    static const limn_input in[] = {
        { .name = "a", .type = "INT", .kind = LIMN_KIND_LINK, .flags = LIMN_LAZY, .list = true },
        { .name = "w", .type = "*", .kind = LIMN_KIND_LINK, .flags = LIMN_RAW_LINK | LIMN_OPTIONAL },
        { .name = "n", .type = "INT", .kind = LIMN_KIND_INT, .list = true, .flags = LIMN_SOCKET | LIMN_ADVANCED },
        { .name = "rest", .type = "*", .kind = LIMN_KIND_REST },
        LIMN_END,
    };
    static const limn_output out[] = { LIMN_OUT("one", "INT", "x"), LIMN_OUT_LIST("many", "INT", "y"), LIMN_OUT_END };
    static const limn_node   n = LIMN_NODE(
          .name = "N", .category = "c", .doc = "d", .inputs = in, .outputs = out, .args_size = 8, .run = run,
          .need = (bool (*)(limn_call *, const void *, bool *, limn_error *))run,
          .flags = LIMN_TAKES_LISTS | LIMN_WANTS_ID | LIMN_WANTS_GRAPH | LIMN_WANTS_PROMPT);
    lm_registry *r = lm_registry_new();
    limn_error   err = { 0 };
    lm_text      text = { 0 };

    WANT(lm_registry_add(r, &n, &err));
    lm_catalogue_class(&text, lm_registry_at(r, 0), NULL);
    WANT(strstr(text.at, "{\"a\": [\"INT\", {\"lazy\": true}], \"n\": [\"INT\", {\"default\": 0, \"forceInput\": true, "
                         "\"advanced\": true}]}, \"optional\": {\"w\": [\"*\", {\"rawLink\": true}]}, \"hidden\": "
                         "{\"prompt\": \"PROMPT\", \"extra_pnginfo\": \"EXTRA_PNGINFO\", \"dynprompt\": \"DYNPROMPT\", "
                         "\"unique_id\": \"UNIQUE_ID\"}}"));
    WANT(strstr(text.at, "\"hidden\": [\"prompt\", \"extra_pnginfo\", \"dynprompt\", \"unique_id\"]}, \"is_input_list\": true"));
    WANT(strstr(text.at, "\"output_is_list\": [false, true]") && !strstr(text.at, "rest"));
    lm_text_done(&text);
    lm_registry_free(r);
}

TEST_MAIN
