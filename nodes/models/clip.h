/* clip.h: the text encoder of Stable Diffusion 1.x (CLIP-L, at any width), from a prompt to tokens. */
#ifndef LM_NODES_MODELS_CLIP_H
#define LM_NODES_MODELS_CLIP_H

#include "core/data/pass.h"
#include "core/data/safetensors.h"

typedef struct lm_clip lm_clip;

/* Reads the tensors that begin with `prefix` ("cond_stage_model.transformer.text_model.", or without its
 * last or all parts). FILE with the tensor's name, what was found and what was wanted.          [new] */
lm_clip *lm_clip_load(lm_weights *w, const char *prefix, lm_device *d, limn_error *err);
lm_clip *lm_clip_ref(lm_clip *c);                                                             /* [new] */
void     lm_clip_unref(lm_clip *c);                                                         /* [takes] */

int64_t lm_clip_width(const lm_clip *c);  /* 768 */
int     lm_clip_layers(const lm_clip *c); /* 12 */
size_t  lm_clip_bytes(const lm_clip *c);  /* weights and their packings held in memory now */

/* Encodes a prompt with its emphasis, chunk by chunk: [1, 77·k, C]. *pooled (may be NULL) becomes [1, C]:
 * the first chunk's, with neutral weights. stop_at: -1 the last layer, -2 the one before, …; what lies
 * beyond the first layer means the last. The final norm is applied whatever the layer. `embedding:name`
 * is looked up in the call's folder "embeddings"; an unknown one is logged and left out.
 * Source: ComfyUI's SD 1.x text encoding. */
lm_tensor *lm_clip_encode(lm_pass *p, const lm_clip *c, const char *text, int stop_at,
                          lm_tensor **pooled);                                              /* [lends] */

#endif
