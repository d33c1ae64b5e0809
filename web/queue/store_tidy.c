/* store_tidy.c: what the history loses with time, and what the disk gets back. Short steps: an accept that comes in
 * between waits for one of them at most. */
#include "web/queue/store_sqlite.h"

enum {
    LEAVE_STEP = 256,  /* entries that leave the history */
    SWEEP_STEP = 64,   /* rows that are removed */
    SLACK_PAGES = 256  /* free pages that stay in the file for the next jobs: 1 MiB */
};

/* Asked where an age is given. */
static bool too_old(const lm_sqlite *s, int64_t ended_ms, int64_t now_ms)
{
    return now_ms - ended_ms > s->keep.age_ms;
}

static bool too_much(const lm_sqlite *s)
{
    const lm_tally *t = &s->ledger.tally;

    return (s->keep.entries && t->history > s->keep.entries) || (s->keep.bytes && t->history_bytes > s->keep.bytes);
}

/* Raises the floor over the oldest entries that may not stay. True when it stopped for want of time. */
static bool leave(lm_sqlite *s, int64_t now_ms)
{
    lm_ledger    *l = &s->ledger;
    sqlite3_stmt *row;

    for (int i = 0; i < LEAVE_STEP; i++) {
        if (!too_much(s) && !s->keep.age_ms)
            return false;
        row = lm_sql_row(s, LM_SQL_OLDEST, "i", l->floor);
        if (!row || (!too_much(s) && !too_old(s, sqlite3_column_int64(row, 1), now_ms)))
            return false;
        l->floor = sqlite3_column_int64(row, 0);
        l->tally.history--;
        l->tally.history_bytes -= sqlite3_column_int64(row, 2);
        lm_ledger_count(l, sqlite3_column_int(row, 3), -1);
        l->tally.changes++;
    }
    return true;
}

static bool sweep(lm_sqlite *s)
{
    sqlite3_stmt *row;

    for (int i = 0; i < SWEEP_STEP; i++) {
        if (!(row = lm_sql_row(s, LM_SQL_SWEEPABLE, "i", s->ledger.floor)))
            return false;
        lm_store_remove(s, sqlite3_column_int64(row, 0));
    }
    return true;
}

static bool give_back(lm_sqlite *s)
{
    sqlite3_stmt *row = lm_sql_row(s, LM_SQL_FREE_PAGES, "");
    const int64_t pages = row ? sqlite3_column_int64(row, 0) : 0;

    lm_sql_rest(s, LM_SQL_FREE_PAGES);
    if (pages <= SLACK_PAGES)
        return false;
    lm_sql_run(s, LM_SQL_GIVE_BACK, "");
    return pages > 2 * SLACK_PAGES;
}

lm_outcome lm_store_tidy(lm_store *store, int64_t now_ms, bool *more, limn_error *err)
{
    lm_sqlite *s = (lm_sqlite *)store;

    *more = leave(s, now_ms);
    *more = sweep(s) || *more;
    if (!*more)
        *more = give_back(s);
    *more = *more && s->rc == SQLITE_OK;
    return lm_sql_outcome(s, err);
}

int64_t lm_store_unsettled(const lm_store *store)
{
    const lm_sqlite *s = (const lm_sqlite *)store;

    return s->log_pages * s->page_bytes;
}

lm_outcome lm_store_settle(lm_store *store, limn_error *err)
{
    lm_sqlite *s = (lm_sqlite *)store;
    int        pages = 0, moved = 0;
    const int  rc = sqlite3_wal_checkpoint_v2(s->db, "main", SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);

    if (rc != SQLITE_BUSY) /* somebody else is at it */
        lm_sql_note(s, rc, "checkpoint");
    s->log_pages = pages - moved;
    return lm_sql_outcome(s, err);
}

/* SQLite reads its log up to the first frame that is not one, and zeros are none. */
bool lm_store_make_room(lm_store *store, int64_t bytes)
{
    const lm_sqlite *s = (const lm_sqlite *)store;

    return s->lock >= 0 && lm_place_lengthen_log(s, bytes);
}
