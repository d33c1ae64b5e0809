/* clip_text.h: text as CLIP's tokenizer reads it: lower case, composed (NFC), controls dropped, white
 * space made plain, ideographs set apart.  Source: the behaviour of transformers' CLIPTokenizer without
 * ftfy, as ComfyUI uses it. */
#ifndef LM_NODES_MODELS_CLIP_TEXT_H
#define LM_NODES_MODELS_CLIP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nodes/models/clip_table.h"

/* A text as code points. { 0 } is empty. */
typedef struct lm_chars {
    uint32_t *at;
    size_t    n, room;
} lm_chars;

void lm_chars_add(lm_chars *c, uint32_t code_point);
void lm_chars_done(lm_chars *c);

/* Adds n bytes of UTF-8 as the tokenizer wants them; white space becomes U+0020, and what is not UTF-8 is
 * dropped. */
void lm_chars_add_clean(lm_chars *c, const char *utf8, size_t n);

enum lm_char_class lm_char_class_of(uint32_t code_point);

/* Writes the UTF-8 of a code point; how many bytes, 1 to 4. */
int lm_char_utf8(uint32_t code_point, char out[4]);

/* The code point at s[0..n), n > 0, and its length in *used; U+FFFD and 1 for what is not UTF-8. */
uint32_t lm_char_read(const char *s, size_t n, size_t *used);

/* What Python calls white space. */
bool lm_char_is_blank(uint32_t code_point);

/* The value 0..9 of a decimal digit of any script, or -1. */
int lm_char_digit(uint32_t code_point);

#endif
