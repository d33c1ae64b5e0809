/* clip_parts.h: what the two halves of the text encoder share: the tower (clip.c) and the way from a
 * prompt to its chunks of tokens and back to one tensor (encode.c). */
#ifndef LM_NODES_MODELS_CLIP_PARTS_H
#define LM_NODES_MODELS_CLIP_PARTS_H

#include "nodes/models/clip.h"

enum { LM_CHUNK = 77, LM_N_TOKENS = 49408, LM_TOKEN_START = 49406, LM_TOKEN_END = 49407 };

/* Rows of the token table, [n, C]; ids below LM_N_TOKENS.                                    [lends] */
lm_tensor *lm_clip_embed(lm_pass *p, const lm_clip *c, const int32_t *ids, int64_t n);

/* embeds [chunks · 77, C] with their positions added, [chunks, 77, C].                       [lends] */
lm_tensor *lm_clip_start(lm_pass *p, const lm_clip *c, const lm_tensor *embeds);

/* Layers first .. end - 1 of the tower, [chunks, 77, C] -> the same; first < end.             [lends] */
lm_tensor *lm_clip_run(lm_pass *p, const lm_clip *c, const lm_tensor *x, int first, int end);

/* The final norm.                                                                            [lends] */
lm_tensor *lm_clip_norm(lm_pass *p, const lm_clip *c, const lm_tensor *x);

#endif
