/* graph_for_tests.h: a few nodes that need no pictures, and a listener that writes down what it hears. */
#ifndef LIMN_TESTS_GRAPH_FOR_TESTS_H
#define LIMN_TESTS_GRAPH_FOR_TESTS_H

#include <stdatomic.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/graph/executor.h"

static atomic_bool graph_stop;
static int         graph_runs; /* how often a node of these ran */

static inline limn_value *int_value(int64_t x)
{
    limn_value *v = lm_value_new("INT");

    lm_value_set_int(v, "value", x);
    return v;
}

/* Number: an INT from a constant. */
struct number_args {
    int64_t value;
};
#define LIMN_ARGS struct number_args
static const limn_input number_in[] = { LIMN_INT(value, 0, -1000000, 1000000, 1, "A number."), LIMN_END };
#undef LIMN_ARGS
static const limn_output int_out[] = { { "INT", "INT", "A number." }, { 0 } };
static bool number_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call;
    (void)err;
    graph_runs++;
    out[0] = int_value(((const struct number_args *)args)->value);
    return true;
}

/* Sum: adds two links; where .a is 13 it fails. */
struct sum_args {
    const limn_value *a, *b;
};
#define LIMN_ARGS struct sum_args
static const limn_input sum_in[] = { LIMN_LINK(a, "INT", "One."), LIMN_LINK(b, "INT", "Two."), LIMN_END };
#undef LIMN_ARGS
static bool sum_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct sum_args *s = args;
    const int64_t          a = lm_value_int(s->a, "value", 0);

    (void)call;
    graph_runs++;
    if (a == 13) {
        snprintf(err->input, sizeof err->input, "a");
        return limn_fail(err, INPUT, "thirteen is too much");
    }
    out[0] = int_value(a + lm_value_int(s->b, "value", 0));
    return true;
}

/* Halves: two outputs, the half and the rest. */
static const limn_output halves_out[] = { { "half", "INT", "" }, { "rest", "INT", "" }, { 0 } };
static bool halves_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const int64_t x = ((const struct number_args *)args)->value;

    (void)call;
    (void)err;
    graph_runs++;
    out[0] = int_value(x / 2);
    out[1] = int_value(x % 2);
    return true;
}

/* Show: an output node; its answer is the value as text. */
struct show_args {
    const limn_value *source;
    const char       *label;
};
#define LIMN_ARGS struct show_args
static const limn_input show_in[] = {
    LIMN_LINK(source, "*", "What to show."),
    LIMN_TEXT(label, "", "What to say with it.", .flags = LIMN_OPTIONAL),
    LIMN_END
};
#undef LIMN_ARGS
static bool show_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct show_args *s = args;
    char                    json[100];

    (void)out;
    (void)err;
    graph_runs++;
    snprintf(json, sizeof json, "{\"text\":[\"%s%lld\"]}", s->label, (long long)lm_value_int(s->source, "value", -1));
    lm_call_answer(call, json);
    return true;
}

/* Clock: never the same twice. */
static bool clock_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call;
    (void)args;
    (void)err;
    out[0] = int_value(++graph_runs);
    return true;
}

/* Stop: presses the stop button, and reports progress. */
static bool stop_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)args;
    (void)err;
    lm_call_progress(call, 1, 2);
    atomic_store(&graph_stop, true);
    out[0] = int_value(0);
    return true;
}

/* Liars: one gives nothing, one gives another type, one fails in silence. */
static bool liar_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const int64_t which = ((const struct number_args *)args)->value;

    (void)call;
    (void)err;
    out[0] = which == 1 ? lm_value_new("STRING") : NULL;
    return which < 2;
}

/* Kinds: every kind of field, linked or not. */
struct kinds_args {
    const limn_value *link;
    int64_t           whole;
    uint64_t          seed;
    double            real;
    bool              flag;
    const char       *words;
    int32_t           pick;
};
static const char *const kinds_names[] = { "one", "two", NULL };
#define KIND(field, kind_, ...)                                                                \
    { .name = #field, .type = "*", .kind = LIMN_KIND_##kind_, .doc = "It.",                    \
      .offset = offsetof(struct kinds_args, field), __VA_ARGS__ }
static const limn_input kinds_in[] = {
    KIND(link, LINK, .flags = LIMN_OPTIONAL),
    KIND(whole, INT, .flags = LIMN_OPTIONAL, .i_default = 3, .i_max = 10),
    KIND(seed, SEED, .i_default = 0),
    KIND(real, FLOAT, .flags = LIMN_OPTIONAL, .f_default = 0.5, .f_max = 10),
    KIND(flag, BOOL, .flags = LIMN_OPTIONAL, .i_default = true),
    KIND(words, TEXT, .flags = LIMN_OPTIONAL, .t_default = "hm"),
    KIND(pick, CHOICE, .flags = LIMN_OPTIONAL, .t_default = "two", .choices = kinds_names),
    LIMN_END
};
static struct kinds_args kinds_got;
static char              kinds_words[32];
static bool kinds_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call;
    (void)out;
    (void)err;
    kinds_got = *(const struct kinds_args *)args;
    snprintf(kinds_words, sizeof kinds_words, "%s", kinds_got.words);
    return true;
}

/* Any: a plain value of the type that its first letter says, behind a "*" output. */
struct text_args {
    const char *text;
};
#define LIMN_ARGS struct text_args
static const limn_input text_in[] = { LIMN_TEXT(text, "", "I5, F2.5, B1, Sabc or L."), LIMN_END };
#undef LIMN_ARGS
static const limn_output star_out[] = { { "any", "*", "" }, { 0 } };
static bool any_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const char *text = ((const struct text_args *)args)->text;

    (void)call;
    (void)err;
    out[0] = lm_value_new(*text == 'I' ? "INT" : *text == 'F' ? "FLOAT" : *text == 'B' ? "BOOLEAN"
                          : *text == 'S' ? "STRING" : "LUMP");
    if (*text == 'I' || *text == 'B')
        lm_value_set_uint(out[0], "value", strtoull(text + 1, NULL, 10));
    if (*text == 'F')
        lm_value_set_number(out[0], "value", strtod(text + 1, NULL));
    if (*text == 'S')
        lm_value_set_text(out[0], "value", text + 1);
    return true;
}

#define GRAPH_NODE(id, in, out, run_, ...)                                                     \
    LIMN_NODE(.name = id, .category = "test", .inputs = in, .outputs = out, .run = run_, __VA_ARGS__)
static const limn_node
    number_node = GRAPH_NODE("Number", number_in, int_out, number_run, .args_size = sizeof(struct number_args)),
    newer_node = GRAPH_NODE("Newer", number_in, int_out, number_run, .args_size = sizeof(struct number_args),
                            .version = 2),
    sum_node = GRAPH_NODE("Sum", sum_in, int_out, sum_run, .args_size = sizeof(struct sum_args)),
    halves_node = GRAPH_NODE("Halves", number_in, halves_out, halves_run, .args_size = sizeof(struct number_args)),
    show_node = GRAPH_NODE("Show", show_in, NULL, show_run, .args_size = sizeof(struct show_args),
                           .flags = LIMN_OUTPUT_NODE),
    clock_node = GRAPH_NODE("Clock", NULL, int_out, clock_run, .flags = LIMN_NO_CACHE),
    stop_node = GRAPH_NODE("Stop", NULL, int_out, stop_run, .version = 0),
    liar_node = GRAPH_NODE("Liar", number_in, int_out, liar_run, .args_size = sizeof(struct number_args)),
    kinds_node = GRAPH_NODE("Kinds", kinds_in, NULL, kinds_run, .args_size = sizeof(struct kinds_args),
                            .flags = LIMN_OUTPUT_NODE),
    any_node = GRAPH_NODE("Any", text_in, star_out, any_run, .args_size = sizeof(struct text_args));
static const limn_node *const graph_nodes[] = {
    &number_node, &newer_node, &sum_node, &halves_node, &show_node, &clock_node,
    &stop_node,   &liar_node,  &kinds_node, &any_node,  NULL,
};

/* ------------------------------------------------------------------ a plan at hand */

struct planned {
    lm_registry *registry;
    lm_workflow *workflow;
    lm_check    *check;
    lm_plan     *plan;
    limn_error   err;
};

static inline struct planned plan_text(const char *text, const lm_run_env *env)
{
    struct planned p = { .registry = lm_registry_new() };

    if (!lm_registry_add_list(p.registry, graph_nodes, &p.err))
        return p;
    p.workflow = lm_workflow_read(text, strlen(text), &p.err);
    if (!p.workflow)
        return p;
    p.check = lm_check_new(p.workflow, p.registry, env);
    p.plan = lm_plan_new(p.check, env, &p.err);
    return p;
}

static inline void planned_done(struct planned *p)
{
    lm_plan_free(p->plan);
    lm_check_free(p->check);
    lm_workflow_free(p->workflow);
    lm_registry_free(p->registry);
}

/* Writes "START 3 0; RUNNING 1; EXECUTED 1 {…}; DONE; " into a text. */
static inline void write_down(void *self, const lm_event *e)
{
    static const char *const names[] = {
        [LM_EV_START] = "START", [LM_EV_CACHED] = "CACHED", [LM_EV_RUNNING] = "RUNNING", [LM_EV_PROGRESS] = "PROGRESS",
        [LM_EV_PREVIEW] = "PREVIEW", [LM_EV_EXECUTED] = "EXECUTED", [LM_EV_BLOCKED] = "BLOCKED", [LM_EV_FAILED] = "FAILED",
        [LM_EV_INTERRUPTED] = "INTERRUPTED", [LM_EV_DONE] = "DONE",
    };
    lm_text                 *out = self;

    lm_text_puts(out, names[e->kind]);
    if (e->node)
        lm_text_printf(out, " %s", e->node);
    if (e->kind == LM_EV_START || e->kind == LM_EV_PROGRESS)
        lm_text_printf(out, " %d %d", (int)e->value, (int)e->total);
    if (e->json)
        lm_text_printf(out, " %s", e->json);
    if (e->error)
        lm_text_printf(out, " %s", e->error->text);
    lm_text_puts(out, "; ");
}

#endif
