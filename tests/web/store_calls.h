/* store_calls.h: calls of SQLite that fail when a test says so, by their result codes (tests/calls.h). */
#ifndef LIMN_TESTS_STORE_CALLS_H
#define LIMN_TESTS_STORE_CALLS_H

#include <stdatomic.h>

#include "tests/calls.h"

enum {
    CALL_SQLITE3_STEP = CALL_KINDS,
    CALL_SQLITE3_PREPARE_V2,
    CALL_SQLITE3_PREPARE_V3,
    CALL_SQLITE3_EXEC, /* but for ROLLBACK and COMMIT, after which SQLite is in no transaction, whatever it says */
    CALL_SQLITE3_OPEN_V2,
    CALL_SQLITE3_BIND_INT64,
    CALL_SQLITE3_BIND_DOUBLE,
    CALL_SQLITE3_BIND_TEXT,
    CALL_SQLITE3_BIND_BLOB64,
    CALL_SQLITE3_WAL_CHECKPOINT_V2,
    CALL_SQLITE3_COLUMN_TEXT, /* NULL, as without memory */
    STORE_CALL_KINDS
};

/* What sqlite3_system_errno answers; 0: its own. */
extern int store_calls_errno;

/* How often memory was wiped that held these words. */
extern const char *store_calls_secret;
extern atomic_int  store_calls_wiped;

#endif
