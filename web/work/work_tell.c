/* work_tell.c: what happens in a run, as frames; and what of it the end is told with. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "web/work/work_check.h"
#include "web/work/work_parts.h"

static lm_wire frame_of(const lm_told *t, lm_wire_type type)
{
    return (lm_wire){ .type = type, .job = t->job, .epoch = t->epoch };
}

static lm_wire event_frame(const lm_told *t, lm_wire_type type, const lm_event *e, const char *more)
{
    lm_wire m = frame_of(t, type);

    m.texts[LM_WHO_NODE] = lm_wire_say(e->node);
    m.texts[LM_WHO_CLASS] = lm_wire_say(e->node_class);
    m.texts[LM_WHO_DISPLAY] = lm_wire_say(e->display);
    m.texts[LM_WHO_REAL] = lm_wire_say(e->real);
    m.texts[LM_WHO_PARENT] = lm_wire_say(e->parent);
    m.texts[LM_WHO_MORE] = lm_wire_say(more);
    return m;
}

void lm_told_add(lm_text *list, const char *text)
{
    if (list->size > LM_WORK_LIST_MAX)
        return;
    lm_text_puts(list, list->size ? ", " : "");
    lm_work_quote(list, text);
}

/* ------------------------------------------------------------------ the beginning */

static void send_kept(lm_told *t, const lm_text *ids)
{
    lm_wire m = frame_of(t, LM_WIRE_KEPT);
    lm_text list = { 0 };

    lm_text_printf(&list, "[%s]", lm_text_str(ids));
    m.texts[0] = (lm_wire_text){ list.at, list.size };
    lm_work_send(t->w, &m);
    lm_text_done(&list);
}

/* Keeps a frame with copies of its texts. */
static void hold(lm_told *t, const lm_wire *m)
{
    lm_wire *mine;

    t->held = lm_grow(t->held, (size_t)(t->n_held + 1) * sizeof *t->held);
    mine = &t->held[t->n_held++];
    *mine = *m;
    for (int i = 0; i <= LM_WHO_MORE; i++)
        mine->texts[i].at = lm_copy_bytes(m->texts[i].at, m->texts[i].size);
}

void lm_told_begin(lm_told *t)
{
    lm_wire m = frame_of(t, LM_WIRE_STARTED);

    if (!t->starting)
        return;
    t->starting = false;
    m.numbers[0] = t->steps;
    m.numbers[1] = t->n_kept;
    lm_work_send(t->w, &m);
    send_kept(t, &t->kept);
    lm_text_done(&t->kept);
    for (int i = 0; i < t->n_held; i++)
        lm_work_send(t->w, &t->held[i]);
}

static void hear_start(lm_told *t, const lm_event *e)
{
    t->starting = true;
    t->steps = e->value;
    t->to_keep = e->total;
    if (!t->to_keep)
        lm_told_begin(t);
}

static void hear_cached(lm_told *t, const lm_event *e)
{
    lm_text one = { 0 };

    lm_free(t->last_kept);
    t->last_kept = lm_copy_text(e->node);
    lm_told_add(&t->there, e->node);
    if (t->starting) {
        lm_text_puts(&t->kept, t->n_kept ? ", " : "");
        lm_work_quote(&t->kept, e->node);
        if (++t->n_kept == t->to_keep)
            lm_told_begin(t);
        return;
    }
    lm_work_quote(&one, e->node);
    send_kept(t, &one);
    lm_text_done(&one);
}

/* ------------------------------------------------------------------ answers */

static void add_member(lm_text *out, const char *comma, const char *key, const char *text)
{
    lm_text_printf(out, "%s\"%s\": ", comma, key);
    if (text)
        lm_work_quote(out, text);
    else
        lm_text_puts(out, "null");
}

static void note_meta(lm_text *meta, const lm_event *e)
{
    lm_text_puts(meta, meta->size ? ", " : "");
    lm_work_quote(meta, e->node);
    lm_text_puts(meta, ": {");
    add_member(meta, "", "node_id", e->node);
    add_member(meta, ", ", "display_node", e->display);
    add_member(meta, ", ", "parent_node", e->parent);
    add_member(meta, ", ", "real_node_id", e->real);
    lm_text_puts(meta, "}");
}

/* The answer as it may be told: NULL when there is none, or too much of it. */
static const char *note_answer(lm_told *t, const lm_event *e)
{
    const size_t size = e->json ? strlen(e->json) : 0;

    if (size > LM_WORK_ANSWER_MAX || t->outputs.size + t->meta.size + size > LM_WORK_OUTPUTS_MAX) {
        if (!t->left_out)
            lm_log(LM_LOG_WARN, "node %.200s (%s): its answer of %zu bytes is left out (said once a job)", e->node,
                   e->node_class, size);
        t->left_out = true;
        return NULL;
    }
    if (!e->json)
        return NULL;
    lm_text_puts(&t->outputs, t->outputs.size ? ", " : "");
    lm_work_quote(&t->outputs, e->node);
    lm_text_printf(&t->outputs, ": %s", e->json);
    note_meta(&t->meta, e);
    return e->json;
}

static void hear_executed(lm_told *t, const lm_event *e)
{
    const lm_wire m = event_frame(t, LM_WIRE_EXECUTED, e, note_answer(t, e));
    const bool    kept = t->last_kept && !strcmp(t->last_kept, e->node);

    lm_preview_forget(t->w->preview, e->node);
    if (!kept) {
        lm_told_add(&t->executed, e->node);
        lm_told_add(&t->there, e->node);
    }
    if (t->starting)
        hold(t, &m);
    else
        lm_work_send(t->w, &m);
}

/* ------------------------------------------------------------------ hearing */

static void send_event(lm_told *t, lm_wire_type type, const lm_event *e, const char *more)
{
    lm_wire m = event_frame(t, type, e, more);

    m.numbers[0] = e->value > 0 ? e->value : 0;
    m.numbers[1] = e->total > 0 ? e->total : 0;
    lm_told_begin(t);
    lm_work_send(t->w, &m);
}

static void send_picture(lm_told *t, const lm_event *e)
{
    lm_wire m = event_frame(t, LM_WIRE_PICTURE, e, NULL);

    m.texts[LM_WHO_MORE] = (lm_wire_text){ e->picture, e->n_picture };
    lm_told_begin(t);
    lm_work_send(t->w, &m);
}

static void hear(void *self, const lm_event *e)
{
    lm_told *t = self;

    lm_work_send_stats(t->w);
    switch (e->kind) {
    case LM_EV_START: hear_start(t, e); break;
    case LM_EV_CACHED: hear_cached(t, e); break;
    case LM_EV_RUNNING: send_event(t, LM_WIRE_RUNNING, e, NULL); break;
    case LM_EV_PROGRESS: send_event(t, LM_WIRE_PROGRESS, e, NULL); break;
    case LM_EV_BLOCKED: send_event(t, LM_WIRE_BLOCKED, e, e->error ? e->error->text : NULL); break;
    case LM_EV_PREVIEW: lm_preview_show(t->w->preview, e); break;
    case LM_EV_PICTURE: send_picture(t, e); break;
    case LM_EV_EXECUTED: hear_executed(t, e); break;
    case LM_EV_FAILED:
    case LM_EV_INTERRUPTED:
        if (!t->node && e->node)
            t->node = lm_copy_text(e->real ? e->real : e->node);
        break;
    case LM_EV_DONE: break;
    }
}

lm_listener lm_told_listener(lm_told *t)
{
    return (lm_listener){ hear, t };
}

void lm_told_done(lm_told *t)
{
    for (int i = 0; i < t->n_held; i++)
        for (int k = 0; k <= LM_WHO_MORE; k++)
            lm_free((void *)t->held[i].texts[k].at);
    lm_free(t->held);
    lm_free(t->last_kept);
    lm_free(t->node);
    lm_text_done(&t->kept);
    lm_text_done(&t->executed);
    lm_text_done(&t->there);
    lm_text_done(&t->outputs);
    lm_text_done(&t->meta);
}
