/* inversion.h: textual inversions: the vectors that `embedding:name` stands for. */
#ifndef LM_NODES_MODELS_INVERSION_H
#define LM_NODES_MODELS_INVERSION_H

#include "core/base/folders.h"
#include "nodes/models/chunks.h"

/* The vectors of models/embeddings/<name>, <name>.safetensors, or the same in a sub-folder. An
 * lm_find_vectors with an lm_folders as self. What cannot be used is logged; then .at is NULL.   [new] */
lm_vectors lm_inversion_find(void *folders, const char *name);

#endif
