/* work_open.c: a file that somebody dropped on the canvas: what it carries; and what is made of a workflow, to be shared. */
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

static bool make(const lm_work *with, const lm_wire *m, lm_text *out, limn_error *err)
{
    if (!with->make)
        return limn_fail(err, INPUT, "this worker makes nothing");
    if (!with->make(with->open_self, m->texts[1].at, m->texts[0].at, m->texts[0].size, out, err))
        return false;
    if (out->size > LM_WORK_TOLD_MAX)
        return limn_fail(err, FILE, "it has %zu MB, and %d at most can be sent: limn pack makes larger ones", out->size >> 20,
                         LM_WORK_TOLD_MAX >> 20);
    return true;
}

/* Takes `out`. */
static void answer(lm_working *w, const lm_wire *m, bool well, lm_text *out, const limn_error *err)
{
    lm_wire told = { .type = LM_WIRE_CHECKED, .job = m->job, .numbers = { LM_CHECKED_RUNS } };

    if (!well) {
        refuse(out, err);
        told.numbers[0] = err->code == LIMN_MEMORY ? LM_CHECKED_STARVED : LM_CHECKED_NO_WORKFLOW;
    }
    told.texts[0] = (lm_wire_text){ out->at, out->size };
    lm_work_send_checked(w, &told);
    lm_text_done(out);
}

void lm_work_open(lm_working *w, const lm_wire *m)
{
    lm_text    json = { 0 };
    limn_error err = { 0 };
    const bool well = tell(w->with, &m->texts[0], &json, &err);

    answer(w, m, well, &json, &err);
}

void lm_work_make(lm_working *w, const lm_wire *m)
{
    lm_text    out = { 0 };
    limn_error err = { 0 };
    const bool well = make(w->with, m, &out, &err);

    answer(w, m, well, &out, &err);
}
