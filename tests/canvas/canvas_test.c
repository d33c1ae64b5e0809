/* canvas_test.c: workflows as a canvas saves them, converted, and compared with what ComfyUI's own front end made
 * of the same files (recorded.json) or, where limn does better, with what it should be (ours.json says why). */
#include "core/graph/canvas.h"

#include <dirent.h>

#include "core/base/alloc.h"
#include "core/graph/workflow.h"
#include "nodes/all.h"
#include "stand_ins.h"
#include "tests/test.h"

static lm_registry *registry(void)
{
    static lm_registry *r;

    if (!r) {
        r = lm_registry_new();
        lm_registry_add_families(r, lm_node_families, NULL);
        add_stand_ins(r);
    }
    return r;
}

static char *read_file(const char *path, size_t *size)
{
    FILE  *f = fopen(path, "rb");
    char  *text;

    if (!f)
        return NULL;
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    rewind(f);
    text = lm_alloc(*size + 1);
    *size = fread(text, 1, *size, f);
    fclose(f);
    return text;
}

static lm_json *read_json(const char *path)
{
    size_t     size;
    char      *text = read_file(path, &size);
    limn_error err = { 0 };
    lm_json   *d = text ? lm_json_read(text, size, &err) : NULL;

    if (!d)
        printf("    %s: %s\n", path, text ? err.text : "cannot be opened");
    lm_free(text);
    return d;
}

static char *corpus_path(const char *name)
{
    static char path[200];

    snprintf(path, sizeof path, "tests/canvas/corpus/%s.json", name);
    return path;
}

static lm_workflow *open_text(const char *text, size_t size, limn_error *err)
{
    const lm_canvas_env env = { .registry = registry(), .now = 1700000000, .chance = 1 };

    return lm_workflow_open(text, size, &env, err);
}

static lm_workflow *open_file(const char *name, limn_error *err)
{
    size_t       size = 0;
    char        *text = read_file(corpus_path(name), &size);
    lm_workflow *w = open_text(text ? text : "", size, err);

    lm_free(text);
    return w;
}

/* ------------------------------------------------------------------ comparing */

/* The same value; numbers by what they come to, as JavaScript spells them its own way. */
static bool same_value(const lm_json *a, lm_json_ref x, const lm_json *b, lm_json_ref y)
{
    const lm_json_kind kind = lm_json_kind_of(a, x);
    double             p, q;
    size_t             n, m;

    if (kind != lm_json_kind_of(b, y) || lm_json_count(a, x) != lm_json_count(b, y))
        return false;
    if (kind == LM_JSON_NUMBER)
        return lm_json_to_double(a, x, &p) && lm_json_to_double(b, y, &q) && p == q;
    if (kind == LM_JSON_STRING) {
        const char *s = lm_json_string(a, x, &n), *t = lm_json_string(b, y, &m);

        return n == m && !memcmp(s, t, n);
    }
    for (uint32_t i = 0; kind == LM_JSON_ARRAY && i < lm_json_count(a, x); i++)
        if (!same_value(a, lm_json_at(a, x, i), b, lm_json_at(b, y, i)))
            return false;
    for (lm_json_ref k = lm_json_first(a, x); kind == LM_JSON_OBJECT && k; k = lm_json_next(a, k))
        if (!same_value(a, lm_json_value(a, k), b, lm_json_get(b, y, lm_json_string(a, k, NULL))))
            return false;
    return true;
}

static void print_value(const char *label, const lm_json *d, lm_json_ref v)
{
    lm_text text = { 0 };

    lm_json_write(d, v, LM_JSON_SPACES, &text);
    printf("    %s %s\n", label, lm_text_str(&text));
    lm_text_done(&text);
}

/* Are all nodes the same, titles aside when `titles` is false? Later front ends have other names for classes. */
static bool same_nodes(const lm_json *a, lm_json_ref x, const lm_json *b, lm_json_ref y, bool titles)
{
    static const char *const parts[] = { "inputs", "class_type", "_meta" };
    bool                     same = lm_json_count(a, x) == lm_json_count(b, y);

    for (lm_json_ref k = lm_json_first(a, x); k; k = lm_json_next(a, k)) {
        const lm_json_ref n = lm_json_value(a, k), m = lm_json_get(b, y, lm_json_string(a, k, NULL));
        bool              ok = m;

        for (int i = 0; i < (titles ? 3 : 2); i++)
            ok = ok && same_value(a, lm_json_get(a, n, parts[i]), b, lm_json_get(b, m, parts[i]));
        if (!ok) {
            printf("    node %s\n", lm_json_string(a, k, NULL));
            print_value("got ", a, n);
            print_value("want", b, m);
        }
        same = same && ok;
    }
    return same;
}

static const lm_json *recorded(void)
{
    static lm_json *d;

    return d ? d : (d = read_json("tests/canvas/recorded.json"));
}

static const lm_json *ours(void)
{
    static lm_json *d;

    return d ? d : (d = read_json("tests/canvas/ours.json"));
}

static bool is_text(const lm_json *d, lm_json_ref v, const char *text)
{
    const char *s = lm_json_string(d, v, NULL);

    return s && !strcmp(s, text);
}

static bool same(const char *name, const lm_json *records)
{
    const lm_json_ref record = records ? lm_json_get(records, lm_json_root(records), name) : 0;
    const bool        titles = is_text(records, lm_json_get(records, record, "frontEnd"), "1.27.10") ||
                        lm_json_get(records, record, "why");
    limn_error   err = { 0 };
    lm_workflow *w = open_file(name, &err);
    bool         ok = w && record &&
              same_nodes(lm_workflow_json(w), lm_json_root(lm_workflow_json(w)), records,
                         lm_json_get(records, record, "output"), titles);

    if (!ok)
        printf("    %s: %s\n", name, w ? "not the same" : err.text);
    lm_workflow_free(w);
    return ok;
}

/* The front end answers the same. */
#define SAME(name) WANT(same(name, recorded()))

/* The front end does not; ours.json has the answer and the reason, and the record is another one indeed. */
static bool differs(const char *name)
{
    const lm_json    *d = ours(), *r = recorded();
    const lm_json_ref mine = lm_json_get(d, lm_json_root(d), name), theirs = lm_json_get(r, lm_json_root(r), name);

    return lm_json_get(d, mine, "why") && same(name, d) &&
           !same_value(d, lm_json_get(d, mine, "output"), r, lm_json_get(r, theirs, "output"));
}
#define OURS(name) WANT(differs(name))

static const char *refusal(const char *name)
{
    static limn_error err;
    lm_workflow      *w;

    err = (limn_error){ 0 };
    w = open_file(name, &err);
    lm_workflow_free(w);
    return w ? "it was read" : err.text;
}

/* ------------------------------------------------------------------ the file */

TEST(a_file_of_version_0_4_is_converted) { SAME("plain-04"); }
TEST(a_file_of_version_1_is_converted) { SAME("plain-10"); }
TEST(positions_as_objects_slots_as_texts_and_missing_parts_are_taken) { SAME("old-shapes"); }
TEST(null_links_are_skipped) { OURS("null-links"); }
TEST(links_may_be_arrays_and_objects_in_one_file) { OURS("objects-in-04"); }
TEST(ids_may_be_texts) { SAME("text-ids"); }
TEST(a_second_node_of_an_id_is_left_out) { SAME("id-twice"); }
TEST(inputs_are_found_by_name_and_others_are_kept) { SAME("inputs-by-name"); }
TEST(an_input_whose_link_is_gone_is_left_out) { OURS("link-missing"); OURS("node-missing"); }
TEST(a_link_to_an_output_that_is_not_there_stays_for_the_check) { SAME("slot-out-of-range"); }
TEST(notes_and_groups_are_for_people) { SAME("notes"); }
TEST(modes_other_than_muted_and_bypassed_mean_nothing) { SAME("other-modes"); }

/* ------------------------------------------------------------------ widgets */

TEST(a_converted_widget_keeps_its_place_and_its_link_wins) { SAME("converted"); }
TEST(widgets_that_are_listed_among_inputs_are_widgets_still) { SAME("listed-widgets"); }
TEST(upload_buttons_have_a_place) { SAME("uploads"); }
TEST(controls_have_a_place_also_as_booleans_and_null) { SAME("controls"); SAME("control-null"); }
TEST(controls_that_were_left_out_are_not_missed) { OURS("controls-left-out"); }
TEST(a_list_that_is_too_short_is_filled_with_defaults) { SAME("drift"); }
TEST(samplers_lose_their_old_prefix) { SAME("old-sampler-names"); }
TEST(values_under_names_are_taken_by_name) { OURS("values-by-name"); }
TEST(odd_values_go_on_as_they_are) { SAME("odd-values"); }
TEST(a_seed_of_64_bits_is_exact)
{
    limn_error   err = { 0 };
    lm_workflow *w = open_file("large-seed", &err);
    char        *prompt = w ? lm_workflow_prompt_text(w) : NULL;

    WANT(prompt && strstr(prompt, "\"seed\": 18446744073709551615,"));
    lm_free(prompt);
    lm_workflow_free(w);
    SAME("large-seed");
}
TEST(values_of_sockets_in_old_files_are_dropped) { OURS("forced-values"); }
TEST(a_choice_with_a_control_has_a_filter_too) { OURS("choice-controls"); }

/* ------------------------------------------------------------------ nodes that canvases resolve */

TEST(reroute_nodes_are_followed) { SAME("reroute-nodes"); }
TEST(native_reroutes_are_drawing) { SAME("reroutes-native"); SAME("reroutes-native-10"); }
TEST(a_ring_of_reroutes_brings_nothing)
{
    limn_error   err = { 0 };
    lm_workflow *w = open_file("reroute-ring", &err);

    WANT(w && strstr(lm_workflow_notes(w), "what it hands on comes back to it"));
    lm_workflow_free(w);
    OURS("reroute-ring");
}
TEST(a_primitive_gives_its_value_whatever_its_mode) { SAME("primitives"); }
TEST(a_primitive_without_a_value_gives_none) { SAME("primitive-empty"); }
TEST(a_primitive_replaces_tokens_when_it_is_told_to) { SAME("primitive-replace"); }
TEST(a_primitive_reaches_through_a_reroute) { OURS("primitive-reroute"); }
TEST(what_is_muted_is_left_out_with_its_links) { SAME("muted"); }
TEST(what_is_bypassed_hands_on_what_fits) { SAME("bypassed"); SAME("bypass-sampler"); SAME("bypass-two-of-a-type"); }
TEST(what_is_bypassed_hands_on_nothing_that_does_not_fit) { SAME("bypass-nothing"); SAME("bypass-changes-type"); }
TEST(widgets_count_among_the_inputs_of_a_bypassed_node) { SAME("bypass-widgets"); }
TEST(a_bypassed_reroute_is_followed_and_a_muted_one_is_not) { SAME("bypass-reroute"); }
TEST(set_and_get_nodes_meet_by_name_and_the_helpers_of_packs_vanish) { OURS("set-and-get"); }
TEST(what_is_sent_everywhere_arrives_by_type) { OURS("everywhere"); }
TEST(what_two_send_everywhere_does_not_arrive) { OURS("everywhere-twice"); }

/* ------------------------------------------------------------------ classes that nobody knows */

TEST(an_unknown_class_keeps_links_values_and_its_pack)
{
    limn_error              err = { 0 };
    lm_workflow            *w = open_file("unknown-class", &err);
    const int               i = w ? lm_workflow_find(w, "101", 3) : -1;
    const lm_workflow_node *n = i < 0 ? NULL : lm_workflow_at(w, i);

    WANT(n && !strcmp(n->class_name, "FancyUpscale") && n->pack && !strcmp(n->pack, "fancy-pack"));
    lm_workflow_free(w);
    OURS("unknown-class");
}
TEST(an_unknown_class_can_be_bypassed) { SAME("unknown-bypassed"); }

/* ------------------------------------------------------------------ subgraphs */

TEST(a_subgraph_is_expanded_for_each_use) { SAME("subgraph"); }
TEST(subgraphs_lie_in_subgraphs) { SAME("nested"); SAME("nested-default"); SAME("nested-definitions"); }
TEST(inputs_of_a_subgraph_are_found_by_name) { SAME("subgraph-inputs-by-name"); }
TEST(an_input_of_a_subgraph_may_stay_open) { SAME("subgraph-unconnected"); }
TEST(a_subgraph_may_be_muted_or_bypassed_as_a_whole) { SAME("subgraph-muted"); SAME("subgraph-bypassed"); }
TEST(everything_works_inside_a_subgraph_too) { OURS("subgraph-busy"); }
TEST(an_input_of_a_subgraph_may_be_its_output) { OURS("subgraph-through"); }
TEST(a_subgraph_in_itself_is_refused)
{
    WANT_TEXT(refusal("subgraph-in-itself"), "the subgraph Mirror contains itself");
}
TEST(promoted_widgets_of_front_end_1_27) { SAME("promoted-127"); SAME("promoted-many"); SAME("promoted-seed"); }
TEST(promoted_widgets_of_front_end_1_36) { SAME("promoted-parallel"); }
TEST(promoted_widgets_of_front_end_1_44) { SAME("promoted-144"); }
TEST(promoted_widgets_of_front_end_1_46) { SAME("promoted-146"); SAME("proxies-146"); }
TEST(promoted_widgets_of_front_end_1_58) { SAME("promoted-158"); }
TEST(a_promoted_widget_without_a_value_keeps_the_one_within) { SAME("promoted-short"); }
TEST(a_link_or_primitive_goes_before_a_promoted_value) { SAME("promoted-linked"); }

/* ------------------------------------------------------------------ group nodes */

TEST(a_group_node_is_expanded) { SAME("group-node"); SAME("group-node-slash"); }
TEST(names_that_repeat_in_a_group_are_told_apart) { SAME("group-names"); }
TEST(a_link_into_a_groups_widget_is_followed) { OURS("group-linked"); }
TEST(reroutes_and_primitives_work_in_groups) { OURS("group-primitive"); }
TEST(a_group_may_be_muted_or_bypassed) { OURS("group-muted"); OURS("group-bypassed"); }

/* ------------------------------------------------------------------ texts */

TEST(choices_in_prompts_are_made_and_comments_go) { SAME("prompt-choices"); }
TEST(names_of_files_have_their_tokens_filled) { SAME("name-tokens"); }

/* ------------------------------------------------------------------ nothing is lost */

/* Without the spaces that are not in texts. */
static char *squeezed(const char *text)
{
    char *out = lm_copy_text(text), *w = out;
    bool  inside = false;

    for (const char *s = text; *s; s++) {
        if (inside && *s == '\\')
            *w++ = *s++;
        else if (*s == '"')
            inside = !inside;
        if (inside || !strchr(" \n\t\r", *s))
            *w++ = *s;
    }
    *w = 0;
    return out;
}

static bool comes_back(const char *name)
{
    size_t       size = 0;
    char        *text = read_file(corpus_path(name), &size);
    limn_error   err = { 0 };
    lm_workflow *w = open_text(text, size, &err);
    char        *canvas = w ? lm_workflow_canvas_text(w) : NULL;
    char        *before = squeezed(text), *after = squeezed(canvas ? canvas : "");
    const bool   ok = !w || !strcmp(before, after);

    lm_free(before);
    lm_free(after);
    lm_free(canvas);
    lm_workflow_free(w);
    lm_free(text);
    return ok;
}

TEST(the_file_itself_comes_back_byte_for_byte)
{
    DIR           *d = opendir("tests/canvas/corpus");
    struct dirent *e;
    int            n = 0;

    WANT(d);
    while (d && (e = readdir(d))) {
        char *name = lm_copy_text(e->d_name), *point = strstr(name, ".json");

        if (point) {
            *point = 0;
            n++;
            if (strcmp(name, "prompt-choices") && !comes_back(name)) {
                printf("    %s\n", name);
                WANT(!"the same");
            }
        }
        lm_free(name);
    }
    if (d)
        closedir(d);
    WANT(n >= 75);
}

TEST(fields_that_nobody_knows_come_back)
{
    static const char text[] = "{\"nodes\":[{\"id\":1,\"type\":\"EmptyImage\",\"pos\":[1.50,2e3],\"secret\":{\"b\":1,\"a\":[]},"
                               "\"widgets_values\":[18446744073709551615,8.0]}],\"links\":[],\"extra\":{\"z\":null},"
                               "\"version\":0.40}";
    limn_error   err = { 0 };
    lm_workflow *w = open_text(text, sizeof text - 1, &err);
    char        *canvas = w ? lm_workflow_canvas_text(w) : NULL, *after = squeezed(canvas ? canvas : "");

    WANT_TEXT(after, text);
    lm_free(after);
    lm_free(canvas);
    lm_workflow_free(w);
}

TEST(a_choice_that_was_made_stands_in_the_file_that_comes_back)
{
    limn_error   err = { 0 };
    lm_workflow *w = open_file("prompt-choices", &err);
    char        *canvas = w ? lm_workflow_canvas_text(w) : NULL;

    WANT(canvas && strstr(canvas, "a red circle  on {blue}") && !strstr(canvas, "{red}"));
    lm_free(canvas);
    lm_workflow_free(w);
}
TEST_MAIN
