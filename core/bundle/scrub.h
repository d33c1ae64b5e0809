/* scrub.h: takes out of a workflow what is nobody else's: keys and passwords, and where on a disk things lie. */
#ifndef LM_BUNDLE_SCRUB_H
#define LM_BUNDLE_SCRUB_H

#include "core/graph/canvas.h"

/* Of the whole document: texts under names like "api_key" and "password" become empty, whatever holds them; what is
 * spelled like a well-known kind of key ("sk-…", "hf_…", "Bearer …") goes wherever it stands; a text that is an
 * absolute path keeps its last part, and so does each path into somebody's home within a longer text. Widgets are known
 * by their names as `env` says. Each change is a line of `told`. FILE for what is no workflow; MEMORY. */
bool lm_scrub(lm_json *d, const lm_canvas_env *env, lm_text *told, limn_error *err);

#endif
