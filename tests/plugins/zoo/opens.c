/* opens.c: cannot be opened (and says so), or crashes when it is (OPEN_CRASHES). */
#include "zoo.h"

static volatile int *nowhere;

static bool open_it(const limn_host *host, limn_error *err)
{
    if (OPEN_CRASHES)
        *nowhere = 1;
    return limn_fail(err, FILE, "its licence is not there (limn %s)", host->version);
}

static const limn_node node = ZOO_NODE();
LIMN_PLUGIN(.id = "org.example." ZOO, .name = "Zoo", .version = "1.0",
            .nodes = (const limn_node *const[]){ &node, NULL }, .open = open_it);
