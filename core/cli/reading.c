/* reading.c: the workflow that the command line names, changed as its options say. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/cli/bundled.h"
#include "core/cli/carried.h"
#include "core/cli/session.h"
#include "core/graph/blame.h"

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

void lm_print_notes(const char *path, const char *notes)
{
    for (size_t n; *notes; notes += n + (notes[n] == '\n')) {
        lm_text line = { 0 };

        n = strcspn(notes, "\n");
        lm_text_clean(&line, notes, n, 0);
        fprintf(stderr, "%s: note: %s\n", path, lm_text_str(&line));
        lm_text_done(&line);
    }
}

static bool is_canvas(const char *text, size_t size)
{
    limn_error err = { 0 };
    lm_json   *d = lm_json_read(text, size, &err);
    const bool canvas = d && lm_canvas_is(d, lm_json_root(d));

    lm_json_free(d);
    return canvas;
}

/* A bundle's pictures are placed for who runs it. */
static bool read_source(const lm_session *s, const lm_args *a, lm_carried *c, limn_error *err)
{
    if (s->places && lm_bundled_carried(s, a->words[0], c, err))
        return c->n;
    return lm_carried_read(c, a->words[0], lm_args_value(a, "--carried"), s->folders, err);
}

lm_workflow *lm_session_workflow(const lm_session *s, const lm_args *a, limn_error *err)
{
    return lm_session_workflow_by(s, a, NULL, NULL, err);
}

lm_workflow *lm_session_workflow_by(const lm_session *s, const lm_args *a, lm_convert_fn *convert, void *self,
                                    limn_error *err)
{
    const lm_canvas_env env = { .registry = s->registry, .folders = s->folders };
    lm_carried          c;
    lm_workflow        *w = NULL;
    bool                read = read_source(s, a, &c, err);

    if (read && convert && is_canvas(c.at[0].text, c.at[0].size))
        w = convert(self, c.at[0].text, c.at[0].size);
    if (read && !w)
        w = lm_carried_workflow(&c, &env, err);
    lm_print_notes(a->words[0], lm_text_str(&c.notes));
    if (w)
        lm_print_notes(a->words[0], lm_workflow_notes(w));
    lm_carried_done(&c);
    if (w && !apply_settings(w, s->registry, a, err)) {
        lm_workflow_free(w);
        return NULL;
    }
    return w;
}

/* ------------------------------------------------------------------ from run to run */

/* 1: the seed is one further, and 0 behind the largest; 0: there is none of its own; -1: *err. */
static int next_seed(lm_json *d, const lm_workflow_node *n, const char *name, limn_error *err)
{
    char     text[24];
    uint64_t seed;
    int      size;

    if (!lm_json_to_uint(d, lm_json_get(d, n->inputs, name), &seed))
        return 0;
    size = snprintf(text, sizeof text, "%" PRIu64, seed + 1);
    return lm_json_set(d, n->inputs, name, text, (size_t)size, err) ? 1 : -1;
}

int lm_session_next_seeds(const lm_session *s, lm_workflow *w, limn_error *err)
{
    int count = 0, one = 0;

    for (int i = 0; i < lm_workflow_count(w); i++) {
        const lm_workflow_node *n = lm_workflow_at(w, i);
        const lm_class         *c = n->class_name ? lm_registry_find(s->registry, n->class_name) : NULL;

        for (int k = 0; c && n->inputs && k < c->n_inputs && one >= 0; k++, count += one) {
            const limn_input *in = &c->node->inputs[k];

            one = in->kind == LIMN_KIND_SEED ? next_seed(lm_workflow_json(w), n, in->name, err) : 0;
        }
    }
    return one < 0 ? -1 : count;
}
