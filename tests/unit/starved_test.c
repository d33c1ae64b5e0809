/* starved_test.c: the whole way of a workflow with the first allocation failing, then the second, and so on:
 * each time an error that says so, and nothing lost. Linked so that lm_try_alloc is ours. */
#include "graph_for_tests.h"
#include "tests/test.h"

void *__real_lm_try_alloc(size_t bytes);
void *__wrap_lm_try_alloc(size_t bytes);

static int until_failure = -1; /* allocations that still succeed; below 0: all */

void *__wrap_lm_try_alloc(size_t bytes)
{
    if (until_failure >= 0 && until_failure-- == 0)
        return NULL;
    return __real_lm_try_alloc(bytes);
}

static char *chain_text(int n)
{
    lm_text text = { 0 };

    lm_text_puts(&text, "{\"k\":{\"class_type\":\"Kinds\",\"inputs\":{\"seed\":\"5\",\"words\":7,\"link\":true}},"
                        "\"0\":{\"class_type\":\"Number\",\"inputs\":{\"value\":{\"__value__\":1}}}");
    for (int i = 1; i < n; i++)
        lm_text_printf(&text, ",\"%d\":{\"class_type\":\"Sum\",\"inputs\":{\"a\":[\"0\",0],\"b\":[\"%d\",0]}}", i, i - 1);
    lm_text_printf(&text, ",\"s\":{\"class_type\":\"Show\",\"inputs\":{\"source\":[\"%d\",0]}}}", n - 1);
    return lm_text_take(&text);
}

static bool checked_out_of_memory(const lm_check *c)
{
    return !lm_check_runs(c) && c->n_issues == 1 && c->issues[0].kind == LM_ISSUE_NO_MEMORY &&
           *c->issues[0].sentence;
}

/* Did the workflow run? When not, somebody said that memory was short. */
static bool whole_way(const char *text, const lm_registry *r)
{
    const lm_run_env env = { .stop = &graph_stop };
    limn_error       err = { 0 };
    lm_workflow     *w = lm_workflow_read(text, strlen(text), &err);
    bool             ok = w && lm_workflow_set(w, r, "0.value=2", &err) && lm_workflow_set(w, r, "s.label=x", &err);
    lm_check        *c = ok ? lm_check_new(w, r, &env) : NULL;
    lm_plan         *p = c && lm_check_runs(c) ? lm_plan_new(c, &env, &err) : NULL;

    ok = p && lm_exec_run(p, NULL, &env, &err);
    WANT(ok || err.code == LIMN_MEMORY || (c && checked_out_of_memory(c)));
    lm_plan_free(p);
    lm_check_free(c);
    lm_workflow_free(w);
    return ok;
}

TEST(every_allocation_may_fail)
{
    lm_registry *r = lm_registry_new();
    char        *text = chain_text(300);
    limn_error   err = { 0 };
    int          n = 0;

    WANT(lm_registry_add_list(r, graph_nodes, &err));
    for (bool ok = false; !ok && n < 1000; n++) {
        until_failure = n;
        ok = whole_way(text, r);
    }
    until_failure = -1;
    WANT(n > 20 && n < 1000); /* so many allocations there were, and then it went well */
    lm_free(text);
    lm_registry_free(r);
}

TEST_MAIN
