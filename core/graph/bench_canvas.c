/* bench_canvas.c: what opening a canvas's own workflow costs. */
#include <time.h>

#include "core/base/alloc.h"
#include "core/graph/bench.h"
#include "core/graph/workflow.h"

enum { ROUNDS = 5 };

struct canvas_args {
    const limn_value *left, *right;
    uint64_t          seed;
    int64_t           steps;
    double            share;
    const char       *text;
};
#define LIMN_ARGS struct canvas_args
static const limn_input canvas_in[] = {
    LIMN_LINK (left,  "INT",                "One number.", .flags = LIMN_OPTIONAL),
    LIMN_LINK (right, "INT",                "Another.",    .flags = LIMN_OPTIONAL),
    LIMN_SEED (seed,                        "Read and left alone."),
    LIMN_INT  (steps, 20,  1, 10000, 1,     "Read and left alone."),
    LIMN_FLOAT(share, 1.0, 0.0, 1.0, 0.01,  "Read and left alone."),
    LIMN_TEXT (text,  "",                   "Read and left alone."),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output canvas_out[] = { LIMN_OUT("INT", "INT", "A number."), LIMN_OUT_END };

static bool canvas_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    (void)call;
    (void)args;
    (void)out;
    return limn_fail(err, BUG, "only opened, never run");
}

static const limn_node canvas_node = LIMN_NODE(
    .name = "BenchCanvas", .category = "bench", .doc = "Is opened.", .inputs = canvas_in, .outputs = canvas_out,
    .args_size = sizeof(struct canvas_args), .run = canvas_run);

/* As a canvas saves it: a node is linked to the one before it, twice. */
static void add_node(lm_text *text, int i)
{
    char left[16] = "null", right[16] = "null";

    if (i > 1) {
        snprintf(left, sizeof left, "%d", 2 * i);
        snprintf(right, sizeof right, "%d", 2 * i + 1);
    }
    lm_text_printf(text,
                   "%s{\"id\": %d, \"type\": \"BenchCanvas\", \"pos\": [%d, 300], \"size\": [210, 180], \"flags\": {}, "
                   "\"order\": %d, \"mode\": 0, \"inputs\": [{\"name\": \"left\", \"type\": \"INT\", \"link\": %s}, "
                   "{\"name\": \"right\", \"type\": \"INT\", \"link\": %s}], \"outputs\": [{\"name\": \"INT\", "
                   "\"type\": \"INT\", \"links\": [%d], \"slot_index\": 0}], \"properties\": {\"Node name for S&R\": "
                   "\"BenchCanvas\"}, \"widgets_values\": [15668020870028600000, \"randomize\", 20, 0.95, \"a circle\"]}",
                   i > 1 ? ", " : "", i, 100 * i, i, left, right, 2 * i + 2);
}

static char *canvas_text(int nodes)
{
    lm_text text = { 0 };

    lm_text_printf(&text, "{\"last_node_id\": %d, \"nodes\": [", nodes);
    for (int i = 1; i <= nodes; i++)
        add_node(&text, i);
    lm_text_puts(&text, "], \"links\": [");
    for (int i = 2; i <= nodes; i++)
        lm_text_printf(&text, "%s[%d, %d, 0, %d, 0, \"INT\"], [%d, %d, 0, %d, 1, \"INT\"]", i > 2 ? ", " : "", 2 * i,
                       i - 1, i, 2 * i + 1, i - 1, i);
    lm_text_puts(&text, "], \"groups\": [], \"config\": {}, \"extra\": {}, \"version\": 0.4}");
    return lm_text_take(&text);
}

static double open_once(const char *text, size_t size, const lm_registry *r, int nodes, limn_error *err)
{
    const lm_canvas_env env = { .registry = r };
    struct timespec     began, ended;
    lm_workflow        *w;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &began);
    w = lm_workflow_open(text, size, &env, err);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ended);
    if (w && lm_workflow_count(w) != nodes)
        limn_fail(err, BUG, "%d nodes of %d came out", lm_workflow_count(w), nodes);
    lm_workflow_free(w);
    return (double)(ended.tv_sec - began.tv_sec) + 1e-9 * (double)(ended.tv_nsec - began.tv_nsec);
}

bool lm_canvas_bench(int nodes, double *seconds, limn_error *err)
{
    lm_registry *r = lm_registry_new();
    char        *text = canvas_text(nodes);

    *seconds = 0;
    lm_registry_add(r, &canvas_node, err);
    for (int i = 0; err->code == LIMN_OK && i < ROUNDS; i++) {
        const double took = open_once(text, strlen(text), r, nodes, err);

        *seconds = i && *seconds < took ? *seconds : took;
    }
    lm_free(text);
    lm_registry_free(r);
    return err->code == LIMN_OK;
}
