/* work_workflow.c: a workflow that was checked, told whole: its prompt, classes that nobody knows, models that are not
 * here, and what could not be followed when it was converted. */
#include "web/work/work_workflow.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/index.h"
#include "core/graph/nearest.h"
#include "web/work/work_check.h"

enum { NEAR = 3, MOST_SOUGHT = 100, MOST_MISSING = 1000, MOST_FOLDERS = 64 };

/* ------------------------------------------------------------------ the prompt */

void lm_work_keep_prompt(lm_work_tale *t, bool converted)
{
    const lm_json    *d = lm_workflow_json(t->workflow);
    const lm_json_ref root = lm_json_root(d);

    lm_json_write(d, converted ? root : lm_json_get(d, root, "prompt"), LM_JSON_COMPACT, &t->prompt);
}

static void add_prompt(lm_text *out, const lm_work_tale *t)
{
    char *canvas = t->canvas ? lm_workflow_canvas_text(t->workflow) : NULL;

    lm_text_puts(out, ", \"prompt\": ");
    lm_text_add(out, t->prompt.at, t->prompt.size);
    if (canvas) {
        lm_text_puts(out, ", \"workflow\": ");
        lm_text_puts(out, canvas);
    }
    lm_free(canvas);
}

static void add_names(lm_text *out, const char *const *names, int n)
{
    lm_text_puts(out, "[");
    for (int i = 0; i < n; i++) {
        lm_text_puts(out, i ? ", " : "");
        lm_work_quote(out, names[i]);
    }
    lm_text_puts(out, "]");
}

/* ------------------------------------------------------------------ classes that nobody knows */

/* Nodes of one class, by their place in the workflow. */
struct unknown {
    int32_t first, last;
};

static bool is_unknown(const lm_work_tale *t, const lm_workflow_node *n)
{
    return n->class_name && !lm_registry_find(t->registry, n->class_name);
}

static void add_unknown(lm_text *out, const lm_work_tale *t, const struct unknown *u, const int32_t *next)
{
    const lm_workflow_node *first = lm_workflow_at(t->workflow, u->first);
    const char             *near[NEAR];

    lm_text_puts(out, "{\"type\": ");
    lm_work_quote(out, first->class_name);
    lm_text_puts(out, ", \"nodes\": [");
    for (int32_t i = u->first; i >= 0; i = next[i]) {
        lm_text_puts(out, i == u->first ? "" : ", ");
        lm_work_quote(out, lm_workflow_at(t->workflow, i)->id);
    }
    lm_text_puts(out, "]");
    if (first->pack) {
        lm_text_puts(out, ", \"pack\": ");
        lm_work_quote(out, first->pack);
    }
    lm_text_puts(out, ", \"near\": ");
    add_names(out, near, lm_registry_nearest(t->registry, first->class_name, near, NEAR));
    lm_text_puts(out, "}");
}

/* Groups them; how many there are. `next` leads from a node to the next one of its class. */
static int find_unknown(const lm_work_tale *t, lm_index *x, struct unknown *all, int32_t *next)
{
    int n = 0;

    for (int i = 0; i < lm_workflow_count(t->workflow); i++) {
        const lm_workflow_node *node = lm_workflow_at(t->workflow, i);
        int32_t                 at;

        if (!is_unknown(t, node))
            continue;
        at = lm_index_put(x, node->class_name, strlen(node->class_name), n);
        next[i] = -1;
        if (at < n)
            next[all[at].last] = i;
        else
            all[n++].first = i;
        all[at].last = i;
    }
    return n;
}

static void add_all_unknown(lm_text *out, const lm_work_tale *t)
{
    const size_t    n = (size_t)lm_workflow_count(t->workflow) + 1;
    struct unknown *all = lm_alloc_array(n, sizeof *all);
    int32_t        *next = lm_alloc_array(n, sizeof *next);
    lm_index        x = { 0 };
    int             count = lm_index_init(&x, n) ? find_unknown(t, &x, all, next) : 0;

    lm_text_puts(out, ", \"unknown_types\": [");
    for (int i = 0; i < count; i++) {
        lm_text_puts(out, i ? ", " : "");
        add_unknown(out, t, &all[i], next);
    }
    lm_text_puts(out, "]");
    lm_index_done(&x);
    lm_free(all);
    lm_free(next);
}

/* ------------------------------------------------------------------ models that are not here */

/* Files of folders, each listed once. */
struct seeking {
    const lm_work_tale *t;
    lm_text            *out;
    struct {
        const char *folder;
        char      **names;
        int         n;
    } folders[MOST_FOLDERS];
    int n_folders, found;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Its place among the folders; -1: there are too many. */
static int folder_of(struct seeking *s, const char *folder)
{
    int i = 0;

    while (i < s->n_folders && strcmp(s->folders[i].folder, folder))
        i++;
    if (i == MOST_FOLDERS)
        return -1;
    if (i == s->n_folders) {
        s->folders[i].folder = folder;
        s->folders[i].names = lm_folders_names(s->t->folders, folder);
        while (s->folders[i].names && s->folders[i].names[s->folders[i].n])
            s->folders[i].n++;
        s->n_folders++;
    }
    return i;
}

static bool is_extra(const limn_input *in, const char *name)
{
    for (const char *const *e = in->extra; e && *e; e++)
        if (!strcmp(*e, name))
            return true;
    return false;
}

static bool is_model(const limn_input *in)
{
    return in->kind == LIMN_KIND_FILE && in->folder && !lm_folders_working(in->folder);
}

static void add_missing(struct seeking *s, const lm_workflow_node *n, const limn_input *in, const char *name, int folder)
{
    const char *near[NEAR];
    int         n_near = 0;

    if (s->found < MOST_SOUGHT && s->folders[folder].names)
        n_near = lm_nearest_files(name, (const char *const *)s->folders[folder].names, near, NEAR);
    lm_text_puts(s->out, s->found++ ? ", {\"node\": " : "{\"node\": ");
    lm_work_quote(s->out, n->id);
    lm_text_puts(s->out, ", \"input\": ");
    lm_work_quote(s->out, in->name);
    lm_text_puts(s->out, ", \"name\": ");
    lm_work_quote(s->out, name);
    lm_text_puts(s->out, ", \"folder\": ");
    lm_work_quote(s->out, in->folder);
    lm_text_puts(s->out, ", \"near\": ");
    add_names(s->out, near, n_near);
    lm_text_puts(s->out, "}");
}

static void seek(struct seeking *s, const lm_workflow_node *n, const limn_input *in)
{
    lm_json    *d = lm_workflow_json(s->t->workflow);
    const char *name = lm_json_c_string(d, lm_json_get(d, n->inputs, in->name));
    int         folder;

    if (!name || is_extra(in, name) || (folder = folder_of(s, in->folder)) < 0)
        return;
    if (!s->folders[folder].n || !bsearch(&name, s->folders[folder].names, (size_t)s->folders[folder].n,
                                          sizeof *s->folders[folder].names, by_text))
        add_missing(s, n, in, name, folder);
}

static void seek_all(struct seeking *s)
{
    lm_workflow *w = s->t->workflow;

    for (int i = 0; i < lm_workflow_count(w); i++) {
        const lm_workflow_node *n = lm_workflow_at(w, i);
        const lm_class         *c = n->class_name ? lm_registry_find(s->t->registry, n->class_name) : NULL;

        for (int k = 0; c && k < c->n_inputs && s->found < MOST_MISSING; k++)
            if (is_model(&c->node->inputs[k]))
                seek(s, n, &c->node->inputs[k]);
    }
}

static void add_all_missing(lm_text *out, const lm_work_tale *t)
{
    struct seeking s = { .t = t, .out = out };

    lm_text_puts(out, ", \"missing_models\": [");
    if (t->folders)
        seek_all(&s);
    lm_text_puts(out, "]");
    for (int i = 0; i < s.n_folders; i++)
        lm_folders_names_free(s.folders[i].names);
}

/* ------------------------------------------------------------------ what could not be followed */

static void add_warnings(lm_text *out, const char *notes)
{
    lm_text_puts(out, ", \"warnings\": [");
    for (const char *comma = ""; *notes; comma = ", ") {
        const size_t n = strcspn(notes, "\n");

        lm_text_puts(out, comma);
        lm_json_write_string(notes, n, LM_JSON_SPACES, out);
        notes += n + (notes[n] == '\n');
    }
    lm_text_puts(out, "]");
}

void lm_work_tell_workflow(lm_text *out, const lm_work_tale *t)
{
    add_prompt(out, t);
    add_all_unknown(out, t);
    add_all_missing(out, t);
    add_warnings(out, lm_workflow_notes(t->workflow));
}

void lm_work_tell_nothing(lm_text *out)
{
    lm_text_puts(out, ", \"prompt\": null, \"unknown_types\": [], \"missing_models\": [], \"warnings\": []");
}
