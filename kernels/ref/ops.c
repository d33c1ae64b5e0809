/* ops.c: the table of the plain ops. Every row is there. */
#include "kernels/front.h"
#include "kernels/ref/ref.h"

const lm_ops lm_ref_ops = {
    .linear       = lm_ref_linear,
    .linear_geglu = lm_ref_linear_geglu,
    .conv         = lm_ref_conv,
    .attention    = lm_ref_attention,
    .group_norm   = lm_ref_group_norm,
    .layer_norm   = lm_ref_layer_norm,
    .unary        = lm_ref_unary,
    .axpby        = lm_ref_axpby,
    .mul          = lm_ref_mul,
    .clamp        = lm_ref_clamp,
    .concat       = lm_ref_concat,
    .slice        = lm_ref_slice,
    .resample     = lm_ref_resample,
    .gather       = lm_ref_gather,
    .cast         = lm_ref_cast,
    .finite       = lm_ref_finite,
};
