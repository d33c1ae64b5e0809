/* on_load.c: does something unkind as soon as it is opened (ON_LOAD), or when the program ends (ON_END). */
#include <stdlib.h>
#include <unistd.h>

#include "zoo.h"

#pragma GCC diagnostic ignored "-Warray-bounds" /* what it does is meant */

__attribute__((constructor)) static void awake(void)
{
    ON_LOAD;
}

#ifdef ON_END
__attribute__((destructor)) static void asleep(void)
{
    ON_END;
}
#endif

static const limn_node node = ZOO_NODE();
ZOO_PLUGIN(&node);
