/* prompts.h: what two CONDITIONINGs say, settled for one latent and one model's noise levels: whose tokens
 * count where, how much and when.  Source: ComfyUI's preparation of conditionings. */
#ifndef LM_NODES_PROMPTS_H
#define LM_NODES_PROMPTS_H

#include "nodes/diffusion/levels.h"
#include "nodes/diffusion/region.h"
#include "nodes/types.h"

typedef enum lm_side { LM_POSITIVE, LM_NEGATIVE } lm_side;

typedef struct lm_prompt {
    lm_side          side;
    const lm_tensor *tokens;   /* [1 or more, T, C] */
    lm_region        area;     /* clipped to the latent */
    double           from, to; /* counts while from >= σ >= to */
    const float     *weight;   /* [weight_n, h, w] of the whole latent; NULL: 1 everywhere */
    int64_t          weight_n; /* 1, or the latent's batch */

    /* What the weight is made of; lm_prompts_settle's own affair. */
    const lm_tensor *mask;     /* [N, h, w, 1] or NULL */
    double           strength, mask_strength;
} lm_prompt;

typedef struct lm_prompts {
    lm_prompt *at;
    int        n;
} lm_prompts;

/* All prompts of both sides, in the current scope. An area on one side that the other side does not have
 * gets a copy there, with the tokens of the smallest prompt around it. latent: [N, h, w, C]. INPUT,
 * blaming "positive" or "negative", when an entry is no prompt or its area lies outside. */
bool lm_prompts_settle(lm_pass *p, lm_prompts *out, const limn_value *positive,
                       const limn_value *negative, const lm_levels *levels, lm_shape latent);

/* x0 of one side from the x0 of its prompts, each [N, area.h, area.w, C]; NULL for one that does not count
 * now. x [N, h, w, C] lends its shape. A prompt alone that counts everywhere is the answer itself. [lends] */
const lm_tensor *lm_prompts_join(lm_pass *p, const lm_prompts *all, lm_side side,
                                 const lm_tensor *const *x0, const lm_tensor *x);

#endif
