/* all.h: every family of built-in nodes. */
#ifndef LM_NODES_ALL_H
#define LM_NODES_ALL_H

#include <limn/limn.h>

/* Families, each a NULL-terminated list of nodes; the last family is NULL. */
extern const limn_node *const *const lm_node_families[];

#endif
