/* call_for_tests.h: a call on the host device, for tests of what a pass does. */
#ifndef LIMN_TESTS_CALL_FOR_TESTS_H
#define LIMN_TESTS_CALL_FOR_TESTS_H

#include "core/data/call.h"

static atomic_bool test_stop;
static lm_run_env  test_env = { .stop = &test_stop };
static lm_call     test_call = { .env = &test_env, .node = "1", .node_class = "Test" };

static inline limn_call *call_on(lm_device *d)
{
    atomic_store(&test_stop, false);
    test_env.device = d;
    return &test_call.call;
}

#endif
