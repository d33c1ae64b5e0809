/* lanczos.h: pictures of bytes at another size, by Lanczos with a window of three lobes, widened when it
 * shrinks. Every byte equals Pillow's: sums in 22-bit fixed point, each pass
 * rounded to bytes, alpha multiplied in before and divided out after. */
#ifndef LM_NODES_PICTURE_LANCZOS_H
#define LM_NODES_PICTURE_LANCZOS_H

#include "core/data/call.h"

typedef struct lm_bitmap {
    int      width, height, channels; /* 1, 3 or 4 (RGBA) */
    uint8_t *at;                      /* [height, width, channels] */
} lm_bitmap;

/* Fills out (its sizes are set, channels as in `in`). `in` of 4 channels is changed meanwhile. MEMORY, or
 * CANCELLED once the call (may be NULL) is to stop. */
bool lm_lanczos(lm_bitmap in, lm_bitmap out, const limn_call *call, limn_error *err);

#endif
