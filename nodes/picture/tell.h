/* tell.h: what the readers of texts share: how much may be told, and in what words they refuse. Seen by the
 * files that read texts from pictures, and by nobody else. */
#ifndef LM_NODES_PICTURE_TELL_H
#define LM_NODES_PICTURE_TELL_H

#include "nodes/picture/texts.h"

enum { LM_MOST_TEXT = 8 << 20 };

typedef struct lm_telling {
    lm_source            *source;
    lm_picture_each_text *each;
    void                 *self;
    size_t                told; /* bytes so far */
    limn_error           *err;
} lm_telling;

/* Tells n bytes (up to the first NUL among them); false when that is more than is left of the allowance. */
bool lm_tell(lm_telling *t, const char *key, const uint8_t *text, size_t n);

/* Refusals: always false. `what`: "zTXt chunk". */
bool lm_tell_too_much(lm_telling *t);
bool lm_tell_damaged(lm_telling *t, const char *what);

/* n bytes of the file and a NUL, or NULL with a refusal.                                        [new] */
uint8_t *lm_tell_block(lm_telling *t, uint64_t at, size_t n, const char *what);

/* Each tells every text of its format. */
bool lm_tell_png(lm_telling *t);
bool lm_tell_jpeg(lm_telling *t);
bool lm_tell_webp(lm_telling *t);
/* The texts of a block of EXIF, with or without "Exif\0\0" before it. */
bool lm_tell_exif(lm_telling *t, const uint8_t *exif, size_t n);

#endif
