/* pack_files.c: what a workflow needs, gathered for its bundle: pictures, models, plugins. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/cli/bundled.h"
#include "core/data/safetensors.h"
#include "core/graph/blame.h"
#include "nodes/models/detect.h"
#include "nodes/picture/picture.h"
#include "nodes/picture/webp_write.h"

enum { THUMBNAIL = 256, QUALITY = 80, MOST_NAME = 200, MOST_MISSING = 100 };

/* A line about something that is named by a stranger, who may have named it as he liked. */
static void note(lm_packing *p, const char *before, const char *name, size_t n, const char *behind)
{
    lm_text_puts(&p->notes, before);
    lm_text_clean(&p->notes, name, n, MOST_NAME);
    lm_text_puts(&p->notes, behind);
}

/* ------------------------------------------------------------------ one file */

/* The whole of a picture's file, when it is one. */
static bool read_picture(lm_packing *p, lm_packed_file *f, int fd)
{
    struct stat st;
    size_t      got = 0;
    ssize_t     n = 1;

    if (fstat(fd, &st) || (uint64_t)st.st_size > LM_BUNDLE_INPUT) {
        note(p, "the picture ", f->name, strlen(f->name), " is larger than ");
        lm_text_printf(&p->notes, "%zu MB: the bundle goes without it\n", LM_BUNDLE_INPUT >> 20);
        return false;
    }
    f->bytes = lm_alloc((size_t)st.st_size + 1);
    while (n > 0 && got < (size_t)st.st_size) {
        n = read(fd, f->bytes + got, (size_t)st.st_size - got);
        got += n > 0 ? (size_t)n : 0;
    }
    f->size = got;
    if (got == (size_t)st.st_size && lm_bundled_ending(f->bytes, got)) {
        lm_bundled_digest_of(f->bytes, got, f->sha256);
        return true;
    }
    note(p, "", f->name, strlen(f->name), " is no picture that limn knows: the bundle goes without it\n");
    return false;
}

static void tell_family(lm_packed_file *f, int fd)
{
    limn_error  err = { 0 };
    lm_weights *w = lm_weights_open(fd, f->name, &err);

    if (w) {
        const lm_detected d = lm_detect(w);

        snprintf(f->family, sizeof f->family, "%s", d.family ? d.family : "");
        lm_weights_unref(w);
    }
}

/* Its digest, where it is wanted and may be read for it. */
static bool digest_model(lm_packing *p, lm_packed_file *f, int fd, const struct stat *st)
{
    if (p->no_digests || lm_digests_find(st, f->sha256))
        return true;
    if (p->most_read && f->bytes_there > p->most_read - p->read) {
        lm_text_printf(&p->notes, "%s ", f->folder);
        note(p, "", f->name, strlen(f->name), " is told by name and size alone: ");
        lm_text_printf(&p->notes, "to read its %.1f GB takes too long here; limn pack does it\n", (double)f->bytes_there / 1e9);
        return true;
    }
    p->read += f->bytes_there;
    if (!lm_bundled_digest(fd, f->sha256))
        return false;
    lm_digests_keep(st, f->sha256);
    return true;
}

static bool look_at_model(lm_packing *p, lm_packed_file *f, int fd)
{
    struct stat st;

    if (fstat(fd, &st))
        return false;
    f->bytes_there = (uint64_t)st.st_size;
    if (!digest_model(p, f, fd, &st))
        return false;
    tell_family(f, fd);
    return true;
}

static void look_at(lm_packing *p, lm_packed_file *f)
{
    limn_error err = { 0 };
    const int  fd = lm_folders_open(p->session->folders, f->folder, f->name, &err);
    const bool picture = !strcmp(f->folder, "input");

    if (fd < 0) {
        lm_text_printf(&p->notes, "%s ", picture ? "the picture" : f->folder);
        note(p, "", f->name, strlen(f->name), " is not here: the bundle names it and cannot say more\n");
        return;
    }
    f->here = picture ? read_picture(p, f, fd) : look_at_model(p, f, fd);
    close(fd);
}

/* ------------------------------------------------------------------ the workflow */

/* A name that the table itself offers is no file's. */
static bool is_offered(const limn_input *row, const char *name)
{
    const char *const *const lists[] = { row->extra, row->choices };

    for (int i = 0; i < 2; i++)
        for (const char *const *w = lists[i]; w && *w; w++)
            if (!strcmp(*w, name))
                return true;
    return false;
}

static int count_of(const lm_packing *p, bool pictures)
{
    int n = 0;

    for (int i = 0; i < p->n; i++)
        n += !strcmp(p->at[i].folder, "input") == pictures;
    return n;
}

/* Once for each that is used; no more than a bundle may have. */
static void add_file(lm_packing *p, const char *folder, const char *name)
{
    const bool picture = !strcmp(folder, "input");

    for (int i = 0; i < p->n; i++)
        if (!strcmp(p->at[i].folder, folder) && !strcmp(p->at[i].name, name))
            return;
    if (count_of(p, picture) >= (picture ? LM_BUNDLE_INPUTS : LM_BUNDLE_MODELS))
        return;
    p->at[p->n] = (lm_packed_file){ .folder = lm_copy_text(folder), .name = lm_copy_text(name) };
    look_at(p, &p->at[p->n++]);
}

/* "name" or "name.safetensors" among the embeddings, in whatever folder within; NULL.                     [lends] */
static const char *find_embedding(lm_packing *p, const char *name, size_t n)
{
    char **names;

    if (!p->embeddings)
        p->embeddings = lm_folders_names(p->session->folders, "embeddings");
    for (names = p->embeddings; names && *names; names++) {
        const char *slash = strrchr(*names, '/'), *last = slash ? slash + 1 : *names;

        if (!strncmp(last, name, n) && (!last[n] || last[n] == '.'))
            return *names;
    }
    return NULL;
}

/* A prompt names embeddings by "embedding:name". */
static void note_embeddings(lm_packing *p, const char *text)
{
    static const char word[] = "embedding:";

    while ((text = strstr(text, word))) {
        const size_t n = strcspn(text += sizeof word - 1, " \t\r\n,:()[]{}|<>\\");
        const char  *name = n ? find_embedding(p, text, n) : NULL;

        if (name)
            add_file(p, "embeddings", name);
        else if (n && p->n_missing++ < MOST_MISSING)
            note(p, "the embedding ", text, n, " is not here: the bundle does not name it\n");
    }
}

static void note_file(void *self, const char *node, size_t node_size, const char *input, size_t input_size,
                      const limn_input *row, lm_json_ref v)
{
    lm_packing *p = self;
    const char *text = row ? lm_json_c_string(p->d, v) : NULL;

    (void)node, (void)node_size, (void)input, (void)input_size;
    if (text && row->kind == LIMN_KIND_TEXT)
        note_embeddings(p, text);
    else if (text && *text && row->kind == LIMN_KIND_FILE && row->folder && !is_offered(row, text))
        add_file(p, row->folder, text);
}

static void note_plugin(lm_packing *p, const lm_origin *o)
{
    for (int i = 0; i < p->n_plugins; i++)
        if (p->plugins[i] == o)
            return;
    if (p->n_plugins < LM_BUNDLE_PLUGINS)
        p->plugins[p->n_plugins++] = o;
}

static void note_class(void *self, const char *name, size_t size, const lm_class *c)
{
    lm_packing *p = self;

    if (c && c->origin)
        note_plugin(p, c->origin);
    if (c || lm_index_find(&p->unknown_names, name, size) >= 0 || !lm_index_reserve(&p->unknown_names))
        return;
    lm_index_put(&p->unknown_names, name, size, 1);
    lm_text_puts(&p->unknown, p->unknown.size ? ", " : "");
    lm_json_write_string(name, size, LM_JSON_SPACES, &p->unknown);
    note(p, "the class ", name, size, " is not known here: files that it names are not in the bundle\n");
}

bool lm_packing_gather(lm_packing *p, const lm_canvas_env *env, limn_error *err)
{
    const lm_uses uses = { .self = p, .class_ = note_class, .value = note_file };

    return lm_uses_walk(p->d, env, &uses, err);
}

void lm_packing_done(lm_packing *p)
{
    for (int i = 0; i < p->n; i++) {
        lm_free(p->at[i].folder);
        lm_free(p->at[i].name);
        lm_free(p->at[i].bytes);
    }
    lm_folders_names_free(p->embeddings);
    lm_index_done(&p->unknown_names);
    lm_text_done(&p->unknown);
    lm_text_done(&p->notes);
}

/* ------------------------------------------------------------------ a small picture */

/* Into `out`, by way of a file in memory. */
static bool write_webp(const lm_bitmap *in, lm_text *out, limn_error *err)
{
    const int fd = memfd_create("thumbnail", MFD_CLOEXEC);
    char      piece[8192];
    ssize_t   n;
    off_t     at = 0;
    bool      well = fd >= 0 && lm_webp_write(in, QUALITY, fd, err);

    for (; well && (n = pread(fd, piece, sizeof piece, at)) > 0; at += n)
        lm_text_add(out, piece, (size_t)n);
    if (fd >= 0)
        close(fd);
    return well;
}

bool lm_packed_thumbnail(const char *bytes, size_t n, lm_text *out, limn_error *err)
{
    lm_source  s = lm_source_memory(bytes, n, "the picture");
    lm_picture p = { 0 };
    lm_bitmap  small = { 0 };
    bool       well;

    s.still = true;
    s.fit = THUMBNAIL;
    if (!lm_picture_read(&s, &p, err))
        return false;
    small = (lm_bitmap){ p.width, p.height, p.channels, NULL };
    lm_picture_fit(&small.width, &small.height, THUMBNAIL);
    small.at = lm_alloc((size_t)small.width * (size_t)small.height * (size_t)small.channels);
    well = lm_lanczos((lm_bitmap){ p.width, p.height, p.channels, p.bytes }, small, NULL, err) &&
           write_webp(&small, out, err);
    lm_free(small.at);
    lm_picture_done(&p);
    return well;
}
