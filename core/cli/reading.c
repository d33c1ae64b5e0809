/* reading.c: the workflow that the command line names, changed as its options say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/cli/carried.h"
#include "core/cli/session.h"

static bool apply_settings(lm_workflow *w, const lm_registry *r, const lm_args *a, limn_error *err)
{
    const char *text;
    char       *end;

    for (int i = 0; (text = lm_args_each(a, "--set", i)); i++)
        if (!lm_workflow_set(w, r, text, err))
            return false;
    text = lm_args_value(a, "--seed");
    if (!text)
        return true;
    const unsigned long long seed = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end)
        return limn_fail(err, INPUT, "--seed %s: it is a whole number from 0 to 2^64 - 1", text);
    return lm_workflow_set_seed(w, r, seed, err) >= 0;
}

static void print_notes(const char *path, const char *notes)
{
    for (size_t n; *notes; notes += n + (notes[n] == '\n')) {
        n = strcspn(notes, "\n");
        fprintf(stderr, "%s: note: %.*s\n", path, (int)n, notes);
    }
}

lm_workflow *lm_session_workflow(const lm_session *s, const lm_args *a, limn_error *err)
{
    lm_carried   c;
    lm_workflow *w = lm_carried_read(&c, a->words[0], s->folders, err) ? lm_carried_workflow(&c, err) : NULL;

    print_notes(a->words[0], lm_text_str(&c.notes));
    lm_carried_done(&c);
    if (w && !apply_settings(w, s->registry, a, err)) {
        lm_workflow_free(w);
        return NULL;
    }
    return w;
}
