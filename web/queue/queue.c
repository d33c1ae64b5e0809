/* queue.c: the queue from its opening to its closing, and the answers that it gives out. */
#include "web/queue/queue_parts.h"

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/crash.h"
#include "core/base/log.h"

/* ---------------------------------------------------------------- answers */

void lm_queue_answer(lm_queue *q, lm_wishes *done)
{
    bool was_empty;

    if (!done->first)
        return;
    pthread_mutex_lock(&q->lock);
    for (const lm_wish *w = done->first; w; w = w->next)
        q->waiting -= w->weight;
    was_empty = !q->answered.first;
    lm_wishes_move(&q->answered, done);
    pthread_mutex_unlock(&q->lock);
    if (was_empty && q->o.wake)
        q->o.wake(q->o.self);
}

void lm_queue_drain(lm_queue *q)
{
    lm_wishes done;
    lm_wish  *w;

    lm_wishes_init(&done);
    pthread_mutex_lock(&q->lock);
    lm_wishes_move(&done, &q->answered);
    pthread_mutex_unlock(&q->lock);
    while ((w = lm_wishes_take(&done))) {
        if (w->kind < LM_WISH_FIND)
            q->tally = w->tally;
        lm_crash_at("queue-answering");
        if (w->fn)
            w->fn(w->self, &w->a);
        lm_crash_at("queue-answered");
        lm_wish_free(w);
    }
}

lm_tally lm_queue_count(const lm_queue *q)
{
    return q->tally;
}

bool lm_queue_is_broken(const lm_queue *q)
{
    return atomic_load(&q->broken);
}

void lm_queue_break(lm_queue *q, const limn_error *why)
{
    if (!atomic_exchange(&q->broken, true))
        lm_log(LM_LOG_ERROR, "%s", why->text);
}

int64_t lm_queue_now_ms(void)
{
    return lm_clock_ms();
}

/* ---------------------------------------------------------------- opening and closing */

static void init_condition(pthread_cond_t *c)
{
    pthread_condattr_t a;

    pthread_condattr_init(&a);
    pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
    pthread_cond_init(c, &a);
    pthread_condattr_destroy(&a);
}

static void queue_free(lm_queue *q)
{
    lm_secrets_free(&q->secrets);
    lm_store_close(q->door);
    lm_store_close(q->store);
    pthread_cond_destroy(&q->to_write);
    pthread_cond_destroy(&q->to_read);
    pthread_mutex_destroy(&q->lock);
    lm_free(q);
}

static void stop(lm_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->stopping = true;
    pthread_cond_signal(&q->to_write);
    pthread_cond_signal(&q->to_read);
    pthread_mutex_unlock(&q->lock);
}

static bool start(lm_queue *q, limn_error *err)
{
    if (pthread_create(&q->writer, NULL, lm_queue_write, q))
        return limn_fail(err, MEMORY, "the queue's thread cannot be started");
    if (!pthread_create(&q->reader, NULL, lm_queue_read, q))
        return true;
    stop(q);
    pthread_join(q->writer, NULL);
    return limn_fail(err, MEMORY, "the queue's thread cannot be started");
}

lm_queue *lm_queue_open(const lm_queue_options *o, limn_error *err)
{
    lm_queue *q = lm_alloc(sizeof *q);

    q->o = *o;
    q->untidy = true;
    pthread_mutex_init(&q->lock, NULL);
    init_condition(&q->to_write);
    init_condition(&q->to_read);
    lm_wishes_init(&q->writing);
    lm_wishes_init(&q->reading);
    lm_wishes_init(&q->answered);
    lm_wishes_init(&q->gathered);
    lm_wishes_init(&q->held);
    q->store = lm_store_open(&o->store, err);
    q->door = q->store ? lm_store_reader(q->store, err) : NULL;
    if (q->door) {
        q->store->ops->count(q->store, &q->tally);
        q->latest = q->tally;
        if (start(q, err))
            return q;
    }
    queue_free(q);
    return NULL;
}

void lm_queue_close(lm_queue *q)
{
    if (!q)
        return;
    stop(q);
    pthread_join(q->writer, NULL);
    pthread_join(q->reader, NULL);
    lm_crash_at("queue-ending");
    lm_queue_drain(q);
    queue_free(q);
}
