/* vae_parts.h: what the two halves of the autoencoder's code share: reading it (vae.c) and running it
 * (vae_run.c). */
#ifndef LM_NODES_MODELS_VAE_PARTS_H
#define LM_NODES_MODELS_VAE_PARTS_H

#include <stdatomic.h>

#include "kernels/ops.h"
#include "nodes/models/table.h"
#include "nodes/models/vae.h"

enum { LM_VAE_GROUPS = 32, LM_VAE_MOST = 8 };

/* A residual block, O channels from I. */
typedef struct lm_vae_res {
    const lm_tensor *norm1_g, *norm1_b, *conv1_w, *conv1_b;
    const lm_tensor *norm2_g, *norm2_b, *conv2_w, *conv2_b, *skip_w, *skip_b; /* skip: NULL when I = O */
} lm_vae_res;

/* Attention of all cells to each other, with one head. */
typedef struct lm_vae_attention {
    const lm_tensor *norm_g, *norm_b, *q_w, *q_b, *k_w, *k_b, *v_w, *v_b, *out_w, *out_b;
} lm_vae_attention;

typedef struct lm_vae_level {
    lm_vae_res       block[LM_VAE_MOST];
    int              n_blocks;
    const lm_tensor *w, *b; /* the convolution that halves or doubles; NULL on the last level */
} lm_vae_level;

/* The encoder or the decoder. Level 0 has the largest picture. */
typedef struct lm_vae_side {
    const lm_tensor *in_w, *in_b, *norm_g, *norm_b, *out_w, *out_b, *latent_w, *latent_b;
    lm_vae_level     level[LM_VAE_MOST];
    int              n_levels;
    lm_vae_res       middle1, middle2;
    lm_vae_attention attention;
    lm_conv_spec     conv; /* of every 3x3 convolution that keeps the size */
} lm_vae_side;

struct lm_vae {
    atomic_int  refs;
    lm_vae_side encoder, decoder; /* no levels: pictures are their own latents */
    int64_t     channels;
    lm_held     held;
};

#endif
