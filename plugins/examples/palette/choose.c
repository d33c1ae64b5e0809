/* choose.c: a switch that runs one branch: the other one is never computed. */
#include "palette.h"

struct choose {
    bool              which;
    const limn_value *on_true, *on_false;
};
#define LIMN_ARGS struct choose
static const limn_input choose_in[] = {
    LIMN_BOOL(which,    true, "Which one goes on."),
    LIMN_LINK(on_true,  "*",  "Goes on when it is true.",  .flags = LIMN_LAZY | LIMN_OPTIONAL),
    LIMN_LINK(on_false, "*",  "Goes on when it is false.", .flags = LIMN_LAZY | LIMN_OPTIONAL),
    LIMN_END
};
#undef LIMN_ARGS
enum { ON_TRUE = 1, ON_FALSE = 2 }; /* rows of the table */
static const limn_output choose_out[] = { LIMN_OUT("chosen", "*", "One of the two."), LIMN_OUT_END };

/* Asked before the branches run, and again when what it named has come. */
static bool choose_need(limn_call *call, const void *args, bool *need, limn_error *err)
{
    const struct choose *a = args;

    (void)call, (void)err;
    need[a->which ? ON_TRUE : ON_FALSE] = true;
    return true;
}

static bool choose_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct choose *a = args;
    const limn_value    *chosen = a->which ? a->on_true : a->on_false;

    if (!chosen)
        return limn_fail(err, INPUT, "nothing is linked to %s", a->which ? "on_true" : "on_false");
    out[0] = call->host->keep(chosen);
    return true;
}

const limn_node choose = LIMN_NODE(
    .name = "Choose", .title = "Choose a branch", .category = "flow", .version = 1,
    .doc = "Lets one of two branches run.", .inputs = choose_in, .outputs = choose_out,
    .args_size = sizeof(struct choose), .run = choose_run, .need = choose_need, .example = "choose.json");
