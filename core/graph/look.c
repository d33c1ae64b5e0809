/* look.c: the running graph, subgraphs included, as a node sees it through the host. */
#include "core/graph/look.h"

#include "core/base/alloc.h"
#include "core/graph/bind.h"
#include "core/graph/run.h"

/* Who looks at the graph says so, so that nothing it was shown is freed before its call is over. */
static const lm_inside *inside_looker(limn_call *call)
{
    const lm_inside *in = lm_inside_of(call);

    return in && in->run && in->class_->node->flags & LIMN_WANTS_GRAPH ? in : NULL;
}

/* A node that is there: not yet while its subgraph is made, and no more when that is over and its values are gone. */
static const lm_task *find(const lm_run *x, const char *id)
{
    const lm_task *t = lm_run_find(x, id);

    return t && t->family && (t->family->gone || !t->family->keyed) ? NULL : t;
}

const char *lm_look_class(limn_call *call, const char *id)
{
    const lm_inside *in = inside_looker(call);
    const lm_task   *t;

    if (!in || !id)
        return NULL;
    pthread_mutex_lock(&in->run->lock);
    t = find(in->run, id);
    pthread_mutex_unlock(&in->run->lock);
    return t ? t->step->class_->node->name : NULL;
}

/* Is argument i there, and no row that stands for others? */
static bool is_present(const lm_step *s, int i)
{
    const limn_input *in = lm_step_row(s, i);

    if (s->sources[i].step >= 0)
        return true;
    if (in && in->kind == LIMN_KIND_REST)
        return false;
    return s->args[i].state == LM_ARG_VALUE ? s->args[i].as.value != NULL
                                            : in && (in->kind != LIMN_KIND_LINK || s->args[i].as.value);
}

static const char *input_name(const lm_step *s, int i)
{
    return i < s->class_->n_inputs ? s->class_->node->inputs[i].name : s->rest[i - s->class_->n_inputs];
}

static bool show_input(const lm_run *x, const lm_step *s, int which, limn_wire *out)
{
    for (int i = 0; i < s->n_args; i++) {
        if (!is_present(s, i) || which-- > 0)
            continue;
        *out = (limn_wire){ .input = input_name(s, i), .slot = s->sources[i].slot };
        if (s->sources[i].step >= 0)
            out->node = x->tasks[s->sources[i].step]->step->id;
        return true;
    }
    return false;
}

bool lm_look_input(limn_call *call, const char *id, int i, limn_wire *out)
{
    const lm_inside *in = inside_looker(call);
    const lm_task   *t;
    bool             found;

    if (!in || !id || i < 0)
        return false;
    pthread_mutex_lock(&in->run->lock);
    t = find(in->run, id);
    found = t && show_input(in->run, t->step, i, out);
    pthread_mutex_unlock(&in->run->lock);
    return found;
}

static void copy_input(const lm_run *x, const lm_step *s, int i, limn_graph *g, int node)
{
    const char *name = input_name(s, i);

    if (s->sources[i].step >= 0)
        lm_subgraph_put_outer(g, node, name, x->tasks[s->sources[i].step]->step->id, s->sources[i].slot);
    else if (s->args[i].state == LM_ARG_VALUE)
        lm_subgraph_put(g, node, name, lm_value_ref(s->args[i].as.value));
    else
        lm_subgraph_put(g, node, name, lm_bind_box(lm_step_row(s, i), &s->args[i]));
}

bool lm_look_copy(limn_call *call, limn_graph *g, int node, const char *id)
{
    const lm_inside *in = inside_looker(call);
    const lm_task   *t;

    if (!in || !g || !id || node < 0 || node >= g->n_nodes)
        return false;
    pthread_mutex_lock(&in->run->lock);
    t = find(in->run, id);
    for (int i = 0; t && i < t->step->n_args; i++)
        if (is_present(t->step, i))
            copy_input(in->run, t->step, i, g, node);
    pthread_mutex_unlock(&in->run->lock);
    return t;
}
