/* settings_text.h: the settings as JSON text: changed key by key, and written as people read it. Pure functions. */
#ifndef LM_WEB_SERVER_SETTINGS_TEXT_H
#define LM_WEB_SERVER_SETTINGS_TEXT_H

#include "core/graph/json.h"

enum { LM_SETTINGS_KEYS = 10000, LM_SETTINGS_BYTES = 8 << 20 };

/* The members of `old` (an object; NULL: none) with those of `posted` in their places, and what is new at the end.
 * Keys keep their order, numbers their spelling. 4 spaces a step, as Python's json.dumps(indent=4) writes. */
void lm_settings_merge(const lm_json *old, const lm_json *posted, lm_text *out);
/* `old` with one key set to a whole document, or without that key (NULL). */
void lm_settings_set(const lm_json *old, const char *key, const lm_json *value, lm_text *out);

#endif
