/* rules_test.c: the executor's rules that ComfyUI's own cases leave out. */
#include "execution_for_tests.h"

#define MIX(id, a, b, mask) NODE_(id, "TestMix", FROM("image1", a, 0) "," FROM("image2", b, 0) "," FROM("mask", mask, 0))
#define TWO_IMAGES          IMAGE_("black", "BLACK") "," IMAGE_("white", "WHITE")
#define INTS(id, values)    NODE_(id, "TestMakeList", values)
#define MATH(id, a, b)      NODE_(id, "TestIntMath", FROM("a", a, 0) "," FROM("b", b, 0) ",'operation':'add'")

/* ------------------------------------------------------------------ lists */

TEST(a_node_runs_once_for_each_item_and_the_last_of_a_shorter_list_is_repeated)
{
    run_graph("{" INTS("a", "'value1':1,'value2':2,'value3':3") "," INTS("b", "'value1':10,'value2':20") "," MATH("m", "a", "b") ","
              SHOW_("s", "m") "}", NULL);
    WANT_TEXT(answer("s"), "\"11\",\"22\",\"23\"");
    WANT(last.n_ran == 4); /* told once each */
}

TEST(an_empty_list_means_no_calls_and_empty_lists)
{
    run_graph("{" NODE_("e", "TestEmptyList", "") "," INTS("a", "'value1':1,'value2':2") "," MATH("m", "a", "e") ","
              SHOW_("s", "m") "," NODE_("sum", "TestSumList", FROM("list", "m", 0)) "," SHOW_("t", "sum") "}", NULL);
    WANT(last.well && ran("m") && ran("s"));
    WANT_TEXT(answer("s"), "");
    WANT_TEXT(answer("t"), "\"0\"");
}

TEST(a_node_that_takes_lists_is_called_once_with_whole_ones)
{
    run_graph("{" INTS("a", "'value1':1,'value2':2,'value3':3.0,'value4':true") "," NODE_("sum", "TestSumList", FROM("list", "a", 0)) ","
              SHOW_("s", "sum") "," NODE_("one", "TestSumList", "'list':5") "," SHOW_("t", "one") ","
              NODE_("i", "TestInt", "'value':9") "," NODE_("link", "TestSumList", FROM("list", "i", 0)) "," SHOW_("u", "link") "}", NULL);
    WANT_TEXT(answer("s"), "\"704\"");
    WANT_TEXT(answer("t"), "\"501\"");
    WANT_TEXT(answer("u"), "\"901\"");
    run_graph("{" INTS("a", "'value1':1,'value2':200") "," NODE_("sum", "TestSumList", FROM("list", "a", 0)) "," SHOW_("s", "sum") "}", NULL);
    WANT_TEXT(last.err.text, "200 is above the largest allowed, 100");
    WANT_TEXT(last.err.input, "list");
}

TEST(a_list_may_travel_inside_a_value)
{
    run_graph("{" INTS("a", "'value1':1,'value2':2") "," NODE_("acc", "TestListToAccumulation", FROM("list", "a", 0)) ","
              NODE_("list", "TestAccumulationToList", FROM("accumulation", "acc", 0)) "," SHOW_("s", "list") "}", NULL);
    WANT_TEXT(answer("s"), "\"1\",\"2\"");
}

TEST(equal_nodes_run_once_and_both_are_there)
{
    run_graph("{" NODE_("a", "TestInt", "'value':4") "," NODE_("b", "TestInt", "'value':4") "," MATH("m", "a", "b") "," SHOW_("s", "m") "}", NULL);
    WANT_TEXT(answer("s"), "\"8\"");
    WANT(last.n_ran == 3 && ran("a") != ran("b"));
}

TEST(nodes_that_want_their_id_share_nothing)
{
    run_graph("{" IMAGE_("i", "BLACK") "," NODE_("a", "TestSleep", FROM("value", "i", 0)) "," NODE_("b", "TestSleep", FROM("value", "i", 0)) ","
              SHOW_("s", "a") "," SHOW_("t", "b") "}", NULL);
    WANT(last.well && ran("a") && ran("b"));
}

/* ------------------------------------------------------------------ blockers */

#define BLOCK(yes, verbose) "{" IMAGE_("i", "BLACK") "," NODE_("b", "TestBlocker", FROM("input", "i", 0) ",'block':" yes ",'verbose':" verbose) \
                            "," NODE_("p", "TestPassing", FROM("image", "b", 0) ",'value':1.0") "," SHOW_("s", "p") "," SHOW_("t", "i") "}"

TEST(what_is_behind_a_blocker_does_not_run_and_the_run_goes_on)
{
    run_graph(BLOCK("true", "false"), NULL);
    WANT(last.well && ran("b") && ran("t") && !ran("p") && !ran("s") && !*answer("s") && *answer("t"));
    WANT(strstr(last.blocked.at, "p s "));
}

TEST(a_blocker_s_message_is_told_once_where_it_stops_something_first)
{
    run_graph(BLOCK("true", "true"), NULL);
    WANT(last.well);
    WANT_TEXT(lm_text_str(&last.blocked), "p:Execution Blocked: no further s ");
}

TEST(what_was_blocked_is_looked_at_again_next_time)
{
    lm_cache *cache = lm_cache_new(1 << 20);

    run_graph(BLOCK("true", "true"), cache);
    run_graph(BLOCK("true", "true"), cache);
    WANT_TEXT(lm_text_str(&last.blocked), "p:Execution Blocked: no further s ");
    run_graph(BLOCK("false", "true"), cache);
    WANT(last.well && ran("p") && ran("s") && !ran("i"));
    lm_cache_free(cache);
}

TEST(outputs_take_effect_in_the_plan_s_order)
{
    run_graph("{" IMAGE_("i", "BLACK") "," NODE_("slow", "TestSleep", FROM("value", "i", 0) ",'seconds':0.02") "," SHOW_("s", "slow") ","
              IMAGE_("j", "WHITE") "," SHOW_("t", "j") "," NODE_("k", "TestConstantImage", "'value':0.5") "," SHOW_("u", "k") "}", NULL);
    WANT(last.well);
    WANT_TEXT(lm_text_str(&last.answers), "s {\"text\":[\"4x4: 0 0 0\"]} t {\"text\":[\"4x4: 1 1 1\"]} u {\"text\":[\"4x4: 0.5 0.5 0.5\"]} ");
}

/* ------------------------------------------------------------------ links */

TEST(links_that_no_row_names_are_not_followed)
{
    run_graph("{" TWO_IMAGES "," NODE_("s", "TestShow", FROM("value", "black", 0) "," FROM("other", "white", 0)) "}", NULL);
    WANT(last.well && ran("s") && !ran("white"));
}

TEST(a_raw_link_alone_runs_nothing)
{
    run_graph("{" IMAGE_("i", "BLACK") "," NODE_("open", "TestForLoopOpen", "'remaining':1," FROM("initial_value1", "i", 0)) ","
              NODE_("close", "TestWhileLoopClose", FROM("flow_control", "open", 0) ",'condition':false") "," SHOW_("s", "close") "}", NULL);
    WANT(last.well && ran("close") && !ran("open") && !ran("i"));
}

TEST(a_value_of_another_type_behind_a_wildcard_is_refused_by_name)
{
    run_graph("{" NODE_("l", "TestLazyCheck", "'input1':'a text','input2':1,'condition':true") ","
              NODE_("p", "TestPassing", FROM("image", "l", 0) ",'value':1.0") "}", NULL);
    WANT_TEXT(last.err.text, "it takes IMAGE, and the node linked to it gave STRING");
    WANT_TEXT(last.err.input, "image");
}

/* ------------------------------------------------------------------ subgraphs */

#define PIPELINE(content) "{" IMAGE_("a", content) "," IMAGE_("b", "WHITE") "," NODE_("p", "TestPipeline", FROM("input1", "b", 0) "," FROM("input2", "a", 0)) \
                          "," SHOW_("s", "p") "}"

TEST(outputs_in_a_subgraph_run_and_events_say_where_they_belong)
{
    run_graph(PIPELINE("BLACK"), NULL);
    WANT(last.well);
    WANT_TEXT(answer("s"), "\"4x4: 0.25 0.25 0.25\"");
    WANT_TEXT(answer("p.0.0.2"), "\"4x4: 0.25 0.25 0.25\"");
    WANT(strstr(last.shown.at, "p.0.0.half=p<p ") && strstr(last.shown.at, "p.0.0.2=p<p ") && strstr(last.shown.at, "b=b<b "));
}

/* Answers with the class of the node p.0.0.half, as it sees it. */
struct look_args {
    const limn_value *after;
};
#define LIMN_ARGS struct look_args
static const limn_input look_in[] = { LIMN_LINK(after, "*", "Comes first."), LIMN_END };
#undef LIMN_ARGS
static bool look_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const char *seen = call->host->look(call, "p.0.0.half");
    char        text[80];

    (void)args, (void)out, (void)err;
    snprintf(text, sizeof text, "{\"text\":[\"%s\"]}", seen ? seen : "nothing");
    call->host->answer(call, text);
    return true;
}
static const limn_node look_back = LIMN_NODE(.name = "TestLookBack", .inputs = look_in, .args_size = sizeof(struct look_args),
                                             .flags = LIMN_WANTS_GRAPH | LIMN_OUTPUT_NODE, .run = look_run);

TEST(a_subgraph_that_is_over_is_not_shown)
{
    limn_error err = { 0 };

    all_nodes();
    WANT(lm_registry_add(run_nodes, &look_back, &err));
    run_graph("{" IMAGE_("a", "BLACK") "," IMAGE_("b", "WHITE") "," NODE_("p", "TestPipeline", FROM("input1", "b", 0) "," FROM("input2", "a", 0))
              "," NODE_("l", "TestLookBack", FROM("after", "p", 0)) "}", NULL);
    WANT(last.well && ran("p.0.0.half"));
    if (run_jobs() == 1) /* else its output may still run, for which nobody waits */
        WANT_TEXT(answer("l"), "\"nothing\"");
}

TEST(a_subgraph_s_result_is_kept_under_the_node_that_brought_it)
{
    lm_cache *cache = lm_cache_new(1 << 20);

    run_graph(PIPELINE("BLACK"), cache);
    run_graph(PIPELINE("BLACK"), cache);
    WANT(last.well && last.n_ran == 0 && was_cached("p"));
    run_graph(PIPELINE("NOISE"), cache);
    WANT(last.well && ran("p") && !ran("b"));
    lm_cache_free(cache);
}

TEST(what_is_wrong_in_a_subgraph_is_told_on_the_node_that_brought_it)
{
    static const char *const cases[][2] = {
        { "class", "its subgraph cannot run: there is no node TestNowhere" },
        { "missing", "its subgraph cannot run: TestMix: required input is missing: image1" },
        { "slot", "its subgraph cannot run: TestMix: it is linked to an output that is not there" },
        { "outer", "its subgraph cannot run: TestMix: it is linked to a node that is not there: nobody" },
        { "value", "in its subgraph, TestMask: 7 is above the largest allowed, 1" },
        { "wire", "it gave a wire that leads nowhere" },
        { "inside", "in its subgraph, TestMix: the pictures and the mask are not of one size" },
    };
    char text[300];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(text, sizeof text, "{'w':{'class_type':'TestWrongExpansion','inputs':{'how':'%s'}}," SHOW_("s", "w") "}", cases[i][0]);
        run_graph(text, NULL);
        WANT_TEXT(last.err.text, cases[i][1]);
        WANT_TEXT(last.err.node, "w (TestWrongExpansion)");
        WANT(strstr(lm_text_str(&last.failed_at), " w"));
    }
}

#define COUNT(turns) "{" NODE_("open", "TestForLoopOpen", "'remaining':" #turns ",'initial_value1':0") ","               \
                     NODE_("add", "TestIntMath", FROM("a", "open", 2) ",'b':1,'operation':'add'") ","                   \
                     NODE_("close", "TestForLoopClose", FROM("flow_control", "open", 0) "," FROM("initial_value1", "add", 0)) "," \
                     SHOW_("s", "close") "}"

TEST(a_loop_of_ten_thousand_turns_counts_them)
{
    run_graph(COUNT(10000), NULL);
    WANT(last.well);
    WANT_TEXT(answer("s"), "\"10000\"");
}

/* Every turn reads "black", which stands outside. */
TEST(what_a_loop_reads_from_outside_runs_once)
{
    run_graph("{" TWO_IMAGES "," NODE_("open", "TestForLoopOpen", "'remaining':3," FROM("initial_value1", "white", 0)) ","
              NODE_("avg", "TestAverage", FROM("input1", "black", 0) "," FROM("input2", "open", 2)) ","
              NODE_("close", "TestForLoopClose", FROM("flow_control", "open", 0) "," FROM("initial_value1", "avg", 0)) ","
              SHOW_("s", "close") "}", NULL);
    WANT(last.well);
    WANT_TEXT(answer("s"), "\"4x4: 0.125 0.125 0.125\"");
    WANT(last.n_executed == last.n_ran);
}

TEST(a_loop_finds_its_result_again)
{
    lm_cache *cache = lm_cache_new(1 << 22);

    run_graph(COUNT(20), cache);
    run_graph(COUNT(20), cache);
    WANT(last.well && last.n_ran == 0);
    WANT_TEXT(answer("s"), "\"20\"");
    lm_cache_free(cache);
}

TEST(a_loop_s_picture_goes_with_its_turn)
{
    const size_t before = lm_device_bytes();

    run_graph("{" IMAGE_("i", "WHITE") "," NODE_("open", "TestForLoopOpen", "'remaining':50," FROM("initial_value1", "i", 0)) ","
              NODE_("p", "TestIsChangedConstants", FROM("image", "open", 2) ",'value':0.5") ","
              NODE_("close", "TestForLoopClose", FROM("flow_control", "open", 0) "," FROM("initial_value1", "p", 0)) ","
              SHOW_("s", "close") "}", NULL);
    WANT(last.well && lm_device_bytes() == before);
    WANT(lm_device_peak_bytes() < before + 50000); /* a picture is 192 bytes: not fifty of each turn's */
}

/* ------------------------------------------------------------------ lazy inputs and the cache */

TEST(a_kept_result_behind_a_lazy_input_is_told_and_taken)
{
    lm_cache *cache = lm_cache_new(1 << 20);

    run_graph("{" IMAGE_("white", "WHITE") "," SHOW_("s", "white") "}", cache);
    run_graph("{" TWO_IMAGES "," MASK_("mask", "1.0") "," MIX("mix", "black", "white", "mask") "," SHOW_("s", "mix") "}", cache);
    WANT(last.well && was_cached("white") && !ran("white") && !ran("black") && !was_cached("black"));
    WANT_TEXT(answer("s"), "\"4x4: 1 1 1\"");
    lm_cache_free(cache);
}

TEST(a_hundred_thousand_lazy_nodes_in_a_chain_run)
{
    lm_text text = { 0 };

    lm_text_puts(&text, "{'l0':{'class_type':'TestInt','inputs':{'value':7}}");
    for (int i = 1; i <= 100000; i++)
        lm_text_printf(&text, ",'l%d':{'class_type':'TestLazyCheck','inputs':{'input1':['l%d',0],'input2':0,'condition':true}}", i, i - 1);
    lm_text_puts(&text, ",'s':{'class_type':'TestShow','inputs':{'value':['l100000',0]}}}");
    run_graph(text.at, NULL);
    WANT(last.well);
    WANT_TEXT(answer("s"), "\"7\"");
    lm_text_done(&text);
}

TEST_MAIN
