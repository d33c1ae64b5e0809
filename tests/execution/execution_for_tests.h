/* execution_for_tests.h: runs a graph of test nodes and keeps what happened: which nodes ran, which were kept, what
 * the outputs answered. LIMN_TEST_JOBS says how many nodes may run at once; the suite asks for one, and for four. */
#ifndef LIMN_TESTS_EXECUTION_FOR_TESTS_H
#define LIMN_TESTS_EXECUTION_FOR_TESTS_H

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/graph/executor.h"
#include "tests/test.h"

#ifdef LIMN_TEST_PLUGIN /* the nodes come in a shared object: tests/plugins/loaded.c */
bool add_nodes(lm_registry *r, limn_error *err);
#else
extern const limn_node *const test_nodes_pictures[], *const test_nodes_flow[], *const test_nodes_expand[];

static inline bool add_nodes(lm_registry *r, limn_error *err)
{
    return lm_registry_add_list(r, test_nodes_pictures, err) && lm_registry_add_list(r, test_nodes_flow, err) &&
           lm_registry_add_list(r, test_nodes_expand, err);
}
#endif

typedef struct outcome {
    lm_text    ran, cached, answers, blocked, failed_at, shown; /* " 1 2 s " and "s {…} t {…} " */
    int        n_ran, n_executed, progress;
    bool       refused, well; /* the check let nothing run; it ran to the end */
    limn_error err;
} outcome;

static atomic_bool  run_stop;
static outcome      last;
static lm_registry *run_nodes;

static inline int run_jobs(void)
{
    const char *jobs = getenv("LIMN_TEST_JOBS");

    return jobs ? atoi(jobs) : 4;
}

static inline void run_hear(void *self, const lm_event *e)
{
    outcome *o = self;

    switch (e->kind) {
    case LM_EV_RUNNING:
        o->n_ran++;
        lm_text_printf(&o->ran, "%s ", e->node);
        lm_text_printf(&o->shown, "%s=%s<%s ", e->node, e->display, e->real);
        break;
    case LM_EV_CACHED: lm_text_printf(&o->cached, "%s ", e->node); break;
    case LM_EV_EXECUTED:
        o->n_executed++;
        if (e->json)
            lm_text_printf(&o->answers, "%s %s ", e->node, e->json);
        break;
    case LM_EV_PROGRESS: o->progress++; break;
    case LM_EV_BLOCKED: lm_text_printf(&o->blocked, "%s%s%s ", e->node, e->error ? ":" : "", e->error ? e->error->text : ""); break;
    case LM_EV_FAILED:
    case LM_EV_INTERRUPTED:
        lm_text_printf(&o->failed_at, "%s %s %s", e->kind == LM_EV_FAILED ? "failed" : "interrupted", e->node, e->real);
        break;
    default: break;
    }
}

static inline void forget(void)
{
    lm_text *const texts[] = { &last.ran, &last.cached, &last.answers, &last.blocked, &last.failed_at, &last.shown };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        lm_text_done(texts[i]);
    last = (outcome){ 0 };
    lm_text_puts(&last.ran, " ");
    lm_text_puts(&last.cached, " ");
}

static inline const lm_registry *all_nodes(void)
{
    limn_error err = { 0 };

    if (run_nodes)
        return run_nodes;
    run_nodes = lm_registry_new();
    if (!add_nodes(run_nodes, &err)) {
        printf("%s\n", err.text);
        exit(1);
    }
    return run_nodes;
}

/* Runs the JSON of a graph, written with ' for ", for some outputs (NULL: all). What happened is in `last`. */
static inline const outcome *run_some(const char *text, lm_cache *cache, const char *const *targets)
{
    const lm_run_env env = { .stop = &run_stop, .listener = { run_hear, &last }, .jobs = run_jobs() };
    char            *json = lm_copy_text(text);
    lm_workflow     *w;
    lm_check        *c;
    lm_plan         *p;

    forget();
    atomic_store(&run_stop, false);
    for (char *at = json; (at = strchr(at, '\'')); *at = '"') {}
    w = lm_workflow_read(json, strlen(json), &last.err);
    lm_free(json);
    if (!w) {
        printf("%s\n%s\n", last.err.text, text);
        return &last;
    }
    c = lm_check_some(w, all_nodes(), &env, targets);
    p = lm_plan_new(c, &env, &last.err);
    last.refused = !lm_check_runs(c);
    last.well = p && lm_exec_run(p, cache, &env, &last.err);
    lm_plan_free(p);
    lm_check_free(c);
    lm_workflow_free(w);
    return &last;
}

static inline const outcome *run_graph(const char *text, lm_cache *cache)
{
    return run_some(text, cache, NULL);
}

/* A node of a graph, its inputs, and a link. */
#define NODE_(id, class_, inputs) "'" id "':{'class_type':'" class_ "','inputs':{" inputs "}}"
#define FROM(input, id, slot)     "'" input "':['" id "'," #slot "]"
#define IMAGE_(id, content)       NODE_(id, "TestImage", "'content':'" content "'")
#define MASK_(id, value)          NODE_(id, "TestMask", "'value':" value)
#define SHOW_(id, source)         NODE_(id, "TestShow", FROM("value", source, 0))

static inline bool holds(const lm_text *list, const char *id)
{
    char word[80];

    snprintf(word, sizeof word, " %s ", id);
    return strstr(lm_text_str(list), word);
}

static inline bool ran(const char *id) { return holds(&last.ran, id); }
static inline bool was_cached(const char *id) { return holds(&last.cached, id); }
static inline bool was_executed(const char *id) { return ran(id) || was_cached(id); }

/* What an output answered, or "". */
static inline const char *answer(const char *id)
{
    static char text[4096];
    char        begin[80];
    const char *at;

    snprintf(begin, sizeof begin, "%s {\"text\":[", id);
    at = strstr(lm_text_str(&last.answers), begin);
    snprintf(text, sizeof text, "%.*s", at ? (int)strcspn(at + strlen(begin), "]") : 0, at ? at + strlen(begin) : "");
    return text;
}

#endif
