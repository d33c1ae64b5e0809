/* uses.h: what a workflow uses: its classes, the values of its widgets by name, and among them those that name files.
 * In what a canvas saved the widgets of promoted inputs count as well, and of subgraphs each definition once. */
#ifndef LM_BUNDLE_USES_H
#define LM_BUNDLE_USES_H

#include "core/graph/canvas.h"

typedef struct lm_uses {
    void *self;
    /* A node of this class; `c` is NULL when nobody here knows it. May be NULL, as the other. */
    void (*class_)(void *self, const char *name, size_t size, const lm_class *c);
    /* The value of an input; `row` is NULL where the class is not known. The value is one of the document that was
     * given, and may be changed by lm_json_replace_string. */
    void (*value)(void *self, const char *node, size_t node_size, const char *input, size_t input_size,
                  const limn_input *row, lm_json_ref v);
} lm_uses;

/* FILE for what is no workflow; MEMORY. */
bool lm_uses_walk(lm_json *d, const lm_canvas_env *env, const lm_uses *u, limn_error *err);

#endif
