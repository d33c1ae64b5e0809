/* store_calls.c: the wrappers. */
#include "tests/web/store_calls.h"

#include <sqlite3.h>
#include <string.h>

int         store_calls_errno;
const char *store_calls_secret;
atomic_int  store_calls_wiped;

#define WRAP(which, name, parameters, arguments)                        \
    int __real_##name parameters;                                       \
    int __wrap_##name parameters;                                       \
    int __wrap_##name parameters                                        \
    {                                                                   \
        const int rc = call_verdict(CALL_##which);                      \
                                                                        \
        return rc ? rc : __real_##name arguments;                       \
    }

WRAP(SQLITE3_STEP, sqlite3_step, (sqlite3_stmt *at), (at))
WRAP(SQLITE3_PREPARE_V2, sqlite3_prepare_v2,
     (sqlite3 *db, const char *sql, int n, sqlite3_stmt **at, const char **tail), (db, sql, n, at, tail))
WRAP(SQLITE3_PREPARE_V3, sqlite3_prepare_v3,
     (sqlite3 *db, const char *sql, int n, unsigned how, sqlite3_stmt **at, const char **tail), (db, sql, n, how, at, tail))
WRAP(SQLITE3_OPEN_V2, sqlite3_open_v2, (const char *name, sqlite3 **db, int flags, const char *vfs), (name, db, flags, vfs))
WRAP(SQLITE3_BIND_INT64, sqlite3_bind_int64, (sqlite3_stmt *at, int i, sqlite3_int64 value), (at, i, value))
WRAP(SQLITE3_BIND_DOUBLE, sqlite3_bind_double, (sqlite3_stmt *at, int i, double value), (at, i, value))
WRAP(SQLITE3_BIND_TEXT, sqlite3_bind_text, (sqlite3_stmt *at, int i, const char *text, int n, void (*done)(void *)),
     (at, i, text, n, done))
WRAP(SQLITE3_WAL_CHECKPOINT_V2, sqlite3_wal_checkpoint_v2, (sqlite3 *db, const char *name, int how, int *pages, int *moved),
     (db, name, how, pages, moved))

/* Takes its bytes, whatever it answers. */
int __real_sqlite3_bind_blob64(sqlite3_stmt *at, int i, const void *bytes, sqlite3_uint64 n, void (*done)(void *));
int __wrap_sqlite3_bind_blob64(sqlite3_stmt *at, int i, const void *bytes, sqlite3_uint64 n, void (*done)(void *));
int __wrap_sqlite3_bind_blob64(sqlite3_stmt *at, int i, const void *bytes, sqlite3_uint64 n, void (*done)(void *))
{
    const int rc = call_verdict(CALL_SQLITE3_BIND_BLOB64);

    if (rc && done != SQLITE_STATIC)
        done((void *)bytes);
    return rc ? rc : __real_sqlite3_bind_blob64(at, i, bytes, n, done);
}

int __real_sqlite3_exec(sqlite3 *db, const char *sql, int (*each)(void *, int, char **, char **), void *self, char **why);
int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, int (*each)(void *, int, char **, char **), void *self, char **why);
int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, int (*each)(void *, int, char **, char **), void *self, char **why)
{
    const int rc = strcmp(sql, "ROLLBACK") && strcmp(sql, "COMMIT") ? call_verdict(CALL_SQLITE3_EXEC) : SQLITE_OK;

    return rc ? rc : __real_sqlite3_exec(db, sql, each, self, why);
}

const unsigned char *__real_sqlite3_column_text(sqlite3_stmt *at, int i);
const unsigned char *__wrap_sqlite3_column_text(sqlite3_stmt *at, int i);
const unsigned char *__wrap_sqlite3_column_text(sqlite3_stmt *at, int i)
{
    return call_verdict(CALL_SQLITE3_COLUMN_TEXT) ? NULL : __real_sqlite3_column_text(at, i);
}

int __real_sqlite3_system_errno(sqlite3 *db);
int __wrap_sqlite3_system_errno(sqlite3 *db);
int __wrap_sqlite3_system_errno(sqlite3 *db)
{
    return store_calls_errno ? store_calls_errno : __real_sqlite3_system_errno(db);
}

void __real_explicit_bzero(void *at, size_t n);
void __wrap_explicit_bzero(void *at, size_t n);
void __wrap_explicit_bzero(void *at, size_t n)
{
    if (store_calls_secret && n && memmem(at, n, store_calls_secret, strlen(store_calls_secret)))
        store_calls_wiped++;
    __real_explicit_bzero(at, n);
}
