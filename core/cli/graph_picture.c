/* graph_picture.c: a workflow's graph as a small picture, for who has none of what it paints: groups, links and nodes
 * where a canvas put them; nodes of a prompt in columns, by how far they are from the first. It is drawn at twice its
 * size and made smaller, so that edges are smooth. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/hash.h"
#include "core/cli/packed.h"
#include "core/graph/index.h"
#include "nodes/picture/png.h"

enum { WIDTH = 640, HEIGHT = 448, TWICE = 2, MARGIN = 36, TITLE = 30, STEPS = 48,
       MOST_NODES = 2000, MOST_LINKS = 6000, MOST_GROUPS = 200, MOST_TURNS = 64 };

typedef struct rgb {
    uint8_t r, g, b;
} rgb;

static const rgb ground = { 0x16, 0x18, 0x1c }, node_fill = { 0x2b, 0x30, 0x38 }, link_colour = { 0x75, 0x7e, 0x8d };

typedef struct box {
    double x, y, w, h;
    rgb    colour;
    int    column;
} box;

typedef struct drawing {
    const lm_json *d;
    box           *nodes, *groups;
    int          (*links)[2]; /* from, to */
    int            n_nodes, n_groups, n_links;
    lm_index       ids;       /* of nodes, as they are written */
    double         left, top, scale;
    uint8_t       *at;        /* [HEIGHT·2, WIDTH·2, 3] */
} drawing;

/* ------------------------------------------------------------------ what stands where */

/* A hue of its own for each class, as light as the others. */
static rgb colour_of(const char *class_name, size_t n)
{
    const double hue = (double)(lm_hash_add(lm_hash_start(), class_name, n).a % 360) / 60.0;
    rgb          c;
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
    const bool list = lm_json_kind_of(d, pair) == LM_JSON_ARRAY;

    if (!list && lm_json_kind_of(d, pair) != LM_JSON_OBJECT)
        return otherwise;
    return number_of(d, list ? (lm_json_count(d, pair) > (uint32_t)i ? lm_json_at(d, pair, (uint32_t)i) : 0)
                             : lm_json_get(d, pair, i ? "1" : "0"), otherwise);
}

/* A node's id as a text, whichever way it is written. */
static const char *id_of(const lm_json *d, lm_json_ref v, size_t *n)
{
    const char *text = lm_json_string(d, v, n);

    return text ? text : lm_json_number(d, v, n);
}

static void note_id(drawing *g, const char *id, size_t n)
{
    if (id && lm_index_reserve(&g->ids))
        lm_index_put(&g->ids, id, n, g->n_nodes);
}

static void add_link(drawing *g, const char *from, size_t n, int to)
{
    const int32_t f = from ? lm_index_find(&g->ids, from, n) : -1;

    if (f < 0 || to < 0 || g->n_links == MOST_LINKS)
        return;
    g->links[g->n_links][0] = f;
    g->links[g->n_links++][1] = to;
}

static void add_canvas_node(drawing *g, lm_json_ref v)
{
    const lm_json    *d = g->d;
    const lm_json_ref flags = lm_json_get(d, v, "flags"), pos = lm_json_get(d, v, "pos"), size = lm_json_get(d, v, "size");
    bool              folded = false;
    size_t            n = 0;
    const char       *id = id_of(d, lm_json_get(d, v, "id"), &n), *type;
    box              *b = &g->nodes[g->n_nodes];

    if (lm_json_kind_of(d, v) != LM_JSON_OBJECT || g->n_nodes == MOST_NODES)
        return;
    note_id(g, id, n);
    lm_json_to_bool(d, lm_json_get(d, flags, "collapsed"), &folded);
    type = lm_json_string(d, lm_json_get(d, v, "type"), &n);
    *b = (box){ part_of(d, pos, 0, 0), part_of(d, pos, 1, 0) - TITLE, fmax(40, part_of(d, size, 0, 200)),
                folded ? TITLE : fmax(20, part_of(d, size, 1, 80)) + TITLE, colour_of(type ? type : "", type ? n : 0), 0 };
    g->n_nodes++;
}

static void add_canvas_link(drawing *g, lm_json_ref v)
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

static void add_canvas_group(drawing *g, lm_json_ref v)
{
    const lm_json_ref bounds = lm_json_get(g->d, v, "bounding");

    if (g->n_groups == MOST_GROUPS || lm_json_kind_of(g->d, bounds) != LM_JSON_ARRAY || lm_json_count(g->d, bounds) < 4)
        return;
    g->groups[g->n_groups++] = (box){ part_of(g->d, bounds, 0, 0), part_of(g->d, bounds, 1, 0),
                                      fmax(1, part_of(g->d, bounds, 2, 1)), fmax(1, part_of(g->d, bounds, 3, 1)),
                                      { 0x22, 0x26, 0x2d }, 0 };
}

static void each(drawing *g, lm_json_ref list, void (*fn)(drawing *g, lm_json_ref v))
{
    if (lm_json_kind_of(g->d, list) == LM_JSON_ARRAY)
        for (lm_json_ref v = lm_json_first(g->d, list); v; v = lm_json_next(g->d, v))
            fn(g, lm_json_resolve(g->d, v));
}

static void read_canvas(drawing *g, lm_json_ref root)
{
    each(g, lm_json_get(g->d, root, "nodes"), add_canvas_node);
    each(g, lm_json_get(g->d, root, "links"), add_canvas_link);
    each(g, lm_json_get(g->d, root, "groups"), add_canvas_group);
}

/* ------------------------------------------------------------------ a prompt has no places */

static void add_prompt_node(drawing *g, lm_json_ref key)
{
    const lm_json_ref v = lm_json_value(g->d, key);
    size_t            n = 0;
    const char       *id = lm_json_string(g->d, key, &n), *type;

    if (g->n_nodes == MOST_NODES || lm_json_kind_of(g->d, v) != LM_JSON_OBJECT)
        return;
    note_id(g, id, n);
    type = lm_json_string(g->d, lm_json_get(g->d, v, "class_type"), &n);
    g->nodes[g->n_nodes++] = (box){ 0, 0, 220, 80 + 16 * fmin(12, lm_json_count(g->d, lm_json_get(g->d, v, "inputs"))),
                                    colour_of(type ? type : "", type ? n : 0), 0 };
}

static void add_prompt_links(drawing *g, lm_json_ref key, int to)
{
    const lm_json_ref inputs = lm_json_get(g->d, lm_json_value(g->d, key), "inputs");

    if (lm_json_kind_of(g->d, inputs) != LM_JSON_OBJECT)
        return;
    for (lm_json_ref i = lm_json_first(g->d, inputs); i; i = lm_json_next(g->d, i)) {
        const lm_json_ref v = lm_json_value(g->d, i);
        size_t            n = 0;
        const char       *from = NULL;

        if (lm_json_kind_of(g->d, v) == LM_JSON_ARRAY && lm_json_count(g->d, v) == 2)
            from = id_of(g->d, lm_json_at(g->d, v, 0), &n);
        add_link(g, from, n, to);
    }
}

/* Each stands to the right of all that it takes; in a circle somebody has to be first. */
static void find_columns(drawing *g)
{
    bool moved = true;

    for (int turn = 0; turn < MOST_TURNS && moved; turn++) {
        moved = false;
        for (int i = 0; i < g->n_links; i++) {
            const box *from = &g->nodes[g->links[i][0]];
            box       *to = &g->nodes[g->links[i][1]];

            if (to->column <= from->column) {
                to->column = from->column + 1;
                moved = true;
            }
        }
    }
}

static void read_prompt(drawing *g, lm_json_ref root)
{
    double below[MOST_TURNS * 2 + 2] = { 0 };
    int    i = 0;

    for (lm_json_ref k = lm_json_first(g->d, root); k; k = lm_json_next(g->d, k))
        add_prompt_node(g, k);
    for (lm_json_ref k = lm_json_first(g->d, root); k && i < g->n_nodes; k = lm_json_next(g->d, k))
        if (lm_json_kind_of(g->d, lm_json_value(g->d, k)) == LM_JSON_OBJECT)
            add_prompt_links(g, k, i++);
    find_columns(g);
    for (i = 0; i < g->n_nodes; i++) {
        box      *b = &g->nodes[i];
        const int column = b->column < MOST_TURNS * 2 ? b->column : MOST_TURNS * 2;

        b->x = 300.0 * column;
        b->y = below[column];
        below[column] += b->h + 40;
    }
}

/* ------------------------------------------------------------------ drawing */

static void take_in(const box *b, double out[4])
{
    out[0] = fmin(out[0], b->x);
    out[1] = fmin(out[1], b->y);
    out[2] = fmax(out[2], b->x + b->w);
    out[3] = fmax(out[3], b->y + b->h);
}

/* All of it is seen, and no node is larger than it is at 100 %. */
static void find_scale(drawing *g)
{
    double       all[4] = { 1e9, 1e9, -1e9, -1e9 }, w, h;
    const double width = TWICE * (WIDTH - 2 * MARGIN), height = TWICE * (HEIGHT - 2 * MARGIN);

    for (int i = 0; i < g->n_nodes; i++)
        take_in(&g->nodes[i], all);
    for (int i = 0; i < g->n_groups; i++)
        take_in(&g->groups[i], all);
    w = fmax(1, all[2] - all[0]);
    h = fmax(1, all[3] - all[1]);
    g->scale = fmin(fmin(width / w, height / h), TWICE);
    g->left = all[0] - (TWICE * WIDTH / g->scale - w) / 2;
    g->top = all[1] - (TWICE * HEIGHT / g->scale - h) / 2;
}

static void dot(drawing *g, int x, int y, rgb c)
{
    uint8_t *p;

    if (x < 0 || y < 0 || x >= TWICE * WIDTH || y >= TWICE * HEIGHT)
        return;
    p = g->at + ((size_t)y * TWICE * WIDTH + (size_t)x) * 3;
    p[0] = c.r;
    p[1] = c.g;
    p[2] = c.b;
}

static void fill(drawing *g, double x, double y, double w, double h, rgb c)
{
    const int left = (int)fmax(0, floor((x - g->left) * g->scale)), top = (int)fmax(0, floor((y - g->top) * g->scale));
    const int right = (int)fmin(TWICE * WIDTH, fmax(left + 2, (x + w - g->left) * g->scale));
    const int bottom = (int)fmin(TWICE * HEIGHT, fmax(top + 2, (y + h - g->top) * g->scale));
    uint8_t  *first;

    if (left >= right || top >= bottom)
        return;
    first = g->at + ((size_t)top * TWICE * WIDTH + (size_t)left) * 3;
    for (int u = left; u < right; u++)
        dot(g, u, top, c);
    for (int v = top + 1; v < bottom; v++)
        memcpy(first + (size_t)(v - top) * TWICE * WIDTH * 3, first, (size_t)(right - left) * 3);
}

static void draw_link(drawing *g, const box *from, const box *to)
{
    const double x0 = (from->x + from->w - g->left) * g->scale, y0 = (from->y + fmin(from->h, 44) - g->top) * g->scale;
    const double x1 = (to->x - g->left) * g->scale, y1 = (to->y + fmin(to->h, 44) - g->top) * g->scale;
    const double bend = fmin(fmax(fabs(x1 - x0) / 2, 16), 240);
    const int    steps = STEPS + (int)fmin(3000, fabs(x1 - x0) + fabs(y1 - y0));

    for (int i = 0; i <= steps; i++) {
        const double t = (double)i / steps, s = 1 - t;
        const double x = s * s * s * x0 + 3 * s * s * t * (x0 + bend) + 3 * s * t * t * (x1 - bend) + t * t * t * x1;
        const double y = (s * s * s + 3 * s * s * t) * y0 + (3 * s * t * t + t * t * t) * y1;

        for (int k = 0; k < 9; k++)
            dot(g, (int)x + k % 3 - 1, (int)y + k / 3 - 1, link_colour);
    }
}

static void draw(drawing *g)
{
    for (size_t i = 0; i < (size_t)TWICE * WIDTH * TWICE * HEIGHT; i++)
        memcpy(g->at + 3 * i, &ground, 3);
    find_scale(g);
    for (int i = 0; i < g->n_groups; i++)
        fill(g, g->groups[i].x, g->groups[i].y, g->groups[i].w, g->groups[i].h, g->groups[i].colour);
    for (int i = 0; i < g->n_links; i++)
        draw_link(g, &g->nodes[g->links[i][0]], &g->nodes[g->links[i][1]]);
    for (int i = 0; i < g->n_nodes; i++) {
        fill(g, g->nodes[i].x, g->nodes[i].y, g->nodes[i].w, g->nodes[i].h, node_fill);
        fill(g, g->nodes[i].x, g->nodes[i].y, g->nodes[i].w, fmin(TITLE, g->nodes[i].h), g->nodes[i].colour);
    }
}

/* ------------------------------------------------------------------ the picture */

/* Four dots are one. */
static void make_smaller(const uint8_t *in, uint8_t *out)
{
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            for (int c = 0; c < 3; c++) {
                const uint8_t *p = in + ((size_t)(TWICE * y) * TWICE * WIDTH + (size_t)(TWICE * x)) * 3 + c;

                out[((size_t)y * WIDTH + (size_t)x) * 3 + (size_t)c] =
                    (uint8_t)((p[0] + p[3] + p[(size_t)TWICE * WIDTH * 3] + p[(size_t)TWICE * WIDTH * 3 + 3] + 2) / 4);
            }
}

static bool write_out(const uint8_t *small, lm_text *png, limn_error *err)
{
    const int fd = memfd_create("graph", MFD_CLOEXEC);
    char      piece[8192];
    ssize_t   n;
    off_t     at = 0;
    bool      well = fd >= 0 && lm_png_write_rgb(fd, "the graph", WIDTH, HEIGHT, small, err);

    for (; well && (n = pread(fd, piece, sizeof piece, at)) > 0; at += n)
        lm_text_add(png, piece, (size_t)n);
    if (fd >= 0)
        close(fd);
    return well || err->code != LIMN_OK || limn_fail(err, MEMORY, "there is no memory to draw the graph");
}

bool lm_graph_picture(const lm_json *d, lm_text *png, limn_error *err)
{
    const lm_json_ref root = lm_uses_root(d);
    uint8_t          *small = lm_alloc((size_t)WIDTH * HEIGHT * 3);
    drawing           g = { .d = d };
    bool              well = lm_index_init(&g.ids, 64) || limn_fail(err, MEMORY, "there is no memory to draw the graph");

    g.nodes = lm_alloc_array(MOST_NODES, sizeof *g.nodes);
    g.groups = lm_alloc_array(MOST_GROUPS, sizeof *g.groups);
    g.links = lm_alloc_array(MOST_LINKS, sizeof *g.links);
    g.at = lm_alloc((size_t)TWICE * WIDTH * TWICE * HEIGHT * 3);
    if (well) {
        if (lm_canvas_is(d, root))
            read_canvas(&g, root);
        else if (lm_json_kind_of(d, root) == LM_JSON_OBJECT)
            read_prompt(&g, root);
        draw(&g);
        make_smaller(g.at, small);
        well = write_out(small, png, err);
    }
    lm_index_done(&g.ids);
    lm_free(g.nodes);
    lm_free(g.groups);
    lm_free(g.links);
    lm_free(g.at);
    lm_free(small);
    return well;
}
