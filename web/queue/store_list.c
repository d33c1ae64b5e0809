/* store_list.c: what the store tells: one job, the queue, the history page by page, and jobs filtered. */
#include "web/queue/store_sqlite.h"

#include <math.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"

enum { PAGE_BYTES = 1 << 20 };

bool lm_read_begin(lm_sqlite *s, int64_t *floor)
{
    const bool    begin = sqlite3_get_autocommit(s->db);
    sqlite3_stmt *row;

    if (begin)
        lm_sql_run(s, LM_SQL_BEGIN_READ, "");
    row = lm_sql_row(s, LM_SQL_LEDGER_GET, "");
    *floor = row ? sqlite3_column_int64(row, 4) : 0;
    for (int i = LM_JOB_SUCCESS; begin && i < LM_JOB_STATES; i++)
        s->ledger.in[i] = row ? sqlite3_column_int64(row, LM_LEDGER_IN + i) : 0;
    lm_sql_rest(s, LM_SQL_LEDGER_GET);
    if (!begin) /* the writer's own, not yet written */
        *floor = s->ledger.floor;
    return begin;
}

void lm_read_end(lm_sqlite *s, bool began)
{
    if (began && !sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL); /* nothing was changed: nothing can fail */
}

/* ---------------------------------------------------------------- filling a page */

typedef struct filling {
    lm_sqlite    *s;
    const lm_ask *ask;
    lm_page      *page;
    int64_t       floor, room;
    size_t        bytes;     /* so far */
    bool          no_memory, full;
} filling;

static size_t weight(const lm_job *j)
{
    return sizeof *j + j->prompt.size + j->extra.size + j->targets.size + j->messages.size + j->outputs.size +
           j->meta.size + j->summary.size;
}

static bool make_room(filling *f)
{
    const int64_t room = f->room ? 2 * f->room : 16;
    lm_job       *jobs;

    if (f->page->n < f->room)
        return true;
    if (!(jobs = lm_try_alloc((size_t)room * sizeof *jobs)))
        return false;
    if (f->page->n)
        memcpy(jobs, f->page->jobs, (size_t)f->page->n * sizeof *jobs);
    lm_free(f->page->jobs);
    f->page->jobs = jobs;
    f->room = room;
    return true;
}

/* The job in this row joins the page; NULL when there is no memory. */
static const lm_job *join(filling *f, sqlite3_stmt *row)
{
    const size_t most = f->ask->bytes ? f->ask->bytes : PAGE_BYTES;
    lm_job      *j;

    f->no_memory = !make_room(f) || !lm_job_read(row, f->ask->texts, &f->page->jobs[f->page->n]);
    if (f->no_memory)
        return NULL;
    j = &f->page->jobs[f->page->n++];
    f->bytes += weight(j);
    f->full = f->bytes >= most;
    return j;
}

static void goes_on(filling *f, lm_cursor next)
{
    next.on = true;
    f->page->next = next;
    f->page->more = true;
}

/* ---------------------------------------------------------------- the queue */

enum { AT_RUNNING, AT_PENDING }; /* cursor.left */

static void list_running(filling *f, int64_t epoch)
{
    const lm_sql  name = f->ask->texts == LM_TEXTS_ALL ? LM_SQL_RUNNING : LM_SQL_RUNNING_SHORT;
    const lm_job *j;

    for (sqlite3_stmt *row = lm_sql_row(f->s, name, "i", epoch); row; row = lm_sql_step(f->s, row) ? row : NULL)
        if (!(j = join(f, row)) || f->full) {
            if (j)
                goes_on(f, (lm_cursor){ .at = j->epoch, .left = AT_RUNNING });
            return;
        }
}

static void list_pending(filling *f, double number, int64_t seq)
{
    const lm_sql  name = f->ask->texts == LM_TEXTS_ALL ? LM_SQL_PENDING : LM_SQL_PENDING_SHORT;
    const lm_job *j;

    for (sqlite3_stmt *row = lm_sql_row(f->s, name, "di", number, seq); row;
         row = lm_sql_step(f->s, row) ? row : NULL)
        if (!(j = join(f, row)) || f->full) {
            if (j)
                goes_on(f, (lm_cursor){ .at = j->seq, .number = j->number, .left = AT_PENDING });
            return;
        }
}

static void list_queue(filling *f)
{
    const lm_cursor *from = &f->ask->from;

    if (from->on && from->left == AT_PENDING) {
        list_pending(f, from->number, from->at);
        return;
    }
    list_running(f, from->on ? from->at : 0);
    if (!f->full && !f->no_memory)
        list_pending(f, -INFINITY, 0);
}

/* ---------------------------------------------------------------- the history */

static bool ended_at(filling *f, lm_sql name, int64_t skipped, int64_t *ended)
{
    sqlite3_stmt *row = lm_sql_row(f->s, name, "ii", f->floor, skipped);

    if (row)
        *ended = sqlite3_column_int64(row, 0);
    lm_sql_rest(f->s, name);
    return row != NULL;
}

/* Where the first page begins: after which place, and how many; false when it is empty. */
static bool history_begin(filling *f, int64_t *after, int64_t *left)
{
    const lm_ask *a = f->ask;

    *after = f->floor;
    *left = a->max >= 0 ? a->max : INT64_MAX;
    if (*left == 0)
        return false;
    if (a->offset > 0)
        return ended_at(f, LM_SQL_FROM_THE_START, a->offset - 1, after);
    if (a->offset < 0 && a->max > 0 && ended_at(f, LM_SQL_FROM_THE_END, a->max - 1, after))
        --*after;
    return true;
}

static void list_history(filling *f)
{
    const lm_sql  name = f->ask->texts == LM_TEXTS_ALL ? LM_SQL_HISTORY : LM_SQL_HISTORY_SHORT;
    int64_t       after = f->ask->from.at, left = f->ask->from.left;
    sqlite3_stmt *row;
    const lm_job *j;

    if (!f->ask->from.on && !history_begin(f, &after, &left))
        return;
    row = lm_sql_row(f->s, name, "i", after > f->floor ? after : f->floor);
    for (; row; row = lm_sql_step(f->s, row) ? row : NULL) {
        if (!(j = join(f, row)) || !--left)
            return;
        if (f->full) {
            goes_on(f, (lm_cursor){ .at = j->ended, .left = left });
            return;
        }
    }
}

/* ---------------------------------------------------------------- jobs */

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

static sqlite3_stmt *ask_for(filling *f, lm_text *sql)
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
static void add_jobs(filling *f)
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
static void count_jobs(filling *f)
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
static bool nth_job(filling *f, int64_t skipped, int64_t *seq)
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
static sqlite3_stmt *select_jobs(filling *f, int64_t from, int64_t left)
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
static bool jobs_begin(filling *f, int64_t *from)
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

static lm_cursor after_jobs(const filling *f, int64_t from, int64_t left)
{
    const lm_page *p = f->page;
    const int64_t  last = p->jobs[p->n - 1].seq;

    return (lm_cursor){ .at = f->ask->by_duration ? from + p->n : f->ask->ascending ? last + 1 : last - 1,
                        .left = left - p->n };
}

static void list_jobs(filling *f)
{
    const lm_ask *a = f->ask;
    const int64_t left = a->from.on ? a->from.left : a->max < 0 ? INT64_MAX : a->max;
    int64_t       from;
    sqlite3_stmt *at;

    (a->workflow ? count_jobs : add_jobs)(f);
    if (!jobs_begin(f, &from))
        return;
    at = select_jobs(f, from, left);
    while (!f->full && lm_sql_step(f->s, at) && join(f, at))
        ;
    sqlite3_finalize(at);
    if (f->full && f->page->n < left)
        goes_on(f, after_jobs(f, from, left));
}

/* ---------------------------------------------------------------- */

static lm_outcome close_reading(lm_sqlite *s, bool began, bool no_memory, limn_error *err)
{
    const lm_outcome outcome = lm_sql_outcome(s, err);

    lm_read_end(s, began);
    if (outcome != LM_STORE_DONE || !no_memory)
        return outcome;
    limn_fail(err, MEMORY, "there is no memory for the answer");
    return LM_STORE_BUSY;
}

lm_outcome lm_store_list(lm_store *store, const lm_ask *ask, lm_page *out, limn_error *err)
{
    static void (*const lists[])(filling *) = { list_queue, list_history, list_jobs };
    filling    f = { .s = (lm_sqlite *)store, .ask = ask, .page = out };
    lm_outcome outcome;
    bool       began;

    *out = (lm_page){ 0 };
    began = lm_read_begin(f.s, &f.floor);
    lists[ask->list](&f);
    outcome = close_reading(f.s, began, f.no_memory, err);
    if (outcome != LM_STORE_DONE)
        lm_page_done(out);
    return outcome;
}

lm_outcome lm_store_find(lm_store *store, const char *id, unsigned states, lm_store_texts texts, lm_job *out,
                         limn_error *err)
{
    lm_sqlite    *s = (lm_sqlite *)store;
    const int64_t mask = states ? states : (1u << LM_JOB_STATES) - 1;
    bool          found = false, no_memory = false;
    lm_outcome    outcome;
    sqlite3_stmt *row;
    int64_t       floor;
    bool          began = lm_read_begin(s, &floor);

    *out = (lm_job){ 0 };
    if ((row = lm_sql_row(s, LM_SQL_FIND, "tii", id, floor, mask))) {
        const lm_sql name = texts == LM_TEXTS_ALL ? LM_SQL_ONE : LM_SQL_ONE_SHORT;

        row = lm_sql_row(s, name, "i", sqlite3_column_int64(row, 0));
        found = row != NULL;
        no_memory = found && !lm_job_read(row, texts, out);
    }
    outcome = close_reading(s, began, no_memory, err);
    if (outcome != LM_STORE_DONE)
        lm_job_done(out);
    return outcome == LM_STORE_DONE && !found ? LM_STORE_NOTHING : outcome;
}
