/* bad_name.c: names that would colour a terminal. */
#include "zoo.h"

static const limn_node node = ZOO_NODE(.name = "Zoo\033[31m");
ZOO_PLUGIN(&node);
