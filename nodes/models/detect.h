/* detect.h: what a model file is, from the names and shapes of its tensors alone.
 *
 *     lm_detected d = lm_detect(w);
 *     if (!lm_detect_usable(&d, w, err)) ...            // a sentence that names the family
 */
#ifndef LM_NODES_MODELS_DETECT_H
#define LM_NODES_MODELS_DETECT_H

#include "core/data/safetensors.h"

typedef enum lm_file_kind {
    LM_FILE_UNKNOWN,
    LM_FILE_CHECKPOINT,   /* a denoiser, mostly with its text encoder and its VAE */
    LM_FILE_DENOISER,     /* a denoiser alone */
    LM_FILE_VAE,
    LM_FILE_TEXT_ENCODER,
    LM_FILE_LORA,
    LM_FILE_CONTROLNET,
    LM_FILE_EMBEDDING,
    LM_FILE_UPSCALER,
    LM_N_FILE_KINDS
} lm_file_kind;

typedef struct lm_detected {
    lm_file_kind kind;
    const char  *family;       /* "Stable Diffusion 1.x", "SDXL", …; NULL: not known */
    bool         built;        /* limn can use it */
    const char  *unet_prefix, *text_prefix, *vae_prefix; /* NULL: not in the file */
    bool         predicts_v;   /* the denoiser predicts v; ε otherwise */
    bool         zero_snr;     /* it was trained down to pure noise (not built yet) */
} lm_detected;

lm_detected lm_detect(const lm_weights *w);
const char *lm_file_kind_text(lm_file_kind kind); /* "a checkpoint", "a VAE", …             [lends] */

/* Can limn run it?  Else FILE: the file's name, what it is, and where such a file goes or that its family
 * is not built yet. `wanted` is LM_FILE_CHECKPOINT or LM_FILE_VAE (which a checkpoint serves as well). */
bool lm_detect_usable(const lm_detected *d, const lm_weights *w, lm_file_kind wanted, limn_error *err);

#endif
