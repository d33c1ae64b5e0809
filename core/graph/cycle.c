/* cycle.c: who waits for itself, when nothing is ready and something is still wanted. */
#include "core/base/text.h"
#include "core/graph/run.h"

/* Something that t waits for, or NULL. */
struct wanted {
    const lm_run *run;
    lm_task      *found;
};

static void note_wanted(void *self, const limn_value *wire)
{
    struct wanted *w = self;
    lm_task       *t = w->run->tasks[lm_wire_source(wire).step];

    if (t->state != LM_TASK_DONE)
        w->found = t;
}

static lm_task *waits_for(const lm_run *x, const lm_task *t)
{
    struct wanted w = { x, NULL };

    if (t->twin)
        return t->twin;
    for (int i = 0; t->pending && i < t->step->class_->n_outputs; i++)
        lm_results_wires(t->pending[i], note_wanted, &w);
    for (int i = 0; !t->pending && !w.found && i < t->step->n_args; i++)
        if (lm_task_follows(t, i) && x->tasks[t->step->sources[i].step]->state != LM_TASK_DONE)
            w.found = x->tasks[t->step->sources[i].step];
    return w.found;
}

static void name_cycle(const lm_run *x, const lm_task *in, limn_error *err)
{
    enum { MOST = 6 };
    const lm_task *t = in;
    lm_text        path = { 0 };
    int            n = 0;

    do {
        if (n < MOST)
            lm_text_printf(&path, "%.40s (%.30s) -> ", t->step->id, t->step->class_->node->name);
        t = waits_for(x, t);
    } while (++n < x->n_tasks && t != in);
    lm_text_printf(&path, "%s%.40s (%.30s)", n > MOST ? "… -> " : "", in->step->id, in->step->class_->node->name);
    limn_fail(err, INPUT, "Dependency cycle detected: %.330s", path.at);
    lm_text_done(&path);
}

void lm_run_find_cycle(lm_run *x)
{
    lm_task   *t = NULL;
    limn_error err = { 0 };

    for (int32_t i = 0; i < x->n_tasks && !t; i++)
        if (x->tasks[i] && x->tasks[i]->state == LM_TASK_WAITING)
            t = x->tasks[i];
    if (!t)
        return;
    for (int32_t i = 0; i < x->n_tasks; i++) /* so many steps lead into the cycle */
        t = waits_for(x, t) ? waits_for(x, t) : t;
    name_cycle(x, t, &err);
    lm_run_fail(x, t, &err);
}
