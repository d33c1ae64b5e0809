/* templates.c: the gallery of templates: GET /limn/templates, its list, and one of them or its picture. They are part
 * of the program (scripts/cmake/gather_templates.py), so there is nothing to install or to find. */
#include "web/server/templates.h"

#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "web/http/http_condition.h"
#include "web/http/static.h"
#include "web/server/ui.h"

extern const lm_ui_file lm_template_files[]; /* by name; a row of zeros ends it */

static const lm_ui_file *find(const char *name, const char *ending)
{
    const size_t n = strlen(name);

    for (const lm_ui_file *f = lm_template_files; f->name; f++)
        if (!strncmp(f->name, name, n) && !strcmp(f->name + n, ending))
            return f;
    return NULL;
}

/* For who takes no gzip: 4 KiB of memory that go with the answer. */
static char *inflated(const lm_ui_file *f)
{
    char *whole = lm_try_alloc(f->whole);

    if (whole && lm_ui_inflate(f, whole))
        return whole;
    lm_free(whole);
    return NULL;
}

static void send_file(lm_request *rq, const lm_ui_file *f)
{
    const bool     packed = f && f->deflated && lm_http_accepts_gzip(lm_request_head(rq));
    lm_reply_bytes bytes = { 0 };

    if (!f) {
        lm_reply_status(rq, 404, NULL);
        return;
    }
    bytes = (lm_reply_bytes){ .at = f->at, .n = f->n, .tag = f->tag, .gzip = packed };
    if (f->deflated && !packed) {
        char *whole = inflated(f);

        bytes = (lm_reply_bytes){ .at = whole, .n = f->whole, .tag = f->tag, .release = lm_free, .arg = whole };
    }
    if (!bytes.at) {
        lm_reply_status(rq, 503, NULL);
        return;
    }
    lm_reply_header(rq, "Cache-Control", "no-cache");
    lm_reply_header(rq, "X-Content-Type-Options", "nosniff");
    lm_reply_lend(rq, 200, lm_static_type(f->name), &bytes);
}

static void list(lm_request *rq, void *self)
{
    (void)self;
    send_file(rq, find("_list.json", ""));
}

/* NAME is the workflow, NAME.webp its picture; lists begin with '_'. */
static void one(lm_request *rq, void *self)
{
    const char       *name = lm_request_arg(rq, 0);
    const lm_ui_file *f = *name == '_' ? NULL : find(name, ".json");

    (void)self;
    send_file(rq, f || *name == '_' ? f : find(name, ""));
}

void lm_templates_send(lm_request *rq, const char *name)
{
    static const char picture[] = "-1.webp";
    const size_t      n = strlen(name), tail = sizeof picture - 1;
    char              at[80];

    if (n > tail && !strcmp(name + n - tail, picture))
        snprintf(at, sizeof at, "%.*s.webp", (int)(n - tail < sizeof at ? n - tail : 0), name);
    else
        snprintf(at, sizeof at, "%s%s", !strncmp(name, "index.", 6) ? "_" : "", *name == '_' ? "" : name);
    send_file(rq, find(at, ""));
}

static const lm_route templates_routes[] = {
    { .methods = LM_GET, .pattern = "/limn/templates", .handle = list },
    { .methods = LM_GET, .pattern = "/limn/templates/{name}", .handle = one },
    { 0 },
};

const lm_part lm_templates_part = { .name = "templates", .routes = templates_routes };
