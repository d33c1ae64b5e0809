/* execution_test.c: each case of ComfyUI's tests/execution/test_execution.py, told again with nodes of our own. */
#include "execution_for_tests.h"

#define MIX(id, a, b, mask) NODE_(id, "TestMix", FROM("image1", a, 0) "," FROM("image2", b, 0) "," FROM("mask", mask, 0))
#define TWO_IMAGES          IMAGE_("black", "BLACK") "," IMAGE_("white", "WHITE")

/* ------------------------------------------------------------------ lazy inputs, cache */

TEST(a_lazy_input_that_is_not_needed_does_not_run)
{
    run_graph("{" TWO_IMAGES "," MASK_("mask", "0.0") "," MIX("mix", "black", "white", "mask") "," SHOW_("s", "mix") "}", NULL);
    WANT(last.well && ran("black") && !ran("white") && ran("mask") && ran("mix"));
    WANT_TEXT(answer("s"), "\"4x4: 0 0 0\"");
}

#define HALF(value) "{" IMAGE_("black", "BLACK") "," IMAGE_("noise", "NOISE") "," MASK_("mask", value) ","             \
                    MIX("mix", "black", "noise", "mask") "," SHOW_("s", "mix") "}"

TEST(nothing_runs_again_when_nothing_changed)
{
    lm_cache *cache = lm_cache_new(1 << 20);

    run_graph(HALF("0.5"), cache);
    WANT(last.well && last.n_ran == 5);
    run_graph(HALF("0.5"), cache);
    WANT(last.well && last.n_ran == 0 && was_cached("mix") && *answer("s"));
    lm_cache_free(cache);
}

TEST(only_what_follows_a_change_runs_again)
{
    lm_cache *cache = lm_cache_new(1 << 20);

    run_graph(HALF("0.5"), cache);
    run_graph(HALF("0.4"), cache);
    WANT(last.well && !ran("black") && !ran("noise") && ran("mask") && ran("mix") && ran("s"));
    WANT(was_cached("black") && was_cached("noise"));
    lm_cache_free(cache);
}

TEST(an_error_of_a_node_ends_the_run_and_names_it)
{
    run_graph("{" IMAGE_("a", "BLACK") "," NODE_("b", "TestImage", "'content':'NOISE','height':2,'width':2") ","
              MASK_("mask", "0.5") "," MIX("mix", "a", "b", "mask") "," SHOW_("s", "mix") "}", NULL);
    WANT(!last.well && last.err.code == LIMN_INPUT);
    WANT_TEXT(last.err.node, "mix (TestMix)");
    WANT_TEXT(lm_text_str(&last.failed_at), "failed mix mix");
}

/* ------------------------------------------------------------------ validation */

TEST(a_node_s_own_check_sees_the_type_of_a_constant)
{
    run_graph("{" NODE_("v", "TestValidation1", "'input1':5,'input2':3.0") "," SHOW_("s", "v") "}", NULL);
    WANT(last.refused);
    run_graph("{" NODE_("v", "TestValidation1", "'input1':'foo','input2':3.0") "," SHOW_("s", "v") "}", NULL);
    WANT(last.refused);
    run_graph("{" NODE_("v", "TestValidation1", "'input1':0.25,'input2':3.0") "," SHOW_("s", "v") "}", NULL);
    WANT(last.well && !strcmp(answer("s"), "\"4x4: 0.75 0.75 0.75\""));
}

/* Links of a type: into a union with a check of its own, a plain union, a plain number. */
static bool is_refused(const char *source, const char *value, const char *class_)
{
    char text[500];

    snprintf(text, sizeof text, "{'a':{'class_type':'%s','inputs':{'value':%s}}," SHOW_("s", "v")
             ",'v':{'class_type':'%s','inputs':{'input1':['a',0],'input2':3.0}}}", source, value, class_);
    run_graph(text, NULL);
    return last.refused;
}

TEST(links_of_a_wrong_type_are_refused_whatever_else_the_node_checks)
{
    WANT(is_refused("TestInt", "5", "TestValidation1") && is_refused("TestMask", "0.5", "TestValidation1"));
    WANT(is_refused("TestInt", "5", "TestValidation3") && !is_refused("TestFloat", "5.0", "TestValidation3"));
    WANT(is_refused("TestInt", "5", "TestValidation4") && !is_refused("TestFloat", "5.0", "TestValidation4"));
    WANT(last.well);
}

TEST(a_node_s_own_check_may_take_the_place_of_a_range)
{
    WANT(run_graph("{" NODE_("v", "TestValidation5", "'input1':0.0,'input2':0.5") "," SHOW_("s", "v") "}", NULL)->well);
    WANT(run_graph("{" NODE_("v", "TestValidation5", "'input1':0.0,'input2':5.0") "," SHOW_("s", "v") "}", NULL)->well);
    WANT(run_graph("{" NODE_("v", "TestValidation5", "'input1':0.0,'input2':7.0") "," SHOW_("s", "v") "}", NULL)->refused);
}

TEST(a_cycle_is_refused_before_anything_runs)
{
    run_graph("{" IMAGE_("black", "BLACK") "," IMAGE_("white", "WHITE") "," MASK_("mask", "0.5") ","
              MIX("one", "black", "two", "mask") "," MIX("two", "one", "white", "mask") "," SHOW_("s", "two") "}", NULL);
    WANT(last.refused && last.n_ran == 0);
}

TEST(a_cycle_that_a_subgraph_makes_ends_the_run_on_the_node_that_brought_it)
{
    run_graph("{" TWO_IMAGES "," NODE_("g", "TestDynamicDependencyCycle", FROM("input1", "black", 0) "," FROM("input2", "white", 0))
              "," SHOW_("s", "g") "}", NULL);
    WANT(!last.well && last.err.code == LIMN_INPUT);
    WANT_TEXT(last.err.node, "g (TestDynamicDependencyCycle)");
    WANT(strstr(last.err.text, "Dependency cycle detected: ") && strstr(last.err.text, "g.0.0.one (TestMix)"));
    WANT(strstr(lm_text_str(&last.failed_at), " g"));
}

#define TWO_MIXES MASK_("mask", "0.5") "," IMAGE_("black", "BLACK") "," IMAGE_("third", "WHITE") ","                   \
                  MIX("mix1", "black", "removed", "mask") "," MIX("mix2", "black", "third", "mask") ","                \
                  SHOW_("s1", "mix1") "," SHOW_("s2", "mix2")

TEST(a_missing_node_leaves_other_outputs_alone)
{
    run_graph("{" TWO_MIXES "}", NULL);
    WANT(last.well && ran("s2") && !ran("s1"));
    run_graph("{" TWO_MIXES "," IMAGE_("removed", "WHITE") "}", NULL);
    WANT(last.well && was_executed("s2") && was_executed("s1")); /* they are equal: one runs for both */
}

/* ------------------------------------------------------------------ fingerprints, undeclared inputs */

#define CHANGING(yes) "{" NODE_("c", "TestIsChanged", FROM("image", "black", 0) ",'should_change':" yes) ","             \
                      SHOW_("s", "c") "," IMAGE_("black", "BLACK") "}"

TEST(a_node_whose_fingerprint_is_never_the_same_runs_each_time)
{
    lm_cache *cache = lm_cache_new(1 << 20);

    run_graph(CHANGING("false"), cache);
    WANT(ran("c"));
    run_graph(CHANGING("false"), cache);
    WANT(!ran("c") && was_cached("c"));
    run_graph(CHANGING("true"), cache);
    WANT(ran("c") && !ran("black"));
    run_graph(CHANGING("true"), cache);
    WANT(ran("c") && !ran("black"));
    lm_cache_free(cache);
}

TEST(a_fingerprint_sees_constants_only)
{
    const char *text = "{" NODE_("i", "TestConstantImage", "'value':0.5") ","
                       NODE_("c", "TestIsChangedConstants", FROM("image", "i", 0) ",'value':0.5") "," SHOW_("s", "c") "}";
    lm_cache   *cache = lm_cache_new(1 << 20);

    WANT(run_graph(text, cache)->well && !strcmp(answer("s"), "\"4x4: 0.25 0.25 0.25\""));
    WANT(run_graph(text, cache)->well && !ran("c") && !strcmp(answer("s"), "\"4x4: 0.25 0.25 0.25\""));
    lm_cache_free(cache);
}

TEST(inputs_that_no_row_names_reach_a_node_that_takes_the_rest)
{
    run_graph("{" IMAGE_("a", "BLACK") "," IMAGE_("b", "WHITE") "," NODE_("c", "TestAverage",
              FROM("input1", "a", 0) "," FROM("input2", "b", 0) "," FROM("input3", "a", 0) "," FROM("input4", "a", 0)) ","
              SHOW_("s", "c") "}", NULL);
    WANT_TEXT(answer("s"), "\"4x4: 0.25 0.25 0.25\"");
}

/* ------------------------------------------------------------------ subgraphs and lists */

#define LOOP(remaining) "{" TWO_IMAGES "," NODE_("c", "TestIsChanged", FROM("image", "white", 0) ",'should_change':true") "," \
    NODE_("open", "TestForLoopOpen", "'remaining':" #remaining "," FROM("initial_value1", "c", 0)) ","                 \
    NODE_("avg", "TestAverage", FROM("input1", "black", 0) "," FROM("input2", "open", 2)) ","                          \
    NODE_("close", "TestForLoopClose", FROM("flow_control", "open", 0) "," FROM("initial_value1", "avg", 0)) ","       \
    SHOW_("s", "close") "}"

TEST(a_loop_goes_round_as_often_as_it_is_told)
{
    static const char *const texts[] = { LOOP(1), LOOP(2), LOOP(3), LOOP(4) };
    lm_cache                *cache = lm_cache_new(1 << 20);
    char                     want[40];

    for (int i = 0; i < 4; i++) {
        const double x = 1.0 / (2 << i);

        run_graph(texts[i], cache);
        snprintf(want, sizeof want, "\"4x4: %.4g %.4g %.4g\"", x, x, x);
        WANT_TEXT(answer("s"), want);
        WANT(last.well && ran("c"));
    }
    lm_cache_free(cache);
}

TEST(some_calls_give_values_and_some_subgraphs)
{
    run_graph("{" NODE_("list", "TestMakeList", "'value1':0.1,'value2':0.2,'value3':0.3") ","
              NODE_("m", "TestMixedExpansionReturns", FROM("input1", "list", 0)) "," SHOW_("s", "m") ","
              NODE_("t", "TestShow", FROM("value", "m", 1)) "}", NULL);
    WANT_TEXT(answer("s"), "\"4x4: 0.1 0.1 0.1\",\"4x4: 0.2 0.2 0.2\",\"4x4: 0.3 0.3 0.3\"");
    WANT_TEXT(answer("t"), "\"4x4: 1 1 1\",\"4x4: 1 1 1\",\"4x4: 1 1 1\"");
}

TEST(items_of_a_list_may_want_different_lazy_inputs)
{
    run_graph("{" NODE_("list", "TestMakeList", "'value1':0.0,'value2':0.5,'value3':1.0") ","
              NODE_("mask", "TestMask", FROM("value", "list", 0)) "," TWO_IMAGES "," MIX("mix", "black", "white", "mask") ","
              NODE_("re", "TestRebatch", FROM("images", "mix", 0) ",'batch_size':3") "," SHOW_("s", "re") "}", NULL);
    WANT_TEXT(answer("s"), "\"4x4: 0 0 0\",\"4x4: 0.5 0.5 0.5\",\"4x4: 1 1 1\"");
}

TEST(two_equal_outputs_both_answer)
{
    run_graph("{" IMAGE_("i", "BLACK") "," SHOW_("s", "i") "," SHOW_("t", "i") "}", NULL);
    WANT(last.well && *answer("s") && !strcmp(answer("t"), "\"4x4: 0 0 0\""));
}

#define MEET(id, group) NODE_(id, "TestMeet", FROM("value", "black", 0) ",'others':3,'group':" #group)

TEST(nodes_that_do_not_need_each_other_run_at_the_same_time)
{
    if (run_jobs() < 3)
        return; /* they would wait for each other */
    run_graph("{" IMAGE_("black", "BLACK") "," MEET("a", 1) "," MEET("b", 2) "," MEET("c", 3) "," SHOW_("s", "a") ","
              SHOW_("t", "b") "," SHOW_("u", "c") "}", NULL);
    WANT(last.well && ran("a") && ran("b") && ran("c"));
}

TEST(nodes_of_a_subgraph_run_at_the_same_time)
{
    if (run_jobs() < 3)
        return;
    run_graph("{" TWO_IMAGES "," NODE_("p", "TestParallelSleep", FROM("image1", "black", 0) "," FROM("image2", "white", 0)
              ",'nodes':3,'kind':'TestMeet'") "," SHOW_("s", "p") "}", NULL);
    WANT(last.well && ran("p"));
    WANT_TEXT(answer("s"), "\"4x4: 0.3333 0.3333 0.3333\"");
}

TEST(a_blocked_item_of_a_list_blocks_only_itself)
{
    run_graph("{" TWO_IMAGES "," NODE_("list", "TestMakeList", FROM("value1", "black", 0) "," FROM("value2", "white", 0) ","
              FROM("value3", "black", 0)) "," NODE_("ints", "TestMakeList", "'value1':1,'value2':2,'value3':3") ","
              NODE_("is2", "TestIntConditions", FROM("a", "ints", 0) ",'b':2,'operation':'=='") ","
              NODE_("block", "TestBlocker", FROM("input", "list", 0) "," FROM("block", "is2", 0) ",'verbose':false") ","
              NODE_("again", "TestMakeList", FROM("value1", "block", 0)) "," SHOW_("s", "again") "}", NULL);
    WANT(last.well && ran("s"));
    WANT_TEXT(answer("s"), "\"4x4: 0 0 0\",\"4x4: 0 0 0\"");
    WANT_TEXT(lm_text_str(&last.blocked), "again s ");
}

/* ------------------------------------------------------------------ partial execution */

static const outcome *run_for(const char *text, const char *one, const char *two)
{
    const char *targets[] = { one, one ? two : NULL, NULL };

    return run_some(text, NULL, targets);
}

#define THREE "{" IMAGE_("i1", "BLACK") "," IMAGE_("i2", "WHITE") "," IMAGE_("i3", "NOISE") "," SHOW_("s1", "i1") ","  \
              SHOW_("s2", "i2") "," SHOW_("s3", "i3") "}"

TEST(an_output_that_is_asked_for_runs_with_what_it_needs)
{
    WANT(run_for(THREE, "s1", NULL)->well && ran("i1") && ran("s1") && !ran("i2") && !ran("s2") && *answer("s1"));
}

TEST(outputs_that_are_not_asked_for_do_not_run)
{
    WANT(run_for(THREE, "s1", "s3")->well && ran("i1") && ran("s1") && ran("i3") && ran("s3") && !ran("i2") && !ran("s2"));
}

TEST(an_output_that_another_needs_runs_though_it_is_not_asked_for)
{
    run_for("{" IMAGE_("i", "BLACK") "," NODE_("p", "TestPassing", FROM("image", "i", 0) ",'value':2.0") ","
            MASK_("m", "0.5") "," MIX("mix", "p", "i", "m") "," SHOW_("s", "mix") "}", "s", NULL);
    WANT(last.well && ran("i") && ran("p") && ran("mix") && ran("s"));
}

TEST(lazy_inputs_stay_lazy_when_some_outputs_are_asked_for)
{
    run_for("{" IMAGE_("i1", "BLACK") "," IMAGE_("i2", "WHITE") "," IMAGE_("i3", "NOISE") "," MASK_("m1", "0.0") ","
            MASK_("m2", "0.5") "," MIX("x1", "i1", "i2", "m1") "," MIX("x2", "i2", "i3", "m2") "," SHOW_("s1", "x1") ","
            SHOW_("s2", "x2") "}", "s1", NULL);
    WANT(last.well && ran("i1") && !ran("i2") && ran("m1") && ran("x1") && ran("s1"));
    WANT(!ran("i3") && !ran("m2") && !ran("x2") && !ran("s2"));
}

TEST(a_chain_of_outputs_runs_up_to_the_one_asked_for)
{
    run_for("{" IMAGE_("i1", "BLACK") "," IMAGE_("i2", "WHITE") "," NODE_("p1", "TestPassing", FROM("image", "i1", 0) ",'value':1.5") ","
            NODE_("p2", "TestPassing", FROM("image", "p1", 0) ",'value':2.0") "," SHOW_("s1", "p1") "," SHOW_("s2", "p2") ","
            SHOW_("s3", "i2") "}", "s2", NULL);
    WANT(last.well && ran("i1") && ran("p1") && ran("p2") && ran("s2") && !ran("i2") && !ran("s1") && !ran("s3"));
}

TEST(asking_for_no_output_is_refused)
{
    const char *const none[] = { NULL };

    run_some(THREE, NULL, none);
    WANT(last.refused && last.n_ran == 0);
    WANT(run_for(THREE, "i1", NULL)->refused); /* not an output */
    WANT(run_for(THREE, "nobody", NULL)->refused);
}

TEST_MAIN
