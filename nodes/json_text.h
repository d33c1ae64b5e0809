/* json_text.h: texts as JSON spells them, for answers and metadata. */
#ifndef LM_NODES_JSON_TEXT_H
#define LM_NODES_JSON_TEXT_H

#include "core/base/text.h"

/* Appends `text` (UTF-8) as a JSON string, quotes included. */
void lm_json_quote(lm_text *out, const char *text);

/* JSON, spelled with nothing but ASCII: what is not becomes \uXXXX, which stands for the same. NULL stays
 * NULL.                                                                                         [new] */
char *lm_json_ascii(const char *json);

#endif
