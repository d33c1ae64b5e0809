/* front.h: the few macros that every front is made of. */
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

/* Runs row `op` of the pass's device (or of ref/) into y, a variable; y or NULL. */
#define LM_RUN(p, op, y, ...)                                                                  \
    ((y) && LM_RUN_ROW(p, op, y, __VA_ARGS__) && lm_front_sound((p), #op, (y)) ? (y) : NULL)

/* Only the row; true when it worked. */
#define LM_RUN_ROW(p, op, ...)                                                                 \
    (lm_front_begin((p), lm_ops_of(p)->op != NULL, #op),                                       \
     lm_front_end((p), (lm_ops_of(p)->op ? lm_ops_of(p)->op : lm_ref_ops.op)((p), __VA_ARGS__)))

extern const lm_ops lm_ref_ops; /* kernels/ref: every row is there */

/* The pass's table: ref/ alone for a device that brings none. */
static inline const lm_ops *lm_ops_of(const lm_pass *p)
{
    return p->device->ops ? p->device->ops : &lm_ref_ops;
}

/* An operand must be there, and hold at least one number of a kind that kernels compute on: F32, F16 or
 * BF16. */
#define LM_TAKES(p, op, t)                                                                     \
    do {                                                                                       \
        if (!lm_front_takes((p), (op), #t, (t)))                                               \
            return NULL;                                                                       \
    } while (0)
bool lm_front_takes(lm_pass *p, const char *op, const char *letter, const lm_tensor *t);

/* What an error calls t: a weight's name in its file, else its letter in the formula. */
static inline const char *lm_label(const lm_tensor *t, const char *letter)
{
    return t->name ? t->name : letter;
}

/* The device's enter/leave around a kernel, the log line for a row that ref/ answers, and the record of a
 * cancelled one. */
void lm_front_begin(lm_pass *p, bool own_row, const char *op);
bool lm_front_end(lm_pass *p, bool worked);

/* When the pass asks for it (check_finite): is every number of op's answer finite? */
bool lm_front_sound(lm_pass *p, const char *op, const lm_tensor *y);

/* The dtype of answers that feed a product. */
static inline lm_dtype lm_compute_dtype(const lm_pass *p)
{
    return p->compute == LM_COMPUTE_BF16 ? LM_BF16 : LM_F32;
}

#endif
