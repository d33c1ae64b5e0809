/* model_known.h: what was read of a model's file, kept by the file's state, so that it is read once. */
#ifndef LM_WEB_SERVER_MODEL_KNOWN_H
#define LM_WEB_SERVER_MODEL_KNOWN_H

#include "core/base/hash.h"
#include "core/base/text.h"

typedef struct lm_model_known {
    const char *family; /* lives for ever; NULL: none */
    bool        cover;  /* a picture stands in its header */
} lm_model_known;

/* False: nobody has looked. Else `said`, which was given with it, is appended.                            [any] */
bool lm_model_recall(lm_hash key, lm_model_known *out, lm_text *said);
/* What many files said takes 32 MiB at most: before it is more, all is forgotten.                         [any] */
void lm_model_remember(lm_hash key, const lm_model_known *known, const char *said);
void lm_model_forget_all(void);

#endif
