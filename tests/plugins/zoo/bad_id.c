/* bad_id.c: an id with a blank in it. */
#include "zoo.h"

static const limn_node node = ZOO_NODE();
LIMN_PLUGIN(.id = "my plugin", .name = "Zoo", .version = "1.0",
            .nodes = (const limn_node *const[]){ &node, NULL });
