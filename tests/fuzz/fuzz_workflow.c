/* fuzz_workflow.c: any bytes as a workflow: read, write, change, check, plan and run them.
 *
 * Beyond not crashing: what was written reads again as the same, and what the check let through runs or fails
 * with a node named. */
#include <assert.h>

#include "tests/fuzz/fuzz.h"
#include "tests/unit/graph_for_tests.h"

/* Written, read and written again: the same text. */
static void round_trip(const lm_json *d, unsigned style)
{
    lm_text    once = { 0 }, twice = { 0 };
    limn_error err = { 0 };
    lm_json   *again;

    lm_json_write(d, lm_json_root(d), style, &once);
    again = lm_json_read(once.at, once.size, &err);
    if (!again) /* escapes may make a text larger than what is read */
        want(once.size > LM_JSON_MAX_BYTES || err.code == LIMN_MEMORY, "what is written can be read");
    else
        lm_json_write(again, lm_json_root(again), style, &twice);
    want(!again || (once.size == twice.size && !memcmp(once.at, twice.at, once.size)),
         "what is read again is the same");
    lm_json_free(again);
    lm_text_done(&once);
    lm_text_done(&twice);
}

static void try_json(const char *text, size_t size)
{
    limn_error err = { 0 };
    lm_json   *d = lm_json_read(text, size, &err);

    want(d || (err.code != LIMN_OK && *err.text), "a refusal has a sentence");
    if (!d)
        return;
    round_trip(d, LM_JSON_COMPACT);
    round_trip(d, LM_JSON_SPACES | LM_JSON_ASCII);
    lm_json_free(d);
}

/* Runs what can run; the stop node presses stop, which ends the run. */
static void try_run(const lm_check *c, const lm_run_env *env, lm_cache *cache)
{
    limn_error err = { 0 };
    lm_plan   *p = lm_plan_new(c, env, &err);

    want(!p == !lm_check_runs(c), "what is sound can be planned");
    atomic_store(&graph_stop, false);
    if (p && !lm_exec_run(p, cache, env, &err))
        want(*err.node && *err.text, "a failure names a node");
    lm_plan_free(p);
}

static void try_check(lm_workflow *w, const lm_registry *r, lm_cache *cache)
{
    const lm_run_env env = { .stop = &graph_stop };
    lm_check        *c = lm_check_new(w, r, &env);
    lm_text          details = { 0 };
    const char      *type, *message;

    want(lm_check_refusal(c, &type, &message, &details) != lm_check_runs(c), "a prompt runs or is refused");
    for (int i = 0; i < c->n_issues; i++)
        want(*c->issues[i].type && *c->issues[i].message && *c->issues[i].sentence, "a fault has words");
    try_run(c, &env, cache);
    lm_text_done(&details);
    lm_check_free(c);
}

/* The bytes after the last line break are a setting for the workflow before it. */
static void try_workflow(const char *text, size_t size, const lm_registry *r)
{
    const char  *line = memrchr(text, '\n', size);
    lm_workflow *w = lm_workflow_read(text, line ? (size_t)(line - text) : size, NULL);
    lm_cache    *cache = lm_cache_new(10000);
    char        *setting;

    if (w) {
        try_check(w, r, cache);
        setting = line ? lm_copy_bytes(line + 1, size - (size_t)(line - text) - 1) : lm_copy_text("1.value=5");
        lm_workflow_set(w, r, setting, NULL);
        lm_workflow_set_seed(w, r, UINT64_MAX, NULL);
        try_check(w, r, cache);
        lm_free(lm_workflow_prompt_text(w));
        lm_free(lm_workflow_canvas_text(w));
        lm_free(setting);
    }
    lm_cache_free(cache);
    lm_workflow_free(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static lm_registry *r;

    if (!r) {
        r = lm_registry_new();
        want(lm_registry_add_list(r, graph_nodes, NULL), "the test's nodes are sound");
    }
    try_json((const char *)data, size);
    try_workflow((const char *)data, size, r);
    return 0;
}
