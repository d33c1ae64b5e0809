/* nodes_flow.c: test nodes for lists, conditions, blockers and time. */
#include "nodes.h"

/* ------------------------------------------------------------------ lists */

struct make_list {
    const limn_value *value[10];
};
#define VALUE(i, ...)                                                                          \
    { .name = "value" #i, .type = "*", .kind = LIMN_KIND_LINK, .doc = "An item.",              \
      .offset = offsetof(struct make_list, value) + i * sizeof(limn_value *), __VA_ARGS__ }
static const limn_input make_list_in[] = {
    VALUE(1), VALUE(2, .flags = LIMN_OPTIONAL), VALUE(3, .flags = LIMN_OPTIONAL), VALUE(4, .flags = LIMN_OPTIONAL),
    LIMN_END
};
static bool make_list_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct make_list *a = args;

    (void)err;
    out[0] = DO(call)->list();
    for (int i = 1; i < 10; i++)
        if (a->value[i])
            DO(call)->push(out[0], DO(call)->keep(a->value[i]));
    return true;
}

/* Nothing: a list without items. */
struct nothing {
    bool ignored;
};
static const limn_input nothing_in[] = { LIMN_END };
static bool empty_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)args;
    (void)err;
    out[0] = DO(call)->list();
    return true;
}

struct whole {
    const limn_value *list;
};
#define LIMN_ARGS struct whole
static const limn_input whole_in[] = { LIMN_LINK(list, "*", "All of it.", .list = true), LIMN_END };
static const limn_input numbers_list_in[] = { LIMN_INT_LIST(list, 7, 0, 100, 1, "Whole numbers."), LIMN_END };
#undef LIMN_ARGS
static bool to_accumulation_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct whole *a = args;
    limn_value         *list = DO(call)->list();

    (void)err;
    for (int i = 0; i < DO(call)->count(a->list); i++)
        DO(call)->push(list, DO(call)->keep(DO(call)->item(a->list, i)));
    out[0] = DO(call)->value("ACCUMULATION");
    DO(call)->set_value(out[0], "accum", list);
    return true;
}
static bool sum_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct whole *a = args;
    int64_t             sum = 0;

    (void)err;
    for (int i = 0; i < DO(call)->count(a->list); i++)
        sum += DO(call)->get_int(DO(call)->item(a->list, i), "value", 0);
    out[0] = new_int(call, "INT", sum * 100 + DO(call)->count(a->list));
    return true;
}

struct accumulation {
    const limn_value *accumulation;
};
#define LIMN_ARGS struct accumulation
static const limn_input accumulation_in[] = { LIMN_LINK(accumulation, "ACCUMULATION", "So far."), LIMN_END };
#undef LIMN_ARGS
static bool to_list_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)err;
    out[0] = DO(call)->keep(DO(call)->get_value(((const struct accumulation *)args)->accumulation, "accum"));
    return true;
}

struct rebatch {
    const limn_value *images, *batch_size;
};
#define LIMN_ARGS struct rebatch
static const limn_input rebatch_in[] = {
    LIMN_LINK    (images,     "IMAGE",       "A list of pictures.", .list = true),
    LIMN_INT_LIST(batch_size, 1, 1, 4096, 1, "So many together; passed over here."),
    LIMN_END
};
static const limn_output images_out[] = { LIMN_OUT_LIST("IMAGE", "IMAGE", "The pictures."), LIMN_OUT_END };
#undef LIMN_ARGS
static bool rebatch_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct rebatch *a = args;

    if (DO(call)->count(a->batch_size) != 1)
        return limn_fail(err, INPUT, "one size for all is enough");
    out[0] = DO(call)->list();
    for (int i = 0; i < DO(call)->count(a->images); i++)
        DO(call)->push(out[0], DO(call)->keep(DO(call)->item(a->images, i)));
    return true;
}
static const limn_node
    make_list_node = NODE("TestMakeList", make_list, .outputs = list_out, .run = make_list_run),
    empty_node = NODE("TestEmptyList", nothing, .outputs = list_out, .run = empty_run),
    to_accumulation_node = NODE("TestListToAccumulation", whole, .outputs = accum_out, .run = to_accumulation_run,
                                .flags = LIMN_TAKES_LISTS),
    sum_node = LIMN_NODE(.name = "TestSumList", .category = "testing", .doc = "100 times the sum, and how many.",
                         .inputs = numbers_list_in, .outputs = int_out, .args_size = sizeof(struct whole),
                         .run = sum_run, .flags = LIMN_TAKES_LISTS),
    to_list_node = NODE("TestAccumulationToList", accumulation, .outputs = list_out, .run = to_list_run),
    rebatch_node = NODE("TestRebatch", rebatch, .outputs = images_out, .run = rebatch_run,
                        .flags = LIMN_TAKES_LISTS);

/* ------------------------------------------------------------------ arithmetic */

struct pair {
    int64_t a, b;
    int32_t operation;
};
static const char *const comparisons[] = { "==", "!=", "<", ">", "<=", ">=", NULL };
static const char *const operations[] = { "add", "subtract", "multiply", NULL };
#define LIMN_ARGS struct pair
static const limn_input compare_in[] = {
    LIMN_INT(a, 0, 0, 0, 1, "One."), LIMN_INT(b, 0, 0, 0, 1, "Two."), LIMN_CHOICE(operation, comparisons, "How."), LIMN_END
};
static const limn_input math_in[] = {
    LIMN_INT(a, 0, 0, 0, 1, "One."), LIMN_INT(b, 0, 0, 0, 1, "Two."), LIMN_CHOICE(operation, operations, "How."), LIMN_END
};
#undef LIMN_ARGS
static bool compare_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct pair *p = args;
    const bool         is[] = { p->a == p->b, p->a != p->b, p->a < p->b, p->a > p->b, p->a <= p->b, p->a >= p->b };

    (void)err;
    out[0] = new_int(call, "BOOLEAN", is[p->operation]);
    return true;
}
static bool math_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct pair *p = args;
    const int64_t      is[] = { p->a + p->b, p->a - p->b, p->a * p->b };

    (void)err;
    out[0] = new_int(call, "INT", is[p->operation]);
    return true;
}
struct truth {
    const limn_value *value;
};
#define LIMN_ARGS struct truth
static const limn_input truth_in[] = { LIMN_LINK(value, "*", "A number, mostly."), LIMN_END };
#undef LIMN_ARGS
static bool to_bool_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)err;
    out[0] = new_int(call, "BOOLEAN", DO(call)->get_number(((const struct truth *)args)->value, "value", 1) != 0);
    return true;
}
static const limn_node
    compare_node = LIMN_NODE(.name = "TestIntConditions", .category = "testing", .doc = "Compares.",
                             .inputs = compare_in, .outputs = bool_out, .args_size = sizeof(struct pair), .run = compare_run),
    math_node = LIMN_NODE(.name = "TestIntMath", .category = "testing", .doc = "Computes.", .inputs = math_in,
                          .outputs = int_out, .args_size = sizeof(struct pair), .run = math_run),
    to_bool_node = NODE("TestToBool", truth, .outputs = bool_out, .run = to_bool_run);

/* ------------------------------------------------------------------ blockers */

struct blocking {
    const limn_value *input;
    bool              block, verbose;
};
#define LIMN_ARGS struct blocking
static const limn_input blocking_in[] = {
    LIMN_LINK(input,   "*",   "Passed on, or not."),
    LIMN_BOOL(block,   false, "Stop here?"),
    LIMN_BOOL(verbose, false, "With a word?"),
    LIMN_END
};
#undef LIMN_ARGS
static bool blocking_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct blocking *a = args;

    (void)err;
    out[0] = a->block ? DO(call)->blocker(a->verbose ? "no further" : NULL) : DO(call)->keep(a->input);
    return true;
}
static const limn_node blocking_node = NODE("TestBlocker", blocking, .outputs = any_out, .run = blocking_run);

/* ------------------------------------------------------------------ time */

struct sleep {
    const limn_value *value;
    double            seconds;
};
#define LIMN_ARGS struct sleep
static const limn_input sleep_in[] = {
    LIMN_LINK (value,   "*",                       "Passed on."),
    LIMN_FLOAT(seconds, 0.01, 0.0, 9999.0, 0.01,   "How long it takes.", .flags = LIMN_OPTIONAL),
    LIMN_END
};
#undef LIMN_ARGS
static bool sleep_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct sleep *a = args;
    const int           n = (int)(a->seconds * 1000);

    for (int i = 0; i < n; i++) {
        if (DO(call)->stopped(call))
            return limn_fail(err, CANCELLED, "stopped while it slept");
        DO(call)->progress(call, i + 1, n);
        rest(1000000);
    }
    out[0] = DO(call)->keep(a->value);
    return true;
}

/* Waits until so many of its kind are at it at the same time. */
struct meet {
    const limn_value *value;
    int64_t           others, group;
};
#define LIMN_ARGS struct meet
static const limn_input meet_in[] = {
    LIMN_LINK(value,  "*",         "Passed on."),
    LIMN_INT (others, 2, 1, 16, 1, "How many are to meet."),
    LIMN_INT (group,  0, 0, 0, 1,  "Tells them apart.", .flags = LIMN_OPTIONAL),
    LIMN_END
};
#undef LIMN_ARGS
static atomic_int met;
static bool meet_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct meet *a = args;
    const int          mine = atomic_fetch_add(&met, 1), all = mine - mine % (int)a->others + (int)a->others;

    for (int i = 0; atomic_load(&met) < all; i++) {
        if (i == 20000)
            return limn_fail(err, INPUT, "nobody else came");
        rest(500000);
    }
    out[0] = DO(call)->keep(a->value);
    return true;
}

struct failing {
    const limn_value *value;
    double            error_after;
};
#define LIMN_ARGS struct failing
static const limn_input failing_in[] = {
    LIMN_LINK (value,       "*",                  "Never passed on."),
    LIMN_FLOAT(error_after, 0.0, 0.0, 10.0, 0.01, "How long it takes to fail.", .flags = LIMN_OPTIONAL),
    LIMN_END
};
#undef LIMN_ARGS
static bool failing_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct failing *a = args;

    (void)call;
    (void)out;
    rest((long)(a->error_after * 1e9));
    return limn_fail(err, INPUT, "it was meant to fail");
}

struct timed {
    const limn_value *value;
    double            timeout, operation_time;
};
#define LIMN_ARGS struct timed
static const limn_input timed_in[] = {
    LIMN_LINK (value,          "*",                  "Passed on in time."),
    LIMN_FLOAT(timeout,        1.0, 0.0, 10.0, 0.01, "How long it may take."),
    LIMN_FLOAT(operation_time, 2.0, 0.0, 10.0, 0.01, "How long it takes."),
    LIMN_END
};
#undef LIMN_ARGS
static bool timed_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct timed *a = args;

    rest((long)(1e9 * fmin(a->timeout, a->operation_time)));
    if (a->operation_time > a->timeout)
        return limn_fail(err, INPUT, "timeout: it took more than %g seconds", a->timeout);
    out[0] = DO(call)->keep(a->value);
    return true;
}

/* One of each number at a time. */
struct resource {
    const limn_value *value;
    int64_t           resource_id;
};
#define LIMN_ARGS struct resource
static const limn_input resource_in[] = {
    LIMN_LINK(value, "*", "Passed on."), LIMN_INT(resource_id, 0, 0, 15, 1, "Which."), LIMN_END
};
#undef LIMN_ARGS
static bool resource_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    static atomic_bool     busy[16];
    const struct resource *a = args;

    if (atomic_exchange(&busy[a->resource_id], true))
        return limn_fail(err, INPUT, "resource %d is in use", (int)a->resource_id);
    rest(1000000);
    atomic_store(&busy[a->resource_id], false);
    out[0] = DO(call)->keep(a->value);
    return true;
}
static const limn_node
    sleep_node = NODE("TestSleep", sleep, .outputs = any_out, .run = sleep_run, .flags = LIMN_WANTS_ID),
    meet_node = NODE("TestMeet", meet, .outputs = any_out, .run = meet_run),
    failing_node = NODE("TestError", failing, .outputs = any_out, .run = failing_run),
    timed_node = NODE("TestTimeout", timed, .outputs = any_out, .run = timed_run),
    resource_node = NODE("TestResource", resource, .outputs = any_out, .run = resource_run);

extern const limn_node *const test_nodes_flow[];
const limn_node *const test_nodes_flow[] = {
    &make_list_node, &empty_node, &to_accumulation_node, &sum_node, &to_list_node, &rebatch_node, &compare_node, &math_node, &to_bool_node, &blocking_node, &sleep_node, &meet_node, &failing_node, &timed_node, &resource_node, NULL,
};
