/* texts.h: the texts that travel in a picture file: a workflow, a prompt, the words of another program.
 *
 * PNG: its tEXt, zTXt and iTXt chunks, and the comf chunks of animated ones. WebP and JPEG: the EXIF block.
 * A text tag that begins with a word and a colon ("workflow:{…}") is told under that word, another one
 * under the tag's name ("Make"), and the user's comment as "UserComment". */
#ifndef LM_NODES_PICTURE_TEXTS_H
#define LM_NODES_PICTURE_TEXTS_H

#include "nodes/picture/source.h"

/* `text` has n bytes, no NUL among them and one behind them; it is UTF-8 (what is not is read as Latin-1).
 * Both texts are lent until the call returns. */
typedef void lm_picture_each_text(void *self, const char *key, const char *text, size_t n);

/* Calls `each` for every text, in the order of the file. FILE for what is no PNG, JPEG or WebP, when a chunk
 * or a text reaches beyond what holds it, and when there is more than 8 MiB of text, inflated.
 * Source: PNG (ISO 15948) 11.3.4; EXIF 2.3 (CIPA DC-008); WebP (RFC 9649); where ComfyUI and A1111 put their
 * texts. */
bool lm_picture_texts(lm_source *s, lm_picture_each_text *each, void *self, limn_error *err);

/* Is it one of the three? Judged by the first bytes. */
bool lm_picture_begins(const lm_source *s);

#endif
