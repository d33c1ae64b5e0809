/* plan.h: what the sound outputs of a checked workflow need, in an order in which every node comes after its
 * sources, each with a key of its content. Linear in nodes and links.
 *
 * The key of a step is a 128-bit hash over the class's name and version, the device and compute class, and
 * each input in table order: a constant after conversion, the identity of a file (folder, name, size,
 * modification time, inode), or the key and slot of its source. Ids, titles and unknown keys are not in it,
 * so that a renumbered workflow finds its results again. A LIMN_NO_CACHE node has a new key each time, and
 * so has all that follows from it. */
#ifndef LM_GRAPH_PLAN_H
#define LM_GRAPH_PLAN_H

#include "core/base/hash.h"
#include "core/graph/check.h"

typedef struct lm_step {
    const lm_class *class_;
    const char     *id;      /* in the workflow */
    const lm_arg   *args;    /* of its inputs, in table order */
    const int32_t  *sources; /* beside args: the slot a link reads; -1: no link */
    lm_hash         key;
    int32_t         first_slot; /* where its outputs lie among the plan's slots */
    bool            output;     /* asked for itself, not only for others */
    bool            passing;    /* its key will not come again: not worth keeping */
} lm_step;

typedef struct lm_plan {
    lm_step *steps;
    int      n_steps, n_slots;
    int32_t *sources; /* all steps' */
} lm_plan;

/* INPUT when nothing can run, with the first issue's sentence; FILE when a file went away since the check.
 * The check (and its workflow) must outlive the plan.                                           [new] */
lm_plan *lm_plan_new(const lm_check *c, const lm_run_env *env, limn_error *err);
void     lm_plan_free(lm_plan *p);

#endif
