/* export.c: limn export: a workflow in API format, one line a node. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/cli/commands.h"
#include "core/cli/session.h"
#include "core/graph/workflow.h"

static void add_nodes(lm_workflow *w, lm_text *out)
{
    const lm_json *d = lm_workflow_json(w);
    const int      count = lm_workflow_count(w);

    lm_text_puts(out, "{\n");
    for (int i = 0; i < count; i++) {
        const lm_workflow_node *n = lm_workflow_at(w, i);

        lm_json_write_string(n->id, strlen(n->id), LM_JSON_SPACES, out);
        lm_text_puts(out, ": ");
        lm_json_write(d, n->self, LM_JSON_SPACES, out);
        lm_text_puts(out, i + 1 < count ? ",\n" : "\n");
    }
    lm_text_puts(out, "}\n");
}

static bool write_to(FILE *f, const lm_text *text)
{
    const bool written = fwrite(text->at, 1, text->size, f) == text->size;

    return !fflush(f) && written;
}

static int export_workflow(lm_session *s, const lm_args *a, limn_error *err)
{
    const char  *path = lm_args_value(a, "-o");
    lm_workflow *w = lm_session_workflow(s, a, err);
    lm_text      text = { 0 };

    if (!w)
        return lm_exit_of_asking(err->code);
    add_nodes(w, &text);
    if (path && strcmp(path, "-"))
        lm_write_whole(path, &text, err);
    else if (!write_to(stdout, &text))
        limn_fail(err, FILE, "the output cannot be written: %s", strerror(errno));
    lm_text_done(&text);
    lm_workflow_free(w);
    return lm_exit_of(err->code);
}

static int export_(const lm_args *a)
{
    lm_session s;
    limn_error err = { 0 };
    int        status = lm_session_open(&s, a, &err) ? export_workflow(&s, a, &err) : lm_exit_of_asking(err.code);

    if (err.code != LIMN_OK)
        lm_print_error(a->n_words ? a->words[0] : NULL, &err);
    lm_session_close(&s);
    return status;
}

static const lm_option export_options[] = {
    { "-o", "OUT", "Where to write it (default: the standard output)." },
    { "--set", "NODE.INPUT=VALUE", "Change an input first; may be given several times." },
    { "--seed", "N", "Give every seed of the workflow this value." },
    LM_OPTION_CARRIED,
    LM_OPTIONS_FINDING,
    LM_OPTIONS_PLUGINS,
    { NULL },
};

const lm_command lm_export_command = {
    .name = "export", .words = "FILE", .least = 1, .most = 1, .options = export_options, .run = export_,
    .doc = "Write a workflow in API format, as ComfyUI's \"Export (API)\" does.\n"
           "FILE is what a canvas saved, a picture that carries it, or API format already.",
};
