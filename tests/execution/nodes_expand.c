/* nodes_expand.c: test nodes that give subgraphs: loops, mixtures, cycles. */
#include "nodes.h"

enum { SOCKETS = 5, MOST_NODES = 64 };


/* ------------------------------------------------------------------ loops */

struct while_open {
    bool              condition;
    const limn_value *initial[SOCKETS];
};
#define INITIAL(args_, i, ...)                                                                 \
    { .name = "initial_value" #i, .type = "*", .kind = LIMN_KIND_LINK, .doc = "A value of the loop.", \
      .offset = offsetof(struct args_, initial) + i * sizeof(limn_value *), __VA_ARGS__ }
#define INITIALS(args_, flags_)                                                                \
    INITIAL(args_, 0, .flags = flags_), INITIAL(args_, 1, .flags = flags_), INITIAL(args_, 2, .flags = flags_), \
    INITIAL(args_, 3, .flags = flags_), INITIAL(args_, 4, .flags = flags_)
#define LIMN_ARGS struct while_open
static const limn_input while_open_in[] = {
    LIMN_BOOL(condition, true, "Once more?"), INITIALS(while_open, LIMN_OPTIONAL), LIMN_END
};
#undef LIMN_ARGS
static const limn_output while_open_out[] = {
    LIMN_OUT("flow", "FLOW_CONTROL", "To the end of the loop."), LIMN_OUT("value0", "*", ""), LIMN_OUT("value1", "*", ""),
    LIMN_OUT("value2", "*", ""), LIMN_OUT("value3", "*", ""), LIMN_OUT("value4", "*", ""), LIMN_OUT_END
};

static limn_value *value_or_none(limn_call *call, const limn_value *v)
{
    return v ? DO(call)->keep(v) : DO(call)->value("NONE");
}

static bool while_open_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct while_open *a = args;

    (void)err;
    out[0] = DO(call)->value("FLOW_CONTROL");
    for (int i = 0; i < SOCKETS; i++)
        out[1 + i] = value_or_none(call, a->initial[i]);
    return true;
}

struct while_close {
    const limn_value *flow_control;
    bool              condition;
    const limn_value *initial[SOCKETS];
};
#define LIMN_ARGS struct while_close
static const limn_input while_close_in[] = {
    LIMN_LINK(flow_control, "FLOW_CONTROL", "From the loop's beginning.", .flags = LIMN_RAW_LINK),
    LIMN_BOOL(condition, true, "Once more?", .flags = LIMN_SOCKET),
    INITIALS(while_close, LIMN_OPTIONAL), LIMN_END
};
#undef LIMN_ARGS
static const limn_output while_close_out[] = {
    LIMN_OUT("value0", "*", ""), LIMN_OUT("value1", "*", ""), LIMN_OUT("value2", "*", ""), LIMN_OUT("value3", "*", ""),
    LIMN_OUT("value4", "*", ""), LIMN_OUT_END
};

/* What lies above a node: ids, and which follows which. */
struct region {
    char *ids[MOST_NODES];
    bool  inside[MOST_NODES]; /* the loop */
    int   node[MOST_NODES];   /* in the new graph */
    int   from[4 * MOST_NODES], to[4 * MOST_NODES], n, n_links;
};

static int place_of(struct region *r, const char *id)
{
    int i = 0;

    while (i < r->n && strcmp(r->ids[i], id))
        i++;
    if (i == r->n && i < MOST_NODES)
        r->ids[r->n++] = strdup(id);
    return i;
}

static void explore(limn_call *call, struct region *r)
{
    limn_wire w;

    place_of(r, DO(call)->node_id(call));
    for (int i = 0; i < r->n; i++)
        for (int k = 0; DO(call)->look_input(call, r->ids[i], k, &w); k++)
            if (w.node && r->n_links < 4 * MOST_NODES) {
                r->from[r->n_links] = place_of(r, w.node);
                r->to[r->n_links++] = i;
            }
}

/* What follows the loop's beginning. */
static void mark_inside(struct region *r, const char *open)
{
    bool more = true;

    r->inside[0] = r->inside[place_of(r, open)] = true;
    while (more) {
        more = false;
        for (int i = 0; i < r->n_links; i++)
            if (r->inside[r->from[i]] && !r->inside[r->to[i]])
                more = r->inside[r->to[i]] = true;
    }
}

static void copy_node(limn_call *call, limn_graph *g, struct region *r, int i)
{
    limn_wire w;

    DO(call)->copy_inputs(call, g, r->node[i], r->ids[i]);
    for (int k = 0; DO(call)->look_input(call, r->ids[i], k, &w); k++)
        if (w.node && r->inside[place_of(r, w.node)])
            DO(call)->put_wire(g, r->node[i], w.input, r->node[place_of(r, w.node)], w.slot);
}

/* The loop's nodes once more, its beginning with the values of now. The new end, by number. */
static int copy_loop(limn_call *call, limn_graph *g, const struct while_close *a, struct region *r)
{
    const char *open = DO(call)->get_text(a->flow_control, "node");
    char        name[20];

    for (int i = 0; i < r->n; i++)
        if (r->inside[i]) {
            r->node[i] = DO(call)->add(g, DO(call)->look(call, r->ids[i]), i ? r->ids[i] : "Recurse");
            DO(call)->stand_for(g, r->node[i], r->ids[i]);
        }
    for (int i = 0; i < r->n; i++)
        if (r->inside[i])
            copy_node(call, g, r, i);
    for (int i = 0; i < SOCKETS; i++) {
        snprintf(name, sizeof name, "initial_value%d", i);
        if (a->initial[i])
            DO(call)->put_value(g, r->node[place_of(r, open)], name, a->initial[i]);
    }
    return r->node[0];
}

static bool while_close_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct while_close *a = args;
    struct region             r = { .n = 0 };
    limn_graph               *g;
    int                       last;

    (void)err;
    for (int i = 0; !a->condition && i < SOCKETS; i++)
        out[i] = value_or_none(call, a->initial[i]);
    if (!a->condition)
        return true;
    explore(call, &r);
    mark_inside(&r, DO(call)->get_text(a->flow_control, "node"));
    g = DO(call)->graph(call);
    last = copy_loop(call, g, a, &r);
    for (int i = 0; i < SOCKETS; i++)
        out[i] = DO(call)->wire(g, last, i);
    for (int i = 0; i < r.n; i++)
        free(r.ids[i]);
    return true;
}

struct for_open {
    int64_t           remaining;
    const limn_value *initial[SOCKETS];
};
#define LIMN_ARGS struct for_open
static const limn_input for_open_in[] = {
    LIMN_INT(remaining, 1, 0, 100000, 1, "How often."), INITIALS(for_open, LIMN_OPTIONAL), LIMN_END
};
#undef LIMN_ARGS
static const limn_output for_open_out[] = {
    LIMN_OUT("flow", "FLOW_CONTROL", ""), LIMN_OUT("remaining", "INT", ""), LIMN_OUT("value1", "*", ""),
    LIMN_OUT("value2", "*", ""), LIMN_OUT("value3", "*", ""), LIMN_OUT("value4", "*", ""), LIMN_OUT_END
};
static bool for_open_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct for_open *a = args;
    const int64_t          left = a->initial[0] ? DO(call)->get_int(a->initial[0], "value", 0) : a->remaining;

    (void)err;
    out[0] = DO(call)->value("FLOW_CONTROL");
    out[1] = new_int(call, "INT", left);
    for (int i = 1; i < SOCKETS; i++)
        out[1 + i] = value_or_none(call, a->initial[i]);
    return true;
}

struct for_close {
    const limn_value *flow_control, *initial[SOCKETS];
};
#define LIMN_ARGS struct for_close
static const limn_input for_close_in[] = {
    LIMN_LINK(flow_control, "FLOW_CONTROL", "From the loop's beginning.", .flags = LIMN_RAW_LINK),
    INITIALS(for_close, LIMN_OPTIONAL | LIMN_RAW_LINK), LIMN_END
};
#undef LIMN_ARGS
static const limn_output for_close_out[] = {
    LIMN_OUT("value1", "*", ""), LIMN_OUT("value2", "*", ""), LIMN_OUT("value3", "*", ""), LIMN_OUT("value4", "*", ""),
    LIMN_OUT_END
};

static void put_raw(limn_call *call, limn_graph *g, int node, const char *input, const limn_value *wire)
{
    DO(call)->put_outer(g, node, input, DO(call)->get_text(wire, "node"), (int)DO(call)->get_int(wire, "slot", 0));
}

static bool for_close_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct for_close *a = args;
    limn_graph             *g = DO(call)->graph(call);
    const int               less = DO(call)->add(g, "TestIntMath", NULL), more = DO(call)->add(g, "TestToBool", NULL);
    const int               close = DO(call)->add(g, "TestWhileLoopClose", NULL);
    char                    name[20];

    (void)err;
    DO(call)->put_outer(g, less, "a", DO(call)->get_text(a->flow_control, "node"), 1);
    DO(call)->put_int(g, less, "b", 1);
    DO(call)->put_text(g, less, "operation", "subtract");
    DO(call)->put_wire(g, more, "value", less, 0);
    put_raw(call, g, close, "flow_control", a->flow_control);
    DO(call)->put_wire(g, close, "condition", more, 0);
    DO(call)->put_wire(g, close, "initial_value0", less, 0);
    for (int i = 1; i < SOCKETS; i++) {
        snprintf(name, sizeof name, "initial_value%d", i);
        if (a->initial[i])
            put_raw(call, g, close, name, a->initial[i]);
        out[i - 1] = DO(call)->wire(g, close, i);
    }
    return true;
}
static const limn_node
    while_open_node = NODE("TestWhileLoopOpen", while_open, .outputs = while_open_out, .run = while_open_run),
    while_close_node = NODE("TestWhileLoopClose", while_close, .outputs = while_close_out, .run = while_close_run,
                            .flags = LIMN_WANTS_GRAPH | LIMN_WANTS_ID),
    for_open_node = NODE("TestForLoopOpen", for_open, .outputs = for_open_out, .run = for_open_run),
    for_close_node = NODE("TestForLoopClose", for_close, .outputs = for_close_out, .run = for_close_run);

/* ------------------------------------------------------------------ single subgraphs */

static int add_image(limn_call *call, limn_graph *g, const char *content)
{
    const int n = DO(call)->add(g, "TestImage", NULL);

    DO(call)->put_text(g, n, "content", content);
    return n;
}

static int add_mask(limn_call *call, limn_graph *g, double value)
{
    const int n = DO(call)->add(g, "TestMask", NULL);

    DO(call)->put_number(g, n, "value", value);
    return n;
}

struct two {
    const limn_value *input1, *input2;
};
#define LIMN_ARGS struct two
static const limn_input two_in[] = {
    LIMN_LINK(input1, "IMAGE", "A picture."), LIMN_LINK(input2, "IMAGE", "Another."), LIMN_END
};
#undef LIMN_ARGS
static bool cycle_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct two *a = args;
    limn_graph       *g = DO(call)->graph(call);
    const int         mask = add_mask(call, g, 0.5);
    const int         one = DO(call)->add(g, "TestMix", "one"), two = DO(call)->add(g, "TestMix", "two");

    (void)err;
    DO(call)->put_value(g, one, "image1", a->input1);
    DO(call)->put_wire(g, one, "mask", mask, 0);
    DO(call)->put_wire(g, two, "image1", one, 0);
    DO(call)->put_value(g, two, "image2", a->input2);
    DO(call)->put_wire(g, two, "mask", mask, 0);
    DO(call)->put_wire(g, one, "image2", two, 0);
    out[0] = DO(call)->wire(g, two, 0);
    return true;
}

struct mixed {
    double input1;
};
#define LIMN_ARGS struct mixed
static const limn_input mixed_in[] = { LIMN_FLOAT(input1, 0, 0, 0, 0.1, "Which way."), LIMN_END };
#undef LIMN_ARGS
static const limn_output mixed_out[] = {
    LIMN_OUT("IMAGE", "IMAGE", "Made here, or in a subgraph."), LIMN_OUT("white", "IMAGE", "Made here."), LIMN_OUT_END
};
static bool mixed_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const double     x = ((const struct mixed *)args)->input1;
    const limn_shape s = { 4, { 1, 4, 4, 3 } };
    limn_graph      *g;
    int              mix, black, white, mask;

    if (!paint(call, &out[1], s, 1, err))
        return false;
    if (x <= 0.2)
        return paint(call, &out[0], s, x <= 0.1 ? 0.1f : 0.2f, err);
    g = DO(call)->graph(call);
    mask = add_mask(call, g, 0.3);
    black = add_image(call, g, "BLACK");
    white = add_image(call, g, "WHITE");
    mix = DO(call)->add(g, "TestMix", NULL);
    DO(call)->put_wire(g, mix, "image1", black, 0);
    DO(call)->put_wire(g, mix, "image2", white, 0);
    DO(call)->put_wire(g, mix, "mask", mask, 0);
    out[0] = DO(call)->wire(g, mix, 0);
    return true;
}

/* Many nodes of one kind between two pictures and their average. */
struct many {
    const limn_value *image1, *image2;
    int64_t           nodes;
    const char       *kind;
};
#define LIMN_ARGS struct many
static const limn_input many_in[] = {
    LIMN_LINK(image1, "IMAGE",       "A picture."),
    LIMN_LINK(image2, "IMAGE",       "Another."),
    LIMN_INT (nodes,  3, 1, 10, 1,   "How many."),
    LIMN_TEXT(kind,   "TestSleep",   "Of which class.", .flags = LIMN_OPTIONAL),
    LIMN_END
};
#undef LIMN_ARGS
static bool many_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct many *a = args;
    limn_graph        *g = DO(call)->graph(call);
    const int          average = DO(call)->add(g, "TestAverage", NULL);
    char               name[20];

    (void)err;
    for (int i = 0; i < a->nodes; i++) {
        const int n = DO(call)->add(g, a->kind, NULL);

        DO(call)->put_value(g, n, "value", i % 2 ? a->image2 : a->image1);
        DO(call)->put_int(g, n, "group", i); /* equal nodes would run once */
        DO(call)->put_int(g, n, "others", a->nodes);
        snprintf(name, sizeof name, "input%d", i + 1);
        DO(call)->put_wire(g, average, name, n, 0);
    }
    out[0] = DO(call)->wire(g, average, 0);
    return true;
}

/* A pipeline of nodes around a value that is not plain. */
static bool pipeline_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct two *a = args;
    limn_graph       *g = DO(call)->graph(call);
    const int         scaled = DO(call)->add(g, "TestIsChangedConstants", "half");
    const int         mix = DO(call)->add(g, "TestMix", NULL), show = DO(call)->add(g, "TestShow", NULL);

    (void)err;
    DO(call)->put_value(g, scaled, "image", a->input1);
    DO(call)->put_number(g, scaled, "value", 0.5);
    DO(call)->put_wire(g, mix, "image1", scaled, 0);
    DO(call)->put_value(g, mix, "image2", a->input2);
    DO(call)->put_wire(g, mix, "mask", add_mask(call, g, 0.5), 0);
    DO(call)->put_wire(g, show, "value", mix, 0);
    out[0] = DO(call)->wire(g, mix, 0);
    return true;
}

/* A subgraph with something wrong in it. */
struct wrong {
    int32_t how;
};
static const char *const wrongs[] = { "class", "missing", "slot", "outer", "value", "wire", "inside", NULL };
#define LIMN_ARGS struct wrong
static const limn_input wrong_in[] = { LIMN_CHOICE(how, wrongs, "What is wrong."), LIMN_END };
#undef LIMN_ARGS
static bool wrong_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const int32_t how = ((const struct wrong *)args)->how;
    limn_graph   *g = DO(call)->graph(call);
    const int     image = add_image(call, g, "BLACK"), mix = DO(call)->add(g, how == 0 ? "TestNowhere" : "TestMix", NULL);

    (void)err;
    if (how != 1)
        DO(call)->put_wire(g, mix, "image1", image, how == 2 ? 1 : 0);
    DO(call)->put_wire(g, mix, "image2", image, 0);
    DO(call)->put_wire(g, mix, "mask", add_mask(call, g, how == 4 ? 7 : 0.5), 0);
    if (how == 3)
        DO(call)->put_outer(g, mix, "image1", "nobody", 0);
    if (how == 6)
        DO(call)->put_int(g, image, "width", 8);
    out[0] = DO(call)->wire(g, mix, how == 5 ? 3 : 0);
    return true;
}
static const limn_node
    cycle_node = NODE("TestDynamicDependencyCycle", two, .outputs = image_out, .run = cycle_run),
    mixed_node = NODE("TestMixedExpansionReturns", mixed, .outputs = mixed_out, .run = mixed_run),
    many_node = NODE("TestDynamicMany", many, .outputs = image_out, .run = many_run),
    many_output_node = NODE("TestParallelSleep", many, .outputs = image_out, .run = many_run, .flags = LIMN_OUTPUT_NODE),
    pipeline_node = NODE("TestPipeline", two, .outputs = image_out, .run = pipeline_run),
    wrong_node = NODE("TestWrongExpansion", wrong, .outputs = image_out, .run = wrong_run);

extern const limn_node *const test_nodes_expand[];
const limn_node *const test_nodes_expand[] = {
    &while_open_node, &while_close_node, &for_open_node, &for_close_node, &cycle_node, &mixed_node, &many_node,
    &many_output_node, &pipeline_node, &wrong_node, NULL,
};
