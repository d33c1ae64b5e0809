/* chance.h: chance that can be repeated. */
#ifndef LIMN_TESTS_WEB_CHANCE_H
#define LIMN_TESTS_WEB_CHANCE_H

#include <stdint.h>

/* Source: Steele, Lea, Flood 2014 (splitmix64). */
typedef struct chance {
    uint64_t at;
} chance;

static inline uint64_t chance_next(chance *c)
{
    uint64_t z = c->at += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline int chance_below(chance *c, int n)
{
    return (int)(chance_next(c) % (uint64_t)n);
}

#endif
