/* codecs.h: what picture.c asks of each format, and what the formats share. Seen by nobody else. */
#ifndef LM_NODES_PICTURE_CODECS_H
#define LM_NODES_PICTURE_CODECS_H

#include "nodes/picture/picture.h"

/* Each decodes the whole of `s` into *out; *orientation is the EXIF value 1..8 (1 when there is none). */
bool lm_png_read(lm_source *s, lm_picture *out, int *orientation, limn_error *err);
bool lm_jpeg_read(lm_source *s, lm_picture *out, int *orientation, limn_error *err);
bool lm_webp_read(lm_source *s, lm_picture *out, int *orientation, limn_error *err);

/* Is this size one that we decode? Judged on the header, before any memory is taken. */
bool lm_picture_size_ok(const lm_source *s, int64_t width, int64_t height, int64_t frames,
                        limn_error *err);
/* Memory for out's frames by its sizes; MEMORY when there is none. */
bool lm_picture_room(const lm_source *s, lm_picture *out, limn_error *err);

/* The orientation in a block of EXIF (with or without "Exif\0\0" before it), or in XMP; 0 when it says
 * nothing.  Source: CIPA DC-008 (EXIF 2.3), tag 0x0112; XMP's tiff:Orientation. */
int lm_exif_orientation(const uint8_t *exif, size_t n);
int lm_xmp_orientation(const uint8_t *xmp, size_t n);

#endif
