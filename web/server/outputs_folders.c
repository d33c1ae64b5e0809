/* outputs_folders.c: GET /limn/outputs/folders: the folders of the output folder, and how many pictures each has. */
#include <string.h>

#include "core/base/alloc.h"
#include "web/server/outputs.h"
#include "web/work/work_check.h"

enum { MOST = 2000, DEEP = 32 };

typedef struct folder {
    char  *name;
    size_t files; /* in it and in those in it */
} folder;

typedef struct counting {
    lm_errand e;
    lm_shelf *shelf;
    folder    at[MOST];
    size_t    n;
    size_t    way[DEEP], deep; /* the folders on the way to the last file: places in `at` */
} counting;

static bool is_of(const folder *f, const char *name, size_t n)
{
    return !strncmp(f->name, name, n) && !f->name[n];
}

/* Names come as they are ordered, so that files of one folder, and of those in it, follow each other. */
static void count(void *self, const char *name)
{
    counting *c = self;
    size_t    deep = 0;

    for (const char *slash = strchr(name, '/'); slash && deep < DEEP; slash = strchr(slash + 1, '/'), deep++) {
        const size_t n = (size_t)(slash - name);

        if (deep >= c->deep || !is_of(&c->at[c->way[deep]], name, n)) {
            c->deep = deep;
            if (c->n == MOST)
                return;
            c->way[c->deep++] = c->n;
            c->at[c->n++] = (folder){ .name = lm_copy_bytes(name, n) };
        }
        c->at[c->way[deep]].files++;
    }
}

static void look(lm_errand *e)
{
    counting    *c = (counting *)e;
    lm_text     *out = &e->json;
    const size_t all = lm_shelf_each(c->shelf, LM_SHELF_NAME, c, count);

    lm_text_printf(out, "{\"files\": %zu, \"folders\": [", all);
    for (size_t i = 0; i < c->n; i++) {
        lm_text_puts(out, i ? ", {\"name\": " : "{\"name\": ");
        lm_work_quote(out, c->at[i].name);
        lm_text_printf(out, ", \"files\": %zu}", c->at[i].files);
        lm_free(c->at[i].name);
    }
    lm_text_puts(out, "]}");
}

void lm_outputs_folders(lm_request *rq, void *self)
{
    lm_server *s = self;
    counting  *c = lm_errand_new(rq, sizeof *c, look, lm_errand_answer_fresh);

    if (!c)
        return;
    c->shelf = s->shelf;
    lm_errand_go(&c->e);
}
