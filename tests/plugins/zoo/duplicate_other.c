/* duplicate_other.c: wants to be the node of another plugin. */
#include "zoo.h"

static const limn_node node = ZOO_NODE(.name = "Zoo_good");
ZOO_PLUGIN(&node);
