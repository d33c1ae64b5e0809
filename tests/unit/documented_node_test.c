/* documented_node_test.c: the node that docs/add-a-node.md builds, taken from that page, at work. */
#include "nodes/types.h"
#include "tests/guard.h"
#include "tests/unit/call_for_tests.h"
#include "tests/unit/node_for_tests.h"

extern const limn_node *const lm_nodes_latent_math[];

TEST(the_documented_node_does_what_the_page_says)
{
    limn_value *v = lm_value_new("LATENT"), *out;
    node_args   a = node_begin(lm_nodes_latent_math, "LatentMultiply");
    limn_error  err = { 0 };
    float       got[4] = { 0 };

    call_on(guard_device());
    lm_value_set_tensor(v, "samples", lm_tensor_from(test_env.device, LM_F32, LM_SHAPE(1, 1, 1, 4),
                                                     (float[]){ 1, -2, 0, 4 }, &err));
    lm_value_set_text(v, "unknown", "stays");
    node_link(&a, "samples", v);
    node_float(&a, "multiplier", -0.5);
    out = node_run(&a, &test_call.call, &err);
    WANT(out && lm_count(lm_value_tensor(out, "samples")) == 4);
    lm_tensor_read(lm_value_tensor(out, "samples"), LM_F32, got);
    WANT(got[0] == -0.5f && got[1] == 1.0f && got[2] == 0.0f && got[3] == -2.0f);
    WANT_TEXT(lm_value_text(out, "unknown"), "stays");
    lm_value_unref(out);
    lm_value_unref(v);
}

TEST(the_documented_node_answers_an_empty_latent_with_a_sentence)
{
    limn_value *v = lm_value_new("LATENT");
    node_args   a = node_begin(lm_nodes_latent_math, "LatentMultiply");
    limn_error  err = { 0 };

    node_link(&a, "samples", v);
    WANT(!node_run(&a, call_on(guard_device()), &err) && err.code == LIMN_INPUT);
    lm_value_unref(v);
}

TEST_MAIN
