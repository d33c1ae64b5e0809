/* safetensors.h: a model file, mapped. The header is checked in full before anything is believed:
 * length, JSON, names, dtypes, shapes, and offsets that are contiguous from 0 to the end of the file
 * (SEC-22 to SEC-25 of docs/security.md).  Source: the safetensors format description.
 *
 * A file that shrinks while it is mapped does not end the process: where the system would send SIGBUS, the
 * missing pages read as zeros, the file is marked as damaged, and the pass that was running fails with a
 * sentence that names the file (lm_pass_end asks lm_weights_damage). */
#ifndef LM_DATA_SAFETENSORS_H
#define LM_DATA_SAFETENSORS_H

#include "core/data/tensor.h"

typedef struct lm_weights lm_weights;

/* One tensor as the header tells it. */
typedef struct lm_weight {
    const char *name;
    lm_dtype    dtype;
    lm_shape    shape;
    uint64_t    offset, bytes; /* in the file */
} lm_weight;

/* Maps the file behind `fd` (which stays the caller's); `label` names it in every error ("x.safetensors").
 * FILE with a sentence that names the file, the tensor and the field at fault.                  [new] */
lm_weights *lm_weights_open(int fd, const char *label, limn_error *err);
/* A model was made of a file: counted by whoever made it, for this process.                         [any] */
void        lm_weights_loaded(void);
uint64_t    lm_weights_loads(void);
lm_weights *lm_weights_ref(lm_weights *w);                                                  /* [new] */
void        lm_weights_unref(lm_weights *w);                                              /* [takes] */

const char      *lm_weights_label(const lm_weights *w);
size_t           lm_weights_count(const lm_weights *w);
const lm_weight *lm_weights_at(const lm_weights *w, size_t i);              /* in the file's order */
const lm_weight *lm_weights_find(const lm_weights *w, const char *name);    /* NULL when absent */
const char      *lm_weights_metadata(const lm_weights *w, const char *key); /* NULL when absent */
/* Calls `each` for every metadata pair, in the file's order. */
void lm_weights_each_metadata(const lm_weights *w, void *self,
                              void (*each)(void *self, const char *key, const char *value));

/* A tensor that shares the mapping (host memory; on a device with its own memory, a copy there). It keeps
 * the file open. FILE when the dtype is not F32, F16 or BF16, or the file changed since.        [new] */
lm_tensor *lm_weights_tensor(lm_weights *w, lm_device *d, const char *name, limn_error *err);

/* Still the same file, of the same size and modification time, and no page of it missing. */
bool lm_weights_check(const lm_weights *w, limn_error *err);

/* How many pages of mapped files were found missing so far in this process; false-proof and cheap, so
 * that a pass can compare before and after. `label` (may be NULL) receives the last such file. [any] */
unsigned lm_weights_damage(const char **label);

#endif
