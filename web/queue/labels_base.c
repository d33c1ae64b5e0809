/* labels_base.c: the database of labels: opened, begun anew where it is of no use, and its statements. */
#include "web/queue/labels_base.h"

#include "core/base/alloc.h"
#include "core/base/log.h"

enum { VERSION = 1, BUSY_MS = 2000 };

static const char *const sql[LM_LABELS_SQL] = {
    [LM_LABELS_PUT] = "INSERT OR REPLACE INTO label (path, modified, job, name, words) VALUES (?, ?, ?, ?, ?)",
    [LM_LABELS_FOLLOW] = "UPDATE followed SET ended = ?",
    [LM_LABELS_FOLLOWED] = "SELECT ended FROM followed",
    [LM_LABELS_STATES] = "SELECT path, modified FROM label",
    [LM_LABELS_TELL] = "SELECT job, name FROM label WHERE path = ? AND modified = ?",
    [LM_LABELS_ALL] = "SELECT path, modified, words FROM label",
    [LM_LABELS_NEWEST] = "SELECT path, max(modified), job, name FROM label WHERE name != '' GROUP BY name",
    [LM_LABELS_COUNT] = "SELECT count(*) FROM label",
    [LM_LABELS_TRIM] = "DELETE FROM label WHERE id IN (SELECT id FROM label ORDER BY id LIMIT ?)",
};

static const char schema[] =
    "CREATE TABLE label (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, modified INTEGER NOT NULL, job TEXT NOT NULL,"
    "  name TEXT NOT NULL, words TEXT NOT NULL) STRICT;"
    "CREATE TABLE followed (ended INTEGER NOT NULL) STRICT;"
    "INSERT INTO followed VALUES (0);"
    "PRAGMA user_version = 1;";

/* ------------------------------------------------------------------ statements */

bool lm_labels_well(lm_labels *l, int rc)
{
    if (rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE)
        return true;
    if (!l->complained)
        lm_log(LM_LOG_WARN, "what pictures show is not kept, so they are found by their names only: %s", sqlite3_errstr(rc));
    l->complained = true;
    return false;
}

sqlite3_stmt *lm_labels_statement(lm_labels *l, lm_labels_sql which)
{
    if (!l->statements[which])
        lm_labels_well(l, sqlite3_prepare_v3(l->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, &l->statements[which], NULL));
    return l->statements[which];
}

bool lm_labels_next(lm_labels *l, sqlite3_stmt *at)
{
    const int rc = at ? sqlite3_step(at) : SQLITE_DONE;

    lm_labels_well(l, rc);
    return rc == SQLITE_ROW;
}

void lm_labels_rest(sqlite3_stmt *at)
{
    if (at)
        sqlite3_reset(at);
}

const char *lm_labels_text(sqlite3_stmt *at, int column)
{
    const char *t = (const char *)sqlite3_column_text(at, column);

    return t ? t : "";
}

bool lm_labels_run(lm_labels *l, const char *words)
{
    return lm_labels_well(l, sqlite3_exec(l->db, words, NULL, NULL, NULL));
}

int64_t lm_labels_number(lm_labels *l, lm_labels_sql which)
{
    sqlite3_stmt *at = lm_labels_statement(l, which);
    const int64_t n = lm_labels_next(l, at) ? sqlite3_column_int64(at, 0) : 0;

    lm_labels_rest(at);
    return n;
}

static void finish(lm_labels *l)
{
    for (int i = 0; i < LM_LABELS_SQL; i++) {
        sqlite3_finalize(l->statements[i]);
        l->statements[i] = NULL;
    }
}

/* ------------------------------------------------------------------ opening */

static int version_of(sqlite3 *db)
{
    sqlite3_stmt *at = NULL;
    int           n = -1;

    if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &at, NULL) == SQLITE_OK && sqlite3_step(at) == SQLITE_ROW)
        n = sqlite3_column_int(at, 0);
    sqlite3_finalize(at);
    return n;
}

/* Empty again, whatever it was. */
static bool begin_anew(sqlite3 *db)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_RESET_DATABASE, 1, NULL);
    sqlite3_exec(db, "VACUUM", NULL, NULL, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_RESET_DATABASE, 0, NULL);
    return sqlite3_exec(db, schema, NULL, NULL, NULL) == SQLITE_OK;
}

static bool settle(sqlite3 *db)
{
    return sqlite3_exec(db, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
                            "PRAGMA cache_size = -1024; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                            "PRAGMA journal_size_limit = 4194304;", NULL, NULL, NULL) == SQLITE_OK;
}

bool lm_labels_know(lm_labels *l)
{
    sqlite3_stmt *at = lm_labels_statement(l, LM_LABELS_STATES);

    lm_states_done(&l->known);
    while (lm_labels_next(l, at))
        lm_states_add(&l->known, lm_labels_text(at, 0), sqlite3_column_int64(at, 1));
    return at && sqlite3_reset(at) == SQLITE_OK;
}

static bool begin_again(lm_labels *l)
{
    finish(l);
    lm_states_done(&l->known);
    l->complained = false;
    return begin_anew(l->db) && settle(l->db);
}

/* One that is another's, older, newer or damaged is begun anew. */
static bool prepare(lm_labels *l)
{
    return (settle(l->db) && version_of(l->db) == VERSION) || begin_again(l);
}

int64_t lm_labels_load(lm_labels *l)
{
    int64_t followed;

    pthread_mutex_lock(&l->lock);
    if (!lm_labels_know(l))
        begin_again(l);
    followed = lm_labels_number(l, LM_LABELS_FOLLOWED);
    pthread_mutex_unlock(&l->lock);
    return followed;
}

lm_labels *lm_labels_open(const char *folder, limn_error *err)
{
    lm_labels *l = lm_alloc(sizeof *l);
    lm_text    path = { 0 };
    int        rc;

    *l = (lm_labels){ 0 };
    pthread_mutex_init(&l->lock, NULL);
    lm_text_printf(&path, "%s/labels.sqlite", folder);
    rc = sqlite3_open_v2(path.at, &l->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                         SQLITE_OPEN_NOFOLLOW, NULL);
    if (rc == SQLITE_OK)
        sqlite3_busy_timeout(l->db, BUSY_MS);
    if (rc != SQLITE_OK || !prepare(l)) {
        limn_fail(err, FILE, "labels.sqlite cannot be used: %s", sqlite3_errmsg(l->db));
        lm_labels_close(l);
        l = NULL;
    }
    lm_text_done(&path);
    return l;
}

void lm_labels_close(lm_labels *l)
{
    if (!l)
        return;
    finish(l);
    sqlite3_close(l->db);
    lm_states_done(&l->known);
    pthread_mutex_destroy(&l->lock);
    lm_free(l);
}
