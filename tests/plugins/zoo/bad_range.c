/* bad_range.c: a default outside of its range. */
#include "zoo.h"

#define LIMN_ARGS struct zoo
static const limn_input in[] = { LIMN_INT(x, 500, 0, 100, 1, "A number."), LIMN_END };
#undef LIMN_ARGS
static const limn_node node = ZOO_NODE(.inputs = in);
ZOO_PLUGIN(&node);
