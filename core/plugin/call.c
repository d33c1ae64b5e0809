/* call.c: our functions around a plugin's: they know whose code is running, and look at what it left behind.
 *
 * A function pointer has no room for whose it is; the call knows its node's class, and that is looked up here. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/data/host.h"
#include "core/graph/index.h"
#include "core/plugin/parts.h"

struct wrapped {
    limn_node        ours; /* what the registry has: their table with the functions below */
    const limn_node *theirs;
    const lm_origin *origin;
};

/* Grows while plugins are loaded, before anything runs; only read afterwards. */
static struct wrapped **all;
static int              n_all;
static lm_index         names;

static const struct wrapped *of(limn_call *call)
{
    const char *name = lm_call_of(call)->node_class;

    if (!call->host)
        call->host = &lm_host; /* whoever made the call had no need of it */
    return all[lm_index_find(&names, name, strlen(name))];
}

/* ------------------------------------------------------------------ the functions */

/* A node that says it did its work has filled its outputs. */
static bool want_outputs(const struct wrapped *w, limn_value **out, limn_error *err)
{
    for (int i = 0; w->ours.outputs && w->ours.outputs[i].name; i++)
        if (!out[i])
            return limn_fail(err, INPUT, "it gave nothing for its output %s: a fault of the plugin %s",
                             w->ours.outputs[i].name, w->origin->plugin);
    return true;
}

static bool run(limn_call *call, const void *args, limn_value **out, limn_error *err)
{
    const struct wrapped *w = of(call);
    lm_foreign            f;
    const bool            ok = lm_foreign_enter(&f, w->origin, call, "run", err) &&
                    w->theirs->run(call, args, out, err);

    return lm_foreign_leave(&f, ok, err) && want_outputs(w, out, err);
}

static bool check(limn_call *call, const void *args, limn_error *err)
{
    const struct wrapped *w = of(call);
    lm_foreign            f;
    const bool            ok = lm_foreign_enter(&f, w->origin, call, "check", err) &&
                    w->theirs->check(call, args, err);

    return lm_foreign_leave(&f, ok, err);
}

static bool need(limn_call *call, const void *args, bool *wanted, limn_error *err)
{
    const struct wrapped *w = of(call);
    lm_foreign            f;
    const bool            ok = lm_foreign_enter(&f, w->origin, call, "need", err) &&
                    w->theirs->need(call, args, wanted, err);

    return lm_foreign_leave(&f, ok, err);
}

/* False says "never the same twice", with or without a word. */
static bool fingerprint(limn_call *call, const void *args, uint64_t *out, limn_error *err)
{
    const struct wrapped *w = of(call);
    lm_foreign            f;
    const bool            ok = lm_foreign_enter(&f, w->origin, call, "fingerprint", err) &&
                    w->theirs->fingerprint(call, args, out, err);

    lm_foreign_leave(&f, true, err);
    return ok;
}

/* ------------------------------------------------------------------ wrapping */

static const limn_node *wrap(const limn_node *n, const lm_origin *o)
{
    struct wrapped *w = lm_alloc(sizeof *w);

    *w = (struct wrapped){ .ours = *n, .theirs = n, .origin = o };
    w->ours.run = run;
    w->ours.check = n->check ? check : NULL;
    w->ours.need = n->need ? need : NULL;
    w->ours.fingerprint = n->fingerprint ? fingerprint : NULL;
    all = lm_grow(all, (size_t)(n_all + 1) * sizeof(struct wrapped *));
    all[n_all] = w;
    if (lm_index_reserve(&names))
        lm_index_put(&names, n->name, strlen(n->name), n_all++);
    return &w->ours;
}

const limn_node *const *lm_call_wrap(const limn_node *const *nodes, const lm_origin *o)
{
    static struct list {
        struct list     *next;
        const limn_node *nodes[];
    } *lists;
    struct list *l;
    size_t       n = 0;

    while (nodes[n])
        n++;
    l = lm_alloc(sizeof *l + (n + 1) * sizeof *l->nodes);
    l->next = lists;
    lists = l;
    for (size_t i = 0; i < n; i++)
        l->nodes[i] = wrap(nodes[i], o);
    return l->nodes;
}
