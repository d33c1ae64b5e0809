/* unet_parts.h: what the two halves of the denoiser share: reading it (unet.c) and running it
 * (unet_run.c). */
#ifndef LM_NODES_MODELS_UNET_PARTS_H
#define LM_NODES_MODELS_UNET_PARTS_H

#include <stdatomic.h>

#include "nodes/models/table.h"
#include "nodes/models/unet.h"

enum { LM_UNET_HEADS = 8, LM_UNET_GROUPS = 32, LM_UNET_PARTS = 3 };

/* A residual block, O channels from I. */
typedef struct lm_unet_res {
    const lm_tensor *norm1_g, *norm1_b, *conv1_w, *conv1_b, *time_w, *time_b;
    const lm_tensor *norm2_g, *norm2_b, *conv2_w, *conv2_b, *skip_w, *skip_b; /* skip: NULL when I = O */
    const lm_tensor *shift_b; /* time_b + conv1_b: what the time says arrives as conv1's bias */
    int              index;   /* among all residual blocks */
} lm_unet_res;

/* One layer of a transformer. */
typedef struct lm_unet_layer {
    const lm_tensor *norm1_g, *norm1_b, *qkv_w, *out1_w, *out1_b;
    const lm_tensor *norm2_g, *norm2_b, *q_w, *k_w, *v_w, *out2_w, *out2_b;
    const lm_tensor *norm3_g, *norm3_b, *geglu_w, *geglu_b, *ff_w, *ff_b;
    int              index;   /* among all layers */
} lm_unet_layer;

typedef struct lm_unet_transformer {
    const lm_tensor *norm_g, *norm_b, *in_w, *in_b, *out_w, *out_b;
    lm_unet_layer   *layers;
    int              n_layers;
} lm_unet_transformer;

typedef enum lm_unet_kind {
    LM_UNET_NOTHING, LM_UNET_CONV, LM_UNET_RES, LM_UNET_ATTEND, LM_UNET_DOWN, LM_UNET_UP
} lm_unet_kind;

typedef struct lm_unet_part {
    lm_unet_kind        kind;
    const lm_tensor    *w, *b; /* CONV, DOWN, UP */
    lm_unet_res         res;
    lm_unet_transformer attend;
} lm_unet_part;

typedef struct lm_unet_block {
    char         name[32]; /* "input_blocks.4" */
    lm_unet_part part[LM_UNET_PARTS];
} lm_unet_block;

struct lm_unet {
    atomic_int       refs;
    const lm_tensor *time1_w, *time1_b, *time2_w, *time2_b, *norm_g, *norm_b, *out_w, *out_b;
    lm_unet_block   *in, middle, *out; /* as many out as in */
    const lm_unet_res   **res;         /* all residual blocks, by index */
    const lm_unet_layer **layers;      /* all layers of transformers, by index */
    int              n_blocks, n_res, n_layers, n_levels;
    int64_t          channels_in, channels, channels_out, context_width;
    lm_held          held;
};

#endif
