/* store_fault.c: statements that stop at the first failure, and what a failure means. */
#include "web/queue/store_sqlite.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static const char *const sql_text[LM_SQL_COUNT] = {
#define X(name_, sql_) [LM_SQL_##name_] = sql_,
    LM_STORE_SQL(X)
#undef X
};

void lm_sql_note(lm_sqlite *s, int rc, const char *doing)
{
    if (s->rc != SQLITE_OK || rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE)
        return;
    s->rc = rc;
    s->system_errno = sqlite3_system_errno(s->db);
    s->doing = doing;
}

static void put_back(sqlite3_stmt *at)
{
    sqlite3_reset(at);
    sqlite3_clear_bindings(at);
}

static sqlite3_stmt *prepared(lm_sqlite *s, lm_sql name)
{
    if (s->rc != SQLITE_OK)
        return NULL;
    if (s->statements[name])
        put_back(s->statements[name]);
    else
        lm_sql_note(s, sqlite3_prepare_v3(s->db, sql_text[name], -1, SQLITE_PREPARE_PERSISTENT,
                                          &s->statements[name], NULL), sql_text[name]);
    return s->rc == SQLITE_OK ? s->statements[name] : NULL;
}

static int bind_text(sqlite3_stmt *at, int column, const char *text)
{
    return sqlite3_bind_text(at, column, text ? text : "", -1, SQLITE_STATIC);
}

static void bind_all(lm_sqlite *s, sqlite3_stmt *at, const char *kinds, va_list ap)
{
    int column = 1;

    s->stored = 0;
    for (; *kinds; kinds++, column++)
        switch (*kinds) {
        case 'i':
            lm_sql_note(s, sqlite3_bind_int64(at, column, va_arg(ap, int64_t)), "bind");
            break;
        case 'd':
            lm_sql_note(s, sqlite3_bind_double(at, column, va_arg(ap, double)), "bind");
            break;
        case 't':
            lm_sql_note(s, bind_text(at, column, va_arg(ap, const char *)), "bind");
            break;
        default: /* 'z' */
            lm_sql_note(s, lm_blob_bind(at, column++, va_arg(ap, const lm_blob *), &s->stored), "bind");
            break;
        }
}

bool lm_sql_step(lm_sqlite *s, sqlite3_stmt *at)
{
    const int rc = s->rc == SQLITE_OK ? sqlite3_step(at) : SQLITE_DONE;

    lm_sql_note(s, rc, sqlite3_sql(at)); /* which welcomes NULL */
    return rc == SQLITE_ROW;
}

void lm_sql_run(lm_sqlite *s, lm_sql name, const char *kinds, ...)
{
    sqlite3_stmt *at = prepared(s, name);
    va_list       ap;

    if (!at)
        return;
    va_start(ap, kinds);
    bind_all(s, at, kinds, ap);
    va_end(ap);
    while (lm_sql_step(s, at))
        ;
    put_back(at);
}

sqlite3_stmt *lm_sql_row(lm_sqlite *s, lm_sql name, const char *kinds, ...)
{
    sqlite3_stmt *at = prepared(s, name);
    va_list       ap;

    if (!at)
        return NULL;
    va_start(ap, kinds);
    bind_all(s, at, kinds, ap);
    va_end(ap);
    if (lm_sql_step(s, at))
        return at;
    put_back(at);
    return NULL;
}

void lm_sql_rest(lm_sqlite *s, lm_sql name)
{
    if (s->statements[name])
        put_back(s->statements[name]);
}

const char *lm_sql_text(lm_sqlite *s, sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);

    if (!text)
        lm_sql_note(s, SQLITE_NOMEM, "read a text");
    return text;
}

bool lm_sql_is_damage(int rc)
{
    return (rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB;
}

/* A sync that failed is never "no room", whatever errno says: the kernel may have dropped what it could not write,
 * and a second sync would report success (fsyncgate, 2018). */
static lm_outcome outcome_of(int rc, int system_errno)
{
    switch (rc & 0xff) {
    case SQLITE_FULL:
        return LM_STORE_FULL;
    case SQLITE_NOMEM:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_CANTOPEN:
        return LM_STORE_BUSY;
    }
    if (rc == SQLITE_IOERR_NOMEM)
        return LM_STORE_BUSY;
    if ((rc == SQLITE_IOERR_WRITE || rc == SQLITE_IOERR_SHMSIZE || rc == SQLITE_IOERR_TRUNCATE) &&
        (system_errno == ENOSPC || system_errno == EDQUOT))
        return LM_STORE_FULL;
    return LM_STORE_BROKEN;
}

static void say(const lm_sqlite *s, lm_outcome outcome, limn_error *err)
{
    const char *why = sqlite3_errstr(s->rc);

    switch (outcome) {
    case LM_STORE_FULL:
        limn_fail(err, FILE, "the disk that keeps the queue is full");
        break;
    case LM_STORE_BUSY:
        limn_fail(err, MEMORY, "the queue's database cannot be reached just now: %s", why);
        break;
    default:
        if ((s->rc & 0xff) == SQLITE_IOERR && s->system_errno)
            why = strerror(s->system_errno);
        limn_fail(err, FILE, "the queue's database failed (%s, code %d)%s", why, s->rc,
                  s->lock < 0 ? "" : "; nothing more is accepted until limn is started again");
    }
}

lm_outcome lm_sql_outcome(lm_sqlite *s, limn_error *err)
{
    lm_outcome outcome = LM_STORE_DONE;

    if (s->rc != SQLITE_OK) {
        outcome = outcome_of(s->rc, s->system_errno);
        say(s, outcome, err);
        if (lm_sql_is_damage(s->rc))
            lm_place_mark(s);
    }
    for (int i = 0; i < LM_SQL_COUNT; i++)
        if (s->statements[i])
            put_back(s->statements[i]);
    s->rc = SQLITE_OK;
    return outcome;
}
