/* queue.h: the queue and the history as the loop sees them: it asks, goes on, and is answered later. Two threads
 * stand behind it, which may wait for the disk: one writes, in transactions of whatever has gathered meanwhile; one
 * reads, through its own door, so that a long listing delays no accept.
 *
 *     lm_queue_submit(q, &submission, accepted, connection, &err);
 *     … wake() is called from another thread: let the loop call lm_queue_drain(q) …
 *     static void accepted(void *connection, lm_answer *a) { a->outcome == LM_STORE_DONE: the disk has it }
 *
 * Everything here is the loop's ([loop]). Each call that returns true is answered exactly once; false, with a
 * sentence, means that nothing was asked (no memory, too much waiting, closing) and what was to be taken was freed.
 * Answers to changes come in the order in which they were asked. docs/queue.md has the promises. */
#ifndef LM_WEB_QUEUE_H
#define LM_WEB_QUEUE_H

#include "web/queue/store.h"

typedef struct lm_queue lm_queue;

typedef struct lm_answer {
    lm_outcome outcome;
    limn_error error;              /* with any outcome but DONE; NOTHING may come without words */
    lm_job     job;                /* submit: seq, id, number, created_ms. lease, find: the job. Freed afterwards */
    lm_page    page;               /* list. Freed afterwards; zero either to keep what is in it */
    lm_dropped dropped;            /* cancel, stop */
    int64_t    removed;            /* forget; release: 1 when the job was to stop and has ended as interrupted */
    int64_t    moved;              /* move: how many */
} lm_answer;
typedef void lm_answer_fn(void *self, lm_answer *a);

typedef struct lm_queue_options {
    lm_store_options store;
    int64_t          most_pending; /* 0: no limit; above it: CROWDED */
    int64_t          most_of_owner; /* … of one lm_submission.owner that is not 0 */
    size_t           most_waiting; /* bytes of texts that are not on the disk yet; 0: 128 MiB */
    int64_t          log_bytes;    /* of log that call for moving it into the database; 0: 16 MiB */
    void           (*wake)(void *self); /* from another thread: answers wait. May be NULL */
    void            *self;
} lm_queue_options;

/* FILE, as lm_store_open.                                                                          [new] */
lm_queue *lm_queue_open(const lm_queue_options *o, limn_error *err);
/* The changes that are asked for between these two are written in one transaction, and synced once, as far as one has
 * room for them; both in one turn of the loop. */
void lm_queue_gather(lm_queue *q);
void lm_queue_go(lm_queue *q);
/* Finishes what was asked, answers it, and lets the folder go. */
void lm_queue_close(lm_queue *q);
/* Gives out the answers that wait. */
void lm_queue_drain(lm_queue *q);
/* As of the last answer: every answer is given after the change that it tells has been counted. */
lm_tally lm_queue_count(const lm_queue *q);
/* The disk failed: changes are refused until a new start. */
bool lm_queue_is_broken(const lm_queue *q);

/* Is a submission's member of `extra` of this name one that no disk and no answer may have?                [any] */
bool lm_queue_is_secret(const char *name, size_t n);

/* The texts of `s` are taken (and zeroed); words are copied. Members of `extra` that are secrets go to the job's
 * `secrets`, in memory alone, and are gone after a restart; a workflow's id is found in extra_pnginfo.workflow.id
 * where the submission names none. REFUSED when extra is neither empty nor a JSON object. created_ms 0: now. */
bool lm_queue_submit(lm_queue *q, lm_submission *s, lm_answer_fn *fn, void *self, limn_error *err);
/* NOTHING when nothing is pending. */
bool lm_queue_lease(lm_queue *q, const char *worker, lm_answer_fn *fn, void *self, limn_error *err);
/* The texts of `r` are taken (and zeroed); false for want of memory leaves them where they are, to be offered again.
 * Answered once it is recorded: while the disk is full it waits. NOTHING when the lease was lost. ended_ms 0: now. */
bool lm_queue_finish(lm_queue *q, int64_t seq, int64_t epoch, lm_result *r, lm_answer_fn *fn, void *self,
                     limn_error *err);
bool lm_queue_release(lm_queue *q, int64_t seq, int64_t epoch, lm_answer_fn *fn, void *self, limn_error *err);
/* Pending jobs of this id, or all (NULL). One that runs is told in `dropped`: stopping it is its worker's affair,
 * and if it has ended meanwhile its epoch is worth nothing. */
bool lm_queue_cancel(lm_queue *q, const char *id, lm_answer_fn *fn, void *self, limn_error *err);
/* The running job of this id (and this epoch; 0: whichever) is to stop: when it is answered the disk has that, so it ends
 * and never runs again, whatever becomes of its worker and of limn. Stopping it is its worker's affair. NOTHING: none. */
bool lm_queue_stop(lm_queue *q, const char *id, int64_t epoch, lm_answer_fn *fn, void *self, limn_error *err);
/* Both in one: pending jobs of this id go, and the one that runs is to stop. DONE, also where there is nothing. */
bool lm_queue_call_off(lm_queue *q, const char *id, lm_answer_fn *fn, void *self, limn_error *err);
/* Pending jobs of these `n` ids in front of the one called `before`, or at the end (NULL); see store.h. Ids are copied. */
bool lm_queue_move(lm_queue *q, const char *const *ids, int32_t n, const char *before, lm_answer_fn *fn, void *self,
                   limn_error *err);
/* Nothing is leased from now on, or things are again; that outlives a restart. */
bool lm_queue_pause(lm_queue *q, bool paused, lm_answer_fn *fn, void *self, limn_error *err);
/* The history's entry of this id, or all (NULL). */
bool lm_queue_forget(lm_queue *q, const char *id, lm_answer_fn *fn, void *self, limn_error *err);
bool lm_queue_find(lm_queue *q, const char *id, unsigned states, lm_store_texts texts, lm_answer_fn *fn, void *self,
                   limn_error *err);
bool lm_queue_list(lm_queue *q, const lm_ask *ask, lm_answer_fn *fn, void *self, limn_error *err);

#endif
