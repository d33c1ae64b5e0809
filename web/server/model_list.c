/* model_list.c: GET /limn/models: the kinds of models, and the files of a kind, with what can be said of each without
 * loading it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "core/base/alloc.h"
#include "web/server/family.h"
#include "web/server/model_known.h"
#include "web/server/model_notes.h"
#include "web/server/reply.h"
#include "web/server/told.h"
#include "web/work/work_check.h"

enum {
    MOST_HEADER = 2 << 20,
    MOST_BESIDE = 256 << 10, /* bytes of a file beside a model */
    LOOK_MS     = 700        /* from then on files that nobody has looked into are left for the next answer */
};

/* One answer in the making. */
typedef struct making {
    lm_look        *l;
    lm_folder_files every; /* of the kind's directories, whatever the ending */
    uint64_t        until; /* of uv_hrtime */
    size_t          unread;

    /* Of the file that is told now: those beside it in `every`, itself among them. */
    size_t stem, first, last; /* bytes of the name in common; from, and behind the last */
    int    root;
} making;

/* ------------------------------------------------------------------ what stands beside a model */

/* The first of all files that does not come before the name's first `n` bytes. */
static size_t first_from(const making *m, const char *name, size_t n)
{
    size_t from = 0, to = m->every.n;

    while (from < to) {
        const size_t middle = from + (to - from) / 2;

        if (strncmp(m->every.at[middle].name, name, n) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* Those that are called as this file is up to its last dot, and a dot. They stand side by side. */
static void look_beside(making *m, const lm_folder_file *f)
{
    const char *slash = strrchr(f->name, '/'), *dot = strrchr(f->name, '.');

    m->stem = dot && (!slash || dot > slash + 1) ? (size_t)(dot - f->name) : strlen(f->name);
    m->first = first_from(m, f->name, m->stem + (dot != NULL));
    for (m->last = m->first; m->last < m->every.n; m->last++)
        if (strncmp(m->every.at[m->last].name, f->name, m->stem) || m->every.at[m->last].name[m->stem] != '.')
            break;
    m->root = f->root;
}

/* Of them the one with this ending; NULL. */
static const lm_folder_file *beside(const making *m, const char *ending)
{
    for (size_t i = m->first; i < m->last; i++)
        if (m->every.at[i].root == m->root && !strcmp(m->every.at[i].name + m->stem, ending))
            return &m->every.at[i];
    return NULL;
}

static bool has_picture_beside(const making *m)
{
    static const char *const endings[] = { ".png", ".jpg", ".jpeg", ".webp", ".preview.png", ".preview.jpg",
                                           ".preview.jpeg", ".preview.webp" };

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (beside(m, endings[i]))
            return true;
    return false;
}

/* Notes beside a model; the last one is a digest alone. */
static const char *const note_endings[] = { ".civitai.info", ".metadata.json", ".json", ".sha256" };
enum { N_NOTES = sizeof note_endings / sizeof *note_endings };

/* ------------------------------------------------------------------ what is known of a file */

static lm_hash hash_state(lm_hash h, const lm_folder_file *f)
{
    return lm_hash_u64(lm_hash_u64(h, f ? (uint64_t)f->bytes : UINT64_MAX), f ? (uint64_t)(int64_t)(f->modified * 1000) : 0);
}

/* By its name, and by the sizes and times of it and of its notes. */
static lm_hash key_of(const making *m, const lm_folder_file *f)
{
    lm_hash h = lm_hash_text(lm_hash_text(lm_hash_start(), m->l->kind), f->name);

    h = hash_state(lm_hash_u64(h, (uint64_t)f->root), f);
    for (int i = 0; i < N_NOTES; i++)
        h = hash_state(h, beside(m, note_endings[i]));
    return h;
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

static void read_note(const making *m, const lm_folder_file *f, bool digest, lm_model_notes *notes)
{
    const int fd = lm_folders_open_at(m->l->folders, m->l->kind, f->root, f->name);
    char     *text = fd >= 0 && f->bytes > 0 && f->bytes <= MOST_BESIDE ? lm_try_alloc(MOST_BESIDE) : NULL;
    const ssize_t n = text ? pread(fd, text, MOST_BESIDE, 0) : 0;

    if (n > 0 && digest)
        lm_model_notes_digest(notes, text, (size_t)n);
    else if (n > 0)
        lm_model_notes_beside(notes, text, (size_t)n);
    lm_free(text);
    if (fd >= 0)
        close(fd);
}

static void look_into(const making *m, const lm_folder_file *f, lm_model_known *known, lm_text *said)
{
    const int      fd = lm_folders_open_at(m->l->folders, m->l->kind, f->root, f->name);
    size_t         n = 0;
    char          *header = fd >= 0 ? read_header(fd, &n) : NULL;
    lm_model_notes notes = { 0 };

    for (int i = 0; i < N_NOTES; i++) {
        const lm_folder_file *note = beside(m, note_endings[i]);

        if (note)
            read_note(m, note, i == N_NOTES - 1, &notes);
    }
    *known = (lm_model_known){ 0 };
    if (header) {
        known->family = lm_family_of(header, n);
        known->cover = memmem(header, n, "\"ssmd_cover_images\"", 19);
        lm_model_notes_header(&notes, header, n);
    }
    if (fd >= 0)
        close(fd);
    lm_free(header);
    lm_model_notes_tell(&notes, said);
    lm_model_notes_done(&notes);
}

/* False: the answer is not kept waiting for it. */
static bool know(making *m, const lm_folder_file *f, lm_model_known *known, lm_text *said)
{
    const lm_hash key = key_of(m, f);

    if (lm_model_recall(key, known, said))
        return true;
    if (uv_hrtime() > m->until)
        return false;
    look_into(m, f, known, said);
    lm_model_remember(key, known, said->at);
    return true;
}

static void forget(lm_server *s)
{
    (void)s;
    lm_model_forget_all();
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

static void put_preview(lm_text *out, const char *kind, const lm_folder_file *f)
{
    lm_text_puts(out, ", \"preview\": \"/experiment/models/preview/");
    put_escaped(out, kind);
    lm_text_printf(out, "/%d/", f->root);
    put_escaped(out, f->name);
    lm_text_puts(out, "\"");
}

static void put_file(making *m, const lm_folder_file *f)
{
    lm_text       *out = &m->l->e.json;
    lm_model_known k = { 0 };
    lm_text        said = { 0 };

    look_beside(m, f);
    m->unread += !know(m, f, &k, &said);
    lm_text_puts(out, "{\"name\": ");
    lm_work_quote(out, f->name);
    lm_text_printf(out, ", \"size\": %lld, \"mtime\": %lld, \"pathIndex\": %d", (long long)f->bytes,
                   (long long)(f->modified * 1000), f->root);
    if (k.family) {
        lm_text_puts(out, ", \"family\": ");
        lm_work_quote(out, k.family);
    }
    lm_text_puts(out, said.at ? said.at : "");
    if (k.cover || has_picture_beside(m))
        put_preview(out, m->l->kind, f);
    lm_text_puts(out, "}");
    lm_text_done(&said);
}

static bool is_shown(const lm_folder_file *f)
{
    return *f->name != '.' && !strstr(f->name, "/.");
}

static void find_files(lm_errand *e)
{
    lm_look        *l = (lm_look *)e;
    lm_folder_files files = lm_folders_files(l->folders, l->kind);
    making          m = { .l = l, .every = lm_folders_everything(l->folders, l->kind) };
    const char     *comma = "";

    m.until = uv_hrtime() + (uint64_t)LOOK_MS * 1000000;
    lm_text_puts(&e->json, "{\"files\": [");
    for (size_t i = 0; i < files.n; i++)
        if (is_shown(&files.at[i])) {
            lm_text_puts(&e->json, comma);
            comma = ", ";
            put_file(&m, &files.at[i]);
        }
    lm_text_puts(&e->json, "], \"folders\": ");
    lm_told_roots(&e->json, l->folders, l->kind);
    lm_text_printf(&e->json, ", \"unread\": %zu}", m.unread);
    lm_folder_files_free(&files);
    lm_folder_files_free(&m.every);
}

static void find_kinds(lm_errand *e)
{
    lm_folders *f = ((lm_look *)e)->folders;
    const char *kind, *comma = "";

    lm_text_puts(&e->json, "{\"kinds\": [");
    for (int i = 0; (kind = lm_folders_kind(f, i)); i++) {
        lm_folder_files files = { 0 };
        size_t          n = 0;

        if (lm_folders_working(kind) || !strcmp(kind, "configs"))
            continue;
        files = lm_folders_files(f, kind);
        for (size_t j = 0; j < files.n; j++)
            n += is_shown(&files.at[j]);
        lm_folder_files_free(&files);
        lm_text_printf(&e->json, "%s{\"name\": ", comma);
        lm_work_quote(&e->json, kind);
        lm_text_printf(&e->json, ", \"files\": %zu}", n);
        comma = ", ";
    }
    lm_text_puts(&e->json, "]}");
}

static void get_models(lm_request *rq, void *self)
{
    const lm_server *s = self;
    const char      *kind = lm_request_query(rq, "folder");

    if (!kind)
        lm_look_go(rq, self, NULL, NULL, find_kinds);
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
