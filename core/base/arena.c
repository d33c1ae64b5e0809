/* arena.c: memory for small things that go all at once. */
#include "core/base/arena.h"

#include <string.h>

#include "core/base/alloc.h"

enum { FIRST = 1 << 10, LARGEST = 64 << 10 };

struct lm_arena_piece {
    struct lm_arena_piece *next;
    size_t                 used, room;
    max_align_t            bytes[];
};

static struct lm_arena_piece *add_piece(lm_arena *a, size_t least)
{
    size_t                 room = a->pieces ? 2 * a->pieces->room : FIRST;
    struct lm_arena_piece *p;

    room = room > LARGEST ? LARGEST : room;
    room = room < least ? least : room;
    p = lm_alloc(sizeof *p + room);
    p->room = room;
    p->next = a->pieces;
    a->pieces = p;
    return p;
}

void *lm_arena_take(lm_arena *a, size_t bytes)
{
    struct lm_arena_piece *p = a->pieces;
    void                  *at;

    bytes = (bytes + 15) & ~(size_t)15;
    if (!p || p->room - p->used < bytes)
        p = add_piece(a, bytes);
    at = (char *)p->bytes + p->used;
    p->used += bytes;
    return at;
}

char *lm_arena_text(lm_arena *a, const char *text)
{
    const size_t size = strlen(text) + 1;

    return memcpy(lm_arena_take(a, size), text, size);
}

void lm_arena_done(lm_arena *a)
{
    for (struct lm_arena_piece *p = a->pieces, *next; p; p = next) {
        next = p->next;
        lm_free(p);
    }
    a->pieces = NULL;
}
