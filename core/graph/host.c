/* host.c: the table of what limn does for a node. Rows that are the graph's stand here. */
#include "core/data/host.h"

#include <string.h>

#include "core/graph/inside.h"
#include "core/graph/json.h"
#include "core/graph/look.h"

/* ------------------------------------------------------------------ where it is */

static const char *node_id(limn_call *call)
{
    return lm_call_of(call)->node;
}

static const char *prompt(limn_call *call)
{
    return lm_call_env(call)->prompt_json;
}

static bool there(limn_call *call, const char *input)
{
    const lm_inside  *in = lm_inside_of(call);
    const limn_input *row = in ? lm_class_input(in->class_, input) : NULL;

    return row && (!in->there || in->there[row - in->class_->node->inputs]);
}

/* An answer goes into other JSON as it is: what is no object, or what has an error in it, is left out. */
static void answer(limn_call *call, const char *text)
{
    limn_error err = { 0 };
    lm_json   *d = text ? lm_json_read(text, strlen(text), &err) : NULL;
    char       what[sizeof err.text + 64];

    if (d && lm_json_kind_of(d, lm_json_root(d)) == LM_JSON_OBJECT) {
        lm_call_answer(call, text);
    } else {
        snprintf(what, sizeof what, "its answer is left out: %s", err.code == LIMN_OK ? "it is no object" : err.text);
        lm_host_log(call, LIMN_LOG_WARN, what);
    }
    lm_json_free(d);
}

/* ------------------------------------------------------------------ expansion */

static limn_graph *graph(limn_call *call)
{
    lm_inside  *in = lm_inside_of(call);
    limn_graph *g;

    if (!in || !in->run)
        return NULL;
    g = lm_subgraph_new(in->n_graphs++);
    g->next = in->graphs;
    in->graphs = g;
    return g;
}

static limn_value *plain(const char *type)
{
    return lm_value_new(type);
}

static void put_int(limn_graph *g, int node, const char *input, int64_t x)
{
    limn_value *v = plain("INT");

    lm_value_set_int(v, "value", x);
    lm_subgraph_put(g, node, input, v);
}

static void put_number(limn_graph *g, int node, const char *input, double x)
{
    limn_value *v = plain("FLOAT");

    lm_value_set_number(v, "value", x);
    lm_subgraph_put(g, node, input, v);
}

static void put_bool(limn_graph *g, int node, const char *input, bool x)
{
    limn_value *v = plain("BOOLEAN");

    lm_value_set_int(v, "value", x);
    lm_subgraph_put(g, node, input, v);
}

static void put_text(limn_graph *g, int node, const char *input, const char *x)
{
    limn_value *v = plain("STRING");

    lm_value_set_text(v, "value", x ? x : "");
    lm_subgraph_put(g, node, input, v);
}

static void put_value(limn_graph *g, int node, const char *input, const limn_value *x)
{
    if (x)
        lm_subgraph_put(g, node, input, lm_value_ref(x));
}

static limn_value *wire(limn_graph *g, int from, int slot)
{
    limn_value *v = lm_value_wire_new(slot);

    lm_value_set_int(v, "graph", g ? g->index : -1);
    lm_value_set_int(v, "inner", from);
    lm_value_set_int(v, "call", -1); /* the executor says which */
    return v;
}

/* ------------------------------------------------------------------ the table */

static limn_value *keep(const limn_value *v)
{
    return v ? lm_value_ref(v) : NULL;
}

static const char *type_of(const limn_value *v)
{
    return v ? lm_value_type(v) : "";
}

const limn_host lm_host = {
    .size = sizeof(limn_host),
    .version = LIMN_VERSION,

    .value = lm_value_new,
    .keep = keep,
    .release = lm_value_unref,
    .type_of = type_of,
    .set_int = lm_value_set_int,
    .set_number = lm_value_set_number,
    .set_text = lm_value_set_text,
    .set_value = lm_value_set_value,
    .set_object = lm_host_set_object,
    .get_int = lm_value_int,
    .get_number = lm_value_number,
    .get_text = lm_value_text,
    .get_value = lm_value_value,
    .get_object = lm_host_get_object,
    .field_count = lm_value_field_count,
    .field_name = lm_value_field_name,

    .list = lm_value_list_new,
    .push = lm_value_push,
    .count = lm_value_count,
    .item = lm_value_item,

    .read = lm_host_read,
    .make = lm_host_make,

    .stopped = lm_host_stopped,
    .progress = lm_call_progress,
    .preview = lm_host_preview,
    .answer = answer,
    .log = lm_host_log,

    .node_id = node_id,
    .prompt = prompt,
    .there = there,
    .open = lm_host_open,
    .blocker = lm_value_blocker_new,

    .graph = graph,
    .add = lm_subgraph_add,
    .stand_for = lm_subgraph_stand_for,
    .put_int = put_int,
    .put_number = put_number,
    .put_bool = put_bool,
    .put_text = put_text,
    .put_value = put_value,
    .put_wire = lm_subgraph_put_wire,
    .put_outer = lm_subgraph_put_outer,
    .wire = wire,

    .look = lm_look_class,
    .look_input = lm_look_input,
    .copy_inputs = lm_look_copy,
};
