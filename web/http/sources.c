/* sources.c: connections, counted by where they come from. */
#include "web/http/sources.h"

#include <netinet/in.h>
#include <string.h>

#include "core/base/alloc.h"

struct lm_source {
    lm_source *next;
    uint64_t   key;
    int        count;
};

uint64_t lm_source_key(const struct sockaddr *from)
{
    uint64_t key = 0;

    if (from->sa_family == AF_INET)
        return ((const struct sockaddr_in *)from)->sin_addr.s_addr | 1ull << 40;
    memcpy(&key, &((const struct sockaddr_in6 *)from)->sin6_addr, 8);
    return key ? key : 1; /* ::1 */
}

static lm_source **find(lm_sources *s, uint64_t key)
{
    lm_source **at = &s->row[(key * 0x9e3779b97f4a7c15ull) >> 56];

    while (*at && (*at)->key != key)
        at = &(*at)->next;
    return at;
}

bool lm_sources_enter(lm_sources *s, const struct sockaddr *from, int most)
{
    const uint64_t key = lm_source_key(from);
    lm_source    **at = find(s, key);

    if (!*at) {
        if (!(*at = lm_try_alloc(sizeof **at)))
            return false;
        (*at)->key = key;
    }
    if ((*at)->count >= most)
        return false;
    (*at)->count++;
    return true;
}

void lm_sources_leave(lm_sources *s, const struct sockaddr *from)
{
    lm_source **at = find(s, lm_source_key(from)), *old = *at;

    if (old && --old->count == 0) {
        *at = old->next;
        lm_free(old);
    }
}

void lm_sources_done(lm_sources *s)
{
    for (int i = 0; i < LM_SOURCE_ROWS; i++)
        while (s->row[i]) {
            lm_source *old = s->row[i];

            s->row[i] = old->next;
            lm_free(old);
        }
}

bool lm_source_is_loopback(const struct sockaddr *from)
{
    if (from->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)from)->sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)from)->sin6_addr);
}
