/* workflow.h: a workflow file as nodes that name a class and its inputs; nothing is checked against the
 * table of nodes yet (check.h does that). What the text may look like: docs/workflow-format.md.
 *
 * The way of a workflow from file to picture:
 *
 *     lm_workflow *w = lm_workflow_read(text, size, &err);      // JSON and its form
 *     lm_workflow_set(w, registry, "3.steps=30", &err);         // --set, --seed
 *     lm_check *c = lm_check_new(w, registry, &env);            // every fault at once, check.h
 *     lm_plan  *p = lm_plan_new(c, &env, &err);                 // order and content keys, plan.h
 *     lm_exec_run(p, cache, &env, &err);                        // events, values, cache, executor.h
 *
 * Each lends what the next one holds: free them in reverse. */
#ifndef LM_GRAPH_WORKFLOW_H
#define LM_GRAPH_WORKFLOW_H

#include "core/graph/canvas.h"
#include "core/graph/json.h"
#include "core/graph/registry.h"

typedef struct lm_workflow lm_workflow;

typedef struct lm_workflow_node {
    const char *id;         /* any text; unique */
    const char *class_name; /* NULL when the file has none */
    const char *title;      /* _meta.title, or NULL */
    const char *pack;       /* who knows the class, as a canvas's file says (_meta.cnr_id, aux_id); NULL */
    size_t      id_size;
    lm_json_ref self, inputs; /* in lm_workflow_json; inputs is 0 when the file has none */
} lm_workflow_node;

/* Reads API-format JSON, bare or wrapped as {"prompt": …}. FILE with a sentence for text that is not JSON or
 * not a workflow; a workflow in the canvas's own format is recognised and says so.              [new] */
lm_workflow *lm_workflow_read(const char *text, size_t size, limn_error *err);

/* The same, and a workflow in the canvas's own format is converted as canvas.h says.             [new] */
lm_workflow *lm_workflow_open(const char *text, size_t size, const lm_canvas_env *env, limn_error *err);
void         lm_workflow_free(lm_workflow *w);

/* The object that holds the nodes, in either format: the whole text, or what stands under "prompt". */
lm_json_ref lm_workflow_root(const lm_json *d);

int                     lm_workflow_count(const lm_workflow *w);
const lm_workflow_node *lm_workflow_at(const lm_workflow *w, int i);                       /* [lends] */
int                     lm_workflow_find(const lm_workflow *w, const char *id, size_t size); /* -1 */
lm_json                *lm_workflow_json(lm_workflow *w);                                  /* [lends] */
/* A line for each thing that could not be followed when it was converted; "" for none.        [lends] */
const char             *lm_workflow_notes(const lm_workflow *w);

/* "NODE.INPUT=VALUE": NODE is an id, or a class name or title that one node alone has. VALUE is JSON where
 * the input takes numbers, booleans or links, and a bare text where it takes texts and names. INPUT with a
 * sentence when the node or input is not there. */
bool lm_workflow_set(lm_workflow *w, const lm_registry *r, const char *assignment, limn_error *err);

/* Gives every seed that is not linked this value. How many there were; -1 and *err on failure. */
int lm_workflow_set_seed(lm_workflow *w, const lm_registry *r, uint64_t seed, limn_error *err);

/* For a picture's metadata: the prompt in API format, as Python would print it in ASCII, and the canvas's
 * workflow that it was converted from or that travelled with it (extra_data.extra_pnginfo.workflow), NULL when
 * there is none.                                                                                  [new] */
char *lm_workflow_prompt_text(lm_workflow *w);
char *lm_workflow_canvas_text(lm_workflow *w);

#endif
