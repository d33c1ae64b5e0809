/* expand_key.c: the keys of a subgraph's steps. Nobody else sees these yet, so it is done outside of the run's lock:
 * fingerprints and hashes are functions of nodes, and files are looked at. */
#include "core/base/alloc.h"
#include "core/graph/expand.h"
#include "core/graph/key.h"

enum { NEW, OPEN, DONE };

static bool is_inner(const lm_expander *e, int32_t step)
{
    return step >= e->first && step < e->first + e->graph->n_nodes;
}

/* Another's stays as it is as long as this may link to it; the array it is found in may move. */
static const lm_step *step_of(const lm_expander *e, int32_t i)
{
    const lm_step *s;

    if (is_inner(e, i))
        return &e->steps[i - e->first];
    pthread_mutex_lock(&e->run->lock);
    s = e->run->tasks[i]->step;
    pthread_mutex_unlock(&e->run->lock);
    return s;
}

/* A source in this subgraph that has no key yet, or -1. One that waits for this node itself is left as it is: a
 * cycle is found when somebody waits in it. */
static int unkeyed_source(const lm_expander *e, int node)
{
    const lm_step *s = &e->steps[node];

    for (int i = 0; i < s->n_args; i++) {
        const int from = s->sources[i].step - e->first;

        if (is_inner(e, s->sources[i].step) && e->state[from] == NEW)
            return from;
    }
    return -1;
}

/* A value that is not plain is known by where it came from: what the parent is, and where the parent put it. */
static void key_value(lm_expander *e, int node, int i, lm_step *s)
{
    if (lm_key_value(s->args[i].as.value, &s->key))
        return;
    s->key = lm_hash_mix(s->key, e->parent->step->key);
    s->key = lm_hash_u64(lm_hash_u64(s->key, (uint64_t)e->graph->call << 32 | (uint64_t)e->graph->index),
                         (uint64_t)node << 32 | (uint64_t)i);
    s->passing |= e->parent->step->passing;
}

/* A file named by a value is known by its state as well. */
static bool key_file(const lm_expander *e, int i, lm_step *s, limn_error *err)
{
    const limn_input *in = lm_step_row(s, i);
    const char       *name = lm_value_text(s->args[i].as.value, "value");

    if (!in || in->kind != LIMN_KIND_FILE || !name)
        return true;
    return lm_key_constant(e->run->env, in, &(lm_arg){ .as.text = name }, &s->key, err);
}

static bool key_input(lm_expander *e, int node, int i, lm_step *s, limn_error *err)
{
    const lm_source from = s->sources[i];
    const lm_step  *source = from.step >= 0 ? step_of(e, from.step) : NULL;

    if (i >= s->class_->n_inputs)
        s->key = lm_hash_text(s->key, s->rest[i - s->class_->n_inputs]);
    if (!source && s->args[i].state == LM_ARG_CONSTANT)
        return lm_key_constant(e->run->env, lm_step_row(s, i), &s->args[i], &s->key, err);
    if (!source) {
        key_value(e, node, i, s);
        return key_file(e, i, s, err);
    }
    lm_key_link(&e->run->memo, e->run->env, s, i, source, from.slot);
    s->passing |= is_inner(e, from.step) && e->state[from.step - e->first] != DONE;
    return true;
}

static bool key_node(lm_expander *e, int node, limn_error *err)
{
    lm_step *s = &e->steps[node];

    lm_key_begin(&e->run->memo, e->run->env, s);
    for (int i = 0; i < s->n_args; i++)
        if (!key_input(e, node, i, s, err))
            return false;
    e->state[node] = DONE;
    return lm_key_fingerprint(e->run->env, s, err);
}

static bool make_keys(lm_expander *e, limn_error *err)
{
    for (int i = 0; i < e->graph->n_nodes; i++) {
        int n = 0;

        if (e->state[i] == NEW)
            e->stack[n++] = i;
        while (n) {
            const int top = e->stack[n - 1], from = unkeyed_source(e, top);

            e->state[top] = OPEN;
            if (from >= 0 && from != top)
                e->stack[n++] = from;
            else if (!key_node(e, e->stack[--n], err))
                return false;
        }
    }
    return true;
}

bool lm_expand_keys(lm_expander *e, limn_error *err)
{
    const size_t n = (size_t)e->graph->n_nodes + 1;
    bool         ok;

    e->state = lm_alloc(n);
    e->stack = lm_alloc_array(n, sizeof *e->stack);
    ok = make_keys(e, err);
    lm_free(e->state);
    lm_free(e->stack);
    return ok;
}
