/* blame.h: who is at fault, in one line for the person at the terminal. Ids, names and values come from
 * files, so control characters in them never reach the terminal. */
#ifndef LM_GRAPH_BLAME_H
#define LM_GRAPH_BLAME_H

#include "core/base/text.h"
#include <limn/limn.h>

/* Writes "ID (CLASS)" into err->node unless a node is named already. Always false. */
bool lm_blame(limn_error *err, const char *id, const char *class_name);

/* Appends "portrait.json: node 7 (KSampler), steps: 0 is below the smallest allowed, 1". `file` may be NULL. */
void lm_blame_line(lm_text *out, const char *file, const limn_error *err);

/* How many bytes of text are at most `most` without cutting a character. */
size_t lm_text_fit(const char *text, size_t size, size_t most);

/* Appends text with control characters replaced by '?', cut after `most` bytes (0: whole) with "…". */
void lm_text_clean(lm_text *out, const char *text, size_t size, size_t most);

#endif
