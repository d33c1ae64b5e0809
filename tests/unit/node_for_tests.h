/* node_for_tests.h: running a node by its declaration alone: arguments begin as the table's defaults and
 * are set by name.
 *
 *     node_args a = node_begin(lm_nodes_latent, "LatentUpscale");
 *     node_link(&a, "samples", latent);
 *     node_int(&a, "width", 512);
 *     limn_value *out = node_run(&a, call, 0, &err);
 */
#ifndef LIMN_TESTS_NODE_FOR_TESTS_H
#define LIMN_TESTS_NODE_FOR_TESTS_H

#include "core/data/value.h"
#include "tests/test.h"

typedef struct node_args {
    const limn_node *node;
    char            *at;
} node_args;

static inline const limn_input *node_input(const limn_node *n, const char *name)
{
    for (const limn_input *in = n->inputs; in->kind != LIMN_KIND_END; in++)
        if (!strcmp(in->name, name))
            return in;
    printf("%s has no input %s\n", n->name, name);
    exit(1);
}

static inline int32_t choice_of(const limn_input *in, const char *name)
{
    for (int32_t i = 0; in->choices[i]; i++)
        if (!strcmp(in->choices[i], name))
            return i;
    printf("%s is no choice of %s\n", name, in->name);
    exit(1);
}

static inline node_args node_begin(const limn_node *const *family, const char *name)
{
    node_args a = { 0 };

    while (*family && strcmp((*family)->name, name))
        family++;
    if (!*family) {
        printf("there is no node %s\n", name);
        exit(1);
    }
    a.node = *family;
    a.at = calloc(1, a.node->args_size);
    for (const limn_input *in = a.node->inputs; in->kind != LIMN_KIND_END; in++) {
        char *field = a.at + in->offset;

        switch (in->kind) {
        case LIMN_KIND_INT: *(int64_t *)(void *)field = in->i_default; break;
        case LIMN_KIND_SEED: *(uint64_t *)(void *)field = (uint64_t)in->i_default; break;
        case LIMN_KIND_FLOAT: *(double *)(void *)field = in->f_default; break;
        case LIMN_KIND_BOOL: *(bool *)(void *)field = in->i_default != 0; break;
        case LIMN_KIND_TEXT: *(const char **)(void *)field = in->t_default; break;
        default: break; /* links are NULL, choices the first */
        }
    }
    return a;
}

static inline void node_link(node_args *a, const char *name, const limn_value *v)
{
    *(const limn_value **)(void *)(a->at + node_input(a->node, name)->offset) = v;
}

static inline void node_int(node_args *a, const char *name, int64_t x)
{
    *(int64_t *)(void *)(a->at + node_input(a->node, name)->offset) = x;
}

static inline void node_float(node_args *a, const char *name, double x)
{
    *(double *)(void *)(a->at + node_input(a->node, name)->offset) = x;
}

static inline void node_choice(node_args *a, const char *name, const char *choice)
{
    const limn_input *in = node_input(a->node, name);

    *(int32_t *)(void *)(a->at + in->offset) = choice_of(in, choice);
}

/* Runs the node, which must have one output, and frees the arguments. NULL and *err after a failure. */
static inline limn_value *node_run(node_args *a, limn_call *call, limn_error *err)
{
    limn_value *out = NULL;
    const bool  well = a->node->run(call, a->at, &out, err);

    WANT(well == (out != NULL) && well == (err->code == LIMN_OK));
    free(a->at);
    a->at = NULL;
    return out;
}

#endif
