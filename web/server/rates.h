/* rates.h: how fast one address may change things: a bucket an address, filled again over a minute.
 *
 * The table has room for a fixed number of addresses; when it is full, the one that asked least of late is forgotten,
 * which gives it a full bucket: memory is bounded, and nobody waits because of others. */
#ifndef LM_WEB_RATES_H
#define LM_WEB_RATES_H

#include <stdint.h>

enum { LM_RATE_ROWS = 256, LM_RATE_PLACES = 8 };

typedef struct lm_rate {
    uint64_t source; /* 0: nobody */
    uint64_t at_ms;  /* when `left` was so */
    int64_t  left;   /* thousandths of a change */
} lm_rate;

typedef struct lm_rates {
    int     a_minute; /* changes; also the most at once */
    lm_rate at[LM_RATE_ROWS][LM_RATE_PLACES];
} lm_rates;

/* Takes one change of `source` (not 0) out of its bucket: 0, or the seconds until there is one, 1 … 60, and nothing is
 * taken. `now_ms` never goes back. */
int lm_rates_take(lm_rates *r, uint64_t source, uint64_t now_ms);

#endif
