/* reply.c: answers as ComfyUI's clients know them. */
#include "web/server/reply.h"

#include <string.h>

#include "web/queue/store.h"
#include "web/work/work_check.h"

static const char json_type[] = "application/json; charset=utf-8";

void lm_reply_json(lm_request *rq, int status, lm_text *t)
{
    const size_t size = t->size;

    if (t->failed) {
        lm_text_done(t);
        lm_reply_header(rq, "Retry-After", "5");
        lm_reply_fault(rq, 503, "busy", "there is not enough memory for the answer", "");
        return;
    }
    lm_reply_take(rq, status, json_type, lm_text_take(t), size);
}

void lm_reply_json_text(lm_request *rq, int status, const char *json)
{
    const lm_reply_bytes bytes = { .at = json, .n = strlen(json) };

    lm_reply_lend(rq, status, json_type, &bytes);
}

void lm_reply_fault(lm_request *rq, int status, const char *type, const char *message, const char *details)
{
    lm_text t = { 0 };

    lm_text_puts(&t, "{\"error\": {\"type\": ");
    lm_work_quote(&t, type);
    lm_text_puts(&t, ", \"message\": ");
    lm_work_quote(&t, message);
    lm_text_puts(&t, ", \"details\": ");
    lm_work_quote(&t, details);
    lm_text_puts(&t, ", \"extra_info\": {}}, \"node_errors\": {}}");
    lm_reply_json(rq, status, &t);
}

void lm_reply_error(lm_request *rq, int status, const char *sentence)
{
    lm_text t = { 0 };

    lm_text_puts(&t, "{\"error\": ");
    lm_work_quote(&t, sentence);
    lm_text_puts(&t, "}");
    lm_reply_json(rq, status, &t);
}

void lm_reply_outcome(lm_request *rq, int outcome, const limn_error *err)
{
    static const struct {
        lm_outcome  outcome;
        int         status;
        const char *type;
    } rows[] = {
        { LM_STORE_NOTHING, 404, "not_found" },     { LM_STORE_REFUSED, 400, "refused" },
        { LM_STORE_BUSY, 503, "busy" },             { LM_STORE_CROWDED, 429, "queue_full" },
        { LM_STORE_FULL, 507, "disk_full" },        { LM_STORE_BROKEN, 503, "store_broken" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if ((int)rows[i].outcome == outcome) {
            if (rows[i].status == 503 || rows[i].status == 429)
                lm_reply_header(rq, "Retry-After", "5");
            lm_reply_fault(rq, rows[i].status, rows[i].type, err->text, "");
            return;
        }
    lm_reply_fault(rq, 500, "bug", err->text, "");
}
