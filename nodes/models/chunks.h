/* chunks.h: a prompt with emphasis, as chunks of 77 weighted tokens.  Source: ComfyUI's SD 1.x prompts. */
#ifndef LM_NODES_MODELS_CHUNKS_H
#define LM_NODES_MODELS_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One place in a chunk: a token, or a vector of a textual inversion. */
typedef struct lm_token {
    int32_t id;     /* -1: a vector */
    int32_t vector; /* which one, counted over the prompt */
    double  weight;
} lm_token;

/* Vectors of one width; `at` belongs to whoever found them until the prompt is done. */
typedef struct lm_vectors {
    float  *at; /* [count, width], from lm_alloc; NULL: there is no such embedding */
    int64_t count, width;
} lm_vectors;

/* Looks an embedding up by the name in a prompt.                                                [new] */
typedef lm_vectors lm_find_vectors(void *self, const char *name);

typedef struct lm_chunks {
    lm_token   *at;
    size_t      n, room;  /* n is a multiple of 77 */
    bool        weighted; /* some weight is not 1 */
    lm_vectors *found;
    int         n_found;
} lm_chunks;

/* Rules: (x) weighs 1.1 times more, (x:1.3) weighs 1.3, `\(` and `\)` are plain, `embedding:name` at the
 * start or behind a space or line break names vectors; one that is not found is logged and left out. Each
 * chunk has the start token, up to 75 places, and end tokens; a stretch of fewer than 8 tokens is not cut
 * in two. Brackets nest up to 1000 deep; what lies deeper is plain text. */
void lm_chunks_read(lm_chunks *out, const char *text, lm_find_vectors *find, void *self);
void lm_chunks_done(lm_chunks *p);

/* The numbers of vector `i`, and how many. */
const float *lm_chunks_vector(const lm_chunks *p, int32_t i, int64_t *width);

#endif
