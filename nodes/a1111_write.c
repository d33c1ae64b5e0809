/* a1111_write.c: nodes of a graph, written down one after the other. */
#include "nodes/a1111_build.h"
#include "nodes/json_text.h"

void lm_a1111_begin(lm_a1111_nodes *g, const char *class_name)
{
    lm_text_printf(&g->json, "%s\n  \"%d\": { \"class_type\": \"%s\", \"inputs\": {", g->n ? "," : "{", g->n + 1,
                   class_name);
    g->n++;
}

/* Commas stand before every input but a node's first. */
void lm_a1111_key(lm_a1111_nodes *g, const char *name)
{
    lm_text_printf(&g->json, "%s\"%s\": ", g->json.at[g->json.size - 1] == '{' ? " " : ", ", name);
}

void lm_a1111_put_link(lm_a1111_nodes *g, const char *name, lm_a1111_ref r)
{
    lm_a1111_key(g, name);
    lm_text_printf(&g->json, "[\"%d\", %d]", r.node, r.slot);
}

void lm_a1111_put_text(lm_a1111_nodes *g, const char *name, const char *text)
{
    lm_a1111_key(g, name);
    lm_json_quote(&g->json, text);
}

void lm_a1111_put_number(lm_a1111_nodes *g, const char *name, double x)
{
    lm_a1111_key(g, name);
    lm_text_printf(&g->json, "%.10g", x);
}

/* Its first output. */
lm_a1111_ref lm_a1111_end(lm_a1111_nodes *g)
{
    lm_text_puts(&g->json, " } }");
    return (lm_a1111_ref){ g->n, 0 };
}
