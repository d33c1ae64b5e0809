/* queue_for_tests.h: a queue in a folder of its own, and its answers. */
#ifndef LIMN_TESTS_QUEUE_FOR_TESTS_H
#define LIMN_TESTS_QUEUE_FOR_TESTS_H

#include <dirent.h>
#include <fcntl.h>
#include <semaphore.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "tests/web/store_for_tests.h"
#include "tests/web/store_vfs.h"
#include "web/queue/queue.h"

static char      folder[TEMPORARY_PATH];
static lm_queue *q;
static sem_t     woken;
static int64_t   log_bytes;
static size_t    most_waiting;
static lm_keep   kept_so_long;
static void    (*at_wake)(void); /* before the test is woken, on a thread of the queue's */

static inline void wake(void *self)
{
    (void)self;
    if (at_wake)
        at_wake();
    sem_post(&woken);
}

static inline void start(const char *vfs)
{
    const lm_queue_options o = { .store = { .folder = folder, .vfs = vfs, .keep = kept_so_long }, .most_pending = 300, .wake = wake,
                                 .log_bytes = log_bytes, .most_waiting = most_waiting };
    limn_error             err = { 0 };

    sem_init(&woken, 0, 0);
    if (!(q = lm_queue_open(&o, &err)))
        printf("%s\n", err.text);
    WANT(q != NULL);
}

/* The last answers, in the order they came. */
static lm_answer answers[1024];
static int       n_answers;

static inline void keep(void *self, lm_answer *a)
{
    (void)self;
    answers[n_answers++] = *a;
    a->job = (lm_job){ 0 };
    a->page = (lm_page){ 0 };
}

static inline void forget_answers(void)
{
    for (int i = 0; i < n_answers; i++) {
        lm_job_done(&answers[i].job);
        lm_page_done(&answers[i].page);
    }
    n_answers = 0;
}

static inline void wait_for(int n)
{
    while (n_answers < n) {
        sem_wait(&woken);
        lm_queue_drain(q);
    }
}

static inline lm_answer *one(bool asked_for)
{
    WANT(asked_for);
    wait_for(n_answers + 1);
    return &answers[n_answers - 1];
}

static inline bool submit(const char *id, const char *extra)
{
    lm_submission s = { .id = id, .client = "me", .prompt = blob_new("{\"1\": {}}"), .extra = blob_new(extra) };
    limn_error    err = { 0 };

    return lm_queue_submit(q, &s, keep, NULL, &err);
}

static inline lm_result result(void)
{
    return (lm_result){ LM_JOB_SUCCESS, blob_new("[1]"), blob_new("{}"), blob_new("{}"), blob_new("{}"), 0 };
}

static inline bool lease(void)
{
    limn_error err = { 0 };

    return lm_queue_lease(q, "w", keep, NULL, &err);
}

static inline bool finish(int64_t seq, int64_t epoch)
{
    lm_result  r = result();
    limn_error err = { 0 };

    if (lm_queue_finish(q, seq, epoch, &r, keep, NULL, &err))
        return true;
    lm_free(r.messages.at); /* they stay ours */
    lm_free(r.outputs.at);
    lm_free(r.meta.at);
    lm_free(r.summary.at);
    return false;
}

static inline void end(void)
{
    lm_queue_close(q);
    sem_destroy(&woken);
    forget_answers();
    folder_remove(folder);
}

/* What a client may send beside its prompt, keys to other services among it. */
static const char with_secrets[] = "{\"a\": 1e3, \"api_key\\u005fcomfy_org\": \"hunter2hunter2\", \"b\": [2],"
                                   " \"auth_token_comfy_org\": \"swordfish\"}";

#endif
