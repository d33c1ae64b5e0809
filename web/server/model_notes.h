/* model_notes.h: what is said of a model by who made it or keeps it: in its own header, and in small files beside it.
 *
 *     lm_model_notes n = { 0 };
 *     lm_model_notes_beside(&n, text, size);     what comes first counts
 *     lm_model_notes_header(&n, header, size);
 *     lm_model_notes_tell(&n, &out);             , "title": …, "base": …, "triggers": […], "tags": […], "sha256": …
 *     lm_model_notes_done(&n);
 *
 * All of it is strangers' text: what is no JSON, or too long, says nothing. A digest is what a file claims. */
#ifndef LM_WEB_SERVER_MODEL_NOTES_H
#define LM_WEB_SERVER_MODEL_NOTES_H

#include "core/base/text.h"

typedef struct lm_model_notes {
    lm_text title, base;    /* empty: not said */
    lm_text triggers, tags; /* "one", "other": what stands within a list of JSON */
    int     n_triggers, n_tags;
    char    sha256[65];
} lm_model_notes;

/* A safetensors file's header, or its beginning: ss_… as kohya's trainer writes it, modelspec.…          [any] */
void lm_model_notes_header(lm_model_notes *n, const char *header, size_t size);
/* JSON as managers of models put it beside a file: NAME.civitai.info, NAME.metadata.json, NAME.json.      [any] */
void lm_model_notes_beside(lm_model_notes *n, const char *text, size_t size);
/* A digest as sha256sum writes it.                                                                         [any] */
void lm_model_notes_digest(lm_model_notes *n, const char *text, size_t size);

/* Appends the most frequent tags of that text to a list of JSON; how many.                                  [any] */
int  lm_model_tags(const char *text, int most, lm_text *list);
/* Appends one word, without blanks around it and cut where it is long; none beyond `most`.                 [any] */
void lm_model_word(lm_text *list, int *count, int most, const char *at, size_t n);

void lm_model_notes_tell(const lm_model_notes *n, lm_text *out);
void lm_model_notes_done(lm_model_notes *n);

#endif
