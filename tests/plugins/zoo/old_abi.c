/* old_abi.c: compiled with a limn.h whose structs were smaller, as the first ones of generation 1 were. It is well. */
#include "zoo.h"

struct old_input {
    const char        *name, *type;
    limn_kind          kind;
    size_t             offset;
    int64_t            i_default, i_min, i_max, i_step;
    double             f_default, f_min, f_max, f_step;
    const char        *t_default;
    const char *const *choices;
    const char        *folder;
};
struct old_output {
    const char *name, *type, *doc;
};
struct old_node {
    size_t                   size, input_size, output_size;
    const char              *name, *title, *category, *doc, *module;
    int                      version;
    uint32_t                 flags;
    const struct old_input  *inputs;
    const struct old_output *outputs;
    size_t                   args_size;
    bool (*run)(limn_call *, const void *, limn_value **, limn_error *);
};
struct old_plugin {
    size_t                        size;
    const char                   *id, *name, *version, *doc;
    const struct old_node *const *nodes;
};

static const struct old_input in[] = {
    { "x", "INT", LIMN_KIND_INT, offsetof(struct zoo, x), 1, 0, 100, 1 },
    { NULL, NULL, LIMN_KIND_END },
};
static const struct old_output out[] = { { "INT", "INT", "Twice as much." }, { NULL } };
static const struct old_node node = {
    sizeof(struct old_node), sizeof(struct old_input), sizeof(struct old_output),
    "Zoo_" ZOO, "Zoo", "zoo", "An animal of old.", NULL, 1, 0, in, out, sizeof(struct zoo), zoo_run
};
static const struct old_node *const nodes[] = { &node, NULL };
static const struct old_plugin plugin = { sizeof plugin, "org.example." ZOO, "Zoo", "0.9", NULL, nodes };

LIMN_EXPORT const limn_plugin *limn_plugin_1(void);
LIMN_EXPORT const limn_plugin *limn_plugin_1(void)
{
    return (const limn_plugin *)&plugin;
}
