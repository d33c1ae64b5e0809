/* future_abi.c: compiled with a limn.h whose structs are larger. Nothing in it needs the new fields, but for
 * FUTURE_FLAG (a bit nobody knows yet) and FUTURE_KIND (an input of a kind to come). */
#include "zoo.h"

struct new_input {
    limn_input  now;
    const char *later;
    int64_t     much_later[4];
};
struct new_output {
    limn_output now;
    const char *later;
};
struct new_node {
    limn_node   now;
    const char *later;
};
struct new_plugin {
    limn_plugin now;
    const char *later;
};

#define LIMN_ARGS struct zoo
static const struct new_input in[] = {
    { .now = LIMN_INT(x, 1, 0, 100, 1, "A number.", .flags = FUTURE_FLAG), .later = "an idea" },
#if FUTURE_KIND
    { .now = { .name = "y", .type = "INT", .kind = (limn_kind)FUTURE_KIND } },
#endif
    { .now = LIMN_END },
};
#undef LIMN_ARGS
static const struct new_output out[] = { { .now = LIMN_OUT("INT", "INT", "Twice.") }, { .now = LIMN_OUT_END } };
static const struct new_node node = {
    .now = { .size = sizeof(struct new_node), .input_size = sizeof(struct new_input),
             .output_size = sizeof(struct new_output), .name = "Zoo_" ZOO, .category = "zoo", .version = 1,
             .inputs = &in[0].now, .outputs = &out[0].now, .args_size = sizeof(struct zoo), .run = zoo_run },
    .later = "another idea"
};
static const limn_node *const nodes[] = { &node.now, NULL };
static const struct new_plugin plugin = {
    .now = { .size = sizeof plugin, .id = "org.example." ZOO, .name = "Zoo", .version = "9.0", .nodes = nodes }
};

LIMN_EXPORT const limn_plugin *limn_plugin_1(void);
LIMN_EXPORT const limn_plugin *limn_plugin_1(void)
{
    return &plugin.now;
}
