/* placing.c: what a bundle brings is put where it counts here: pictures into the input folder, models found. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/cli/bundled.h"
#include "core/graph/nearest.h"

enum { MOST_RENAMES = LM_BUNDLE_INPUTS + LM_BUNDLE_MODELS, NEAR = 3 };

typedef struct placing {
    const lm_session *s;
    const lm_bundle  *b;
    lm_json         *d;
    lm_bundled_told *told;
    uint64_t         read;    /* bytes of files that were read to compare them */
    bool             too_much; /* one of this name or size was not read any more */
    limn_error      *err;
    struct {
        const char *folder, *from;
        char       *to;
    } renames[MOST_RENAMES]; /* only where the names differ */
    int n_renames;
} placing;

/* A pipe is opened once, to be read: only files are looked into. */
static bool is_bundle(const char *path)
{
    struct stat st;
    char        first[4];
    int         fd;
    bool        is;

    if (!strcmp(path, "-") || stat(path, &st) || !S_ISREG(st.st_mode))
        return false;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    is = fd >= 0 && pread(fd, first, sizeof first, 0) == sizeof first && lm_zip_begins(first, sizeof first);
    if (fd >= 0)
        close(fd);
    return is;
}

char *lm_bundled_read(const char *path, size_t *n, limn_error *err)
{
    return is_bundle(path) ? lm_read_whole(path, LM_BUNDLE_BYTES, n, err) : NULL;
}

static void rename_file(placing *p, const char *folder, const char *from, const char *to)
{
    if (!strcmp(from, to) || p->n_renames == MOST_RENAMES)
        return;
    p->renames[p->n_renames].folder = folder;
    p->renames[p->n_renames].from = from;
    p->renames[p->n_renames++].to = lm_copy_text(to);
}

/* ------------------------------------------------------------------ by content */

static bool has_digest(placing *p, const char *folder, const char *name, const char *sha256)
{
    limn_error err = { 0 };
    const int  fd = lm_folders_open(p->s->folders, folder, name, &err);
    char       hex[65];
    bool       same = false;

    if (fd < 0)
        return false;
    same = lm_bundled_digest(fd, hex) && !strcmp(hex, sha256);
    close(fd);
    return same;
}

static bool may_read(placing *p, uint64_t bytes)
{
    p->too_much = p->told->most_read && bytes > p->told->most_read - p->read;
    p->read += p->too_much ? 0 : bytes;
    return !p->too_much;
}

/* A file of the folder with these bytes; only those that are as long are read. The one that is called `first` before
 * all others. NULL: none.                                                                                  [new] */
static char *find_content(placing *p, const lm_folder_files *files, const char *folder, uint64_t bytes,
                          const char *sha256, const char *first)
{
    p->too_much = false;
    for (int others = 0; others < 2; others++) /* first the one of that name */
        for (size_t i = 0; i < files->n; i++) {
            const lm_folder_file *f = &files->at[i];
            const bool            other = strcmp(f->name, first);

            if (f->bytes == (int64_t)bytes && other == others && may_read(p, bytes) &&
                has_digest(p, folder, f->name, sha256))
                return lm_copy_text(f->name);
        }
    return NULL;
}

/* ------------------------------------------------------------------ pictures */

/* "sub/my cat.png [output]" and its digest -> "my-cat-1a2b3c4d5e6f7a8b.png": nothing of it is a path. */
static void fresh_name(const lm_bundle_input *in, const char *ending, char out[80])
{
    const char *last = strrchr(in->name, '/'), *dot;
    size_t      n, k = 0;

    last = last ? last + 1 : in->name;
    dot = strrchr(last, '.');
    n = dot ? (size_t)(dot - last) : strlen(last);
    for (size_t i = 0; i < n && k < 40; i++) {
        const bool plain = (last[i] >= '0' && last[i] <= '9') || (last[i] >= 'a' && last[i] <= 'z') ||
                           (last[i] >= 'A' && last[i] <= 'Z') || last[i] == '_';

        if (plain || (k && out[k - 1] != '-'))
            out[k++] = plain ? last[i] : '-';
    }
    while (k && out[k - 1] == '-')
        k--;
    snprintf(out + k, 80 - k, "%s%.16s%s", k ? "-" : "picture-", in->sha256, ending);
}

static bool write_picture(placing *p, const char *name, const char *bytes, size_t n)
{
    lm_new_file file;
    size_t      done = 0;
    ssize_t     put = 1;

    if (!lm_new_file_begin(p->s->folders, "input", name, &file, p->err))
        return false;
    file.replaces = true; /* of that name is either this picture or what somebody broke of it */
    while (done < n && put > 0) {
        put = write(file.fd, bytes + done, n - done);
        done += put > 0 ? (size_t)put : 0;
    }
    if (done == n && lm_new_file_commit(&file, p->err))
        return true;
    if (p->err->code == LIMN_OK)
        limn_fail(p->err, FILE, "input/%s cannot be written: %s", name, strerror(errno));
    lm_new_file_abandon(&file);
    return false;
}

static bool place_picture(placing *p, int i, const lm_folder_files *there)
{
    const lm_bundle_input *in = &p->b->inputs[i];
    char                  *bytes = lm_bundle_picture(p->b, i, p->err), *known, name[80];
    bool                   well = bytes;

    if (!bytes)
        return false;
    known = find_content(p, there, "input", in->entry->size, in->sha256, in->name);
    if (!known) {
        fresh_name(in, lm_bundled_ending(bytes, in->entry->size), name);
        well = write_picture(p, name, bytes, in->entry->size);
        lm_text_printf(&p->told->brought, "the picture %s is input/%s now\n", in->name, name);
    }
    if (well) {
        rename_file(p, "input", in->name, known ? known : name);
        lm_text_printf(&p->told->placed, "%s\n", known ? known : name);
    }
    lm_free(known);
    lm_free(bytes);
    return well;
}

/* All of them are whole, and pictures, before the first is written. */
static bool vet_pictures(placing *p)
{
    for (int i = 0; i < p->b->n_inputs; i++) {
        const lm_zip_entry *e = p->b->inputs[i].entry;
        char               *bytes = lm_bundle_picture(p->b, i, p->err);
        const bool          is = bytes && lm_bundled_ending(bytes, e->size);

        lm_free(bytes);
        if (!is)
            return limn_fail(p->err, FILE, "%s is no picture that limn knows", e->name);
    }
    return true;
}

static bool place_pictures(placing *p)
{
    lm_folder_files there = lm_folders_files(p->s->folders, "input");
    bool            well = true;

    for (int i = 0; well && i < p->b->n_inputs; i++)
        well = place_picture(p, i, &there);
    lm_folder_files_free(&there);
    return well;
}

/* ------------------------------------------------------------------ models */

static void note_missing(placing *p, const lm_bundle_model *m, const lm_folder_files *files)
{
    const char **names = lm_alloc_array(files->n + 1, sizeof *names), *near[NEAR];
    int          n;

    for (size_t i = 0; i < files->n; i++)
        names[i] = files->at[i].name;
    n = lm_nearest_files(m->name, names, near, NEAR);
    lm_text_printf(&p->told->missing, "missing: %s/%s", m->folder, m->name);
    if (m->bytes && !*m->sha256)
        lm_text_printf(&p->told->missing, " (%.1f MB%s%s)", (double)m->bytes / 1e6, *m->family ? ", " : "", m->family);
    else if (m->bytes)
        lm_text_printf(&p->told->missing, " (%.1f MB%s%s, SHA-256 %.12s…)", (double)m->bytes / 1e6,
                       *m->family ? ", " : "", m->family, m->sha256);
    for (int i = 0; i < n; i++)
        lm_text_printf(&p->told->missing, "%s%s", i ? ", " : "; here is ", near[i]);
    lm_text_puts(&p->told->missing, "\n");
    lm_free(names);
}

static bool is_here(const lm_folder_files *files, const char *name)
{
    for (size_t i = 0; i < files->n; i++)
        if (!strcmp(files->at[i].name, name))
            return true;
    return false;
}

/* By content first, then by name. False: it is missing. */
static bool place_model(placing *p, const lm_bundle_model *m)
{
    const bool      known = lm_folders_known(p->s->folders, m->folder) && !lm_folders_working(m->folder);
    lm_folder_files files = known ? lm_folders_files(p->s->folders, m->folder) : (lm_folder_files){ 0 };
    char           *same = *m->sha256 ? find_content(p, &files, m->folder, m->bytes, m->sha256, m->name) : NULL;
    const bool      named = is_here(&files, m->name);

    if (!same && named && p->too_much)
        lm_text_printf(&p->told->notes, "%s/%s is here by name; it is too large to be compared now\n", m->folder,
                       m->name);
    else if (same && strcmp(same, m->name))
        lm_text_printf(&p->told->notes, "%s/%s is here as %s\n", m->folder, m->name, same);
    else if (!same && named && *m->sha256)
        lm_text_printf(&p->told->notes, "%s/%s is here by name, but it is another file\n", m->folder, m->name);
    else if (!same && !named)
        note_missing(p, m, &files);
    if (same)
        rename_file(p, m->folder, m->name, same);
    lm_free(same);
    lm_folder_files_free(&files);
    return same || named;
}

bool lm_bundled_has_plugin(const lm_session *s, const char *id)
{
    for (int i = 0; i < lm_plugins_count(s->plugins); i++) {
        const lm_plugin *have = lm_plugins_at(s->plugins, i);

        if (have->loaded && !strcmp(have->table.id, id))
            return true;
    }
    return false;
}

static void look_for_plugin(placing *p, const lm_bundle_plugin *wanted)
{
    if (!lm_bundled_has_plugin(p->s, wanted->id))
        lm_text_printf(&p->told->missing, "missing: the plugin %s %s; limn never takes one from a bundle\n",
                       wanted->id, wanted->version);
}

/* ------------------------------------------------------------------ the workflow */

static void give_name(void *self, const char *node, size_t node_size, const char *input, size_t input_size,
                      const limn_input *row, lm_json_ref v)
{
    placing    *p = self;
    const char *name = row && row->kind == LIMN_KIND_FILE && row->folder ? lm_json_c_string(p->d, v) : NULL;

    (void)node, (void)node_size, (void)input, (void)input_size;
    for (int i = 0; name && i < p->n_renames; i++)
        if (!strcmp(p->renames[i].folder, row->folder) && !strcmp(p->renames[i].from, name)) {
            lm_json_replace_string(p->d, v, p->renames[i].to, strlen(p->renames[i].to), p->err);
            return;
        }
}

static bool read_workflow(placing *p)
{
    size_t n;
    char  *text = lm_bundle_workflow(p->b, &n, p->err);

    if (text)
        p->d = lm_json_read(text, n, p->err);
    lm_free(text);
    return p->d;
}

/* Is it a workflow at all? Asked before anything is written. */
static bool walk(placing *p, bool changing)
{
    const lm_canvas_env env = { .registry = p->s->registry, .folders = p->s->folders, .now = time(NULL), .chance = 1 };
    const lm_uses       uses = { .self = p, .value = changing ? give_name : NULL };

    return lm_uses_walk(p->d, &env, &uses, p->err) && p->err->code == LIMN_OK;
}

void lm_bundled_told_done(lm_bundled_told *t)
{
    lm_text_done(&t->brought);
    lm_text_done(&t->notes);
    lm_text_done(&t->missing);
    lm_text_done(&t->placed);
}

char *lm_bundled_place(const lm_session *s, const lm_bundle *b, size_t *size, lm_bundled_told *told, limn_error *err)
{
    placing *p = lm_alloc(sizeof *p);
    lm_text  out = { 0 };

    *p = (placing){ .s = s, .b = b, .told = told, .err = err };
    if (read_workflow(p) && walk(p, false) && vet_pictures(p) && place_pictures(p)) {
        for (int i = 0; i < b->n_models; i++)
            told->n_missing += !place_model(p, &b->models[i]);
        for (int i = 0; i < b->n_plugins; i++)
            look_for_plugin(p, &b->plugins[i]);
        if (walk(p, true))
            lm_json_write(p->d, lm_json_root(p->d), LM_JSON_SPACES, &out);
    }
    for (int i = 0; i < p->n_renames; i++)
        lm_free(p->renames[i].to);
    lm_json_free(p->d);
    lm_free(p);
    *size = out.size;
    return out.size ? lm_text_take(&out) : NULL;
}

/* ------------------------------------------------------------------ for those who read workflows */

bool lm_bundled_carried(const lm_session *s, const char *path, lm_carried *c, limn_error *err)
{
    lm_bundle      *b = lm_alloc(sizeof *b);
    lm_bundled_told told = { .most_read = 0 };
    size_t          n, size = 0;
    char           *bytes = lm_bundled_read(path, &n, err), *text = NULL;
    const bool      is = bytes || err->code != LIMN_OK;

    *c = (lm_carried){ .n = 0 };
    if (!is) {
        lm_free(b);
        return false; /* and c holds nothing */
    }
    if (bytes && lm_bundle_open(b, bytes, n, err))
        text = s ? lm_bundled_place(s, b, &size, &told, err) : lm_bundle_workflow(b, &size, err);
    lm_text_puts(&c->notes, lm_text_str(&told.brought));
    lm_text_puts(&c->notes, lm_text_str(&told.notes));
    lm_text_puts(&c->notes, lm_text_str(&told.missing));
    lm_bundled_told_done(&told);
    if (text && !s && b->n_inputs)
        lm_text_printf(&c->notes, "limn run and limn unpack put its pictures (%d) into the input folder\n",
                       b->n_inputs);
    if (text) {
        c->at[0].key = "workflow";
        c->at[0].text = text;
        c->at[0].size = size;
        c->n = 1;
    }
    lm_bundle_done(b);
    lm_free(bytes);
    lm_free(b);
    return is;
}
