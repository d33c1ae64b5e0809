/* foreign.h: whose code a thread is in. Functions of a plugin are called between lm_foreign_enter and
 * lm_foreign_leave, so that whatever they do wrong is told under the plugin's name, also by the handler that
 * runs when they crash.
 *
 *     lm_foreign f;
 *     bool       ok = lm_foreign_enter(&f, origin, call, "run", err) && theirs(call, args, out, err);
 *     return lm_foreign_leave(&f, ok, err);
 */
#ifndef LM_DATA_FOREIGN_H
#define LM_DATA_FOREIGN_H

#include "core/base/hash.h"
#include <limn/limn.h>

/* A plugin, as far as the rest of limn must know it. Lives until the program ends. */
typedef struct lm_origin {
    const char *plugin, *version; /* its id: "org.example.grain" */
    const char *file;             /* as it is shown to people: "plugins/grain.so" */
    lm_hash     hash;             /* of id, version and file: part of its nodes' cache keys */
    bool (*ready)(const struct lm_origin *, const limn_host *, limn_error *); /* opens it at its first use */
} lm_origin;

typedef struct lm_foreign {
    const lm_origin         *origin;
    const char              *function;          /* "run", "check", "the sampler x" */
    const char              *node, *node_class; /* where in the workflow, or NULL */
    const struct lm_foreign *outer;
} lm_foreign;

/* Enters. The thread gets a stack for signal handlers, the plugin is opened if it was not. False and *err when
 * the plugin cannot be opened; lm_foreign_leave is called all the same. */
bool lm_foreign_enter(lm_foreign *f, const lm_origin *o, limn_call *call, const char *function,
                      limn_error *err);

/* Leaves. What the plugin wrote into *err is made presentable: texts end, control characters go, an unknown
 * code becomes INPUT, a failure without a word gets one. The result is `ok`. */
bool lm_foreign_leave(lm_foreign *f, bool ok, limn_error *err);

/* Our own code, called by a plugin on its way: until lm_foreign_resume, faults are ours. */
const lm_foreign *lm_foreign_pause(void);
void              lm_foreign_resume(const lm_foreign *f);

/* Where this thread is; NULL: in our own code. Safe in a signal handler. */
const lm_foreign *lm_foreign_now(void);

/* A stack of its own for this thread's signal handlers, unless it has one. Gone with the thread. */
void lm_foreign_stack(void);

/* ------------------------------------------------------------------ names that plugins bring */

/* A choice (a sampler's name) that a plugin brought: `name` is the very pointer in the list of choices. */
void lm_origin_add_choice(const char *name, const lm_origin *o);
/* Who brought this choice; NULL: built in. */
const lm_origin *lm_origin_of_choice(const char *name);
/* A hash over all choices that plugins brought: for keys where the choice is not known yet. */
lm_hash lm_origin_choices(void);

#endif
