/* page.c: what a browser sees. With --front-end the files of that folder, as ComfyUI serves them, and, where pip put
 * them beside it, the templates and documents that it shows; without, the page that was built into the program, and
 * where there is none, one of plain words. Where a token is asked for, the first page asks whoever has none. */
#include "web/server/page.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/beneath.h"
#include "core/base/tree.h"
#include "web/http/static.h"
#include "web/server/errand.h"
#include "web/server/own_page.h"
#include "web/server/reply.h"
#include "web/server/templates.h"
#include "web/server/ui.h"
#include "web/work/work_check.h"

typedef struct lm_front {
    char *path;                      /* of the front end; NULL: none */
    int   root, templates, documents;  /* folders; -1: none */
    lm_ui *ui;                       /* the page in the program */
} lm_front;

static const char words[] =
    "<p>This is a limn server: it runs workflows and paints pictures. Clients of ComfyUI's API can use it as it is: "
    "<code>POST /prompt</code>, <code>GET /history</code>, <code>/view</code> and the WebSocket <code>/ws</code>.</p>\n"
    "<ul><li>The API: <a href=\"/docs/api\">/docs/api</a></li>\n"
    "<li>Nodes: <a href=\"/object_info\">/object_info</a></li>\n"
    "<li>The queue: <a href=\"/queue\">/queue</a></li>\n"
    "<li>The machine: <a href=\"/system_stats\">/system_stats</a></li></ul>\n"
    "<p>A canvas can be served from here: start <code>limn serve --front-end DIR</code> with a folder that has an "
    "<code>index.html</code>, such as the one of the Python package <code>comfyui-frontend-package</code>.</p>\n";

/* ------------------------------------------------------------------ folders */

static char *join(const char *path, const char *more)
{
    lm_text t = { 0 };

    lm_text_printf(&t, "%s/%s", path, more);
    return lm_text_take(&t);
}

static int open_beside(const char *path, const char *more)
{
    char     *whole = join(path, more);
    const int fd = lm_tree_root(whole);

    lm_free(whole);
    return fd;
}

static bool has_index(const char *path)
{
    lm_tree_entry there;

    return lm_tree_look(path, "index.html", &there) && !there.folder;
}

/* The folder itself, or "static" inside a package's. */
static bool open_front(lm_front *p, const char *given, limn_error *err)
{
    char *within = join(given, "static");

    p->path = has_index(given) ? lm_copy_text(given) : has_index(within) ? lm_copy_text(within) : NULL;
    lm_free(within);
    if (!p->path)
        return limn_fail(err, FILE, "--front-end %.200s: there is no index.html in it", given);
    p->root = lm_tree_root(p->path);
    p->templates = open_beside(p->path, "../../comfyui_workflow_templates/templates");
    p->documents = open_beside(p->path, "../../comfyui_embedded_docs/docs");
    return p->root >= 0 || limn_fail(err, FILE, "the front end's folder cannot be opened: %s", strerror(errno));
}

static bool open_page(lm_server *s, limn_error *err)
{
    s->front = lm_alloc(sizeof *s->front);
    *s->front = (lm_front){ .root = -1, .templates = -1, .documents = -1, .ui = lm_ui_new() };
    return !s->o->front_end || open_front(s->front, s->o->front_end, err);
}

static void close_page(lm_server *s)
{
    lm_front *p = s->front;

    if (!p)
        return;
    if (p->root >= 0)
        close(p->root);
    if (p->templates >= 0)
        close(p->templates);
    if (p->documents >= 0)
        close(p->documents);
    lm_ui_free(p->ui);
    lm_free(p->path);
    lm_free(p);
    s->front = NULL;
}

/* ------------------------------------------------------------------ pages */

static void send_from(lm_request *rq, int folder)
{
    if (folder < 0)
        lm_reply_status(rq, 404, NULL);
    else
        lm_static_send(rq, folder, lm_request_arg(rq, 0));
}

/* A front end without templates beside it shows those that come with limn. */
static void templates(lm_request *rq, void *self)
{
    const lm_front *p = ((lm_server *)self)->front;

    if (p->root >= 0 && p->templates < 0)
        lm_templates_send(rq, lm_request_arg(rq, 0));
    else
        send_from(rq, p->templates);
}

static void documents(lm_request *rq, void *self)
{
    send_from(rq, ((lm_server *)self)->front->documents);
}

static void page(lm_request *rq, void *self)
{
    const lm_front *p = ((lm_server *)self)->front;
    const char     *name = lm_request_arg(rq, 0);

    if (p->root >= 0)
        send_from(rq, p->root);
    else if (!lm_ui_send(p->ui, rq, name)) {
        if (*name)
            lm_reply_status(rq, 404, NULL);
        else
            lm_own_page(rq, 200, words);
    }
}

/* A web app's manifest, as /assets/manifest-1a2b.json: browsers fetch it without their cookies, so it is for everybody, as
 * far as it is a file of the front end. */
static bool is_manifest(const lm_http_head *h)
{
    static const char begins[] = "manifest", *const ends[] = { ".json", ".webmanifest" };
    const lm_slice    path = lm_http_path(h);
    const char       *slash = memrchr(path.at, '/', path.n);
    const size_t      n = slash ? (size_t)(path.at + path.n - slash) - 1 : 0;

    if (n < sizeof begins || memcmp(slash + 1, begins, sizeof begins - 1))
        return false;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (n > strlen(ends[i]) && !memcmp(slash + 1 + n - strlen(ends[i]), ends[i], strlen(ends[i])))
            return true;
    return false;
}

/* Who has no token is asked for it here and nowhere else. */
static void first_page(lm_request *rq, void *self)
{
    const lm_guard guard = { .token = ((lm_server *)self)->o->token };

    if (lm_guard_token(&guard, lm_request_head(rq), false).status)
        lm_enter_page(rq, 401);
    else
        page(rq, self);
}

/* ------------------------------------------------------------------ GET /extensions */

typedef struct listing {
    lm_errand   e;
    const char *path;
} listing;

static bool is_script(const char *name)
{
    const size_t n = strlen(name);

    return n > 3 && !strcmp(name + n - 3, ".js");
}

static void list(lm_errand *e)
{
    const char  *path = ((listing *)e)->path;
    lm_tree_list all = { 0 };
    bool         first = true;

    if (path)
        lm_tree_each(path, "extensions", true, NULL, &all);
    lm_text_puts(&e->json, "[");
    for (size_t i = 0; i < all.n; i++)
        if (!all.at[i].folder && is_script(all.at[i].name)) {
            char *name = join("/extensions", all.at[i].name);

            lm_text_puts(&e->json, first ? "" : ", ");
            lm_work_quote(&e->json, name);
            lm_free(name);
            first = false;
        }
    lm_text_puts(&e->json, "]");
    lm_tree_list_done(&all);
}

static void extensions(lm_request *rq, void *self)
{
    listing *l = lm_errand_new(rq, sizeof *l, list, lm_errand_answer);

    if (!l)
        return;
    l->path = ((lm_server *)self)->front->path;
    lm_errand_go(&l->e);
}

/* ------------------------------------------------------------------ what no plugin brings */

static void nothing(lm_request *rq, void *self)
{
    (void)self;
    lm_reply_json_text(rq, 200, "{}");
}

static void no_subgraph(lm_request *rq, void *self)
{
    (void)self;
    lm_reply_json_text(rq, 200, "null");
}

static const lm_route routes[] = {
    { .methods = LM_GET, .pattern = "/extensions", .handle = extensions, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/workflow_templates", .handle = nothing, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/i18n", .handle = nothing, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/global_subgraphs", .handle = nothing, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/global_subgraphs/{id}", .handle = no_subgraph, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/templates/{path*}", .handle = templates },
    { .methods = LM_GET, .pattern = "/docs/{path*}", .handle = documents },
    { .methods = LM_GET, .pattern = "/", .handle = first_page, .flags = LM_ROUTE_OPEN | LM_ROUTE_ASKS },
    { .methods = LM_POST, .pattern = "/limn/enter", .handle = lm_enter, .flags = LM_ROUTE_OPEN, .body_limit = 4096 },
    { .methods = LM_GET, .pattern = "/{path*}", .handle = page, .open_for = is_manifest },
    { 0 },
};

const lm_part lm_page_part = { .name = "page", .open = open_page, .close = close_page, .routes = routes };
