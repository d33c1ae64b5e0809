/* index.c: finds texts among many, by open addressing with a seeded hash. */
#include "core/graph/index.h"

#include <string.h>
#include <sys/random.h>

#include "core/base/alloc.h"

static uint64_t fold(uint64_t x, uint64_t k)
{
    const unsigned __int128 p = (unsigned __int128)x * k;

    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static uint64_t seed_once(void)
{
    static _Atomic uint64_t seed;
    uint64_t                s = seed, none = 0;

    if (s)
        return s;
    if (getrandom(&s, sizeof s, GRND_NONBLOCK) != sizeof s)
        s = (uintptr_t)&seed; /* the address space is random too */
    s |= 1;
    return __atomic_compare_exchange_n((uint64_t *)&seed, &none, s, 0, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED) ? s : none;
}

/* Up to eight bytes as a number; together with the size it tells them all apart. */
static uint64_t load_few(const char *text, size_t size)
{
    uint32_t low, high;

    if (size >= 4) {
        memcpy(&low, text, 4);
        memcpy(&high, text + size - 4, 4); /* overlaps: no byte is left out */
        return (uint64_t)high << 32 | low;
    }
    if (!size)
        return 0;
    return (uint64_t)(unsigned char)text[0] << 16 | (uint64_t)(unsigned char)text[size / 2] << 8 |
           (unsigned char)text[size - 1];
}

static uint64_t hash_text(const char *text, size_t size)
{
    const uint64_t seed = seed_once();
    uint64_t       h = seed ^ size, word;

    for (; size > 8; size -= 8, text += 8) {
        memcpy(&word, text, 8);
        h = fold(h ^ word, 0x9e3779b97f4a7c15u ^ seed << 1);
    }
    return fold(h ^ load_few(text, size), 0xd6e8feb86659fd93u ^ seed << 1);
}

static lm_index_slot *slot_of(const lm_index *x, const char *text, size_t size)
{
    for (size_t i = hash_text(text, size);; i++) {
        lm_index_slot *s = &x->slots[i & x->mask];

        if (!s->text || (s->size == size && !memcmp(s->text, text, size)))
            return s;
    }
}

bool lm_index_init(lm_index *x, size_t n)
{
    size_t room = 8;

    while (room < 2 * n)
        room *= 2;
    *x = (lm_index){ .slots = lm_try_alloc(room * sizeof *x->slots), .mask = room - 1 };
    return x->slots;
}

void lm_index_done(lm_index *x)
{
    lm_free(x->slots);
    *x = (lm_index){ 0 };
}

bool lm_index_reserve(lm_index *x)
{
    lm_index more;

    if (x->slots && 2 * (x->count + 1) <= x->mask + 1)
        return true;
    if (!lm_index_init(&more, 2 * (x->count + 1)))
        return false;
    for (size_t i = 0; x->slots && i <= x->mask; i++)
        if (x->slots[i].text)
            *slot_of(&more, x->slots[i].text, x->slots[i].size) = x->slots[i];
    more.count = x->count;
    lm_free(x->slots);
    *x = more;
    return true;
}

int32_t lm_index_put(lm_index *x, const char *text, size_t size, int32_t number)
{
    lm_index_slot *s = slot_of(x, text, size);

    if (s->text)
        return s->number;
    *s = (lm_index_slot){ text, (uint32_t)size, number };
    x->count++;
    return number;
}

int32_t lm_index_find(const lm_index *x, const char *text, size_t size)
{
    const lm_index_slot *s = x->slots ? slot_of(x, text, size) : NULL;

    return s && s->text ? s->number : -1;
}

void lm_index_remove(lm_index *x, const char *text, size_t size)
{
    lm_index_slot *s = x->slots ? slot_of(x, text, size) : NULL;
    size_t         gap = s ? (size_t)(s - x->slots) : 0;

    if (!s || !s->text)
        return;
    for (size_t i = (gap + 1) & x->mask; x->slots[i].text; i = (i + 1) & x->mask) { /* those behind move up */
        const size_t home = hash_text(x->slots[i].text, x->slots[i].size);

        if (((i - home) & x->mask) < ((i - gap) & x->mask))
            continue;
        x->slots[gap] = x->slots[i];
        gap = i;
    }
    x->slots[gap].text = NULL;
    x->count--;
}
