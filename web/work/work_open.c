/* work_open.c: a file that somebody dropped on the canvas: what it carries. */
#include <string.h>

#include "web/work/work_check.h"
#include "web/work/work_parts.h"

static bool tell(const lm_work *with, const lm_wire_text *file, lm_text *json, limn_error *err)
{
    if (!with->open)
        return limn_fail(err, INPUT, "this worker opens no files");
    if (!with->open(with->open_self, file->at, file->size, json, err))
        return false;
    if (json->size > LM_WORK_TOLD_MAX)
        return limn_fail(err, FILE, "what the file carries is too large to be told");
    return true;
}

static void refuse(lm_text *json, const limn_error *err)
{
    json->size = 0;
    lm_text_puts(json, "{\"error\": ");
    lm_work_quote(json, err->text);
    lm_text_puts(json, "}");
}

void lm_work_open(lm_working *w, const lm_wire *m)
{
    lm_wire    answer = { .type = LM_WIRE_CHECKED, .job = m->job, .numbers = { LM_CHECKED_RUNS } };
    lm_text    json = { 0 };
    limn_error err = { 0 };

    if (!tell(w->with, &m->texts[0], &json, &err)) {
        refuse(&json, &err);
        answer.numbers[0] = err.code == LIMN_MEMORY ? LM_CHECKED_STARVED : LM_CHECKED_NO_WORKFLOW;
    }
    answer.texts[0] = (lm_wire_text){ json.at, json.size };
    lm_work_send(w, &answer);
    lm_text_done(&json);
}
