/* queue_change.c: what one wish changes in the store. */
#include <string.h>

#include "core/base/alloc.h"
#include "web/queue/queue_parts.h"

static lm_outcome crowded(limn_error *err, int64_t most)
{
    limn_fail(err, INPUT, "%lld jobs are waiting already, which is as many as may be", (long long)most);
    return LM_STORE_CROWDED;
}

/* Nobody's queue is full because of one client. Counted only when so many wait at all. */
static lm_outcome has_its_share(lm_queue *q, lm_wish *w, int64_t pending)
{
    const int64_t most = q->o.most_of_owner, owner = w->submission.owner;
    int64_t       n = 0;
    lm_outcome    o;

    if (!most || !owner || pending < most)
        return LM_STORE_DONE;
    o = q->store->ops->wait_for(q->store, owner, most, &n, &w->a.error);
    if (o != LM_STORE_DONE || n < most)
        return o;
    limn_fail(&w->a.error, INPUT, "%lld jobs of this client are waiting already, which is as many as one may have",
              (long long)most);
    return LM_STORE_CROWDED;
}

static lm_outcome submit(lm_queue *q, lm_wish *w)
{
    lm_submission *s = &w->submission;
    lm_tally       now;
    lm_outcome     o;

    q->store->ops->count(q->store, &now);
    if (q->o.most_pending && now.pending >= q->o.most_pending)
        return crowded(&w->a.error, q->o.most_pending);
    if ((o = has_its_share(q, w, now.pending)) != LM_STORE_DONE)
        return o;
    s->id = w->id;
    s->client = w->client;
    s->workflow = w->workflow;
    s->created_ms = s->created_ms ? s->created_ms : lm_queue_now_ms();
    return q->store->ops->add(q->store, s, &w->a.job, &w->a.error);
}

static lm_outcome finish(lm_queue *q, lm_wish *w)
{
    w->result.ended_ms = w->result.ended_ms ? w->result.ended_ms : lm_queue_now_ms();
    return q->store->ops->finish(q->store, w->seq, w->epoch, &w->result, &w->a.error);
}

static lm_outcome move(lm_queue *q, lm_wish *w)
{
    const char **ids = lm_try_alloc(((size_t)w->n_names + 1) * sizeof *ids);
    const char  *at = w->names;
    lm_outcome   o;

    if (!ids) {
        limn_fail(&w->a.error, MEMORY, "there is no memory to put the queue in another order");
        return LM_STORE_BUSY;
    }
    for (int32_t i = 0; i < w->n_names; i++, at += strlen(at) + 1)
        ids[i] = at;
    o = q->store->ops->move(q->store, ids, w->n_names, w->id, &w->a.moved, &w->a.error);
    lm_free(ids);
    return o;
}

/* One that was to stop has ended instead, and `removed` says so. */
static lm_outcome release(lm_queue *q, lm_wish *w)
{
    lm_tally   before, now;
    lm_outcome o;

    q->store->ops->count(q->store, &before);
    o = q->store->ops->release(q->store, w->seq, w->epoch, &w->a.error);
    q->store->ops->count(q->store, &now);
    w->a.removed = o == LM_STORE_DONE && now.pending == before.pending;
    return o;
}

static lm_outcome cancel(lm_queue *q, lm_wish *w)
{
    lm_dropped      *d = &w->a.dropped;
    const lm_outcome o = q->store->ops->drop(q->store, w->id, d, &w->a.error);
    lm_dropped       running;

    return o == LM_STORE_DONE && w->stops && d->seq
               ? q->store->ops->stop(q->store, w->id, d->epoch, &running, &w->a.error) : o;
}

lm_outcome lm_wish_change(lm_queue *q, lm_wish *w)
{
    const lm_store_ops *ops = q->store->ops;

    switch (w->kind) {
    case LM_WISH_SUBMIT:
        return submit(q, w);
    case LM_WISH_LEASE:
        return ops->lease(q->store, w->id, lm_queue_now_ms(), &w->a.job, &w->a.error);
    case LM_WISH_FINISH:
        return finish(q, w);
    case LM_WISH_RELEASE:
        return release(q, w);
    case LM_WISH_CANCEL:
        return cancel(q, w);
    case LM_WISH_STOP:
        return ops->stop(q->store, w->id, w->epoch, &w->a.dropped, &w->a.error);
    case LM_WISH_MOVE:
        return move(q, w);
    case LM_WISH_PAUSE:
        return ops->pause(q->store, w->paused, &w->a.error);
    default:
        return ops->forget(q->store, w->id, &w->a.removed, &w->a.error);
    }
}
