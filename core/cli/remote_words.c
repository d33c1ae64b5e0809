/* remote_words.c: what a server says, as people may see it and as JSON; and the frame of every command that is its client. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/cli/remote.h"
#include "core/cli/session.h"
#include "core/graph/blame.h"

void lm_remote_answer_done(lm_remote_answer *a)
{
    lm_free(a->body);
    *a = (lm_remote_answer){ 0 };
}

void lm_remote_clean(lm_text *t, const char *text, size_t n, size_t most)
{
    lm_text_puts(t, "");
    lm_text_clean(t, text, n, most);
}

/* A string member, cleaned, with `between` in front when there is something there already. */
static void add_member(lm_text *t, const lm_json *d, lm_json_ref object, const char *key, const char *between)
{
    size_t      n = 0;
    const char *text = lm_json_string(d, lm_json_get(d, object, key), &n);

    if (!text || !n)
        return;
    if (t->size)
        lm_text_puts(t, between);
    lm_remote_clean(t, text, n, 400);
}

/* Between a name and its server there may be a proxy, and under a wrong name another program: both say no with a page. */
static bool add_page(lm_text *t, const char *body)
{
    const char *title = strcasestr(body, "<title>");

    if (body[strspn(body, " \t\r\n")] != '<')
        return false;
    lm_text_puts(t, "a web page came back");
    if (title) {
        lm_text_puts(t, ", \"");
        lm_remote_clean(t, title + 7, strcspn(title + 7, "<"), 60);
        lm_text_puts(t, "\"");
    }
    lm_text_puts(t, ": is that a limn or a ComfyUI?");
    return true;
}

void lm_remote_words(lm_text *t, const lm_remote_answer *a)
{
    limn_error  ignored = { 0 };
    lm_json    *d = a->body ? lm_json_read(a->body, a->size, &ignored) : NULL;
    lm_json_ref fault = d ? lm_json_get(d, lm_json_root(d), "error") : 0;

    lm_text_puts(t, "");
    if (d) {
        add_member(t, d, fault, "message", "");
        add_member(t, d, fault, "details", ": ");
        add_member(t, d, lm_json_root(d), "error", "");
    }
    if (!t->size && a->body && !add_page(t, a->body))
        lm_remote_clean(t, a->body, a->size, 200);
    if (!t->size)
        lm_text_puts(t, "without a word");
    lm_json_free(d);
}

int lm_remote_json(lm_remote *r, const char *path, lm_json **out, limn_error *err)
{
    lm_remote_answer a;
    limn_error       why = { 0 };
    int              status = lm_remote_ask(r, "GET", path, NULL, 0, &a, err);

    *out = status == LM_EXIT_WELL && a.body ? lm_json_read(a.body, a.size, &why) : NULL;
    if (status == LM_EXIT_WELL && !*out) {
        limn_fail(err, FILE, "%.120s: the answer to %.60s is no JSON: %.120s", lm_remote_name(r), path,
                  a.body ? why.text : "it is empty");
        status = LM_EXIT_SERVER;
    }
    lm_remote_answer_done(&a);
    return status;
}

int lm_remote_command(const lm_args *a, int (*work)(lm_remote *r, const lm_args *a, limn_error *err))
{
    lm_remote *r;
    limn_error err = { 0 };
    int        status = lm_remote_open(&r, a, &err);

    if (status == LM_EXIT_WELL)
        status = work(r, a, &err);
    if (err.code != LIMN_OK)
        lm_print_error("limn", &err);
    lm_remote_close(r);
    return status;
}
