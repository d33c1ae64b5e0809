/* family.c: the tasks of a subgraph come and go together: first the values that they hold as constants and outputs that
 * stay, then, when nobody holds any of them, they themselves. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/run.h"

/* ------------------------------------------------------------------ values */

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

/* What is gone is freed when nobody holds it. */
static void free_later(lm_run *x, lm_family *f)
{
    if (!f->gone || f->held)
        return;
    f->next = x->over;
    x->over = f;
}

void lm_family_settle(lm_run *x, lm_family *f)
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
        free_later(x, f);
    }
}

/* ------------------------------------------------------------------ who holds whom */

void lm_family_hold(lm_family *f)
{
    if (f)
        f->held++;
}

void lm_family_let_go(lm_run *x, lm_family *f)
{
    if (f && !--f->held)
        free_later(x, f);
}

void lm_family_inherit(lm_run *x, lm_family *f, lm_task *heir)
{
    lm_family *was = f->heir ? f->heir->family : NULL;

    f->heir = heir;
    lm_family_hold(heir->family);
    lm_family_let_go(x, was);
}

/* ------------------------------------------------------------------ places among the tasks */

static int32_t find_hole(lm_run *x, int32_t n)
{
    enum { MOST_LOOKS = 32 };

    for (size_t i = x->n_holes, looks = 0; i-- && looks < MOST_LOOKS; looks++) {
        lm_hole *h = &x->holes[i];
        int32_t  first = h->first;

        if (h->n < n)
            continue;
        h->first += n;
        h->n -= n;
        if (!h->n)
            *h = x->holes[--x->n_holes];
        return first;
    }
    return -1;
}

static void add_hole(lm_run *x, lm_hole h)
{
    if (x->n_holes == x->holes_room) {
        x->holes_room = 2 * x->holes_room + 16;
        x->holes = lm_grow(x->holes, x->holes_room * sizeof *x->holes);
    }
    x->holes[x->n_holes++] = h;
}

void lm_family_place(lm_run *x, lm_family *f)
{
    int32_t first = find_hole(x, f->n_tasks);

    if (first < 0) {
        first = x->n_tasks;
        while (x->tasks_room < x->n_tasks + f->n_tasks) {
            x->tasks_room = 2 * x->tasks_room + 64;
            x->tasks = lm_grow(x->tasks, (size_t)x->tasks_room * sizeof *x->tasks);
        }
        x->n_tasks += f->n_tasks;
    }
    for (int i = 0; i < f->n_tasks; i++) {
        f->tasks[i].index = first + i;
        x->tasks[first + i] = &f->tasks[i];
    }
}

static void leave_place(lm_run *x, lm_family *f)
{
    for (int i = 0; i < f->n_tasks; i++) {
        lm_task *t = &f->tasks[i];

        if (f->keyed)
            lm_run_forget_key(x, t);
        lm_index_remove(&x->ids, t->step->id, strlen(t->step->id));
    }
    for (int i = 0; i < f->n_tasks; i++) /* after those: keys are found by way of tasks */
        x->tasks[f->tasks[i].index] = NULL;
    if (f->n_tasks)
        add_hole(x, (lm_hole){ f->tasks[0].index, f->n_tasks });
}

/* ------------------------------------------------------------------ from beginning to end */

lm_family *lm_family_new(lm_run *x, lm_task *parent)
{
    lm_arena   memory = { 0 };
    lm_family *f = lm_arena_take(&memory, sizeof *f);

    f->memory = memory;
    f->live = f->held = 1; /* until its outputs are wanted */
    f->parent = lm_arena_text(&f->memory, parent->step->id);
    f->display = lm_arena_text(&f->memory, parent->display ? parent->display : parent->step->id);
    lm_family_inherit(x, f, parent);
    f->older = x->families;
    if (f->older)
        f->older->newer = f;
    x->families = f;
    return f;
}

static void free_family(lm_family *f)
{
    lm_arena memory = f->memory;

    for (int i = 0; i < f->n_tasks; i++) {
        drop_values(&f->tasks[i]);
        lm_task_free(&f->tasks[i]);
    }
    lm_free(f->uses);
    lm_arena_done(&memory);
}

static void unlink_family(lm_run *x, lm_family *f)
{
    if (f->newer)
        f->newer->older = f->older;
    else
        x->families = f->older;
    if (f->older)
        f->older->newer = f->newer;
}

void lm_run_free_families(lm_run *x)
{
    while (x->over && !x->n_looking) {
        lm_family *f = x->over;

        x->over = f->next;
        leave_place(x, f);
        unlink_family(x, f);
        lm_family_let_go(x, f->heir->family); /* which may be over with it */
        free_family(f);
    }
}

void lm_run_free_all_families(lm_run *x)
{
    for (lm_family *f = x->families, *older; f; f = older) {
        older = f->older;
        free_family(f);
    }
    x->families = x->over = NULL;
}
