/* scratch.h: the arena that a pass computes in. Blocks come from a few large pieces of device memory by
 * best fit and go back as soon as their scope ends, so that after its first step a sampler allocates
 * nothing from the system.                                                                   [exec] */
#ifndef LM_DATA_SCRATCH_H
#define LM_DATA_SCRATCH_H

#include <stddef.h>

#include "core/data/device.h"

typedef struct lm_scratch lm_scratch;

lm_scratch *lm_scratch_new(lm_device *d);                                                  /* [new] */
void        lm_scratch_free(lm_scratch *s);
void       *lm_scratch_get(lm_scratch *s, size_t bytes); /* 64-byte aligned; NULL: no memory [lends] */
void        lm_scratch_put(lm_scratch *s, void *block, size_t bytes);                     /* [takes] */
/* Gives back what lies behind the first `keep` of a block's `bytes`. */
void        lm_scratch_shrink(lm_scratch *s, void *block, size_t bytes, size_t keep);
void        lm_scratch_trim(lm_scratch *s);              /* returns wholly free pieces to the device */
size_t      lm_scratch_held(const lm_scratch *s);        /* bytes taken from the device now */
size_t      lm_scratch_most_held(const lm_scratch *s);   /* the most there were so far */
size_t      lm_scratch_system_calls(const lm_scratch *s);/* how often the device was asked so far */

#endif
