/* nodes.h: what the files of test nodes share. They are written as a plugin is: nothing but limn.h and the host
 * table. Built into test_execution, and together as a shared object for the tests of plugins.
 *
 * Source: what they do follows the testing nodes of ComfyUI's tests/execution, so that each case there has a twin. */
#ifndef LIMN_TESTS_EXECUTION_NODES_H
#define LIMN_TESTS_EXECUTION_NODES_H

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <limn/limn.h>

#define DO(call) ((call)->host)
#define NODE(id, args_, ...)                                                                   \
    LIMN_NODE(.name = id, .category = "testing", .version = 1, .doc = "A node of the tests.",  \
              .inputs = args_##_in, .args_size = sizeof(struct args_), __VA_ARGS__)

__attribute__((unused)) static const limn_output nothing_out[] = { LIMN_OUT_END };
__attribute__((unused)) static const limn_output image_out[] = { LIMN_OUT("IMAGE", "IMAGE", "A picture."), LIMN_OUT_END };
__attribute__((unused)) static const limn_output mask_out[] = { LIMN_OUT("MASK", "MASK", "A mask."), LIMN_OUT_END };
__attribute__((unused)) static const limn_output int_out[] = { LIMN_OUT("INT", "INT", "A number."), LIMN_OUT_END };
__attribute__((unused)) static const limn_output float_out[] = { LIMN_OUT("FLOAT", "FLOAT", "A number."), LIMN_OUT_END };
__attribute__((unused)) static const limn_output bool_out[] = { LIMN_OUT("BOOLEAN", "BOOLEAN", "Yes or no."), LIMN_OUT_END };
__attribute__((unused)) static const limn_output any_out[] = { LIMN_OUT("any", "*", "What came in."), LIMN_OUT_END };
__attribute__((unused)) static const limn_output list_out[] = { LIMN_OUT_LIST("list", "*", "All of them."), LIMN_OUT_END };
__attribute__((unused)) static const limn_output accum_out[] = { LIMN_OUT("ACCUMULATION", "ACCUMULATION", "So far."), LIMN_OUT_END };

/* ------------------------------------------------------------------ small helpers */

static inline limn_value *new_int(limn_call *call, const char *type, int64_t x)
{
    limn_value *v = DO(call)->value(type);

    DO(call)->set_int(v, "value", x);
    return v;
}

static inline limn_value *new_number(limn_call *call, double x)
{
    limn_value *v = DO(call)->value("FLOAT");

    DO(call)->set_number(v, "value", x);
    return v;
}

static inline void rest(long ns)
{
    struct timespec t = { .tv_nsec = ns };

    nanosleep(&t, NULL);
}

/* A new picture of one colour. */
static inline bool paint(limn_call *call, limn_value **out, limn_shape s, float x, limn_error *err)
{
    limn_tensor t;

    if (!DO(call)->make(call, out, "IMAGE", "pixels", s, &t, err))
        return false;
    for (int64_t i = 0; i < t.count; i++)
        t.f32[i] = x;
    return true;
}

static inline bool scale(limn_call *call, const limn_value *image, double by, limn_value **out, limn_error *err)
{
    limn_tensor from, to;

    if (!DO(call)->read(call, image, "pixels", &from, err) ||
        !DO(call)->make(call, out, "IMAGE", "pixels", from.shape, &to, err))
        return false;
    for (int64_t i = 0; i < to.count; i++)
        to.f32[i] = from.f32[i] * (float)by;
    return true;
}

#endif
