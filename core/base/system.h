/* system.h: what the machine has, and what of it this process holds. */
#ifndef LM_BASE_SYSTEM_H
#define LM_BASE_SYSTEM_H

#include <stddef.h>

/* Bytes of RAM that this process may come to hold: the machine's, or less where a control group says so.
 * 0: unknown.  Source: Linux' proc(5) and control group v1 and v2 documentation. */
size_t lm_system_memory(void);

/* Bytes of RAM that this process holds beside mapped files, and in `of_files` (when asked for) those of mapped
 * files and of the program's own code, be it touched already or not; 0: unknown, and under a sanitizer, whose
 * own memory would be most of it. About a microsecond.                                          [any] */
size_t lm_system_resident(size_t *of_files);

#endif
