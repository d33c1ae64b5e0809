/* store.h: where jobs are kept, behind one small interface. lm_store_open gives the embedded store (SQLite); a
 * store that many machines share is another table of operations, and nobody above this line notices.
 *
 * A job is pending, then running (leased to a worker under an epoch), then ended; docs/queue.md draws it. Changes
 * stand between begin and commit, as many as there are; commit returns when the disk has them, and until then
 * nobody else sees them. Any outcome but DONE, NOTHING and REFUSED has spoilt the whole transaction: call undo.
 *
 * A store is used by one thread at a time and may wait for the disk: nothing here belongs on the loop ([store]).
 * Texts are bytes, given back as they came. Times are milliseconds since 1970. */
#ifndef LM_WEB_STORE_H
#define LM_WEB_STORE_H

#include <limn/limn.h>

enum {
    LM_STORE_NAME_MAX = 256,       /* bytes of an id, a client's id, a workflow's id, a worker's name */
    LM_STORE_TEXT_MAX = 32 << 20,  /* of each other text */
    LM_STORE_SUMMARY_MAX = 64 << 10,
    LM_STORE_RUNS_MAX = 3          /* a job that took the server with it so often is not started again */
};

typedef enum lm_job_state {
    LM_JOB_PENDING,
    LM_JOB_RUNNING,
    LM_JOB_SUCCESS,                /* this one and what follows: ended, in the history */
    LM_JOB_ERROR,                  /* a node said no */
    LM_JOB_INTERRUPTED,            /* somebody pressed stop */
    LM_JOB_FAILED,                 /* its worker died, or the server, too often */
    LM_JOB_STATES
} lm_job_state;

typedef enum lm_outcome {
    LM_STORE_DONE,
    LM_STORE_NOTHING,              /* nothing is pending, no such job, or the lease was lost; nothing changed */
    LM_STORE_REFUSED,              /* what was given cannot be kept; nothing changed */
    LM_STORE_BUSY,                 /* memory or descriptors are short: later, perhaps */
    LM_STORE_CROWDED,              /* as many jobs are pending as may be; the queue says it, not a store */
    LM_STORE_FULL,                 /* no room on the disk; what is there is safe */
    LM_STORE_BROKEN                /* the disk or the database failed: no more changes until a new start */
} lm_outcome;

/* Bytes with a NUL after them (not counted); { 0 } is none. */
typedef struct lm_blob {
    char  *at;
    size_t size;
} lm_blob;

/* A job that somebody asks for. `prompt`, `extra` and `targets` are JSON texts. */
typedef struct lm_submission {
    const char *id;                /* NULL or "": a new uuid */
    const char *client, *workflow; /* may be NULL */
    int64_t     owner;             /* whose it is, as a number of the caller's; 0: nobody's */
    bool        numbered, front;   /* `number` is given; else it is the counter, or -counter in front */
    double      number;            /* finite; lower runs first, and within one number whoever came first */
    lm_blob     prompt, extra, targets;
    int64_t     created_ms;
} lm_submission;

/* How a job ended. The texts are JSON, kept as they are; `summary` is what short listings show. */
typedef struct lm_result {
    lm_job_state state;
    lm_blob      messages, outputs, meta, summary;
    int64_t      ended_ms;
} lm_result;

typedef struct lm_job {
    int64_t      seq;              /* which one: an id may come twice, this never does */
    int64_t      epoch;            /* of its latest lease; grows over the whole store */
    int64_t      attempts;
    int64_t      ended;            /* its place in the history, 0 while it has none */
    lm_job_state state;
    double       number;
    int64_t      created_ms, started_ms, ended_ms; /* 0: not yet */
    char        *id, *client, *workflow, *worker;  /* "" when there is none */
    lm_blob      prompt, extra, targets;           /* of the submission */
    lm_blob      messages, outputs, meta, summary; /* of the result */
    lm_blob      secrets;          /* the queue's affair: never stored */
    bool         damaged;          /* the disk gave back other bytes than it was given: texts are missing */
} lm_job;
void lm_job_done(lm_job *j);       /* welcomes { 0 } */

/* Which texts a listing brings along. */
typedef enum lm_store_texts { LM_TEXTS_NONE, LM_TEXTS_SUMMARY, LM_TEXTS_ALL } lm_store_texts;

typedef enum lm_ask_list {
    LM_LIST_QUEUE,                 /* running by age of the lease, then pending in the order they will run */
    LM_LIST_HISTORY,               /* ended, in the order they ended */
    LM_LIST_JOBS                   /* all of them, filtered and sorted */
} lm_ask_list;

/* Where a page begins; { 0 } is the beginning. It stays good while jobs come and go. */
typedef struct lm_cursor {
    bool    on;
    int64_t at, left;
    double  number;
} lm_cursor;

typedef struct lm_ask {
    lm_ask_list    list;
    lm_store_texts texts;
    int64_t        max, offset;    /* < 0: not given. HISTORY: max alone asks for the last ones */
    size_t         bytes;          /* a page ends with the entry that reaches this; 0: 1 MiB */
    lm_cursor      from;
    unsigned       states;         /* JOBS: 1 << state; 0 is all */
    const char    *workflow;       /* JOBS: only of this one; NULL is all */
    bool           by_duration, ascending;
} lm_ask;

typedef struct lm_page {
    lm_job   *jobs;
    int64_t   n;
    int64_t   total;               /* JOBS: how many fit, on all pages */
    bool      more;                /* `next` leads on */
    lm_cursor next;
} lm_page;
void lm_page_done(lm_page *p);

/* What the store holds; a few additions, never a count. */
typedef struct lm_tally {
    int64_t pending, running, history;
    int64_t history_bytes;
    int64_t changes;               /* grows with every change that a listing can show */
    bool    paused;                /* nothing is leased */
} lm_tally;

/* What drop or stop found: how many pending jobs went, and the running one of that name (seq 0: none). */
typedef struct lm_dropped {
    int64_t removed;
    int64_t seq, epoch;
    char    worker[LM_STORE_NAME_MAX + 1];
} lm_dropped;

typedef struct lm_store lm_store;
typedef struct lm_store_ops {
    void (*close)(lm_store *s);
    lm_outcome (*begin)(lm_store *s, limn_error *err);
    lm_outcome (*commit)(lm_store *s, limn_error *err); /* not DONE: nothing of it is there; no undo needed */
    void (*undo)(lm_store *s);

    /* Fills seq, number and id of `out`. */
    lm_outcome (*add)(lm_store *s, const lm_submission *in, lm_job *out, limn_error *err);
    /* How many pending jobs are this owner's; counted up to `most`. */
    lm_outcome (*wait_for)(lm_store *s, int64_t owner, int64_t most, int64_t *out, limn_error *err);
    /* The next pending job is now this worker's; all its texts. A job whose texts are damaged fails instead. NOTHING
     * while the store is paused. */
    lm_outcome (*lease)(lm_store *s, const char *worker, int64_t now_ms, lm_job *out, limn_error *err);
    /* NOTHING unless the job is running under this very epoch. An older entry of the same id leaves. */
    lm_outcome (*finish)(lm_store *s, int64_t seq, int64_t epoch, const lm_result *r, limn_error *err);
    /* Back to its place among the pending, as if it had not been started; one that is to stop ends as interrupted.
     * NOTHING as above. */
    lm_outcome (*release)(lm_store *s, int64_t seq, int64_t epoch, limn_error *err);
    /* Pending jobs of this id go, or all of them (NULL). */
    lm_outcome (*drop)(lm_store *s, const char *id, lm_dropped *out, limn_error *err);
    /* The running job of this id (and this epoch; 0: whichever it is) is to stop, and is told in `out`: if its worker
     * or the server goes before it ends, it has ended as interrupted and never runs again. NOTHING when there is none. */
    lm_outcome (*stop)(lm_store *s, const char *id, int64_t epoch, lm_dropped *out, limn_error *err);
    /* The pending jobs of these ids stand in front of the first pending one called `before`, in the order of the list
     * (NULL: at the end, as if they came now); how many they are. In front of one that runs: in front of all. NOTHING,
     * with a sentence, when `before` does not wait; ids that do not are passed over. REFUSED: no number is left there. */
    lm_outcome (*move)(lm_store *s, const char *const *ids, int32_t n, const char *before, int64_t *moved,
                       limn_error *err);
    /* From now on nothing is leased, or things are again; also after a restart. */
    lm_outcome (*pause)(lm_store *s, bool paused, limn_error *err);
    /* The history's entry of this id goes, or all of them (NULL). */
    lm_outcome (*forget)(lm_store *s, const char *id, int64_t *removed, limn_error *err);
    /* One short step of retention and of giving disk back; *more: another one would find work. */
    lm_outcome (*tidy)(lm_store *s, int64_t now_ms, bool *more, limn_error *err);
    /* Outside a transaction: what commits have put into the log moves to its place. Also by a reader. */
    lm_outcome (*settle)(lm_store *s, limn_error *err);
    int64_t (*unsettled)(const lm_store *s); /* bytes that settle would move */
    /* Outside a transaction: a short step of making room in the log, up to so many bytes, so that commits need not
     * lengthen the file. True while another step would find work; what goes wrong only costs time later. */
    bool (*make_room)(lm_store *s, int64_t bytes);

    /* The job of this id that is in one of `states` (1 << state): the running one, else the next pending one,
     * else the entry in the history. NOTHING when there is none. */
    lm_outcome (*find)(lm_store *s, const char *id, unsigned states, lm_store_texts texts, lm_job *out,
                       limn_error *err);
    lm_outcome (*list)(lm_store *s, const lm_ask *ask, lm_page *out, limn_error *err);
    void (*count)(const lm_store *s, lm_tally *out); /* of the writer only */
} lm_store_ops;

struct lm_store {
    const lm_store_ops *ops;
};

/* How much history stays; 0 is no limit. The oldest go first. */
typedef struct lm_keep {
    int64_t entries, age_ms, bytes;
} lm_keep;
#define LM_KEEP_DEFAULT { 10000, 0, (int64_t)4 << 30 }

typedef struct lm_store_options {
    const char *folder;            /* limn.sqlite is in it; made when it is not there */
    const char *vfs;               /* SQLite's name of a file system; NULL is the system's own */
    lm_keep     keep;
    int64_t     now_ms;            /* for the times of jobs that are given up at the start; 0: the clock's */
} lm_store_options;

/* Opens for changes, and holds the folder against every other process until it is closed. What ran when the last
 * holder died is pending again, has failed after LM_STORE_RUNS_MAX starts, or was to stop and is interrupted. A damaged database is moved aside
 * with a line in the log, and an empty one takes its place. FILE when it cannot be opened.            [new] */
lm_store *lm_store_open(const lm_store_options *o, limn_error *err);

/* Would lm_store_open begin with what lies in the folder, as far as a look tells? Nothing is made, held or changed.
 * `*serves`: another process has it now. FILE as lm_store_open, but not for that.                             [any] */
bool lm_store_look(const char *folder, bool *serves, limn_error *err);

/* A second door to the same store, for another thread: find, list and settle only.                   [new] */
lm_store *lm_store_reader(lm_store *s, limn_error *err);

void lm_store_close(lm_store *s); /* welcomes NULL */

#endif
