/* duplicate_sampler.c: a sampler with a built-in one's name. */
#include "zoo.h"

static bool walk(limn_call *call, const limn_walk *w, float *x, limn_error *err)
{
    (void)call, (void)w, (void)x, (void)err;
    return true;
}

static const limn_sampler euler = { sizeof euler, "euler", "Not the one you know.", walk };
static const limn_node    node = ZOO_NODE();
LIMN_PLUGIN(.id = "org.example." ZOO, .name = "Zoo", .version = "1.0",
            .nodes = (const limn_node *const[]){ &node, NULL },
            .samplers = (const limn_sampler *const[]){ &euler, NULL });
