/* registry.c: every node that is known, by name. */
#include "core/graph/registry.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/index.h"
#include "core/graph/nearest.h"
#include "core/graph/vet.h"

struct lm_registry {
    lm_class **classes; /* one by one, so that lent pointers stay */
    int        count, room;
    lm_index   names;
    const char *const *foretold; /* names of nodes elsewhere */
    size_t     n_foretold;
};

lm_registry *lm_registry_new(void)
{
    return lm_alloc(sizeof(lm_registry));
}

void lm_registry_free(lm_registry *r)
{
    if (!r)
        return;
    for (int i = 0; i < r->count; i++)
        lm_free(r->classes[i]);
    lm_free(r->classes);
    lm_index_done(&r->names);
    lm_free(r);
}

static int count_inputs(const limn_input *in)
{
    int n = 0;

    while (in && in[n].kind != LIMN_KIND_END)
        n++;
    return n;
}

static bool has_lazy(const limn_input *in)
{
    for (; in && in->kind != LIMN_KIND_END; in++)
        if (in->flags & LIMN_LAZY)
            return true;
    return false;
}

static int count_outputs(const limn_output *out)
{
    int n = 0;

    while (out && out[n].name)
        n++;
    return n;
}

static bool add(lm_registry *r, const limn_node *n, const lm_origin *o, limn_error *err)
{
    lm_class *c;

    if (!lm_vet_node(n, err))
        return false;
    if (lm_registry_find(r, n->name))
        return limn_fail(err, INPUT, "node %s: there is a node of this name already", n->name);
    if (!lm_index_reserve(&r->names))
        return limn_fail(err, MEMORY, "no memory for one more node");
    if (r->count == r->room) {
        r->room = r->room ? 2 * r->room : 64;
        r->classes = lm_grow(r->classes, (size_t)r->room * sizeof(lm_class *));
    }
    c = lm_alloc(sizeof *c);
    *c = (lm_class){ n, count_inputs(n->inputs), count_outputs(n->outputs), o, has_lazy(n->inputs) };
    lm_index_put(&r->names, n->name, strlen(n->name), r->count);
    r->classes[r->count++] = c;
    return true;
}

bool lm_registry_add(lm_registry *r, const limn_node *n, limn_error *err)
{
    return add(r, n, NULL, err);
}

bool lm_registry_add_foreign(lm_registry *r, const limn_node *const *list, const lm_origin *o, limn_error *err)
{
    for (; *list; list++)
        if (!add(r, *list, o, err))
            return false;
    return true;
}

bool lm_registry_add_list(lm_registry *r, const limn_node *const *list, limn_error *err)
{
    return lm_registry_add_foreign(r, list, NULL, err);
}

bool lm_registry_add_families(lm_registry *r, const limn_node *const *const *families, limn_error *err)
{
    for (; *families; families++)
        if (!lm_registry_add_list(r, *families, err))
            return false;
    return true;
}

int lm_registry_count(const lm_registry *r)
{
    return r->count;
}

const lm_class *lm_registry_at(const lm_registry *r, int i)
{
    return r->classes[i];
}

const lm_class *lm_registry_find_bytes(const lm_registry *r, const char *name, size_t size)
{
    const int32_t i = lm_index_find(&r->names, name, size);

    return i < 0 ? NULL : r->classes[i];
}

const lm_class *lm_registry_find(const lm_registry *r, const char *name)
{
    return lm_registry_find_bytes(r, name, strlen(name));
}

int lm_registry_nearest(const lm_registry *r, const char *name, const char **out, int most)
{
    lm_nearest near = lm_nearest_begin(name, out, most);

    for (int i = 0; i < r->count; i++)
        lm_nearest_try(&near, r->classes[i]->node->name);
    return near.count;
}

void lm_registry_foretell(lm_registry *r, const char *const *names)
{
    r->foretold = names;
    for (r->n_foretold = 0; names[r->n_foretold]; r->n_foretold++) {}
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool lm_registry_foretold(const lm_registry *r, const char *name)
{
    return r->n_foretold && bsearch(&name, r->foretold, r->n_foretold, sizeof *r->foretold, by_text);
}

int lm_registry_nearest_foretold(const lm_registry *r, const char *name, const char **out, int most)
{
    lm_nearest near = lm_nearest_begin(name, out, most);

    for (size_t i = 0; i < r->n_foretold; i++)
        lm_nearest_try(&near, r->foretold[i]);
    return near.count;
}

const limn_input *lm_class_input(const lm_class *c, const char *name)
{
    for (int i = 0; i < c->n_inputs; i++)
        if (!strcmp(c->node->inputs[i].name, name))
            return &c->node->inputs[i];
    return NULL;
}

const char *lm_class_nearest_input(const lm_class *c, const char *name)
{
    const char *found = NULL;
    lm_nearest  near = lm_nearest_begin(name, &found, 1);

    for (int i = 0; i < c->n_inputs; i++)
        lm_nearest_try(&near, c->node->inputs[i].name);
    return found;
}
