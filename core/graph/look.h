/* look.h: the running graph, subgraphs included, as a node sees it through the host (limn_host.look, …). */
#ifndef LM_GRAPH_LOOK_H
#define LM_GRAPH_LOOK_H

#include <limn/limn.h>

/* The class of a node, or NULL.                                                             [lends] */
const char *lm_look_class(limn_call *call, const char *id);
/* Input i of those that it has, counted from 0. False: there is none. */
bool        lm_look_input(limn_call *call, const char *id, int i, limn_wire *out);
/* All its inputs into a node of a new subgraph: constants as they are, links as links to the same nodes. */
bool        lm_look_copy(limn_call *call, limn_graph *g, int node, const char *id);

#endif
