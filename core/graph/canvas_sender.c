/* canvas_sender.c: nodes that send what they are given to every input of its type that has no link ("Anything
 * Everywhere"). They send within their own graph. */
#include "core/graph/canvas_parts.h"

enum { SEVERAL = -1, MOST_CHOOSY = 64 /* senders that look at names, and slots of one */ };

/* The type of what a link brings: as the file says, else as the node it comes from does. */
static int32_t type_of_link(lm_canvas *c, const lm_canvas_graph *g, const lm_canvas_link *l)
{
    const lm_json_ref text = lm_json_kind_of(c->d, l->self) == LM_JSON_ARRAY
                                 ? lm_json_at(c->d, l->self, 5) : lm_json_get(c->d, l->self, "type");
    const int32_t         type = lm_canvas_type_of(c, text);
    const lm_canvas_node *n = l->from >= 0 ? &g->nodes[l->from] : NULL;

    if (type || !n || !n->plan || l->from_slot < 0 || l->from_slot >= n->plan->n_outputs)
        return type;
    return n->plan->outputs[l->from_slot];
}

/* Two senders of one type leave it unsaid which is meant. */
static bool add_type(lm_canvas *c, lm_canvas_graph *g, int32_t link)
{
    const int32_t        type = type_of_link(c, g, &g->links[link]);
    const lm_canvas_name name = type ? c->type_names[type] : (lm_canvas_name){ 0 };
    int32_t              place;

    if (!type)
        return true;
    if (!lm_index_reserve(&g->senders))
        return limn_fail(&c->err, MEMORY, "no memory for one more sender");
    place = lm_index_put(&g->senders, name.at, name.size, g->n_sent);
    if (place == g->n_sent) {
        g->sent[g->n_sent++] = link;
    } else if (g->sent[place] != SEVERAL) {
        lm_canvas_note(c, "several nodes send %.*s everywhere: none of them is followed",
                       LM_CANVAS_SHOWN(name));
        g->sent[place] = SEVERAL;
    }
    return true;
}

/* ------------------------------------------------------------------ patterns */

static bool contains(lm_canvas_name text, lm_canvas_name part)
{
    return !part.size || (text.at && memmem(text.at, text.size, part.at, part.size));
}

/* A pattern is ".*" or a text to be found; other patterns are none that we follow. */
static bool is_plain(lm_canvas_name pattern)
{
    for (size_t i = 0; i < pattern.size; i++)
        if (!pattern.at[i] || strchr("\\^$.|?*+()[]{}", pattern.at[i]))
            return false;
    return true;
}

static bool meets(lm_canvas_name pattern, lm_canvas_name text)
{
    return lm_canvas_is_text(pattern, ".*") || contains(text, pattern);
}

/* Can the three patterns of a SEND_TO node be followed? Groups are drawing here. */
static bool is_followed(lm_canvas *c, const lm_canvas_node *n)
{
    bool ok = true;

    for (uint32_t i = 0; i < 3; i++) {
        const lm_canvas_name pattern = lm_canvas_key(c, lm_json_at(c->d, n->widgets, i));

        ok = ok && (!pattern.size || lm_canvas_is_text(pattern, ".*") || (i < 2 && is_plain(pattern)));
    }
    if (!ok)
        lm_canvas_note(c, "node %.*s sends by a pattern that limn does not follow",
                       LM_CANVAS_SHOWN(n->id));
    return ok;
}

/* ------------------------------------------------------------------ who sends */

static bool sends(const lm_canvas_node *n)
{
    return n->kind >= LM_CANVAS_SEND && n->mode != 2 && n->mode != 4;
}

static bool add_sender(lm_canvas *c, lm_canvas_graph *g, int node)
{
    const lm_canvas_node *n = &g->nodes[node];

    if (n->kind != LM_CANVAS_SEND) {
        if (g->n_choosy < MOST_CHOOSY && (n->kind != LM_CANVAS_SEND_TO || is_followed(c, n)))
            g->choosy[g->n_choosy++] = node;
        return true;
    }
    for (int s = 0; s < n->n_slots; s++)
        if (n->slots[s].link >= 0 && !add_type(c, g, n->slots[s].link))
            return false;
    return true;
}

bool lm_canvas_find_senders(lm_canvas *c, lm_canvas_graph *g)
{
    size_t slots = 0;

    for (int i = 0; i < g->n_nodes; i++)
        slots += sends(&g->nodes[i]) ? (size_t)g->nodes[i].n_slots + 1 : 0;
    if (!slots)
        return true;
    g->sent = lm_canvas_take(c, slots, sizeof *g->sent);
    g->choosy = lm_canvas_take(c, MOST_CHOOSY, sizeof *g->choosy);
    for (int i = 0; lm_canvas_live(c) && i < g->n_nodes; i++)
        if (sends(&g->nodes[i]) && !add_sender(c, g, i))
            return false;
    return lm_canvas_live(c);
}

/* ------------------------------------------------------------------ those that look at names */

/* Its patterns are for titles, names of inputs, and groups. */
static bool is_meant(const lm_canvas *c, const lm_canvas_node *sender, const lm_canvas_node *n,
                     lm_canvas_name input)
{
    return meets(lm_canvas_key(c, lm_json_at(c->d, sender->widgets, 0)), lm_canvas_title(c, n)) &&
           meets(lm_canvas_key(c, lm_json_at(c->d, sender->widgets, 1)), input);
}

static bool starts(lm_canvas_name name, const char *with)
{
    return name.size >= 3 && !memcmp(name.at, with, 3);
}

/* The slot of a choosy sender that sends to this input, or -1. */
static int chosen_slot(lm_canvas *c, const lm_canvas_graph *g, const lm_canvas_node *sender,
                       const lm_canvas_node *n, const lm_canvas_slot *s)
{
    const int first = sender->kind == LM_CANVAS_SEND_TWO && starts(s->name, "neg");
    const int end = sender->kind == LM_CANVAS_SEND_TWO ? first + 1 : sender->n_slots;

    if (sender->kind == LM_CANVAS_SEND_TWO ? !starts(s->name, "pos") && !first
                                           : !is_meant(c, sender, n, s->name))
        return -1;
    for (int i = first; i < end && i < sender->n_slots && i < MOST_CHOOSY; i++)
        if (sender->slots[i].link >= 0 &&
            type_of_link(c, g, &g->links[sender->slots[i].link]) == s->type)
            return i;
    return -1;
}

int32_t lm_canvas_sender(lm_canvas *c, const lm_canvas_graph *g, const lm_canvas_node *n, int slot)
{
    const lm_canvas_slot *s = &n->slots[slot];
    int32_t               place;

    if (!g->sent || s->widget >= 0 || !s->type || (n->kind != LM_CANVAS_REAL && !n->inner))
        return -1;
    for (int i = 0; i < g->n_choosy; i++) {
        const lm_canvas_node *sender = &g->nodes[g->choosy[i]];
        const int             from = chosen_slot(c, g, sender, n, s);

        if (from >= 0)
            return sender->slots[from].link;
    }
    place = lm_index_find(&g->senders, c->type_names[s->type].at, c->type_names[s->type].size);
    return place < 0 ? -1 : g->sent[place];
}
