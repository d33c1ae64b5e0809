/* labels.c: the database of what is known of pictures. */
#include "web/queue/labels.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/log.h"

enum { VERSION = 1, BUSY_MS = 2000 };

enum { PUT, FOLLOW, FOLLOWED, STATES, TELL, ALL, NEWEST, COUNT, TRIM, N_STATEMENTS };
static const char *const sql[N_STATEMENTS] = {
    [PUT] = "INSERT OR REPLACE INTO label (path, modified, job, name, words) VALUES (?, ?, ?, ?, ?)",
    [FOLLOW] = "UPDATE followed SET ended = ?",
    [FOLLOWED] = "SELECT ended FROM followed",
    [STATES] = "SELECT path, modified FROM label",
    [TELL] = "SELECT job, name FROM label WHERE path = ? AND modified = ?",
    [ALL] = "SELECT path, modified, words FROM label",
    [NEWEST] = "SELECT path, max(modified), job, name FROM label WHERE name != '' GROUP BY name",
    [COUNT] = "SELECT count(*) FROM label",
    [TRIM] = "DELETE FROM label WHERE id IN (SELECT id FROM label ORDER BY id LIMIT ?)",
};

static const char schema[] =
    "CREATE TABLE label (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, modified INTEGER NOT NULL, job TEXT NOT NULL,"
    "  name TEXT NOT NULL, words TEXT NOT NULL) STRICT;"
    "CREATE TABLE followed (ended INTEGER NOT NULL) STRICT;"
    "INSERT INTO followed VALUES (0);"
    "PRAGMA user_version = 1;";

struct lm_labels {
    pthread_mutex_t lock;      /* of all that follows */
    sqlite3        *db;
    sqlite3_stmt   *statements[N_STATEMENTS];
    lm_states       known;     /* of every label */
    bool            complained;
};

/* ------------------------------------------------------------------ statements */

/* Said once: nobody is to be told of each picture. */
static bool well(lm_labels *l, int rc)
{
    if (rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE)
        return true;
    if (!l->complained)
        lm_log(LM_LOG_WARN, "what pictures show is not kept, so they are found by their names only: %s", sqlite3_errstr(rc));
    l->complained = true;
    return false;
}

/* NULL: it cannot be had. */
static sqlite3_stmt *statement(lm_labels *l, int which)
{
    if (!l->statements[which])
        well(l, sqlite3_prepare_v3(l->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, &l->statements[which], NULL));
    return l->statements[which];
}

static bool next(lm_labels *l, sqlite3_stmt *at)
{
    const int rc = at ? sqlite3_step(at) : SQLITE_DONE;

    well(l, rc);
    return rc == SQLITE_ROW;
}

static void rest(sqlite3_stmt *at)
{
    if (at)
        sqlite3_reset(at);
}

static const char *text(sqlite3_stmt *at, int column)
{
    const char *t = (const char *)sqlite3_column_text(at, column);

    return t ? t : "";
}

static bool run(lm_labels *l, const char *words)
{
    return well(l, sqlite3_exec(l->db, words, NULL, NULL, NULL));
}

static int64_t number(lm_labels *l, int which)
{
    sqlite3_stmt *at = statement(l, which);
    const int64_t n = next(l, at) ? sqlite3_column_int64(at, 0) : 0;

    rest(at);
    return n;
}

static void finish(lm_labels *l)
{
    for (int i = 0; i < N_STATEMENTS; i++) {
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

static bool read_known(lm_labels *l)
{
    sqlite3_stmt *at = statement(l, STATES);
    bool          fine;

    while (next(l, at))
        lm_states_add(&l->known, text(at, 0), sqlite3_column_int64(at, 1));
    fine = at && sqlite3_reset(at) == SQLITE_OK;
    return fine;
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
    if (!read_known(l))
        begin_again(l);
    followed = number(l, FOLLOWED);
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

/* ------------------------------------------------------------------ keeping */

static bool put(lm_labels *l, const lm_label *label)
{
    const char *const texts[] = { label->job, label->name, label->words };
    sqlite3_stmt     *at = statement(l, PUT);
    bool              fine;

    if (!at)
        return false;
    sqlite3_bind_text(at, 1, label->path, -1, SQLITE_STATIC);
    sqlite3_bind_int64(at, 2, label->modified_ms);
    for (int i = 0; i < 3; i++)
        sqlite3_bind_text(at, 3 + i, texts[i] ? texts[i] : "", -1, SQLITE_STATIC);
    fine = well(l, sqlite3_step(at));
    rest(at);
    if (fine)
        lm_states_add(&l->known, label->path, label->modified_ms);
    return fine;
}

static bool with_number(lm_labels *l, int which, int64_t n)
{
    sqlite3_stmt *at = statement(l, which);
    bool          fine;

    if (!at)
        return false;
    sqlite3_bind_int64(at, 1, n);
    fine = well(l, sqlite3_step(at));
    rest(at);
    return fine;
}

/* Again, from what is there. */
static bool know_anew(lm_labels *l)
{
    lm_states_done(&l->known);
    return read_known(l);
}

/* The set forgets what left when it is twice as large as what is there. */
static bool trim(lm_labels *l)
{
    const int64_t n = l->known.n > LM_LABELS_MOST ? number(l, COUNT) : 0;

    if (n > LM_LABELS_MOST && !with_number(l, TRIM, n - LM_LABELS_MOST))
        return false;
    return l->known.n < 2 * (size_t)LM_LABELS_MOST || know_anew(l);
}

/* What was not kept is not known either, so that it can be tried again. */
static void undo(lm_labels *l)
{
    if (!sqlite3_get_autocommit(l->db))
        run(l, "ROLLBACK");
    know_anew(l);
}

bool lm_labels_put(lm_labels *l, const lm_label *at, size_t n, int64_t followed)
{
    bool fine;

    pthread_mutex_lock(&l->lock);
    fine = run(l, "BEGIN");
    for (size_t i = 0; i < n && fine; i++)
        fine = put(l, &at[i]);
    fine = fine && (followed < 0 || with_number(l, FOLLOW, followed)) && trim(l) && run(l, "COMMIT");
    if (!fine)
        undo(l);
    pthread_mutex_unlock(&l->lock);
    return fine;
}

/* ------------------------------------------------------------------ asking */

bool lm_labels_has(lm_labels *l, const char *path, int64_t modified_ms)
{
    bool found;

    pthread_mutex_lock(&l->lock);
    found = lm_states_has(&l->known, path, modified_ms);
    pthread_mutex_unlock(&l->lock);
    return found;
}

bool lm_labels_tell(lm_labels *l, const char *path, int64_t modified_ms, lm_text *job, lm_text *name)
{
    sqlite3_stmt *at;
    bool          found;

    pthread_mutex_lock(&l->lock);
    at = lm_states_has(&l->known, path, modified_ms) ? statement(l, TELL) : NULL;
    if (at) {
        sqlite3_bind_text(at, 1, path, -1, SQLITE_STATIC);
        sqlite3_bind_int64(at, 2, modified_ms);
    }
    found = next(l, at);
    if (found) {
        lm_text_puts(job, text(at, 0));
        lm_text_puts(name, text(at, 1));
    }
    rest(at);
    pthread_mutex_unlock(&l->lock);
    return found;
}

/* Of a word the first letters count. */
bool lm_words_all_in(const char *words, const char *text)
{
    char word[200];

    for (size_t n; *(words += strspn(words, " \t\r\n")); words += n) {
        const size_t most = (n = strcspn(words, " \t\r\n")) < sizeof word ? n : sizeof word - 1;

        memcpy(word, words, most);
        word[most] = '\0';
        if (!strcasestr(text, word))
            return false;
    }
    return true;
}

lm_states lm_labels_find(lm_labels *l, const char *words)
{
    lm_states     out = { 0 };
    sqlite3_stmt *at;

    pthread_mutex_lock(&l->lock);
    at = statement(l, ALL);
    while (next(l, at))
        if (lm_words_all_in(words, text(at, 2)))
            lm_states_add(&out, text(at, 0), sqlite3_column_int64(at, 1));
    rest(at);
    pthread_mutex_unlock(&l->lock);
    return out;
}

void lm_labels_newest(lm_labels *l, void *self, void (*each)(void *self, const lm_label *label))
{
    sqlite3_stmt *at;

    pthread_mutex_lock(&l->lock);
    at = statement(l, NEWEST);
    while (next(l, at)) {
        const lm_label label = { text(at, 0), sqlite3_column_int64(at, 1), text(at, 2), text(at, 3), "" };

        each(self, &label);
    }
    rest(at);
    pthread_mutex_unlock(&l->lock);
}

void lm_labels_words(lm_labels *l, void *self, void (*each)(void *self, const char *words))
{
    sqlite3_stmt *at;

    pthread_mutex_lock(&l->lock);
    at = statement(l, ALL);
    while (next(l, at))
        each(self, text(at, 2));
    rest(at);
    pthread_mutex_unlock(&l->lock);
}
