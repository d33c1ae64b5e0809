/* duplicate_builtin.c: wants to be a built-in node. */
#include "zoo.h"

static const limn_node node = ZOO_NODE(.name = "KSampler");
ZOO_PLUGIN(&node);
