/* null_run.c: a node that cannot run. */
#include "zoo.h"

static const limn_node node = { .size = sizeof(limn_node), .input_size = sizeof(limn_input),
                                .output_size = sizeof(limn_output), .name = "Zoo_" ZOO, .category = "zoo",
                                .inputs = zoo_in, .outputs = zoo_out, .args_size = sizeof(struct zoo) };
ZOO_PLUGIN(&node);
