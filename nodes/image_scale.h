/* image_scale.h: another size for pictures, by the methods that ComfyUI's image nodes offer. */
#ifndef LM_NODES_IMAGE_SCALE_H
#define LM_NODES_IMAGE_SCALE_H

#include "nodes/types.h"

/* In the contract's order; lm_scale_methods has their names. */
typedef enum lm_scale_method {
    LM_SCALE_NEAREST, LM_SCALE_BILINEAR, LM_SCALE_AREA, LM_SCALE_BICUBIC, LM_SCALE_LANCZOS
} lm_scale_method;
extern const char *const lm_scale_methods[];

/* x [N, H, W, C] -> [N, height, width, C]. With `centre`, x is first cut around its middle to the new
 * aspect.  Source: ComfyUI's common_upscale. */
const lm_tensor *lm_image_scale(lm_pass *p, const lm_tensor *x, lm_scale_method method, int64_t width,
                                int64_t height, bool centre);

#endif
