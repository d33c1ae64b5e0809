/* throws.cpp: lets a C++ exception out of its run function. */
#include <stdexcept>

#include <limn/limn.h>

static bool run(limn_call *, const void *, limn_value **, limn_error *)
{
    throw std::runtime_error("catch me");
}

static const limn_output out[] = { LIMN_OUT("INT", "INT", "Never."), LIMN_OUT_END };
static const limn_node   node = LIMN_NODE(.name = "Zoo_throws", .category = "zoo", .version = 1, .outputs = out,
                                          .run = run);
static const limn_node *const all[] = { &node, nullptr };
LIMN_PLUGIN(.id = "org.example.throws", .name = "Zoo", .version = "1.0", .nodes = all);
