/* store_list.c: what the store tells: one job, the queue, and the history page by page. */
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

static size_t weight(const lm_job *j)
{
    return sizeof *j + j->prompt.size + j->extra.size + j->targets.size + j->messages.size + j->outputs.size +
           j->meta.size + j->summary.size;
}

static bool make_room(lm_filling *f)
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

const lm_job *lm_filling_join(lm_filling *f, sqlite3_stmt *row)
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

void lm_filling_goes_on(lm_filling *f, lm_cursor next)
{
    next.on = true;
    f->page->next = next;
    f->page->more = true;
}

/* ---------------------------------------------------------------- the queue */

enum { AT_RUNNING, AT_PENDING }; /* cursor.left */

static void list_running(lm_filling *f, int64_t epoch)
{
    const lm_sql  name = f->ask->texts == LM_TEXTS_ALL ? LM_SQL_RUNNING : LM_SQL_RUNNING_SHORT;
    const lm_job *j;

    for (sqlite3_stmt *row = lm_sql_row(f->s, name, "i", epoch); row; row = lm_sql_step(f->s, row) ? row : NULL)
        if (!(j = lm_filling_join(f, row)) || f->full) {
            if (j)
                lm_filling_goes_on(f, (lm_cursor){ .at = j->epoch, .left = AT_RUNNING });
            return;
        }
}

static void list_pending(lm_filling *f, double number, int64_t seq)
{
    const lm_sql  name = f->ask->texts == LM_TEXTS_ALL ? LM_SQL_PENDING : LM_SQL_PENDING_SHORT;
    const lm_job *j;

    for (sqlite3_stmt *row = lm_sql_row(f->s, name, "di", number, seq); row;
         row = lm_sql_step(f->s, row) ? row : NULL)
        if (!(j = lm_filling_join(f, row)) || f->full) {
            if (j)
                lm_filling_goes_on(f, (lm_cursor){ .at = j->seq, .number = j->number, .left = AT_PENDING });
            return;
        }
}

static void list_queue(lm_filling *f)
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

static bool ended_at(lm_filling *f, lm_sql name, int64_t skipped, int64_t *ended)
{
    sqlite3_stmt *row = lm_sql_row(f->s, name, "ii", f->floor, skipped);

    if (row)
        *ended = sqlite3_column_int64(row, 0);
    lm_sql_rest(f->s, name);
    return row != NULL;
}

/* Where the first page begins: after which place, and how many; false when it is empty. */
static bool history_begin(lm_filling *f, int64_t *after, int64_t *left)
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

static void list_history(lm_filling *f)
{
    const lm_sql  name = f->ask->texts == LM_TEXTS_ALL ? LM_SQL_HISTORY : LM_SQL_HISTORY_SHORT;
    int64_t       after = f->ask->from.at, left = f->ask->from.left;
    sqlite3_stmt *row;
    const lm_job *j;

    if (!f->ask->from.on && !history_begin(f, &after, &left))
        return;
    row = lm_sql_row(f->s, name, "i", after > f->floor ? after : f->floor);
    for (; row; row = lm_sql_step(f->s, row) ? row : NULL) {
        if (!(j = lm_filling_join(f, row)) || !--left)
            return;
        if (f->full) {
            lm_filling_goes_on(f, (lm_cursor){ .at = j->ended, .left = left });
            return;
        }
    }
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
    static void (*const lists[])(lm_filling *) = { list_queue, list_history, lm_list_jobs };
    lm_filling f = { .s = (lm_sqlite *)store, .ask = ask, .page = out };
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
