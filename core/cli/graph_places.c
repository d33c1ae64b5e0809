/* graph_places.c: where nodes, links and groups stand: as a canvas put them, or, of a prompt, in columns. */
#include "core/cli/graph_places.h"

#include <math.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/hash.h"
#include "core/cli/packed.h"
#include "core/graph/workflow.h"

enum { MOST_NODES = 2000, MOST_LINKS = 6000, MOST_GROUPS = 200, MOST_TURNS = 64 };

/* ------------------------------------------------------------------ what stands where */

/* A hue of its own for each class, as light as the others. */
static lm_rgb colour_of(const char *class_name, size_t n)
{
    const double hue = (double)(lm_hash_add(lm_hash_start(), class_name, n).a % 360) / 60.0;
    lm_rgb       c;
    uint8_t     *parts[] = { &c.r, &c.g, &c.b };

    for (int i = 0; i < 3; i++) {
        const double k = fmod(5.0 - 2.0 * i + hue, 6.0), s = fmin(fmin(k, 4.0 - k), 1.0);

        *parts[i] = (uint8_t)(205.0 - 95.0 * fmax(0.0, s));
    }
    return c;
}

static double number_of(const lm_json *d, lm_json_ref v, double otherwise)
{
    double n;

    return lm_json_to_double(d, v, &n) && isfinite(n) && fabs(n) < 1e7 ? n : otherwise;
}

/* [x, y] or {"0": x, "1": y} */
static double part_of(const lm_json *d, lm_json_ref pair, int i, double otherwise)
{
    const lm_json_ref v = lm_json_at(d, pair, (uint32_t)i);

    return number_of(d, v ? v : lm_json_get(d, pair, i ? "1" : "0"), otherwise);
}

/* A node's id as a text, whichever way it is written. */
static const char *id_of(const lm_json *d, lm_json_ref v, size_t *n)
{
    const char *text = lm_json_string(d, v, n);

    return text ? text : lm_json_number(d, v, n);
}

static void note_id(lm_places *g, const char *id, size_t n)
{
    if (id && lm_index_reserve(&g->ids))
        lm_index_put(&g->ids, id, n, g->n_nodes);
}

static void add_link(lm_places *g, const char *from, size_t n, int to)
{
    const int32_t f = from ? lm_index_find(&g->ids, from, n) : -1;

    if (f < 0 || to < 0 || g->n_links == MOST_LINKS)
        return;
    g->links[g->n_links][0] = f;
    g->links[g->n_links++][1] = to;
}

static void add_canvas_node(lm_places *g, lm_json_ref v)
{
    const lm_json    *d = g->d;
    const lm_json_ref flags = lm_json_get(d, v, "flags"), pos = lm_json_get(d, v, "pos"), size = lm_json_get(d, v, "size");
    bool              folded = false;
    size_t            n = 0;
    const char       *id = id_of(d, lm_json_get(d, v, "id"), &n), *type;
    lm_box           *b = &g->nodes[g->n_nodes];

    if (lm_json_kind_of(d, v) != LM_JSON_OBJECT || g->n_nodes == MOST_NODES)
        return;
    note_id(g, id, n);
    lm_json_to_bool(d, lm_json_get(d, flags, "collapsed"), &folded);
    type = lm_json_string(d, lm_json_get(d, v, "type"), &n);
    *b = (lm_box){ part_of(d, pos, 0, 0), part_of(d, pos, 1, 0) - LM_PLACES_TITLE, fmax(40, part_of(d, size, 0, 200)),
                   folded ? LM_PLACES_TITLE : fmax(20, part_of(d, size, 1, 80)) + LM_PLACES_TITLE,
                   colour_of(type ? type : "", type ? n : 0), 0 };
    g->n_nodes++;
}

static void add_canvas_link(lm_places *g, lm_json_ref v)
{
    const lm_json *d = g->d;
    const bool     list = lm_json_kind_of(d, v) == LM_JSON_ARRAY;
    size_t         n = 0, m = 0;
    const char    *from, *to;

    if (list ? lm_json_count(d, v) < 5 : lm_json_kind_of(d, v) != LM_JSON_OBJECT)
        return;
    from = id_of(d, list ? lm_json_at(d, v, 1) : lm_json_get(d, v, "origin_id"), &n);
    to = id_of(d, list ? lm_json_at(d, v, 3) : lm_json_get(d, v, "target_id"), &m);
    add_link(g, from, n, to ? lm_index_find(&g->ids, to, m) : -1);
}

static void add_canvas_group(lm_places *g, lm_json_ref v)
{
    const lm_json_ref bounds = lm_json_get(g->d, v, "bounding");

    if (g->n_groups == MOST_GROUPS || lm_json_kind_of(g->d, bounds) != LM_JSON_ARRAY || lm_json_count(g->d, bounds) < 4)
        return;
    g->groups[g->n_groups++] = (lm_box){ part_of(g->d, bounds, 0, 0), part_of(g->d, bounds, 1, 0),
                                         fmax(1, part_of(g->d, bounds, 2, 1)), fmax(1, part_of(g->d, bounds, 3, 1)),
                                         { 0x22, 0x26, 0x2d }, 0 };
}

static void each(lm_places *g, lm_json_ref list, void (*fn)(lm_places *g, lm_json_ref v))
{
    if (lm_json_kind_of(g->d, list) == LM_JSON_ARRAY)
        for (lm_json_ref v = lm_json_first(g->d, list); v; v = lm_json_next(g->d, v))
            fn(g, lm_json_resolve(g->d, v));
}

static void read_canvas(lm_places *g, lm_json_ref root)
{
    each(g, lm_json_get(g->d, root, "nodes"), add_canvas_node);
    each(g, lm_json_get(g->d, root, "links"), add_canvas_link);
    each(g, lm_json_get(g->d, root, "groups"), add_canvas_group);
}

/* ------------------------------------------------------------------ a prompt has no places */

static void add_prompt_node(lm_places *g, lm_json_ref key)
{
    const lm_json_ref v = lm_json_value(g->d, key);
    size_t            n = 0;
    const char       *id = lm_json_string(g->d, key, &n), *type;

    if (g->n_nodes == MOST_NODES || lm_json_kind_of(g->d, v) != LM_JSON_OBJECT)
        return;
    note_id(g, id, n);
    type = lm_json_string(g->d, lm_json_get(g->d, v, "class_type"), &n);
    g->nodes[g->n_nodes++] = (lm_box){ 0, 0, 220, 80 + 16 * fmin(12, lm_json_count(g->d, lm_json_get(g->d, v, "inputs"))),
                                    colour_of(type ? type : "", type ? n : 0), 0 };
}

static void add_prompt_links(lm_places *g, lm_json_ref key, int to)
{
    const lm_json_ref inputs = lm_json_get(g->d, lm_json_value(g->d, key), "inputs");

    for (lm_json_ref i = lm_json_first_key(g->d, inputs); i; i = lm_json_next(g->d, i)) {
        const lm_json_ref v = lm_json_value(g->d, i);
        size_t            n = 0;
        const char       *from = NULL;

        if (lm_json_kind_of(g->d, v) == LM_JSON_ARRAY && lm_json_count(g->d, v) == 2)
            from = id_of(g->d, lm_json_at(g->d, v, 0), &n);
        add_link(g, from, n, to);
    }
}

/* Each stands to the right of all that it takes; in a circle somebody has to be first. */
static void find_columns(lm_places *g)
{
    bool moved = true;

    for (int turn = 0; turn < MOST_TURNS && moved; turn++) {
        moved = false;
        for (int i = 0; i < g->n_links; i++) {
            const lm_box *from = &g->nodes[g->links[i][0]];
            lm_box       *to = &g->nodes[g->links[i][1]];

            if (to->column <= from->column) {
                to->column = from->column + 1;
                moved = true;
            }
        }
    }
}

static void read_prompt(lm_places *g, lm_json_ref root)
{
    double below[MOST_TURNS * 2 + 2] = { 0 };
    int    i = 0;

    for (lm_json_ref k = lm_json_first_key(g->d, root); k; k = lm_json_next(g->d, k))
        add_prompt_node(g, k);
    for (lm_json_ref k = lm_json_first_key(g->d, root); k && i < g->n_nodes; k = lm_json_next(g->d, k))
        if (lm_json_kind_of(g->d, lm_json_value(g->d, k)) == LM_JSON_OBJECT)
            add_prompt_links(g, k, i++);
    find_columns(g);
    for (i = 0; i < g->n_nodes; i++) {
        lm_box   *b = &g->nodes[i];
        const int column = b->column < MOST_TURNS * 2 ? b->column : MOST_TURNS * 2;

        b->x = 300.0 * column;
        b->y = below[column];
        below[column] += b->h + 40;
    }
}

/* ------------------------------------------------------------------ the whole */

bool lm_places_read(lm_places *g, const lm_json *d)
{
    const lm_json_ref root = lm_workflow_root(d);

    *g = (lm_places){ .d = d, .nodes = lm_alloc_array(MOST_NODES, sizeof *g->nodes),
                      .groups = lm_alloc_array(MOST_GROUPS, sizeof *g->groups),
                      .links = lm_alloc_array(MOST_LINKS, sizeof *g->links) };
    if (!lm_index_init(&g->ids, 64))
        return false;
    if (lm_canvas_is(d, root))
        read_canvas(g, root);
    else
        read_prompt(g, root);
    return true;
}

void lm_places_done(lm_places *g)
{
    lm_index_done(&g->ids);
    lm_free(g->nodes);
    lm_free(g->groups);
    lm_free(g->links);
}
