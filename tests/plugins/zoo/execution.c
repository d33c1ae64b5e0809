/* execution.c: the nodes of tests/execution in one plugin. */
#include <limn/limn.h>

extern const limn_node *const test_nodes_pictures[], *const test_nodes_flow[], *const test_nodes_expand[];

LIMN_EXPORT const limn_plugin *limn_plugin_1(void);
LIMN_EXPORT const limn_plugin *limn_plugin_1(void)
{
    static const limn_node *nodes[512];
    static const limn_plugin plugin = { .size = sizeof plugin, .id = "org.example.execution", .name = "Execution",
                                        .version = "1.0", .nodes = nodes };
    const limn_node *const *const lists[] = { test_nodes_pictures, test_nodes_flow, test_nodes_expand };
    int                           n = 0;

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (const limn_node *const *list = lists[i]; *list && n < 511; list++)
            nodes[n++] = *list;
    return &plugin;
}
