/* check_walk.c: walks from the outputs through everything they need, and settles each node once.
 *
 * The walk keeps its own stack, so that a chain may be as long as it likes; a link back into the stack is a
 * cycle. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/bind.h"
#include "core/data/host.h"
#include "core/graph/blame.h"
#include "core/graph/check_parts.h"

enum { MOST_CYCLE = 30 };

enum { NEW, OPEN, DONE }; /* states of a node */

/* A node on the way from an output to its sources. */
struct frame {
    int32_t  node;
    uint32_t begin, next, end; /* its links among walk.links */
};

struct link {
    int32_t           source; /* the node it leads to */
    const limn_input *input;  /* the row it belongs to */
};

struct walk {
    lm_checker   *k;
    struct frame *frames;
    struct link  *links;
    size_t        n_frames, frames_room, n_links, links_room;
    uint8_t      *state, *sound; /* of each node; sound: it has no fault of its own */
    lm_arg       *args;          /* of the node at hand: its rows, then what no row names */
    const char  **rest;          /* the names of the latter */
    size_t        n_rest, args_room, rest_room;
    void         *bound;         /* room for the args struct of any node */
};

/* The array with room for one more element: itself, or a larger copy in its place. NULL: starved, and the
 * array is as it was. */
static void *with_room(lm_checker *k, void *array, size_t *room, size_t count, size_t size)
{
    const size_t more = count < 32 ? 64 : 2 * count;
    void        *grown;

    if (count < *room)
        return array;
    grown = lm_try_alloc(more * size);
    if (!grown) {
        k->starved = true;
        return NULL;
    }
    if (count)
        memcpy(grown, array, count * size);
    lm_free(array);
    *room = more;
    return grown;
}

static void push_frame(struct walk *w, struct frame f)
{
    struct frame *frames = with_room(w->k, w->frames, &w->frames_room, w->n_frames, sizeof f);

    if (!frames)
        return;
    w->frames = frames;
    frames[w->n_frames++] = f;
}

static void push_link(struct walk *w, struct link l)
{
    struct link *links = with_room(w->k, w->links, &w->links_room, w->n_links, sizeof l);

    if (!links)
        return;
    w->links = links;
    links[w->n_links++] = l;
}

/* ------------------------------------------------------------------ one node */

/* The value of an input. Prompts keep the order of the table, mostly: *next is the key to try first. */
static lm_json_ref find_input(const lm_json *d, lm_json_ref inputs, const char *name, lm_json_ref *next)
{
    const size_t size = strlen(name);
    lm_json_ref  k = *next;

    if (!k || !lm_json_key_is(d, k, name, size))
        for (k = lm_json_first_key(d, inputs); k && !lm_json_key_is(d, k, name, size);)
            k = lm_json_next(d, k);
    if (k)
        *next = lm_json_next(d, k);
    return lm_json_value(d, k);
}

static bool fault_missing(lm_checker *k, int node, const limn_input *in)
{
    lm_issue *i = lm_issue_note(k, LM_ISSUE_MISSING, node, in, 0);

    if (i) {
        lm_issue_details(k, i, "%s", in->name);
        lm_issue_say(k, i, in->kind == LIMN_KIND_LINK ? "it must be linked to a node that gives %s"
                                                      : "it is required and not there (%s)", in->type);
    }
    return false;
}

static bool settle(struct walk *w, int node, const limn_input *in, lm_json_ref v, lm_arg *out)
{
    lm_checker *k = w->k;
    bool        ok;

    if (!v && !(in->flags & LIMN_OPTIONAL))
        return fault_missing(k, node, in);
    if (!v) {
        lm_check_default(k, in, out);
        return true;
    }
    if (lm_json_kind_of(k->json, v) != LM_JSON_ARRAY)
        return lm_check_value(k, node, in, v, out);
    ok = lm_check_link(k, node, in, v, out);
    if (ok)
        push_link(w, (struct link){ out->as.node, in });
    return ok;
}

/* ------------------------------------------------------------------ what no row names */

/* Rows that do not name an input: those of the class that the workflow may fill all the same. */
static bool is_hidden(const limn_node *n, const char *name)
{
    static const struct {
        const char *name;
        uint32_t    flag;
    } hidden[] = { { "prompt", LIMN_WANTS_PROMPT }, { "extra_pnginfo", LIMN_WANTS_PROMPT },
                   { "unique_id", LIMN_WANTS_ID },  { "dynprompt", LIMN_WANTS_GRAPH } };

    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if ((n->flags & hidden[i].flag) && !strcmp(hidden[i].name, name))
            return true;
    return false;
}

/* An input that a REST row collects is a row of its own, of any type. */
static const limn_input *rest_row(struct walk *w, const char *name)
{
    limn_input *in = lm_check_keep(w->k, sizeof *in);

    if (in)
        *in = (limn_input){ .name = name, .type = "*", .kind = LIMN_KIND_LINK };
    return in;
}

/* A value of any JSON type: what has no type of its own travels as its text, of type JSON. */
static void settle_any(struct walk *w, lm_json_ref v, lm_arg *out)
{
    limn_value *x = lm_check_box(w->k->json, v, "*");
    lm_text     json = { 0 };

    if (!x) {
        lm_json_write(w->k->json, v, LM_JSON_COMPACT, &json);
        x = lm_value_new("JSON");
        lm_value_set_text(x, "value", lm_text_str(&json));
        lm_text_done(&json);
    }
    *out = (lm_arg){ .state = LM_ARG_VALUE, .as.value = x };
    lm_check_keep_value(w->k, x);
}

static bool settle_undeclared(struct walk *w, int node, const char *name, lm_json_ref v, lm_arg *out)
{
    const limn_input *in;

    if (lm_json_kind_of(w->k->json, v) != LM_JSON_ARRAY || lm_json_count(w->k->json, v) != 2 ||
        lm_json_kind_of(w->k->json, lm_json_first(w->k->json, v)) != LM_JSON_STRING) {
        settle_any(w, v, out);
        return true;
    }
    in = rest_row(w, name);
    return in && settle(w, node, in, v, out);
}

static bool has_rest(const lm_class *c)
{
    return c->n_inputs && c->node->inputs[c->n_inputs - 1].kind == LIMN_KIND_REST;
}

/* What a REST row collects: every input that no row names. */
static bool collect_rest(struct walk *w, int node, lm_json_ref inputs)
{
    const lm_class *c = w->k->out->nodes[node].class_;
    lm_json        *d = w->k->json;
    const size_t    n = (size_t)c->n_inputs;
    bool            ok = true;

    for (lm_json_ref key = lm_json_first_key(d, inputs); key && !w->k->starved; key = lm_json_next(d, key)) {
        const char  *name = lm_json_c_string(d, key);
        lm_arg      *args;
        const char **rest;

        if (!name || lm_class_input(c, name) || is_hidden(c->node, name))
            continue;
        args = with_room(w->k, w->args, &w->args_room, n + w->n_rest, sizeof *args);
        w->args = args ? args : w->args;
        rest = with_room(w->k, w->rest, &w->rest_room, w->n_rest, sizeof *rest);
        w->rest = rest ? rest : w->rest;
        if (!args || !rest)
            return false;
        rest[w->n_rest++] = name;
        ok = settle_undeclared(w, node, name, lm_json_value(d, key), &args[n + w->n_rest - 1]) && ok;
    }
    return ok;
}

/* The input that a node's own check blames, or NULL. */
static void fault_custom(lm_checker *k, int node, const limn_error *why)
{
    const limn_input *in = lm_class_input(k->out->nodes[node].class_, why->input);
    lm_issue         *i = lm_issue_note(k, LM_ISSUE_CUSTOM, node, in, 0);

    if (!i)
        return;
    lm_issue_details(k, i, "%s%s%s", in ? in->name : "", in ? " - " : "", why->text);
    lm_issue_say(k, i, "%s", why->text);
}

/* The node's own check, with its constants bound. */
static bool ask_node(struct walk *w, int node, const lm_arg *args)
{
    const lm_class *c = w->k->out->nodes[node].class_;
    lm_call         call = { .call.host = &lm_host, .env = w->k->env, .node_class = c->node->name,
                             .node = lm_workflow_at(w->k->workflow, node)->id };
    lm_binding      b = { .class_ = c, .args = args };
    limn_error      err = { 0 };
    lm_foreign      f;
    bool            ok;

    if (!c->node->check)
        return true;
    ok = lm_bind(&b, 0, w->bound, &err);
    if (ok && c->origin) {
        ok = lm_foreign_enter(&f, c->origin, &call.call, "check", &err) &&
             c->node->check(&call.call, w->bound, &err);
        ok = lm_foreign_leave(&f, ok, &err);
    } else if (ok) {
        ok = c->node->check(&call.call, w->bound, &err);
    }
    lm_bind_done(&b);
    lm_call_done(&call);
    if (!ok)
        fault_custom(w->k, node, &err);
    return ok;
}

/* Settles all inputs of a node; its links are then the last of w->links. */
static void look_at(struct walk *w, int node)
{
    lm_check       *c = w->k->out;
    const lm_class *class_ = c->nodes[node].class_;
    lm_json_ref     inputs, next;
    bool            ok = class_;
    const int       n = class_ ? class_->n_inputs : 0;
    size_t          all;

    w->n_rest = 0;
    inputs = lm_workflow_at(w->k->workflow, node)->inputs;
    next = lm_json_first_key(w->k->json, inputs);
    for (int i = 0; i < n && !w->k->starved; i++) {
        const limn_input *in = &class_->node->inputs[i];

        if (in->kind == LIMN_KIND_REST)
            w->args[i] = (lm_arg){ .state = LM_ARG_CONSTANT };
        else
            ok = settle(w, node, in, find_input(w->k->json, inputs, in->name, &next), &w->args[i]) && ok;
    }
    if (n && has_rest(class_))
        ok = collect_rest(w, node, inputs) && ok;
    ok = ok && !w->k->starved && ask_node(w, node, w->args);
    all = (size_t)n + w->n_rest;
    if (ok)
        c->nodes[node].args = lm_check_keep(w->k, all * sizeof *w->args + w->n_rest * sizeof *w->rest);
    if (ok && all && c->nodes[node].args) {
        memcpy(c->nodes[node].args, w->args, all * sizeof *w->args);
        c->nodes[node].rest = (const char **)(c->nodes[node].args + all);
        c->nodes[node].n_rest = (int)w->n_rest;
        if (w->n_rest)
            memcpy(c->nodes[node].rest, w->rest, w->n_rest * sizeof *w->rest);
    }
    w->sound[node] = ok;
}

/* ------------------------------------------------------------------ the walk */

static void name_in_path(lm_checker *k, int node, lm_text *path)
{
    const lm_workflow_node *n = lm_workflow_at(k->workflow, node);

    lm_text_add(path, n->id, lm_text_fit(n->id, strlen(n->id), 60));
    lm_text_printf(path, " (%.60s)", n->class_name);
}

/* The node on top links to one that waits for it. */
static void fault_cycle(struct walk *w, int node, const struct link *link)
{
    lm_issue         *i = lm_issue_note(w->k, LM_ISSUE_CYCLE, node, link->input, 0);
    lm_text           path = { 0 };
    size_t            at = w->n_frames;

    if (!i)
        return;
    while (w->frames[--at].node != link->source) {}
    for (size_t first = at; at < w->n_frames && at - first < MOST_CYCLE; at++) {
        name_in_path(w->k, w->frames[at].node, &path);
        lm_text_puts(&path, " -> ");
    }
    lm_text_puts(&path, at < w->n_frames ? "… -> " : "");
    name_in_path(w->k, link->source, &path);
    lm_issue_details(w->k, i, "%s", path.at);
    lm_issue_say(w->k, i, "waits for itself: %s", path.at);
    lm_text_done(&path);
}

static void enter(struct walk *w, int node)
{
    const uint32_t begin = (uint32_t)w->n_links;

    w->state[node] = OPEN;
    look_at(w, node);
    push_frame(w, (struct frame){ .node = node, .begin = begin, .next = begin, .end = (uint32_t)w->n_links });
}

/* All sources of the node on top are done, or the node waits for itself. */
static void leave(struct walk *w)
{
    const struct frame *f = &w->frames[--w->n_frames];
    bool                valid = w->sound[f->node];

    for (uint32_t i = f->begin; i < f->end; i++)
        valid = valid && w->k->out->nodes[w->links[i].source].valid;
    w->k->out->nodes[f->node].valid = valid;
    w->state[f->node] = DONE;
    w->n_links = f->begin;
}

static void follow(struct walk *w, struct frame *f)
{
    const struct link link = w->links[f->next++];
    const int         node = f->node;

    if (w->state[link.source] == OPEN)
        fault_cycle(w, node, &link);
    if (w->state[link.source] != NEW)
        return;
    w->k->via_node = node;
    w->k->via_input = link.input;
    enter(w, link.source);
}

static void walk_from(struct walk *w, int output)
{
    w->k->via_node = -1;
    w->k->via_input = NULL;
    if (w->state[output] == NEW)
        enter(w, output);
    while (w->n_frames && !w->k->starved) {
        struct frame *f = &w->frames[w->n_frames - 1];

        if (f->next < f->end)
            follow(w, f);
        else
            leave(w);
    }
}

static void walk_outputs(struct walk *w)
{
    lm_check *c = w->k->out;

    for (int i = 0; i < c->n_nodes && !w->k->starved; i++) {
        if (!w->k->asked_for[i])
            continue;
        walk_from(w, i);
        if (c->nodes[i].valid)
            c->outputs[c->n_outputs++] = i;
        else
            c->failed[c->n_failed++] = i;
    }
}

void lm_check_walk(lm_checker *k, int inputs, size_t bytes)
{
    const size_t n = (size_t)k->out->n_nodes + 1;
    struct walk  w = { .k = k, .state = lm_try_alloc(n), .sound = lm_try_alloc(n),
                       .args = lm_try_alloc(((size_t)inputs + 1) * sizeof *w.args), .args_room = (size_t)inputs + 1,
                       .bound = lm_try_alloc(bytes) };

    if (w.state && w.sound && w.args && w.bound)
        walk_outputs(&w);
    else
        k->starved = true;
    lm_free(w.frames);
    lm_free(w.links);
    lm_free(w.state);
    lm_free(w.sound);
    lm_free(w.args);
    lm_free(w.rest);
    lm_free(w.bound);
}
