/* good.c: nothing is wrong with it. */
#include "zoo.h"

static const limn_node node = ZOO_NODE();
ZOO_PLUGIN(&node);
