/* catalogue.h: the table of nodes as clients read it: the answer to GET /object_info, `limn nodes --json`.
 * Source: the object_info of ComfyUI 0.3.64; only what a table says is in it. */
#ifndef LM_GRAPH_CATALOGUE_H
#define LM_GRAPH_CATALOGUE_H

#include "core/base/folders.h"
#include "core/base/text.h"
#include "core/graph/python.h"
#include "core/graph/registry.h"

/* Appends [type, {options}] of one input. */
void lm_catalogue_input(lm_text *out, const limn_input *in, lm_folders *folders);

/* Appends {"input": …, "output": …, …} of one class. File lists come from `folders` (NULL: empty). */
void lm_catalogue_class(lm_text *out, const lm_class *c, lm_folders *folders);

/* Appends {"KSampler": {…}, …} of all classes. */
void lm_catalogue_all(lm_text *out, const lm_registry *r, lm_folders *folders);

/* Appends a number as Python prints it: the fewest digits that read back the same, with a point. */
static inline void lm_catalogue_number(lm_text *out, double x)
{
    lm_py_repr_float(x, out);
}

#endif
