/* history.c: GET and POST /history: what has ended, as ComfyUI's clients know it. */
#include <stdio.h>
#include <string.h>

#include "web/server/ids.h"
#include "web/server/listing.h"
#include "web/server/reply.h"
#include "web/server/told.h"

/* ------------------------------------------------------------------ one entry */

static void add_damage(lm_sheet *out, const lm_job *j)
{
    lm_sheet_puts(out, "[[\"execution_error\", {\"prompt_id\": ");
    lm_sheet_quote(out, j->id);
    lm_sheet_printf(out, ", \"node_id\": \"\", \"node_type\": \"\", \"executed\": [], \"exception_message\": \"the disk "
                    "gave back other bytes than it was given: this entry cannot be shown whole\\n\", \"exception_type\": "
                    "\"limn.Damaged\", \"traceback\": [], \"current_inputs\": [], \"current_outputs\": [], \"timestamp\": "
                    "%lld}]]", (long long)j->ended_ms);
}

/* {"prompt": [number, id, …], "outputs": …, "status": …, "meta": …} */
static void add_entry(lm_sheet *out, const lm_job *j)
{
    const bool well = j->state == LM_JOB_SUCCESS && !j->damaged;

    lm_sheet_puts(out, "{\"prompt\": ");
    lm_sheet_tuple(out, j);
    lm_sheet_puts(out, ", \"outputs\": ");
    lm_sheet_blob(out, &j->outputs, "{}");
    lm_sheet_printf(out, ", \"status\": {\"status_str\": \"%s\", \"completed\": %s, \"messages\": ",
                    well ? "success" : "error", well ? "true" : "false");
    if (j->damaged)
        add_damage(out, j);
    else
        lm_sheet_blob(out, &j->messages, "[]");
    lm_sheet_puts(out, "}, \"meta\": ");
    lm_sheet_blob(out, &j->meta, "{}");
    lm_sheet_puts(out, "}");
}

static void add_member(lm_sheet *out, const lm_job *j)
{
    lm_sheet_quote(out, j->id);
    lm_sheet_puts(out, ": ");
    add_entry(out, j);
}

/* ------------------------------------------------------------------ all of them */

static void history_entry(lm_listing *l, lm_sheet *out, const lm_job *j)
{
    if (l->told)
        lm_sheet_puts(out, ", ");
    add_member(out, j);
}

static void history_tail(lm_listing *l, lm_sheet *out)
{
    (void)l;
    lm_sheet_puts(out, "}");
}

static const lm_listing_form history = { .head = "{", .entry = history_entry, .tail = history_tail };

/* As the reference counts: `max_items` below 0 is none at all, `offset` below 0 not given. */
static void list_history(lm_request *rq, void *self)
{
    lm_listing l = { .ask = { .list = LM_LIST_HISTORY, .texts = LM_TEXTS_ALL, .max = -1, .offset = -1 },
                     .form = &history };
    int64_t    max = INT64_MAX;

    if (!lm_told_number(rq, "max_items", &max) || !lm_told_number(rq, "offset", &l.ask.offset))
        return;
    if (max < INT64_MAX)
        l.ask.max = max < 0 ? 0 : max;
    if (l.ask.offset < 0)
        l.ask.offset = -1;
    snprintf(l.key, sizeof l.key, "history %lld %lld", (long long)l.ask.max, (long long)l.ask.offset);
    lm_listing_answer(self, rq, &l);
}

/* ------------------------------------------------------------------ one of them */

static void found(void *self, lm_answer *a)
{
    lm_request *rq = self;
    lm_sheet    sheet = { .rq = rq };

    if (a->outcome != LM_STORE_DONE && a->outcome != LM_STORE_NOTHING) {
        lm_reply_outcome(rq, (int)a->outcome, &a->error);
    } else {
        lm_sheet_puts(&sheet, "{");
        if (a->outcome == LM_STORE_DONE)
            add_member(&sheet, &a->job);
        lm_sheet_puts(&sheet, "}");
        lm_sheet_send(&sheet);
    }
    lm_request_unref(rq);
}

static void find_entry(lm_request *rq, void *self)
{
    const lm_server *s = self;
    const unsigned   ended = ((1u << LM_JOB_STATES) - 1) & ~(1u << LM_JOB_PENDING | 1u << LM_JOB_RUNNING);
    const char      *id = lm_request_arg(rq, 0);
    limn_error       err = { 0 };

    if (strlen(id) > LM_STORE_NAME_MAX) { /* nothing is called so */
        lm_reply_json_text(rq, 200, "{}");
        return;
    }
    lm_request_ref(rq);
    if (lm_queue_find(s->queue, id, ended, LM_TEXTS_ALL, found, rq, &err))
        return;
    lm_reply_outcome(rq, LM_STORE_BUSY, &err);
    lm_request_unref(rq);
}

/* ------------------------------------------------------------------ forgetting */

static bool forget(lm_ids *ids, const char *id, limn_error *err)
{
    return lm_queue_forget(ids->server->queue, id, lm_ids_answered, ids, err);
}

static void change_history(lm_request *rq, void *self)
{
    static const lm_ids_form form = { .list = "delete", .clears = true, .ask = forget, .answer = lm_ids_reply_empty };

    lm_ids_read(self, rq, &form);
}

static const lm_route history_routes[] = {
    { .methods = LM_GET, .pattern = "/history", .handle = list_history, .flags = LM_ROUTE_API },
    { .methods = LM_POST, .pattern = "/history", .handle = change_history, .flags = LM_ROUTE_API, .body_limit = 1 << 20 },
    { .methods = LM_GET, .pattern = "/history/{id}", .handle = find_entry, .flags = LM_ROUTE_API },
    { 0 },
};

const lm_part lm_history_part = { .name = "history", .routes = history_routes };
