/* sizes.c: says PLUGIN_SIZE, NODE_SIZE and INPUT_SIZE of its structs, which is not so. */
#include "zoo.h"

struct two {
    int64_t x, y;
};
#define LIMN_ARGS struct two
static const limn_input two_in[] = {
    LIMN_INT(x, 1, 0, 100, 1, "A number."), LIMN_INT(y, 1, 0, 100, 1, "Another."), LIMN_END
};
#undef LIMN_ARGS
static const limn_node node = ZOO_NODE(.size = NODE_SIZE, .input_size = INPUT_SIZE, .inputs = two_in,
                                       .args_size = sizeof(struct two));
static const limn_node *const nodes[] = { &node, NULL };
static const limn_plugin plugin = { .size = PLUGIN_SIZE, .id = "org.example." ZOO, .name = "Zoo",
                                    .version = "1.0", .nodes = nodes };

LIMN_EXPORT const limn_plugin *limn_plugin_1(void);
LIMN_EXPORT const limn_plugin *limn_plugin_1(void)
{
    return &plugin;
}
