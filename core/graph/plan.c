/* plan.c: what the outputs need, in order, with a key of its content for each step. */
#include "core/graph/plan.h"

#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/blame.h"
#include "core/graph/key.h"

struct frame {
    int32_t node;
    int     next; /* the input to look at */
};

struct planner {
    const lm_check   *check;
    const lm_run_env *env;
    lm_plan          *plan;
    struct frame     *frames; /* never more than there are nodes */
    size_t            n_sources, sources_room;
};

/* ------------------------------------------------------------------ steps */

static int arg_count(const lm_check_node *n)
{
    return n->class_->n_inputs + n->n_rest;
}

static bool settle_constant(struct planner *p, lm_step *s, int i, limn_error *err)
{
    const limn_input *in = lm_step_row(s, i);

    if (!in)
        return lm_key_value(s->args[i].as.value, &s->key) || true;
    if (lm_key_constant(p->env, in, &s->args[i], &s->key, err))
        return true;
    if (err && !*err->input)
        snprintf(err->input, sizeof err->input, "%.63s", in->name);
    return lm_blame(err, s->id, s->class_->node->name);
}

static bool settle_input(struct planner *p, lm_step *s, int i, lm_source *source, limn_error *err)
{
    const lm_arg  *a = &s->args[i];
    const lm_step *from;

    if (i >= s->class_->n_inputs)
        s->key = lm_hash_text(s->key, s->rest[i - s->class_->n_inputs]);
    *source = (lm_source){ -1, 0 };
    if (a->state != LM_ARG_LINK)
        return settle_constant(p, s, i, err);
    *source = (lm_source){ p->plan->step_of[a->as.node], a->slot };
    from = &p->plan->steps[source->step];
    lm_key_link(&p->plan->memo, p->env, s, i, from, a->slot);
    p->plan->n_links++;
    p->plan->branches |= lm_step_is(s, i, LIMN_RAW_LINK | LIMN_LAZY);
    return true;
}

/* All sources of the node have their steps. */
static bool add_step(struct planner *p, int32_t node, limn_error *err)
{
    const lm_check_node *n = &p->check->nodes[node];
    lm_plan             *plan = p->plan;
    lm_step             *s = &plan->steps[plan->n_steps];

    *s = (lm_step){ .class_ = n->class_, .id = lm_workflow_at(p->check->workflow, node)->id, .args = n->args,
                    .sources = plan->sources + p->n_sources, .rest = n->rest, .n_args = arg_count(n),
                    .first_slot = plan->n_slots };
    lm_key_begin(&p->plan->memo, p->env, s);
    for (int i = 0; i < s->n_args; i++)
        if (!settle_input(p, s, i, &plan->sources[p->n_sources + (size_t)i], err))
            return false;
    if (!lm_key_fingerprint(p->env, s, err))
        return false;
    p->n_sources += (size_t)s->n_args;
    plan->n_slots += n->class_->n_outputs;
    plan->keys[plan->n_steps] = s->key;
    plan->step_of[node] = plan->n_steps++;
    return true;
}

/* The next source of a frame that has no step yet, or -1. */
static int32_t next_source(const struct planner *p, struct frame *f)
{
    const lm_check_node *n = &p->check->nodes[f->node];

    while (f->next < arg_count(n)) {
        const lm_arg *a = &n->args[f->next++];

        if (a->state == LM_ARG_LINK && p->plan->step_of[a->as.node] < 0)
            return a->as.node;
    }
    return -1;
}

/* Sources first. A sound output has no cycle above it. */
static bool plan_output(struct planner *p, int32_t output, limn_error *err)
{
    size_t n = 0;

    if (p->plan->step_of[output] < 0)
        p->frames[n++] = (struct frame){ .node = output };
    while (n) {
        const int32_t source = next_source(p, &p->frames[n - 1]);

        if (source >= 0)
            p->frames[n++] = (struct frame){ .node = source };
        else if (!add_step(p, p->frames[--n].node, err))
            return false;
    }
    p->plan->steps[p->plan->step_of[output]].output = true;
    return true;
}

/* ------------------------------------------------------------------ the whole */

/* Sizes for the worst case: every sound node. */
static bool get_ready(struct planner *p, limn_error *err)
{
    const lm_check *c = p->check;
    size_t          nodes = 1, inputs = 1;

    for (int i = 0; i < c->n_nodes; i++) {
        nodes += c->nodes[i].valid;
        inputs += c->nodes[i].valid ? (size_t)arg_count(&c->nodes[i]) : 0;
    }
    p->plan->steps = lm_try_alloc(nodes * sizeof *p->plan->steps);
    p->plan->sources = lm_try_alloc(inputs * sizeof *p->plan->sources);
    p->plan->keys = lm_try_alloc(nodes * sizeof *p->plan->keys);
    p->plan->step_of = lm_try_alloc(((size_t)c->n_nodes + 1) * sizeof *p->plan->step_of);
    p->frames = lm_try_alloc(nodes * sizeof *p->frames);
    if (!p->plan->steps || !p->plan->sources || !p->plan->keys || !p->plan->step_of || !p->frames)
        return limn_fail(err, MEMORY, "no memory for a plan of %zu nodes", nodes);
    memset(p->plan->step_of, -1, (size_t)c->n_nodes * sizeof *p->plan->step_of);
    return true;
}

lm_plan *lm_plan_new(const lm_check *c, const lm_run_env *env, limn_error *err)
{
    struct planner p = { .check = c, .env = env, .plan = lm_alloc(sizeof *p.plan) };
    bool           ok = c->n_outputs;

    p.plan->check = c;
    if (!ok)
        limn_fail(err, INPUT, "%.300s", c->n_issues ? c->issues[0].sentence : "there is nothing to run");
    ok = ok && get_ready(&p, err);
    for (int i = 0; ok && i < c->n_outputs; i++)
        ok = plan_output(&p, c->outputs[i], err);
    lm_free(p.frames);
    if (ok)
        return p.plan;
    lm_plan_free(p.plan);
    return NULL;
}

void lm_plan_free(lm_plan *p)
{
    if (!p)
        return;
    lm_free(p->steps);
    lm_free(p->sources);
    lm_free(p->keys);
    lm_free(p->step_of);
    lm_free(p);
}
