/* store_end.c: how jobs end, once, and how they leave the history. */
#include "web/queue/store_sqlite.h"

#include <string.h>

#include "core/base/crash.h"
#include "core/base/text.h"
#include "core/graph/json.h"

void lm_store_remove(lm_sqlite *s, int64_t seq)
{
    lm_sql_run(s, LM_SQL_REMOVE_ASKED, "i", seq);
    lm_sql_run(s, LM_SQL_REMOVE_TOLD, "i", seq);
    lm_sql_run(s, LM_SQL_REMOVE_JOB, "i", seq);
}

/* The history's entry of this id; the history has one at most. */
static int64_t remove_ended(lm_sqlite *s, const char *id)
{
    lm_tally     *tally = &s->ledger.tally;
    sqlite3_stmt *row = lm_sql_row(s, LM_SQL_ENDED_OF, "ti", id, s->ledger.floor);

    if (!row)
        return 0;
    tally->history--;
    tally->history_bytes -= sqlite3_column_int64(row, 1);
    lm_ledger_count(&s->ledger, sqlite3_column_int(row, 2), -1);
    lm_store_remove(s, sqlite3_column_int64(row, 0));
    return 1;
}

/* `id` lives at least until the row is written. */
static void record(lm_sqlite *s, int64_t seq, const char *id, const lm_result *r)
{
    lm_ledger    *l = &s->ledger;
    sqlite3_stmt *row;
    int64_t       told;

    remove_ended(s, id);
    lm_crash_at("job-ending");
    lm_sql_run(s, LM_SQL_ADD_TOLD, "izzzz", seq, &r->messages, &r->outputs, &r->meta, &r->summary);
    told = s->stored;
    lm_crash_at("job-told");
    lm_sql_run(s, LM_SQL_FINISH, "iiiii", (int64_t)r->state, ++l->ended, r->ended_ms, told, seq);
    if (!(row = lm_sql_row(s, LM_SQL_STANDING, "i", seq)))
        return;
    l->tally.history_bytes += sqlite3_column_int64(row, 3);
    l->tally.running--;
    l->tally.history++;
    lm_ledger_count(l, r->state, 1);
    l->tally.changes++;
}

static lm_outcome result_fits(const lm_result *r, limn_error *err)
{
    const lm_blob *const texts[] = { &r->messages, &r->outputs, &r->meta };
    bool                 ok = r->summary.size <= LM_STORE_SUMMARY_MAX;

    for (int i = 0; i < 3; i++)
        ok = ok && texts[i]->size <= LM_STORE_TEXT_MAX;
    if (ok && r->state >= LM_JOB_SUCCESS && r->state < LM_JOB_STATES)
        return LM_STORE_DONE;
    limn_fail(err, INPUT, ok ? "a job cannot end in state %d" : "the job's result is too long to be kept (state %d)",
              (int)r->state);
    return LM_STORE_REFUSED;
}

lm_outcome lm_store_finish(lm_store *store, int64_t seq, int64_t epoch, const lm_result *r, limn_error *err)
{
    lm_sqlite  *s = (lm_sqlite *)store;
    lm_outcome  outcome = result_fits(r, err);
    const char *lent;
    lm_text     id = { 0 };

    if (outcome == LM_STORE_DONE)
        outcome = lm_store_holds(s, seq, epoch, &lent, err);
    if (outcome != LM_STORE_DONE)
        return outcome;
    lm_text_puts(&id, lent);
    record(s, seq, lm_text_str(&id), r);
    lm_text_done(&id);
    return lm_sql_outcome(s, err);
}

static lm_blob blob_of(const lm_text *t)
{
    return (lm_blob){ t->at, t->size };
}

/* Messages as ComfyUI's clients know them; `why` NULL: it was stopped.
 * Source: facts of execution_start, execution_error and execution_interrupted. */
static void words_for(lm_text *out, const char *id, int64_t now_ms, const char *why)
{
    lm_text quoted = { 0 };

    lm_json_write_string(id, strlen(id), LM_JSON_COMPACT, &quoted);
    lm_text_printf(out, "[[\"execution_start\",{\"prompt_id\":%s,\"timestamp\":%lld}],"
                   "[\"%s\",{\"prompt_id\":%s,\"node_id\":\"\",\"node_type\":\"\",\"executed\":[],",
                   lm_text_str(&quoted), (long long)now_ms, why ? "execution_error" : "execution_interrupted",
                   lm_text_str(&quoted));
    if (why)
        lm_text_printf(out, "\"exception_message\":\"%s\\n\",\"exception_type\":\"limn.GivenUp\",\"traceback\":[],"
                       "\"current_inputs\":{},\"current_outputs\":[],", why);
    lm_text_printf(out, "\"timestamp\":%lld}]]", (long long)now_ms);
    lm_text_done(&quoted);
}

static void end_here(lm_sqlite *s, int64_t seq, const char *id, lm_job_state state, int64_t now_ms, const char *why)
{
    lm_text   messages = { 0 };
    lm_blob   none = { "{}", 2 };
    lm_result r = { state, .outputs = none, .meta = none, .summary = none, .ended_ms = now_ms };

    words_for(&messages, id, now_ms, why);
    r.messages = blob_of(&messages);
    record(s, seq, id, &r);
    lm_text_done(&messages);
}

void lm_store_give_up(lm_sqlite *s, int64_t seq, const char *id, int64_t now_ms, const char *why)
{
    end_here(s, seq, id, LM_JOB_FAILED, now_ms, why);
}

void lm_store_interrupt(lm_sqlite *s, int64_t seq, const char *id, int64_t now_ms)
{
    end_here(s, seq, id, LM_JOB_INTERRUPTED, now_ms, NULL);
}

/* Everything at once is one number: rows below the floor have left, and are swept up later, a few at a time. */
static int64_t forget_all(lm_ledger *l)
{
    const int64_t n = l->tally.history;

    l->floor = l->ended;
    l->tally.history = l->tally.history_bytes = 0;
    memset(l->in, 0, sizeof l->in);
    return n;
}

lm_outcome lm_store_forget(lm_store *store, const char *id, int64_t *removed, limn_error *err)
{
    lm_sqlite *s = (lm_sqlite *)store;

    *removed = id ? remove_ended(s, id) : forget_all(&s->ledger);
    lm_crash_at("job-forgotten");
    s->ledger.tally.changes += *removed > 0;
    return lm_sql_outcome(s, err);
}
