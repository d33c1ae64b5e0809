/* queue_reader.c: the thread that reads the store for listings, and moves the log to its place meanwhile. */
#include "web/queue/queue_parts.h"

#include "core/base/crash.h"

static void look(lm_queue *q, lm_wish *w)
{
    const lm_store_ops *ops = q->door->ops;

    if (w->kind == LM_WISH_FIND)
        w->a.outcome = ops->find(q->door, w->id, w->states, w->texts, &w->a.job, &w->a.error);
    else
        w->a.outcome = ops->list(q->door, &w->ask, &w->a.page, &w->a.error);
}

/* A checkpoint that could not sync is a disk that cannot be trusted. What was committed meanwhile is left over: that
 * little is the writer's, so that the log can begin anew. */
static void settle(lm_queue *q)
{
    limn_error err = { 0 };

    lm_crash_at("log-moving");
    if (!lm_queue_is_broken(q) && q->door->ops->settle(q->door, &err) == LM_STORE_BROKEN)
        lm_queue_break(q, &err);
    lm_crash_at("log-moved");
    pthread_mutex_lock(&q->lock);
    q->settling = false;
    q->settled = true;
    pthread_cond_signal(&q->to_write);
    pthread_mutex_unlock(&q->lock);
}

static bool next(lm_queue *q, lm_wish **w, bool *settles)
{
    bool goes_on;

    pthread_mutex_lock(&q->lock);
    while (!q->reading.first && !q->settle && !q->stopping)
        pthread_cond_wait(&q->to_read, &q->lock);
    *w = lm_wishes_take(&q->reading);
    *settles = q->settling = q->settle;
    q->settle = false;
    goes_on = *w || *settles;
    pthread_mutex_unlock(&q->lock);
    return goes_on;
}

void *lm_queue_read(void *self)
{
    lm_queue *q = self;
    lm_wishes done;
    lm_wish  *w;
    bool      settles;

    lm_wishes_init(&done);
    while (next(q, &w, &settles)) {
        if (w) {
            look(q, w);
            lm_wishes_put(&done, w);
            lm_queue_answer(q, &done);
        }
        if (settles)
            settle(q);
    }
    return NULL;
}
