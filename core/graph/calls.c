/* calls.c: the calls of a step: what goes into them, which are blocked, which lazy inputs they need. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/data/host.h"
#include "core/graph/bind.h"
#include "core/graph/blame.h"
#include "core/graph/run.h"

/* ------------------------------------------------------------------ what goes in */

static bool is_constant(const lm_step *s, int i)
{
    return s->args[i].state == LM_ARG_CONSTANT &&
           (s->class_->node->inputs[i].kind != LIMN_KIND_LINK || s->args[i].as.value);
}

/* Under the lock: what the sources hold stays as long as this task has not let go of them. */
void lm_stint_gather(lm_stint *j)
{
    const lm_task *t = j->task;
    const lm_step *s = t->step;

    for (int i = 0; i < s->n_args; i++) {
        const lm_source from = s->sources[i];

        j->made[i] = NULL;
        j->values[i] = s->args[i].state == LM_ARG_VALUE ? s->args[i].as.value : NULL;
        if (from.step >= 0 && lm_step_is(s, i, LIMN_RAW_LINK)) {
            j->values[i] = j->made[i] = lm_value_wire_new(from.slot);
            lm_value_set_text(j->made[i], "node", j->run->tasks[from.step]->step->id);
        } else if (lm_task_follows(t, i)) {
            j->values[i] = *lm_run_slot(j->run, from);
        }
    }
    for (int i = 0; i < s->class_->n_inputs; i++)
        j->there[i] = j->values[i] || is_constant(s, i);
}

void lm_stint_release(lm_stint *j)
{
    for (int i = 0; i < j->task->step->n_args; i++)
        lm_value_unref(j->made[i]);
}

/* How many calls there are to be. */
static int count_calls(const lm_stint *j)
{
    const lm_step *s = j->task->step;
    int            n = 1;

    if (s->class_->node->flags & LIMN_TAKES_LISTS)
        return 1;
    for (int i = 0; i < s->n_args; i++) {
        const limn_value *v = j->values[i];

        if (!v || !lm_value_is_list(v))
            continue;
        if (!lm_value_count(v))
            return 0;
        n = lm_value_count(v) > n ? lm_value_count(v) : n;
    }
    return n;
}

static bool is_blocker(const limn_value *v)
{
    return v && lm_value_kind_of(v) == LM_VALUE_BLOCKER;
}

/* What stops call number k, or NULL. A whole list is stopped by any of its items. */
static const limn_value *blocker_of(const lm_stint *j, int k)
{
    const lm_step *s = j->task->step;
    const bool     lists = s->class_->node->flags & LIMN_TAKES_LISTS;

    for (int i = 0; i < s->n_args; i++) {
        const limn_value *v = j->values[i];

        if (!v)
            continue;
        if (is_blocker(v))
            return v;
        if (!lm_value_is_list(v))
            continue;
        if (!lists && is_blocker(lm_bind_item(v, k)))
            return lm_bind_item(v, k);
        for (int m = 0; lists && m < lm_value_count(v); m++)
            if (is_blocker(lm_value_item(v, m)))
                return lm_value_item(v, m);
    }
    return NULL;
}

/* ------------------------------------------------------------------ one call */

static lm_binding binding_of(const lm_stint *j)
{
    const lm_step *s = j->task->step;

    return (lm_binding){ .class_ = s->class_, .args = s->args, .n_rest = s->n_args - s->class_->n_inputs,
                         .rest = s->rest, .values = j->values };
}

static lm_call call_of(const lm_stint *j, lm_inside *inside)
{
    const lm_task *t = j->task;

    *inside = (lm_inside){ .class_ = t->step->class_, .there = j->there, .run = j->run };
    return (lm_call){ .call.host = &lm_host, .env = j->run->env, .node = t->step->id,
                      .node_class = t->step->class_->node->name, .display = t->display,
                      .real = t->family ? lm_task_real(t)->step->id : NULL,
                      .parent = lm_task_parent(t), .abandoned = &j->run->abandoned,
                      .telling = &j->run->telling, .inside = inside };
}

/* The call's graphs, the newest first, join the job's, the oldest first. */
static void take_graphs(lm_stint *j, lm_inside *inside, int k)
{
    limn_graph *oldest = NULL, *last = inside->graphs;

    for (limn_graph *g = inside->graphs, *next; g; g = next) {
        next = g->next;
        g->next = oldest;
        g->call = k;
        oldest = g;
    }
    if (!oldest)
        return;
    *j->graphs_end = oldest;
    j->graphs_end = &last->next;
}

static void take_answer(lm_stint *j, lm_call *call)
{
    if (!call->ui_json)
        return;
    j->answers = lm_grow(j->answers, (size_t)(j->n_answers + 1) * sizeof *j->answers);
    j->answers[j->n_answers++] = call->ui_json;
    call->ui_json = NULL;
}

/* A wire is known by its call, too. */
static void name_call(void *self, const limn_value *wire)
{
    lm_value_set_int((limn_value *)wire, "call", *(const int *)self);
}

/* The node's own function; a plugin's under its name. */
static bool enter_run(lm_stint *j, lm_call *call, limn_error *err)
{
    const lm_class *c = j->task->step->class_;
    lm_foreign      f;
    bool            ok;

    if (!c->origin)
        return c->node->run(&call->call, j->args, j->got, err);
    ok = lm_foreign_enter(&f, c->origin, &call->call, "run", err) &&
         c->node->run(&call->call, j->args, j->got, err);
    return lm_foreign_leave(&f, ok, err);
}

static bool enter_need(lm_stint *j, lm_call *call, limn_error *err)
{
    const lm_class *c = j->task->step->class_;
    lm_foreign      f;
    bool            ok;

    if (!c->origin)
        return c->node->need(&call->call, j->args, j->asks, err);
    ok = lm_foreign_enter(&f, c->origin, &call->call, "need", err) &&
         c->node->need(&call->call, j->args, j->asks, err);
    return lm_foreign_leave(&f, ok, err);
}

/* What a failed call left in its outputs. */
static bool drop_got(lm_stint *j)
{
    for (int i = 0; i < j->task->step->class_->n_outputs; i++) {
        lm_value_unref(j->got[i]);
        j->got[i] = NULL;
    }
    return false;
}

static bool call_run(lm_stint *j, lm_call *call, lm_inside *inside, int k, limn_error *err)
{
    const lm_class *c = j->task->step->class_;

    if (!enter_run(j, call, err)) {
        limn_fail(err, BUG, "it failed without saying why");
        return drop_got(j);
    }
    if (!lm_results_check(c, j->got, inside->graphs, err)) {
        if (c->origin && err)
            err->code = LIMN_INPUT; /* a plugin's promise, not limn's */
        return drop_got(j);
    }
    for (int i = 0; inside->graphs && i < c->n_outputs; i++)
        lm_results_wires(j->got[i], name_call, &k);
    return true;
}

static bool call_node(lm_stint *j, int k, int n, limn_error *err)
{
    const lm_class *c = j->task->step->class_;
    lm_binding      b = binding_of(j);
    lm_inside       inside;
    lm_call         call = call_of(j, &inside);
    bool            ok;

    memset(j->got, 0, (size_t)c->n_outputs * sizeof *j->got);
    ok = lm_bind(&b, k, j->args, err) && call_run(j, &call, &inside, k, err);
    if (ok)
        lm_results_add(c, j->out, j->got, n);
    take_graphs(j, &inside, k);
    take_answer(j, &call);
    lm_bind_done(&b);
    lm_call_done(&call);
    j->n_called++;
    return ok;
}

/* ------------------------------------------------------------------ blocked calls */

static void tell_blocked(lm_stint *j, const char *message)
{
    const lm_step *real = lm_task_real(j->task)->step;
    lm_event       e = lm_task_event(LM_EV_BLOCKED, j->task);
    limn_error     err = { 0 };

    if (message) {
        limn_fail(&err, INPUT, "Execution Blocked: %.300s", message);
        lm_blame(&err, real->id, real->class_->node->name);
        e.error = &err;
    }
    lm_run_tell(j->run, e);
}

/* In the place of a call: its outputs stop what follows, silently from here on. */
static void block_call(lm_stint *j, const limn_value *blocker, int n)
{
    const lm_class *c = j->task->step->class_;
    limn_value     *v;

    for (int i = 0; i < c->n_outputs; i++) {
        j->got[i] = lm_value_blocker_new(NULL);
        if (c->node->outputs[i].list) {
            v = lm_value_list_new();
            lm_value_push(v, j->got[i]);
            j->got[i] = v;
        }
    }
    lm_results_add(c, j->out, j->got, n);
    tell_blocked(j, lm_value_text(blocker, "message"));
}

/* ------------------------------------------------------------------ all calls */

static bool stopped(const lm_run *x)
{
    return atomic_load_explicit(x->env->stop, memory_order_relaxed) ||
           atomic_load_explicit(&x->abandoned, memory_order_relaxed);
}

static void tell_running(lm_stint *j)
{
    if (j->task->told_running)
        return;
    j->task->told_running = true;
    lm_run_tell_task(j->run, LM_EV_RUNNING, j->task, NULL);
}

bool lm_stint_call_all(lm_stint *j, limn_error *err)
{
    const int n = count_calls(j);

    memset(j->out, 0, (size_t)j->task->step->class_->n_outputs * sizeof *j->out);
    if (!n) {
        tell_running(j);
        lm_results_none(j->task->step->class_, j->out);
    }
    for (int k = 0; k < n; k++) {
        const limn_value *blocker = blocker_of(j, k);

        if (blocker) {
            block_call(j, blocker, n);
            continue;
        }
        if (stopped(j->run))
            return limn_fail(err, CANCELLED, "it was stopped before it began");
        tell_running(j);
        if (!call_node(j, k, n, err))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ lazy inputs */

/* Which lazy inputs does it want, for any of its items? */
bool lm_stint_ask_need(lm_stint *j, limn_error *err)
{
    const lm_class *c = j->task->step->class_;
    const int       n = count_calls(j);
    bool            ok = true;

    memset(j->need, 0, (size_t)c->n_inputs);
    for (int k = 0; ok && k < n; k++) {
        lm_binding b = binding_of(j);
        lm_inside  inside;
        lm_call    call;

        if (blocker_of(j, k))
            continue;
        call = call_of(j, &inside);
        inside.run = NULL; /* no graphs from here */
        memset(j->asks, 0, (size_t)c->n_inputs);
        ok = lm_bind(&b, k, j->args, err) && enter_need(j, &call, err);
        for (int i = 0; i < c->n_inputs; i++)
            j->need[i] |= j->asks[i];
        lm_bind_done(&b);
        lm_call_done(&call);
    }
    if (!ok)
        limn_fail(err, BUG, "it failed without saying why");
    return ok;
}
