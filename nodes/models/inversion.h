/* inversion.h: textual inversions: the vectors that `embedding:name` stands for. */
#ifndef LM_NODES_MODELS_INVERSION_H
#define LM_NODES_MODELS_INVERSION_H

#include "core/base/folders.h"
#include "nodes/models/chunks.h"

/* The vectors of models/embeddings/<name>, <name>.safetensors, or the same in a sub-folder. An
 * lm_find_vectors with an lm_folders as self. What cannot be used is logged; then .at is NULL.   [new] */
lm_vectors lm_inversion_find(void *folders, const char *name);

/* A number that is another one when the folder holds other files: for results that depend on them. */
uint64_t lm_inversion_mark(lm_folders *folders);

#endif
