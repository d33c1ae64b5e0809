/* checks.h: the worker that only checks: is a prompt fit to run, and which nodes are there? The server itself never
 * opens a plugin and never asks a node. */
#ifndef LM_WEB_SERVER_CHECKS_H
#define LM_WEB_SERVER_CHECKS_H

#include "web/server/part.h"

typedef struct lm_checks lm_checks;

/* What a check found: web/work/work_check.h's JSON, and pieces of it. `json` NULL: there was no answer, and `words`
 * says why. All of it is lent. */
typedef struct lm_checked {
    bool        runs;
    int         how;   /* LM_CHECKED_RUNS … */
    const char *json, *words;
    size_t      n;
    lm_slice    error, node_errors, outputs;
} lm_checked;
typedef void lm_checked_fn(void *self, const lm_checked *c);

/* What is to be checked: JSON, which is copied; targets may be empty. `how`: LM_WIRE_CANVAS …, bits. */
typedef struct lm_to_check {
    lm_slice prompt, extra, targets;
    int64_t  how;
} lm_to_check;

/* Answered once, later, whatever becomes of the worker. More than it takes wait here; false, with a sentence: too many
 * wait already. */
bool lm_checks_prompt(lm_checks *c, const lm_to_check *what, lm_checked_fn *fn, void *self, limn_error *err);

/* All classes, as /object_info says them, and where each stands in that text. It is shared: count it. */
typedef struct lm_tables {
    int         refs;
    char       *json;
    size_t      n;
    char        tag[40];    /* an entity tag, in quotes */
    char       *plans;      /* what stands where in widgets_values: lm_canvas_plans' JSON */
    size_t      n_plans;
    char        plans_tag[40];
    int         n_classes;
    struct lm_table {
        const char *name;   /* decoded */
        lm_slice    info;   /* {"input": …} */
        bool        output; /* an output node */
    } *classes;             /* sorted by name */
} lm_tables;
lm_tables *lm_tables_ref(lm_tables *t);
void       lm_tables_unref(lm_tables *t);
const struct lm_table *lm_tables_find(const lm_tables *t, const char *name);

/* The tables as they are now: the worker looks at its folders once more. `t` NULL: there is no answer. Lent. */
typedef void lm_tables_fn(void *self, lm_tables *t);
void lm_checks_tables(lm_checks *c, lm_tables_fn *fn, void *self);
/* As they were when last heard; NULL before the worker's first word. Lent. */
lm_tables *lm_checks_known(const lm_checks *c);

bool lm_checks_ready(const lm_checks *c);

extern const lm_part lm_checks_part, lm_opening_part, lm_packing_part; /* checks.c, opening.c, packing.c */

#endif
