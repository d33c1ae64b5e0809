/* card.h: what is shown of a shared pipeline's file before anybody opens it. */
#ifndef LM_CLI_CARD_H
#define LM_CLI_CARD_H

#include "core/cli/session.h"

/* The bytes of a file, a bundle's, a picture's or JSON, with a NUL behind them. Appends
 *
 *     {"title", "author", "licence",      "" where it does not say
 *      "format": "bundle", "canvas", "api" or "a1111",
 *      "models": [{"folder", "name"}], "unknown": ["class"], "plugins": ["id version"]}
 *
 * then a NUL, then a small picture of it as WebP. Nothing is placed anywhere. FILE with a sentence. */
bool lm_card_tell(lm_session *s, const char *bytes, size_t n, lm_text *out, limn_error *err);

/* The whole of a file of a folder, at most so many bytes, and a NUL; FILE with a sentence.                   [new] */
bool lm_folder_bytes(lm_folders *f, const char *kind, const char *name, size_t most, char **bytes, size_t *n, limn_error *err);

#endif
