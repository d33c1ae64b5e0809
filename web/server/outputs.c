/* outputs.c: GET /limn/outputs: the pictures of the output folder, page by page. */
#include "web/server/outputs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/tree.h"
#include "web/server/file_name.h"
#include "web/server/picture_size.h"
#include "web/server/reply.h"
#include "web/work/work_check.h"

enum { USUAL = 50, MOST = 500 };

typedef struct listing {
    lm_errand    e;
    lm_shelf    *shelf;
    const char  *root;
    lm_text      folder;
    lm_shelf_ask ask;    /* its words are the request's */
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

static void put_size(lm_text *out, const char *root, const char *name, uint8_t *head)
{
    const int     fd = lm_tree_file(root, name);
    const ssize_t n = fd >= 0 ? pread(fd, head, LM_PICTURE_HEAD, 0) : -1;
    uint32_t      width, height;

    if (n > 0 && lm_picture_size(head, (size_t)n, &width, &height))
        lm_text_printf(out, ", \"width\": %u, \"height\": %u", (unsigned)width, (unsigned)height);
    if (fd >= 0)
        close(fd);
}

static void put_page(lm_text *out, const char *root, const lm_shelf_page *p)
{
    uint8_t *head = lm_alloc(LM_PICTURE_HEAD);

    lm_text_puts(out, "{\"files\": [");
    for (size_t i = 0; i < p->n; i++) {
        lm_text_puts(out, i ? ", {" : "{");
        lm_output_name(out, p->at[i].name);
        lm_text_printf(out, ", \"size\": %llu, \"mtime\": %lld", (unsigned long long)p->at[i].bytes,
                       (long long)p->at[i].modified_ms);
        put_size(out, root, p->at[i].name, head);
        lm_text_puts(out, "}");
    }
    lm_text_puts(out, "]");
    if (p->next) {
        lm_text_puts(out, ", \"next\": ");
        lm_work_quote(out, p->next);
    }
    lm_text_puts(out, "}");
    lm_free(head);
}

static void look(lm_errand *e)
{
    listing      *l = (listing *)e;
    lm_shelf_page page;

    l->ask.folder = lm_text_str(&l->folder);
    if (lm_shelf_read(l->shelf, &l->ask, &page))
        put_page(&e->json, l->root, &page);
    else
        lm_errand_refuse(e, 400, "cursor is none that was given out");
    lm_shelf_page_done(&page);
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
    lm_text     plain = { 0 };
    size_t      limit;
    listing    *l = NULL;

    if (!read_limit(rq, &limit))
        lm_reply_error(rq, 400, "limit is a whole number from 1 to 500");
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
    l->folder = plain;
    l->ask = (lm_shelf_ask){ .words = words ? words : "", .cursor = lm_request_query(rq, "cursor"), .limit = limit };
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
    { .methods = LM_POST, .pattern = "/limn/outputs/trash", .handle = lm_outputs_trash, .body_limit = 256 << 10 },
    { .methods = LM_POST, .pattern = "/limn/outputs/restore", .handle = lm_outputs_restore, .body_limit = 256 << 10 },
    { 0 },
};

const lm_part lm_outputs_part = { .name = "outputs", .open = open_outputs, .close = close_outputs,
                                  .routes = outputs_routes };
