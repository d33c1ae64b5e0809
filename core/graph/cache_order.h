/* cache_order.h: which result a cache lets go of first.
 *
 * What the prompt at hand asks for goes last. Among the others each has a priority, clock + uses · seconds /
 * bytes, written down when it is used; the least goes first, and the clock then stands at its priority, so that
 * what nobody uses is overtaken in the end by what is new. With `by_use` the priority is the time of the last
 * use. A use costs O(1), letting go O(log n): the heaps keep the priority of an earlier time, which is never
 * more than the one of now, and bring it up to date when the entry comes to the top.
 *
 * Source: Young, "The k-server dual and loose competitiveness for paging", 1994; Cao and Irani, "Cost-aware WWW
 * proxy caching algorithms", 1997; Cherkasova, "Improving WWW proxies performance with
 * greedy-dual-size-frequency caching policy", HPL-98-69, 1998. */
#ifndef LM_GRAPH_CACHE_ORDER_H
#define LM_GRAPH_CACHE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The part of a cache's entry that is about order; the entry begins with it. */
typedef struct lm_ranked lm_ranked;
struct lm_ranked {
    double   seconds, bytes; /* what it cost, and what it takes */
    double   due, ranked;    /* its priority, and the one that its heap knows */
    uint64_t turn, ranked_turn; /* of its last use: among equals the oldest goes */
    uint64_t prompt;         /* the last one that asked for it */
    uint32_t uses;
    int32_t  place;          /* in its heap */
    bool     past;           /* which heap */
    lm_ranked *aside;        /* the next one set aside */
};

typedef struct lm_rank_heap {
    lm_ranked **at;
    int32_t     n, room;
} lm_rank_heap;

typedef struct lm_order {
    lm_rank_heap now, past; /* of this prompt; of earlier ones */
    lm_ranked   *aside;
    double       clock;
    uint64_t     turn, prompt;
    bool         by_use;
} lm_order;

void lm_order_add(lm_order *o, lm_ranked *e);    /* seconds and bytes are filled; as used once, just now */
void lm_order_use(lm_order *o, lm_ranked *e);
void lm_order_ask(lm_order *o, lm_ranked *e);    /* the prompt that begins asks for it */
void lm_order_weigh(lm_order *o, lm_ranked *e);  /* seconds or bytes are others now */
void lm_order_remove(lm_order *o, lm_ranked *e);

/* A new prompt begins; then lm_order_ask for each that it asks for; then lm_order_begun. */
void lm_order_begin(lm_order *o);
void lm_order_begun(lm_order *o);

/* The one to go first among those of earlier prompts, NULL: none; and among those of this one. */
lm_ranked *lm_order_least_past(lm_order *o);
lm_ranked *lm_order_least_now(lm_order *o);

/* It is about to go to make room: the clock moves. */
void lm_order_leaves(lm_order *o, const lm_ranked *e);

/* Passes over the least one for a while, until all that were set aside return. */
void lm_order_set_aside(lm_order *o, lm_ranked *e);
void lm_order_return(lm_order *o);
void lm_order_done(lm_order *o);

#endif
