/* graph_places.h: where the nodes, links and groups of a workflow stand when it is drawn. */
#ifndef LM_CLI_GRAPH_PLACES_H
#define LM_CLI_GRAPH_PLACES_H

#include "core/graph/index.h"
#include "core/graph/json.h"

enum { LM_PLACES_TITLE = 30 }; /* the height of a node's title */

typedef struct lm_rgb {
    uint8_t r, g, b;
} lm_rgb;

typedef struct lm_box {
    double x, y, w, h;
    lm_rgb colour;
    int    column;
} lm_box;

typedef struct lm_places {
    const lm_json *d;
    lm_box        *nodes, *groups;
    int          (*links)[2]; /* from, to: places among the nodes */
    int            n_nodes, n_groups, n_links;
    lm_index       ids;       /* of nodes, as they are written */
} lm_places;

/* Of a canvas's file they are its own; nodes of a prompt stand in columns, by how far they are from the first. False: no
 * memory. lm_places_done in any case. */
bool lm_places_read(lm_places *g, const lm_json *d);
void lm_places_done(lm_places *g);

#endif
