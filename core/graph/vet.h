/* vet.h: is a node's declaration one that can be right? */
#ifndef LM_GRAPH_VET_H
#define LM_GRAPH_VET_H

#include <limn/limn.h>

/* INPUT with a sentence that names node and input. */
bool lm_vet_node(const limn_node *n, limn_error *err);

#endif
