/* bind.h: fills a node's args struct from its table. */
#ifndef LM_GRAPH_BIND_H
#define LM_GRAPH_BIND_H

#include "core/graph/check.h"

/* Constants come from args; a link is converted from the value that `values` holds for its input: an INT fits
 * a FLOAT, a BOOLEAN an INT, a whole FLOAT an INT, a STRING a choice or a file. INPUT with err->input when a
 * linked value is of another type or outside the input's range. Without `values` (NULL) linked fields hold
 * their defaults, and links NULL. Texts and values in `out` are lent by args, values and the table. */
bool lm_bind(const lm_class *c, const lm_arg *args, const limn_value *const *values, void *out,
             limn_error *err);

#endif
