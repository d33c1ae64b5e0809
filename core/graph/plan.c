/* plan.c: what the outputs need, in order, with a key of its content for each step. */
#include "core/graph/plan.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/graph/blame.h"

struct frame {
    int32_t node;
    int     next; /* the input to look at */
};

struct planner {
    const lm_check   *check;
    const lm_run_env *env;
    lm_plan          *plan;
    int32_t          *steps;  /* of each node: its step; -1: none yet */
    struct frame     *frames; /* never more than there are nodes */
    size_t            n_sources, sources_room;
};

/* ------------------------------------------------------------------ keys */

/* What tells one state of a file from another, without reading it. */
static bool hash_file(const struct planner *p, const limn_input *in, const char *name, lm_hash *h,
                      limn_error *err)
{
    struct stat s;
    int         fd;

    *h = lm_hash_text(lm_hash_text(*h, in->folder), name);
    for (const char *const *e = in->extra; e && *e; e++)
        if (!strcmp(*e, name))
            return true;
    if (!p->env->folders)
        return true;
    fd = lm_folders_open(p->env->folders, in->folder, name, err);
    if (fd < 0)
        return false;
    if (!fstat(fd, &s)) {
        *h = lm_hash_u64(lm_hash_u64(*h, (uint64_t)s.st_size), (uint64_t)s.st_ino);
        *h = lm_hash_u64(lm_hash_u64(*h, (uint64_t)s.st_mtim.tv_sec), (uint64_t)s.st_mtim.tv_nsec);
    }
    close(fd);
    return true;
}

/* A constant where a link belongs: one of the primitive types. */
static lm_hash hash_value(lm_hash h, const limn_value *v)
{
    const char  *text = v ? lm_value_text(v, "value") : NULL;
    const double f = v ? lm_value_number(v, "value", 0) : 0;
    uint64_t     bits;

    if (!v)
        return lm_hash_u64(h, 0);
    memcpy(&bits, &f, 8);
    h = lm_hash_text(h, lm_value_type(v));
    h = lm_hash_u64(lm_hash_u64(h, bits), (uint64_t)lm_value_int(v, "value", 0));
    return lm_hash_text(h, text ? text : "");
}

static bool hash_constant(const struct planner *p, const limn_input *in, const lm_arg *a, lm_hash *h,
                          limn_error *err)
{
    *h = lm_hash_u64(*h, in->kind);
    if (in->kind == LIMN_KIND_LINK)
        *h = hash_value(*h, a->as.value);
    else if (in->kind != LIMN_KIND_TEXT && in->kind != LIMN_KIND_FILE)
        *h = lm_hash_u64(*h, a->as.u); /* the bits of all numbers */
    else if (!a->as.text)
        *h = lm_hash_u64(*h, 1);
    else if (in->kind == LIMN_KIND_TEXT)
        *h = lm_hash_text(*h, a->as.text);
    else
        return hash_file(p, in, a->as.text, h, err);
    return true;
}

static lm_hash hash_begin(const struct planner *p, const limn_node *n)
{
    static atomic_uint_fast64_t never_again;
    const lm_device            *d = p->env->device;
    lm_hash                     h = lm_hash_text(lm_hash_start(), n->name);

    h = lm_hash_u64(h, (uint64_t)n->version << 8 | (uint64_t)p->env->compute);
    h = lm_hash_text(h, d ? d->name : "");
    return n->flags & LIMN_NO_CACHE ? lm_hash_u64(h, atomic_fetch_add(&never_again, 1)) : h;
}

/* ------------------------------------------------------------------ steps */

static const lm_step *source_step(const struct planner *p, const lm_arg *a)
{
    return &p->plan->steps[p->steps[a->as.node]];
}

static bool settle_input(struct planner *p, lm_step *s, int i, int32_t *source, limn_error *err)
{
    const limn_input *in = &s->class_->node->inputs[i];
    const lm_arg     *a = &s->args[i];
    const lm_step    *from;

    *source = -1;
    if (a->state == LM_ARG_CONSTANT) {
        if (hash_constant(p, in, a, &s->key, err))
            return true;
        if (err && !*err->input)
            snprintf(err->input, sizeof err->input, "%.63s", in->name);
        return lm_blame(err, s->id, s->class_->node->name);
    }
    from = source_step(p, a);
    *source = from->first_slot + a->slot;
    s->passing |= from->passing;
    s->key = lm_hash_mix(lm_hash_u64(s->key, (uint64_t)a->slot << 8 | 0xff), from->key);
    return true;
}

/* All sources of the node have their steps. */
static bool add_step(struct planner *p, int32_t node, limn_error *err)
{
    const lm_check_node *n = &p->check->nodes[node];
    lm_plan             *plan = p->plan;
    lm_step             *s = &plan->steps[plan->n_steps];

    *s = (lm_step){ .class_ = n->class_, .id = lm_workflow_at(p->check->workflow, node)->id, .args = n->args,
                    .sources = plan->sources + p->n_sources, .first_slot = plan->n_slots,
                    .key = hash_begin(p, n->class_->node),
                    .output = n->class_->node->flags & LIMN_OUTPUT_NODE,
                    .passing = n->class_->node->flags & LIMN_NO_CACHE };
    for (int i = 0; i < n->class_->n_inputs; i++)
        if (!settle_input(p, s, i, &plan->sources[p->n_sources + (size_t)i], err))
            return false;
    p->n_sources += (size_t)n->class_->n_inputs;
    plan->n_slots += n->class_->n_outputs;
    p->steps[node] = plan->n_steps++;
    return true;
}

/* The next source of a frame that has no step yet, or -1. */
static int32_t next_source(const struct planner *p, struct frame *f)
{
    const lm_check_node *n = &p->check->nodes[f->node];

    while (f->next < n->class_->n_inputs) {
        const lm_arg *a = &n->args[f->next++];

        if (a->state == LM_ARG_LINK && p->steps[a->as.node] < 0)
            return a->as.node;
    }
    return -1;
}

/* Sources first. A sound output has no cycle above it. */
static bool plan_output(struct planner *p, int32_t output, limn_error *err)
{
    size_t n = 0;

    if (p->steps[output] < 0)
        p->frames[n++] = (struct frame){ .node = output };
    while (n) {
        const int32_t source = next_source(p, &p->frames[n - 1]);

        if (source >= 0)
            p->frames[n++] = (struct frame){ .node = source };
        else if (!add_step(p, p->frames[--n].node, err))
            return false;
    }
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
        inputs += c->nodes[i].valid ? (size_t)c->nodes[i].class_->n_inputs : 0;
    }
    p->plan->steps = lm_try_alloc(nodes * sizeof *p->plan->steps);
    p->plan->sources = lm_try_alloc(inputs * sizeof *p->plan->sources);
    p->steps = lm_try_alloc((size_t)c->n_nodes * sizeof *p->steps);
    p->frames = lm_try_alloc(nodes * sizeof *p->frames);
    if (!p->plan->steps || !p->plan->sources || !p->steps || !p->frames)
        return limn_fail(err, MEMORY, "no memory for a plan of %zu nodes", nodes);
    memset(p->steps, -1, (size_t)c->n_nodes * sizeof *p->steps);
    return true;
}

lm_plan *lm_plan_new(const lm_check *c, const lm_run_env *env, limn_error *err)
{
    struct planner p = { .check = c, .env = env, .plan = lm_alloc(sizeof *p.plan) };
    bool           ok = c->n_outputs;

    if (!ok)
        limn_fail(err, INPUT, "%.300s", c->n_issues ? c->issues[0].sentence : "there is nothing to run");
    ok = ok && get_ready(&p, err);
    for (int i = 0; ok && i < c->n_outputs; i++)
        ok = plan_output(&p, c->outputs[i], err);
    lm_free(p.steps);
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
    lm_free(p);
}
