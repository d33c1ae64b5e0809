/* model_list.c: GET /limn/models: the files of a kind, with what can be said of each without loading it. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/hash.h"
#include "web/server/family.h"
#include "web/server/reply.h"
#include "web/server/told.h"
#include "web/work/work_check.h"

enum { MOST_HEADER = 2 << 20, MOST_KNOWN = 20000 };

/* ------------------------------------------------------------------ what is known of a file */

/* What its header said, by name, size and time: it is read once. */
typedef struct known {
    lm_hash     key;
    const char *family; /* NULL: none */
    bool        cover;  /* a picture stands in the header */
} known;

static struct {
    pthread_mutex_t lock;
    known          *at;
    size_t          n, room;
} all = { .lock = PTHREAD_MUTEX_INITIALIZER };

static lm_hash key_of(const char *kind, const lm_folder_file *f)
{
    lm_hash h = lm_hash_text(lm_hash_text(lm_hash_start(), kind), f->name);

    h = lm_hash_u64(lm_hash_u64(h, (uint64_t)f->root), (uint64_t)f->bytes);
    return lm_hash_u64(h, (uint64_t)(f->modified * 1000));
}

static bool recall(lm_hash key, known *out)
{
    bool there = false;

    pthread_mutex_lock(&all.lock);
    for (size_t i = 0; i < all.n && !there; i++)
        if ((there = lm_hash_same(all.at[i].key, key)))
            *out = all.at[i];
    pthread_mutex_unlock(&all.lock);
    return there;
}

static void remember(const known *k)
{
    pthread_mutex_lock(&all.lock);
    if (all.n == MOST_KNOWN)
        all.n = 0;
    if (all.n == all.room) {
        all.room = all.room ? 2 * all.room : 64;
        all.at = lm_grow(all.at, all.room * sizeof *all.at);
    }
    all.at[all.n++] = *k;
    pthread_mutex_unlock(&all.lock);
}

static void forget(lm_server *s)
{
    (void)s;
    pthread_mutex_lock(&all.lock);
    lm_free(all.at);
    all.at = NULL;
    all.n = all.room = 0;
    pthread_mutex_unlock(&all.lock);
}

/* The head of a safetensors file, up to MOST_HEADER bytes of it; NULL when it is none.               [new] */
static char *read_header(int fd, size_t *n)
{
    uint8_t  size[8];
    uint64_t whole = 0;
    ssize_t  got;
    char    *header;

    if (pread(fd, size, sizeof size, 0) != sizeof size)
        return NULL;
    for (int i = 7; i >= 0; i--)
        whole = whole << 8 | size[i];
    *n = whole < MOST_HEADER ? (size_t)whole : MOST_HEADER;
    header = whole >= 2 && whole < (uint64_t)1 << 40 ? lm_try_alloc(*n + 1) : NULL;
    got = header ? pread(fd, header, *n, 8) : 0;
    if (header && got > 0 && *header == '{') {
        *n = (size_t)got;
        header[*n] = 0;
        return header;
    }
    lm_free(header);
    return NULL;
}

static known look_into(lm_folders *folders, const char *kind, const lm_folder_file *f)
{
    known  k = { .key = key_of(kind, f) };
    size_t n = 0;
    char  *header;
    int    fd;

    if (recall(k.key, &k))
        return k;
    fd = lm_folders_open_at(folders, kind, f->root, f->name);
    header = fd >= 0 ? read_header(fd, &n) : NULL;
    if (header) {
        k.family = lm_family_of(header, n);
        k.cover = memmem(header, n, "\"ssmd_cover_images\"", 19);
    }
    if (fd >= 0)
        close(fd);
    lm_free(header);
    remember(&k);
    return k;
}

static bool has_picture_beside(lm_folders *folders, const char *kind, const lm_folder_file *f)
{
    static const char *const endings[] = { ".png", ".jpg", ".jpeg", ".webp", ".preview.png", ".preview.jpg",
                                           ".preview.jpeg", ".preview.webp" };
    const char *slash = strrchr(f->name, '/'), *dot = strrchr(f->name, '.');
    const int   stem = dot && (!slash || dot > slash + 1) ? (int)(dot - f->name) : (int)strlen(f->name);
    int         fd = -1;

    for (size_t i = 0; fd < 0 && i < sizeof endings / sizeof *endings; i++) {
        lm_text name = { 0 };

        lm_text_printf(&name, "%.*s%s", stem, f->name, endings[i]);
        fd = lm_folders_open_at(folders, kind, f->root, name.at);
        lm_text_done(&name);
    }
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* ------------------------------------------------------------------ telling */

/* As a part of a path may stand in a URL.  Source: RFC 3986. */
static void put_escaped(lm_text *out, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";

    for (; *text; text++)
        if (strchr(plain, *text))
            lm_text_add(out, text, 1);
        else
            lm_text_printf(out, "%%%02X", (unsigned char)*text);
}

static void put_file(lm_look *l, const lm_folder_file *f)
{
    lm_text    *out = &l->e.json;
    const known k = look_into(l->folders, l->kind, f);

    lm_text_puts(out, "{\"name\": ");
    lm_work_quote(out, f->name);
    lm_text_printf(out, ", \"size\": %lld, \"mtime\": %lld, \"pathIndex\": %d", (long long)f->bytes,
                   (long long)(f->modified * 1000), f->root);
    if (k.family) {
        lm_text_puts(out, ", \"family\": ");
        lm_work_quote(out, k.family);
    }
    if (k.cover || has_picture_beside(l->folders, l->kind, f)) {
        lm_text_puts(out, ", \"preview\": \"/experiment/models/preview/");
        put_escaped(out, l->kind);
        lm_text_printf(out, "/%d/", f->root);
        put_escaped(out, f->name);
        lm_text_puts(out, "\"");
    }
    lm_text_puts(out, "}");
}

static void find_files(lm_errand *e)
{
    lm_look        *l = (lm_look *)e;
    lm_folder_files files = lm_folders_files(l->folders, l->kind);
    const char     *comma = "";

    lm_text_puts(&e->json, "{\"files\": [");
    for (size_t i = 0; i < files.n; i++) {
        if (*files.at[i].name == '.' || strstr(files.at[i].name, "/."))
            continue;
        lm_text_puts(&e->json, comma);
        comma = ", ";
        put_file(l, &files.at[i]);
    }
    lm_text_puts(&e->json, "]}");
    lm_folder_files_free(&files);
}

static void get_models(lm_request *rq, void *self)
{
    const lm_server *s = self;
    const char      *kind = lm_request_query(rq, "folder");

    if (!kind)
        lm_reply_error(rq, 400, "folder names a kind of models, as GET /models lists them");
    else if (!lm_folders_known(s->folders, kind) || lm_folders_working(kind))
        lm_reply_error(rq, 404, "there is no such kind of models");
    else
        lm_look_go(rq, self, kind, NULL, find_files);
}

static const lm_route model_list_routes[] = {
    { .methods = LM_GET, .pattern = "/limn/models", .handle = get_models },
    { 0 },
};

const lm_part lm_model_list_part = { .name = "model_list", .close = forget, .routes = model_list_routes };
