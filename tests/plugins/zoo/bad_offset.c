/* bad_offset.c: a field outside of the args. */
#include "zoo.h"

static const limn_input in[] = {
    { .name = "x", .type = "INT", .kind = LIMN_KIND_INT, .offset = 4096, .i_max = 1 }, LIMN_END
};
static const limn_node node = ZOO_NODE(.inputs = in);
ZOO_PLUGIN(&node);
