/* async_test.c: each case of ComfyUI's tests/execution/test_async_nodes.py, told again with nodes of our own: what
 * takes time does not hold up the rest, and changes nothing else. */
#include "execution_for_tests.h"

#define SLEEP(id, source)   NODE_(id, "TestSleep", FROM("value", source, 0) ",'seconds':0.003")
#define MIX(id, a, b, mask) NODE_(id, "TestMix", FROM("image1", a, 0) "," FROM("image2", b, 0) "," FROM("mask", mask, 0))
#define TWO_IMAGES          IMAGE_("black", "BLACK") "," IMAGE_("white", "WHITE")

TEST(a_node_that_takes_time_passes_its_picture_on)
{
    run_graph("{" IMAGE_("black", "BLACK") "," SLEEP("z", "black") "," SHOW_("s", "z") "}", NULL);
    WANT(last.well && ran("z") && ran("s") && last.progress == 3);
    WANT_TEXT(answer("s"), "\"4x4: 0 0 0\"");
}

#define MEET(id, group) NODE_(id, "TestMeet", FROM("value", "black", 0) ",'others':2,'group':" #group)

TEST(several_nodes_that_take_time_run_together)
{
    if (run_jobs() < 2)
        return; /* they would wait for each other */
    run_graph("{" IMAGE_("black", "BLACK") "," MEET("a", 1) "," MEET("b", 2) "," SHOW_("s", "a") "," SHOW_("t", "b") "}", NULL);
    WANT(last.well && ran("a") && ran("b"));
}

TEST(what_depends_on_two_that_take_time_waits_for_both)
{
    run_graph("{" TWO_IMAGES "," SLEEP("z1", "black") "," SLEEP("z2", "white") ","
              NODE_("avg", "TestAverage", FROM("input1", "z1", 0) "," FROM("input2", "z2", 0)) "," SHOW_("s", "avg") "}", NULL);
    WANT(last.well && ran("z1") && ran("z2"));
    WANT_TEXT(answer("s"), "\"4x4: 0.5 0.5 0.5\"");
}

TEST(a_node_s_own_check_compares_its_constants)
{
    WANT(run_graph("{" NODE_("v", "TestAsyncValidation", "'input1':5.0,'input2':10.0") "," SHOW_("s", "v") "}", NULL)->well && ran("v"));
    WANT(run_graph("{" NODE_("v", "TestAsyncValidation", "'input1':5.0,'input2':3.0") "," SHOW_("s", "v") "}", NULL)->refused);
}

TEST(a_lazy_input_that_takes_time_is_not_waited_for)
{
    run_graph("{" TWO_IMAGES "," SLEEP("z1", "black") "," NODE_("z2", "TestSleep", FROM("value", "white", 0) ",'seconds':100.0") ","
              MASK_("mask", "0.0") "," MIX("mix", "z1", "z2", "mask") "," SHOW_("s", "mix") "}", NULL);
    WANT(last.well && ran("z1") && !ran("z2") && !ran("white"));
}

TEST(a_lazy_input_that_is_a_constant_may_be_asked_for)
{
    run_graph("{" NODE_("l", "TestLazyCheck", "'input1':'value1','input2':'value2','condition':true") "," SHOW_("s", "l") "}", NULL);
    WANT(last.well && ran("l"));
    WANT_TEXT(answer("s"), "\"value1\"");
}

TEST(an_error_after_a_while_names_its_node)
{
    run_graph("{" IMAGE_("black", "BLACK") "," NODE_("e", "TestError", FROM("value", "black", 0) ",'error_after':0.01") ","
              SHOW_("s", "e") "}", NULL);
    WANT(!last.well);
    WANT_TEXT(last.err.node, "e (TestError)");
    WANT_TEXT(lm_text_str(&last.failed_at), "failed e e");
}

TEST(a_timeout_is_an_error_like_others)
{
    run_graph("{" IMAGE_("black", "BLACK") "," NODE_("e", "TestTimeout", FROM("value", "black", 0) ",'timeout':0.01,'operation_time':2.0")
              "," SHOW_("s", "e") "}", NULL);
    WANT(!last.well && strstr(last.err.text, "timeout"));
}

TEST(after_an_error_the_next_run_is_well)
{
    lm_cache *cache = lm_cache_new(1 << 20);

    run_graph("{" IMAGE_("black", "BLACK") "," NODE_("e", "TestError", FROM("value", "black", 0)) "," SHOW_("s", "e") "}", cache);
    WANT(!last.well);
    run_graph("{" IMAGE_("white", "WHITE") "," SLEEP("z", "white") "," SHOW_("s", "z") "}", cache);
    WANT(last.well && ran("z"));
    lm_cache_free(cache);
}

TEST(an_error_ends_what_still_runs)
{
    run_graph("{" IMAGE_("black", "BLACK") "," NODE_("z", "TestSleep", FROM("value", "black", 0) ",'seconds':2000.0") ","
              NODE_("e", "TestError", FROM("value", "black", 0) ",'error_after':0.02") "," SHOW_("s", "e") "," SHOW_("t", "z") "}", NULL);
    WANT(!last.well && last.err.code == LIMN_INPUT);
    WANT_TEXT(last.err.node, "e (TestError)");
}

TEST(a_blocker_among_what_took_time_blocks_one_item)
{
    run_graph("{" TWO_IMAGES "," SLEEP("z1", "black") "," SLEEP("z2", "white") "," NODE_("list", "TestMakeList",
              FROM("value1", "z1", 0) "," FROM("value2", "z2", 0)) "," NODE_("ints", "TestMakeList", "'value1':1,'value2':2") ","
              NODE_("is2", "TestIntConditions", FROM("a", "ints", 0) ",'b':2,'operation':'=='") ","
              NODE_("block", "TestBlocker", FROM("input", "list", 0) "," FROM("block", "is2", 0) ",'verbose':false") ","
              SHOW_("s", "block") "}", NULL);
    WANT_TEXT(answer("s"), "\"4x4: 0 0 0\"");
}

TEST(what_took_time_is_kept)
{
    const char *text = "{" IMAGE_("black", "BLACK") "," SLEEP("z", "black") "," SHOW_("s", "z") "}";
    lm_cache   *cache = lm_cache_new(1 << 20);

    WANT(run_graph(text, cache)->well && ran("z"));
    WANT(run_graph(text, cache)->well && !ran("z") && was_cached("z"));
    lm_cache_free(cache);
}

TEST(a_subgraph_of_nodes_that_take_time_is_averaged)
{
    run_graph("{" TWO_IMAGES "," NODE_("d", "TestDynamicMany", FROM("image1", "black", 0) "," FROM("image2", "white", 0) ",'nodes':5") ","
              SHOW_("s", "d") "}", NULL);
    WANT(last.well && ran("d") && ran("d.0.0.1") && ran("d.0.0.5"));
    WANT_TEXT(answer("s"), "\"4x4: 0.4 0.4 0.4\"");
}

#define USER(id, n) NODE_("r" #id, "TestResource", FROM("value", "black", 0) ",'resource_id':" #n) "," SHOW_("s" #id, "r" #id)

TEST(what_a_node_holds_while_it_runs_is_free_afterwards)
{
    const char *text = "{" IMAGE_("black", "BLACK") "," USER(0, 0) "," USER(1, 1) "," USER(2, 2) "," USER(3, 3) "," USER(4, 4) "}";
    lm_cache   *cache = lm_cache_new(1 << 20);

    WANT(run_graph(text, cache)->well && ran("r0") && ran("r4"));
    WANT(run_graph(text, cache)->well && !ran("r0") && !ran("r4"));
    WANT(run_graph(text, NULL)->well && ran("r0") && ran("r4"));
    lm_cache_free(cache);
}

static void press_stop(void *self, const lm_event *e)
{
    run_hear(self, e);
    if (e->kind == LM_EV_PROGRESS)
        atomic_store(&run_stop, true);
}

TEST(stop_interrupts_what_takes_time)
{
    const char      *text = "{\"i\":{\"class_type\":\"TestImage\",\"inputs\":{\"content\":\"BLACK\"}},\"z\":{\"class_type\":\"TestSleep\","
                            "\"inputs\":{\"value\":[\"i\",0],\"seconds\":2000.0}},\"s\":{\"class_type\":\"TestShow\",\"inputs\":{\"value\":[\"z\",0]}}}";
    const lm_run_env env = { .stop = &run_stop, .listener = { press_stop, &last }, .jobs = run_jobs() };
    lm_workflow     *w;
    lm_check        *c;
    lm_plan         *p;

    forget();
    atomic_store(&run_stop, false);
    w = lm_workflow_read(text, strlen(text), &last.err);
    c = lm_check_new(w, all_nodes(), &env);
    p = lm_plan_new(c, &env, &last.err);
    WANT(!lm_exec_run(p, NULL, &env, &last.err) && last.err.code == LIMN_CANCELLED);
    WANT_TEXT(lm_text_str(&last.failed_at), "interrupted z z");
    lm_plan_free(p);
    lm_check_free(c);
    lm_workflow_free(w);
}

TEST(quick_nodes_and_slow_ones_take_turns)
{
    run_graph("{" TWO_IMAGES "," MASK_("mask", "0.5") "," MIX("x", "black", "white", "mask") "," SLEEP("z1", "x") ","
              NODE_("v", "TestValidation3", FROM("input1", "z1", 0) ",'input2':0.5") "," SLEEP("z2", "v") "," SHOW_("s", "z2") "}", NULL);
    WANT(last.well && ran("x") && ran("z1") && ran("v") && ran("z2"));
    WANT_TEXT(answer("s"), "\"4x4: 0.25 0.25 0.25\"");
}

TEST_MAIN
