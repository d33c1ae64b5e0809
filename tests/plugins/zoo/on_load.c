/* on_load.c: does something unkind (ON_LOAD) as soon as it is opened. */
#include <stdlib.h>
#include <unistd.h>

#include "zoo.h"

#pragma GCC diagnostic ignored "-Warray-bounds" /* what it does is meant */

__attribute__((constructor)) static void awake(void)
{
    ON_LOAD;
}

static const limn_node node = ZOO_NODE();
ZOO_PLUGIN(&node);
