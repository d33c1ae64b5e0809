/* models.c: which models there are, and what their files say of themselves. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/graph/json.h"
#include "core/graph/python.h"
#include "web/server/reply.h"
#include "web/server/told.h"
#include "web/work/work_check.h"

enum { LARGEST_HEADER = 1 << 20 };

static bool is_model_kind(const lm_folders *f, const char *kind)
{
    return lm_folders_known(f, kind) && !lm_folders_working(kind);
}

/* ------------------------------------------------------------------ kinds */

void lm_told_roots(lm_text *out, const lm_folders *f, const char *kind)
{
    const char *root;

    lm_text_puts(out, "[");
    for (int i = 0; (root = lm_folders_root(f, kind, i)); i++) {
        char   *real = realpath(root, NULL), *here = getcwd(NULL, 0);
        lm_text path = { 0 };

        if (real || *root == '/')
            lm_text_puts(&path, real ? real : root);
        else
            lm_text_printf(&path, "%s/%s", here ? here : "", root);
        lm_text_puts(out, i ? ", " : "");
        lm_work_quote(out, path.at);
        lm_text_done(&path);
        free(real);
        free(here);
    }
    lm_text_puts(out, "]");
}

static void list_kinds(lm_request *rq, void *self)
{
    const lm_server *s = self;
    const char      *kind, *comma = "";
    lm_text          t = { 0 };

    lm_text_puts(&t, "[");
    for (int i = 0; (kind = lm_folders_kind(s->folders, i)); i++)
        if (!lm_folders_working(kind)) {
            lm_text_puts(&t, comma);
            lm_work_quote(&t, kind);
            comma = ", ";
        }
    lm_text_puts(&t, "]");
    lm_reply_json(rq, 200, &t);
}

static void find_kinds(lm_errand *e)
{
    const lm_folders *f = ((lm_look *)e)->folders;
    const char       *kind, *comma = "";

    lm_text_puts(&e->json, "[");
    for (int i = 0; (kind = lm_folders_kind(f, i)); i++)
        if (!lm_folders_working(kind) && strcmp(kind, "configs")) {
            lm_text_printf(&e->json, "%s{\"name\": ", comma);
            lm_work_quote(&e->json, kind);
            lm_text_puts(&e->json, ", \"folders\": ");
            lm_told_roots(&e->json, f, kind);
            lm_text_puts(&e->json, "}");
            comma = ", ";
        }
    lm_text_puts(&e->json, "]");
}

static void list_folders(lm_request *rq, void *self)
{
    lm_look_go(rq, self, NULL, NULL, find_kinds);
}

/* ------------------------------------------------------------------ files of a kind */

static void add_names(lm_look *l, bool stems)
{
    char **names = lm_folders_names(l->folders, l->kind);

    lm_text_puts(&l->e.json, "[");
    for (size_t i = 0; names[i]; i++) {
        char *slash = strrchr(names[i], '/'), *dot = strrchr(slash ? slash : names[i], '.');

        if (stems && dot)
            *dot = 0;
        lm_text_puts(&l->e.json, i ? ", " : "");
        lm_work_quote(&l->e.json, names[i]);
    }
    lm_text_puts(&l->e.json, "]");
    lm_folders_names_free(names);
}

static void find_names(lm_errand *e)
{
    add_names((lm_look *)e, false);
}

/* Names without their endings. */
static void find_stems(lm_errand *e)
{
    add_names((lm_look *)e, true);
}

static void list_names(lm_request *rq, void *self)
{
    const char *kind = lm_request_arg(rq, 0);

    if (is_model_kind(((lm_server *)self)->folders, kind))
        lm_look_go(rq, self, kind, NULL, find_names);
    else
        lm_reply_empty(rq, 404);
}

static void list_embeddings(lm_request *rq, void *self)
{
    lm_look_go(rq, self, "embeddings", NULL, find_stems);
}

static bool is_hidden(const char *name)
{
    return *name == '.' || strstr(name, "/.");
}

static void add_file(lm_text *out, const lm_folder_file *file)
{
    lm_text_puts(out, out->size > 1 ? ", {\"name\": " : "{\"name\": ");
    lm_work_quote(out, file->name);
    lm_text_printf(out, ", \"pathIndex\": %d, \"modified\": ", file->root);
    lm_py_repr_float(file->modified, out);
    lm_text_puts(out, ", \"created\": ");
    lm_py_repr_float(file->changed, out);
    lm_text_printf(out, ", \"size\": %lld}", (long long)file->bytes);
}

static void find_files(lm_errand *e)
{
    lm_look *l = (lm_look *)e;
    lm_folder_files files = lm_folders_files(l->folders, l->kind);

    lm_text_puts(&e->json, "[");
    for (size_t i = 0; i < files.n; i++)
        if (!is_hidden(files.at[i].name))
            add_file(&e->json, &files.at[i]);
    lm_text_puts(&e->json, "]");
    lm_folder_files_free(&files);
}

static void list_files(lm_request *rq, void *self)
{
    const char *kind = lm_request_arg(rq, 0);

    if (is_model_kind(((lm_server *)self)->folders, kind))
        lm_look_go(rq, self, kind, NULL, find_files);
    else
        lm_reply_empty(rq, 404);
}

/* ------------------------------------------------------------------ what a file says of itself */

static bool read_all(int fd, char *to, size_t n, off_t from)
{
    while (n) {
        const ssize_t got = pread(fd, to, n, from);

        if (got <= 0)
            return false;
        to += got;
        from += got;
        n -= (size_t)got;
    }
    return true;
}

/* The head of a safetensors file; NULL when it is none, or a long one.                              [new] */
static char *read_header(int fd, size_t *n)
{
    unsigned char size[8];
    char         *header;

    *n = 0;
    if (!read_all(fd, (char *)size, sizeof size, 0))
        return NULL;
    for (int i = 7; i >= 0; i--)
        *n = *n << 8 | size[i];
    if (*n > LARGEST_HEADER || !(header = lm_try_alloc(*n + 1)))
        return NULL;
    if (read_all(fd, header, *n, sizeof size))
        return header;
    lm_free(header);
    return NULL;
}

static void find_metadata(lm_errand *e)
{
    lm_look *l = (lm_look *)e;
    const int   fd = lm_folders_open(l->folders, l->kind, l->name, NULL);
    size_t      n = 0;
    char       *header = fd >= 0 ? read_header(fd, &n) : NULL;
    lm_json    *d = header ? lm_json_read(header, n, NULL) : NULL;
    lm_json_ref about = d ? lm_json_get(d, lm_json_root(d), "__metadata__") : 0;

    if (fd >= 0)
        close(fd);
    if (about && lm_json_kind_of(d, lm_json_root(d)) == LM_JSON_OBJECT)
        lm_json_write(d, about, LM_JSON_SPACES, &e->json);
    else
        lm_errand_refuse(e, 404, "no such file, or it tells nothing of itself");
    lm_json_free(d);
    lm_free(header);
}

static void view_metadata(lm_request *rq, void *self)
{
    const char  *kind = lm_request_arg(rq, 0), *name = lm_request_query(rq, "filename");
    const size_t n = name ? strlen(name) : 0;

    if (n > 12 && !strcmp(name + n - 12, ".safetensors") && is_model_kind(((lm_server *)self)->folders, kind))
        lm_look_go(rq, self, kind, name, find_metadata);
    else
        lm_reply_status(rq, 404, "only safetensors files of models tell of themselves");
}

static const lm_route models_routes[] = {
    { .methods = LM_GET, .pattern = "/models", .handle = list_kinds, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/models/{type}", .handle = list_names, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/experiment/models", .handle = list_folders, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/experiment/models/{type}", .handle = list_files, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/embeddings", .handle = list_embeddings, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/view_metadata/{folder}", .handle = view_metadata, .flags = LM_ROUTE_API },
    { 0 },
};

const lm_part lm_models_part = { .name = "models", .routes = models_routes };
