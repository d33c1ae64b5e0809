/* graph_picture.c: a workflow's graph as a small picture, for who has none of what it paints: groups, links and nodes,
 * drawn at twice its size and made smaller, so that edges are smooth. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/cli/graph_places.h"
#include "core/cli/packed.h"
#include "nodes/picture/png.h"

enum { WIDTH = 640, HEIGHT = 448, TWICE = 2, MARGIN = 36, STEPS = 48 };

static const lm_rgb ground = { 0x16, 0x18, 0x1c }, node_fill = { 0x2b, 0x30, 0x38 }, link_colour = { 0x75, 0x7e, 0x8d };

typedef struct drawing {
    lm_places p;
    double    left, top, scale;
    uint8_t  *at; /* [HEIGHT·2, WIDTH·2, 3] */
} drawing;

/* ------------------------------------------------------------------ drawing */

static void take_in(const lm_box *b, double out[4])
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

    for (int i = 0; i < g->p.n_nodes; i++)
        take_in(&g->p.nodes[i], all);
    for (int i = 0; i < g->p.n_groups; i++)
        take_in(&g->p.groups[i], all);
    w = fmax(1, all[2] - all[0]);
    h = fmax(1, all[3] - all[1]);
    g->scale = fmin(fmin(width / w, height / h), TWICE);
    g->left = all[0] - (TWICE * WIDTH / g->scale - w) / 2;
    g->top = all[1] - (TWICE * HEIGHT / g->scale - h) / 2;
}

static void dot(drawing *g, int x, int y, lm_rgb c)
{
    uint8_t *p;

    if (x < 0 || y < 0 || x >= TWICE * WIDTH || y >= TWICE * HEIGHT)
        return;
    p = g->at + ((size_t)y * TWICE * WIDTH + (size_t)x) * 3;
    p[0] = c.r;
    p[1] = c.g;
    p[2] = c.b;
}

static void fill(drawing *g, double x, double y, double w, double h, lm_rgb c)
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

static void draw_link(drawing *g, const lm_box *from, const lm_box *to)
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
    for (int i = 0; i < g->p.n_groups; i++)
        fill(g, g->p.groups[i].x, g->p.groups[i].y, g->p.groups[i].w, g->p.groups[i].h, g->p.groups[i].colour);
    for (int i = 0; i < g->p.n_links; i++)
        draw_link(g, &g->p.nodes[g->p.links[i][0]], &g->p.nodes[g->p.links[i][1]]);
    for (int i = 0; i < g->p.n_nodes; i++) {
        fill(g, g->p.nodes[i].x, g->p.nodes[i].y, g->p.nodes[i].w, g->p.nodes[i].h, node_fill);
        fill(g, g->p.nodes[i].x, g->p.nodes[i].y, g->p.nodes[i].w, fmin(LM_PLACES_TITLE, g->p.nodes[i].h), g->p.nodes[i].colour);
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
    uint8_t *small = lm_alloc((size_t)WIDTH * HEIGHT * 3);
    drawing  g = { .at = lm_alloc((size_t)TWICE * WIDTH * TWICE * HEIGHT * 3) };
    bool     well = lm_places_read(&g.p, d) || limn_fail(err, MEMORY, "there is no memory to draw the graph");

    if (well) {
        draw(&g);
        make_smaller(g.at, small);
        well = write_out(small, png, err);
    }
    lm_places_done(&g.p);
    lm_free(g.at);
    lm_free(small);
    return well;
}
