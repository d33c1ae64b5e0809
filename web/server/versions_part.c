/* versions_part.c: GET /limn/versions: what was saved before, as a list and one by one, and their small pictures. */
#include <string.h>

#include "core/base/alloc.h"
#include "web/server/errand.h"
#include "web/server/reply.h"
#include "web/server/types.h"
#include "web/server/userdata.h"
#include "web/server/versions.h"

enum { MOST_KEPT = 256 << 20 }; /* bytes of all versions */

typedef struct looking {
    lm_errand    e;
    lm_versions *versions;
    lm_text      name;
    const char  *id;    /* the request's; NULL: all */
    bool         picture;
    char        *bytes;
    size_t       n;
} looking;

static void look(lm_errand *e)
{
    looking *l = (looking *)e;

    if (!l->id) {
        lm_versions_list(l->versions, l->name.at, &e->json);
        return;
    }
    l->bytes = (l->picture ? lm_versions_picture : lm_versions_read)(l->versions, l->name.at, l->id, &l->n);
    if (!l->bytes)
        lm_errand_refuse(e, 404, l->picture ? "there is no picture of this version" : "there is no such version of this file");
}

static void answer(lm_errand *e)
{
    static const lm_content json = { "application/json; charset=utf-8", false, false }, webp = { "image/webp", true, false };
    looking                *l = (looking *)e;
    const lm_content        content = l->picture ? webp : json;

    if (l->bytes) {
        lm_content_headers(e->rq, &content, l->name.at);
        lm_reply_take(e->rq, 200, content.type, l->bytes, l->n);
    } else {
        lm_errand_answer(e);
    }
    lm_text_done(&l->name);
}

int lm_versions_name(lm_request *rq, lm_text *name, const char **words)
{
    const char *file = lm_request_query(rq, "file");
    const int   status = file ? lm_user_name(file, name, words) : 400;

    if (!file)
        *words = "file names the workflow whose versions are wanted";
    else if (!status && (!name->size || !lm_versions_wanted(name->at)))
        return *words = "versions are kept of the JSON files below workflows/", 400;
    return status;
}

static void tell(lm_request *rq, lm_server *s, const char *id, bool picture)
{
    const char *words = "";
    lm_text     name = { 0 };
    const int   status = lm_versions_name(rq, &name, &words);
    looking    *l = NULL;

    if (status)
        lm_reply_status(rq, status, words);
    else
        l = lm_errand_new(rq, sizeof *l, look, answer);
    if (!l) {
        lm_text_done(&name);
        return;
    }
    l->versions = s->versions;
    l->name = name;
    l->id = id;
    l->picture = picture;
    lm_errand_go(&l->e);
}

static void get_all(lm_request *rq, void *self)
{
    tell(rq, self, NULL, false);
}

static void get_one(lm_request *rq, void *self)
{
    tell(rq, self, lm_request_arg(rq, 0), false);
}

static void get_picture(lm_request *rq, void *self)
{
    tell(rq, self, lm_request_arg(rq, 0), true);
}

/* ------------------------------------------------------------------ the part */

static bool open_versions(lm_server *s, limn_error *err)
{
    lm_text folder = { 0 };

    (void)err;
    lm_text_printf(&folder, "%s/state/versions", s->o->base);
    s->versions = lm_versions_new(folder.at, MOST_KEPT);
    lm_text_done(&folder);
    return true;
}

static void close_versions(lm_server *s)
{
    lm_versions_free(s->versions);
    s->versions = NULL;
}

static const lm_route versions_routes[] = {
    { .methods = LM_GET, .pattern = "/limn/versions", .handle = get_all },
    { .methods = LM_POST, .pattern = "/limn/versions", .handle = lm_versions_picture_post, .body_limit = 4 << 10 },
    { .methods = LM_GET, .pattern = "/limn/versions/{id}", .handle = get_one },
    { .methods = LM_GET, .pattern = "/limn/versions/{id}/picture", .handle = get_picture },
    { 0 },
};

const lm_part lm_versions_part = { .name = "versions", .open = open_versions, .close = close_versions,
                                   .routes = versions_routes };
