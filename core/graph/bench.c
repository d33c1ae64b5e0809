/* bench.c: what the graph itself costs, with nodes that do next to nothing. */
#include "core/graph/bench.h"

#include <time.h>

#include "core/base/alloc.h"
#include "core/graph/executor.h"

enum { ROUNDS = 5, CHAIN = 10 };

/* ------------------------------------------------------------------ nodes that do next to nothing */

struct bench_args {
    const limn_value *left, *right;
    uint64_t          seed;
    int64_t           steps;
    double            real, share;
    const char       *text;
    int32_t           pick;
};
static const char *const picks[] = { "north", "north_east", "east", "south_east", "south", "south_west", NULL };
#define LIMN_ARGS struct bench_args
static const limn_input bench_in[] = {
    LIMN_LINK  (left,    "INT",                    "One number.",   .flags = LIMN_OPTIONAL),
    LIMN_LINK  (right,   "INT",                    "Another.",      .flags = LIMN_OPTIONAL),
    LIMN_SEED  (seed,                              "Added to them."),
    LIMN_INT   (steps,   20,  1, 10000, 1,         "Added to them."),
    LIMN_FLOAT (real,    8.0, 0.0, 100.0, 0.1,     "Read and left alone."),
    LIMN_FLOAT (share,   1.0, 0.0, 1.0, 0.01,      "Read and left alone."),
    LIMN_TEXT  (text,    "",                       "Read and left alone."),
    LIMN_CHOICE(pick,    picks,                    "Read and left alone."),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output bench_out[] = { { "INT", "INT", "The sum." }, { 0 } };

static bool bench_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct bench_args *a = args;
    const int64_t            left = a->left ? lm_value_int(a->left, "value", 0) : 0;
    const int64_t            right = a->right ? lm_value_int(a->right, "value", 0) : 0;

    (void)call;
    (void)err;
    out[0] = lm_value_new("INT");
    lm_value_set_uint(out[0], "value", (uint64_t)left + (uint64_t)right + a->seed + (uint64_t)a->steps);
    return true;
}

struct end_args {
    const limn_value *sum;
};
#define LIMN_ARGS struct end_args
static const limn_input end_in[] = { LIMN_LINK(sum, "INT", "What the chains came to."), LIMN_END };
#undef LIMN_ARGS

static bool end_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)args;
    (void)out;
    (void)err;
    lm_call_answer(call, "{}");
    return true;
}

static const limn_node bench_node = LIMN_NODE(
    .name = "BenchStep", .category = "bench", .doc = "Adds numbers.", .inputs = bench_in,
    .outputs = bench_out, .args_size = sizeof(struct bench_args), .run = bench_run);
static const limn_node end_node = LIMN_NODE(
    .name = "BenchEnd", .category = "bench", .doc = "Ends a bench.", .inputs = end_in,
    .args_size = sizeof(struct end_args), .flags = LIMN_OUTPUT_NODE, .run = end_run);
static const limn_node shown_node = LIMN_NODE(
    .name = "BenchShown", .category = "bench", .doc = "Adds numbers, for itself.", .inputs = bench_in,
    .outputs = bench_out, .args_size = sizeof(struct bench_args), .flags = LIMN_OUTPUT_NODE, .run = bench_run);
static const limn_node *const bench_nodes[] = { &bench_node, &end_node, &shown_node, NULL };

/* ------------------------------------------------------------------ the workflow */

/* Joined: node i follows the one before it, unless a chain begins there, and the last of a chain joins the end of
 * the chain before. */
static void add_links(lm_text *text, lm_graph_form form, int i)
{
    if (form == LM_GRAPH_WIDE || !i)
        return;
    if (form == LM_GRAPH_CHAIN || i % CHAIN)
        lm_text_printf(text, "\"left\": [\"%d\", 0], ", i - 1);
    if (form == LM_GRAPH_JOINED && i % CHAIN == CHAIN - 1 && i > CHAIN)
        lm_text_printf(text, "\"right\": [\"%d\", 0], ", i - CHAIN);
}

static void add_node(lm_text *text, lm_graph_form form, int i, unsigned long long seed)
{
    lm_text_printf(text, "\"%d\": {\"inputs\": {", i);
    add_links(text, form, i);
    lm_text_printf(text, "\"seed\": %llu, \"steps\": 20, \"real\": 8.0, \"share\": 0.95, \"text\": \"a circle\", "
                         "\"pick\": \"north\"}, \"class_type\": \"%s\", \"_meta\": {\"title\": \"Step\"}}, ",
                   seed + (unsigned long long)i, form == LM_GRAPH_WIDE ? "BenchShown" : "BenchStep");
}

/* [new] */
static char *workflow_text(lm_graph_form form, int nodes, unsigned long long seed)
{
    const int steps = nodes > CHAIN ? (nodes - 1) / CHAIN * CHAIN : CHAIN;
    lm_text   text = { 0 };

    lm_text_puts(&text, "{");
    for (int i = 0; i < steps; i++)
        add_node(&text, form, i, seed);
    lm_text_printf(&text, "\"end\": {\"inputs\": {\"sum\": [\"%d\", 0]}, \"class_type\": \"BenchEnd\"}}", steps - 1);
    return lm_text_take(&text);
}

static void count_event(void *self, const lm_event *e)
{
    (void)e;
    ++*(int64_t *)self;
}

/* ------------------------------------------------------------------ measuring */

static double cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void note(double *best, double began)
{
    const double took = cpu_seconds() - began;

    if (!*best || took < *best)
        *best = took;
}

static bool measure_json(const char *text, size_t size, lm_graph_figures *f, limn_error *err)
{
    const double began = cpu_seconds();
    lm_json     *d = lm_json_read(text, size, err);

    note(&f->json_s, began);
    lm_json_free(d);
    return d;
}

static bool measure_runs(const lm_plan *p, const lm_run_env *env, lm_graph_figures *f, limn_error *err)
{
    lm_cache *cache = lm_cache_new((size_t)1 << 32);
    double    began = cpu_seconds(), again;
    bool      ok = lm_exec_run(p, NULL, env, err);

    note(&f->bare_s, began);
    began = cpu_seconds();
    ok = ok && lm_exec_run(p, cache, env, err);
    note(&f->run_s, began);
    again = cpu_seconds();
    ok = ok && lm_exec_run(p, cache, env, err);
    note(&f->cached_s, again);
    lm_cache_free(cache);
    return ok;
}

static bool measure_graph(const char *text, size_t size, const lm_registry *r, lm_graph_figures *f,
                          limn_error *err)
{
    atomic_bool      stop = false;
    int64_t          events = 0;
    const lm_run_env env = { .stop = &stop, .listener = { count_event, &events } };
    double           began = cpu_seconds();
    lm_workflow     *w = lm_workflow_read(text, size, err);
    lm_check        *c = NULL;
    lm_plan         *p = NULL;
    bool             ok;

    note(&f->read_s, began);
    if (w) {
        f->nodes = lm_workflow_count(w);
        began = cpu_seconds();
        c = lm_check_new(w, r, &env);
        note(&f->check_s, began);
        began = cpu_seconds();
        p = lm_plan_new(c, &env, err);
        note(&f->plan_s, began);
    }
    ok = p && measure_runs(p, &env, f, err);
    lm_plan_free(p);
    lm_check_free(c);
    lm_workflow_free(w);
    return ok;
}

bool lm_graph_bench(lm_graph_form form, int nodes, lm_graph_figures *out, limn_error *err)
{
    lm_registry *r = lm_registry_new();
    char        *text = workflow_text(form, nodes, 15668020870028600000ull);
    bool         ok = lm_registry_add_list(r, bench_nodes, err);

    *out = (lm_graph_figures){ .bytes = strlen(text) };
    for (int i = 0; ok && i < ROUNDS; i++)
        ok = measure_json(text, out->bytes, out, err) && measure_graph(text, out->bytes, r, out, err);
    lm_free(text);
    lm_registry_free(r);
    return ok;
}

/* ------------------------------------------------------------------ prompt after prompt */

/* From text to answers. */
static bool run_text(const char *text, const lm_registry *r, const lm_run_env *env, lm_cache *cache, limn_error *err)
{
    lm_workflow *w = lm_workflow_read(text, strlen(text), err);
    lm_check    *c = w ? lm_check_new(w, r, env) : NULL;
    lm_plan     *p = c ? lm_plan_new(c, env, err) : NULL;
    const bool   ok = p && lm_exec_run(p, cache, env, err);

    lm_plan_free(p);
    lm_check_free(c);
    lm_workflow_free(w);
    return ok;
}

static bool run_prompt(const lm_registry *r, lm_cache *cache, int i, limn_error *err)
{
    char            *text = workflow_text(LM_GRAPH_JOINED, 101, 1000ull * (unsigned)i);
    atomic_bool      stop = false;
    int64_t          events = 0;
    const lm_run_env env = { .stop = &stop, .listener = { count_event, &events } };
    const bool       ok = run_text(text, r, &env, cache, err);

    lm_free(text);
    return ok;
}

bool lm_workflow_bench(const char *text, const lm_registry *r, const lm_run_env *env, int rounds, double *first_s,
                       double *again_s, limn_error *err)
{
    lm_cache *cache = lm_cache_new((size_t)1 << 30);
    double    began = cpu_seconds();
    bool      ok = run_text(text, r, env, cache, err);

    *first_s = cpu_seconds() - began;
    for (int i = 0; ok && i < rounds; i++) {
        began = cpu_seconds();
        ok = run_text(text, r, env, cache, err);
        again_s[i] = cpu_seconds() - began;
    }
    lm_cache_free(cache);
    return ok;
}

bool lm_graph_prompts(int n, limn_error *err)
{
    lm_registry *r = lm_registry_new();
    lm_cache    *cache = lm_cache_new((size_t)1 << 20);
    bool         ok = lm_registry_add_list(r, bench_nodes, err);

    for (int i = 0; ok && i < n; i++)
        ok = run_prompt(r, cache, i, err);
    lm_cache_free(cache);
    lm_registry_free(r);
    return ok;
}
