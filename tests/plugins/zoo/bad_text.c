/* bad_text.c: a text that is not UTF-8. */
#include "zoo.h"

static const limn_node node = ZOO_NODE(.doc = "caf\xe9");
ZOO_PLUGIN(&node);
