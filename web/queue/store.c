/* store.c: the embedded store: opening, closing, and what makes changes one transaction. */
#include "web/queue/store_sqlite.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/crash.h"

/* A database up to this size is read whole before it is trusted; of a larger one, the rows that decide. Was 64 MiB:
 * a start took 0.1 s longer. */
enum { THOROUGH_BYTES = 8 << 20 };

static lm_outcome store_begin(lm_store *store, limn_error *err)
{
    lm_sqlite *s = (lm_sqlite *)store;

    s->before = s->ledger;
    lm_sql_run(s, LM_SQL_BEGIN, "");
    return s->rc == SQLITE_OK ? LM_STORE_DONE : lm_sql_outcome(s, err);
}

static void store_undo(lm_store *store)
{
    lm_sqlite *s = (lm_sqlite *)store;

    lm_sql_outcome(s, NULL);
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    s->ledger = s->before;
}

static bool ledger_differs(const lm_ledger *a, const lm_ledger *b)
{
    return a->seq != b->seq || a->counter != b->counter || a->epoch != b->epoch || a->ended != b->ended ||
           a->floor != b->floor || a->tally.paused != b->tally.paused || memcmp(a->in, b->in, sizeof a->in) != 0;
}

static lm_outcome store_commit(lm_store *store, limn_error *err)
{
    lm_sqlite *s = (lm_sqlite *)store;
    lm_ledger *l = &s->ledger;
    lm_outcome outcome;

    if (ledger_differs(l, &s->before))
        lm_sql_run(s, LM_SQL_LEDGER_SET, "iiiiiiiiii", l->seq, l->counter, l->epoch, l->ended, l->floor,
                   (int64_t)l->tally.paused, l->in[LM_JOB_SUCCESS], l->in[LM_JOB_ERROR], l->in[LM_JOB_INTERRUPTED],
                   l->in[LM_JOB_FAILED]);
    lm_crash_at("ledger-set");
    lm_sql_run(s, LM_SQL_COMMIT, "");
    outcome = lm_sql_outcome(s, err);
    if (outcome != LM_STORE_DONE)
        store_undo(store);
    return outcome;
}

static void store_count(const lm_store *store, lm_tally *out)
{
    *out = ((const lm_sqlite *)store)->ledger.tally;
}

static void store_close(lm_store *store)
{
    lm_sqlite *s = (lm_sqlite *)store;

    lm_crash_at("store-closing");
    for (int i = 0; i < LM_SQL_COUNT; i++)
        sqlite3_finalize(s->statements[i]);
    sqlite3_close(s->db);
    lm_place_leave(s);
    lm_free(s->path);
    lm_free(s->vfs);
    lm_free(s);
}

static const lm_store_ops sqlite_ops = {
    .close = store_close,
    .begin = store_begin,
    .commit = store_commit,
    .undo = store_undo,
    .add = lm_store_add,
    .wait_for = lm_store_wait_for,
    .lease = lm_store_lease,
    .finish = lm_store_finish,
    .release = lm_store_release,
    .drop = lm_store_drop,
    .stop = lm_store_stop,
    .move = lm_store_move,
    .pause = lm_store_pause,
    .forget = lm_store_forget,
    .tidy = lm_store_tidy,
    .settle = lm_store_settle,
    .unsettled = lm_store_unsettled,
    .make_room = lm_store_make_room,
    .find = lm_store_find,
    .list = lm_store_list,
    .count = store_count,
};

static lm_sqlite *store_new(const char *vfs)
{
    lm_sqlite *s = lm_alloc(sizeof *s);

    s->base.ops = &sqlite_ops;
    s->folder = s->lock = -1;
    s->vfs = vfs ? lm_copy_text(vfs) : NULL;
    return s;
}

/* Closing moves the log into the database and removes it: not before the database is known to be sound. */
static void leave_log(lm_sqlite *s, bool leave)
{
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, (int)leave, NULL);
}

/* Every connection is one thread's, so SQLite needs no lock of its own around it. Without memory for it, it is NULL. */
static void connect(lm_sqlite *s)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOFOLLOW;

    lm_sql_note(s, sqlite3_open_v2(s->path, &s->db, flags, s->vfs), "open");
    if (s->db)
        leave_log(s, true);
}

static void disconnect(lm_sqlite *s)
{
    lm_sql_outcome(s, NULL);
    sqlite3_close(s->db);
    s->db = NULL;
}

static bool is_small(const lm_sqlite *s)
{
    struct stat st;

    return stat(s->path, &st) || st.st_size <= THOROUGH_BYTES;
}

/* How much stands in the log, told by SQLite after each commit. */
static int remember_log(void *self, sqlite3 *db, const char *name, int pages)
{
    (void)db, (void)name;
    ((lm_sqlite *)self)->log_pages = pages;
    return SQLITE_OK;
}

/* NULL when the database may be used or cannot be opened at all (*ok tells); else what is damaged.    [new] */
static char *open_and_look(lm_sqlite *s, bool *ok, limn_error *err)
{
    char *fault = NULL;

    connect(s);
    *ok = lm_schema_open(s, true, NULL) && lm_schema_raise(s, err);
    if (*ok)
        fault = lm_schema_fault(s, lm_place_suspect(s) || is_small(s));
    if (!fault && lm_sql_is_damage(s->rc))
        fault = lm_copy_text(sqlite3_errstr(s->rc));
    if (!fault && s->rc != SQLITE_OK)
        *ok = limn_fail(err, FILE, "the queue's database \"%.150s\" cannot be opened: %s", s->path,
                        sqlite3_errstr(s->rc));
    return fault;
}

static bool open_sound(lm_sqlite *s, limn_error *err)
{
    limn_error first = { 0 };
    bool       ok;
    char      *fault = open_and_look(s, &ok, &first);

    if (fault) {
        disconnect(s);
        ok = lm_place_move_aside(s, fault, err);
        lm_free(fault);
        fault = ok ? open_and_look(s, &ok, err) : NULL;
        if (fault)
            ok = limn_fail(err, FILE, "a new database for the queue is damaged at once (%.100s): is the disk sound?",
                           fault);
        lm_free(fault);
    } else if (!ok) {
        limn_fail_at(err, first.code, first.file, first.line, "%s", first.text);
    }
    if (ok)
        leave_log(s, false);
    return ok;
}

static int64_t first_number(sqlite3_stmt *row, int column)
{
    return row ? sqlite3_column_int64(row, column) : 0;
}

static void read_ledger(lm_sqlite *s)
{
    lm_ledger    *l = &s->ledger;
    sqlite3_stmt *row = lm_sql_row(s, LM_SQL_LEDGER_GET, "");

    l->seq = first_number(row, 0);
    l->counter = first_number(row, 1);
    l->epoch = first_number(row, 2);
    l->ended = first_number(row, 3);
    l->floor = first_number(row, 4);
    l->tally.paused = first_number(row, 5);
    for (int i = LM_JOB_SUCCESS; i < LM_JOB_STATES; i++)
        l->in[i] = first_number(row, LM_LEDGER_IN + i);
    row = lm_sql_row(s, LM_SQL_COUNT_LIVE, "i", (int64_t)LM_JOB_PENDING);
    l->tally.pending = first_number(row, 0);
    row = lm_sql_row(s, LM_SQL_COUNT_LIVE, "i", (int64_t)LM_JOB_RUNNING);
    l->tally.running = first_number(row, 0);
    row = lm_sql_row(s, LM_SQL_HISTORY_BYTES, "i", l->floor);
    l->tally.history_bytes = first_number(row, 0);
    lm_sql_rest(s, LM_SQL_HISTORY_BYTES);
}

/* What is there counts, whatever the ledger says; from here on it is kept right. */
static void count_history(lm_sqlite *s)
{
    lm_ledger *l = &s->ledger;

    l->tally.history = 0;
    for (int i = LM_JOB_SUCCESS; i < LM_JOB_STATES; i++) {
        l->in[i] = first_number(lm_sql_row(s, LM_SQL_COUNT_ENDED, "ii", (int64_t)i, l->floor), 0);
        l->tally.history += l->in[i];
    }
    lm_sql_rest(s, LM_SQL_COUNT_ENDED);
}

static bool take_over(lm_sqlite *s, int64_t now_ms, limn_error *err)
{
    lm_store *store = &s->base;

    read_ledger(s);
    if (store_begin(store, err) != LM_STORE_DONE)
        return false;
    count_history(s);
    lm_store_recover(s, now_ms ? now_ms : lm_clock_ms());
    lm_crash_at("store-recovered");
    return store_commit(store, err) == LM_STORE_DONE;
}

lm_store *lm_store_open(const lm_store_options *o, limn_error *err)
{
    lm_sqlite *s = store_new(o->vfs);

    s->keep = o->keep;
    if (lm_place_take(s, o->folder, err) && open_sound(s, err)) {
        sqlite3_wal_hook(s->db, remember_log, s);
        if (take_over(s, o->now_ms, err))
            return &s->base;
    }
    store_close(&s->base);
    return NULL;
}

lm_store *lm_store_reader(lm_store *store, limn_error *err)
{
    const lm_sqlite *of = (const lm_sqlite *)store;
    lm_sqlite       *s = store_new(of->vfs);

    s->path = lm_copy_text(of->path);
    s->folder = fcntl(of->folder, F_DUPFD_CLOEXEC, 0);
    connect(s);
    if (lm_schema_open(s, false, err))
        return &s->base;
    store_close(&s->base);
    return NULL;
}

void lm_store_close(lm_store *store)
{
    if (store)
        store->ops->close(store);
}
