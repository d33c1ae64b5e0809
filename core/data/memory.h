/* memory.h: how much memory limn holds, of the host (RAM) and of devices with memory of their own (VRAM), how
 * much it may, and what is done when that is too little: caches let go of results, the least valuable first; then
 * packed weights that no running pass has touched go, to be packed again from their file; then the allocation
 * fails and its caller says so with lm_memory_words.
 *
 * RAM held is: tensors, scratch and packed weights on devices in host memory; large blocks of lm_alloc and its
 * kin; and whatever else the system counts as ours (allocator, stacks, libraries' own memory), measured now and
 * then. Mapped files are not in it: their pages go back when somebody needs them.              [any] */
#ifndef LM_DATA_MEMORY_H
#define LM_DATA_MEMORY_H

#include "core/data/device.h"

/* Bytes; 0: no limit. */
void   lm_memory_limit(size_t ram, size_t vram);
size_t lm_memory_limit_of(bool device);
size_t lm_memory_held(bool device); /* false: RAM; true: VRAM */

/* Makes room for `bytes` on d and counts them as held; false when they do not fit. lm_device_alloc calls it. */
bool lm_memory_claim(const lm_device *d, size_t bytes);
void lm_memory_unclaim(const lm_device *d, size_t bytes);
/* The system itself had no more: the same, to let go of `bytes`. False when nothing was let go of. */
bool lm_memory_relieve(const lm_device *d, size_t bytes);

/* "it needs 1.2 GB, the limit of 2 GB leaves 400 MB", or without a limit "…, and limn holds 1.9 GB now". */
enum { LM_MEMORY_WORDS = 160 };
const char *lm_memory_words(const lm_device *d, size_t bytes, char text[LM_MEMORY_WORDS]);
/* Adds what the limit leaves, where there is a limit, to a sentence that does not tell it. */
void lm_memory_add_words(const lm_device *d, char *text, size_t size);
/* "1.2 GB", "640 MB", "12 KB" */
enum { LM_SIZE_WORDS = 24 };
const char *lm_size_words(size_t bytes, char text[LM_SIZE_WORDS]);

/* Somebody who can let go of memory: of `bytes`, and says how many came free. The struct is its owner's, and
 * stays until it is removed. Called by any thread that allocates, which then holds no lock of its own but
 * perhaps that of packing. */
typedef struct lm_relief lm_relief;
struct lm_relief {
    size_t (*let_go)(void *self, size_t bytes, bool device);
    void      *self;
    lm_relief *next;
};
void lm_relief_add(lm_relief *r);
void lm_relief_remove(lm_relief *r);

#endif
