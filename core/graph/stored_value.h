/* stored_value.h: values in a file: tensors, numbers, texts, nested values, items; objects cannot be stored.
 *
 * Numbers are little-endian. A file is
 *     8 bytes   "limn-v1\n"
 *     16        the key it was asked to be stored under
 *     8         seconds that the result cost (a double)
 *     8         bytes of the body
 *     4         how many values
 *     body      the values, one behind the other
 *     16        a hash of all before
 * a value is: its kind (1 byte: plain, list, blocker), its type, the number of fields (4 bytes) and each one, the
 * number of items (4) and each one, a value; a field: its kind (1), its name, and 8 bytes of an int or a number, a
 * text, a value, or a tensor: dtype (1), axes (1), their sizes (8 each), its numbers; a text: its length (4) and
 * its bytes, none of them 0.
 *
 * Files are hostile: no size is believed that the file could not hold, and nothing is given out before the hash
 * has been compared. The hash finds damage, not forgery: whoever may write to the folder may give results. */
#ifndef LM_GRAPH_STORED_VALUE_H
#define LM_GRAPH_STORED_VALUE_H

#include "core/base/hash.h"
#include "core/data/value.h"

typedef struct lm_stored_head {
    lm_hash key;
    double  seconds;
    int     n; /* values */
} lm_stored_head;

/* Bytes of the file that these values would make; 0 when they cannot be stored, or it were more than `most`. */
uint64_t lm_stored_size(limn_value *const *values, int n, uint64_t most);

/* Writes from where fd stands; `size` is what lm_stored_size said. False and errno. */
bool lm_stored_write(int fd, const lm_stored_head *head, limn_value *const *values, uint64_t size);

/* Reads from the file's beginning: out[0 … head->n) are new, their tensors on d (NULL: the host). The caller
 * fills head->key and head->n, with which the file must agree. MEMORY when there is no room; FILE when the file
 * is damaged, with what is wrong with it. */
bool lm_stored_read(int fd, lm_stored_head *head, lm_device *d, limn_value **out, limn_error *err);

#endif
