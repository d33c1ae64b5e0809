/* canvas_memo.c: the places that links were followed through, with what lies behind each, so that a chain is walked
 * once however many look into it, and a ring is noticed. */
#include "core/base/alloc.h"
#include "core/graph/canvas_parts.h"

struct entry {
    lm_canvas_place  place;
    lm_canvas_answer answer;
    int32_t          before; /* on the same trail, -1: the first */
    bool             open;   /* on the way right now */
};

struct lm_canvas_memo {
    struct entry *entries;
    int32_t      *places; /* by hash: 1 + a place in entries, 0: empty */
    size_t        mask;
    uint64_t      seed; /* so that nobody can choose places that collide */
    int32_t       count;
};

lm_canvas_memo *lm_canvas_memo_new(uint64_t seed)
{
    lm_canvas_memo *m = lm_alloc(sizeof *m);

    m->seed = seed ^ (uintptr_t)m;
    return m;
}

void lm_canvas_memo_free(lm_canvas_memo *m)
{
    if (!m)
        return;
    lm_free(m->entries);
    lm_free(m->places);
    lm_free(m);
}

static bool same_place(lm_canvas_place a, lm_canvas_place b)
{
    return a.copy == b.copy && a.slot == b.slot && a.type == b.type && a.in == b.in;
}

static uint64_t hash_place(const lm_canvas_memo *m, lm_canvas_place p)
{
    uint64_t h = (m->seed ^ (uint32_t)p.copy) * 0x9e3779b97f4a7c15u;

    h = ((h ^ h >> 32) ^ ((uint64_t)(uint32_t)p.slot << 1 | p.in)) * 0xd6e8feb86659fd93u;
    h = ((h ^ h >> 32) ^ (uint32_t)p.type) * 0x9e3779b97f4a7c15u;
    return h >> 32;
}

static int32_t *place_of(const lm_canvas_memo *m, lm_canvas_place p)
{
    for (size_t i = hash_place(m, p);; i++) {
        int32_t *at = &m->places[i & m->mask];

        if (!*at || same_place(m->entries[*at - 1].place, p))
            return at;
    }
}

/* Room for one more. */
static bool grow(lm_canvas_memo *m)
{
    const size_t room = m->places ? 2 * (m->mask + 1) : 256;
    int32_t     *places;

    if (m->places && 2 * ((size_t)m->count + 1) <= m->mask)
        return true;
    places = lm_try_alloc(room * sizeof *places);
    if (!places)
        return false;
    lm_free(m->places);
    m->places = places;
    m->mask = room - 1;
    m->entries = lm_grow(m->entries, room / 2 * sizeof *m->entries);
    for (int32_t i = 0; i < m->count; i++)
        *place_of(m, m->entries[i].place) = i + 1;
    return true;
}

lm_canvas_visit lm_canvas_memo_visit(lm_canvas_memo *m, lm_canvas_place p, int32_t *trail, lm_canvas_answer *a)
{
    int32_t *at = grow(m) ? place_of(m, p) : NULL;

    if (!at)
        return LM_CANVAS_STARVED;
    if (*at && m->entries[*at - 1].open)
        return LM_CANVAS_AGAIN;
    if (*at) {
        *a = m->entries[*at - 1].answer;
        return LM_CANVAS_KNOWN;
    }
    m->entries[m->count++] = (struct entry){ .place = p, .open = true, .before = *trail };
    *at = m->count;
    *trail = *at - 1;
    return LM_CANVAS_FIRST;
}

void lm_canvas_memo_settle(lm_canvas_memo *m, int32_t trail, lm_canvas_answer a)
{
    for (; trail >= 0; trail = m->entries[trail].before) {
        m->entries[trail].open = false;
        m->entries[trail].answer = a;
    }
}
