/* covers.c: GET /experiment/models/preview/…: the picture of a model: one that lies beside it under its name, or the
 * first that its own header holds. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/graph/json.h"
#include "web/server/errand.h"
#include "web/server/pictures.h"
#include "web/server/reply.h"
#include "web/server/view.h"

enum {
    QUALITY = 80,          /* what Pillow takes for a WebP */
    MOST_HEADER = 8 << 20  /* bytes of a model's header that are read for a picture */
};

/* From the request to the picture. */
typedef struct looking {
    lm_errand   e;
    lm_server  *server;
    const char *kind, *model; /* the request's words */
    int         root;         /* which directory of the kind */
    int         width, height; /* it is made to fit in there; 0: as it is */
    int         fd;           /* of a picture; -1: none */
    uint64_t    order;        /* at the pictures' worker */
} looking;

/* ------------------------------------------------------------------ beside the model */

static int open_name(const looking *l, const char *stem, const char *ending)
{
    lm_text name = { 0 };
    int     fd;

    lm_text_printf(&name, "%s%s", stem, ending);
    fd = lm_folders_open_at(l->server->folders, l->kind, l->root, name.at);
    lm_text_done(&name);
    return fd;
}

static int open_beside(const looking *l, const char *stem)
{
    static const char *const endings[] = { ".png", ".jpg", ".jpeg", ".webp", ".preview.png", ".preview.jpg",
                                           ".preview.jpeg", ".preview.webp" };
    int fd = -1;

    for (size_t i = 0; fd < 0 && i < sizeof endings / sizeof *endings; i++)
        fd = open_name(l, stem, endings[i]);
    return fd;
}

/* The name without what stands behind its last dot. */
static char *stem_of(const char *name)
{
    const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name, *dot = strrchr(last, '.');

    return lm_copy_bytes(name, dot && dot > last ? (size_t)(dot - name) : strlen(name));
}

/* ------------------------------------------------------------------ in its header */

static int digit_of(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char       *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* Base64 to a file in memory; what is no digit is passed over.  Source: RFC 4648. */
static int decode(const char *text, size_t n)
{
    const int fd = memfd_create("cover", MFD_CLOEXEC);
    char     *bytes = lm_try_alloc(n / 4 * 3 + 3);
    size_t    size = 0;
    uint32_t  bits = 0;
    int       n_bits = 0;
    bool      well = fd >= 0 && bytes;

    for (size_t i = 0; well && i < n && text[i] != '='; i++) {
        const int digit = digit_of(text[i]);

        if (digit < 0)
            continue;
        bits = bits << 6 | (uint32_t)digit;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            bytes[size++] = (char)(bits >> n_bits);
        }
    }
    well = well && write(fd, bytes, size) == (ssize_t)size;
    lm_free(bytes);
    if (well || fd < 0)
        return fd;
    close(fd);
    return -1;
}

/* The header's JSON, or NULL.                                                                     [new] */
static lm_json *read_header(int fd)
{
    limn_error err = { 0 };
    uint8_t    head[8];
    uint64_t   n = 0;
    lm_json   *d = NULL;
    char      *text;

    if (pread(fd, head, 8, 0) != 8)
        return NULL;
    for (int i = 7; i >= 0; i--)
        n = n << 8 | head[i];
    text = n <= MOST_HEADER ? lm_try_alloc((size_t)n + 1) : NULL;
    if (text && pread(fd, text, (size_t)n, 8) == (ssize_t)n)
        d = lm_json_read(text, (size_t)n, &err);
    lm_free(text);
    return d;
}

/* ssmd_cover_images is a text, itself JSON: a list of pictures in base64. */
static int open_listed(const lm_json *header)
{
    const lm_json_ref of = lm_json_get(header, lm_json_root(header), "__metadata__");
    const lm_json_ref list = of ? lm_json_get(header, of, "ssmd_cover_images") : 0;
    limn_error        err = { 0 };
    size_t            n = 0;
    const char       *text;
    lm_json          *d;
    lm_json_ref       first;
    int               fd = -1;

    if (!list || lm_json_kind_of(header, list) != LM_JSON_STRING)
        return -1;
    text = lm_json_string(header, list, &n);
    d = lm_json_read(text, n, &err);
    first = d && lm_json_kind_of(d, lm_json_root(d)) == LM_JSON_ARRAY ? lm_json_at(d, lm_json_root(d), 0) : 0;
    if (first && lm_json_kind_of(d, first) == LM_JSON_STRING) {
        text = lm_json_string(d, first, &n);
        fd = decode(text, n);
    }
    lm_json_free(d);
    return fd;
}

static int open_inside(const looking *l, const char *stem)
{
    const int model = open_name(l, stem, ".safetensors");
    lm_json  *header = model >= 0 ? read_header(model) : NULL;
    int       fd = -1;

    if (header && lm_json_kind_of(header, lm_json_root(header)) == LM_JSON_OBJECT)
        fd = open_listed(header);
    lm_json_free(header);
    if (model >= 0)
        close(model);
    return fd;
}

static void find(lm_errand *e)
{
    looking *l = (looking *)e;
    char    *stem = stem_of(l->model);

    l->fd = open_beside(l, stem);
    if (l->fd < 0)
        l->fd = open_inside(l, stem);
    lm_free(stem);
}

/* ------------------------------------------------------------------ the answer */

static void nothing_here(lm_request *rq)
{
    lm_reply_status(rq, 404, "there is no picture of this model");
}

static void busy(lm_request *rq, const char *words)
{
    lm_reply_header(rq, "Retry-After", "1");
    lm_reply_status(rq, 503, words);
}

static void show(void *self, const lm_picture_made *m)
{
    looking *l = self;

    if (m->status == 200) {
        lm_reply_header(l->e.rq, "Cache-Control", "private, max-age=300");
        lm_reply_copy(l->e.rq, 200, "image/webp", m->bytes, m->n);
    } else if (m->status == 503) {
        busy(l->e.rq, m->words);
    } else {
        nothing_here(l->e.rq);
    }
    lm_request_on_gone(l->e.rq, NULL, NULL);
    lm_errand_done(&l->e);
}

static void on_gone(lm_request *rq, void *self)
{
    looking *l = self;

    (void)rq;
    lm_pictures_cancel(l->server->pictures, l->order);
    lm_errand_done(&l->e);
}

static void make(looking *l)
{
    l->e.again = true;
    l->order = lm_pictures_make(l->server->pictures, &(lm_picture_order){ .want = LM_PICTURE_WEBP, .fd = l->fd,
                                                                          .mask = -1, .quality = QUALITY,
                                                                          .width = l->width, .height = l->height },
                                   show, l);
    lm_request_on_gone(l->e.rq, on_gone, l);
}

static void answer(lm_errand *e)
{
    looking   *l = (looking *)e;
    const bool can = l->server->pictures && e->status == 200;

    if (l->fd >= 0 && can && !lm_request_gone(e->rq)) {
        make(l);
        return;
    }
    if (can)
        nothing_here(e->rq);
    else
        busy(e->rq, "nobody reads pictures now");
    if (l->fd >= 0)
        close(l->fd);
}

static void cover(lm_request *rq, void *self)
{
    const char *number = lm_request_arg(rq, 1);
    const long  root = strtol(number, NULL, 10);
    const int   width = lm_view_side(lm_request_query(rq, "limn_w")), height = lm_view_side(lm_request_query(rq, "limn_h"));
    looking    *l;

    if (!*number || number[strspn(number, "0123456789")] || root > INT_MAX) {
        nothing_here(rq);
        return;
    }
    if (width < 0 || height < 0) {
        lm_reply_status(rq, 400, "limn_w and limn_h are whole numbers from 1 to 16384");
        return;
    }
    if (!(l = lm_errand_new(rq, sizeof *l, find, answer)))
        return;
    l->width = width;
    l->height = height;
    l->server = self;
    l->kind = lm_request_arg(rq, 0);
    l->model = lm_request_arg(rq, 2);
    l->root = (int)root;
    l->fd = -1;
    lm_errand_go(&l->e);
}

static const lm_route routes[] = {
    { .methods = LM_GET, .pattern = "/experiment/models/preview/{type}/{pathIndex}/{file*}", .handle = cover,
      .flags = LM_ROUTE_API },
    { 0 },
};

const lm_part lm_covers_part = { .name = "covers", .routes = routes };
