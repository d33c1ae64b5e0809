/* store_change.c: a job's way from nothing to a worker and back: add, lease, release, drop, stop. */
#include "web/queue/store_sqlite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/crash.h"

/* ---------------------------------------------------------------- add */

static lm_outcome refuse(limn_error *err, const char *what, size_t size, size_t most)
{
    limn_fail(err, INPUT, "%s has %zu bytes; the most that is kept is %zu", what, size, most);
    return LM_STORE_REFUSED;
}

static lm_outcome words_fit(const lm_submission *in, limn_error *err)
{
    const struct { const char *what, *text; } words[] = {
        { "prompt_id", in->id }, { "client_id", in->client }, { "the workflow's id", in->workflow }
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].text && strlen(words[i].text) > LM_STORE_NAME_MAX)
            return refuse(err, words[i].what, strlen(words[i].text), LM_STORE_NAME_MAX);
    return LM_STORE_DONE;
}

static lm_outcome fits(const lm_submission *in, limn_error *err)
{
    const struct { const char *what; const lm_blob *text; } texts[] = {
        { "prompt", &in->prompt }, { "extra_data", &in->extra }, { "the list of outputs", &in->targets }
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].text->size > LM_STORE_TEXT_MAX)
            return refuse(err, texts[i].what, texts[i].text->size, LM_STORE_TEXT_MAX);
    if (in->numbered && !isfinite(in->number)) {
        limn_fail(err, INPUT, "number is not a finite number");
        return LM_STORE_REFUSED;
    }
    return words_fit(in, err);
}

/* A random UUID.  Source: RFC 9562, version 4. */
static bool new_id(char out[37])
{
    uint8_t b[16];

    if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b)
        return false;
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    for (int i = 0, w = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[w++] = '-';
        w += snprintf(out + w, 3, "%02x", b[i]);
    }
    return true;
}

/* The counter moves only when it is used.  Source: ComfyUI's post_prompt. */
static double number_for(lm_ledger *l, const lm_submission *in)
{
    if (in->numbered)
        return in->number + 0.0;
    return in->front ? 0.0 - (double)l->counter++ : (double)l->counter++;
}

lm_outcome lm_store_add(lm_store *store, const lm_submission *in, lm_job *out, limn_error *err)
{
    lm_sqlite *s = (lm_sqlite *)store;
    lm_ledger *l = &s->ledger;
    lm_outcome outcome = fits(in, err);
    char       made[37];

    *out = (lm_job){ 0 };
    if (outcome != LM_STORE_DONE)
        return outcome;
    out->id = lm_try_alloc(LM_STORE_NAME_MAX + 1);
    if (!out->id || ((!in->id || !*in->id) && !new_id(made))) {
        lm_job_done(out);
        limn_fail(err, MEMORY, "there is no memory for another job");
        return LM_STORE_BUSY;
    }
    strcpy(out->id, in->id && *in->id ? in->id : made);
    out->seq = ++l->seq;
    out->number = number_for(l, in);
    out->created_ms = in->created_ms;
    lm_sql_run(s, LM_SQL_ADD_ASKED, "izzz", out->seq, &in->prompt, &in->extra, &in->targets);
    lm_crash_at("job-asked");
    lm_sql_run(s, LM_SQL_ADD_JOB, "itttdiii", out->seq, out->id, in->client, in->workflow, out->number,
               in->created_ms, s->stored, in->owner);
    l->tally.pending++;
    l->tally.changes++;
    outcome = lm_sql_outcome(s, err);
    if (outcome != LM_STORE_DONE)
        lm_job_done(out);
    return outcome;
}

lm_outcome lm_store_wait_for(lm_store *store, int64_t owner, int64_t most, int64_t *out, limn_error *err)
{
    lm_sqlite    *s = (lm_sqlite *)store;
    sqlite3_stmt *row = lm_sql_row(s, LM_SQL_WAIT_FOR, "ii", owner, most);

    *out = row ? sqlite3_column_int64(row, 0) : 0;
    return lm_sql_outcome(s, err);
}

/* ---------------------------------------------------------------- lease, release */

static lm_outcome no_memory(limn_error *err)
{
    limn_fail(err, MEMORY, "there is no memory for the job's texts");
    return LM_STORE_BUSY;
}

static lm_outcome read_job(lm_sqlite *s, int64_t seq, lm_job *out, limn_error *err)
{
    sqlite3_stmt *row = lm_sql_row(s, LM_SQL_ONE, "i", seq);

    *out = (lm_job){ 0 };
    if (row && !lm_job_read(row, LM_TEXTS_ALL, out))
        return no_memory(err);
    return lm_sql_outcome(s, err);
}

lm_outcome lm_store_lease(lm_store *store, const char *worker, int64_t now_ms, lm_job *out, limn_error *err)
{
    lm_sqlite    *s = (lm_sqlite *)store;
    lm_ledger    *l = &s->ledger;
    lm_outcome    outcome;
    sqlite3_stmt *row;
    int64_t       seq;

    *out = (lm_job){ 0 };
    while (!l->tally.paused && (row = lm_sql_row(s, LM_SQL_NEXT_PENDING, ""))) {
        seq = sqlite3_column_int64(row, 0);
        lm_sql_run(s, LM_SQL_LEASE, "tiii", worker, ++l->epoch, now_ms, seq);
        lm_crash_at("job-leased");
        l->tally.pending--;
        l->tally.running++;
        l->tally.changes++;
        outcome = read_job(s, seq, out, err);
        if (outcome != LM_STORE_DONE || !out->damaged)
            return outcome;
        lm_store_give_up(s, seq, out->id, now_ms, "the disk gave back other bytes than this workflow's");
        lm_job_done(out);
    }
    outcome = lm_sql_outcome(s, err);
    return outcome == LM_STORE_DONE ? LM_STORE_NOTHING : outcome;
}

lm_outcome lm_store_holds(lm_sqlite *s, int64_t seq, int64_t epoch, const char **id, limn_error *err)
{
    sqlite3_stmt *row = lm_sql_row(s, LM_SQL_STANDING, "i", seq);

    if (row && sqlite3_column_int64(row, 0) == LM_JOB_RUNNING && sqlite3_column_int64(row, 1) == epoch &&
        (*id = lm_sql_text(s, row, 2)))
        return LM_STORE_DONE;
    if (s->rc != SQLITE_OK)
        return lm_sql_outcome(s, err);
    limn_fail(err, INPUT, "job %lld is no longer held under epoch %lld; what its worker says about it is not recorded",
              (long long)seq, (long long)epoch);
    return LM_STORE_NOTHING;
}

static void back_to_pending(lm_sqlite *s, int64_t seq, int64_t forgiven)
{
    lm_sql_run(s, LM_SQL_RELEASE, "ii", forgiven, seq);
    s->ledger.tally.running--;
    s->ledger.tally.pending++;
    s->ledger.tally.changes++;
}

/* What its owner was told to be stopped does not run again. */
static void end_stopped(lm_sqlite *s, int64_t seq, const char *lent, int64_t now_ms)
{
    char *id = lent ? lm_copy_text(lent) : NULL;

    if (id)
        lm_store_interrupt(s, seq, id, now_ms);
    lm_free(id);
}

lm_outcome lm_store_release(lm_store *store, int64_t seq, int64_t epoch, limn_error *err)
{
    lm_sqlite       *s = (lm_sqlite *)store;
    const char      *id;
    const lm_outcome held = lm_store_holds(s, seq, epoch, &id, err);

    if (held != LM_STORE_DONE)
        return held;
    if (sqlite3_column_int64(s->statements[LM_SQL_STANDING], 4))
        end_stopped(s, seq, id, lm_clock_ms());
    else
        back_to_pending(s, seq, 1);
    lm_crash_at("job-released");
    return lm_sql_outcome(s, err);
}

/* Nobody holds what the last server's workers held: they ended with it. */
void lm_store_recover(lm_sqlite *s, int64_t now_ms)
{
    sqlite3_stmt *row;
    int64_t       seq = 0;
    const char   *lent;
    char         *id;
    bool          stopped;

    while ((row = lm_sql_row(s, LM_SQL_LEFT_RUNNING, "i", seq))) {
        seq = sqlite3_column_int64(row, 0);
        stopped = sqlite3_column_int64(row, 3);
        lm_crash_at("job-recovering");
        if (!stopped && sqlite3_column_int64(row, 1) < LM_STORE_RUNS_MAX) {
            back_to_pending(s, seq, 0);
            continue;
        }
        if (!(lent = lm_sql_text(s, row, 2)))
            return;
        if (stopped) {
            end_stopped(s, seq, lent, now_ms);
            continue;
        }
        id = lm_copy_text(lent);
        lm_store_give_up(s, seq, id, now_ms, "limn ended while this job ran, three times; it is not started again");
        lm_free(id);
    }
}

/* ---------------------------------------------------------------- drop */

static void drop_all(lm_sqlite *s, lm_dropped *out)
{
    lm_sql_run(s, LM_SQL_DROP_PENDING_ASKED, "");
    lm_sql_run(s, LM_SQL_DROP_PENDING, "");
    out->removed = s->ledger.tally.pending;
}

/* The running one of this id; `epoch` 0: whichever it is. */
static void find_running(lm_sqlite *s, const char *id, int64_t epoch, lm_dropped *out)
{
    sqlite3_stmt *row = lm_sql_row(s, LM_SQL_RUNNING_OF, "ti", id, epoch);
    const char   *worker;

    if (!row)
        return;
    out->seq = sqlite3_column_int64(row, 0);
    out->epoch = sqlite3_column_int64(row, 1);
    if ((worker = lm_sql_text(s, row, 2)))
        snprintf(out->worker, sizeof out->worker, "%s", worker);
}

static void drop_one(lm_sqlite *s, const char *id, lm_dropped *out)
{
    sqlite3_stmt *row;

    while ((row = lm_sql_row(s, LM_SQL_PENDING_OF, "t", id))) {
        lm_store_remove(s, sqlite3_column_int64(row, 0));
        out->removed++;
    }
    find_running(s, id, 0, out);
}

lm_outcome lm_store_drop(lm_store *store, const char *id, lm_dropped *out, limn_error *err)
{
    lm_sqlite *s = (lm_sqlite *)store;

    *out = (lm_dropped){ 0 };
    if (id)
        drop_one(s, id, out);
    else
        drop_all(s, out);
    lm_crash_at("job-dropped");
    s->ledger.tally.pending -= out->removed;
    s->ledger.tally.changes += out->removed > 0;
    return lm_sql_outcome(s, err);
}

/* ---------------------------------------------------------------- stop */

lm_outcome lm_store_stop(lm_store *store, const char *id, int64_t epoch, lm_dropped *out, limn_error *err)
{
    lm_sqlite *s = (lm_sqlite *)store;
    lm_outcome outcome;

    *out = (lm_dropped){ 0 };
    find_running(s, id, epoch, out);
    if (out->seq)
        lm_sql_run(s, LM_SQL_STOP, "i", out->seq);
    lm_crash_at("job-stopping");
    outcome = lm_sql_outcome(s, err);
    return outcome == LM_STORE_DONE && !out->seq ? LM_STORE_NOTHING : outcome;
}
