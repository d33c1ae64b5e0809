/* jobs.c: GET /api/jobs, one job, and cancelling: what newer front ends show as their queue and history. */
#include <stdio.h>
#include <string.h>

#include "core/graph/json.h"
#include "web/server/ids.h"
#include "web/server/jobs.h"
#include "web/server/listing.h"
#include "web/server/members.h"
#include "web/server/reply.h"
#include "web/server/runner.h"
#include "web/server/told.h"

enum { READ_ON_THE_LOOP = 256 << 10 };

static const struct {
    const char *name;
    unsigned    states;
} statuses[] = {
    { "pending", 1u << LM_JOB_PENDING },
    { "in_progress", 1u << LM_JOB_RUNNING },
    { "completed", 1u << LM_JOB_SUCCESS },
    { "failed", 1u << LM_JOB_ERROR | 1u << LM_JOB_FAILED },
    { "cancelled", 1u << LM_JOB_INTERRUPTED },
};
enum { N_STATUSES = sizeof statuses / sizeof *statuses };

static const char *status_of(const lm_job *j)
{
    for (int i = 0; i < N_STATUSES; i++)
        if (statuses[i].states >> j->state & 1)
            return j->damaged && j->state == LM_JOB_SUCCESS ? "failed" : statuses[i].name;
    return "failed";
}

/* ------------------------------------------------------------------ one job */

/* The data of execution_error among messages; { NULL, 0 } without. */
static lm_text error_of(const lm_blob *messages)
{
    lm_json *d = messages->size ? lm_json_read(messages->at, messages->size, NULL) : NULL;
    lm_text  out = { 0 };

    for (lm_json_ref m = d ? lm_json_first(d, lm_json_root(d)) : 0; m; m = lm_json_next(d, m)) {
        const char *type = lm_json_c_string(d, lm_json_at(d, m, 0));

        if (type && !strcmp(type, "execution_error") && !out.size)
            lm_json_write(d, lm_json_at(d, m, 1), LM_JSON_COMPACT, &out);
    }
    lm_json_free(d);
    return out;
}

/* What the runner would have recorded; of long texts only that they are there. */
static void make_summary(lm_text *out, const lm_job *j)
{
    const bool fits = j->outputs.size + j->messages.size <= READ_ON_THE_LOOP;
    lm_text    error = { 0 };

    if (fits && (j->state == LM_JOB_ERROR || j->state == LM_JOB_FAILED))
        error = error_of(&j->messages);
    lm_summary_write(out, j->started_ms, j->ended_ms, j->outputs.at, fits ? j->outputs.size : 0, error.at, error.size, NULL);
    lm_text_done(&error);
}

/* The members of its summary; one that ended without has them made from its texts. */
static void add_summary(lm_sheet *out, const lm_job *j)
{
    lm_text  made = { 0 };
    lm_slice members = { j->summary.at, j->summary.size };

    if (j->state < LM_JOB_SUCCESS) {
        if (j->started_ms)
            lm_sheet_printf(out, ", \"execution_start_time\": %lld", (long long)j->started_ms);
        members = lm_slice_of("{\"outputs_count\": 0, \"previewable_outputs_count\": 0}");
    } else if (members.n <= 2) {
        make_summary(&made, j);
        members = (lm_slice){ made.at, made.size };
    }
    members = lm_members_inside(members);
    if (members.n) {
        lm_sheet_puts(out, ", ");
        lm_sheet_add(out, members.at, members.n);
    }
    lm_text_done(&made);
}

/* Without its last bracket. Clients throw a whole list away for one job without id, status or create_time. */
static void add_job(lm_sheet *out, const lm_job *j)
{
    lm_sheet_puts(out, "{\"id\": ");
    lm_sheet_quote(out, j->id);
    lm_sheet_printf(out, ", \"status\": \"%s\", \"priority\": ", status_of(j));
    lm_sheet_number(out, j->number);
    lm_sheet_printf(out, ", \"seq\": %lld, \"create_time\": %lld", (long long)j->seq, (long long)j->created_ms);
    add_summary(out, j);
    if (*j->workflow) {
        lm_sheet_puts(out, ", \"workflow_id\": ");
        lm_sheet_quote(out, j->workflow);
    }
}

/* ------------------------------------------------------------------ all of them */

static void jobs_entry(lm_listing *l, lm_sheet *out, const lm_job *j)
{
    if (l->told)
        lm_sheet_puts(out, ", ");
    add_job(out, j);
    lm_sheet_puts(out, "}");
}

/* Clients want a number for `limit` even where they gave none. */
static void jobs_tail(lm_listing *l, lm_sheet *out)
{
    const long long offset = l->ask.offset, total = l->total, limit = l->ask.max >= 0 ? l->ask.max : total;

    lm_sheet_printf(out, "], \"pagination\": {\"offset\": %lld, \"limit\": %lld, \"total\": %lld, \"has_more\": %s}}",
                    offset, limit, total, offset + (long long)l->told < total ? "true" : "false");
}

static const lm_listing_form jobs = {
    .head = "{\"jobs\": [", .entry = jobs_entry, .tail = jobs_tail, .wants_summaries = true,
};

static bool refuse(lm_request *rq, const char *sentence)
{
    lm_reply_error(rq, 400, sentence);
    return false;
}

static bool read_statuses(lm_request *rq, lm_ask *ask)
{
    lm_slice list = lm_slice_of(lm_request_query(rq, "status")), item;

    while (lm_slice_next(&list, ',', &item)) {
        unsigned states = 0;

        for (int i = 0; i < N_STATUSES; i++)
            if (lm_slice_is(item, statuses[i].name))
                states = statuses[i].states;
        if (!states && item.n)
            return refuse(rq, "status: only pending, in_progress, completed, failed and cancelled are known");
        ask->states |= states;
    }
    return true;
}

/* One of two words. */
static bool read_word(lm_request *rq, const char *name, const char *no, const char *yes, bool *out)
{
    const char *word = lm_request_query(rq, name);
    char        line[120];

    *out = word && !strcmp(word, yes);
    if (!word || *out || !strcmp(word, no))
        return true;
    snprintf(line, sizeof line, "%s: only %s and %s are known", name, no, yes);
    return refuse(rq, line);
}

static bool read_page(lm_request *rq, lm_ask *ask)
{
    int64_t limit = -1;

    if (!lm_told_number(rq, "limit", &limit) || !lm_told_number(rq, "offset", &ask->offset))
        return false;
    if (lm_request_query(rq, "limit") && limit <= 0)
        return refuse(rq, "limit: it must be above 0");
    ask->max = limit;
    ask->offset = ask->offset < 0 ? 0 : ask->offset;
    return true;
}

static void list_jobs(lm_request *rq, void *self)
{
    lm_listing  l = { .ask = { .list = LM_LIST_JOBS, .max = -1 }, .form = &jobs };
    const char *workflow = lm_request_query(rq, "workflow_id");

    if (!read_statuses(rq, &l.ask) || !read_page(rq, &l.ask) ||
        !read_word(rq, "sort_by", "created_at", "execution_duration", &l.ask.by_duration) ||
        !read_word(rq, "sort_order", "desc", "asc", &l.ask.ascending))
        return;
    if (workflow && strlen(workflow) > LM_STORE_NAME_MAX) {
        refuse(rq, "workflow_id: it is longer than any");
        return;
    }
    l.ask.workflow = workflow && *workflow ? workflow : NULL;
    snprintf(l.key, sizeof l.key, "jobs %u %lld %lld %d %d %s", l.ask.states, (long long)l.ask.max,
             (long long)l.ask.offset, l.ask.by_duration, l.ask.ascending, workflow ? workflow : "");
    lm_listing_answer(self, rq, &l);
}

/* ------------------------------------------------------------------ one of them */

static void add_whole(lm_sheet *out, const lm_job *j)
{
    const bool well = j->state == LM_JOB_SUCCESS && !j->damaged;

    add_job(out, j);
    lm_sheet_puts(out, ", \"outputs\": ");
    lm_sheet_blob(out, &j->outputs, "{}");
    if (j->state >= LM_JOB_SUCCESS) {
        lm_sheet_printf(out, ", \"execution_status\": {\"status_str\": \"%s\", \"completed\": %s, \"messages\": ",
                        well ? "success" : "error", well ? "true" : "false");
        lm_sheet_blob(out, &j->messages, "[]");
        lm_sheet_puts(out, "}");
    }
    lm_sheet_puts(out, ", \"workflow\": {\"prompt\": ");
    lm_sheet_blob(out, &j->prompt, "{}");
    lm_sheet_puts(out, ", \"extra_data\": ");
    lm_sheet_blob(out, &j->extra, "{}");
    lm_sheet_puts(out, "}}");
}

static void found(void *self, lm_answer *a)
{
    lm_request *rq = self;
    lm_sheet    sheet = { .rq = rq };

    if (a->outcome == LM_STORE_DONE) {
        add_whole(&sheet, &a->job);
        lm_sheet_send(&sheet);
    } else if (a->outcome == LM_STORE_NOTHING) {
        lm_reply_error(rq, 404, "Job not found");
    } else {
        lm_reply_outcome(rq, (int)a->outcome, &a->error);
    }
    lm_request_unref(rq);
}

static void find_job(lm_request *rq, void *self)
{
    const lm_server *s = self;
    const char      *id = lm_request_arg(rq, 0);
    limn_error       err = { 0 };

    if (strlen(id) > LM_STORE_NAME_MAX) {
        lm_reply_error(rq, 404, "Job not found");
        return;
    }
    lm_request_ref(rq);
    if (lm_queue_find(s->queue, id, 0, LM_TEXTS_ALL, found, rq, &err))
        return;
    lm_reply_outcome(rq, LM_STORE_BUSY, &err);
    lm_request_unref(rq);
}

static const lm_route jobs_routes[] = {
    { .methods = LM_GET, .pattern = "/api/jobs", .handle = list_jobs },
    { .methods = LM_POST, .pattern = "/api/jobs/cancel", .handle = lm_jobs_cancel_many, .body_limit = 1 << 20 },
    { .methods = LM_GET, .pattern = "/api/jobs/{id}", .handle = find_job },
    { .methods = LM_POST, .pattern = "/api/jobs/{id}/cancel", .handle = lm_jobs_cancel_one, .body_limit = 64 << 10 },
    { 0 },
};

const lm_part lm_jobs_part = { .name = "jobs", .routes = jobs_routes };
