/* work_diff.c: what changed between two workflows, as limn diff --json finds it. */
#include <string.h>

#include "core/graph/diff.h"
#include "web/work/work_check.h"
#include "web/work/work_parts.h"

enum { MOST_TOLD = 16 << 20 }; /* bytes; of what is beyond only the number is told */

static const char *const names[] = { "a", "b" };

typedef struct telling {
    bool    as_run; /* titles do not count */
    lm_text out;
    int64_t told, left_out;
} telling;

static void tell(void *self, const lm_difference *d)
{
    telling *t = self;

    if (t->as_run && d->kind == LM_DIFF_TITLE)
        return;
    if (t->out.size > MOST_TOLD) {
        t->left_out++;
        return;
    }
    lm_text_puts(&t->out, t->told++ ? ", " : "");
    lm_diff_add_json(&t->out, d);
}

/* A side of its own: what is compared may be converted, which changes it.                               [new] */
static lm_json *read_side(const lm_json *body, int which, limn_error *err)
{
    const lm_json_ref v = lm_json_get(body, lm_json_root(body), names[which]);
    lm_text           text = { 0 };
    lm_json          *side;

    if (lm_json_kind_of(body, v) != LM_JSON_OBJECT) {
        limn_fail(err, INPUT, "%s is no workflow: it is to be an object", names[which]);
        return NULL;
    }
    lm_json_write(body, v, LM_JSON_COMPACT, &text);
    side = lm_json_read(text.at, text.size, err);
    lm_text_done(&text);
    return side;
}

/* False: *err, and *blamed is the side that it is about, or -1. */
static bool compare(const lm_working *w, const lm_wire_text *text, telling *t, int *blamed, limn_error *err)
{
    const lm_canvas_env env = { .registry = w->with->registry, .folders = w->with->env.folders, .now = 1, .chance = 1 };
    lm_json            *body = lm_json_read(text->at, text->size, err), *side[2] = { NULL, NULL };
    bool                well = body;

    *blamed = -1;
    for (int i = 0; i < 2 && well; i++) {
        side[i] = read_side(body, i, err);
        well = side[i];
        *blamed = i;
    }
    if (well)
        t->as_run = lm_json_kind_of(body, lm_json_get(body, lm_json_root(body), "as_run")) == LM_JSON_TRUE;
    well = well && lm_diff(side[0], side[1], t->as_run, &env, tell, t, blamed, err);
    lm_json_free(side[0]);
    lm_json_free(side[1]);
    lm_json_free(body);
    return well;
}

static void say(lm_text *json, const telling *t)
{
    lm_text_printf(json, "{\"same\": %s, \"differences\": [", t->told ? "false" : "true");
    lm_text_puts(json, lm_text_str(&t->out));
    lm_text_printf(json, "], \"left_out\": %lld}", (long long)t->left_out);
}

static void refuse(lm_text *json, int blamed, const limn_error *err)
{
    lm_text_puts(json, "{\"error\": ");
    lm_work_quote(json, err->text);
    if (blamed >= 0)
        lm_text_printf(json, ", \"of\": \"%s\"", names[blamed]);
    lm_text_puts(json, "}");
}

void lm_work_diff(lm_working *w, const lm_wire *m)
{
    lm_wire    answer = { .type = LM_WIRE_CHECKED, .job = m->job, .numbers = { LM_CHECKED_RUNS } };
    telling    t = { 0 };
    lm_text    json = { 0 };
    limn_error err = { 0 };
    int        blamed;

    if (compare(w, &m->texts[0], &t, &blamed, &err)) {
        say(&json, &t);
    } else {
        refuse(&json, blamed, &err);
        answer.numbers[0] = err.code == LIMN_MEMORY ? LM_CHECKED_STARVED : LM_CHECKED_NO_WORKFLOW;
    }
    if (json.size > LM_WORK_TOLD_MAX) { /* one value alone can be as long as a file */
        json.size = 0;
        lm_text_puts(&json, "{\"error\": \"what there is to say about it is too large to be told\"}");
        answer.numbers[0] = LM_CHECKED_NO_WORKFLOW;
    }
    answer.texts[0] = (lm_wire_text){ json.at, json.size };
    lm_work_send_checked(w, &answer);
    lm_text_done(&t.out);
    lm_text_done(&json);
}
