/* models_config.h: where models lie beside the base folder, as ComfyUI's extra_model_paths.yaml says it:
 *
 *     a111:
 *         base_path: ~/stable-diffusion-webui      ~ and $NAME are put in; relative: from the file's own folder
 *         is_default: true                         these folders go first
 *         checkpoints: models/Stable-diffusion     any other key is a kind, its value a path, or one a line
 *
 * BASE/extra_model_paths.yaml is read when it is there, then each file of --extra-model-paths-config.
 * Source: ComfyUI 0.3.64's utils/extra_config.py, of which this takes over the behaviour. */
#ifndef LM_CLI_MODELS_CONFIG_H
#define LM_CLI_MODELS_CONFIG_H

#include "core/base/text.h"
#include "core/cli/command.h"

typedef struct lm_models_config {
    char  **orders; /* "KIND=DIR" and "KIND+=DIR", for lm_folders_more, in their order; NULL-terminated, or NULL */
    int     n;
    lm_text notes;  /* sentences, a line each, about what is left out */
} lm_models_config;

/* Adds what the file says. FILE with its name and the line, and nothing of that file is added. */
bool lm_models_config_read(lm_models_config *c, const char *path, limn_error *err);
/* What the command line's --base, --extra-model-paths-config and --folder say. */
bool lm_models_config_options(lm_models_config *c, const lm_args *a, limn_error *err);
void lm_models_config_done(lm_models_config *c); /* welcomes a zeroed one */

#endif
