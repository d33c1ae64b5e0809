/* tap.h: a look at what a network's blocks answer, under the names that ComfyUI's modules have. It serves
 * two: the parity tests, which set lm_tap, and the search for the block whose numbers broke. Otherwise it
 * costs one comparison. */
#ifndef LM_NODES_MODELS_TAP_H
#define LM_NODES_MODELS_TAP_H

#include "core/data/pass.h"

/* Called with each block's name and answer when not NULL. For single-threaded tests only. */
extern void (*lm_tap)(void *self, lm_pass *p, const char *block, const lm_tensor *x);
extern void  *lm_tap_self;

/* Shows x to the tap. With p->check_finite the ops themselves refuse a NaN or an infinity; then x is NULL
 * and the block's name is put into the error. */
LIMN_PRINTF(3, 4)
void lm_seen_at(lm_pass *p, const lm_tensor *x, const char *block, ...);
#define lm_seen(p, x, ...)                                                                     \
    do {                                                                                       \
        if (lm_tap || (p)->check_finite)                                                       \
            lm_seen_at((p), (x), __VA_ARGS__);                                                 \
    } while (0)

/* `made` from `used`, whose memory goes back at once: h = lm_over(p, h, lm_conv(p, h, …)).     [lends] */
static inline lm_tensor *lm_over(lm_pass *p, const lm_tensor *used, lm_tensor *made)
{
    lm_drop(p, used);
    return made;
}

/* What a network answers, checked. `again` repeats the work; it runs only when x is not finite, with
 * p->check_finite set, so that the error names the first block and op at fault. `whole` names the network:
 * "the denoiser". */
lm_tensor *lm_checked(lm_pass *p, lm_tensor *x, const char *whole,
                      lm_tensor *(*again)(lm_pass *p, void *self), void *self);

#endif
