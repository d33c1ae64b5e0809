/* png.h: PNG files besides their pixels: their chunks (texts.h reads the text in them), and writing new ones. */
#ifndef LM_NODES_PICTURE_PNG_H
#define LM_NODES_PICTURE_PNG_H

#include "nodes/picture/source.h"

/* ------------------------------------------------------------------ chunks */

typedef struct lm_png_chunk {
    char     type[5];
    uint32_t size;
    uint64_t at; /* of the data */
} lm_png_chunk;

/* Does `s` begin as a PNG does? */
bool lm_png_begins(const lm_source *s);

/* The chunk at *at, whose length must fit the file; *at moves behind it. False at the end (after IEND)
 * with err untouched, or with FILE when the file is damaged. The checksum is looked at when `sum`. */
bool lm_png_next(lm_source *s, uint64_t *at, bool sum, lm_png_chunk *out, limn_error *err);

/* ------------------------------------------------------------------ writing */

typedef struct lm_png_text {
    const char *key, *text; /* text: Latin-1; NULL leaves the chunk out */
} lm_png_text;

typedef struct lm_png_new {
    int                fd;
    const char        *label;           /* names the file in an error */
    int                width, height, channels; /* 3 or 4 */
    int                level;           /* of zlib: 0..9 */
    const lm_png_text *texts;           /* stand before the pixels, in this order */
    int                n_texts;
    lm_source         *texts_of;        /* a PNG whose chunks of text go in as they are; NULL: none */
    void (*row)(void *self, int y, uint8_t *out); /* fills width · channels bytes */
    void              *self;
    const limn_call   *call;            /* asked between rows whether to stop; NULL: nobody stops it */
} lm_png_new;

/* FILE when writing fails (with the system's reason), CANCELLED when stopped. */
bool lm_png_write(const lm_png_new *png, limn_error *err);

/* A plain picture: rgb[height][width][3]. */
bool lm_png_write_rgb(int fd, const char *label, int width, int height, const uint8_t *rgb,
                      limn_error *err);

#endif
