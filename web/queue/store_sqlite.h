/* store_sqlite.h: what the files of the embedded store share; nobody else includes it.
 *
 * Failure is sticky, as in a pass: after the first one lm_sql_* do nothing, and lm_sql_outcome says what it was. */
#ifndef LM_WEB_STORE_SQLITE_H
#define LM_WEB_STORE_SQLITE_H

#include <sqlite3.h>

#include "web/queue/store.h"
#include "web/queue/store_sql.h"

typedef enum lm_sql {
#define X(name_, sql_) LM_SQL_##name_,
    LM_STORE_SQL(X)
#undef X
    LM_SQL_COUNT
} lm_sql;

/* The numbers that outlive every job. */
typedef struct lm_ledger {
    int64_t  seq, counter, epoch, ended; /* the last one given out; counter: the next one */
    int64_t  floor;                      /* the history begins above it */
    int64_t  in[LM_JOB_STATES];          /* how many of its entries are in each state; of those that live, 0 */
    lm_tally tally;
} lm_ledger;

enum { LM_LEDGER_IN = 4 };               /* the column of in[i] in LEDGER_GET is this one and i */

/* An entry in this state has joined the history (1), or left it (-1). */
static inline void lm_ledger_count(lm_ledger *l, int state, int by)
{
    if (state >= LM_JOB_SUCCESS && state < LM_JOB_STATES)
        l->in[state] += by;
}

typedef struct lm_sqlite {
    lm_store      base;
    sqlite3      *db;
    sqlite3_stmt *statements[LM_SQL_COUNT];
    lm_ledger     ledger, before;        /* as of now; as of begin */
    lm_keep       keep;
    int64_t       log_pages;             /* frames in the log as of the last commit */
    int64_t       page_bytes;
    int64_t       stored;                /* bytes that the last statement kept of its blobs */
    int           rc;                    /* the first failure since begin, an extended code; or OK */
    int           system_errno;
    const char   *doing;                 /* the statement that failed */
    char         *path, *vfs;
    int           folder, lock;          /* descriptors; a reader has no lock: -1 */
} lm_sqlite;

/* ---- store_fault.c: failures, and statements that stop at the first one */

/* "i" int64_t, "d" double, "t" const char * (NULL: ""), "z" const lm_blob * as two columns: its bytes, compressed
 * where that pays, and its size. Runs a statement to its end. */
void lm_sql_run(lm_sqlite *s, lm_sql name, const char *kinds, ...);
/* … and stands at its first row; NULL when there is none. Good until the statement is used again.  [lends] */
sqlite3_stmt *lm_sql_row(lm_sqlite *s, lm_sql name, const char *kinds, ...);
bool          lm_sql_step(lm_sqlite *s, sqlite3_stmt *at); /* to the next row; `at` is NULL only after a failure */
void          lm_sql_rest(lm_sqlite *s, lm_sql name);      /* its row is not needed any more */
/* A text that is never NULL in the database; NULL without memory, which is noted.                    [lends] */
const char   *lm_sql_text(lm_sqlite *s, sqlite3_stmt *row, int column);
void          lm_sql_note(lm_sqlite *s, int rc, const char *doing);
/* What became of it, with a sentence; resets every statement. */
lm_outcome lm_sql_outcome(lm_sqlite *s, limn_error *err);
bool       lm_sql_is_damage(int rc);

/* ---- store_text.c */
int  lm_blob_bind(sqlite3_stmt *at, int column, const lm_blob *b, int64_t *stored); /* adds to *stored */
bool lm_job_read(sqlite3_stmt *at, lm_store_texts texts, lm_job *out); /* false: no memory, and out is { 0 } */

/* ---- store_schema.c */
bool lm_schema_open(lm_sqlite *s, bool writer, limn_error *err); /* options of a connection */
bool lm_schema_raise(lm_sqlite *s, limn_error *err);             /* to today's version */
bool lm_schema_known(const char *path, int64_t of, int64_t version, limn_error *err); /* ours, and not a newer one's? */
/* NULL when the database holds what it should; else what is wrong with it.                          [new] */
char *lm_schema_fault(lm_sqlite *s, bool thorough);

/* ---- store_place.c */
bool lm_place_take(lm_sqlite *s, const char *folder, limn_error *err);  /* made, locked, empty file there */
bool lm_place_suspect(const lm_sqlite *s);                              /* was damage met while running? */
void lm_place_mark(const lm_sqlite *s);
bool lm_place_move_aside(lm_sqlite *s, const char *why, limn_error *err);
bool lm_place_lengthen_log(const lm_sqlite *s, int64_t to);             /* one step; true: another one follows */
void lm_place_leave(lm_sqlite *s);

/* ---- store_change.c, store_end.c */
lm_outcome lm_store_add(lm_store *s, const lm_submission *in, lm_job *out, limn_error *err);
lm_outcome lm_store_wait_for(lm_store *s, int64_t owner, int64_t most, int64_t *out, limn_error *err);
lm_outcome lm_store_lease(lm_store *s, const char *worker, int64_t now_ms, lm_job *out, limn_error *err);
lm_outcome lm_store_release(lm_store *s, int64_t seq, int64_t epoch, limn_error *err);
lm_outcome lm_store_drop(lm_store *s, const char *id, lm_dropped *out, limn_error *err);
lm_outcome lm_store_stop(lm_store *s, const char *id, int64_t epoch, lm_dropped *out, limn_error *err);
/* store_order.c */
lm_outcome lm_store_move(lm_store *s, const char *const *ids, int32_t n, const char *before, int64_t *moved,
                         limn_error *err);
lm_outcome lm_store_pause(lm_store *s, bool paused, limn_error *err);
lm_outcome lm_store_finish(lm_store *s, int64_t seq, int64_t epoch, const lm_result *r, limn_error *err);
lm_outcome lm_store_forget(lm_store *s, const char *id, int64_t *removed, limn_error *err);
/* Ends a job that limn itself gives up, with the words for its owner. */
void lm_store_give_up(lm_sqlite *s, int64_t seq, const char *id, int64_t now_ms, const char *why);
/* … and one that was to stop, and whose worker is gone. */
void lm_store_interrupt(lm_sqlite *s, int64_t seq, const char *id, int64_t now_ms);
void lm_store_remove(lm_sqlite *s, int64_t seq); /* all rows of a job */
void lm_store_recover(lm_sqlite *s, int64_t now_ms);
/* NOTHING, with a sentence, unless the job runs under this epoch. */
lm_outcome lm_store_holds(lm_sqlite *s, int64_t seq, int64_t epoch, const char **id, limn_error *err);

/* ---- store_tidy.c */
lm_outcome lm_store_tidy(lm_store *s, int64_t now_ms, bool *more, limn_error *err);
lm_outcome lm_store_settle(lm_store *s, limn_error *err);
int64_t    lm_store_unsettled(const lm_store *s);
bool       lm_store_make_room(lm_store *s, int64_t bytes);

/* ---- store_list.c */
lm_outcome lm_store_find(lm_store *s, const char *id, unsigned states, lm_store_texts texts, lm_job *out,
                         limn_error *err);
lm_outcome lm_store_list(lm_store *s, const lm_ask *ask, lm_page *out, limn_error *err);
/* One snapshot for what follows, if none is open; its history's floor. */
bool lm_read_begin(lm_sqlite *s, int64_t *floor);
void lm_read_end(lm_sqlite *s, bool began);

/* A page that is being filled. */
typedef struct lm_filling {
    lm_sqlite    *s;
    const lm_ask *ask;
    lm_page      *page;
    int64_t       floor, room;
    size_t        bytes;                 /* so far */
    bool          no_memory, full;
} lm_filling;

/* The job in this row joins the page, which may be full then; NULL when there is no memory.         [lends] */
const lm_job *lm_filling_join(lm_filling *f, sqlite3_stmt *row);
/* There is more, from there on. */
void lm_filling_goes_on(lm_filling *f, lm_cursor next);

/* ---- store_jobs.c: LM_LIST_JOBS */
void lm_list_jobs(lm_filling *f);

#endif
