/* table.h: weights as a table. A block of a network is a struct of tensors and a list of rows, each with a
 * tensor's name, the shape it must have, and the field it goes to:
 *
 *     static const lm_row ff_rows[] = {
 *         LM_ROW(struct ff, fc1_w, "fc1.weight", "4C C"),
 *         LM_ROW(struct ff, fc1_b, "fc1.bias",   "4C"),
 *         LM_ROWS_END
 *     };
 *
 * Letters of a shape are sizes: the first tensor that uses a free letter settles it, all later ones must
 * agree, and "4C" is four times C. So widths are inferred and checked in one go, and a tensor that is
 * missing or misshapen is one sentence with its name, what was found and what was wanted. Axes of size 1
 * behind the last letter are dropped: a 1x1 convolution [O, I, 1, 1] is the matrix [O, I]. */
#ifndef LM_NODES_MODELS_TABLE_H
#define LM_NODES_MODELS_TABLE_H

#include "core/data/safetensors.h"

typedef struct lm_row {
    const char *name;     /* after the block's prefix; several joined by '+' are stacked along axis 0 */
    const char *shape;    /* of each one */
    size_t      offset;   /* of a const lm_tensor * in the block's struct */
    bool        optional; /* NULL in the struct when the file has none */
} lm_row;

#define LM_ROW(type, field, name_, shape_)                                                     \
    { .name = (name_), .shape = (shape_),                                                      \
      .offset = offsetof(type, field) + 0 * sizeof(((type *)0)->field->refs) }
#define LM_ROWS_END { 0 }

/* Reads the tables of one network. Zeroed but for the first four fields. After the first failure all
 * calls do nothing, and lm_reader_done tells. It holds every tensor it read. */
typedef struct lm_reader {
    lm_weights *weights;
    lm_device  *device;
    const char *prefix; /* before every name */
    limn_error *err;
    int64_t     size[26]; /* what the letters A to Z stand for; 0: free */
    lm_tensor **tensors;
    int         n_tensors;
    bool        failed;
} lm_reader;

/* Fills `block` from rows named <prefix><at><row's name>. `at` is a printf format. */
LIMN_PRINTF(4, 5)
void lm_read_rows(lm_reader *r, const lm_row *rows, void *block, const char *at, ...);

/* Is there a tensor <prefix><name>?  `name` is a printf format. */
LIMN_PRINTF(2, 3)
bool lm_reader_has(const lm_reader *r, const char *name, ...);

/* How many of <prefix><before>0<after>, <prefix><before>1<after>, … there are in a row, at most 64. */
int lm_reader_count(const lm_reader *r, const char *before, const char *after);

/* Size `letter`, and setting it (0 frees it). */
int64_t lm_reader_size(const lm_reader *r, char letter);
void    lm_reader_set(lm_reader *r, char letter, int64_t size);

/* A heap tensor of f32 made from a[n] + b[n], held by the reader; for biases that are added together. */
const lm_tensor *lm_reader_sum(lm_reader *r, const lm_tensor *a, const lm_tensor *b); /* [lends] */

/* FILE with the file's name in front, unless something failed before. Always false. */
LIMN_PRINTF(2, 3)
bool lm_reader_fail(lm_reader *r, const char *fmt, ...);

/* The tensors that a network holds. */
typedef struct lm_held {
    lm_tensor **at;
    int         n;
} lm_held;

/* Hands the tensors over. False, with everything let go of, when reading failed. */
bool   lm_reader_done(lm_reader *r, lm_held *out);
void   lm_held_free(lm_held *h);
size_t lm_held_bytes(const lm_held *h); /* packings, and tensors outside of any file */

#endif
