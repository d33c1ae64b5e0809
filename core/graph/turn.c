/* turn.c: a turn of a loop that brings the next one and has nothing to add to what that gives.
 *
 * A loop is built from subgraphs: the node at a turn's end asks for the next turn and gives wires into it, and who waits
 * for that node would wait through all turns, one inside the other. Here it waits for the newest alone: it takes over
 * the wires of the turn before, which is done and can be freed. */
#include "core/base/alloc.h"
#include "core/graph/run.h"

static lm_task *only_waiter(const lm_task *t)
{
    lm_task *who = t->waiters ? t->waiters->who : NULL;

    for (const lm_edge *e = t->waiters; e; e = e->next)
        if (e->who != who)
            return NULL;
    return who;
}

static bool is_wire(const limn_value *v)
{
    return lm_value_kind_of(v) == LM_VALUE_WIRE;
}

/* Does a value that waits to be resolved lead to an output of t? Which, or -1. */
static int slot_of(const limn_value *pending, const lm_task *t)
{
    return is_wire(pending) && lm_wire_source(pending).step == t->index ? lm_wire_source(pending).slot : -1;
}

/* Is each reader of t's outputs an output of `by` as a whole? Counts them for each of t's. */
static bool count_readers(const lm_task *by, const lm_task *t, int32_t *readers)
{
    for (int i = 0; i < by->step->class_->n_outputs; i++)
        if (slot_of(by->pending[i], t) >= 0)
            readers[slot_of(by->pending[i], t)]++;
    for (int s = 0; s < t->step->class_->n_outputs; s++)
        if (readers[s] != t->readers[s])
            return false;
    return true;
}

/* An output that nobody reads is waited for all the same, and so has to come with one that somebody does. */
static bool comes_along(const lm_task *t, int slot, const int32_t *readers)
{
    const int32_t step = is_wire(t->pending[slot]) ? lm_wire_source(t->pending[slot]).step : -1;

    for (int s = 0; s < t->step->class_->n_outputs; s++)
        if (readers[s] && is_wire(t->pending[s]) && lm_wire_source(t->pending[s]).step == step)
            return true;
    return step < 0;
}

static bool can_take_over(const lm_task *by, const lm_task *t)
{
    const lm_class *c = t->step->class_;
    int32_t        *readers = lm_alloc_array((size_t)c->n_outputs + 1, sizeof *readers);
    bool            can = count_readers(by, t, readers);

    for (int s = 0; can && s < c->n_outputs; s++)
        can = !c->node->outputs[s].list && !lm_value_is_list(t->pending[s]) &&
              (readers[s] || comes_along(t, s, readers));
    lm_free(readers);
    return can;
}

/* A loop that comes back to a key has no end. Its turns are then left in each other, where the cycle is found: of every
 * key that stands at a power of two, one is remembered. Source: Brent, An improved Monte Carlo factorization algorithm,
 * 1980 (his search for a cycle). */
static bool comes_back(lm_run *x, lm_task *by, const lm_task *t)
{
    lm_turns *n = by->turns = by->turns ? by->turns : lm_task_keep(x, by, sizeof *by->turns);

    if (n->n && lm_hash_same(n->mark, t->step->key))
        return true;
    if (n->n++ == n->next) {
        n->mark = t->step->key;
        n->next = 2 * n->next + 1;
    }
    return false;
}

static void hold(void *self, const limn_value *wire)
{
    lm_run_hold(self, lm_wire_source(wire));
}

static void let_go(void *self, const limn_value *wire)
{
    lm_run_let_go(self, lm_wire_source(wire));
}

static void take_over(lm_run *x, lm_task *by, lm_task *t)
{
    for (int i = 0; i < by->step->class_->n_outputs; i++) {
        const int slot = slot_of(by->pending[i], t);

        if (slot < 0)
            continue;
        lm_value_unref(by->pending[i]);
        by->pending[i] = lm_value_ref(t->pending[slot]);
        lm_results_wires(by->pending[i], hold, x);
        if (is_wire(by->pending[i]))
            lm_run_wait_for(x, by, lm_wire_source(by->pending[i]));
        lm_run_let_go(x, (lm_source){ t->index, slot });
    }
    for (int s = 0; s < t->step->class_->n_outputs; s++) {
        lm_results_wires(t->pending[s], let_go, x);
        lm_value_unref(t->pending[s]);
        t->pending[s] = NULL;
    }
}

bool lm_run_hand_on(lm_run *x, lm_task *t, limn_graph *graphs)
{
    lm_task *by = only_waiter(t);

    if (!by || !by->pending || !t->family || !t->family->gone || t->step->output || t->ui)
        return false;
    if (!can_take_over(by, t) || comes_back(x, by, t))
        return false;
    take_over(x, by, t);
    for (limn_graph *g = graphs; g; g = g->next)
        lm_family_inherit(x, g->family, t->family->heir);
    t->family->heir->seconds += t->seconds;
    if (t->told_running)
        lm_run_tell_task(x, LM_EV_EXECUTED, t, NULL);
    lm_run_finish(x, t);
    return true;
}
