/* bad_folder.c: a folder that leads out of the models. */
#include "zoo.h"

static const limn_node   node = ZOO_NODE();
static const limn_folder folder = { sizeof folder, "../secrets", (const char *const[]){ ".txt", NULL } };
LIMN_PLUGIN(.id = "org.example." ZOO, .name = "Zoo", .version = "1.0",
            .nodes = (const limn_node *const[]){ &node, NULL },
            .folders = (const limn_folder *const[]){ &folder, NULL });
