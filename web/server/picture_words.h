/* picture_words.h: by which words a picture is found: those of the prompt that made it. */
#ifndef LM_WEB_SERVER_PICTURE_WORDS_H
#define LM_WEB_SERVER_PICTURE_WORDS_H

#include <stddef.h>

#include "core/base/text.h"

/* Appends, a line each, what stands in a prompt in API format: texts, names of files, of samplers and the like, and
 * "seed:N" of every seed; LM_LABEL_WORDS bytes at most. What is no prompt gives nothing. */
void lm_prompt_words(lm_text *out, const char *prompt, size_t n);

/* The same of what a picture's file carries: of a PNG its texts that stand there as they are, of a WebP its EXIF
 * block. Nothing is inflated or decoded; 4 MiB of one text and 4096 chunks are looked at. */
void lm_picture_words(lm_text *out, int fd);

#endif
