/* view.c: GET /view: the files of input, output and temp, and what is made of pictures among them. */
#include "web/server/view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/tree.h"
#include "web/http/http_condition.h"
#include "web/server/errand.h"
#include "web/server/file_name.h"
#include "web/server/pictures.h"
#include "web/server/thumbs.h"
#include "web/server/types.h"

enum { THUMB_QUALITY = 80, MOST_KEPT = 256 << 20 }; /* bytes of small pictures */

/* ------------------------------------------------------------------ the answer */

typedef struct viewing {
    lm_errand        e;
    lm_server       *server;
    lm_file_ref      ref;
    bool             for_image, as_it_is;
    lm_picture_order order;
    int              fd;
    uint64_t         number; /* of the order */
    lm_content       content;
    char             tag[128];
    bool             kept;   /* small pictures stay on the disk */
    char             key[LM_THUMB_KEY], *bytes;
    size_t           n;
} viewing;

static void look(lm_errand *e)
{
    viewing    *v = (viewing *)e;
    struct stat st;

    v->fd = lm_tree_file(v->ref.root, v->ref.name.at);
    if (v->fd < 0)
        lm_errand_fail(e, errno);
    else if (v->as_it_is)
        v->content = lm_content_read(v->ref.name.at, v->fd, v->for_image);
    else if (!fstat(v->fd, &st))
        snprintf(v->tag, sizeof v->tag, "\"%llx%08lx-%llx-%d-%d-%d-%dx%d\"", (long long)st.st_mtim.tv_sec,
                 st.st_mtim.tv_nsec, (long long)st.st_size, (int)v->order.want, v->order.quality, v->order.flat,
                 v->order.width, v->order.height);
    if (v->kept && *v->tag) {
        lm_thumbs_key(v->ref.root, v->ref.name.at, v->tag, v->key);
        v->bytes = lm_thumbs_get(v->server->thumbs, v->key, &v->n);
    }
}

static void keep(lm_errand *e)
{
    viewing *v = (viewing *)e;

    lm_thumbs_put(v->server->thumbs, v->key, v->bytes, v->n);
}

static void done(viewing *v)
{
    if (v->fd >= 0)
        close(v->fd);
    lm_file_ref_done(&v->ref);
    lm_free(v->bytes);
}

static void has_kept(lm_errand *e)
{
    done((viewing *)e);
}

/* It was answered; what was made is kept for the next one. False: there is no memory for that. */
static bool keep_beside(viewing *v, const lm_picture_made *m)
{
    v->bytes = lm_try_alloc(m->n);
    if (!v->bytes)
        return false;
    memcpy(v->bytes, m->bytes, m->n);
    v->n = m->n;
    v->e.go = keep;
    v->e.back = has_kept;
    lm_errand_go(&v->e);
    return true;
}

static void send_picture(void *self, const lm_picture_made *m)
{
    viewing         *v = self;
    const char      *type = v->order.want == LM_PICTURE_WEBP ? "image/webp"
                            : v->order.want == LM_PICTURE_JPEG ? "image/jpeg" : "image/png";
    const lm_content content = { type, true, false };

    if (m->status == 200) {
        lm_content_headers(v->e.rq, &content, v->ref.name.at);
        lm_reply_header(v->e.rq, "ETag", v->tag);
        lm_reply_copy(v->e.rq, 200, type, m->bytes, m->n);
    } else {
        lm_errand_refuse(&v->e, m->status, m->words);
        lm_errand_answer(&v->e);
    }
    lm_request_on_gone(v->e.rq, NULL, NULL);
    if (m->status == 200 && v->kept && keep_beside(v, m))
        return;
    done(v);
    lm_errand_done(&v->e);
}

/* Nobody looks any more: the picture need not be made. */
static void on_gone(lm_request *rq, void *self)
{
    viewing *v = self;

    (void)rq;
    lm_pictures_cancel(v->server->pictures, v->number);
    done(v);
    lm_errand_done(&v->e);
}

static void make_picture(viewing *v)
{
    v->order.fd = v->fd;
    v->order.mask = -1;
    v->fd = -1;
    v->e.again = true;
    v->number = lm_pictures_make(v->server->pictures, &v->order, send_picture, v);
    lm_request_on_gone(v->e.rq, on_gone, v);
}

static void send_kept(viewing *v)
{
    const lm_content content = { "image/webp", true, false };

    lm_content_headers(v->e.rq, &content, v->ref.name.at);
    lm_reply_header(v->e.rq, "ETag", v->tag);
    lm_reply_take(v->e.rq, 200, content.type, v->bytes, v->n);
    v->bytes = NULL;
}

static void answer(lm_errand *e)
{
    viewing *v = (viewing *)e;

    if (e->status != 200) {
        lm_errand_answer(e);
    } else if (v->as_it_is) {
        lm_content_headers(e->rq, &v->content, v->ref.name.at);
        lm_reply_file(e->rq, 200, v->content.type, v->fd);
        v->fd = -1;
    } else if (lm_http_not_modified(lm_request_head(e->rq), v->tag, -1)) {
        lm_reply_header(e->rq, "ETag", v->tag);
        lm_reply_empty(e->rq, 304);
    } else if (v->bytes) {
        send_kept(v);
    } else if (!v->server->pictures) {
        lm_errand_refuse(e, 503, "there is no worker for pictures");
        lm_errand_answer(e);
    } else {
        make_picture(v);
        return;
    }
    done(v);
}

/* "webp;90": digits behind the last ';' are the quality. */
static int quality_of(const char *preview)
{
    const char *semicolon = strrchr(preview, ';'), *digits = semicolon ? semicolon + 1 : preview;
    const long  n = strtol(digits, NULL, 10);

    if (!*digits || digits[strspn(digits, "0123456789")])
        return 90;
    return n < 1 ? 1 : n > 100 ? 100 : (int)n;
}

/* What is to be made; false: the file as it is. */
static bool wanted(const char *preview, const char *channel, lm_picture_order *o)
{
    *o = (lm_picture_order){ .fd = -1, .mask = -1, .quality = 90 };
    if (!channel)
        channel = "";
    if (preview) {
        const bool jpeg = !strncmp(preview, "jpeg", 4) && (!preview[4] || preview[4] == ';');

        o->want = jpeg && !strchr(channel, 'a') ? LM_PICTURE_JPEG : LM_PICTURE_WEBP;
        o->flat = o->want == LM_PICTURE_JPEG || !strcmp(channel, "rgb");
        o->quality = quality_of(preview);
        return true;
    }
    o->want = !strcmp(channel, "a") ? LM_PICTURE_ALPHA : LM_PICTURE_RGB;
    return !strcmp(channel, "rgb") || !strcmp(channel, "a");
}

int lm_view_side(const char *text)
{
    long n;

    if (!text)
        return 0;
    n = *text && strlen(text) < 6 && !text[strspn(text, "0123456789")] ? strtol(text, NULL, 10) : 0;
    return n >= 1 && n <= LM_PICTURE_BOX ? (int)n : -1;
}

/* limn_w and limn_h: a WebP that fits in there. False: the request was answered. */
static bool read_box(lm_request *rq, viewing *v)
{
    const int   width = lm_view_side(lm_request_query(rq, "limn_w")), height = lm_view_side(lm_request_query(rq, "limn_h"));
    const char *preview = lm_request_query(rq, "preview");

    if (width < 0 || height < 0) {
        lm_reply_status(rq, 400, "limn_w and limn_h are whole numbers from 1 to 16384");
        return false;
    }
    if (!width && !height)
        return true;
    v->order.want = LM_PICTURE_WEBP;
    v->order.quality = preview ? quality_of(preview) : THUMB_QUALITY;
    v->order.width = width;
    v->order.height = height;
    v->as_it_is = false;
    v->kept = v->server->thumbs;
    return true;
}

static void view(lm_request *rq, void *self)
{
    const char *words;
    lm_file_ref ref;
    const int   status = lm_file_ref_read(self, lm_request_query(rq, "filename"), lm_request_query(rq, "subfolder"),
                                          lm_request_query(rq, "type"), "output", &ref, &words);
    viewing    *v;

    if (status) {
        lm_reply_status(rq, status, words);
        return;
    }
    if (!(v = lm_errand_new(rq, sizeof *v, look, answer))) {
        lm_file_ref_done(&ref);
        return;
    }
    v->server = self;
    v->ref = ref;
    v->fd = -1;
    v->for_image = lm_slice_is(lm_request_header(rq, "sec-fetch-dest"), "image");
    v->as_it_is = !wanted(lm_request_query(rq, "preview"), lm_request_query(rq, "channel"), &v->order);
    if (read_box(rq, v)) {
        lm_errand_go(&v->e);
    } else {
        done(v);
        lm_errand_done(&v->e);
    }
}

static const lm_route routes[] = {
    { .methods = LM_GET, .pattern = "/view", .handle = view, .flags = LM_ROUTE_API },
    { .methods = LM_GET, .pattern = "/limn/file", .handle = lm_view_facts },
    { 0 },
};

static bool open_view(lm_server *s, limn_error *err)
{
    lm_text folder = { 0 };

    (void)err;
    lm_text_printf(&folder, "%s/state/thumbs", s->o->base);
    s->thumbs = lm_thumbs_new(folder.at, MOST_KEPT);
    lm_text_done(&folder);
    return true;
}

static void close_view(lm_server *s)
{
    lm_thumbs_free(s->thumbs);
    s->thumbs = NULL;
}

const lm_part lm_view_part = { .name = "view", .open = open_view, .close = close_view, .routes = routes };
