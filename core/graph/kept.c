/* kept.c: asks the cache for a task's outputs. */
#include "core/base/alloc.h"
#include "core/graph/run.h"

/* Does the answer count as well? */
static bool wants_answer(const lm_task *t)
{
    return t->step->class_->node->flags & LIMN_OUTPUT_NODE && !t->ui;
}

static bool look_up(lm_run *x, const lm_task *t, limn_value **out, char **ui)
{
    return lm_cache_lookup(x->cache, t->step->key, out, t->step->class_->n_outputs, ui);
}

static void put_all(lm_task *t, limn_value **found)
{
    for (int i = 0; i < t->step->class_->n_outputs; i++)
        lm_task_put(t, i, found[i]);
}

bool lm_run_take_cached(lm_run *x, lm_task *t)
{
    const int    n = t->step->class_->n_outputs;
    limn_value **found;
    bool         again = false, there;

    if (!x->cache || t->step->passing)
        return false;
    for (int i = 0; i < n; i++)
        again |= t->out[i] != NULL;
    if (!again)
        return look_up(x, t, t->out, wants_answer(t) ? &t->ui : NULL);
    found = lm_alloc_array((size_t)n, sizeof *found);
    there = look_up(x, t, found, wants_answer(t) ? &t->ui : NULL);
    put_all(t, found);
    lm_free(found);
    return there;
}

void lm_run_look_outside(lm_run *x)
{
    lm_task     *t = x->stack[--x->n_stack];
    limn_value **found;
    char        *ui = NULL;
    bool         there;

    if (t->step->passing) {
        lm_run_looked(x, t, false);
        return;
    }
    if (lm_run_joins_equal(x, t))
        return;
    found = lm_alloc_array((size_t)t->step->class_->n_outputs + 1, sizeof *found);
    x->n_running++;
    pthread_mutex_unlock(&x->lock);
    there = look_up(x, t, found, wants_answer(t) ? &ui : NULL);
    pthread_mutex_lock(&x->lock);
    x->n_running--;
    put_all(t, found);
    if (ui)
        t->ui = ui;
    lm_run_looked(x, t, there);
    lm_free(found);
}
