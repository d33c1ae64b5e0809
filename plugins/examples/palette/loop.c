/* loop.c: a loop. LoopOpen gives a value; whatever is built on it leads to LoopClose; and LoopClose puts all that
 * lies between them into the graph once more, with the value that came out as the one that goes in, until it was
 * done often enough. The graph itself never has a circle: it grows. */
#include "palette.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ LoopOpen */

struct open {
    int64_t           times, index;
    const limn_value *start;
};
#define LIMN_ARGS struct open
static const limn_input open_in[] = {
    LIMN_INT (times, 3, 1, 10000, 1,  "How often it is done."),
    LIMN_LINK(start, "*",             "The value to begin with."),
    LIMN_INT (index, 0, 0, 10000, 1,  "Counts: the loop's own affair.", .flags = LIMN_OPTIONAL | LIMN_ADVANCED),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output open_out[] = {
    LIMN_OUT("loop",  "LOOP", "To LoopClose."), LIMN_OUT("index", "INT", "0, 1, 2, …"),
    LIMN_OUT("value", "*",    "What this round begins with."), LIMN_OUT_END
};

static bool open_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct open *a = args;
    const limn_host   *h = call->host;

    (void)err;
    out[0] = h->value("LOOP");
    h->set_text(out[0], "open", h->node_id(call));
    h->set_int(out[0], "times", a->times);
    h->set_int(out[0], "index", a->index);
    out[1] = h->value("INT");
    h->set_int(out[1], "value", a->index);
    out[2] = h->keep(a->start);
    return true;
}

const limn_node loop_open = LIMN_NODE(
    .name = "LoopOpen", .title = "Loop: begin", .category = "flow", .version = 1, .flags = LIMN_WANTS_ID,
    .doc = "Where a loop begins.", .inputs = open_in, .outputs = open_out, .args_size = sizeof(struct open),
    .run = open_run, .example = "loop.json");

/* ------------------------------------------------------------------ what lies between */

struct member {
    char *id;
    bool  inside; /* it follows from LoopOpen */
    int   copy;   /* its number in the new subgraph */
};
struct body {
    limn_call     *call;
    struct member *members; /* LoopClose first, then all that is above it */
    int            count, room;
};

static int find(const struct body *b, const char *id)
{
    for (int i = 0; i < b->count; i++)
        if (!strcmp(b->members[i].id, id))
            return i;
    return -1;
}

static char *copy_text(const char *text)
{
    const size_t size = strlen(text) + 1;
    char        *mine = malloc(size);

    return mine ? memcpy(mine, text, size) : NULL;
}

static bool add_member(struct body *b, const char *id)
{
    if (b->count == b->room) {
        const int      room = b->room ? 2 * b->room : 16;
        struct member *more = realloc(b->members, (size_t)room * sizeof *more);

        if (!more)
            return false;
        b->members = more;
        b->room = room;
    }
    b->members[b->count] = (struct member){ .id = copy_text(id), .copy = -1 };
    return b->members[b->count++].id;
}

/* Everything above LoopClose, as far as LoopOpen. */
static bool gather(struct body *b, const char *open)
{
    limn_wire w;

    for (int i = 0; i < b->count; i++)
        for (int k = 0; strcmp(b->members[i].id, open) &&
                        b->call->host->look_input(b->call, b->members[i].id, k, &w); k++)
            if (w.node && find(b, w.node) < 0 && !add_member(b, w.node))
                return false;
    return true;
}

/* Of these, what follows from LoopOpen, until no more is found. */
static void mark(struct body *b)
{
    bool      more = true;
    limn_wire w;

    while (more) {
        more = false;
        for (int i = 0; i < b->count; i++)
            for (int k = 0; !b->members[i].inside &&
                            b->call->host->look_input(b->call, b->members[i].id, k, &w); k++)
                if (w.node && find(b, w.node) >= 0 && b->members[find(b, w.node)].inside)
                    more = b->members[i].inside = true;
    }
}

/* Its inputs as they are, but for links into the loop, which lead to the copies. */
static void copy_inputs(struct body *b, limn_graph *g, const struct member *m)
{
    const limn_host *h = b->call->host;
    limn_wire        w;

    h->copy_inputs(b->call, g, m->copy, m->id);
    for (int k = 0; h->look_input(b->call, m->id, k, &w); k++) {
        const int from = w.node ? find(b, w.node) : -1;

        if (from >= 0 && b->members[from].inside)
            h->put_wire(g, m->copy, w.input, b->members[from].copy, w.slot);
    }
}

/* The loop once more. Member 0 is LoopClose. */
static void copy(struct body *b, limn_graph *g)
{
    const limn_host *h = b->call->host;

    for (int i = 0; i < b->count; i++)
        if (b->members[i].inside) {
            b->members[i].copy = h->add(g, h->look(b->call, b->members[i].id), NULL);
            h->stand_for(g, b->members[i].copy, b->members[i].id);
        }
    for (int i = 0; i < b->count; i++)
        if (b->members[i].inside)
            copy_inputs(b, g, &b->members[i]);
}

/* ------------------------------------------------------------------ LoopClose */

struct close {
    const limn_value *loop, *value;
};
#define LIMN_ARGS struct close
static const limn_input close_in[] = {
    LIMN_LINK(loop,  "LOOP", "From LoopOpen."),
    LIMN_LINK(value, "*",    "What this round made of its value."),
    LIMN_END
};
#undef LIMN_ARGS
static const limn_output close_out[] = { LIMN_OUT("value", "*", "What the last round made."), LIMN_OUT_END };

static bool once_more(limn_call *call, const struct close *a, const char *open, limn_value **out, limn_error *err)
{
    const limn_host *h = call->host;
    struct body      b = { .call = call };
    bool             ok = add_member(&b, h->node_id(call)) && gather(&b, open) && find(&b, open) >= 0;

    if (ok) {
        limn_graph *g = h->graph(call);
        const int   begin = find(&b, open);

        b.members[0].inside = b.members[begin].inside = true;
        mark(&b);
        copy(&b, g);
        h->put_value(g, b.members[begin].copy, "start", a->value);
        h->put_int(g, b.members[begin].copy, "index", h->get_int(a->loop, "index", 0) + 1);
        out[0] = h->wire(g, b.members[0].copy, 0);
    }
    for (int i = 0; i < b.count; i++)
        free(b.members[i].id);
    free(b.members);
    return ok || limn_fail(err, INPUT, "the loop's beginning is not above its end");
}

static bool close_run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct close *a = args;
    const limn_host    *h = call->host;
    const char         *open = h->get_text(a->loop, "open");

    if (!open)
        return limn_fail(err, INPUT, "the LOOP is empty");
    if (h->get_int(a->loop, "index", 0) + 1 < h->get_int(a->loop, "times", 1))
        return once_more(call, a, open, out, err);
    out[0] = h->keep(a->value);
    return true;
}

const limn_node loop_close = LIMN_NODE(
    .name = "LoopClose", .title = "Loop: end", .category = "flow", .version = 1, .flags = LIMN_WANTS_GRAPH,
    .doc = "Where a loop ends.", .inputs = close_in, .outputs = close_out, .args_size = sizeof(struct close),
    .run = close_run, .example = "loop.json");
