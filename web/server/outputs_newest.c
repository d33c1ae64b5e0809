/* outputs_newest.c: GET /limn/outputs/newest: the newest picture that each workflow has made. */
#include "core/base/alloc.h"
#include "core/base/tree.h"
#include "web/server/labelling.h"
#include "web/server/outputs.h"
#include "web/work/work_check.h"

enum { MOST_NEWEST = 2000 };

typedef struct newest {
    lm_errand   e;
    lm_labels  *labels;
    const char *root;
    lm_label   *at;          /* ours, with their paths and names */
    size_t      n, room;
    int         told;
} newest;

/* The labels' lock is held: others wait for it, so the folder is looked into later. */
static void gather_newest(void *self, const lm_label *label)
{
    newest *n = self;

    if (n->n == n->room) {
        n->room = n->room ? 2 * n->room : 64;
        n->at = lm_grow(n->at, n->room * sizeof *n->at);
    }
    n->at[n->n++] = (lm_label){ .path = lm_copy_text(label->path), .modified_ms = label->modified_ms,
                                .name = lm_copy_text(label->name) };
}

/* Pictures that went away leave their labels behind. */
static void put_newest(newest *n, const lm_label *label)
{
    lm_text      *out = &n->e.json;
    lm_tree_entry there = { 0 };

    if (n->told >= MOST_NEWEST || !lm_tree_look(n->root, label->path, &there) || there.folder ||
        there.modified_ms != label->modified_ms)
        return;
    lm_text_puts(out, n->told++ ? ", {" : "{");
    lm_output_name(out, label->path);
    lm_text_printf(out, ", \"mtime\": %lld, \"workflow\": ", (long long)label->modified_ms);
    lm_work_quote(out, label->name);
    lm_text_puts(out, "}");
}

static void find_newest(lm_errand *e)
{
    newest *n = (newest *)e;

    lm_text_puts(&e->json, "{\"files\": [");
    if (n->labels)
        lm_labels_newest(n->labels, n, gather_newest);
    for (size_t i = 0; i < n->n; i++) {
        put_newest(n, &n->at[i]);
        lm_free((char *)n->at[i].path);
        lm_free((char *)n->at[i].name);
    }
    lm_free(n->at);
    lm_text_puts(&e->json, "]}");
}

void lm_outputs_newest(lm_request *rq, void *self)
{
    lm_server *s = self;
    newest    *n = lm_errand_new(rq, sizeof *n, find_newest, lm_errand_answer_fresh);

    if (!n)
        return;
    n->labels = lm_labelling_labels(s);
    n->root = lm_folders_tree(s->folders, "output");
    lm_labelling_go(s, &n->e);
}
