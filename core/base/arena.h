/* arena.h: memory for small things that go all at once. Begins small and takes larger and larger pieces; a zeroed
 * lm_arena is an empty one. */
#ifndef LM_BASE_ARENA_H
#define LM_BASE_ARENA_H

#include <stddef.h>

typedef struct lm_arena {
    struct lm_arena_piece *pieces; /* the newest first */
} lm_arena;

void *lm_arena_take(lm_arena *a, size_t bytes); /* zeroed, good until lm_arena_done             [lends] */
char *lm_arena_text(lm_arena *a, const char *text); /* a copy                                   [lends] */
void  lm_arena_done(lm_arena *a);

#endif
