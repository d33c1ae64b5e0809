/* diff_json.c: one difference between two workflows, as programs are told of it. */
#include <string.h>

#include "core/graph/diff.h"

static void add_member(lm_text *out, const char *key, const char *text)
{
    if (!text)
        return;
    lm_text_printf(out, ", \"%s\": ", key);
    lm_json_write_string(text, strlen(text), LM_JSON_SPACES, out);
}

void lm_diff_add_json(lm_text *out, const lm_difference *d)
{
    lm_text_printf(out, "{\"kind\": \"%s\"", lm_diff_words[d->kind]);
    add_member(out, "graph", d->graph_id);
    add_member(out, "node", d->node);
    add_member(out, "class", d->class_name);
    add_member(out, "title", d->title);
    add_member(out, "field", d->field);
    if (d->was)
        lm_text_printf(out, ", \"was\": %s", d->was);
    if (d->now)
        lm_text_printf(out, ", \"now\": %s", d->now);
    lm_text_puts(out, "}");
}
