/* comfy_names.h: what ComfyUI calls its own nodes, so that a node that limn lacks can be told from one that
 * nobody knows. */
#ifndef LM_NODES_COMFY_NAMES_H
#define LM_NODES_COMFY_NAMES_H

extern const char *const lm_comfy_names[]; /* sorted by bytes; NULL-terminated */

#endif
