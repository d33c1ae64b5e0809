/* static.c: the files of a folder as pages. */
#include "web/http/static.h"

#include <stdio.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/beneath.h"
#include "web/http/http_reply.h"

/* ------------------------------------------------------------------ endings */

static const struct {
    const char *ending, *type;
} types[] = {
    { ".html", "text/html; charset=utf-8" },
    { ".js", "application/javascript; charset=utf-8" },
    { ".mjs", "application/javascript; charset=utf-8" },
    { ".css", "text/css; charset=utf-8" },
    { ".json", "application/json; charset=utf-8" },
    { ".map", "application/json; charset=utf-8" },
    { ".txt", "text/plain; charset=utf-8" },
    { ".md", "text/markdown; charset=utf-8" },
    { ".svg", "image/svg+xml" },
    { ".png", "image/png" },
    { ".jpg", "image/jpeg" },
    { ".jpeg", "image/jpeg" },
    { ".webp", "image/webp" },
    { ".gif", "image/gif" },
    { ".ico", "image/x-icon" },
    { ".avif", "image/avif" },
    { ".mp4", "video/mp4" },
    { ".webm", "video/webm" },
    { ".mp3", "audio/mpeg" },
    { ".woff", "font/woff" },
    { ".woff2", "font/woff2" },
    { ".ttf", "font/ttf" },
    { ".wasm", "application/wasm" },
    { ".yaml", "text/yaml; charset=utf-8" },
};

static bool ends(const char *name, const char *ending)
{
    const size_t n = strlen(name), n_ending = strlen(ending);

    return n > n_ending && !strcasecmp(name + n - n_ending, ending);
}

const char *lm_static_type(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (ends(name, types[i].ending))
            return types[i].type;
    return "application/octet-stream";
}

/* What clients of ComfyUI know: pages and scripts are asked for again, pictures last a day. */
static const char *caching(const char *name)
{
    const char *type = lm_static_type(name);

    if (ends(name, ".html"))
        return "no-store, must-revalidate";
    return !strncmp(type, "image/", 6) && !ends(name, ".svg") ? "public, max-age=86400" : "no-cache";
}

/* ------------------------------------------------------------------ opening, elsewhere */

typedef struct opening {
    uv_work_t   work;
    lm_request *rq;
    int         root, fd;
    char        name[];
} opening;

static void open_there(uv_work_t *work)
{
    opening *o = work->data;

    o->fd = lm_beneath_file(o->root, o->name);
}

static void opened(uv_work_t *work, int status)
{
    opening    *o = work->data;
    lm_request *rq = o->rq;

    (void)status; /* nobody cancels it */
    if (o->fd < 0) {
        lm_reply_status(rq, 404, NULL);
    } else {
        lm_reply_header(rq, "Cache-Control", caching(o->name));
        lm_reply_header(rq, "X-Content-Type-Options", "nosniff");
        lm_reply_file(rq, 200, lm_static_type(o->name), o->fd);
    }
    lm_free(o);
    lm_request_unref(rq);
}

void lm_static_send(lm_request *rq, int root, const char *name)
{
    const size_t n = strlen(name);
    const char  *index = !n || name[n - 1] == '/' ? "index.html" : "";
    opening     *o = lm_try_alloc(sizeof *o + n + strlen(index) + 1);

    if (!o) {
        lm_reply_status(rq, 503, NULL);
        return;
    }
    stpcpy(stpcpy(o->name, name), index);
    o->root = root;
    o->fd = -1;
    o->work.data = o;
    o->rq = lm_request_ref(rq);
    if (!uv_queue_work(lm_request_loop(rq), &o->work, open_there, opened))
        return;
    lm_free(o);
    lm_request_unref(rq);
    lm_reply_status(rq, 503, NULL);
}
