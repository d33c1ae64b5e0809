/* store_schema.c: what the database holds, how it came to hold it, and whether it still does. */
#include "web/queue/store_sqlite.h"

#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/crash.h"

/* "limn" */
enum { APPLICATION = 0x6c696d6e };

/* Step i leads from version i to i + 1. A step that was released is never changed: another one follows it. */
static const char *const steps[] = {
    "CREATE TABLE ledger (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, counter INTEGER NOT NULL,"
    "  epoch INTEGER NOT NULL, ended INTEGER NOT NULL, floor INTEGER NOT NULL) STRICT;"
    "INSERT INTO ledger VALUES (1, 0, 0, 0, 0, 0);"

    "CREATE TABLE job (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, client TEXT NOT NULL, workflow TEXT NOT NULL,"
    "  worker TEXT NOT NULL DEFAULT '', number REAL NOT NULL, state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5),"
    "  epoch INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, created_ms INTEGER NOT NULL,"
    "  started_ms INTEGER, ended_ms INTEGER, ended INTEGER, bytes INTEGER NOT NULL,"
    "  CHECK ((ended IS NULL) = (state < 2))) STRICT;"
    "CREATE TABLE asked (seq INTEGER PRIMARY KEY, prompt BLOB NOT NULL, prompt_size INTEGER NOT NULL,"
    "  extra BLOB NOT NULL, extra_size INTEGER NOT NULL, targets BLOB NOT NULL, targets_size INTEGER NOT NULL) STRICT;"
    "CREATE TABLE told (seq INTEGER PRIMARY KEY, messages BLOB NOT NULL, messages_size INTEGER NOT NULL,"
    "  outputs BLOB NOT NULL, outputs_size INTEGER NOT NULL, meta BLOB NOT NULL, meta_size INTEGER NOT NULL,"
    "  summary BLOB NOT NULL, summary_size INTEGER NOT NULL) STRICT;"

    "CREATE INDEX job_by_id ON job (id);"
    "CREATE INDEX job_pending ON job (number, seq) WHERE state = 0;"
    "CREATE INDEX job_running ON job (epoch) WHERE state = 1;"
    "CREATE UNIQUE INDEX job_ended ON job (ended, ended_ms, bytes) WHERE ended IS NOT NULL;"
    "CREATE INDEX job_by_state ON job (state, ended);"
    "CREATE INDEX job_by_workflow ON job (workflow, state, ended) WHERE workflow != '';",

    "ALTER TABLE ledger ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;",

    /* Entries of the history in each state, so that nobody counts them; whoever opens the store sets them right. */
    "ALTER TABLE ledger ADD COLUMN success INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE ledger ADD COLUMN error INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE ledger ADD COLUMN interrupted INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE ledger ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;",

    /* Somebody pressed stop, and was told so: the job ends, whatever becomes of its worker and of the server. */
    "ALTER TABLE job ADD COLUMN stopping INTEGER NOT NULL DEFAULT 0;",

    /* Whose job it is, so that what waits for one client can be counted. */
    "ALTER TABLE job ADD COLUMN owner INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX job_pending_of ON job (owner) WHERE state = 0;",

    /* Jobs in the order of their coming, with all that is asked of one that is skipped: a page from the middle of 100,000. */
    "CREATE INDEX job_in_order ON job (seq, state, ended);",
};
enum { TODAY = sizeof steps / sizeof *steps };

static void run(lm_sqlite *s, const char *sql)
{
    if (s->rc == SQLITE_OK)
        lm_sql_note(s, sqlite3_exec(s->db, sql, NULL, NULL, NULL), sql);
}

static int64_t number(lm_sqlite *s, const char *sql)
{
    sqlite3_stmt *at = NULL;
    int64_t       n = 0;

    lm_sql_note(s, sqlite3_prepare_v2(s->db, sql, -1, &at, NULL), sql);
    if (lm_sql_step(s, at))
        n = sqlite3_column_int64(at, 0);
    sqlite3_finalize(at);
    return n;
}

static void set_options(lm_sqlite *s, bool writer)
{
    sqlite3_busy_timeout(s->db, 5000);
    sqlite3_extended_result_codes(s->db, 1);
    run(s, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
           "PRAGMA cache_size = -2048; PRAGMA mmap_size = 0; PRAGMA secure_delete = FAST;");
    if (writer && !number(s, "PRAGMA page_count")) /* afterwards it would write at every start */
        run(s, "PRAGMA auto_vacuum = INCREMENTAL");
    if (writer)
        run(s, "PRAGMA journal_mode = WAL");
    /* The log is synced at every commit, and keeps 32 MiB when it begins anew: a file that does not grow is synced
     * in half the time. Moving it into the database is settle's work, never a commit's. */
    run(s, "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 33554432; PRAGMA wal_autocheckpoint = 0;");
    s->page_bytes = number(s, "PRAGMA page_size");
}

bool lm_schema_open(lm_sqlite *s, bool writer, limn_error *err)
{
    if (s->rc == SQLITE_OK)
        set_options(s, writer);
    if (s->rc != SQLITE_OK)
        limn_fail(err, FILE, "the queue's database \"%.150s\" cannot be opened: %s", s->path, sqlite3_errstr(s->rc));
    return s->rc == SQLITE_OK;
}

static bool is_strange(const char *path, limn_error *err)
{
    return limn_fail(err, FILE, "\"%.200s\" is another program's database", path);
}

bool lm_schema_known(const char *path, int64_t of, int64_t version, limn_error *err)
{
    if (version > TODAY)
        return limn_fail(err, FILE, "\"%.150s\" was written by a newer limn (version %d of the queue; this limn "
                         "knows %d)", path, (int)version, TODAY);
    if (version < 0 || (of != APPLICATION && (of || version)))
        return is_strange(path, err);
    return true;
}

bool lm_schema_raise(lm_sqlite *s, limn_error *err)
{
    char          version[64];
    const int64_t of = number(s, "PRAGMA application_id"), from = number(s, "PRAGMA user_version");

    if (s->rc == SQLITE_OK && !lm_schema_known(s->path, of, from, err))
        return false;
    if (s->rc == SQLITE_OK && !of && number(s, "SELECT count(*) FROM sqlite_schema")) /* whose does not say */
        return is_strange(s->path, err);
    if (s->rc == SQLITE_OK && from < TODAY) {
        run(s, "BEGIN IMMEDIATE");
        for (int64_t i = from; i < TODAY; i++)
            run(s, steps[i]);
        snprintf(version, sizeof version, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION, TODAY);
        run(s, version);
        lm_crash_at("schema-raising");
        run(s, "COMMIT");
    }
    if (s->rc == SQLITE_OK)
        return true;
    return limn_fail(err, FILE, "the queue's database \"%.150s\" cannot be prepared: %s", s->path,
                     sqlite3_errstr(s->rc));
}

/* Said in one line, for the log. */
static char *one_line(char *text)
{
    for (char *c = text; *c; c++)
        *c = *c == '\n' ? ' ' : *c;
    return text;
}

static char *first_text(lm_sqlite *s, const char *sql)
{
    sqlite3_stmt *at = NULL;
    const char   *said;
    char         *text = NULL;

    lm_sql_note(s, sqlite3_prepare_v2(s->db, sql, -1, &at, NULL), sql);
    if (lm_sql_step(s, at) && (said = lm_sql_text(s, at, 0)))
        text = one_line(lm_copy_text(said));
    sqlite3_finalize(at);
    return text;
}

static char *fault_in(lm_sqlite *s, const char *sql)
{
    char *said = first_text(s, sql);

    if (said && strcmp(said, "ok"))
        return said;
    lm_free(said);
    return lm_sql_is_damage(s->rc) ? lm_copy_text(sqlite3_errstr(s->rc)) : NULL;
}

char *lm_schema_fault(lm_sqlite *s, bool thorough)
{
    static const char *const looks[] = { "PRAGMA integrity_check(ledger)", "PRAGMA integrity_check(job)" };
    char                    *fault = NULL;

    if (thorough)
        return fault_in(s, "PRAGMA integrity_check(1)");
    for (size_t i = 0; i < sizeof looks / sizeof *looks && !fault && s->rc == SQLITE_OK; i++)
        fault = fault_in(s, looks[i]);
    return fault;
}
