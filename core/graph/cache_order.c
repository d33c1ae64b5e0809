/* cache_order.c: two heaps of results by priority. */
#include "core/graph/cache_order.h"

#include "core/base/alloc.h"

/* What even the cheapest result costs: to be looked for, and run. And uses beyond these tell nothing new. */
static const double least_seconds = 1e-5, least_bytes = 256;
enum { MOST_USES = 64 };

/* ------------------------------------------------------------------ heaps */

static bool before(const lm_ranked *x, const lm_ranked *y)
{
    return x->ranked < y->ranked || (x->ranked == y->ranked && x->ranked_turn < y->ranked_turn);
}

static void put(lm_rank_heap *h, int32_t i, lm_ranked *e)
{
    h->at[i] = e;
    e->place = i;
}

static void up(lm_rank_heap *h, int32_t i)
{
    lm_ranked *e = h->at[i];

    for (; i > 0 && before(e, h->at[(i - 1) / 2]); i = (i - 1) / 2)
        put(h, i, h->at[(i - 1) / 2]);
    put(h, i, e);
}

static void down(lm_rank_heap *h, int32_t i)
{
    lm_ranked *e = h->at[i];

    for (int32_t k; (k = 2 * i + 1) < h->n; i = k) {
        k += k + 1 < h->n && before(h->at[k + 1], h->at[k]);
        if (!before(h->at[k], e))
            break;
        put(h, i, h->at[k]);
    }
    put(h, i, e);
}

static void heap_add(lm_rank_heap *h, lm_ranked *e)
{
    if (h->n == h->room) {
        h->room = h->room ? 2 * h->room : 64;
        h->at = lm_grow(h->at, (size_t)h->room * sizeof(lm_ranked *));
    }
    e->ranked = e->due;
    e->ranked_turn = e->turn;
    put(h, h->n++, e);
    up(h, e->place);
}

static void heap_remove(lm_rank_heap *h, const lm_ranked *e)
{
    const int32_t i = e->place;
    lm_ranked    *last = h->at[--h->n];

    if (last == e)
        return;
    put(h, i, last);
    up(h, i);
    down(h, last->place);
}

/* ------------------------------------------------------------------ priorities */

static double due_of(const lm_order *o, const lm_ranked *e)
{
    if (o->by_use)
        return (double)e->turn;
    return o->clock + e->uses * ((e->seconds + least_seconds) / (e->bytes + least_bytes));
}

static lm_rank_heap *heap_of(lm_order *o, const lm_ranked *e)
{
    return e->past ? &o->past : &o->now;
}

void lm_order_use(lm_order *o, lm_ranked *e)
{
    e->uses += e->uses < MOST_USES;
    e->turn = ++o->turn;
    e->prompt = o->prompt;
    e->due = due_of(o, e);
}

/* Not a use: a result above it may spare it. */
void lm_order_ask(lm_order *o, lm_ranked *e)
{
    e->prompt = o->prompt;
}

void lm_order_add(lm_order *o, lm_ranked *e)
{
    e->uses = 0;
    e->past = false;
    lm_order_use(o, e);
    heap_add(&o->now, e);
}

void lm_order_remove(lm_order *o, lm_ranked *e)
{
    heap_remove(heap_of(o, e), e);
}

void lm_order_weigh(lm_order *o, lm_ranked *e)
{
    lm_order_remove(o, e);
    e->due = due_of(o, e);
    heap_add(heap_of(o, e), e);
}

void lm_order_leaves(lm_order *o, const lm_ranked *e)
{
    if (!o->by_use && e->due > o->clock)
        o->clock = e->due;
}

void lm_order_set_aside(lm_order *o, lm_ranked *e)
{
    lm_order_remove(o, e);
    e->aside = o->aside;
    o->aside = e;
}

void lm_order_return(lm_order *o)
{
    for (lm_ranked *e; (e = o->aside);) {
        o->aside = e->aside;
        heap_add(heap_of(o, e), e);
    }
}

/* ------------------------------------------------------------------ prompts */

void lm_order_begin(lm_order *o)
{
    o->prompt++;
}

/* What the new prompt did not ask for is of the past. What it takes from there moves when it is met. */
void lm_order_begun(lm_order *o)
{
    int32_t kept = 0;

    for (int32_t i = 0; i < o->now.n; i++) {
        lm_ranked *e = o->now.at[i];

        if (e->prompt == o->prompt) {
            put(&o->now, kept++, e);
        } else {
            e->past = true;
            heap_add(&o->past, e);
        }
    }
    o->now.n = kept;
    for (int32_t i = kept / 2; i-- > 0;)
        down(&o->now, i);
}

/* The top of a heap whose priority is up to date. */
static lm_ranked *settled_top(lm_rank_heap *h)
{
    while (h->n && h->at[0]->ranked < h->at[0]->due) {
        lm_ranked *e = h->at[0];

        e->ranked = e->due;
        e->ranked_turn = e->turn;
        down(h, 0);
    }
    return h->n ? h->at[0] : NULL;
}

lm_ranked *lm_order_least_now(lm_order *o)
{
    return settled_top(&o->now);
}

lm_ranked *lm_order_least_past(lm_order *o)
{
    lm_ranked *e;

    while ((e = settled_top(&o->past)) && e->prompt == o->prompt) {
        heap_remove(&o->past, e);
        e->past = false;
        heap_add(&o->now, e);
    }
    return e;
}

void lm_order_done(lm_order *o)
{
    lm_free(o->now.at);
    lm_free(o->past.at);
    *o = (lm_order){ 0 };
}
