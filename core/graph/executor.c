/* executor.c: runs a plan, one step after another. */
#include "core/graph/executor.h"

#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/bind.h"
#include "core/graph/blame.h"

struct exec {
    const lm_plan    *plan;
    lm_cache         *cache;
    const lm_run_env *env;
    limn_value      **slots;   /* what each output of a step holds now */
    int32_t          *readers; /* of each slot: steps yet to run that read it */
    bool             *wanted;  /* of each step: somebody waits for it */
    bool             *kept;    /* of each step: it need not run */
    char            **answers; /* of each step: the ui answer from the cache */
    const limn_value **values; /* of the step at hand: what its links hold */
    void             *args;
};

/* ------------------------------------------------------------------ telling */

static void tell(const struct exec *x, lm_event e)
{
    if (x->env->listener.hear)
        x->env->listener.hear(x->env->listener.self, &e);
}

static void tell_step(const struct exec *x, lm_event_kind kind, const lm_step *s, const char *json)
{
    tell(x, (lm_event){ .kind = kind, .node = s->id, .node_class = s->class_->node->name, .json = json });
}

/* ------------------------------------------------------------------ slots */

static void drop_slot(struct exec *x, int32_t slot)
{
    lm_value_unref(x->slots[slot]);
    x->slots[slot] = NULL;
}

/* Lets go of what nobody will read among a step's outputs. */
static void drop_unread(struct exec *x, const lm_step *s)
{
    for (int i = 0; i < s->class_->n_outputs; i++)
        if (!x->readers[s->first_slot + i])
            drop_slot(x, s->first_slot + i);
}

/* The step has read its sources. */
static void release_sources(struct exec *x, const lm_step *s)
{
    for (int i = 0; i < s->class_->n_inputs; i++)
        if (s->sources[i] >= 0 && !--x->readers[s->sources[i]])
            drop_slot(x, s->sources[i]);
}

/* ------------------------------------------------------------------ what need not run */

static bool is_kept(struct exec *x, int i)
{
    const lm_step *s = &x->plan->steps[i];

    return x->cache && !s->passing &&
           lm_cache_lookup(x->cache, s->key, x->slots + s->first_slot, s->class_->n_outputs,
                           s->output ? &x->answers[i] : NULL);
}

/* From the outputs back: a step runs when it is wanted and not in the cache, and then wants its sources. The
 * number of steps that run. */
static int choose(struct exec *x, const int32_t *step_of)
{
    int n = 0;

    for (int i = x->plan->n_steps; i-- > 0;) {
        const lm_step *s = &x->plan->steps[i];

        x->kept[i] = !(x->wanted[i] || s->output) || is_kept(x, i);
        if (x->kept[i])
            continue;
        n++;
        for (int k = 0; k < s->class_->n_inputs; k++)
            if (s->sources[k] >= 0) {
                x->wanted[step_of[s->sources[k]]] = true;
                x->readers[s->sources[k]]++;
            }
    }
    return n;
}

static void tell_kept(struct exec *x)
{
    for (int i = 0; i < x->plan->n_steps; i++) {
        const lm_step *s = &x->plan->steps[i];

        if (!x->kept[i])
            continue;
        drop_unread(x, s);
        tell_step(x, LM_EV_CACHED, s, NULL);
        if (s->output)
            tell_step(x, LM_EV_EXECUTED, s, x->answers[i]);
    }
}

/* ------------------------------------------------------------------ one step */

/* A node that says it did its work has filled its outputs as its table says. */
static bool check_outputs(const struct exec *x, const lm_step *s, limn_error *err)
{
    for (int i = 0; i < s->class_->n_outputs; i++) {
        const limn_output *o = &s->class_->node->outputs[i];
        const limn_value  *v = x->slots[s->first_slot + i];

        if (!v)
            return limn_fail(err, BUG, "it gave nothing for its output %s", o->name);
        if (!lm_types_fit(lm_value_type(v), o->type))
            return limn_fail(err, BUG, "it gave %s for its output %s, which is %s", lm_value_type(v),
                             o->name, o->type);
    }
    return true;
}

/* The node's function; what it answered is in call->ui_json. */
static bool call_node(struct exec *x, const lm_step *s, lm_call *call, limn_error *err)
{
    for (int i = 0; i < s->class_->n_inputs; i++)
        x->values[i] = s->sources[i] < 0 ? NULL : x->slots[s->sources[i]];
    if (!lm_bind(s->class_, s->args, x->values, x->args, err))
        return false;
    if (s->class_->node->run(&call->call, x->args, x->slots + s->first_slot, err))
        return check_outputs(x, s, err);
    limn_fail(err, BUG, "it failed without saying why");
    return false;
}

static bool run_step(struct exec *x, const lm_step *s, limn_error *err)
{
    lm_call call = { .env = x->env, .node = s->id, .node_class = s->class_->node->name };
    bool    ok;

    tell_step(x, LM_EV_RUNNING, s, NULL);
    ok = call_node(x, s, &call, err);
    if (ok && x->cache && !s->passing)
        lm_cache_store(x->cache, s->key, x->slots + s->first_slot, s->class_->n_outputs, call.ui_json, 0);
    if (ok) {
        tell_step(x, LM_EV_EXECUTED, s, call.ui_json);
        drop_unread(x, s);
        release_sources(x, s);
    }
    lm_free(call.ui_json);
    return ok;
}

static bool fail_step(const struct exec *x, const lm_step *s, limn_error *err)
{
    lm_blame(err, s->id, s->class_->node->name);
    tell(x, (lm_event){ .kind = LM_EV_FAILED, .node = s->id, .node_class = s->class_->node->name,
                        .error = err });
    return false;
}

static bool run_steps(struct exec *x, limn_error *err)
{
    for (int i = 0; i < x->plan->n_steps; i++) {
        const lm_step *s = &x->plan->steps[i];

        if (x->kept[i])
            continue;
        if (atomic_load_explicit(x->env->stop, memory_order_relaxed)) {
            limn_fail(err, CANCELLED, "it was stopped before it began");
            return fail_step(x, s, err);
        }
        if (!run_step(x, s, err))
            return fail_step(x, s, err);
    }
    return true;
}

/* ------------------------------------------------------------------ the whole */

static bool get_ready(struct exec *x, int32_t **step_of, limn_error *err)
{
    const lm_plan *p = x->plan;
    const size_t   steps = (size_t)p->n_steps, slots = (size_t)p->n_slots + 1;
    size_t         inputs = 1, bytes = 1;

    for (int i = 0; i < p->n_steps; i++) {
        const lm_class *c = p->steps[i].class_;

        inputs = (size_t)c->n_inputs > inputs ? (size_t)c->n_inputs : inputs;
        bytes = c->node->args_size > bytes ? c->node->args_size : bytes;
    }
    x->slots = lm_try_alloc(slots * sizeof *x->slots);
    x->readers = lm_try_alloc(slots * sizeof *x->readers);
    x->wanted = lm_try_alloc(steps);
    x->kept = lm_try_alloc(steps);
    x->answers = lm_try_alloc(steps * sizeof *x->answers);
    x->values = lm_try_alloc(inputs * sizeof *x->values);
    x->args = lm_try_alloc(bytes);
    *step_of = lm_try_alloc(slots * sizeof **step_of);
    if (!x->slots || !x->readers || !x->wanted || !x->kept || !x->answers || !x->values || !x->args ||
        !*step_of)
        return limn_fail(err, MEMORY, "no memory to run %d nodes", p->n_steps);
    for (int32_t i = 0; i < p->n_steps; i++)
        for (int k = 0; k < p->steps[i].class_->n_outputs; k++)
            (*step_of)[p->steps[i].first_slot + k] = i;
    return true;
}

static void put_away(struct exec *x)
{
    for (int32_t i = 0; x->slots && i < x->plan->n_slots; i++)
        lm_value_unref(x->slots[i]);
    for (int i = 0; x->answers && i < x->plan->n_steps; i++)
        lm_free(x->answers[i]);
    lm_free(x->slots);
    lm_free(x->readers);
    lm_free(x->wanted);
    lm_free(x->kept);
    lm_free(x->answers);
    lm_free(x->values);
    lm_free(x->args);
    if (x->cache)
        lm_cache_settle(x->cache);
}

bool lm_exec_run(const lm_plan *p, lm_cache *cache, const lm_run_env *env, limn_error *err)
{
    struct exec x = { .plan = p, .cache = cache, .env = env };
    limn_error  mine = { 0 };
    int32_t    *step_of = NULL;
    bool        ok = get_ready(&x, &step_of, &mine);

    if (ok) {
        const int n = choose(&x, step_of);

        tell(&x, (lm_event){ .kind = LM_EV_START, .value = p->n_steps, .total = p->n_steps - n });
        tell_kept(&x);
        ok = run_steps(&x, &mine);
    }
    if (ok)
        tell(&x, (lm_event){ .kind = LM_EV_DONE });
    else if (err && err->code == LIMN_OK)
        *err = mine;
    lm_free(step_of);
    put_away(&x);
    return ok;
}
