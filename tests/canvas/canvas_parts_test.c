/* canvas_parts_test.c: what makes no corpus: dates, choices by chance, types, hostile sizes, no memory. Linked so
 * that lm_try_alloc is ours. */
#include "core/graph/canvas_parts.h"

#include "core/base/alloc.h"
#include "core/graph/workflow.h"
#include "stand_ins.h"
#include "tests/test.h"

void *__real_lm_try_alloc(size_t bytes);
void *__wrap_lm_try_alloc(size_t bytes);

static int until_failure = -1; /* allocations that still succeed; below 0: all */

void *__wrap_lm_try_alloc(size_t bytes)
{
    if (until_failure >= 0 && until_failure-- == 0)
        return NULL;
    return __real_lm_try_alloc(bytes);
}

static lm_registry *registry(void)
{
    static lm_registry *r;

    if (!r) {
        r = lm_registry_new();
        add_stand_ins(r);
    }
    return r;
}

static lm_workflow *open_text(const char *text, limn_error *err)
{
    const lm_canvas_env env = { .registry = registry(), .now = 1700000000, .chance = 1 };

    return lm_workflow_open(text, strlen(text), &env, err);
}

/* The prompt that a text comes to, or why it does not. Good until the next call. */
static const char *prompt_of(const char *text)
{
    static char *prompt;
    limn_error   err = { 0 };
    lm_workflow *w = open_text(text, &err);

    lm_free(prompt);
    prompt = w ? lm_workflow_prompt_text(w) : lm_copy_text(err.text);
    lm_workflow_free(w);
    return prompt;
}

/* ------------------------------------------------------------------ texts */

static const char *chosen(const char *text, uint64_t chance)
{
    static lm_text out;

    lm_text_done(&out);
    lm_canvas_choose(text, strlen(text), &chance, &out);
    return lm_text_str(&out);
}

TEST(each_option_is_chosen_about_as_often)
{
    int times[3] = { 0 };

    for (uint64_t i = 1; i <= 300; i++)
        times[chosen("{a|b|c}", i * 7919)[0] - 'a']++;
    WANT(times[0] > 60 && times[1] > 60 && times[2] > 60);
}

TEST(choices_lie_in_choices_and_may_be_empty)
{
    bool seen[4] = { 0 };

    for (uint64_t i = 1; i <= 200; i++) {
        const char *s = chosen("<{x{1|2}|{|y}}>", i * 104729);

        seen[0] |= !strcmp(s, "<x1>");
        seen[1] |= !strcmp(s, "<x2>");
        seen[2] |= !strcmp(s, "<>");
        seen[3] |= !strcmp(s, "<y>");
        WANT(!strcmp(s, "<x1>") || !strcmp(s, "<x2>") || !strcmp(s, "<>") || !strcmp(s, "<y>"));
    }
    WANT(seen[0] && seen[1] && seen[2] && seen[3]);
}

TEST(braces_that_do_not_match_and_escapes_are_kept_apart)
{
    WANT_TEXT(chosen("a } b", 1), "a } b");
    WANT_TEXT(chosen("a {b", 1), "a b");
    WANT_TEXT(chosen("\\{a\\|b\\} \\x \\", 1), "{a|b} \\x \\");
    WANT_TEXT(chosen("{one\\|two}", 1), "one|two");
    WANT_TEXT(chosen("a | b", 1), "a | b");
    WANT_TEXT(chosen("", 1), "");
}

TEST(comments_go)
{
    WANT_TEXT(chosen("a/* b\nc */d // e\nf", 1), "ad \nf");
    WANT_TEXT(chosen("a /* b", 1), "a /* b");
    WANT_TEXT(chosen("/**/x/*/", 1), "x/*/");
}

TEST(dates_are_written_with_the_letters_of_the_front_end)
{
    lm_text out = { 0 };

    setenv("TZ", "UTC", 1);
    lm_canvas_date("yyyy-MM-dd_hh-mm-ss d/M/yy h:m:s yyy Q", 38, 1704164645, &out); /* 2024-01-02 03:04:05 */
    WANT_TEXT(lm_text_str(&out), "2024-01-02_03-04-05 2/1/24 3:4:5 yyy Q");
    lm_text_done(&out);
}

TEST(a_date_stands_in_a_name)
{
    setenv("TZ", "UTC", 1);
    WANT_TEXT(prompt_of("{\"nodes\":[{\"id\":1,\"type\":\"limn_saving\",\"widgets_values\":[\"a_%date:yyyyMMdd%_b%%c%\"]}]}"),
              "{\"1\": {\"inputs\": {\"filename_prefix\": \"a_20231114_b%%c%\", \"text\": \"\"}, \"class_type\": "
              "\"limn_saving\", \"_meta\": {\"title\": \"Saving\"}}}");
}

/* ------------------------------------------------------------------ types */

static bool fit(const char *a, const char *b)
{
    lm_canvas  c = { 0 };
    const bool ok = lm_canvas_fits(&c, lm_canvas_type(&c, lm_canvas_text(a)), lm_canvas_type(&c, lm_canvas_text(b)));

    lm_index_done(&c.types);
    lm_free(c.type_names);
    return ok;
}

TEST(types_fit_when_they_share_a_name_in_any_case)
{
    WANT(fit("IMAGE", "IMAGE") && fit("IMAGE", "image") && fit("*", "IMAGE") && fit("", "IMAGE") && fit("0", "X"));
    WANT(fit("INT,FLOAT", "FLOAT") && fit("a,b", "c,B") && !fit("INT,FLOAT", "STRING") && !fit("IMAGE", "IMAGES"));
}

/* ------------------------------------------------------------------ odd files */

TEST(a_file_with_nothing_in_it_is_a_prompt_without_nodes)
{
    WANT_TEXT(prompt_of("{\"nodes\":[]}"), "{}");
    WANT_TEXT(prompt_of("{\"nodes\":[1,null,\"x\",[]],\"links\":{\"a\":1}}"), "{}");
    WANT_TEXT(prompt_of("{\"prompt\":{\"nodes\":[]},\"client_id\":\"x\"}"), "{}");
}

TEST(a_node_without_id_gets_the_next)
{
    WANT_TEXT(prompt_of("{\"last_node_id\":7,\"nodes\":[{\"type\":\"X\"},{\"id\":3,\"type\":\"X\"},{}]}"),
              "{\"3\": {\"inputs\": {}, \"class_type\": \"X\", \"_meta\": {\"title\": \"X\"}}, "
              "\"8\": {\"inputs\": {}, \"class_type\": \"X\", \"_meta\": {\"title\": \"X\"}}, "
              "\"9\": {\"inputs\": {}, \"_meta\": {\"title\": \"\"}}}");
}

TEST(two_inputs_of_a_name_become_one)
{
    WANT_TEXT(prompt_of("{\"nodes\":[{\"id\":1,\"type\":\"X\",\"inputs\":[{\"name\":\"a\",\"link\":1},{\"name\":\"a\",\"link\":2}]},"
                        "{\"id\":2,\"type\":\"Y\"}],\"links\":[[1,2,0,1,0,\"*\"],[2,2,1,1,1,\"*\"]]}"),
              "{\"1\": {\"inputs\": {\"a\": [\"2\", 1]}, \"class_type\": \"X\", \"_meta\": {\"title\": \"X\"}}, "
              "\"2\": {\"inputs\": {}, \"class_type\": \"Y\", \"_meta\": {\"title\": \"Y\"}}}");
}

static const char *notes_of(const char *text)
{
    static char *notes;
    limn_error   err = { 0 };
    lm_workflow *w = open_text(text, &err);

    lm_free(notes);
    notes = lm_copy_text(w ? lm_workflow_notes(w) : err.text);
    lm_workflow_free(w);
    return notes;
}

TEST(what_is_not_followed_is_said)
{
    WANT_TEXT(notes_of("{\"nodes\":[{\"id\":1,\"type\":\"X\",\"inputs\":[{\"name\":\"a\",\"link\":9}]}]}"),
              "node 1, a: its link 9 is not in the file\n");
    WANT_TEXT(notes_of("{\"nodes\":[{\"id\":1,\"type\":\"X\",\"inputs\":[{\"name\":\"a\",\"link\":9}]},"
                       "{\"id\":2,\"type\":\"GetNode\",\"widgets_values\":[\"vae\\n\"]}],\"links\":[[9,2,0,1,0,\"V\"]]}"),
              "node 2 gets \"vae?\", which no node sets\n");
    WANT_TEXT(notes_of("{\"nodes\":[{\"id\":1,\"type\":\"Anything Everywhere?\",\"widgets_values\":[\"^K.*r$\"]},"
                       "{\"id\":1},7]}"),
              "one of the nodes of the workflow is no object: left out\n"
              "node 1 is there twice: the second is left out\n"
              "node 1 sends by a pattern that limn does not follow\n");
}

/* Thirty definitions, each of which uses the next three times. */
TEST(subgraphs_that_explode_are_refused)
{
    lm_text text = { 0 };

    lm_text_puts(&text, "{\"nodes\":[{\"id\":1,\"type\":\"d0\"}],\"definitions\":{\"subgraphs\":[");
    for (int i = 0; i < 30; i++)
        lm_text_printf(&text, "%s{\"id\":\"d%d\",\"nodes\":[{\"id\":1,\"type\":\"d%d\"},{\"id\":2,\"type\":\"d%d\"},"
                              "{\"id\":3,\"type\":\"d%d\"}]}", i ? "," : "", i, i + 1, i + 1, i + 1);
    lm_text_puts(&text, "]}}");
    WANT_TEXT(prompt_of(text.at), "its subgraphs come to more than 524288 nodes: too large for a workflow");
    lm_text_done(&text);
}

TEST(subgraphs_that_are_too_deep_are_refused)
{
    lm_text text = { 0 };

    lm_text_puts(&text, "{\"nodes\":[{\"id\":1,\"type\":\"d0\"}],\"definitions\":{\"subgraphs\":[");
    for (int i = 0; i < 200; i++)
        lm_text_printf(&text, "%s{\"id\":\"d%d\",\"nodes\":[{\"id\":1,\"type\":\"d%d\"}]}", i ? "," : "", i, i + 1);
    lm_text_puts(&text, "]}}");
    WANT(strstr(prompt_of(text.at), "lies more than 100 subgraphs deep"));
    lm_text_done(&text);
}

/* Each of 20,000 reroutes has a reader of its own: looked through once, not once for each reader. */
TEST(long_chains_of_reroutes_are_walked_once)
{
    enum { N = 20000 };
    lm_text text = { 0 };

    lm_text_puts(&text, "{\"nodes\":[{\"id\":0,\"type\":\"X\"}");
    for (int i = 1; i <= N; i++)
        lm_text_printf(&text, ",{\"id\":%d,\"type\":\"Reroute\",\"inputs\":[{\"name\":\"\",\"type\":\"*\",\"link\":%d}]},"
                              "{\"id\":%d,\"type\":\"Y\",\"inputs\":[{\"name\":\"a\",\"type\":\"A\",\"link\":%d}]}",
                       i, i, N + i, N + i);
    lm_text_puts(&text, "],\"links\":[[0,0,0,0,0,\"\"]");
    for (int i = 1; i <= N; i++)
        lm_text_printf(&text, ",[%d,%d,0,%d,0,\"A\"],[%d,%d,0,%d,0,\"A\"]", i, i - 1, i, N + i, i, N + i);
    lm_text_puts(&text, "]}");
    WANT(strstr(prompt_of(text.at), "\"40000\": {\"inputs\": {\"a\": [\"0\", 0]}"));
    lm_text_done(&text);
}

/* ------------------------------------------------------------------ no memory */

static const char everything[] =
    "{\"nodes\":[{\"id\":1,\"type\":\"d\",\"widgets_values\":[5],\"inputs\":[{\"name\":\"noise_seed\"}]},"
    "{\"id\":2,\"type\":\"workflow>G\",\"widgets_values\":[1]},{\"type\":\"RandomNoise\"},"
    "{\"id\":4,\"type\":\"Reroute\",\"mode\":4,\"inputs\":[{\"name\":\"\",\"type\":[\"a\",\"b\"],\"link\":1}]},"
    "{\"id\":5,\"type\":\"limn_saving\",\"widgets_values\":[\"%Noise.noise_seed%\",\"a {b}\"],\"inputs\":[{\"name\":\"anything\",\"type\":\"*\",\"link\":2}]},"
    "{\"id\":6,\"type\":\"Anything Everywhere\",\"inputs\":[{\"name\":\"a\",\"link\":3}]},{\"id\":7,\"type\":\"SetNode\",\"widgets_values\":[\"n\"]}],"
    "\"links\":[[1,1,0,4,0,\"N\"],[2,4,0,5,0,\"*\"],[3,1,0,6,0,\"N\"]],"
    "\"definitions\":{\"subgraphs\":[{\"id\":\"d\",\"inputs\":[{\"name\":\"noise_seed\",\"linkIds\":[1]}],\"outputs\":[{\"name\":\"o\",\"type\":\"N\",\"linkIds\":[2]}],"
    "\"nodes\":[{\"id\":1,\"type\":\"RandomNoise\",\"title\":\"Noise\",\"inputs\":[{\"name\":\"noise_seed\",\"widget\":{\"name\":\"noise_seed\"},\"link\":1}]}],"
    "\"links\":[{\"id\":1,\"origin_id\":-10,\"origin_slot\":0},{\"id\":2,\"origin_id\":1,\"origin_slot\":0}]}]},"
    "\"extra\":{\"groupNodes\":{\"G\":{\"nodes\":[{\"type\":\"RandomNoise\",\"index\":0}],\"links\":[]}}}}";

TEST(every_allocation_may_fail)
{
    int n = 0;

    WANT(strstr(prompt_of(everything), "\"anything\": [\"1:1\", 0]"));
    WANT(strstr(prompt_of(everything), "\"filename_prefix\": \"5\", \"text\": \"a b\""));
    for (bool ok = false; !ok && n < 1000; n++) {
        limn_error   err = { 0 };
        lm_workflow *w;

        until_failure = n;
        w = open_text(everything, &err);
        ok = w;
        WANT(ok || (err.code == LIMN_MEMORY && *err.text));
        lm_workflow_free(w);
    }
    until_failure = -1;
    WANT(n > 20 && n < 1000); /* so many allocations there were, and then it went well */
}

TEST_MAIN
