/* opening.h: a file that somebody dropped on the canvas, told to the page. */
#ifndef LM_CLI_OPENING_H
#define LM_CLI_OPENING_H

#include "core/base/text.h"

/* `self`: the lm_session whose nodes and folders count. The bytes are a picture's, a bundle's, JSON or A1111's words,
 * and a NUL stands behind them; a bundle's pictures go into the input folder. Appends
 *
 *     {"workflow": {…},                     as a canvas saved it, or in API format
 *      "format": "a1111" or "bundle" or "canvas" or "api",
 *      "placed": [{"name", "subfolder"}],   the pictures of a bundle, in the input folder
 *      "missing": [{"kind": "model", "name", "folder", "near": […], "bytes"?, "sha256"?, "family"?}
 *                  {"kind": "node", "name", "near": […]}, {"kind": "plugin", "name", "version", "near": []}],
 *      "warnings": ["…"]}                   what could not be taken over
 *
 * FILE with a sentence when it carries no workflow, or is damaged. */
bool lm_open_dropped(void *self, const char *bytes, size_t n, lm_text *json, limn_error *err);

#endif
