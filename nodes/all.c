/* all.c: the list of families, and nothing else. */
#include "nodes/all.h"

#define FAMILIES(X)                                                                            \
    X(conditioning) X(image) X(image_batch) X(image_edit) X(image_filter) X(image_mix)         \
    X(image_save) X(image_scale) X(image_stitch) X(latent) X(latent_batch) X(latent_mix)       \
    X(latent_transform) X(loaders) X(mask) X(mask_edit) X(primitive) X(sampling) X(vae)

#define DECLARE(family) extern const limn_node *const lm_nodes_##family[];
FAMILIES(DECLARE)

#define LIST(family) lm_nodes_##family,
const limn_node *const *const lm_node_families[] = { FAMILIES(LIST) NULL };
