/* zoo.h: a node and a plugin that are well. Each animal includes it and is unwell in one way. ZOO is its name. */
#ifndef LIMN_TESTS_ZOO_H
#define LIMN_TESTS_ZOO_H

#include <limn/limn.h>

struct zoo {
    int64_t x;
};
#define LIMN_ARGS struct zoo
static const limn_input zoo_in[] = { LIMN_INT(x, 1, 0, 100, 1, "A number."), LIMN_END };
#undef LIMN_ARGS
static const limn_output zoo_out[] = { LIMN_OUT("INT", "INT", "Twice as much."), LIMN_OUT_END };

static inline bool zoo_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct zoo *a = (const struct zoo *)args;

    (void)err;
    out[0] = call->host->value("INT");
    call->host->set_int(out[0], "value", 2 * a->x);
    return true;
}

/* What comes after the name replaces what is said here. */
#define ZOO_NODE(...)                                                                          \
    LIMN_NODE(.name = "Zoo_" ZOO, .title = "Zoo", .category = "zoo", .doc = "An animal.",      \
              .version = 1, .inputs = zoo_in, .outputs = zoo_out, .args_size = sizeof(struct zoo), \
              .run = zoo_run, __VA_ARGS__)

#define ZOO_PLUGIN(...)                                                                        \
    LIMN_PLUGIN(.id = "org.example." ZOO, .name = "Zoo", .version = "1.0",                     \
                .nodes = (const limn_node *const[]){ __VA_ARGS__, NULL })

#endif
