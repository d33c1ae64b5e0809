/* codecs.h: what picture.c asks of each format, and what the formats share. Seen by nobody else. */
#ifndef LM_NODES_PICTURE_CODECS_H
#define LM_NODES_PICTURE_CODECS_H

#include "nodes/picture/picture.h"

/* Each decodes the whole of `s` into *out; *orientation is the EXIF value 1..8 (1 when there is none). */
bool lm_png_read(lm_source *s, lm_picture *out, int *orientation, limn_error *err);
bool lm_jpeg_read(lm_source *s, lm_picture *out, int *orientation, limn_error *err);
bool lm_webp_read(lm_source *s, lm_picture *out, int *orientation, limn_error *err);

/* Is this size one that we decode? Judged on the header, before any memory is taken. */
bool lm_picture_size_ok(lm_source *s, int64_t width, int64_t height, int64_t frames,
                        limn_error *err);
/* Memory for out's frames by its sizes; MEMORY when there is none. */
bool lm_picture_room(const lm_source *s, lm_picture *out, limn_error *err);

/* ------------------------------------------------------------------ what the containers hold */

/* The end of a WebP, as its RIFF header says; 0 with FILE when it is cut off. */
uint64_t lm_webp_end(const lm_source *s, limn_error *err);

typedef struct lm_webp_chunk {
    char     type[5];
    uint32_t size;
    uint64_t at; /* of the data */
} lm_webp_chunk;

/* The chunk at *at (0 at first), which moves behind it. False at `end` with err untouched, or with FILE when
 * a chunk reaches beyond it.  Source: the WebP container specification (RFC 9649). */
bool lm_webp_next(const lm_source *s, uint64_t end, uint64_t *at, lm_webp_chunk *out, limn_error *err);

/* The segment at *at (0 at first) of a JPEG: its marker, and where its `size` bytes claim to be. False where
 * the pixels begin, at the end, and where no marker stands. */
typedef struct lm_jpeg_segment {
    uint8_t  marker;
    uint32_t size;
    uint64_t at;
} lm_jpeg_segment;
bool lm_jpeg_next(const lm_source *s, uint64_t *at, lm_jpeg_segment *out);

/* ------------------------------------------------------------------ EXIF and XMP */

/* A block of TIFF, which is what EXIF is: its bytes and which end comes first. */
typedef struct lm_tiff {
    const uint8_t *at;
    size_t         size;
    bool           big;
} lm_tiff;

/* Finds it in a block of EXIF, with or without "Exif\0\0" before it; false when it is none. */
bool     lm_tiff_open(lm_tiff *t, const uint8_t *exif, size_t n);
uint32_t lm_tiff_get16(const lm_tiff *t, size_t at); /* 0 when it is not inside the block */
uint32_t lm_tiff_get32(const lm_tiff *t, size_t at);

/* The orientation in a block of EXIF (with or without "Exif\0\0" before it), or in XMP; 0 when it says
 * nothing.  Source: CIPA DC-008 (EXIF 2.3), tag 0x0112; XMP's tiff:Orientation. */
int lm_exif_orientation(const uint8_t *exif, size_t n);
int lm_xmp_orientation(const uint8_t *xmp, size_t n);

#endif
