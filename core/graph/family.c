/* family.c: lets go of the tasks of a subgraph: of the values that they hold as constants, and of outputs that stay. */
#include "core/base/alloc.h"
#include "core/graph/run.h"

static void drop_values(lm_task *t)
{
    for (int i = 0; i < t->step->n_args; i++) {
        lm_arg *a = (lm_arg *)&t->step->args[i];

        if (a->state != LM_ARG_VALUE)
            continue;
        lm_value_unref(a->as.value);
        *a = (lm_arg){ .state = LM_ARG_CONSTANT };
    }
}

static void drop_outputs(lm_task *t)
{
    t->stays = false;
    for (int i = 0; t->state == LM_TASK_DONE && i < t->step->class_->n_outputs; i++)
        if (!t->readers[i]) {
            lm_value_unref(t->out[i]);
            t->out[i] = NULL;
        }
}

static bool is_over(const lm_family *f)
{
    return !f->gone && !f->live && !f->users;
}

/* The families that f links to; those that nobody else holds join the list of what goes. */
static lm_family *release_uses(lm_family *f, lm_family *going)
{
    for (int i = 0; i < f->n_uses; i++) {
        f->uses[i]->users--;
        if (is_over(f->uses[i])) {
            f->uses[i]->gone = true;
            f->uses[i]->next = going;
            going = f->uses[i];
        }
    }
    lm_free(f->uses);
    f->uses = NULL;
    f->n_uses = 0;
    return going;
}

void lm_family_settle(lm_family *f)
{
    lm_family *going = NULL;

    if (!is_over(f))
        return;
    f->gone = true;
    f->next = NULL;
    for (going = f; going;) {
        f = going;
        going = release_uses(f, f->next);
        for (int i = 0; i < f->n_tasks; i++) {
            drop_values(&f->tasks[i]);
            drop_outputs(&f->tasks[i]);
        }
    }
}

void lm_family_free(lm_family *f)
{
    for (int i = 0; i < f->n_tasks; i++)
        drop_values(&f->tasks[i]);
    lm_free(f->uses);
    f->uses = NULL;
}
