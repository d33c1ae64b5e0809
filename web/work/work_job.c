/* work_job.c: one job, and one check, from their texts to their ends. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/crash.h"
#include "core/graph/executor.h"
#include "web/work/work_check.h"
#include "web/work/work_parts.h"
#include "web/work/work_workflow.h"

enum { PROMPT, EXTRA, TARGETS }; /* texts of JOB and CHECK */

/* A prompt on its way. */
typedef struct order {
    lm_workflow *workflow;
    lm_json     *targets;
    const char **ids;      /* NULL: all outputs */
    lm_check    *check;
} order;

/* ------------------------------------------------------------------ reading */

static void add_or(lm_text *out, const lm_wire_text *t, const char *otherwise)
{
    if (t->size)
        lm_text_add(out, t->at, t->size);
    else
        lm_text_puts(out, otherwise);
}

static bool ids_fit(const lm_workflow *w, limn_error *err)
{
    for (int i = 0; i < lm_workflow_count(w); i++)
        if (lm_workflow_at(w, i)->id_size > LM_WORK_ID_MAX)
            return limn_fail(err, INPUT, "a node's id has %zu bytes: at most %d are allowed",
                             lm_workflow_at(w, i)->id_size, LM_WORK_ID_MAX);
    return true;
}

/* `env` NULL: a canvas's file is refused. */
static bool read_workflow(order *o, const lm_wire *m, const lm_canvas_env *env, limn_error *err)
{
    lm_text whole = { 0 };

    if (m->texts[PROMPT].size + m->texts[EXTRA].size > LM_JSON_MAX_BYTES)
        return limn_fail(err, INPUT, "the prompt and what comes with it have %zu bytes: at most %d are allowed",
                         m->texts[PROMPT].size + m->texts[EXTRA].size, LM_JSON_MAX_BYTES);
    lm_text_puts(&whole, "{\"prompt\": ");
    add_or(&whole, &m->texts[PROMPT], "null");
    lm_text_puts(&whole, ", \"extra_data\": ");
    add_or(&whole, &m->texts[EXTRA], "{}");
    lm_text_puts(&whole, "}");
    o->workflow = lm_workflow_open(whole.at, whole.size, env, err);
    lm_text_done(&whole);
    return o->workflow && ids_fit(o->workflow, err);
}

static bool read_targets(order *o, const lm_wire *m, limn_error *err)
{
    const lm_wire_text *t = &m->texts[TARGETS];
    lm_json_ref         root;
    int                 n = 0;

    if (!t->size)
        return true;
    o->targets = lm_json_read(t->at, t->size, err);
    if (!o->targets)
        return false;
    root = lm_json_root(o->targets);
    if (lm_json_kind_of(o->targets, root) != LM_JSON_ARRAY)
        return limn_fail(err, INPUT, "the outputs that are asked for are no list of ids");
    o->ids = lm_alloc_array((size_t)lm_json_count(o->targets, root) + 1, sizeof *o->ids);
    for (lm_json_ref v = lm_json_first(o->targets, root); v; v = lm_json_next(o->targets, v))
        if (lm_json_string(o->targets, v, NULL))
            o->ids[n++] = lm_json_c_string(o->targets, v);
    return true;
}

/* Reads and checks. False: *err, and there is no check. */
static bool open_order(order *o, const lm_working *w, const lm_run_env *env, const lm_wire *m, limn_error *err)
{
    *o = (order){ 0 };
    if (!read_workflow(o, m, NULL, err) || !read_targets(o, m, err))
        return false;
    o->check = lm_check_some(o->workflow, w->with->registry, env, o->ids);
    return true;
}

static void close_order(order *o)
{
    lm_check_free(o->check);
    lm_workflow_free(o->workflow);
    lm_json_free(o->targets);
    lm_free(o->ids);
}

/* ------------------------------------------------------------------ limn check */

/* The prompt is kept as it came: a check may change its constants. */
static void check_well(lm_working *w, const lm_run_env *env, order *o, int64_t how, lm_wire *answer, lm_text *json)
{
    lm_work_tale t = { .workflow = o->workflow, .registry = w->with->registry, .folders = env->folders,
                       .canvas = how & LM_WIRE_CANVAS_TOO };

    if (how & LM_WIRE_WHOLE)
        lm_work_keep_prompt(&t, how & LM_WIRE_CANVAS);
    o->check = lm_check_some(o->workflow, w->with->registry, env, o->ids);
    lm_work_faults(json, o->check, env->folders);
    answer->numbers[0] = lm_check_runs(o->check) ? LM_CHECKED_RUNS : LM_CHECKED_FAULTY;
    answer->numbers[1] = o->check->n_found;
    json->size--; /* the brace is put back by whoever tells */
    if (how & LM_WIRE_WHOLE)
        lm_work_tell_workflow(json, &t);
    lm_text_done(&t.prompt);
}

/* A canvas's file that cannot be converted is a workflow nevertheless. */
static void check_badly(int64_t how, const limn_error *err, lm_wire *answer, lm_text *json)
{
    const bool canvas = how & LM_WIRE_CANVAS;

    if (canvas)
        lm_work_inconvertible(json, err->text);
    else
        lm_work_unreadable(json, err->text);
    answer->numbers[0] = err->code == LIMN_MEMORY ? LM_CHECKED_STARVED
                         : canvas                 ? LM_CHECKED_FAULTY
                                                  : LM_CHECKED_NO_WORKFLOW;
    answer->numbers[1] = 1;
    json->size--;
    if (how & LM_WIRE_WHOLE)
        lm_work_tell_nothing(json);
}

void lm_work_check(lm_working *w, const lm_wire *m)
{
    const int64_t       how = m->numbers[0];
    const lm_canvas_env canvas = { .registry = w->with->registry, .folders = w->with->env.folders };
    atomic_bool         never = false;
    lm_run_env          env = w->with->env;
    lm_wire             answer = { .type = LM_WIRE_CHECKED, .job = m->job };
    lm_text             json = { 0 };
    limn_error          err = { 0 };
    order               o = { 0 };

    env.stop = &never;
    if (read_workflow(&o, m, how & LM_WIRE_CANVAS ? &canvas : NULL, &err) && read_targets(&o, m, &err))
        check_well(w, &env, &o, how, &answer, &json);
    else
        check_badly(how, &err, &answer, &json);
    lm_text_puts(&json, "}");
    if (json.size > LM_WORK_TOLD_MAX) {
        err = (limn_error){ 0 };
        limn_fail(&err, FILE, "what there is to say about it is too large to be told");
        json.size = 0;
        check_badly(how, &err, &answer, &json);
        lm_text_puts(&json, "}");
    }
    answer.texts[0] = (lm_wire_text){ json.at, json.size };
    lm_work_send_checked(w, &answer);
    lm_text_done(&json);
    close_order(&o);
}

/* ------------------------------------------------------------------ limn run */

static bool run_checked(lm_working *w, lm_run_env *env, order *o, limn_error *err)
{
    char    *prompt = lm_workflow_prompt_text(o->workflow), *canvas = lm_workflow_canvas_text(o->workflow);
    lm_plan *plan;
    bool     well;

    env->prompt_json = prompt;
    env->workflow_json = canvas;
    plan = lm_plan_new(o->check, env, err);
    well = plan && lm_exec_run(plan, w->with->cache, env, err);
    lm_plan_free(plan);
    lm_free(prompt);
    lm_free(canvas);
    return well;
}

static void run_order(lm_working *w, lm_told *t, order *o, const lm_wire *m)
{
    lm_run_env env = w->with->env;
    lm_text    json = { 0 };
    limn_error err = { 0 };

    env.stop = &w->stop;
    env.listener = lm_told_listener(t);
    env.previews = w->preview && m->numbers[1] > 0;
    env.no_metadata = m->numbers[0] & LM_WIRE_PLAIN;
    if (!open_order(o, w, &env, m, &err))
        lm_work_unreadable(&json, err.text);
    else if (!lm_check_runs(o->check))
        lm_work_faults(&json, o->check, env.folders);
    else if (atomic_load(&w->stop))
        limn_fail(&err, CANCELLED, "somebody pressed stop");
    else
        run_checked(w, &env, o, &err);
    lm_crash_at("work-done");
    lm_preview_forget(w->preview, NULL);
    lm_told_begin(t);
    if (json.size)
        lm_work_refuse(t, err.code != LIMN_OK ? err.text : o->check->n_issues ? o->check->issues[0].sentence : "", &json);
    else
        lm_work_end(t, o->workflow, w->with->registry, &err);
    lm_text_done(&json);
}

void lm_work_job(lm_working *w, const lm_wire *m)
{
    lm_told    t = { .w = w, .job = m->job, .epoch = m->epoch, .began_ms = lm_clock_steady_ms() };
    limn_error err = { 0 };
    order      o = { 0 };

    lm_crash_at("work-begun");
    if (w->with->only_checks) {
        limn_fail(&err, BUG, "this worker only checks");
        lm_work_end(&t, NULL, w->with->registry, &err);
    } else {
        lm_preview_begin(w->preview, m->job, m->epoch, (int)(m->numbers[1] < 4096 ? m->numbers[1] : 4096));
        run_order(w, &t, &o, m);
    }
    close_order(&o);
    lm_crash_at("work-ended");
    lm_told_done(&t);
}
