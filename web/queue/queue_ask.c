/* queue_ask.c: asking the queue, on the loop: each call becomes a wish for one of the two threads. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/crash.h"
#include "web/queue/queue_parts.h"

enum { MOST_WAITING = 128 << 20 };

/* ---------------------------------------------------------------- wishes */

static bool no_memory(limn_error *err)
{
    return limn_fail(err, MEMORY, "there is no memory for another request to the queue");
}

static bool copy_word(char **to, const char *from)
{
    return !from || (*to = lm_try_copy_bytes(from, strlen(from)));
}

static lm_wish *wish_new(lm_wish_kind kind, const char *id, lm_answer_fn *fn, void *self, limn_error *err)
{
    lm_wish *w = lm_try_alloc(sizeof *w);

    if (w && copy_word(&w->id, id)) {
        w->kind = kind;
        w->fn = fn;
        w->self = self;
        return w;
    }
    lm_wish_free(w);
    no_memory(err);
    return NULL;
}

/* Under the lock. */
static void put_where_it_goes(lm_queue *q, lm_wish *w)
{
    const bool reads = w->kind >= LM_WISH_FIND;

    if (!reads && q->gathering) {
        lm_wishes_put(&q->gathered, w);
        return;
    }
    lm_wishes_put(reads ? &q->reading : &q->writing, w);
    pthread_cond_signal(reads ? &q->to_read : &q->to_write);
}

static bool put(lm_queue *q, lm_wish *w, limn_error *err)
{
    const size_t most = q->o.most_waiting ? q->o.most_waiting : MOST_WAITING;
    bool         ok;

    pthread_mutex_lock(&q->lock);
    ok = !q->stopping && (w->kind != LM_WISH_SUBMIT || !q->waiting || q->waiting + w->weight <= most);
    if (ok) {
        q->waiting += w->weight;
        put_where_it_goes(q, w);
    }
    pthread_mutex_unlock(&q->lock);
    lm_crash_at("queue-asked");
    if (ok)
        return true;
    lm_wish_free(w);
    return limn_fail(err, MEMORY, "the queue takes nothing just now: too much waits for the disk, or limn is ending");
}

void lm_queue_gather(lm_queue *q)
{
    q->gathering = true;
}

void lm_queue_go(lm_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->gathering = false;
    if (q->gathered.first) {
        lm_wishes_move(&q->writing, &q->gathered);
        pthread_cond_signal(&q->to_write);
    }
    pthread_mutex_unlock(&q->lock);
}

/* ---------------------------------------------------------------- what is asked for */

bool lm_queue_submit(lm_queue *q, lm_submission *s, lm_answer_fn *fn, void *self, limn_error *err)
{
    lm_wish *w = wish_new(LM_WISH_SUBMIT, s->id, fn, self, err);

    if (!w || !copy_word(&w->client, s->client) || !copy_word(&w->workflow, s->workflow)) {
        lm_submission_free(s);
        lm_wish_free(w);
        return no_memory(err);
    }
    w->submission = *s;
    w->weight = s->prompt.size + s->extra.size + s->targets.size;
    s->prompt = s->extra = s->targets = (lm_blob){ 0 };
    return put(q, w, err);
}

bool lm_queue_lease(lm_queue *q, const char *worker, lm_answer_fn *fn, void *self, limn_error *err)
{
    lm_wish *w = wish_new(LM_WISH_LEASE, worker, fn, self, err);

    return w && put(q, w, err);
}

bool lm_queue_finish(lm_queue *q, int64_t seq, int64_t epoch, lm_result *r, lm_answer_fn *fn, void *self,
                     limn_error *err)
{
    lm_wish *w = wish_new(LM_WISH_FINISH, NULL, fn, self, err);

    if (!w)
        return false;
    w->seq = seq;
    w->epoch = epoch;
    w->result = *r;
    w->weight = r->messages.size + r->outputs.size + r->meta.size + r->summary.size;
    r->messages = r->outputs = r->meta = r->summary = (lm_blob){ 0 };
    return put(q, w, err);
}

bool lm_queue_release(lm_queue *q, int64_t seq, int64_t epoch, lm_answer_fn *fn, void *self, limn_error *err)
{
    lm_wish *w = wish_new(LM_WISH_RELEASE, NULL, fn, self, err);

    if (!w)
        return false;
    w->seq = seq;
    w->epoch = epoch;
    return put(q, w, err);
}

bool lm_queue_cancel(lm_queue *q, const char *id, lm_answer_fn *fn, void *self, limn_error *err)
{
    lm_wish *w = wish_new(LM_WISH_CANCEL, id, fn, self, err);

    return w && put(q, w, err);
}

bool lm_queue_stop(lm_queue *q, const char *id, int64_t epoch, lm_answer_fn *fn, void *self, limn_error *err)
{
    lm_wish *w = wish_new(LM_WISH_STOP, id, fn, self, err);

    if (!w)
        return false;
    w->epoch = epoch;
    return put(q, w, err);
}

bool lm_queue_call_off(lm_queue *q, const char *id, lm_answer_fn *fn, void *self, limn_error *err)
{
    lm_wish *w = wish_new(LM_WISH_CANCEL, id, fn, self, err);

    if (!w)
        return false;
    w->stops = true;
    return put(q, w, err);
}

static bool copy_names(lm_wish *w, const char *const *ids, int32_t n)
{
    char *to;

    for (int32_t i = 0; i < n; i++)
        w->weight += strlen(ids[i]) + 1;
    to = w->names = lm_try_alloc(w->weight + 1);
    for (int32_t i = 0; to && i < n; i++)
        to = stpcpy(to, ids[i]) + 1;
    w->n_names = n;
    return to;
}

bool lm_queue_move(lm_queue *q, const char *const *ids, int32_t n, const char *before, lm_answer_fn *fn, void *self,
                   limn_error *err)
{
    lm_wish *w = wish_new(LM_WISH_MOVE, before, fn, self, err);

    if (w && !copy_names(w, ids, n)) {
        lm_wish_free(w);
        return no_memory(err);
    }
    return w && put(q, w, err);
}

bool lm_queue_pause(lm_queue *q, bool paused, lm_answer_fn *fn, void *self, limn_error *err)
{
    lm_wish *w = wish_new(LM_WISH_PAUSE, NULL, fn, self, err);

    if (!w)
        return false;
    w->paused = paused;
    return put(q, w, err);
}

bool lm_queue_forget(lm_queue *q, const char *id, lm_answer_fn *fn, void *self, limn_error *err)
{
    lm_wish *w = wish_new(LM_WISH_FORGET, id, fn, self, err);

    return w && put(q, w, err);
}

bool lm_queue_find(lm_queue *q, const char *id, unsigned states, lm_store_texts texts, lm_answer_fn *fn, void *self,
                   limn_error *err)
{
    lm_wish *w = wish_new(LM_WISH_FIND, id, fn, self, err);

    if (!w)
        return false;
    w->states = states;
    w->texts = texts;
    return put(q, w, err);
}

bool lm_queue_list(lm_queue *q, const lm_ask *ask, lm_answer_fn *fn, void *self, limn_error *err)
{
    lm_wish *w = wish_new(LM_WISH_LIST, ask->workflow, fn, self, err);

    if (!w)
        return false;
    w->ask = *ask;
    w->ask.workflow = w->id;
    return put(q, w, err);
}
