/* canvas_constant.c: a widget's value as it is sent: defaults, what old files hold for what is called differently
 * now, choices in prompts and tokens in names. */
#include <inttypes.h>

#include "core/base/alloc.h"
#include "core/graph/canvas_parts.h"
#include "core/graph/catalogue.h"

/* A text in which a choice was made; it replaces the value in the file once everything is written. */
struct lm_canvas_choice {
    struct lm_canvas_choice *next;
    lm_json_ref              value;
    size_t                   size;
    char                     text[];
};

/* ------------------------------------------------------------------ defaults */

static bool is_list(const limn_input *row)
{
    return row->kind == LIMN_KIND_CHOICE || row->kind == LIMN_KIND_FILE;
}

static bool default_file(lm_canvas *c, const limn_input *row, lm_text *out)
{
    char      **names = c->env->folders ? lm_folders_names(c->env->folders, row->folder) : NULL;
    const char *first = row->choices && *row->choices ? *row->choices
                        : names && *names             ? *names
                        : row->extra                  ? *row->extra
                                                      : NULL;

    if (first)
        lm_json_write_string(first, strlen(first), LM_JSON_COMPACT, out);
    lm_folders_names_free(names);
    return first;
}

bool lm_canvas_default(lm_canvas *c, const limn_input *row, lm_text *out)
{
    const char *text = row->t_default ? row->t_default : row->kind == LIMN_KIND_CHOICE ? row->choices[0] : "";

    switch (row->kind) {
    case LIMN_KIND_SEED: lm_text_puts(out, "0"); break;
    case LIMN_KIND_INT: lm_text_printf(out, "%" PRId64, row->i_default); break;
    case LIMN_KIND_FLOAT: lm_catalogue_number(out, row->f_default); break;
    case LIMN_KIND_BOOL: lm_text_puts(out, row->i_default ? "true" : "false"); break;
    case LIMN_KIND_FILE: return default_file(c, row, out);
    default: lm_json_write_string(text, strlen(text), LM_JSON_COMPACT, out);
    }
    return true;
}

/* ------------------------------------------------------------------ texts */

static bool lists(const limn_input *row, const char *text, size_t size)
{
    const char *const *lists[] = { row->choices, row->unbuilt };

    for (int i = 0; i < 2; i++)
        for (const char *const *w = lists[i]; w && *w; w++)
            if (strlen(*w) == size && !memcmp(*w, text, size))
                return true;
    return false;
}

/* Choices were called sample_euler once. */
static size_t old_prefix(const limn_input *row, const char *text, size_t size)
{
    const size_t n = strlen("sample_");

    return row->kind == LIMN_KIND_CHOICE && size > n && !memcmp(text, "sample_", n) && !lists(row, text, size) &&
                   lists(row, text + n, size - n)
               ? n : 0;
}

/* Files saved on Windows name models with backslashes. */
static void write_file(const char *text, size_t size, lm_text *out)
{
    char *name = lm_copy_bytes(text, size);

    for (char *s = name; s < name + size; s++)
        if (*s == '\\')
            *s = '/';
    lm_json_write_string(name, size, LM_JSON_COMPACT, out);
    lm_free(name);
}

static void remember(lm_canvas *c, lm_json_ref value, const lm_text *text)
{
    struct lm_canvas_choice *k = lm_canvas_take(c, 1, sizeof *k + text->size + 1);

    if (!k)
        return;
    k->value = value;
    k->size = text->size;
    memcpy(k->text, lm_text_str(text), text->size);
    k->next = c->choices;
    c->choices = k;
}

static void write_prompt(lm_canvas *c, lm_json_ref value, const char *text, size_t size)
{
    lm_text chosen = { 0 };

    lm_canvas_choose(text, size, &c->chance, &chosen);
    if (chosen.size != size || (size && memcmp(chosen.at, text, size)))
        remember(c, value, &chosen);
    lm_json_write_string(lm_text_str(&chosen), chosen.size, LM_JSON_COMPACT, c->out);
    lm_text_done(&chosen);
}

static void write_tokens(lm_canvas *c, const char *text, size_t size)
{
    lm_text filled = { 0 };

    lm_canvas_tokens(c, text, size, &filled);
    lm_json_write_string(lm_text_str(&filled), filled.size, LM_JSON_COMPACT, c->out);
    lm_text_done(&filled);
}

/* Names under which nodes save may have tokens in them; so may what a primitive says it may. What a subgraph's
 * edge gives is sent as it is. */
static bool has_tokens(const lm_canvas_plan *plan, const limn_input *row, lm_canvas_answer a)
{
    return a.replace ||
           (plan && row && a.pushed && row->kind == LIMN_KIND_TEXT && !strcmp(row->name, "filename_prefix") &&
            plan->class->node->flags & LIMN_OUTPUT_NODE);
}

static void write_text(lm_canvas *c, const lm_canvas_plan *plan, const limn_input *row, lm_canvas_answer a)
{
    size_t      size, skip;
    const char *text = lm_json_string(c->d, a.value, &size);

    if (has_tokens(plan, row, a)) {
        write_tokens(c, text, size);
    } else if (!row) {
        lm_json_write_string(text, size, LM_JSON_COMPACT, c->out);
    } else if (row->flags & LIMN_DYNAMIC_PROMPTS && a.pushed) {
        write_prompt(c, a.value, text, size);
    } else if (row->kind == LIMN_KIND_FILE && strcmp(row->folder, "input") && memchr(text, '\\', size)) {
        write_file(text, size, c->out);
    } else {
        skip = old_prefix(row, text, size);
        lm_json_write_string(text + skip, size - skip, LM_JSON_COMPACT, c->out);
    }
}

/* ------------------------------------------------------------------ any value */

bool lm_canvas_constant(lm_canvas *c, const lm_canvas_plan *plan, const limn_input *row, lm_canvas_answer a)
{
    const lm_json_kind kind = lm_json_kind_of(c->d, a.value);

    if (!row)
        row = a.row;
    if ((!a.value || (kind == LM_JSON_NULL && row && is_list(row))) && row)
        return lm_canvas_default(c, row, c->out);
    if (!a.value)
        return false;
    if (kind == LM_JSON_STRING) {
        write_text(c, plan, row, a);
        return true;
    }
    lm_text_puts(c->out, kind == LM_JSON_ARRAY ? "{\"__value__\":" : "");
    lm_json_write(c->d, a.value, LM_JSON_COMPACT, c->out);
    lm_text_puts(c->out, kind == LM_JSON_ARRAY ? "}" : "");
    return true;
}

void lm_canvas_write_choices(lm_canvas *c)
{
    for (struct lm_canvas_choice *k = c->choices; k; k = k->next)
        if (!lm_json_replace_string(c->d, k->value, k->text, k->size, &c->err))
            return;
}
