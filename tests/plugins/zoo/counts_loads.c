/* counts_loads.c: adds a byte to the file $LIMN_ZOO_COUNT each time it is opened. */
#include <stdlib.h>

#include "zoo.h"

__attribute__((constructor)) static void awake(void)
{
    const char *path = getenv("LIMN_ZOO_COUNT");
    FILE       *f = path ? fopen(path, "a") : NULL;

    if (f) {
        fputc('x', f);
        fclose(f);
    }
}

static const limn_node node = ZOO_NODE();
ZOO_PLUGIN(&node);
