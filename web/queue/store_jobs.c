/* store_jobs.c: jobs of some states, or of one workflow, in an order: a page from anywhere, and how many there are. */
#include "core/base/text.h"
#include "web/queue/store_sqlite.h"

/* `hint` "+" keeps SQLite from an index on the state, which would sort all that it finds for one page. */
static void where(const lm_ask *a, int64_t floor, const char *hint, lm_text *sql)
{
    const unsigned states = a->states ? a->states : (1u << LM_JOB_STATES) - 1;
    const char    *comma = "";

    lm_text_printf(sql, "%sstate IN (", hint);
    for (int i = 0; i < LM_JOB_STATES; i++)
        if (states >> i & 1) {
            lm_text_printf(sql, "%s%d", comma, i);
            comma = ", ";
        }
    lm_text_printf(sql, ") AND (ended IS NULL OR ended > %lld)", (long long)floor);
    if (a->workflow)
        lm_text_puts(sql, " AND workflow != '' AND workflow = ?1");
}

static sqlite3_stmt *ask_for(lm_filling *f, lm_text *sql)
{
    sqlite3_stmt *at = NULL;

    if (f->s->rc == SQLITE_OK)
        lm_sql_note(f->s, sqlite3_prepare_v2(f->s->db, lm_text_str(sql), -1, &at, NULL), "prepare");
    if (at && f->ask->workflow)
        lm_sql_note(f->s, sqlite3_bind_text(at, 1, f->ask->workflow, -1, SQLITE_STATIC), "bind");
    lm_text_done(sql);
    return at;
}

/* Of all workflows: the ledger knows how many have ended; who waits or runs is few. */
static void add_jobs(lm_filling *f)
{
    const unsigned states = f->ask->states ? f->ask->states : (1u << LM_JOB_STATES) - 1;

    for (int i = 0; i < LM_JOB_STATES; i++) {
        sqlite3_stmt *row = NULL;

        if (states >> i & 1 && i < LM_JOB_SUCCESS && (row = lm_sql_row(f->s, LM_SQL_COUNT_LIVE, "i", (int64_t)i)))
            f->page->total += sqlite3_column_int64(row, 0);
        if (states >> i & 1)
            f->page->total += f->s->ledger.in[i];
    }
    lm_sql_rest(f->s, LM_SQL_COUNT_LIVE);
}

/* Of one of them. */
static void count_jobs(lm_filling *f)
{
    lm_text       sql = { 0 };
    sqlite3_stmt *at;

    lm_text_puts(&sql, "SELECT count(*) FROM job WHERE ");
    where(f->ask, f->floor, "", &sql);
    at = ask_for(f, &sql);
    if (lm_sql_step(f->s, at))
        f->page->total = sqlite3_column_int64(at, 0);
    sqlite3_finalize(at);
}

/* The place of the one with so many in front of it, looked for from the nearer end; false: there is none. */
static bool nth_job(lm_filling *f, int64_t skipped, int64_t *seq)
{
    const bool    back = skipped > f->page->total / 2;
    const bool    up = f->ask->ascending != back;
    lm_text       sql = { 0 };
    sqlite3_stmt *at;
    bool          found = false;

    if (skipped >= f->page->total)
        return false;
    lm_text_printf(&sql, "SELECT seq FROM job %s WHERE ", f->ask->workflow ? "" : "INDEXED BY job_in_order");
    where(f->ask, f->floor, "+", &sql);
    lm_text_printf(&sql, " ORDER BY seq%s LIMIT 1 OFFSET %lld", up ? "" : " DESC",
                   (long long)(back ? f->page->total - 1 - skipped : skipped));
    at = ask_for(f, &sql);
    if ((found = lm_sql_step(f->s, at)))
        *seq = sqlite3_column_int64(at, 0);
    sqlite3_finalize(at);
    return found;
}

/* Those from that place on, or by their durations all but so many. */
static sqlite3_stmt *select_jobs(lm_filling *f, int64_t from, int64_t left)
{
    const bool  all = f->ask->texts == LM_TEXTS_ALL;
    const char *way = f->ask->ascending ? "" : " DESC";
    lm_text     sql = { 0 };

    lm_text_printf(&sql, "SELECT %s FROM job%sWHERE ", all ? ALL_COLUMNS : SHORT_COLUMNS,
                   all ? WITH_TEXTS : WITH_SUMMARY);
    where(f->ask, f->floor, "+", &sql);
    if (f->ask->by_duration)
        lm_text_printf(&sql, " ORDER BY coalesce(ended_ms - started_ms, 0)%s, job.seq%s LIMIT %lld OFFSET %lld", way, way,
                       (long long)left, (long long)from);
    else
        lm_text_printf(&sql, " AND job.seq %s %lld ORDER BY job.seq%s LIMIT %lld", f->ask->ascending ? ">=" : "<=",
                       (long long)from, way, (long long)left);
    return ask_for(f, &sql);
}

/* Where the page begins, as select_jobs takes it; false: it is empty. */
static bool jobs_begin(lm_filling *f, int64_t *from)
{
    const lm_ask *a = f->ask;

    *from = a->from.on ? a->from.at : a->offset < 0 ? 0 : a->offset;
    if (a->from.on || a->by_duration)
        return true;
    if (*from)
        return nth_job(f, *from, from);
    *from = a->ascending ? 0 : INT64_MAX;
    return true;
}

static lm_cursor after_jobs(const lm_filling *f, int64_t from, int64_t left)
{
    const lm_page *p = f->page;
    const int64_t  last = p->jobs[p->n - 1].seq;

    return (lm_cursor){ .at = f->ask->by_duration ? from + p->n : f->ask->ascending ? last + 1 : last - 1,
                        .left = left - p->n };
}

void lm_list_jobs(lm_filling *f)
{
    const lm_ask *a = f->ask;
    const int64_t left = a->from.on ? a->from.left : a->max < 0 ? INT64_MAX : a->max;
    int64_t       from;
    sqlite3_stmt *at;

    (a->workflow ? count_jobs : add_jobs)(f);
    if (!jobs_begin(f, &from))
        return;
    at = select_jobs(f, from, left);
    while (!f->full && lm_sql_step(f->s, at) && lm_filling_join(f, at))
        ;
    sqlite3_finalize(at);
    if (f->full && f->page->n < left)
        lm_filling_goes_on(f, after_jobs(f, from, left));
}
