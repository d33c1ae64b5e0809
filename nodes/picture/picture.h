/* picture.h: a picture file, decoded to bytes as ComfyUI's LoadImage would see them.
 *
 *     lm_picture pic;
 *     if (!lm_picture_read(&source, &pic, err)) return false;   // the sentence names the file
 *     ... pic.bytes[((frame · height + y) · width + x) · channels + c] ...
 *     lm_picture_done(&pic);
 *
 * The format follows from the content: PNG, JPEG or WebP. The EXIF orientation is applied. Damaged,
 * truncated and oversized files are refused; what they claim is weighed before memory is taken for it. */
#ifndef LM_NODES_PICTURE_PICTURE_H
#define LM_NODES_PICTURE_PICTURE_H

#include "nodes/picture/source.h"

/* One picture: 8192 · 8192. All frames of an animation together: four of those. */
#define LM_PICTURE_PIXELS (64 * INT64_C(1048576))
enum { LM_PICTURE_FRAMES = 4, LM_PICTURE_SIDE = 65535 };

typedef struct lm_picture {
    int      width, height, frames;
    int      channels;  /* 3, or 4 with alpha */
    bool     alpha_is_key; /* alpha was made from one transparent colour (tRNS of a grey or RGB PNG):
                            * LoadImage does not count it as alpha, LoadImageMask does */
    uint8_t *bytes;     /* [frames, height, width, channels] */
} lm_picture;

bool lm_picture_read(lm_source *s, lm_picture *out, limn_error *err); /*                       [new] */
void lm_picture_done(lm_picture *p); /* welcomes a zeroed one */

/* Shrinks a size, its aspect kept, until the longer side is at most `side`; 0: it stays. */
void lm_picture_fit(int *width, int *height, int side);

#endif
