/* workflow.c: a workflow file as nodes that name a class and its inputs. */
#include "core/graph/workflow.h"

#include <inttypes.h>

#include "core/base/alloc.h"
#include "core/graph/blame.h"
#include "core/graph/index.h"

struct lm_workflow {
    lm_json          *json;
    lm_json          *canvas;       /* what it was converted from, or NULL */
    lm_json_ref       canvas_root;
    lm_text           notes;
    lm_json_ref       prompt; /* the object of nodes */
    lm_workflow_node *nodes;
    int               count;
    lm_index          ids;
};

/* ------------------------------------------------------------------ form */

static const char *kind_name(const lm_json *d, lm_json_ref v)
{
    static const char *const names[] = {
        [LM_JSON_ABSENT] = "nothing",    [LM_JSON_NULL] = "null",     [LM_JSON_FALSE] = "a boolean",
        [LM_JSON_TRUE] = "a boolean",    [LM_JSON_NUMBER] = "a number", [LM_JSON_STRING] = "a text",
        [LM_JSON_ARRAY] = "an array",    [LM_JSON_OBJECT] = "an object", [LM_JSON_MOVED] = "nothing",
    };

    return names[lm_json_kind_of(d, v)];
}

static bool is_kind(const lm_json *d, lm_json_ref v, lm_json_kind kind)
{
    return lm_json_kind_of(d, v) == kind;
}

lm_json_ref lm_workflow_root(const lm_json *d)
{
    const lm_json_ref root = lm_json_root(d), inner = lm_json_get(d, root, "prompt");

    return is_kind(d, inner, LM_JSON_OBJECT) && !lm_json_get(d, inner, "class_type") ? inner : root;
}

static bool convert(lm_workflow *w, const lm_canvas_env *env, limn_error *err)
{
    lm_text api = { 0 };

    w->canvas = w->json;
    w->canvas_root = w->prompt;
    w->json = NULL;
    if (lm_canvas_convert(w->canvas, w->canvas_root, env, &api, &w->notes, err))
        w->json = lm_json_read(api.at, api.size, err);
    lm_text_done(&api);
    w->prompt = w->json ? lm_json_root(w->json) : 0;
    return w->json;
}

static bool find_prompt(lm_workflow *w, const lm_canvas_env *env, limn_error *err)
{
    const lm_json *d = w->json;

    w->prompt = lm_workflow_root(d);
    if (lm_canvas_is(d, w->prompt) && env)
        return convert(w, env, err);
    if (lm_canvas_is(d, w->prompt))
        return limn_fail(err, FILE, "this is a workflow in the canvas's own format, where one in the API format "
                                    "is expected");
    if (!is_kind(d, w->prompt, LM_JSON_OBJECT))
        return limn_fail(err, FILE, "a workflow is an object of nodes, and this is %s",
                         kind_name(d, w->prompt));
    return true;
}

static bool fail_node(const lm_workflow_node *n, limn_error *err, const char *what, const char *found)
{
    lm_text id = { 0 };

    lm_text_clean(&id, n->id, strlen(n->id), 40);
    limn_fail(err, FILE, "node %s: %s, and this is %s", lm_text_str(&id), what, found);
    lm_text_done(&id);
    return false;
}

static void read_meta(lm_json *d, lm_workflow_node *n, lm_json_ref meta)
{
    const lm_json_ref pack = lm_json_get(d, meta, "cnr_id");

    n->title = lm_json_c_string(d, lm_json_get(d, meta, "title"));
    n->pack = lm_json_c_string(d, pack ? pack : lm_json_get(d, meta, "aux_id"));
}

static bool read_node(lm_workflow *w, lm_workflow_node *n, lm_json_ref key, limn_error *err)
{
    lm_json    *d = w->json;
    lm_json_ref class_type;

    n->id = lm_json_c_string(d, key);
    n->id_size = d->nodes[key].size;
    n->self = lm_json_value(d, key);
    if (!is_kind(d, n->self, LM_JSON_OBJECT))
        return fail_node(n, err, "an object with class_type and inputs belongs here", kind_name(d, n->self));
    class_type = lm_json_get(d, n->self, "class_type");
    n->class_name = lm_json_c_string(d, class_type);
    if (class_type && !n->class_name)
        return fail_node(n, err, "class_type is a text", kind_name(d, class_type));
    n->inputs = lm_json_get(d, n->self, "inputs");
    if (n->inputs && !is_kind(d, n->inputs, LM_JSON_OBJECT))
        return fail_node(n, err, "inputs is an object", kind_name(d, n->inputs));
    read_meta(d, n, lm_json_get(d, n->self, "_meta"));
    return true;
}

static bool read_nodes(lm_workflow *w, limn_error *err)
{
    const uint32_t n = lm_json_count(w->json, w->prompt);

    w->nodes = lm_try_alloc(n * sizeof *w->nodes);
    if (!w->nodes || !lm_index_init(&w->ids, n))
        return limn_fail(err, MEMORY, "no memory for a workflow of %" PRIu32 " nodes", n);
    for (lm_json_ref k = lm_json_first_key(w->json, w->prompt); k; k = lm_json_next(w->json, k)) {
        lm_workflow_node *node = &w->nodes[w->count];

        if (!read_node(w, node, k, err))
            return false;
        lm_index_put(&w->ids, w->json->nodes[k].text, node->id_size, w->count++);
    }
    return true;
}

static bool is_picture(const char *text, size_t size)
{
    return (size >= 4 && (!memcmp(text, "\x89PNG", 4) || !memcmp(text, "RIFF", 4))) ||
           (size >= 3 && !memcmp(text, "\xff\xd8\xff", 3));
}

lm_workflow *lm_workflow_read(const char *text, size_t size, limn_error *err)
{
    return lm_workflow_open(text, size, NULL, err);
}

lm_workflow *lm_workflow_open(const char *text, size_t size, const lm_canvas_env *env, limn_error *err)
{
    lm_workflow *w = lm_alloc(sizeof *w);

    if (is_picture(text, size))
        limn_fail(err, FILE, "this is a picture; limn does not run the workflow inside one yet");
    else
        w->json = lm_json_read(text, size, err);
    if (w->json && find_prompt(w, env, err) && read_nodes(w, err))
        return w;
    lm_workflow_free(w);
    return NULL;
}

void lm_workflow_free(lm_workflow *w)
{
    if (!w)
        return;
    lm_index_done(&w->ids);
    lm_free(w->nodes);
    lm_json_free(w->json);
    lm_json_free(w->canvas);
    lm_text_done(&w->notes);
    lm_free(w);
}

/* ------------------------------------------------------------------ looking */

int lm_workflow_count(const lm_workflow *w)
{
    return w->count;
}

const lm_workflow_node *lm_workflow_at(const lm_workflow *w, int i)
{
    return &w->nodes[i];
}

int lm_workflow_find(const lm_workflow *w, const char *id, size_t size)
{
    return lm_index_find(&w->ids, id, size);
}

lm_json *lm_workflow_json(lm_workflow *w)
{
    return w->json;
}

const char *lm_workflow_notes(const lm_workflow *w)
{
    return lm_text_str(&w->notes);
}

char *lm_workflow_prompt_text(lm_workflow *w)
{
    lm_text out = { 0 };

    lm_json_write(w->json, w->prompt, LM_JSON_SPACES | LM_JSON_ASCII, &out);
    return lm_text_take(&out);
}

/* In the body of a POST the prompt and the canvas's workflow travel side by side. */
static lm_json_ref travelling_canvas(const lm_workflow *w)
{
    const lm_json    *d = w->json;
    const lm_json_ref extra = lm_json_get(d, lm_json_root(d), "extra_data");

    return w->prompt == lm_json_root(d) ? 0 : lm_json_get(d, lm_json_get(d, extra, "extra_pnginfo"), "workflow");
}

char *lm_workflow_canvas_text(lm_workflow *w)
{
    const lm_json    *d = w->canvas ? w->canvas : w->json;
    const lm_json_ref canvas = w->canvas ? w->canvas_root : travelling_canvas(w);
    lm_text           out = { 0 };

    if (!is_kind(d, canvas, LM_JSON_OBJECT))
        return NULL;
    lm_json_write(d, canvas, LM_JSON_SPACES | LM_JSON_ASCII, &out);
    return lm_text_take(&out);
}

/* ------------------------------------------------------------------ changing */

static bool has_name(const lm_workflow_node *n, const char *name, size_t size)
{
    return (n->class_name && strlen(n->class_name) == size && !memcmp(n->class_name, name, size)) ||
           (n->title && strlen(n->title) == size && !memcmp(n->title, name, size));
}

/* The one node of that id, class or title. -1: none; -2: several, and *err. */
static int named_node(const lm_workflow *w, const char *name, size_t size, limn_error *err)
{
    int found = lm_workflow_find(w, name, size);

    if (found >= 0)
        return found;
    for (int i = 0; i < w->count; i++) {
        if (!has_name(&w->nodes[i], name, size))
            continue;
        if (found >= 0) {
            limn_fail(err, INPUT, "several nodes are called %.*s (%.40s and %.40s): name one by its id",
                      (int)size, name, w->nodes[found].id, w->nodes[i].id);
            return -2;
        }
        found = i;
    }
    return found;
}

/* Splits "NODE.INPUT" at the last point that leaves the name of a node. Its place; below 0 and *err. */
static int find_target(const lm_workflow *w, const char *target, size_t size, size_t *point,
                       limn_error *err)
{
    int i;

    for (*point = size; (*point)--;) {
        if (target[*point] != '.')
            continue;
        i = named_node(w, target, *point, err);
        if (i != -1)
            return i;
    }
    limn_fail(err, INPUT, "no node of this workflow is called as in %.*s", (int)size, target);
    return -1;
}

/* Every node has inputs from here on. */
static bool own_inputs(lm_workflow *w, lm_workflow_node *n, limn_error *err)
{
    if (!n->inputs && !lm_json_set(w->json, n->self, "inputs", "{}", 2, err))
        return false;
    n->inputs = lm_json_get(w->json, n->self, "inputs");
    return true;
}

static bool takes_text(const limn_input *in)
{
    return in && (in->kind == LIMN_KIND_TEXT || in->kind == LIMN_KIND_CHOICE || in->kind == LIMN_KIND_FILE);
}

static bool set_input(lm_workflow *w, lm_workflow_node *n, const limn_input *in, const char *name,
                      const char *value, limn_error *err)
{
    const size_t size = strlen(value);
    limn_error   why = { 0 };

    if (!own_inputs(w, n, err))
        return false;
    if (!takes_text(in) && lm_json_set(w->json, n->inputs, name, value, size, &why))
        return true;
    if (why.code == LIMN_MEMORY)
        return limn_fail(err, MEMORY, "%.300s", why.text);
    return lm_json_set_string(w->json, n->inputs, name, value, size, err);
}

static bool fail_input(const lm_workflow_node *n, const lm_class *c, const char *name, limn_error *err)
{
    const char *near = lm_class_nearest_input(c, name);

    limn_fail(err, INPUT, "it has no input %.60s%s%.60s", name, near ? "; the nearest is " : "",
              near ? near : "");
    return lm_blame(err, n->id, n->class_name);
}

bool lm_workflow_set(lm_workflow *w, const lm_registry *r, const char *assignment, limn_error *err)
{
    const char       *equals = strchr(assignment, '=');
    const lm_class   *c;
    const limn_input *in;
    lm_workflow_node *n;
    char             *name;
    size_t            point;
    int               i;
    bool              ok;

    if (!equals)
        return limn_fail(err, INPUT, "%.200s: NODE.INPUT=VALUE is expected", assignment);
    i = find_target(w, assignment, (size_t)(equals - assignment), &point, err);
    if (i < 0)
        return false;
    n = &w->nodes[i];
    name = lm_copy_bytes(assignment + point + 1, (size_t)(equals - assignment) - point - 1);
    c = n->class_name ? lm_registry_find(r, n->class_name) : NULL;
    in = c ? lm_class_input(c, name) : NULL;
    ok = c && !in ? fail_input(n, c, name, err) : set_input(w, n, in, name, equals + 1, err);
    lm_free(name);
    return ok;
}

/* 1: set; 0: it is linked; -1: *err. */
static int set_seed(lm_workflow *w, const lm_workflow_node *n, const limn_input *in, uint64_t seed,
                    limn_error *err)
{
    char text[24];
    int  size = snprintf(text, sizeof text, "%" PRIu64, seed);

    if (is_kind(w->json, lm_json_get(w->json, n->inputs, in->name), LM_JSON_ARRAY))
        return 0;
    return lm_json_set(w->json, n->inputs, in->name, text, (size_t)size, err) ? 1 : -1;
}

int lm_workflow_set_seed(lm_workflow *w, const lm_registry *r, uint64_t seed, limn_error *err)
{
    int count = 0, one;

    for (int i = 0; i < w->count; i++) {
        lm_workflow_node *n = &w->nodes[i];
        const lm_class   *c = n->class_name ? lm_registry_find(r, n->class_name) : NULL;

        for (int k = 0; c && k < c->n_inputs; k++) {
            if (c->node->inputs[k].kind != LIMN_KIND_SEED)
                continue;
            one = own_inputs(w, n, err) ? set_seed(w, n, &c->node->inputs[k], seed, err) : -1;
            if (one < 0)
                return -1;
            count += one;
        }
    }
    return count;
}
