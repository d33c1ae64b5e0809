/* conditioning.h: what the conditioning nodes share. */
#ifndef LM_NODES_CONDITIONING_H
#define LM_NODES_CONDITIONING_H

#include "nodes/types.h"

/* An entry with these tokens [1, T, C] and, unless NULL, this pooled [1, C]; `like` (may be NULL) lends its
 * other fields. NULL after a failure.                                                            [new] */
limn_value *lm_cond_new(lm_pass *p, const limn_value *like, const lm_tensor *tokens,
                        const lm_tensor *pooled);

/* The tokens of an entry; NULL and INPUT recorded when it has none.                         [lends] */
const lm_tensor *lm_cond_tokens(lm_pass *p, const limn_value *entry);

/* Records INPUT, blaming `input`. Always false. */
bool lm_cond_blame(lm_pass *p, const char *input, const char *text);

/* conditioning_set.c: nodes that say where, when and how much a prompt counts. */
extern const limn_node lm_set_area, lm_set_area_percentage, lm_set_area_strength, lm_set_mask,
    lm_set_timestep_range;

#endif
