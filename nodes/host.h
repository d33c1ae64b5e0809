/* host.h: for nodes that compute on the host: values from numbers that lie there. */
#ifndef LM_NODES_HOST_H
#define LM_NODES_HOST_H

#include "nodes/types.h"

/* An IMAGE or MASK of `shape` with a copy of `host`. NULL after a failure.                       [new] */
limn_value *lm_image_from_host(lm_pass *p, lm_shape shape, const float *host);
limn_value *lm_mask_from_host(lm_pass *p, lm_shape shape, const float *host);

/* A plain INT.                                                                                   [new] */
limn_value *lm_int_value(int64_t x);

/* The mask as [N, H, W], also where it came as [H, W]. */
const lm_tensor *lm_mask_batch(lm_pass *p, const limn_value *mask);

/* Ends the pass of a node whose n outputs are made: true when all are there and nothing failed, else false
 * with every output let go. */
bool lm_pass_end_with(lm_pass *p, limn_value **out, int n, limn_error *err);

#endif
