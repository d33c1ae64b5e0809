/* sources.h: how many connections come from where: an IPv4 address, or the first half of an IPv6 address. */
#ifndef LM_WEB_SOURCES_H
#define LM_WEB_SOURCES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { LM_SOURCE_ROWS = 256 };

typedef struct lm_source lm_source;
typedef struct lm_sources {
    lm_source *row[LM_SOURCE_ROWS];
} lm_sources;

/* Counts one more; false when there are `most` already, or no memory. */
bool lm_sources_enter(lm_sources *s, const struct sockaddr *from, int most);
void lm_sources_leave(lm_sources *s, const struct sockaddr *from);
void lm_sources_done(lm_sources *s);

/* One number for all that come from there; never 0. */
uint64_t lm_source_key(const struct sockaddr *from);

bool lm_source_is_loopback(const struct sockaddr *from);

#endif
