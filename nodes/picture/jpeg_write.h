/* jpeg_write.h: pictures of bytes as JPEG, at a size to look at. */
#ifndef LM_NODES_PICTURE_JPEG_WRITE_H
#define LM_NODES_PICTURE_JPEG_WRITE_H

#include "nodes/picture/lanczos.h"

typedef struct lm_jpeg_bytes {
    uint8_t      *at;
    unsigned long size;
    int           width, height;
} lm_jpeg_bytes;

/* `in` has 3 channels. Its longer side becomes `side` (0: its size stays): enlarged bilinearly, shrunk by Lanczos.
 * `quality`: 1 to 100. MEMORY.                                                                        [new] */
bool lm_jpeg_preview(const lm_bitmap *in, int side, int quality, lm_jpeg_bytes *out, limn_error *err);
void lm_jpeg_bytes_done(lm_jpeg_bytes *b); /* welcomes { 0 } */

#endif
