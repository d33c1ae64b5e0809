/* tiles.h: a picture made tile by tile, with tiles that overlap and fade into each other. */
#ifndef LM_NODES_TILES_H
#define LM_NODES_TILES_H

#include "core/data/pass.h"

/* How a picture is cut, in places of what goes in; and what comes out of a place. */
typedef struct lm_tiling {
    int64_t height, width, overlap; /* of a tile; overlap below both where a tile is smaller than x */
    int64_t times, parts;           /* a side of `parts` places becomes one of `times` */
    int64_t channels;               /* of what comes out */
    /* x [1, h, w, C] -> [1, h · times / parts, …, channels]                                  [lends] */
    lm_tensor *(*one)(lm_pass *p, void *self, const lm_tensor *x);
    void      *self;
} lm_tiling;

/* Adds share · what x [N, H, W, C] becomes to sum[N, H', W', channels] on the host. Each tile fades
 * linearly over the overlap, at the picture's own edges as well. `*done` counts tiles, of `total`, for the
 * progress bar. INPUT when the overlap leaves no way on.  Source: ComfyUI's tiled scaling. */
void lm_tiles_add(lm_pass *p, const lm_tiling *t, const lm_tensor *x, float share, float *sum,
                  int64_t *done, int64_t total);

/* How many tiles that takes. */
int64_t lm_tiles_count(const lm_tiling *t, const lm_tensor *x);

#endif
