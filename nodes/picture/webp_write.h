/* webp_write.h: pictures of bytes as WebP. */
#ifndef LM_NODES_PICTURE_WEBP_WRITE_H
#define LM_NODES_PICTURE_WEBP_WRITE_H

#include "nodes/picture/lanczos.h"

enum { LM_WEBP_SIDE = 16383 }; /* the format has no room for more */

/* `in` has 3 channels, or 4 with alpha. Lossy, `quality` 1 to 100; written to fd. INPUT for a side that is too long,
 * MEMORY, FILE when writing fails (with the system's reason). */
bool lm_webp_write(const lm_bitmap *in, int quality, int fd, limn_error *err);

#endif
