/* remote_convert.c: a canvas's file, converted by the server. */
#include "core/cli/remote_convert.h"

#include "core/base/alloc.h"
#include "core/cli/session.h"

static void print_warnings(const char *file, const lm_json *d)
{
    const lm_json_ref list = lm_json_get(d, lm_json_root(d), "warnings");
    lm_text           notes = { 0 };

    for (lm_json_ref v = lm_json_kind_of(d, list) == LM_JSON_ARRAY ? lm_json_first(d, list) : 0; v;
         v = lm_json_next(d, v)) {
        size_t      n = 0;
        const char *text = lm_json_string(d, v, &n);

        if (text)
            lm_remote_clean(&notes, text, n, 400);
        lm_text_puts(&notes, "\n");
    }
    lm_print_notes(file, lm_text_str(&notes));
    lm_text_done(&notes);
}

/* The prompt that was made of it, and the canvas's workflow as it is then; NULL: there is none. */
static lm_workflow *read_converted(const lm_json *d)
{
    const lm_json_ref prompt = lm_json_get(d, lm_json_root(d), "prompt");
    lm_text           text = { 0 };
    limn_error        ignored = { 0 };
    lm_workflow      *w = NULL;

    if (lm_json_kind_of(d, prompt) == LM_JSON_OBJECT) {
        lm_text_puts(&text, "{\"prompt\": ");
        lm_json_write(d, prompt, LM_JSON_COMPACT, &text);
        lm_text_puts(&text, ", \"extra_data\": {\"extra_pnginfo\": {\"workflow\": ");
        lm_json_write(d, lm_json_get(d, lm_json_root(d), "workflow"), LM_JSON_COMPACT, &text);
        lm_text_puts(&text, "}}}");
        w = lm_workflow_read(text.at, text.size, &ignored);
    }
    lm_text_done(&text);
    return w;
}

lm_workflow *lm_remote_convert(void *self, const char *text, size_t size)
{
    const lm_converting *c = self;
    lm_remote_answer  a;
    lm_text           body = { 0 };
    limn_error        ignored = { 0 };
    lm_json          *d = NULL;
    lm_workflow      *w = NULL;

    lm_text_puts(&body, "{\"answer_workflow\": true, \"workflow\": ");
    lm_text_add(&body, text, size);
    lm_text_puts(&body, "}");
    if (lm_remote_ask(c->remote, "POST", "/limn/check", body.at, body.size, &a, &ignored) == LM_EXIT_WELL && a.body)
        d = lm_json_read(a.body, a.size, &ignored);
    if (d)
        w = read_converted(d);
    if (w)
        print_warnings(c->file, d);
    lm_json_free(d);
    lm_remote_answer_done(&a);
    lm_text_done(&body);
    return w;
}
