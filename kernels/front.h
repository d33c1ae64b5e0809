/* front.h: the three macros that every front is made of. */
#ifndef LM_KERNELS_FRONT_H
#define LM_KERNELS_FRONT_H

#include <inttypes.h>

#include "kernels/ops.h"

/* An earlier failure, or a missing operand, makes the front a no-op. */
#define LM_ENTER(p)                                                                            \
    do {                                                                                       \
        if (!lm_pass_live(p))                                                                  \
            return NULL;                                                                       \
    } while (0)

/* A promise about shapes: a broken one is a BUG (or a hostile model file), with both numbers in it. */
#define LM_WANT(p, condition, ...)                                                             \
    do {                                                                                       \
        if (!(condition)) {                                                                    \
            lm_pass_fail((p), INPUT, __VA_ARGS__);                                             \
            return NULL;                                                                       \
        }                                                                                      \
    } while (0)

/* Runs row `op` of the pass's device (or of ref/) into y; y or NULL. */
#define LM_RUN(p, op, y, ...)                                                                  \
    ((y) && lm_front_begin((p), (p)->device->ops->op != NULL, #op) &&                          \
             lm_front_end((p), ((p)->device->ops->op ? (p)->device->ops->op                    \
                                                     : lm_ref_ops.op)((p), (y), __VA_ARGS__))  \
         ? (y)                                                                                 \
         : NULL)

extern const lm_ops lm_ref_ops; /* kernels/ref: every row is there */

/* The device's enter/leave around a kernel, the log line for a row that ref/ answers, and the record of a
 * cancelled one. */
bool lm_front_begin(lm_pass *p, bool own_row, const char *op);
bool lm_front_end(lm_pass *p, bool worked);

/* The dtype of answers that feed a product. */
static inline lm_dtype lm_compute_dtype(const lm_pass *p)
{
    return p->compute == LM_COMPUTE_BF16 ? LM_BF16 : LM_F32;
}

#endif
