/* schedule.c: what is wanted, what waits for what, what is ready. Every walk keeps its own stack. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/run.h"

/* ------------------------------------------------------------------ edges */

static lm_edge *new_edge(lm_run *x)
{
    lm_edge *e = x->spare_edges;

    if (e)
        x->spare_edges = e->next;
    else if (x->n_edges < x->edges_room)
        e = &x->edges[x->n_edges++];
    else
        e = lm_arena_take(&x->memory, sizeof *e);
    return e;
}

static void wait_for_task(lm_run *x, lm_task *t, lm_task *source)
{
    lm_edge *e = new_edge(x);

    *e = (lm_edge){ t, source->waiters };
    source->waiters = e;
    t->blockers++;
}

static void wake_waiters(lm_run *x, lm_task *t)
{
    for (lm_edge *e = t->waiters, *next; e; e = next) {
        next = e->next;
        if (!--e->who->blockers)
            lm_run_push_ready(x, e->who);
        e->next = x->spare_edges;
        x->spare_edges = e;
    }
    t->waiters = NULL;
}

/* ------------------------------------------------------------------ the heap of what is ready */

static void *with_room(void *array, size_t *room, size_t n, size_t size)
{
    if (n < *room)
        return array;
    *room = n < 32 ? 64 : 2 * n;
    return lm_grow(array, *room * size);
}

void lm_run_push_ready(lm_run *x, lm_task *t)
{
    size_t i = x->n_ready++;

    x->ready = with_room(x->ready, &x->ready_room, i, sizeof *x->ready);
    for (; i && t->order < x->ready[(i - 1) / 2].order; i = (i - 1) / 2)
        x->ready[i] = x->ready[(i - 1) / 2];
    x->ready[i] = (lm_ready){ t->order, t };
    t->state = LM_TASK_READY;
}

lm_task *lm_run_pop_ready(lm_run *x)
{
    lm_ready last;
    lm_task *first;
    size_t   i = 0, child;

    if (!x->n_ready)
        return NULL;
    first = x->ready[0].task;
    last = x->ready[--x->n_ready];
    while ((child = 2 * i + 1) < x->n_ready) {
        child += child + 1 < x->n_ready && x->ready[child + 1].order < x->ready[child].order;
        if (last.order <= x->ready[child].order)
            break;
        x->ready[i] = x->ready[child];
        i = child;
    }
    x->ready[i] = last;
    return first;
}

/* ------------------------------------------------------------------ equal tasks */

static lm_keyed *key_place(const lm_run *x, lm_hash key)
{
    for (size_t i = key.a;; i++) {
        lm_keyed *at = &x->by_key[i & x->key_mask];

        if (!at->task || (at->part == (uint32_t)key.b && lm_hash_same(x->tasks[at->task - 1]->step->key, key)))
            return at;
    }
}

static void widen_keys(lm_run *x)
{
    lm_keyed    *old = x->by_key;
    const size_t n = x->key_mask + 1;

    x->by_key = lm_alloc_array(2 * n, sizeof *x->by_key);
    x->key_mask = 2 * n - 1;
    for (size_t i = 0; i < n; i++)
        if (old[i].task)
            *key_place(x, x->tasks[old[i].task - 1]->step->key) = old[i];
    lm_free(old);
}

static bool is_gone(const lm_task *t)
{
    return t->family && t->family->gone;
}

/* The task of the same key that was wanted before, or NULL, and t is the one from now on. */
static lm_task *equal_task(lm_run *x, lm_task *t)
{
    lm_keyed *at = key_place(x, t->step->key);
    lm_task  *was = at->task ? x->tasks[at->task - 1] : NULL;

    if (was && was->state != LM_TASK_IDLE && was != t && !(was->state == LM_TASK_DONE && is_gone(was)))
        return was;
    if (!was && ++x->n_keys > x->key_mask / 2) {
        widen_keys(x);
        at = key_place(x, t->step->key);
    }
    *at = (lm_keyed){ (uint32_t)t->step->key.b, t->index + 1 };
    return NULL;
}

void lm_run_forget_key(lm_run *x, const lm_task *t)
{
    lm_keyed *at = key_place(x, t->step->key);
    size_t    gap = (size_t)(at - x->by_key);

    if (at->task != t->index + 1)
        return;
    for (size_t i = (gap + 1) & x->key_mask; x->by_key[i].task; i = (i + 1) & x->key_mask) { /* those behind move up */
        const size_t home = x->tasks[x->by_key[i].task - 1]->step->key.a;

        if (((i - home) & x->key_mask) < ((i - gap) & x->key_mask))
            continue;
        x->by_key[gap] = x->by_key[i];
        gap = i;
    }
    x->by_key[gap].task = 0;
    x->n_keys--;
}

/* ------------------------------------------------------------------ slots */

/* As long as a node is to run that may link to any of the workflow's from a subgraph, none of those is to run
 * twice for it: what they gave waits with it. */
static bool waits_for_lookers(lm_run *x, lm_task *t)
{
    if (!x->n_lookers || t->family)
        return false;
    if (!t->unread) {
        t->unread = true;
        x->unread = with_room(x->unread, &x->unread_room, x->n_unread, sizeof *x->unread);
        x->unread[x->n_unread++] = t;
    }
    return true;
}

static void drop_if_unread(lm_run *x, lm_task *t, int slot)
{
    if (t->readers[slot] || t->stays || t->state != LM_TASK_DONE || !t->out[slot] || waits_for_lookers(x, t))
        return;
    lm_value_unref(t->out[slot]);
    t->out[slot] = NULL;
}

void lm_run_hold(lm_run *x, lm_source s)
{
    x->tasks[s.step]->readers[s.slot]++;
    lm_family_hold(x->tasks[s.step]->family);
}

void lm_run_let_go(lm_run *x, lm_source s)
{
    lm_task *t = x->tasks[s.step];

    t->readers[s.slot]--;
    drop_if_unread(x, t, s.slot);
    lm_family_let_go(x, t->family);
}

/* What raw links lead to as well: its subgraph may link there. */
static void hold_sources(lm_run *x, lm_task *t)
{
    for (int i = 0; i < t->step->n_args; i++)
        if (t->step->sources[i].step >= 0)
            lm_run_hold(x, t->step->sources[i]);
    t->holds = true;
}

static void release_sources(lm_run *x, lm_task *t)
{
    if (!t->holds)
        return;
    t->holds = false;
    for (int i = 0; i < t->step->n_args; i++)
        if (t->step->sources[i].step >= 0)
            lm_run_let_go(x, t->step->sources[i]);
}

/* A twin reads all outputs of its equal. */
static void hold_twin(lm_run *x, lm_task *t, int32_t by)
{
    if (by > 0)
        lm_family_hold(t->family);
    for (int i = 0; i < t->step->class_->n_outputs; i++) {
        t->readers[i] += by;
        if (by < 0)
            drop_if_unread(x, t, i);
    }
    if (by < 0)
        lm_family_let_go(x, t->family);
}

/* The last of them is done: what waited for them goes. */
static void forget_lookers(lm_run *x)
{
    while (x->n_unread) {
        lm_task *t = x->unread[--x->n_unread];

        t->unread = false;
        for (int i = 0; i < t->step->class_->n_outputs; i++)
            drop_if_unread(x, t, i);
    }
}

static bool is_looker(const lm_task *t)
{
    return t->step->class_->node->flags & LIMN_WANTS_GRAPH;
}

/* ------------------------------------------------------------------ wanting */

static bool all_there(const lm_task *t)
{
    for (int i = 0; i < t->step->class_->n_outputs; i++)
        if (!t->out[i])
            return false;
    return true;
}

void lm_run_list(lm_run *x, lm_task *t)
{
    if (t->state != LM_TASK_DONE && t->state != LM_TASK_IDLE)
        return;
    x->stack = with_room(x->stack, &x->stack_room, x->n_stack, sizeof *x->stack);
    x->stack[x->n_stack++] = t;
    t->state = LM_TASK_LISTED;
    x->n_unfinished++;
    x->n_lookers += is_looker(t);
    if (t->family)
        t->family->live++;
    lm_family_hold(t->family);
}

bool lm_run_wait_for(lm_run *x, lm_task *t, lm_source s)
{
    lm_task *source = x->tasks[s.step];

    if (source->state == LM_TASK_DONE && source->out[s.slot])
        return false;
    lm_run_list(x, source); /* for the first time, or again: its value went when nobody seemed to read it */
    wait_for_task(x, t, source);
    return true;
}

/* Outputs that give nothing on take effect in the plan's order, so that files are numbered as in a serial run.
 * Nothing else waits for them. */
static void wait_for_turn(lm_run *x, lm_task *t)
{
    if (!t->step->output || t->family || t->step->class_->n_outputs)
        return;
    if (x->last_output && x->last_output->state != LM_TASK_DONE)
        wait_for_task(x, t, x->last_output);
    x->last_output = t;
}

static void wait_for_equal(lm_run *x, lm_task *t, lm_task *equal)
{
    t->state = LM_TASK_WAITING;
    t->twin = equal;
    hold_twin(x, equal, 1);
    if (equal->state != LM_TASK_DONE)
        wait_for_task(x, t, equal);
    if (!t->blockers)
        lm_run_push_ready(x, t);
}

bool lm_run_joins_equal(lm_run *x, lm_task *t)
{
    lm_task *equal = t->step->passing ? NULL : equal_task(x, t);

    if (!equal || equal->state == LM_TASK_DONE)
        return false;
    wait_for_equal(x, t, equal);
    return true;
}

/* What t needs before it can run. */
static void wait_for_sources(lm_run *x, lm_task *t)
{
    lm_task *equal = t->step->passing ? NULL : equal_task(x, t);

    if (equal && (equal->state != LM_TASK_DONE || all_there(equal))) {
        wait_for_equal(x, t, equal);
        return;
    }
    t->state = LM_TASK_WAITING;
    hold_sources(x, t);
    wait_for_turn(x, t);
    for (int i = 0; i < t->step->n_args; i++)
        if (lm_task_follows(t, i))
            lm_run_wait_for(x, t, t->step->sources[i]);
    if (!t->blockers)
        lm_run_push_ready(x, t);
}

/* A task that is wanted again keeps what is there: somebody may be reading it. */
void lm_task_put(lm_task *t, int slot, limn_value *v)
{
    if (t->out[slot])
        lm_value_unref(v);
    else
        t->out[slot] = v;
}

void lm_run_looked(lm_run *x, lm_task *t, bool found)
{
    if (!found) {
        wait_for_sources(x, t);
        return;
    }
    if (!x->starting)
        lm_run_tell_cached(x, t);
    lm_run_finish(x, t);
}

void lm_run_look(lm_run *x)
{
    if (x->from_disk && !x->starting)
        return;
    while (x->n_stack) {
        lm_task *t = x->stack[--x->n_stack];

        lm_run_looked(x, t, lm_run_take_cached(x, t));
    }
}

void lm_run_want(lm_run *x, lm_task *t)
{
    if (t->state == LM_TASK_IDLE)
        lm_run_list(x, t);
    lm_run_look(x);
}

/* ------------------------------------------------------------------ finishing */

static void settle_family(lm_run *x, lm_task *t)
{
    if (t->family && !--t->family->live)
        lm_family_settle(x, t->family);
}

void lm_run_finish(lm_run *x, lm_task *t)
{
    const bool expanded = t->pending;

    t->state = LM_TASK_DONE;
    x->n_finished++;
    x->n_unfinished--;
    x->n_lookers -= is_looker(t);
    if (t->twin)
        hold_twin(x, t->twin, -1);
    t->twin = NULL;
    t->pending = NULL;
    wake_waiters(x, t);
    for (int i = 0; i < t->step->class_->n_outputs; i++)
        drop_if_unread(x, t, i);
    release_sources(x, t);
    if (x->n_unread && !x->n_lookers)
        forget_lookers(x);
    if (!expanded)
        settle_family(x, t);
    lm_family_let_go(x, t->family);
}

void lm_run_expanded(lm_run *x, lm_task *t)
{
    release_sources(x, t);
    settle_family(x, t);
}
