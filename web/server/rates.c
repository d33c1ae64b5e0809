/* rates.c: how fast one address may change things. */
#include "web/server/rates.h"

#include "core/base/alloc.h"
#include "web/server/part.h"

enum { WHOLE = 1000, MINUTE_MS = 60000 };

/* What the bucket holds now. */
static int64_t held(const lm_rates *r, const lm_rate *b, uint64_t now_ms)
{
    const int64_t full = (int64_t)r->a_minute * WHOLE;
    uint64_t      ms = now_ms - b->at_ms;

    ms = ms < MINUTE_MS ? ms : MINUTE_MS;
    return b->left + full * (int64_t)ms / MINUTE_MS < full ? b->left + full * (int64_t)ms / MINUTE_MS : full;
}

/* The source's own place, or the fullest of its row. */
static lm_rate *place_of(lm_rates *r, uint64_t source, uint64_t now_ms)
{
    lm_rate *row = r->at[(source * 0x9e3779b97f4a7c15ull) >> 56], *best = row;

    for (int i = 0; i < LM_RATE_PLACES; i++) {
        if (row[i].source == source)
            return &row[i];
        if (best->source && (!row[i].source || held(r, &row[i], now_ms) > held(r, best, now_ms)))
            best = &row[i];
    }
    *best = (lm_rate){ source, now_ms, (int64_t)r->a_minute * WHOLE };
    return best;
}

int lm_rates_take(lm_rates *r, uint64_t source, uint64_t now_ms)
{
    const int64_t full = (int64_t)r->a_minute * WHOLE;
    lm_rate      *b = place_of(r, source, now_ms);
    const int64_t left = held(r, b, now_ms);

    if (left < WHOLE) {
        const int64_t wait_ms = (WHOLE - left) * MINUTE_MS / full;

        return wait_ms <= 1000 ? 1 : (int)((wait_ms + 999) / 1000);
    }
    b->left = left - WHOLE;
    b->at_ms = now_ms;
    return 0;
}

/* ------------------------------------------------------------------ the part */

static bool open_rates(lm_server *s, limn_error *err)
{
    if (!s->o->changes_a_minute)
        return true;
    s->rates = lm_try_alloc(sizeof *s->rates);
    if (!s->rates)
        return limn_fail(err, MEMORY, "there is no memory to count how often clients come");
    s->rates->a_minute = s->o->changes_a_minute;
    return true;
}

static void close_rates(lm_server *s)
{
    lm_free(s->rates);
    s->rates = NULL;
}

const lm_part lm_rates_part = { .name = "rates", .open = open_rates, .close = close_rates };
