/* registry.h: every node that is known, by name. Declarations are vetted when they enter, so that whoever
 * reads a table later (validator, executor, catalogue) can trust it. */
#ifndef LM_GRAPH_REGISTRY_H
#define LM_GRAPH_REGISTRY_H

#include "core/data/foreign.h"
#include <limn/limn.h>

typedef struct lm_registry lm_registry;

/* A declaration with what is counted once. */
typedef struct lm_class {
    const limn_node *node;
    int              n_inputs, n_outputs;
    const lm_origin *origin; /* the plugin that brought it; NULL: built in */
    bool             lazy;   /* some input is LIMN_LAZY */
} lm_class;

lm_registry *lm_registry_new(void);                                                           /* [new] */
void         lm_registry_free(lm_registry *r);

/* Adds one node, or a NULL-terminated list, or a NULL-terminated list of lists (lm_node_families). A
 * declaration that cannot be right is refused with a sentence that names node and input: no name, no run, a
 * name that is taken, an input twice, a default outside its range, a field outside the args, … The tables
 * stay the caller's and must outlive the registry. */
bool lm_registry_add(lm_registry *r, const limn_node *n, limn_error *err);
bool lm_registry_add_list(lm_registry *r, const limn_node *const *list, limn_error *err);
/* The nodes of a plugin. */
bool lm_registry_add_foreign(lm_registry *r, const limn_node *const *list, const lm_origin *o, limn_error *err);
bool lm_registry_add_families(lm_registry *r, const limn_node *const *const *families, limn_error *err);

int             lm_registry_count(const lm_registry *r);
const lm_class *lm_registry_at(const lm_registry *r, int i);                 /* in order of arrival [lends] */
const lm_class *lm_registry_find(const lm_registry *r, const char *name);    /* NULL: unknown       [lends] */
const lm_class *lm_registry_find_bytes(const lm_registry *r, const char *name, size_t size);

/* Up to `most` known names that are spelled nearly like `name`, nearest first; how many. */
int lm_registry_nearest(const lm_registry *r, const char *name, const char **out, int most);

/* Says which nodes there are elsewhere, so that a name that is not known here can be told from a wrong one.
 * `names` is sorted by bytes, NULL-terminated, and stays the caller's. */
void lm_registry_foretell(lm_registry *r, const char *const *names);
bool lm_registry_foretold(const lm_registry *r, const char *name);
/* Up to `most` of these that are spelled nearly like `name`. */
int  lm_registry_nearest_foretold(const lm_registry *r, const char *name, const char **out, int most);

/* The row of an input, or NULL. */
const limn_input *lm_class_input(const lm_class *c, const char *name);
/* The input spelled most like `name`, or NULL when none is near. */
const char *lm_class_nearest_input(const lm_class *c, const char *name);

#endif
