/* versions_picture.c: POST /limn/versions: a small picture of a file of input, output or temp stands for the newest version. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/tree.h"
#include "core/graph/json.h"
#include "web/server/errand.h"
#include "web/server/pictures.h"
#include "web/server/reply.h"
#include "web/server/versions.h"
#include "web/server/view.h"

enum { SIDE = 192, QUALITY = 80 }; /* it is made to fit in there */

typedef struct taking {
    lm_errand   e;
    lm_server  *server;
    lm_text     name;   /* the workflow's */
    lm_file_ref ref;
    int         fd;
    uint64_t    order;
    char       *bytes;
    size_t      n;
} taking;

static void done(taking *t)
{
    if (t->fd >= 0)
        close(t->fd);
    lm_file_ref_done(&t->ref);
    lm_text_done(&t->name);
    lm_free(t->bytes);
}

/* ------------------------------------------------------------------ made, then kept */

static void keep(lm_errand *e)
{
    taking *t = (taking *)e;

    e->status = 204;
    if (!lm_versions_picture_keep(t->server->versions, t->name.at, t->bytes, t->n))
        lm_errand_refuse(e, 404, "there is no version of this file");
}

static void kept(lm_errand *e)
{
    lm_errand_answer(e);
    done((taking *)e);
}

static void refuse(taking *t, int status, const char *words)
{
    lm_errand_refuse(&t->e, status, words);
    lm_errand_answer(&t->e);
    done(t);
    lm_errand_done(&t->e);
}

static void made(void *self, const lm_picture_made *m)
{
    taking *t = self;

    lm_request_on_gone(t->e.rq, NULL, NULL);
    t->bytes = m->status == 200 ? lm_try_alloc(m->n) : NULL;
    if (!t->bytes) {
        refuse(t, m->status == 200 ? 503 : m->status, m->status == 200 ? "there is not enough memory" : m->words);
        return;
    }
    memcpy(t->bytes, m->bytes, m->n);
    t->n = m->n;
    t->e.go = keep;
    t->e.back = kept;
    lm_errand_go(&t->e);
}

static void on_gone(lm_request *rq, void *self)
{
    taking *t = self;

    (void)rq;
    lm_pictures_cancel(t->server->pictures, t->order);
    done(t);
    lm_errand_done(&t->e);
}

/* ------------------------------------------------------------------ opened */

static void open_file(lm_errand *e)
{
    taking *t = (taking *)e;

    t->fd = lm_tree_file(t->ref.root, t->ref.name.at);
    if (t->fd < 0)
        lm_errand_fail(e, errno);
}

static void make(lm_errand *e)
{
    taking *t = (taking *)e;

    if (e->status == 200 && !t->server->pictures)
        lm_errand_refuse(e, 503, "there is no worker for pictures");
    if (e->status != 200 || lm_request_gone(e->rq)) {
        lm_errand_answer(e);
        done(t);
        return;
    }
    e->again = true;
    t->order = lm_pictures_make(t->server->pictures, &(lm_picture_order){ .want = LM_PICTURE_WEBP, .fd = t->fd, .mask = -1,
                                                                          .quality = QUALITY, .width = SIDE, .height = SIDE },
                                made, t);
    t->fd = -1;
    lm_request_on_gone(e->rq, on_gone, t);
}

/* ------------------------------------------------------------------ what is asked */

/* A text without NUL, or NULL. */
static const char *text_at(const lm_json *d, const char *key)
{
    size_t      n;
    const char *text = lm_json_string(d, lm_json_get(d, lm_json_root(d), key), &n);

    return text && strlen(text) == n ? text : NULL;
}

/* {"filename", "subfolder", "type"}. 0, or the status to refuse with. */
static int read_ref(lm_server *s, lm_slice body, lm_file_ref *ref, const char **words)
{
    limn_error err = { 0 };
    lm_json   *d = lm_json_read(body.at, body.n, &err);
    int        status = 400;

    *words = "the body names a picture: {\"filename\", \"subfolder\", \"type\"}";
    if (d && text_at(d, "filename"))
        status = lm_file_ref_read(s, text_at(d, "filename"), text_at(d, "subfolder"), text_at(d, "type"), "output", ref, words);
    lm_json_free(d);
    return status;
}

void lm_versions_picture_post(lm_request *rq, void *self)
{
    const char *words = "";
    lm_text     name = { 0 };
    lm_file_ref ref = { 0 };
    int         status = lm_versions_name(rq, &name, &words);
    taking     *t = NULL;

    if (!status)
        status = read_ref(self, lm_request_body(rq), &ref, &words);
    if (status)
        lm_reply_status(rq, status, words);
    else
        t = lm_errand_new(rq, sizeof *t, open_file, make);
    if (!t) {
        lm_file_ref_done(&ref);
        lm_text_done(&name);
        return;
    }
    t->server = self;
    t->name = name;
    t->ref = ref;
    t->fd = -1;
    lm_errand_go(&t->e);
}
