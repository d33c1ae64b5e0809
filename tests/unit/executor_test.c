/* executor_test.c: plans that run: events, cache, lifetimes, failures. */
#include "core/graph/bind.h"
#include "core/graph/run.h"
#include "graph_for_tests.h"
#include "tests/test.h"

#define NUMBER(id, x)     "\"" id "\":{\"class_type\":\"Number\",\"inputs\":{\"value\":" x "}}"
#define SUM(id, a, b)     "\"" id "\":{\"class_type\":\"Sum\",\"inputs\":{\"a\":[\"" a "\",0],\"b\":[\"" b "\",0]}}"
#define SHOW(id, source)  "\"" id "\":{\"class_type\":\"Show\",\"inputs\":{\"source\":[\"" source "\",0]}}"

static lm_text    heard;
static limn_error failure;

/* Runs a workflow, one node after another, so that what is heard has one order; it lives until the next call. */
static const char *run(const char *text, lm_cache *cache)
{
    const lm_run_env env = { .stop = &graph_stop, .listener = { write_down, &heard }, .jobs = 1 };
    struct planned   p;

    lm_text_done(&heard);
    failure = (limn_error){ 0 };
    atomic_store(&graph_stop, false);
    p = plan_text(text, &env);
    if (p.plan)
        WANT(lm_exec_run(p.plan, cache, &env, &failure) == (failure.code == LIMN_OK));
    else
        failure = p.err;
    planned_done(&p);
    return lm_text_str(&heard);
}

/* ------------------------------------------------------------------ running */

TEST(sources_run_first_and_the_answer_is_told)
{
    WANT_TEXT(run("{" SHOW("s", "3") "," SUM("3", "1", "2") "," NUMBER("2", "5") "," NUMBER("1", "4") "}", NULL),
              "START 4 0; RUNNING 1; EXECUTED 1; RUNNING 2; EXECUTED 2; RUNNING 3; EXECUTED 3; RUNNING s; "
              "EXECUTED s {\"text\":[\"9\"]}; DONE; ");
}

TEST(a_node_that_two_need_runs_once)
{
    graph_runs = 0;
    WANT_TEXT(run("{" NUMBER("1", "4") "," SUM("2", "1", "1") "," SHOW("s", "2") "," SHOW("t", "1") "}", NULL),
              "START 4 0; RUNNING 1; EXECUTED 1; RUNNING 2; EXECUTED 2; RUNNING s; EXECUTED s {\"text\":[\"8\"]}; "
              "RUNNING t; EXECUTED t {\"text\":[\"4\"]}; DONE; ");
    WANT(graph_runs == 4);
}

TEST(only_sound_outputs_run)
{
    WANT_TEXT(run("{" NUMBER("1", "4") "," SHOW("s", "9") "," SHOW("t", "1") ",\"9\":{\"class_type\":\"Number\"}}", NULL),
              "START 2 0; RUNNING 1; EXECUTED 1; RUNNING t; EXECUTED t {\"text\":[\"4\"]}; DONE; ");
    WANT_TEXT(run("{" SHOW("s", "9") ",\"9\":{\"class_type\":\"Number\"}}", NULL), "");
    WANT(failure.code == LIMN_INPUT);
    WANT_TEXT(failure.text, "node 9 (Number), value: it is required and not there (INT)");
}

TEST(each_output_of_a_node_goes_its_way)
{
    WANT(strstr(run("{\"1\":{\"class_type\":\"Halves\",\"inputs\":{\"value\":7}},"
                    "\"2\":{\"class_type\":\"Sum\",\"inputs\":{\"a\":[\"1\",0],\"b\":[\"1\",1]}}," SHOW("s", "2") "}", NULL),
                "{\"text\":[\"4\"]}"));
    WANT(strstr(run("{\"1\":{\"class_type\":\"Halves\",\"inputs\":{\"value\":7}},"
                    "\"2\":{\"class_type\":\"Show\",\"inputs\":{\"source\":[\"1\",1],\"label\":\"rest \"}}}", NULL),
                "{\"text\":[\"rest 1\"]}"));
}

/* ------------------------------------------------------------------ failing and stopping */

TEST(a_failure_names_the_node_and_ends_the_run)
{
    WANT_TEXT(run("{" NUMBER("1", "13") "," SUM("the sum", "1", "1") "," SHOW("s", "the sum") "," SHOW("t", "1") "}", NULL),
              "START 4 0; RUNNING 1; EXECUTED 1; RUNNING the sum; FAILED the sum thirteen is too much; ");
    WANT(failure.code == LIMN_INPUT);
    WANT_TEXT(failure.node, "the sum (Sum)");
    WANT_TEXT(failure.input, "a");
}

TEST(a_node_that_lies_about_its_outputs_is_caught)
{
    static const char *const texts[] = { "it gave nothing for its output INT",
                                         "it gave STRING for its output INT, which is INT",
                                         "it failed without saying why" };
    char                     text[200];

    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "{\"1\":{\"class_type\":\"Liar\",\"inputs\":{\"value\":%d}}," SHOW("s", "1") "}", i);
        run(text, NULL);
        WANT(failure.code == LIMN_BUG);
        WANT_TEXT(failure.text, texts[i]);
        WANT_TEXT(failure.node, "1 (Liar)");
    }
}

TEST(stop_is_read_between_nodes)
{
    WANT_TEXT(run("{\"1\":{\"class_type\":\"Stop\"}," SHOW("s", "1") "}", NULL),
              "START 2 0; RUNNING 1; PROGRESS 1 1 2; EXECUTED 1; INTERRUPTED s it was stopped before it began; ");
    WANT(failure.code == LIMN_CANCELLED);
    WANT_TEXT(failure.node, "s (Show)");
}

/* ------------------------------------------------------------------ the cache */

TEST(an_unchanged_workflow_is_not_run_again_and_answers_again)
{
    const char *text = "{" NUMBER("1", "4") "," SUM("2", "1", "1") "," SHOW("s", "2") "}";
    lm_cache   *cache = lm_cache_new(1 << 20);

    run(text, cache);
    graph_runs = 0;
    WANT_TEXT(run(text, cache), "START 3 3; CACHED 1; CACHED 2; CACHED s; EXECUTED s {\"text\":[\"8\"]}; DONE; ");
    WANT(graph_runs == 0);
    lm_cache_free(cache);
}

TEST(only_what_changed_and_what_follows_runs_again)
{
    lm_cache *cache = lm_cache_new(1 << 20);

    run("{" NUMBER("1", "4") "," NUMBER("2", "5") "," SUM("3", "1", "2") "," SHOW("s", "3") "}", cache);
    WANT_TEXT(run("{" NUMBER("1", "4") "," NUMBER("2", "6") "," SUM("3", "1", "2") "," SHOW("s", "3") "}", cache),
              "START 4 1; CACHED 1; RUNNING 2; EXECUTED 2; RUNNING 3; EXECUTED 3; RUNNING s; "
              "EXECUTED s {\"text\":[\"10\"]}; DONE; ");
    lm_cache_free(cache);
}

TEST(other_ids_and_unknown_keys_find_the_same_results)
{
    lm_cache *cache = lm_cache_new(1 << 20);

    run("{" NUMBER("1", "4") "," SUM("2", "1", "1") "," SHOW("s", "2") "}", cache);
    WANT_TEXT(run("{" SUM("twelve", "zehn", "zehn") "," SHOW("t", "twelve") ",\"zehn\":{\"inputs\":{\"more\":1,\"value\":\"4\"},"
                  "\"_meta\":{\"title\":\"x\"},\"class_type\":\"Number\"}}", cache),
              "START 3 3; CACHED zehn; CACHED twelve; CACHED t; EXECUTED t {\"text\":[\"8\"]}; DONE; ");
    lm_cache_free(cache);
}

TEST(another_version_of_a_node_is_another_node)
{
    lm_cache *cache = lm_cache_new(1 << 20);

    run("{" NUMBER("1", "4") "," SHOW("s", "1") "}", cache);
    WANT(strstr(run("{\"1\":{\"class_type\":\"Newer\",\"inputs\":{\"value\":4}}," SHOW("s", "1") "}", cache), "START 2 0"));
    lm_cache_free(cache);
}

TEST(two_outputs_of_one_node_are_two_things)
{
    lm_cache *cache = lm_cache_new(1 << 20);

    run("{\"1\":{\"class_type\":\"Halves\",\"inputs\":{\"value\":9}},"
        "\"2\":{\"class_type\":\"Show\",\"inputs\":{\"source\":[\"1\",0]}}}", cache);
    WANT_TEXT(run("{\"1\":{\"class_type\":\"Halves\",\"inputs\":{\"value\":9}},"
                  "\"2\":{\"class_type\":\"Show\",\"inputs\":{\"source\":[\"1\",1]}}}", cache),
              "START 2 1; CACHED 1; RUNNING 2; EXECUTED 2 {\"text\":[\"1\"]}; DONE; ");
    lm_cache_free(cache);
}

TEST(a_node_without_cache_runs_each_time_and_so_does_what_follows)
{
    const char *text = "{\"1\":{\"class_type\":\"Clock\"}," NUMBER("2", "0") "," SUM("3", "1", "2") "," SHOW("s", "3") "}";
    lm_cache   *cache = lm_cache_new(1 << 20);

    run(text, cache);
    WANT(strstr(run(text, cache), "START 4 1; CACHED 2; RUNNING 1;"));
    WANT(strstr(heard.at, "RUNNING 3; EXECUTED 3; RUNNING s; EXECUTED s"));
    WANT(lm_cache_report(cache).count == 1);
    lm_cache_free(cache);
}

TEST(what_ran_before_a_failure_is_kept)
{
    lm_cache *cache = lm_cache_new(1 << 20);

    run("{" NUMBER("1", "13") "," SUM("2", "1", "1") "," SHOW("s", "2") "}", cache);
    WANT_TEXT(run("{" NUMBER("1", "13") "," SUM("2", "1", "1") "," SHOW("s", "2") "}", cache),
              "START 3 1; CACHED 1; RUNNING 2; FAILED 2 thirteen is too much; ");
    lm_cache_free(cache);
}

TEST(a_cache_too_small_for_anything_changes_no_result)
{
    const char *text = "{" NUMBER("1", "4") "," SUM("2", "1", "1") "," SHOW("s", "2") "}";
    lm_cache   *cache = lm_cache_new(1);

    WANT(strstr(run(text, cache), "{\"text\":[\"8\"]}; DONE"));
    WANT(strstr(run(text, cache), "START 3 0"));
    WANT(lm_cache_report(cache).count == 0 && lm_cache_report(cache).bytes == 0);
    lm_cache_free(cache);
}

/* ------------------------------------------------------------------ lifetimes */

static int     live, most_live;
static void    free_probe(void *object) { (void)object; live--; }
static const lm_object_kind probe_kind = { .name = "probe", .free = free_probe };

struct probe_args {
    const limn_value *a;
};
#define LIMN_ARGS struct probe_args
static const limn_input probe_in[] = { LIMN_LINK(a, "PROBE", "One.", .flags = LIMN_OPTIONAL), LIMN_END };
#undef LIMN_ARGS
static const limn_output probe_out[] = { { "one", "PROBE", "" }, { "two", "PROBE", "" }, { 0 } };
static bool probe_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call;
    (void)args;
    (void)err;
    for (int i = 0; i < 2; i++) {
        out[i] = lm_value_new("PROBE");
        lm_value_set_object(out[i], "object", &live, &probe_kind);
        live++;
    }
    most_live = live > most_live ? live : most_live;
    return true;
}
static const limn_node probe = LIMN_NODE(.name = "Probe", .inputs = probe_in, .outputs = probe_out,
                                         .args_size = sizeof(struct probe_args), .run = probe_run);

TEST(a_value_goes_when_its_last_reader_has_run)
{
    const lm_run_env env = { .stop = &graph_stop };
    lm_text          text = { 0 };
    lm_registry     *r = lm_registry_new();
    limn_error       err = { 0 };
    lm_workflow     *w;
    lm_check        *c;
    lm_plan         *p;

    atomic_store(&graph_stop, false);
    WANT(lm_registry_add_list(r, graph_nodes, &err) && lm_registry_add(r, &probe, &err));
    lm_text_puts(&text, "{\"0\":{\"class_type\":\"Probe\"}");
    for (int i = 1; i < 100; i++)
        lm_text_printf(&text, ",\"%d\":{\"class_type\":\"Probe\",\"inputs\":{\"a\":[\"%d\",0]}}", i, i - 1);
    lm_text_puts(&text, "," SHOW("s", "99") "}");
    w = lm_workflow_read(text.at, text.size, &err);
    c = lm_check_new(w, r, &env);
    p = lm_plan_new(c, &env, &err);
    WANT(lm_exec_run(p, NULL, &env, &err));
    WANT(live == 0 && most_live == 3); /* the source, and the two that are new */
    lm_plan_free(p);
    lm_check_free(c);
    lm_workflow_free(w);
    lm_registry_free(r);
    lm_text_done(&text);
}

TEST(a_hundred_thousand_nodes_run)
{
    lm_text text = { 0 };

    lm_text_puts(&text, "{" NUMBER("n", "1") "," SHOW("s", "99999") ",\"0\":{\"class_type\":\"Sum\",\"inputs\":"
                        "{\"a\":[\"n\",0],\"b\":[\"n\",0]}}");
    for (int i = 1; i < 100000; i++)
        lm_text_printf(&text, ",\"%d\":{\"class_type\":\"Sum\",\"inputs\":{\"a\":[\"n\",0],\"b\":[\"%d\",0]}}", i, i - 1);
    lm_text_puts(&text, "}");
    WANT(strstr(run(text.at, NULL), "EXECUTED s {\"text\":[\"100001\"]}; DONE"));
    lm_text_done(&text);
}

/* ------------------------------------------------------------------ binding links */

static const char *linked(const char *input, const char *value)
{
    char text[300];

    snprintf(text, sizeof text, "{\"1\":{\"class_type\":\"Any\",\"inputs\":{\"text\":\"%s\"}},"
             "\"k\":{\"class_type\":\"Kinds\",\"inputs\":{%s\"%s\":[\"1\",0]}}}", value,
             strcmp(input, "seed") ? "\"seed\":1," : "", input);
    run(text, NULL);
    return failure.code ? failure.text : "well";
}

TEST(linked_values_are_converted_to_the_field)
{
    WANT_TEXT(linked("whole", "I7"), "well");
    WANT(kinds_got.whole == 7 && kinds_got.seed == 1 && kinds_got.real == 0.5 && kinds_got.flag);
    WANT(kinds_got.pick == 1 && !kinds_got.link && !strcmp(kinds_words, "hm"));
    WANT(!strcmp(linked("whole", "B1"), "well") && kinds_got.whole == 1);
    WANT(!strcmp(linked("whole", "F4"), "well") && kinds_got.whole == 4);
    WANT(!strcmp(linked("seed", "I18446744073709551615"), "well") && kinds_got.seed == UINT64_MAX);
    WANT(!strcmp(linked("real", "I3"), "well") && kinds_got.real == 3.0);
    WANT(!strcmp(linked("real", "F2.25"), "well") && kinds_got.real == 2.25);
    WANT(!strcmp(linked("flag", "I0"), "well") && !kinds_got.flag);
    WANT(!strcmp(linked("words", "Shello"), "well") && !strcmp(kinds_words, "hello"));
    WANT(!strcmp(linked("pick", "Sone"), "well") && kinds_got.pick == 0);
    WANT(!strcmp(linked("link", "L"), "well") && kinds_got.link);
}

TEST(linked_values_that_do_not_fit_are_refused_with_input_and_range)
{
    WANT_TEXT(linked("whole", "I11"), "11 is above the largest allowed, 10");
    WANT_TEXT(failure.node, "k (Kinds)");
    WANT_TEXT(failure.input, "whole");
    WANT_TEXT(linked("whole", "F-1"), "-1 is below the smallest allowed, 0");
    WANT_TEXT(linked("whole", "F1.5"), "it takes *, and the node linked to it gave FLOAT");
    WANT_TEXT(linked("whole", "Fnan"), "it takes *, and the node linked to it gave FLOAT");
    WANT_TEXT(linked("whole", "Sx"), "it takes *, and the node linked to it gave STRING");
    WANT_TEXT(linked("real", "F10.5"), "10.5 is above the largest allowed, 10");
    WANT_TEXT(linked("real", "Fnan"), "nan is below the smallest allowed, 0");
    WANT_TEXT(linked("real", "L"), "it takes *, and the node linked to it gave LUMP");
    WANT_TEXT(linked("flag", "Strue"), "it takes *, and the node linked to it gave STRING");
    WANT_TEXT(linked("words", "I1"), "it takes *, and the node linked to it gave INT");
    WANT_TEXT(linked("pick", "Sthree"), "\"three\" is not among the choices");
    WANT_TEXT(linked("seed", "L"), "it takes *, and the node linked to it gave LUMP");
}

/* ------------------------------------------------------------------ what a plugin may give and get */

struct gather_args {
    const limn_value *rest;
};
static const limn_input gather_in[] = {
    { .name = "*", .type = "*", .kind = LIMN_KIND_REST, .offset = 0 },
    LIMN_END,
};
static const limn_node gather = LIMN_NODE(.name = "Gather", .inputs = gather_in, .outputs = star_out, .run = probe_run,
                                          .args_size = sizeof(struct gather_args), .flags = LIMN_TAKES_LISTS);

/* The class of `gather` in a registry of its own. */
static const lm_class *gather_class(lm_registry *r)
{
    limn_error err = { 0 };

    WANT(lm_registry_add(r, &gather, &err));
    return lm_registry_find(r, "Gather");
}

TEST(what_no_row_names_comes_as_lists_to_a_node_that_takes_them)
{
    const lm_arg        args[] = { { .state = LM_ARG_CONSTANT }, { .state = LM_ARG_VALUE }, { .state = LM_ARG_VALUE } };
    const char *const   names[] = { "one", "many" };
    limn_value         *one = int_value(7), *many = lm_value_list_new();
    const limn_value   *values[] = { NULL, one, many };
    lm_registry        *r = lm_registry_new();
    lm_binding          b = { .class_ = gather_class(r), .args = args, .n_rest = 2, .rest = names, .values = values };
    struct gather_args  got;
    limn_error          err = { 0 };

    WANT(lm_bind(&b, 0, &got, &err));
    WANT(lm_value_count(lm_value_value(got.rest, "one")) == 1 && lm_value_item(lm_value_value(got.rest, "one"), 0) == one);
    WANT(lm_value_value(got.rest, "many") == many);
    lm_bind_done(&b);
    lm_value_unref(one);
    lm_value_unref(many);
    lm_registry_free(r);
}

TEST(a_wire_is_no_value_without_a_subgraph)
{
    lm_registry *r = lm_registry_new();
    limn_value  *wire = lm_value_wire_new(0);
    limn_error   err = { 0 };

    WANT(lm_results_check(gather_class(r), &wire, true, &err));
    WANT(!lm_results_check(lm_registry_find(r, "Gather"), &wire, false, &err));
    WANT_TEXT(err.text, "it gave a wire for its output any, and no subgraph");
    lm_value_unref(wire);
    lm_registry_free(r);
}

TEST_MAIN
