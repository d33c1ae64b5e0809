/* task.c: runs one step, and puts what came of it in its place. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/graph/blame.h"
#include "core/graph/run.h"

/* ------------------------------------------------------------------ room */

static bool widen(void *array, size_t *room, size_t n, size_t size)
{
    void **at = array, *wider;

    if (n <= *room)
        return true;
    wider = lm_try_alloc(n * size);
    if (!wider)
        return false;
    lm_free(*at);
    *at = wider;
    *room = n;
    return true;
}

/* Room for a step. There is some for every step of the plan, and more when a subgraph brings wider ones. */
static bool make_room(lm_stint *j, const lm_step *s)
{
    const size_t args = (size_t)s->n_args + 1, outs = (size_t)s->class_->n_outputs + 1;
    size_t       room[4] = { j->args_room, j->args_room, j->args_room, j->args_room }, got = j->outs_room;

    if (!widen(&j->values, &room[0], args, sizeof *j->values) || !widen(&j->made, &room[1], args, sizeof *j->made) ||
        !widen(&j->there, &room[2], args, 1) || !widen(&j->asks, &room[3], args, 1) ||
        !widen(&j->need, &j->args_room, args, 1) ||
        !widen(&j->out, &got, outs, sizeof *j->out) || !widen(&j->got, &j->outs_room, outs, sizeof *j->got))
        return false;
    return widen(&j->args, &j->bytes_room, s->class_->node->args_size + 1, 1);
}

bool lm_stint_init(lm_stint *j, lm_run *x)
{
    bool ok = true;

    *j = (lm_stint){ .run = x };
    for (int i = 0; ok && i < x->plan->n_steps; i++)
        ok = make_room(j, &x->plan->steps[i]);
    if (!ok)
        lm_stint_done(j);
    return ok;
}

void lm_stint_done(lm_stint *j)
{
    lm_free(j->values);
    lm_free(j->made);
    lm_free(j->there);
    lm_free(j->need);
    lm_free(j->asks);
    lm_free(j->out);
    lm_free(j->got);
    lm_free(j->args);
}

/* ------------------------------------------------------------------ lazy inputs */

/* Under the lock. True: what it asked for is to come first. */
static bool want_needed(lm_stint *j)
{
    lm_task       *t = j->task;
    const lm_step *s = t->step;
    bool           more = false;

    for (int i = 0; i < s->class_->n_inputs; i++) {
        if (!j->need[i] || s->sources[i].step < 0 || !lm_step_is(s, i, LIMN_LAZY) || lm_task_follows(t, i) ||
            lm_step_is(s, i, LIMN_RAW_LINK))
            continue;
        if (!t->asked)
            t->asked = lm_task_keep(j->run, t, (size_t)s->n_args);
        t->asked[i] = more = true;
        lm_run_wait_for(j->run, t, s->sources[i]);
    }
    if (!more)
        return false;
    lm_stint_release(j); /* from here on another thread may run it, to its end */
    t->state = LM_TASK_WAITING;
    if (t->blockers)
        lm_run_look(j->run);
    else
        lm_run_push_ready(j->run, t);
    return true;
}

/* ------------------------------------------------------------------ the end of a task */

/* With its outputs there, before anybody sees them. */
static void keep_and_tell(lm_run *x, lm_task *t, limn_value *const *out, bool called, double seconds)
{
    const lm_step *s = t->step;

    if (x->cache && !s->passing && called)
        lm_cache_store(x->cache, s->key, out, s->class_->n_outputs, t->ui, seconds);
    if (t->told_running)
        lm_run_tell_task(x, LM_EV_EXECUTED, t, t->ui);
}

static void install(lm_run *x, lm_task *t, limn_value **out)
{
    for (int i = 0; i < t->step->class_->n_outputs; i++)
        lm_task_put(t, i, out[i]);
    if (t->family)
        t->family->heir->seconds += t->seconds;
    lm_run_finish(x, t);
}

static void free_graphs(lm_stint *j)
{
    for (limn_graph *g = j->graphs, *next; g; g = next) {
        next = g->next;
        lm_subgraph_free(g);
    }
    j->graphs = NULL;
}

static void drop_out(lm_stint *j)
{
    for (int i = 0; i < j->task->step->class_->n_outputs; i++)
        lm_value_unref(j->out[i]);
}

static void hold_wire(void *self, const limn_value *wire)
{
    lm_run_hold(self, lm_wire_source(wire));
}

static void wait_wire(void *self, const limn_value *wire)
{
    lm_stint *j = self;

    lm_run_wait_for(j->run, j->task, lm_wire_source(wire));
}

/* Outputs among the nodes of its graphs are wanted for themselves. */
static void list_outputs(lm_run *x, const limn_graph *graphs)
{
    const size_t from = x->n_stack;

    for (const limn_graph *g = graphs; g; g = g->next)
        for (int i = 0; i < g->family->n_tasks; i++)
            if (g->family->tasks[i].step->output)
                lm_run_list(x, &g->family->tasks[i]);
    for (size_t i = from, k = x->n_stack; i + 1 < k; i++, k--) { /* what is listed last is looked for first */
        lm_task *t = x->stack[i];

        x->stack[i] = x->stack[k - 1];
        x->stack[k - 1] = t;
    }
}

/* Under the lock: its subgraph takes its place. */
static void expand(lm_stint *j)
{
    lm_task   *t = j->task;
    lm_run    *x = j->run;
    const int  n = t->step->class_->n_outputs;
    limn_error err = { 0 };

    if (!lm_run_expand(x, t, j->graphs, j->out, &err)) {
        drop_out(j);
        lm_run_fail(x, t, &err);
        return;
    }
    t->pending = lm_task_keep(x, t, (size_t)(n + 1) * sizeof *t->pending);
    memcpy(t->pending, j->out, (size_t)n * sizeof *t->pending);
    t->state = LM_TASK_WAITING;
    t->worth_keeping = j->n_called > 0;
    for (int i = 0; i < n; i++)
        lm_results_wires(t->pending[i], hold_wire, x);
    lm_run_expanded(x, t);
    if (!lm_run_hand_on(x, t, j->graphs)) {
        for (int i = 0; i < n; i++)
            lm_results_wires(t->pending[i], wait_wire, j);
        if (!t->blockers)
            lm_run_push_ready(x, t);
    }
    list_outputs(x, j->graphs);
    lm_run_look(x);
    for (limn_graph *g = j->graphs; g; g = g->next) {
        if (!--g->family->live)
            lm_family_settle(x, g->family);
        lm_family_let_go(x, g->family);
    }
}

static void let_go_wire(void *self, const limn_value *wire)
{
    lm_run_let_go(self, lm_wire_source(wire));
}

/* Its subgraph gave what its wires lead to. */
static void resolve(lm_stint *j)
{
    lm_task        *t = j->task;
    const lm_class *c = t->step->class_;
    double          seconds;

    for (int i = 0; i < c->n_outputs; i++)
        j->out[i] = lm_results_resolve(j->run, t->pending[i], c->node->outputs[i].list);
    for (int i = 0; i < c->n_outputs; i++) {
        lm_results_wires(t->pending[i], let_go_wire, j->run);
        lm_value_unref(t->pending[i]);
        t->pending[i] = NULL;
    }
    seconds = t->seconds;
    pthread_mutex_unlock(&j->run->lock);
    keep_and_tell(j->run, t, j->out, t->worth_keeping, seconds);
    pthread_mutex_lock(&j->run->lock);
    install(j->run, t, j->out);
}

/* What its equal gave. */
static void copy_twin(lm_stint *j)
{
    lm_task *t = j->task, *twin = t->twin;

    for (int i = 0; i < t->step->class_->n_outputs; i++)
        lm_task_put(t, i, lm_value_ref(twin->out[i]));
    if (twin->ui && !t->ui)
        t->ui = lm_copy_text(twin->ui);
    if (twin->told_running || twin->told_cached)
        lm_run_tell_cached(j->run, t);
    lm_run_finish(j->run, t);
}

/* ------------------------------------------------------------------ a task */

void lm_run_fail(lm_run *x, lm_task *t, const limn_error *err)
{
    const lm_task *real = lm_task_real(t);

    if (x->failed)
        return;
    x->failed = t;
    x->error = *err;
    if (real != t && !*err->node)
        snprintf(x->error.text, sizeof x->error.text, "in its subgraph, %.40s: %.320s",
                 t->step->class_->node->name, err->text);
    lm_blame(&x->error, real->step->id, real->step->class_->node->name);
    atomic_store(&x->abandoned, true);
}

static bool run_calls(lm_stint *j, limn_error *err)
{
    const double began = lm_clock_steady_s();
    bool         ok;

    j->n_called = 0;
    j->n_answers = 0;
    j->graphs = NULL;
    j->graphs_end = &j->graphs;
    ok = lm_stint_call_all(j, err);
    j->task->seconds += lm_clock_steady_s() - began;
    if (!ok)
        drop_out(j);
    if (j->n_answers) {
        lm_free(j->task->ui);
        j->task->ui = ok ? lm_results_answer(j->answers, j->n_answers) : NULL;
    }
    for (int i = 0; i < j->n_answers; i++)
        lm_free(j->answers[i]);
    lm_free(j->answers);
    j->answers = NULL;
    return ok;
}

void lm_stint_run(lm_stint *j)
{
    lm_run    *x = j->run;
    lm_task   *t = j->task;
    limn_error err = { 0 };
    bool       ok = make_room(j, t->step), lazy;

    if (!ok)
        limn_fail(&err, MEMORY, "no memory to run a node");
    if (!ok) {
        lm_run_fail(x, t, &err);
        return;
    }
    if (t->twin || t->pending) {
        (t->twin ? copy_twin : resolve)(j);
        return;
    }
    lm_stint_gather(j);
    lazy = t->step->class_->lazy;
    pthread_mutex_unlock(&x->lock);
    if (lazy) {
        ok = lm_stint_ask_need(j, &err);
        pthread_mutex_lock(&x->lock);
        lazy = ok && want_needed(j);
        pthread_mutex_unlock(&x->lock);
    }
    if (!lazy && ok)
        ok = run_calls(j, &err);
    if (!lazy)
        lm_stint_release(j);
    if (!lazy && ok && !j->graphs)
        keep_and_tell(x, t, j->out, j->n_called > 0, t->seconds);
    pthread_mutex_lock(&x->lock);
    if (!ok)
        lm_run_fail(x, t, &err);
    else if (!lazy && j->graphs)
        expand(j);
    else if (!lazy)
        install(x, t, j->out);
    if (!lazy)
        free_graphs(j);
}
