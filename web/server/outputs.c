/* outputs.c: GET /limn/outputs: the pictures of the output folder, page by page, in one of a few orders: all, those of a
 * folder, those that words find, those that have a star. */
#include "web/server/outputs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/tree.h"
#include "web/server/file_name.h"
#include "web/server/labelling.h"
#include "web/server/outputs_stars.h"
#include "web/server/picture_size.h"
#include "web/server/reply.h"
#include "web/work/work_check.h"

enum { USUAL = 50, MOST = 500 };

typedef struct listing {
    lm_errand    e;
    lm_shelf    *shelf;
    lm_labels   *labels; /* NULL: there are none */
    const char  *root;
    const char  *words;  /* the request's; "": any */
    lm_text      folder;
    lm_states    found;  /* whose labels have these words */
    lm_users    *users;  /* NULL: a star counts for nothing */
    lm_stars     stars;
    lm_shelf_ask ask;
} listing;

/* ------------------------------------------------------------------ one page */

void lm_output_name(lm_text *out, const char *path)
{
    const char *slash = strrchr(path, '/');
    lm_text     folder = { 0 };

    if (slash)
        lm_text_add(&folder, path, (size_t)(slash - path));
    lm_text_puts(out, "\"name\": ");
    lm_work_quote(out, slash ? slash + 1 : path);
    lm_text_puts(out, ", \"subfolder\": ");
    lm_work_quote(out, lm_text_str(&folder));
    lm_text_done(&folder);
}

void lm_output_size(lm_text *out, const char *root, const char *name, uint8_t *head)
{
    const int     fd = lm_tree_file(root, name);
    const ssize_t n = fd >= 0 ? pread(fd, head, LM_PICTURE_HEAD, 0) : -1;
    uint32_t      width, height;

    if (n > 0 && lm_picture_size(head, (size_t)n, &width, &height))
        lm_text_printf(out, ", \"width\": %u, \"height\": %u", (unsigned)width, (unsigned)height);
    if (fd >= 0)
        close(fd);
}

/* The job that made it, and its workflow's name, where they are known. */
static void put_label(lm_text *out, lm_labels *labels, const lm_shelf_file *f)
{
    lm_text job = { 0 }, name = { 0 };

    if (labels && lm_labels_tell(labels, f->name, f->modified_ms, &job, &name)) {
        if (job.size) {
            lm_text_puts(out, ", \"job\": ");
            lm_work_quote(out, job.at);
        }
        if (name.size) {
            lm_text_puts(out, ", \"workflow\": ");
            lm_work_quote(out, name.at);
        }
    }
    lm_text_done(&job);
    lm_text_done(&name);
}

static void put_file(lm_text *out, const listing *l, const lm_shelf_file *f, uint8_t *head)
{
    lm_text_puts(out, "{");
    lm_output_name(out, f->name);
    lm_text_printf(out, ", \"size\": %llu, \"mtime\": %lld", (unsigned long long)f->bytes, (long long)f->modified_ms);
    lm_output_size(out, l->root, f->name, head);
    put_label(out, l->labels, f);
    lm_text_puts(out, "}");
}

/* Is there a picture whose words are not known yet? */
static bool is_being_read(const listing *l)
{
    lm_shelf_ask  ask = { .folder = "", .fits = lm_labelling_lacks, .self = l->labels, .limit = 1 };
    lm_shelf_page page = { 0 };
    bool          some;

    if (!l->labels || !*l->words)
        return false;
    some = lm_shelf_read(l->shelf, &ask, &page) && page.n;
    lm_shelf_page_done(&page);
    return some;
}

static void put_page(lm_text *out, const listing *l, const lm_shelf_page *p)
{
    uint8_t *head = lm_alloc(LM_PICTURE_HEAD);

    lm_text_puts(out, "{\"files\": [");
    for (size_t i = 0; i < p->n; i++) {
        lm_text_puts(out, i ? ", " : "");
        put_file(out, l, &p->at[i], head);
    }
    lm_text_puts(out, "]");
    if (p->next) {
        lm_text_puts(out, ", \"next\": ");
        lm_work_quote(out, p->next);
    }
    if (is_being_read(l))
        lm_text_puts(out, ", \"reading\": true");
    lm_text_puts(out, "}");
    lm_free(head);
}

static bool is_sought(void *self, const char *name, int64_t modified_ms)
{
    const listing *l = self;

    return (!l->users || lm_stars_has(&l->stars, name)) &&
           (!*l->words || lm_states_has(&l->found, name, modified_ms) || lm_words_all_in(l->words, name));
}

static void look(lm_errand *e)
{
    listing      *l = (listing *)e;
    lm_shelf_page page;

    l->ask.folder = lm_text_str(&l->folder);
    if (*l->words || l->users)
        l->ask.fits = is_sought;
    l->ask.self = l;
    if (*l->words && l->labels)
        l->found = lm_labels_find(l->labels, l->words);
    if (l->users)
        l->stars = lm_stars_read(l->users);
    if (lm_shelf_read(l->shelf, &l->ask, &page))
        put_page(&e->json, l, &page);
    else
        lm_errand_refuse(e, 400, "cursor is none that was given out");
    lm_shelf_page_done(&page);
    lm_states_done(&l->found);
    lm_stars_done(&l->stars);
}

static void answer(lm_errand *e)
{
    lm_reply_header(e->rq, "Cache-Control", "no-cache");
    if (e->status == 400)
        lm_reply_error(e->rq, 400, e->words);
    else
        lm_errand_answer(e);
    lm_text_done(&((listing *)e)->folder);
}

/* ------------------------------------------------------------------ what is asked */

static bool read_limit(lm_request *rq, size_t *limit)
{
    const char *text = lm_request_query(rq, "limit");

    *limit = text ? (size_t)strtoul(text, NULL, 10) : USUAL;
    return !text || (*text && strlen(text) < 9 && !text[strspn(text, "0123456789")] && *limit >= 1 && *limit <= MOST);
}

static void get_outputs(lm_request *rq, void *self)
{
    lm_server  *s = self;
    const char *folder = lm_request_query(rq, "dir"), *words = lm_request_query(rq, "q");
    const char *starred = lm_request_query(rq, "starred");
    lm_text     plain = { 0 };
    lm_shelf_ask ask = { .cursor = lm_request_query(rq, "cursor") };
    listing    *l = NULL;

    if (!read_limit(rq, &ask.limit))
        lm_reply_error(rq, 400, "limit is a whole number from 1 to 500");
    else if (!lm_shelf_order_read(lm_request_query(rq, "order"), &ask.order))
        lm_reply_error(rq, 400, "order is newest, oldest, name or largest");
    else if (starred && strcmp(starred, "true"))
        lm_reply_error(rq, 400, "starred is true, or is not there");
    else if (lm_file_name(folder ? folder : "", &plain))
        lm_reply_error(rq, 400, "dir is no folder below the output folder");
    else
        l = lm_errand_new(rq, sizeof *l, look, answer);
    if (!l) {
        lm_text_done(&plain);
        return;
    }
    l->shelf = s->shelf;
    l->root = lm_folders_tree(s->folders, "output");
    l->labels = lm_labelling_labels(s);
    l->folder = plain;
    l->words = words ? words : "";
    l->ask = ask;
    l->users = starred ? s->users : NULL;
    lm_labelling_read(s);
    lm_errand_go(&l->e);
}

/* ------------------------------------------------------------------ the part */

static bool open_outputs(lm_server *s, limn_error *err)
{
    (void)err;
    s->shelf = lm_shelf_new(lm_folders_tree(s->folders, "output"));
    return true;
}

static void close_outputs(lm_server *s)
{
    lm_shelf_free(s->shelf);
    s->shelf = NULL;
}

static const lm_route outputs_routes[] = {
    { .methods = LM_GET, .pattern = "/limn/outputs", .handle = get_outputs },
    { .methods = LM_GET, .pattern = "/limn/outputs/newest", .handle = lm_outputs_newest },
    { .methods = LM_GET, .pattern = "/limn/outputs/folders", .handle = lm_outputs_folders },
    { .methods = LM_POST, .pattern = "/limn/outputs/trash", .handle = lm_outputs_trash, .body_limit = 256 << 10 },
    { .methods = LM_POST, .pattern = "/limn/outputs/restore", .handle = lm_outputs_restore, .body_limit = 256 << 10 },
    { 0 },
};

const lm_part lm_outputs_part = { .name = "outputs", .open = open_outputs, .close = close_outputs,
                                  .routes = outputs_routes };
