/* view.c: GET /view: the files of input, output and temp, and what is made of pictures among them. */
#include "web/server/view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/tree.h"
#include "web/http/http_condition.h"
#include "web/server/errand.h"
#include "web/server/file_name.h"
#include "web/server/pictures.h"
#include "web/server/types.h"

/* ------------------------------------------------------------------ which file */

/* " [input]" at the end: the text in the brackets, and one character before them, are cut off. */
static const char *take_mark(lm_text *filename)
{
    static const char *const kinds[] = { "input", "output", "temp" };

    for (int i = 0; i < 3; i++) {
        const size_t n = strlen(kinds[i]), at = filename->size - n - 2;

        if (filename->size < n + 2 || filename->at[at] != '[' || filename->at[at + n + 1] != ']' ||
            strncmp(filename->at + at + 1, kinds[i], n))
            continue;
        filename->size = at ? at - 1 : 0;
        filename->at[filename->size] = 0;
        return kinds[i];
    }
    return NULL;
}

static int refuse(int status, const char **words, const char *why)
{
    *words = why;
    return status;
}

static int join(lm_file_ref *out, const char *subfolder, const char *filename, const char **words)
{
    const char *slash = strrchr(filename, '/');
    lm_text     last = { 0 };
    int         status = 0;

    if (lm_file_name(subfolder ? subfolder : "", &out->name))
        status = refuse(403, words, "subfolder leads out of its folder");
    else if (lm_file_name(slash ? slash + 1 : filename, &last) || !last.size)
        status = refuse(400, words, "filename is no name of a file");
    if (!status && out->name.size)
        lm_text_add(&out->name, "/", 1);
    lm_text_puts(&out->name, lm_text_str(&last));
    lm_text_done(&last);
    if (!status && lm_file_name_dotted(lm_text_str(&out->name)))
        status = refuse(404, words, "there is no such file");
    return status;
}

int lm_file_ref_read(lm_server *s, const char *filename, const char *subfolder, const char *type,
                     const char *fallback, lm_file_ref *out, const char **words)
{
    lm_text     name = { 0 };
    const char *mark;
    int         status;

    *out = (lm_file_ref){ 0 };
    if (!filename)
        return refuse(404, words, "filename is missing");
    lm_text_puts(&name, filename);
    mark = name.size ? take_mark(&name) : NULL;
    if (mark || !type)
        type = mark ? mark : fallback;
    if (!name.size || *name.at == '/' || strstr(name.at, ".."))
        status = refuse(400, words, "filename is no name of a file");
    else if (!lm_folders_working(type))
        status = refuse(400, words, "type is none of input, output and temp");
    else
        status = join(out, subfolder, name.at, words);
    if (!status)
        out->root = lm_folders_tree(s->folders, type);
    else
        lm_file_ref_done(out);
    lm_text_done(&name);
    return status;
}

void lm_file_ref_done(lm_file_ref *r)
{
    lm_text_done(&r->name);
}

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
    char             tag[96];
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
        snprintf(v->tag, sizeof v->tag, "\"%llx%08lx-%llx-%d-%d-%d\"", (long long)st.st_mtim.tv_sec,
                 st.st_mtim.tv_nsec, (long long)st.st_size, (int)v->order.want, v->order.quality, v->order.flat);
}

static void done(viewing *v)
{
    if (v->fd >= 0)
        close(v->fd);
    lm_file_ref_done(&v->ref);
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
    lm_errand_go(&v->e);
}

static const lm_route routes[] = {
    { .methods = LM_GET, .pattern = "/view", .handle = view, .flags = LM_ROUTE_API },
    { 0 },
};

const lm_part lm_view_part = { .name = "view", .routes = routes };
