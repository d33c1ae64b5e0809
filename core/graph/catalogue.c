/* catalogue.c: the table of nodes as clients read it. */
#include "core/graph/catalogue.h"

#include <inttypes.h>
#include <string.h>

/* ------------------------------------------------------------------ small pieces */

static void add_string(lm_text *out, const char *text)
{
    text = text ? text : "";
    lm_json_write_string(text, strlen(text), LM_JSON_COMPACT, out);
}

static void add_names(lm_text *out, const char *const *names, const char **comma)
{
    for (; names && *names; names++) {
        lm_text_puts(out, *comma);
        add_string(out, *names);
        *comma = ", ";
    }
}

static void add_choices(lm_text *out, const limn_input *in, lm_folders *folders)
{
    char      **files = in->kind == LIMN_KIND_FILE && folders ? lm_folders_names(folders, in->folder)
                                                              : NULL;
    const char *comma = "";

    lm_text_puts(out, "[");
    add_names(out, in->choices, &comma);
    add_names(out, (const char *const *)files, &comma);
    add_names(out, in->extra, &comma);
    lm_text_puts(out, "]");
    lm_folders_names_free(files);
}

/* ------------------------------------------------------------------ one input */

/* Opens the options object on the first key, continues it after. */
static void key(lm_text *out, bool *open, const char *name)
{
    lm_text_puts(out, *open ? ", " : ", {");
    *open = true;
    add_string(out, name);
    lm_text_puts(out, ": ");
}

static void add_true(lm_text *out, bool *open, const char *name)
{
    key(out, open, name);
    lm_text_puts(out, "true");
}

static void add_flag(lm_text *out, bool *open, const limn_input *in, uint32_t flag, const char *name)
{
    if (in->flags & flag)
        add_true(out, open, name);
}

static void add_int(lm_text *out, bool *open, const limn_input *in)
{
    key(out, open, "default");
    lm_text_printf(out, "%" PRId64, in->i_default);
    if (in->i_min || in->i_max) {
        key(out, open, "min");
        lm_text_printf(out, "%" PRId64, in->i_min);
        key(out, open, "max");
        lm_text_printf(out, "%" PRId64, in->i_max);
    }
    if (in->i_step > 1) {
        key(out, open, "step");
        lm_text_printf(out, "%" PRId64, in->i_step);
    }
}

static void add_double(lm_text *out, bool *open, const char *name, double x)
{
    key(out, open, name);
    lm_catalogue_number(out, x);
}

static void add_float(lm_text *out, bool *open, const limn_input *in)
{
    add_double(out, open, "default", in->f_default);
    if (in->f_min != 0 || in->f_max != 0) {
        add_double(out, open, "min", in->f_min);
        add_double(out, open, "max", in->f_max);
    }
    add_double(out, open, "step", in->f_step);
    if (in->round > 0)
        add_double(out, open, "round", in->round);
}

static void add_range(lm_text *out, bool *open, const limn_input *in)
{
    switch (in->kind) {
    case LIMN_KIND_INT: add_int(out, open, in); break;
    case LIMN_KIND_FLOAT: add_float(out, open, in); break;
    case LIMN_KIND_SEED:
        key(out, open, "default");
        lm_text_puts(out, "0");
        key(out, open, "min");
        lm_text_puts(out, "0");
        key(out, open, "max");
        lm_text_printf(out, "%" PRIu64, UINT64_MAX);
        break;
    case LIMN_KIND_BOOL:
        key(out, open, "default");
        lm_text_puts(out, in->i_default ? "true" : "false");
        break;
    default:
        if (in->t_default) {
            key(out, open, "default");
            add_string(out, in->t_default);
        }
    }
}

/* [type, {options}]; a choice is [[names], {options}] or, where its node is declared so, ["COMBO", …]. */
void lm_catalogue_input(lm_text *out, const limn_input *in, lm_folders *folders)
{
    const bool list = in->kind == LIMN_KIND_CHOICE || in->kind == LIMN_KIND_FILE;
    const bool combo = list && (in->flags & LIMN_V3_COMBO);
    bool       open = false;

    lm_text_puts(out, "[");
    if (list && !combo)
        add_choices(out, in, folders);
    else
        add_string(out, in->type);
    add_range(out, &open, in);
    if (combo) {
        key(out, &open, "options");
        add_choices(out, in, folders);
    }
    add_flag(out, &open, in, LIMN_MULTILINE, "multiline");
    add_flag(out, &open, in, LIMN_DYNAMIC_PROMPTS, "dynamicPrompts");
    add_flag(out, &open, in, LIMN_UPLOAD, "image_upload");
    add_flag(out, &open, in, LIMN_LAZY, "lazy");
    add_flag(out, &open, in, LIMN_RAW_LINK, "rawLink");
    add_flag(out, &open, in, LIMN_SOCKET, "forceInput");
    add_flag(out, &open, in, LIMN_ADVANCED, "advanced");
    if (in->kind == LIMN_KIND_SEED || in->flags & LIMN_CONTROL)
        add_true(out, &open, "control_after_generate");
    if (in->doc && *in->doc) {
        key(out, &open, "tooltip");
        add_string(out, in->doc);
    }
    lm_text_puts(out, open ? "}]" : "]");
}

/* ------------------------------------------------------------------ one class */

typedef void add_one_fn(lm_text *out, const limn_input *in, lm_folders *folders);

static void add_name(lm_text *out, const limn_input *in, lm_folders *folders)
{
    (void)folders;
    add_string(out, in->name);
}

static void add_member(lm_text *out, const limn_input *in, lm_folders *folders)
{
    add_string(out, in->name);
    lm_text_puts(out, ": ");
    lm_catalogue_input(out, in, folders);
}

static void each_input(lm_text *out, const lm_class *c, bool optional, lm_folders *folders,
                       add_one_fn *add)
{
    const char *comma = "";

    for (int i = 0; i < c->n_inputs; i++) {
        const limn_input *in = &c->node->inputs[i];

        if (!(in->flags & LIMN_OPTIONAL) == optional || in->kind == LIMN_KIND_REST)
            continue;
        lm_text_puts(out, comma);
        add(out, in, folders);
        comma = ", ";
    }
}

static bool has_optional(const lm_class *c)
{
    for (int i = 0; i < c->n_inputs; i++)
        if (c->node->inputs[i].flags & LIMN_OPTIONAL)
            return true;
    return false;
}

/* What a node asks for beside its inputs. */
static void add_hidden(lm_text *out, const limn_node *n, bool types)
{
    static const struct {
        uint32_t    flag;
        const char *name, *type;
    } hidden[] = {
        { LIMN_WANTS_PROMPT, "prompt", "PROMPT" },   { LIMN_WANTS_PROMPT, "extra_pnginfo", "EXTRA_PNGINFO" },
        { LIMN_WANTS_GRAPH, "dynprompt", "DYNPROMPT" }, { LIMN_WANTS_ID, "unique_id", "UNIQUE_ID" },
    };
    const char *comma = "";

    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        if (!(n->flags & hidden[i].flag))
            continue;
        lm_text_printf(out, types ? "%s\"%s\": \"%s\"" : "%s\"%s\"", comma, hidden[i].name, hidden[i].type);
        comma = ", ";
    }
}

static void add_inputs(lm_text *out, const lm_class *c, lm_folders *folders)
{
    const bool optional = has_optional(c);
    const bool hidden = c->node->flags & (LIMN_WANTS_PROMPT | LIMN_WANTS_GRAPH | LIMN_WANTS_ID);

    lm_text_puts(out, "\"input\": {\"required\": {");
    each_input(out, c, false, folders, add_member);
    lm_text_puts(out, optional ? "}, \"optional\": {" : "}");
    if (optional) {
        each_input(out, c, true, folders, add_member);
        lm_text_puts(out, "}");
    }
    if (hidden) {
        lm_text_puts(out, ", \"hidden\": {");
        add_hidden(out, c->node, true);
        lm_text_puts(out, "}");
    }
    lm_text_puts(out, "}, \"input_order\": {\"required\": [");
    each_input(out, c, false, folders, add_name);
    lm_text_puts(out, optional ? "], \"optional\": [" : "]");
    if (optional) {
        each_input(out, c, true, folders, add_name);
        lm_text_puts(out, "]");
    }
    if (hidden) {
        lm_text_puts(out, ", \"hidden\": [");
        add_hidden(out, c->node, false);
        lm_text_puts(out, "]");
    }
    lm_text_printf(out, "}, \"is_input_list\": %s", c->node->flags & LIMN_TAKES_LISTS ? "true" : "false");
}

static void add_output_list(lm_text *out, const lm_class *c, const char *name,
                            const char *(*text)(const limn_output *))
{
    lm_text_printf(out, ", \"%s\": [", name);
    for (int i = 0; i < c->n_outputs; i++) {
        lm_text_puts(out, i ? ", " : "");
        if (text)
            add_string(out, text(&c->node->outputs[i]));
        else
            lm_text_puts(out, c->node->outputs[i].list ? "true" : "false");
    }
    lm_text_puts(out, "]");
}

static const char *output_type(const limn_output *o) { return o->type; }
static const char *output_name(const limn_output *o) { return o->name; }
static const char *output_doc(const limn_output *o) { return o->doc; }

static void add_text(lm_text *out, const char *name, const char *text)
{
    lm_text_printf(out, ", \"%s\": ", name);
    add_string(out, text);
}

/* ComfyUI's clients take what begins with "custom_nodes." for an extension's, and show the rest as its name. */
static void add_module(lm_text *out, const lm_class *c)
{
    lm_text name = { 0 };

    lm_text_printf(&name, "custom_nodes.%s", c->origin ? c->origin->plugin : "");
    add_text(out, "python_module", c->node->module ? c->node->module : c->origin ? name.at : "nodes");
    lm_text_done(&name);
}

void lm_catalogue_class(lm_text *out, const lm_class *c, lm_folders *folders)
{
    const limn_node *n = c->node;

    lm_text_puts(out, "{");
    add_inputs(out, c, folders);
    add_output_list(out, c, "output", output_type);
    add_output_list(out, c, "output_is_list", NULL);
    add_output_list(out, c, "output_name", output_name);
    add_output_list(out, c, "output_tooltips", output_doc);
    add_text(out, "name", n->name);
    add_text(out, "display_name", n->title ? n->title : n->name);
    add_text(out, "description", n->doc);
    add_module(out, c);
    add_text(out, "category", n->category);
    lm_text_printf(out, ", \"output_node\": %s", n->flags & LIMN_OUTPUT_NODE ? "true" : "false");
    if (n->flags & LIMN_DEPRECATED)
        lm_text_puts(out, ", \"deprecated\": true");
    if (n->flags & LIMN_EXPERIMENTAL)
        lm_text_puts(out, ", \"experimental\": true");
    lm_text_puts(out, "}");
}

void lm_catalogue_all(lm_text *out, const lm_registry *r, lm_folders *folders)
{
    lm_text_puts(out, "{");
    for (int i = 0; i < lm_registry_count(r); i++) {
        const lm_class *c = lm_registry_at(r, i);

        lm_text_puts(out, i ? ",\n" : "");
        add_string(out, c->node->name);
        lm_text_puts(out, ": ");
        lm_catalogue_class(out, c, folders);
    }
    lm_text_puts(out, "}");
}
