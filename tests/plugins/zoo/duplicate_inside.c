/* duplicate_inside.c: has one name for two nodes. */
#include "zoo.h"

static const limn_node one = ZOO_NODE(), two = ZOO_NODE();
ZOO_PLUGIN(&one, &two);
