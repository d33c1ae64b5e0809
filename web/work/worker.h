/* worker.h: a worker as the loop sees it: a process that is started, given jobs and checks, heard, and replaced when
 * it dies.
 *
 *     lm_worker_options o = lm_worker_defaults();
 *     o.argv = (const char *const[]){ "/usr/bin/limn", "work", "--base", base, NULL };
 *     o.heard = heard; o.ended = ended; o.self = me;
 *     lm_worker *w = lm_worker_new(loop, &o, &err);
 *     … lm_worker_is_free(w) … lm_worker_job(w, &order, &err) … lm_worker_stop(w, job, epoch) …
 *
 * Everything here is the loop's ([loop]) and waits for nothing. A worker that crashes, is killed, breaks the protocol,
 * or passes a limit costs the job it had: `ended` says which, and who is to blame, and the next process is started:
 * at once after a first death, later and later when it dies without having ended a job. */
#ifndef LM_WEB_WORKER_H
#define LM_WEB_WORKER_H

#include <uv.h>

#include "web/work/wire.h"

typedef struct lm_worker lm_worker;

typedef enum lm_worker_why {
    LM_WORKER_LEFT,     /* it was told BYE, or said it by itself: another process shall take over */
    LM_WORKER_DIED,     /* by itself: status or signal */
    LM_WORKER_KILLED,   /* lm_worker_kill */
    LM_WORKER_SILENT,   /* hang_ms without a word from its job; start_ms without HELLO */
    LM_WORKER_LATE,     /* job_ms; or stop_ms after a stop; or close_ms after BYE */
    LM_WORKER_BROKEN,   /* it broke the protocol, or speaks another version */
    LM_WORKER_UNBORN    /* it could not be started */
} lm_worker_why;

/* How a process ended. Texts are clean of control characters, "" where nothing is known. */
typedef struct lm_worker_end {
    lm_worker_why why;
    int           status, signal;   /* the system's words; 0 where there are none */
    int64_t       job, epoch;       /* the job that is lost; 0: it had none */
    bool          begun;            /* it had told something of that job */
    int           checks;           /* that were not answered */
    char          node[256], node_class[128], plugin[128]; /* at fault: what the crash's sentence names, or the node
                                                              that began last */
    char          last_words[1024]; /* the end of its stderr */
    char          sentence[1280];   /* for people */
} lm_worker_end;

typedef struct lm_worker_options {
    const char *const *argv;   /* program, words; "--socket N" is put behind. Copied */
    /* Instead of a process, for debugging: called in a thread of its own with those words, without "--socket N", and
     * the socket, which it takes; it returns a status. What crashes there crashes here; a job that does not stop keeps
     * its thread, and no other is started before it ends. NULL: a process. */
    int   (*inside)(const char *const *argv, int fd);
    int     start_ms;          /* from start to HELLO */
    int     hang_ms;           /* between two frames of a job; 0: no limit */
    int     job_ms;            /* of a whole job; 0: no limit */
    int     stop_ms;           /* from STOP to the job's end; 0: no limit */
    int     close_ms;          /* from lm_worker_close to its end */
    int     rest_ms, most_rest_ms; /* in front of the second start after a death, doubled each time, up to */

    void (*ready)(void *self, lm_worker *w, const lm_wire *hello);    /* may be NULL, as all of these */
    void (*heard)(void *self, lm_worker *w, const lm_wire *m);        /* every other frame; lent */
    void (*said)(void *self, lm_worker *w, const char *line);         /* a line of its stderr */
    void (*ended)(void *self, lm_worker *w, const lm_worker_end *e);
    void *self;
} lm_worker_options;

lm_worker_options lm_worker_defaults(void);

/* Starts. What goes wrong at a start is told by `ended`, from the loop. MEMORY.                       [new] */
lm_worker *lm_worker_new(uv_loop_t *loop, const lm_worker_options *o, limn_error *err);
/* Says BYE: a job at work is finished first, if that takes no longer than close_ms. When the process is gone and `ended` was called, `closed` (may be NULL)
 * is, and w is no more. */
void lm_worker_close(lm_worker *w, void (*closed)(void *self), void *self);
/* At once, with what it does. Another one is started. */
void lm_worker_kill(lm_worker *w);

bool lm_worker_is_ready(const lm_worker *w); /* it said HELLO and lives */
bool lm_worker_is_free(const lm_worker *w);  /* … and has no job */
int  lm_worker_pid(const lm_worker *w);      /* 0: none */
int  lm_worker_checks(const lm_worker *w);   /* that wait for their answer */

/* A job: type JOB; its texts are copied. False, with a sentence: not free, no memory, too large. */
bool lm_worker_job(lm_worker *w, const lm_wire *order, limn_error *err);
/* type CHECK; `job` is a number of the caller's that comes back with CHECKED. False: not ready, or
 * LM_WIRE_CHECKS_MOST wait. */
bool lm_worker_check(lm_worker *w, const lm_wire *order, limn_error *err);
/* For any other job than this one it does nothing. */
void lm_worker_stop(lm_worker *w, int64_t job, int64_t epoch);
void lm_worker_free(lm_worker *w, int64_t what); /* LM_WIRE_RESULTS, LM_WIRE_MODELS */
void lm_worker_ask(lm_worker *w, int64_t what);  /* LM_WIRE_WANT_NODES, LM_WIRE_WANT_STATS */

/* While it is held it is not read, and comes to wait once what may be on the way is full: previews are dropped. */
void lm_worker_hold(lm_worker *w, bool held);

#endif
