/* nodes.c: limn nodes: what this limn can do, and how one node is used. */
#include "core/cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/cli/session.h"
#include "core/graph/catalogue.h"

/* ------------------------------------------------------------------ one node */

static void print_names(const char *const *names, const char *lead)
{
    if (!names || !*names)
        return;
    printf("%*s%s", 24, "", lead);
    for (; *names; names++)
        printf(" %s%s", *names, names[1] ? "," : "\n");
}

static void print_detail(const limn_input *in)
{
    switch (in->kind) {
    case LIMN_KIND_INT:
        printf(" = %" PRId64 " (%" PRId64 " to %" PRId64 ")", in->i_default, in->i_min, in->i_max);
        break;
    case LIMN_KIND_SEED: printf(" = 0 (0 to 2^64 - 1)"); break;
    case LIMN_KIND_FLOAT: printf(" = %g (%g to %g)", in->f_default, in->f_min, in->f_max); break;
    case LIMN_KIND_BOOL: printf(" = %s", in->i_default ? "true" : "false"); break;
    case LIMN_KIND_FILE: printf(" a file of %s", in->folder); break;
    default: break;
    }
}

static void print_input(const limn_input *in)
{
    printf("  %-21s %s", in->name, in->type);
    print_detail(in);
    printf("%s\n", in->flags & LIMN_OPTIONAL ? ", optional" : "");
    if (in->doc && *in->doc)
        printf("%*s%s\n", 24, "", in->doc);
    print_names(in->choices, "one of");
    print_names(in->unbuilt, "not built yet:");
}

static int print_class(const lm_session *s, const char *name)
{
    const lm_class *c = lm_registry_find(s->registry, name);
    const char     *near[3];
    int             n;

    if (!c) {
        fprintf(stderr, "limn nodes: no node is called %s", name);
        n = lm_registry_nearest(s->registry, name, near, 3);
        for (int i = 0; i < n; i++)
            fprintf(stderr, "%s%s", i ? ", " : "; nearest: ", near[i]);
        fputc('\n', stderr);
        return LM_EXIT_USAGE;
    }
    printf("%s (%s), in %s\n%s\n", c->node->name, c->node->title ? c->node->title : c->node->name,
           c->node->category, c->node->doc ? c->node->doc : "");
    if (c->origin)
        printf("From the plugin %s %s, %s.\n", c->origin->plugin, c->origin->version, c->origin->file);
    if (c->n_inputs)
        printf("\nInputs\n");
    for (int i = 0; i < c->n_inputs; i++)
        print_input(&c->node->inputs[i]);
    if (c->n_outputs)
        printf("\nOutputs\n");
    for (int i = 0; i < c->n_outputs; i++)
        printf("  %-21s %s\n%*s%s\n", c->node->outputs[i].name, c->node->outputs[i].type, 24, "",
               c->node->outputs[i].doc ? c->node->outputs[i].doc : "");
    return LM_EXIT_WELL;
}

/* ------------------------------------------------------------------ all nodes */

static int by_category(const void *a, const void *b)
{
    const lm_class *x = *(const lm_class *const *)a, *y = *(const lm_class *const *)b;
    const int       order = strcmp(x->node->category, y->node->category);

    return order ? order : strcmp(x->node->name, y->node->name);
}

static void print_all(const lm_session *s)
{
    const int        n = lm_registry_count(s->registry);
    const lm_class **all = lm_alloc_array((size_t)n + 1, sizeof *all);
    const char      *category = "";

    for (int i = 0; i < n; i++)
        all[i] = lm_registry_at(s->registry, i);
    qsort(all, (size_t)n, sizeof *all, by_category);
    for (int i = 0; i < n; i++) {
        if (strcmp(category, all[i]->node->category))
            printf("%s%s\n", i ? "\n" : "", category = all[i]->node->category);
        printf("  %-28s %s\n", all[i]->node->name, all[i]->node->doc ? all[i]->node->doc : "");
    }
    lm_free(all);
}

static int print_json(const lm_session *s, const char *name)
{
    const lm_class *c = name ? lm_registry_find(s->registry, name) : NULL;
    lm_text         text = { 0 };

    if (name && !c)
        return print_class(s, name);
    if (c)
        lm_catalogue_class(&text, c, s->folders);
    else
        lm_catalogue_all(&text, s->registry, s->folders);
    puts(text.at);
    lm_text_done(&text);
    return LM_EXIT_WELL;
}

static int nodes(const lm_args *a)
{
    const char *name = a->n_words ? a->words[0] : NULL;
    lm_session  s;
    limn_error  err = { 0 };
    int         status = LM_EXIT_WELL;

    if (!lm_session_open(&s, a, &err)) {
        lm_print_error(NULL, &err);
        status = lm_exit_of_asking(err.code);
    } else if (lm_args_has(a, "--json")) {
        status = print_json(&s, name);
    } else if (name) {
        status = print_class(&s, name);
    } else {
        print_all(&s);
    }
    lm_session_close(&s);
    return status;
}

static const lm_option nodes_options[] = {
    LM_OPTIONS_FINDING,
    LM_OPTIONS_PLUGINS,
    { "--json", NULL, "Print the declarations as ComfyUI's /object_info does." },
    { NULL },
};

const lm_command lm_nodes_command = {
    .name = "nodes", .words = "[CLASS]", .most = 1, .options = nodes_options, .run = nodes,
    .doc = "List the nodes, or explain one.",
};
