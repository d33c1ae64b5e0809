/* alloc.h: memory for small bookkeeping. lm_alloc returns memory or ends the process with one line and
 * exit code LM_EXIT_MEMORY, so callers need no test. Tensors and whatever a request can make large use
 * lm_try_alloc (or a device's own allocator) and report MEMORY instead. */
#ifndef LM_BASE_ALLOC_H
#define LM_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

enum { LM_EXIT_MEMORY = 6 };

void *lm_alloc(size_t bytes);                 /* zeroed                                    [new] */
void *lm_alloc_array(size_t n, size_t size);  /* zeroed; n·size is checked                 [new] */
void *lm_grow(void *old, size_t bytes);       /* realloc; what is new is not zeroed        [new] */
void *lm_try_alloc(size_t bytes);             /* zeroed, or NULL                           [new] */
void *lm_try_grow(void *old, size_t bytes);   /* realloc, or NULL and old is as it was     [new] */
char *lm_copy_text(const char *text);         /* strdup                                    [new] */
char *lm_copy_bytes(const char *at, size_t n);/* n bytes and a NUL                         [new] */
char *lm_try_copy_bytes(const char *at, size_t n); /* the same, or NULL                    [new] */
void  lm_free(void *memory);                  /* welcomes NULL                            [takes] */

/* Bytes now in blocks of 64 KiB and more.                                                       [any] */
size_t lm_alloc_large_bytes(void);

/* A process that must outlive a shortage keeps so much address space aside, of which nothing is touched: where lm_alloc or
 * lm_grow find no memory for 1 MiB or less, or lm_try_alloc for 16 KiB, it is given up, and they go on. False: it could
 * not be had. */
bool lm_alloc_keep_reserve(size_t bytes);
/* Is the reserve spent, and cannot be had again? Then nothing new should be begun. False without one. [any] */
bool lm_alloc_is_short(void);

/* For libraries: realloc that gives the reserve up before it fails; what it gave goes by free.     */
void *lm_spare_realloc(void *old, size_t bytes);

/* Asked by lm_try_alloc before it takes a block of 1 MiB or more: false refuses. NULL: nobody minds. */
extern bool (*lm_alloc_ask)(size_t bytes);

#endif
