/* family.h: which family a model is of, by the names of its tensors, as a safetensors file's header lists them.
 *
 * It is told for people who choose a file; what a model is made of is decided by whoever loads it. */
#ifndef LM_WEB_SERVER_FAMILY_H
#define LM_WEB_SERVER_FAMILY_H

#include <stddef.h>

/* "SDXL", "Flux", …; NULL: none that is known. The header is a stranger's text; it is searched, not parsed. [any] */
const char *lm_family_of(const char *header, size_t n);

#endif
