/* queue_writer.c: the thread that changes the store. It takes all that has gathered while the disk was busy, makes
 * it one transaction, and answers when the disk has it: one sync serves everybody who came meanwhile. */
#include "web/queue/queue_parts.h"

#include <string.h>

#include "core/base/alloc.h"
#include "core/base/crash.h"

enum {
    BATCH = 256,                /* wishes in a transaction, so that nobody's accept waits for thousands */
    BATCH_BYTES = 8 << 20,
    AGES_S = 60,                /* how often the history is looked through for age */
    RETRY_S = 1,                /* a result that found the disk full */
    LOG_BYTES = 16 << 20,       /* that the reader's thread moves to its place beside the writer. Was 4 MiB: the
                                 * syncs of a move met one accept in fifty */
    LOG_MOST = 4                /* times that: the reader cannot keep up; the writer waits for it, and does the rest */
};

/* ---------------------------------------------------------------- one transaction */

static bool harmless(lm_outcome o)
{
    return o == LM_STORE_DONE || o == LM_STORE_NOTHING || o == LM_STORE_REFUSED || o == LM_STORE_CROWDED;
}

static void answer_again(lm_wish *w)
{
    lm_job_done(&w->a.job);
    w->a = (lm_answer){ 0 };
}

/* From `w` up to `end`: DONE, or nothing of it has happened and *err says why. */
static lm_outcome transact(lm_queue *q, lm_wish *w, const lm_wish *end, bool tidy, limn_error *err)
{
    const lm_store_ops *ops = q->store->ops;
    lm_outcome          o = ops->begin(q->store, err);
    bool                untidy = false;

    if (o != LM_STORE_DONE)
        return o;
    lm_crash_at("transaction-begun");
    for (; w != end && harmless(o); w = w->next) {
        if (w->settled)
            continue;
        answer_again(w);
        o = w->a.outcome = lm_wish_change(q, w);
        if (!harmless(o))
            *err = w->a.error;
        ops->count(q->store, &w->tally);
        lm_crash_at("change-made");
    }
    if (harmless(o) && tidy) {
        o = ops->tidy(q->store, lm_queue_now_ms(), &untidy, err);
        lm_crash_at("history-swept");
    }
    lm_crash_at("transaction-made");
    if (harmless(o))
        o = ops->commit(q->store, err);
    else
        ops->undo(q->store);
    lm_crash_at("transaction-kept");
    if (o == LM_STORE_DONE && tidy)
        q->untidy = untidy;
    return o;
}

static bool unsettled_wish(const lm_wish *w)
{
    return !w->settled;
}

/* Entries that grow old leave while nobody asks for anything; the loop is told, so that it lists them no more. */
static void tell_aged(lm_queue *q, const lm_tally *now)
{
    lm_wish  *w = now->changes != q->latest.changes ? lm_try_alloc(sizeof *w) : NULL;
    lm_wishes done;

    if (!w)
        return; /* without memory the next answer tells it */
    *w = (lm_wish){ .kind = LM_WISH_AGED, .settled = true, .tally = *now };
    lm_wishes_init(&done);
    lm_wishes_put(&done, w);
    lm_queue_answer(q, &done);
}

/* What was tried from `w` to `end` ended so for all of them. */
static void settle(lm_queue *q, lm_wish *w, const lm_wish *end, lm_outcome o, const limn_error *why)
{
    lm_tally now;

    q->store->ops->count(q->store, &now);
    if (!w)
        tell_aged(q, &now);
    q->latest = now;
    for (; w != end; w = w->next) {
        if (!unsettled_wish(w))
            continue;
        if (o != LM_STORE_DONE) {
            answer_again(w);
            w->a.outcome = o;
            w->a.error = *why;
        } else {
            lm_secrets_follow(&q->secrets, w);
            q->untidy |= w->kind == LM_WISH_FINISH || w->kind == LM_WISH_FORGET || w->kind == LM_WISH_RELEASE;
            q->cramped |= w->kind == LM_WISH_SUBMIT && !q->roomy;
        }
        w->tally = now;
        w->settled = true;
    }
    if (o == LM_STORE_BROKEN)
        lm_queue_break(q, why);
}

/* One that does not fit must not cost the others their place. */
static void one_by_one(lm_queue *q, lm_wish *w)
{
    for (; w; w = w->next) {
        limn_error err = { 0 };

        if (!w->settled && !lm_queue_is_broken(q))
            settle(q, w, w->next, transact(q, w, w->next, false, &err), &err);
    }
}

static void refuse_broken(lm_queue *q, lm_wishes *batch)
{
    limn_error err = { 0 };

    limn_fail(&err, FILE, "the disk that keeps the queue has failed; limn accepts nothing more until it is started "
              "again");
    settle(q, batch->first, NULL, LM_STORE_BROKEN, &err);
}

/* Work that needs no transaction. */
static void prepare(lm_queue *q, lm_wish *w)
{
    char *workflow = NULL;

    if (w->kind != LM_WISH_SUBMIT)
        return;
    if (!lm_extra_split(&w->submission.extra, &w->secrets, w->workflow ? NULL : &workflow, &w->a.error)) {
        w->a.outcome = w->a.error.code == LIMN_MEMORY ? LM_STORE_BUSY : LM_STORE_REFUSED;
        w->tally = q->latest;
        w->settled = true;
    }
    if (workflow)
        w->workflow = workflow;
}

static void carry_out(lm_queue *q, lm_wishes *batch)
{
    limn_error err = { 0 };
    lm_outcome o;

    lm_crash_at("batch-taken");
    for (lm_wish *w = batch->first; w; w = w->next)
        prepare(q, w);
    lm_crash_at("batch-prepared");
    if (!lm_queue_is_broken(q)) {
        o = transact(q, batch->first, NULL, q->untidy, &err);
        if (o == LM_STORE_DONE || o == LM_STORE_BROKEN || !batch->first)
            settle(q, batch->first, NULL, o, &err);
        else
            one_by_one(q, batch->first);
        if (o != LM_STORE_DONE)
            q->untidy = false; /* until something else changes */
    }
    if (lm_queue_is_broken(q))
        refuse_broken(q, batch);
}

/* ---------------------------------------------------------------- the thread */

static void wait_for(pthread_cond_t *c, pthread_mutex_t *lock, int seconds)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    pthread_cond_timedwait(c, lock, &until);
}

static void take_batch(lm_queue *q, lm_wishes *batch)
{
    size_t   n = 0, bytes = 0;
    lm_wish *w;

    while (n < BATCH && bytes < BATCH_BYTES && (w = lm_wishes_take(&q->writing))) {
        bytes += w->weight;
        n++;
        lm_wishes_put(batch, w);
    }
}

/* Waits until there is something to do; false when it is time to end and all is done. */
static bool next_batch(lm_queue *q, lm_wishes *batch)
{
    bool goes_on;

    pthread_mutex_lock(&q->lock);
    if (!q->writing.first && !q->stopping && !q->untidy && !q->settled && !q->cramped) {
        wait_for(&q->to_write, &q->lock, q->held.first ? RETRY_S : AGES_S);
        q->untidy |= !q->writing.first && !lm_queue_is_broken(q) && q->o.store.keep.age_ms;
    }
    lm_wishes_move(batch, &q->held);
    take_batch(q, batch);
    goes_on = batch->first || !q->stopping;
    pthread_mutex_unlock(&q->lock);
    return goes_on;
}

/* A result is not thrown away because the disk is full: it waits, and with it its answer. */
static void hold_back(lm_queue *q, lm_wishes *batch)
{
    lm_wishes done;
    lm_wish  *w;
    bool      last;

    lm_wishes_init(&done);
    pthread_mutex_lock(&q->lock);
    last = q->stopping;
    pthread_mutex_unlock(&q->lock);
    while ((w = lm_wishes_take(batch))) {
        const bool waits = w->kind == LM_WISH_FINISH && !last &&
                           (w->a.outcome == LM_STORE_FULL || w->a.outcome == LM_STORE_BUSY);

        w->settled = !waits;
        lm_wishes_put(waits ? &q->held : &done, w);
    }
    lm_wishes_move(batch, &done);
}

static int64_t log_bytes(const lm_queue *q)
{
    return q->o.log_bytes ? q->o.log_bytes : LOG_BYTES;
}

static void settle_here(lm_queue *q)
{
    limn_error err = { 0 };

    lm_crash_at("log-beginning-anew");
    if (!lm_queue_is_broken(q) && q->store->ops->settle(q->store, &err) == LM_STORE_BROKEN)
        lm_queue_break(q, &err);
    lm_crash_at("log-begun-anew");
}

/* Where the disk cannot keep up, nothing is committed while the reader moves: the log has an end. */
static void look_after_log(lm_queue *q)
{
    const int64_t bytes = q->store->ops->unsettled(q->store), calls = log_bytes(q);
    bool          rest;

    pthread_mutex_lock(&q->lock);
    while (q->settling && bytes > LOG_MOST * calls)
        pthread_cond_wait(&q->to_write, &q->lock);
    rest = q->settled;
    q->settled = false;
    if (bytes < calls || rest)
        q->settle_at = calls;
    if (!rest && bytes >= q->settle_at) {
        q->settle_at = bytes + calls;
        q->settle = true;
        pthread_cond_signal(&q->to_read);
    }
    pthread_mutex_unlock(&q->lock);
    if (rest || bytes > LOG_MOST * calls)
        settle_here(q);
}

/* A log that grows is synced in twice the time; it grows while nobody waits. Once a process: later it stays long. */
static void make_room(lm_queue *q)
{
    q->cramped = !lm_queue_is_broken(q) && q->store->ops->make_room(q->store, log_bytes(q));
    q->roomy = !q->cramped;
    lm_crash_at("log-lengthened");
}

void *lm_queue_write(void *self)
{
    lm_queue *q = self;
    lm_wishes batch;

    lm_wishes_init(&batch);
    while (next_batch(q, &batch)) {
        if (batch.first || q->untidy)
            carry_out(q, &batch);
        else if (q->cramped)
            make_room(q);
        hold_back(q, &batch);
        lm_queue_answer(q, &batch);
        lm_crash_at("batch-answered");
        look_after_log(q);
    }
    return NULL;
}
