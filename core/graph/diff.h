/* diff.h: what changed between two workflows, told as it is found.
 *
 *     lm_diff(a, b, false, &env, tell, self, &which, &err);
 *
 * Two files of a canvas are compared as they are: what a person sees there and what is run. Where one of them is in API
 * format, or on request, both are converted first, and what is run is compared. Nodes are the same by their ids.
 *
 * Not looked at: how things are spelled and in which order they stand, the numbers that a canvas gives out (last ids,
 * ids of links, order, revision), where a canvas was looking, and the version of the front end that wrote it. */
#ifndef LM_GRAPH_DIFF_H
#define LM_GRAPH_DIFF_H

#include "core/graph/canvas.h"

#define LM_DIFF_KINDS(X)                                                                                        \
    X(ADDED, "added")       /* a node that the second has alone */                                              \
    X(REMOVED, "removed")   /* … the first has alone */                                                         \
    X(RETYPED, "retyped")   /* of another class: was, now are the two */                                        \
    X(TITLE, "title")                                                                                           \
    X(VALUE, "value")       /* of an input, `field`; absent on one side: nothing was set there */               \
    X(LINK, "link")         /* an input, `field`, comes from elsewhere; absent: no link */                      \
    X(MODE, "mode")         /* 0 runs, 2 muted, 4 bypassed */                                                   \
    X(MOVED, "moved")       /* [x, y] */                                                                        \
    X(RESIZED, "resized")   /* [width, height] */                                                               \
    X(LOOK, "look")         /* another member of a node: colour, properties, …: `field` */                      \
    X(GROUP, "group")       /* a frame around nodes came, went or changed: `field` is its title */              \
    X(SUBGRAPH, "subgraph") /* a definition came, went, or a member of it changed: `field` */                   \
    X(FILE, "file")         /* another member of the file: `field` */
#define LM_DIFF_KIND(name, word) LM_DIFF_##name,
typedef enum lm_diff_kind { LM_DIFF_KINDS(LM_DIFF_KIND) LM_N_DIFFS } lm_diff_kind;

extern const char *const lm_diff_words[LM_N_DIFFS];

/* Texts are lent for the call, and may hold anything: they come from the files. */
typedef struct lm_difference {
    lm_diff_kind kind;
    const char  *graph;              /* the subgraph's name, NULL: the workflow's own graph */
    const char  *graph_id;           /* its id, NULL likewise */
    const char  *node, *class_name;  /* id and class (of the second file, where it is there); NULL: of no node */
    const char  *title;              /* its title in the file, or NULL */
    const char  *field;              /* or NULL */
    const char  *was, *now;          /* JSON; NULL: absent. LINK: ["id", output] */
    const char  *was_class, *now_class; /* LINK: the classes at its other end, or NULL */
} lm_difference;

typedef void lm_diff_tell(void *self, const lm_difference *d);

/* `as_run`: in API format whatever the files are. FILE for what is no workflow, *blamed being 0 for a and 1 for b;
 * MEMORY. `env` as for converting; give it a time and a chance, so that they are the same for both. */
bool lm_diff(lm_json *a, lm_json *b, bool as_run, const lm_canvas_env *env, lm_diff_tell *tell, void *self,
             int *blamed, limn_error *err);

/* Appends {"kind", "graph"?, "node"?, "class"?, "title"?, "field"?, "was"?, "now"?}: `graph` is its id, `was` and `now`
 * are values.                                                                                              [any] */
void lm_diff_add_json(lm_text *out, const lm_difference *d);

/* Do two values mean the same: numbers by value (a seed exactly), objects whatever their order? */
bool lm_diff_same(const lm_json *a, lm_json_ref v, const lm_json *b, lm_json_ref w);

#endif
