/* saving.h: a batch of pictures on its way to PNG files. */
#ifndef LM_NODES_SAVING_H
#define LM_NODES_SAVING_H

#include "nodes/types.h"

/* Writes every picture of `pixels` [N, H, W, 3 or 4] to a folder ("output", "temp"), with prompt, workflow
 * and how it was computed in text chunks, and answers with their names. `what` names the pictures when one
 * holds a broken number ("the picture to save"). */
typedef struct lm_saving {
    const char *kind, *prefix, *what;
    int         level; /* of zlib */
} lm_saving;
bool lm_save_pictures(lm_pass *p, const lm_saving *how, const lm_tensor *pixels, limn_error *err);

/* Gives every picture of `pixels` to whoever wants the run, as a PNG without texts, and writes no file. */
bool lm_give_pictures(lm_pass *p, const char *what, const lm_tensor *pixels, limn_error *err);

/* Is this a prefix that leads nowhere else? INPUT with filename_prefix to blame. */
bool lm_saving_check(const char *prefix, limn_error *err);

#endif
