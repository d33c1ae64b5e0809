/* fuzz_canvas.c: any bytes as a canvas's own workflow: converted, read as what it became, and given back.
 *
 * Beyond not crashing: a refusal has a sentence, what comes out is a workflow in API format, the same bytes give the
 * same prompt, and the file that comes back is the file that was read. */
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/graph/workflow.h"
#include "tests/canvas/stand_ins.h"
#include "tests/fuzz/fuzz.h"

static bool is_canvas(const char *text, size_t size)
{
    lm_json *d = lm_json_read(text, size, NULL);
    bool     is = d && lm_canvas_is(d, lm_json_root(d));

    lm_json_free(d);
    return is;
}

static lm_workflow *open_canvas(const char *text, size_t size, const lm_registry *r, limn_error *err)
{
    const lm_canvas_env env = { .registry = r, .now = 1700000000, .chance = 1 };
    lm_workflow        *w = lm_workflow_open(text, size, &env, err);

    want(w || (err->code != LIMN_OK && *err->text), "a refusal has a sentence");
    want(w || err->code == LIMN_FILE || err->code == LIMN_MEMORY, "a refusal is about the file");
    return w;
}

static void same_text(char *a, char *b, const char *promise)
{
    want(a && b && !strcmp(a, b), promise);
    lm_free(a);
    lm_free(b);
}

/* The file that comes back is read again and gives itself. */
static void try_again(lm_workflow *w, const lm_registry *r)
{
    limn_error   err = { 0 };
    char        *canvas = lm_workflow_canvas_text(w);
    lm_workflow *again = open_canvas(canvas, strlen(canvas), r, &err);

    if (again) {
        char *once = lm_workflow_canvas_text(again);

        want(strlen(once) <= strlen(canvas), "choices that were made are fewer");
        lm_free(once);
    }
    lm_workflow_free(again);
    lm_free(canvas);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static lm_registry *r;
    const char         *text = (const char *)data;
    limn_error          err = { 0 }, none = { 0 };
    lm_workflow        *w, *twin;

    if (!r) {
        r = lm_registry_new();
        add_stand_ins(r);
        want(lm_registry_count(r) > 10, "the stand-ins are sound");
    }
    if (!is_canvas(text, size))
        return 0;
    w = open_canvas(text, size, r, &err);
    twin = open_canvas(text, size, r, &none);
    want(!w == !twin, "a file is taken or refused");
    if (w) {
        same_text(lm_workflow_prompt_text(w), lm_workflow_prompt_text(twin), "the same bytes give the same prompt");
        same_text(lm_workflow_canvas_text(w), lm_workflow_canvas_text(twin), "the same bytes come back");
        try_again(w, r);
    }
    lm_workflow_free(w);
    lm_workflow_free(twin);
    return 0;
}
