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
    key(out, open, "min");
    lm_text_printf(out, "%" PRId64, in->i_min);
    key(out, open, "max");
    lm_text_printf(out, "%" PRId64, in->i_max);
    if (in->i_step > 1) {
        key(out, open, "step");
        lm_text_printf(out, "%" PRId64, in->i_step);
    }
}

static void add_float(lm_text *out, bool *open, const limn_input *in)
{
    key(out, open, "default");
    lm_catalogue_number(out, in->f_default);
    key(out, open, "min");
    lm_catalogue_number(out, in->f_min);
    key(out, open, "max");
    lm_catalogue_number(out, in->f_max);
    key(out, open, "step");
    lm_catalogue_number(out, in->f_step);
    if (in->round > 0) {
        key(out, open, "round");
        lm_catalogue_number(out, in->round);
    }
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
static void add_input(lm_text *out, const limn_input *in, lm_folders *folders)
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
    add_input(out, in, folders);
}

static void each_input(lm_text *out, const lm_class *c, bool optional, lm_folders *folders,
                       add_one_fn *add)
{
    const char *comma = "";

    for (int i = 0; i < c->n_inputs; i++) {
        const limn_input *in = &c->node->inputs[i];

        if (!(in->flags & LIMN_OPTIONAL) == optional)
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

static void add_inputs(lm_text *out, const lm_class *c, lm_folders *folders)
{
    const bool optional = has_optional(c), hidden = c->node->flags & LIMN_WANTS_PROMPT;

    lm_text_puts(out, "\"input\": {\"required\": {");
    each_input(out, c, false, folders, add_member);
    lm_text_puts(out, optional ? "}, \"optional\": {" : "}");
    if (optional) {
        each_input(out, c, true, folders, add_member);
        lm_text_puts(out, "}");
    }
    if (hidden)
        lm_text_puts(out, ", \"hidden\": {\"prompt\": \"PROMPT\", "
                          "\"extra_pnginfo\": \"EXTRA_PNGINFO\"}");
    lm_text_puts(out, "}, \"input_order\": {\"required\": [");
    each_input(out, c, false, folders, add_name);
    lm_text_puts(out, optional ? "], \"optional\": [" : "]");
    if (optional) {
        each_input(out, c, true, folders, add_name);
        lm_text_puts(out, "]");
    }
    if (hidden)
        lm_text_puts(out, ", \"hidden\": [\"prompt\", \"extra_pnginfo\"]");
    lm_text_puts(out, "}");
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
            lm_text_puts(out, "false");
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
    add_text(out, "python_module", n->module ? n->module : "nodes");
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
