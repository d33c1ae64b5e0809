/* store_order.c: the order of what waits, changed by hand; and whether anything is taken from it.
 *
 * A job's place is its number. One that moves gets a number between those of its new neighbours; where there is no
 * room between them, as between jobs of one number, the ones in front of it are spread out as far as it takes. */
#include "web/queue/store_sqlite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/crash.h"
#include "core/graph/index.h"

typedef struct waiting {
    int64_t seq;
    double  number, was;
    int32_t rank; /* among those that move: its place in the list of ids; -1: it stays */
    int32_t at;   /* where it stood */
} waiting;

typedef struct row {
    waiting *jobs; /* in their order */
    int32_t  n, n_moving;
    int32_t  before; /* the first of those that the moving ones go in front of; n: the end; -1: it does not wait */
} row;

/* ---------------------------------------------------------------- reading */

static bool index_ids(lm_index *x, const char *const *ids, int32_t n)
{
    if (!lm_index_init(x, (size_t)n))
        return false;
    for (int32_t i = 0; i < n; i++)
        lm_index_put(x, ids[i], strlen(ids[i]), i);
    return true;
}

static void read_one(lm_sqlite *s, row *r, sqlite3_stmt *at, const lm_index *x, const char *before)
{
    const char *id = lm_sql_text(s, at, 2);
    waiting    *w = &r->jobs[r->n];

    if (!id)
        return;
    *w = (waiting){ .seq = sqlite3_column_int64(at, 0), .number = sqlite3_column_double(at, 1), .at = r->n };
    w->was = w->number;
    w->rank = lm_index_find(x, id, strlen(id));
    r->n_moving += w->rank >= 0;
    if (before && r->before < 0 && !strcmp(id, before))
        r->before = r->n;
    r->n++;
}

static bool read_row(lm_sqlite *s, row *r, const lm_index *x, const char *before)
{
    const int64_t most = s->ledger.tally.pending;
    sqlite3_stmt *at;

    r->jobs = most < INT32_MAX ? lm_try_alloc(((size_t)most + 1) * sizeof *r->jobs) : NULL;
    if (!r->jobs)
        return false;
    r->before = -1;
    for (at = lm_sql_row(s, LM_SQL_WAITING, ""); at && r->n < most;) {
        read_one(s, r, at, x, before);
        at = lm_sql_step(s, at) ? at : NULL;
    }
    lm_sql_rest(s, LM_SQL_WAITING);
    if (!before)
        r->before = r->n;
    else if (r->before < 0 && lm_sql_row(s, LM_SQL_RUNNING_OF, "ti", before, (int64_t)0))
        r->before = 0; /* it was the first, a moment ago */
    lm_sql_rest(s, LM_SQL_RUNNING_OF);
    return true;
}

/* ---------------------------------------------------------------- the new order */

/* Those that stay, as they stand; those that move, in front of `before`, as the list says. */
static int by_place(const void *a, const void *b)
{
    const waiting *x = a, *y = b;

    return x->rank != y->rank ? (x->rank > y->rank) - (x->rank < y->rank) : (x->at > y->at) - (x->at < y->at);
}

/* Puts them so; where those that moved begin. */
static int32_t put_in_order(row *r)
{
    waiting *moving = r->jobs + r->n - r->n_moving;
    int32_t  first = 0;
    waiting *end;

    qsort(r->jobs, (size_t)r->n, sizeof *r->jobs, by_place); /* those that stay come first, with rank -1 */
    while (first < r->n - r->n_moving && r->jobs[first].at < r->before)
        first++;
    end = lm_try_alloc((size_t)r->n_moving * sizeof *end);
    if (!end)
        return -1;
    memcpy(end, moving, (size_t)r->n_moving * sizeof *end);
    memmove(r->jobs + first + r->n_moving, r->jobs + first, (size_t)(r->n - r->n_moving - first) * sizeof *r->jobs);
    memcpy(r->jobs + first, end, (size_t)r->n_moving * sizeof *end);
    lm_free(end);
    return first;
}

static bool stands_so(const row *r)
{
    for (int32_t i = 0; i < r->n; i++)
        if (r->jobs[i].at != i)
            return false;
    return true;
}

/* ---------------------------------------------------------------- numbers */

/* From `from` up to `to`, evenly between the two numbers and neither of them. False: there is no room. */
static bool spread(waiting *jobs, int32_t from, int32_t to, double low, double high)
{
    const double step = (high - low) / ((double)(to - from) + 1);
    double       last = low;

    for (int32_t i = from; i < to; i++) {
        const double number = low + step * (double)(i - from + 1);

        if (!(number > last) || !(number < high))
            return false;
        last = number;
    }
    for (int32_t i = from; i < to; i++)
        jobs[i].number = low + step * (double)(i - from + 1);
    return true;
}

/* Those in front are spread with them, as many as it takes. */
static bool number_between(row *r, int32_t first)
{
    const int32_t end = first + r->n_moving;
    const double  high = r->jobs[end].number;

    for (int32_t from = first; from > 0; from--)
        if (spread(r->jobs, from, end, r->jobs[from - 1].number, high))
            return true;
    return spread(r->jobs, 0, end, high - 1, high) || spread(r->jobs, 0, end, high - 1 - fabs(high), high);
}

/* At the end they stand as if they had come now. */
static bool number_last(lm_sqlite *s, row *r, int32_t first)
{
    double last = first ? r->jobs[first - 1].number : -INFINITY;

    for (int32_t i = first; i < r->n; i++) {
        double number = (double)s->ledger.counter++;

        if (number <= last)
            number = last + 1 > last ? last + 1 : nextafter(last, INFINITY);
        r->jobs[i].number = last = number;
    }
    return isfinite(last);
}

static void write_numbers(lm_sqlite *s, const row *r)
{
    for (int32_t i = 0; i < r->n; i++)
        if (r->jobs[i].number != r->jobs[i].was)
            lm_sql_run(s, LM_SQL_MOVE, "di", r->jobs[i].number, r->jobs[i].seq);
}

/* ---------------------------------------------------------------- move */

static lm_outcome no_memory(limn_error *err)
{
    limn_fail(err, MEMORY, "there is no memory to put the queue in another order");
    return LM_STORE_BUSY;
}

static lm_outcome renumber(lm_sqlite *s, row *r, limn_error *err)
{
    const int32_t first = put_in_order(r);

    if (first < 0)
        return no_memory(err);
    if (stands_so(r))
        return lm_sql_outcome(s, err);
    if (!(first + r->n_moving < r->n ? number_between(r, first) : number_last(s, r, first))) {
        limn_fail(err, INPUT, "there is no number between those of the jobs that it was to stand between");
        return LM_STORE_REFUSED;
    }
    write_numbers(s, r);
    lm_crash_at("jobs-moved");
    s->ledger.tally.changes++;
    return lm_sql_outcome(s, err);
}

lm_outcome lm_store_move(lm_store *store, const char *const *ids, int32_t n, const char *before, int64_t *moved,
                         limn_error *err)
{
    lm_sqlite *s = (lm_sqlite *)store;
    lm_index   x = { 0 };
    row        r = { 0 };
    lm_outcome outcome;

    *moved = 0;
    if (!index_ids(&x, ids, n) || !read_row(s, &r, &x, before)) {
        outcome = no_memory(err);
    } else if (s->rc != SQLITE_OK || (!r.n_moving && r.before >= 0)) {
        outcome = lm_sql_outcome(s, err);
    } else if (r.before < 0) {
        limn_fail(err, INPUT, "job %.100s does not wait, so nothing can stand in front of it", before);
        outcome = LM_STORE_NOTHING;
    } else {
        *moved = r.n_moving;
        outcome = renumber(s, &r, err);
    }
    lm_index_done(&x);
    lm_free(r.jobs);
    return outcome;
}

/* ---------------------------------------------------------------- pause */

lm_outcome lm_store_pause(lm_store *store, bool paused, limn_error *err)
{
    lm_sqlite *s = (lm_sqlite *)store;

    s->ledger.tally.changes += s->ledger.tally.paused != paused;
    s->ledger.tally.paused = paused;
    lm_crash_at("queue-paused");
    return lm_sql_outcome(s, err);
}
