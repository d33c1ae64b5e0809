/* bind.h: fills a node's args struct from its table.
 *
 * Constants come from args; what a link brings is converted: an INT fits a FLOAT, a BOOLEAN an INT, a whole FLOAT
 * an INT, a STRING a choice or a file. A value that is a list gives one of its items, the last one again when it
 * is shorter than the call's number; a LIMN_TAKES_LISTS node gets whole lists, a list of one where there is none.
 * A REST row gets a value of type INPUTS with a field for each argument after the table's; they are lists where
 * rows are. */
#ifndef LM_GRAPH_BIND_H
#define LM_GRAPH_BIND_H

#include "core/graph/check.h"

typedef struct lm_binding {
    const lm_class          *class_;
    const lm_arg            *args;   /* of its rows, then of the REST row */
    int                      n_rest;
    const char *const       *rest;   /* their names */
    const limn_value *const *values; /* beside args, what links and values hold now; NULL, or an entry that is NULL:
                                        nothing is there yet, and the field holds its default, a LINK NULL */
    limn_value              *made;   /* what was made for the call at hand */
} lm_binding;

/* Fills `out` for call number `item`. INPUT with err->input when a linked value is of another type or outside the
 * input's range. What lies in `out` is lent by args, values, the table and, until lm_bind_done, the binding. */
bool lm_bind(lm_binding *b, int item, void *out, limn_error *err);
void lm_bind_done(lm_binding *b);

/* What call number `item` gets of a value: itself, or an item of a list. NULL for an empty list. [lends] */
const limn_value *lm_bind_item(const limn_value *v, int item);

/* What an input holds when nothing is there. */
lm_arg lm_bind_default(const limn_input *in);

/* A constant of a row as a value of its own. NULL: the optional link is not there.               [new] */
limn_value *lm_bind_box(const limn_input *in, const lm_arg *a);

#endif
