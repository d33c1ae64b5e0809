/* vet.c: is a node's declaration one that can be right? */
#include "core/graph/vet.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* return no(n, in, err, "the largest value is below the smallest"); */
#define no(n, in, err, ...)                                                                    \
    (limn_fail(err, INPUT, __VA_ARGS__), blame((n), (in), (err)))

/* Puts "node X, input y: " before the sentence. */
static bool blame(const limn_node *n, const limn_input *in, limn_error *err)
{
    char what[sizeof err->text];

    if (!err)
        return false;
    memcpy(what, err->text, sizeof what);
    snprintf(err->text, sizeof err->text, "node %.64s%s%.64s: %.200s", n->name, in ? ", input " : "",
             in ? in->name : "", what);
    return false;
}

static bool listed(const char *const *names, const char *name)
{
    for (; names && *names; names++)
        if (!strcmp(*names, name))
            return true;
    return false;
}

static size_t field_size(const limn_input *in)
{
    static const size_t sizes[] = {
        [LIMN_KIND_LINK] = sizeof(const limn_value *), [LIMN_KIND_INT] = sizeof(int64_t),
        [LIMN_KIND_SEED] = sizeof(uint64_t),           [LIMN_KIND_FLOAT] = sizeof(double),
        [LIMN_KIND_BOOL] = sizeof(bool),               [LIMN_KIND_TEXT] = sizeof(const char *),
        [LIMN_KIND_CHOICE] = sizeof(int32_t),          [LIMN_KIND_FILE] = sizeof(const char *),
        [LIMN_KIND_REST] = sizeof(const limn_value *),
    };

    return in->list ? sizeof(const limn_value *) : sizes[in->kind];
}

static bool vet_int(const limn_node *n, const limn_input *in, limn_error *err)
{
    if (!in->i_min && !in->i_max)
        return true; /* no range */
    if (in->i_min > in->i_max)
        return no(n, in, err, "the smallest value, %" PRId64 ", is above the largest, %" PRId64, in->i_min,
                  in->i_max);
    if (in->i_default < in->i_min || in->i_default > in->i_max)
        return no(n, in, err, "the default, %" PRId64 ", is outside %" PRId64 " to %" PRId64,
                  in->i_default, in->i_min, in->i_max);
    return true;
}

static bool vet_float(const limn_node *n, const limn_input *in, limn_error *err)
{
    if (!isfinite(in->f_default) || isnan(in->f_min) || isnan(in->f_max))
        return no(n, in, err, "default and range must be numbers");
    if (in->f_min == 0 && in->f_max == 0)
        return true; /* no range */
    if (in->f_min > in->f_max)
        return no(n, in, err, "the smallest value, %g, is above the largest, %g", in->f_min, in->f_max);
    if (in->f_default < in->f_min || in->f_default > in->f_max)
        return no(n, in, err, "the default, %g, is outside %g to %g", in->f_default, in->f_min, in->f_max);
    return true;
}

static bool vet_choice(const limn_node *n, const limn_input *in, limn_error *err)
{
    if (!in->choices || !*in->choices)
        return no(n, in, err, "there is nothing to choose from");
    for (const char *const *c = in->choices; *c; c++)
        if (listed(c + 1, *c) || listed(in->unbuilt, *c))
            return no(n, in, err, "the choice \"%s\" is there twice", *c);
    if (in->t_default && !listed(in->choices, in->t_default))
        return no(n, in, err, "the default, \"%s\", is not among the choices", in->t_default);
    return true;
}

static bool vet_kind(const limn_node *n, const limn_input *in, limn_error *err)
{
    switch (in->kind) {
    case LIMN_KIND_INT:
        return vet_int(n, in, err);
    case LIMN_KIND_FLOAT:
        return vet_float(n, in, err);
    case LIMN_KIND_CHOICE:
        return vet_choice(n, in, err);
    case LIMN_KIND_FILE:
        return (in->folder && *in->folder) || no(n, in, err, "a file needs a folder");
    default:
        return true;
    }
}

/* How it comes: in lists, late, or not at all. */
static bool vet_manner(const limn_node *n, const limn_input *in, limn_error *err)
{
    const bool lists = n->flags & LIMN_TAKES_LISTS, link = in->kind == LIMN_KIND_LINK;

    if (in->kind == LIMN_KIND_REST && in[1].kind != LIMN_KIND_END)
        return no(n, in, err, "what takes the rest of the inputs stands last, and once");
    if (in->kind == LIMN_KIND_REST && (in->list || (in->flags & (LIMN_LAZY | LIMN_RAW_LINK))))
        return no(n, in, err, "what takes the rest of the inputs is neither a list, nor lazy, nor a raw link");
    if (in->list && !lists)
        return no(n, in, err, "it is declared as a list, and the node not as one that takes lists");
    if (lists && !in->list && !link && in->kind != LIMN_KIND_REST)
        return no(n, in, err, "the node takes lists, and this input is not declared as one");
    if ((in->flags & LIMN_LAZY) && !n->need)
        return no(n, in, err, "it is lazy, and the node has no function that says when it is needed");
    if ((in->flags & LIMN_RAW_LINK) && !link)
        return no(n, in, err, "a raw link is declared with LIMN_LINK");
    if ((in->flags & LIMN_RAW_LINK) && (in->flags & LIMN_LAZY))
        return no(n, in, err, "a raw link is not followed: it cannot be lazy as well");
    return true;
}

static bool vet_input(const limn_node *n, const limn_input *in, limn_error *err)
{
    if ((unsigned)in->kind > LIMN_KIND_REST)
        return no(n, NULL, err, "an input is of no known kind (%d)", (int)in->kind);
    if (!in->name || !*in->name)
        return no(n, NULL, err, "an input has no name");
    if (!in->type || !*in->type)
        return no(n, in, err, "it has no type");
    for (const limn_input *other = n->inputs; other < in; other++)
        if (!strcmp(other->name, in->name))
            return no(n, in, err, "there is an input of this name already");
    if (in->offset % field_size(in) || in->offset > n->args_size ||
        n->args_size - in->offset < field_size(in))
        return no(n, in, err, "its field lies outside the %zu bytes of args", n->args_size);
    return vet_manner(n, in, err) && vet_kind(n, in, err);
}

bool lm_vet_node(const limn_node *n, limn_error *err)
{
    bool lazy = false;

    if (n->size < sizeof *n)
        return limn_fail(err, INPUT, "a node was declared with %zu bytes where %zu are: it is not written "
                                     "with LIMN_NODE, or for another limn", n->size, sizeof *n);
    if (!n->name || !*n->name)
        return limn_fail(err, INPUT, "a node has no name");
    if (!n->run)
        return no(n, NULL, err, "it has no run function");
    if (n->version < 0)
        return no(n, NULL, err, "its version, %d, is below 0", n->version);
    for (int i = 0; n->inputs && n->inputs[i].kind != LIMN_KIND_END; i++) {
        if (!vet_input(n, &n->inputs[i], err))
            return false;
        lazy |= n->inputs[i].flags & LIMN_LAZY;
    }
    if (n->need && !lazy)
        return no(n, NULL, err, "it says which inputs it needs, and none of them is lazy");
    for (int i = 0; n->outputs && n->outputs[i].name; i++)
        if (!n->outputs[i].type || !*n->outputs[i].type)
            return no(n, NULL, err, "its output %d has no type", i);
    return true;
}
