/* plan.h: what the sound outputs of a checked workflow need, in an order in which every node comes after its
 * sources, each with a key of its content. Linear in nodes and links.
 *
 * The key of a step is a 128-bit hash over the class's name and version, the device and compute class, and
 * each input in table order: a constant after conversion, the identity of a file (folder, name, size,
 * modification time, inode), or the key and slot of its source. Lazy inputs and raw links count like others; what
 * a REST row collects comes with its name; a node's fingerprint is asked with its constants; a LIMN_WANTS_PROMPT node
 * that gives something on has the whole prompt in its key; a file that a link names is known by all files of its
 * folder, and in input, output and temp not at all: its key is new each time. Ids, titles and
 * unknown keys are not in it, so that a renumbered workflow finds its results again, but for nodes that see ids: a
 * LIMN_WANTS_ID or LIMN_WANTS_GRAPH node's own, a raw link's source. A LIMN_NO_CACHE node, or one whose
 * fingerprint fails, has a new key each time, and so has all that follows from it. */
#ifndef LM_GRAPH_PLAN_H
#define LM_GRAPH_PLAN_H

#include <pthread.h>

#include "core/base/hash.h"
#include "core/graph/check.h"

/* Where a link leads to. */
typedef struct lm_source {
    int32_t step, slot; /* step -1: no link */
} lm_source;

typedef struct lm_step {
    const lm_class    *class_;
    const char        *id;      /* in the workflow */
    const lm_arg      *args;    /* of its inputs, in table order, and those of a REST row after them */
    const lm_source   *sources; /* beside args */
    const char *const *rest;    /* the names of those of a REST row */
    int32_t            n_args;
    int32_t            first_slot; /* where its outputs lie among the plan's slots */
    lm_hash            key;
    bool               output;  /* asked for itself, not only for others */
    bool               passing; /* its key will not come again: not worth keeping */
} lm_step;

/* What the keys of a plan and its subgraphs share, made when it is first asked for. Zeroed to begin with. */
enum { LM_KEY_FOLDERS = 32 };
typedef struct lm_key_memo {
    pthread_mutex_t *lock; /* NULL: one thread makes keys */
    bool        has_prompt;
    lm_hash     prompt;
    int         n_folders;
    const char *folders[LM_KEY_FOLDERS];
    lm_hash     files[LM_KEY_FOLDERS]; /* the state of all in that folder */
} lm_key_memo;

typedef struct lm_plan {
    const lm_check *check;
    lm_step        *steps;
    int             n_steps, n_slots;
    size_t          n_links;
    bool            branches; /* some link is lazy or raw: not all that is planned will be wanted */
    lm_source      *sources; /* all steps' */
    lm_hash        *keys;    /* all steps', for the cache */
    lm_key_memo     memo;
    int32_t        *step_of; /* of each of the workflow's nodes: its step; -1: none */
} lm_plan;

/* INPUT when nothing can run, with the first issue's sentence; FILE when a file went away since the check.
 * The check (and its workflow) must outlive the plan.                                           [new] */
lm_plan *lm_plan_new(const lm_check *c, const lm_run_env *env, limn_error *err);
void     lm_plan_free(lm_plan *p);

/* The row of argument i of a step: its own, or NULL for one that a REST row collects. */
static inline const limn_input *lm_step_row(const lm_step *s, int i)
{
    return i < s->class_->n_inputs ? &s->class_->node->inputs[i] : NULL;
}

static inline bool lm_step_is(const lm_step *s, int i, uint32_t flag)
{
    return i < s->class_->n_inputs && (s->class_->node->inputs[i].flags & flag);
}

#endif
