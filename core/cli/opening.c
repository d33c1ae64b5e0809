/* opening.c: a file that somebody dropped on the canvas, told to the page. */
#include "core/cli/opening.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/cli/bundled.h"
#include "core/graph/nearest.h"
#include "core/graph/workflow.h"

enum { NEAR = 3, MOST_MISSING = 256, MOST_FOLDERS = 64 };

/* Bytes of files that are read for one bundle: other checks wait behind it. */
#define MOST_READ ((uint64_t)5 << 29)

typedef struct opening {
    const lm_session *s;
    const char       *format;
    lm_json          *d;
    lm_bundle        *b;       /* NULL: it is none */
    lm_bundled_told   told;
    lm_carried        carried;
    int               n_nodes;
    lm_text           missing; /* JSON objects with commas between them */
    struct {
        const char *folder; /* NULL: a class of nodes */
        char       *name;
    } known[MOST_MISSING];  /* that were told */
    int               n_known;
    struct {
        const char *kind;
        char      **names;
    } folders[MOST_FOLDERS];
    int               n_folders;
} opening;

/* ------------------------------------------------------------------ JSON */

static void add_text(lm_text *out, const char *before, const char *text)
{
    lm_text_puts(out, before);
    lm_json_write_string(text, strlen(text), LM_JSON_SPACES, out);
}

static void add_near(lm_text *out, const char *const *near, int n)
{
    lm_text_puts(out, ", \"near\": [");
    for (int i = 0; i < n; i++)
        add_text(out, i ? ", " : "", near[i]);
    lm_text_puts(out, "]");
}

static void begin_missing(opening *o, const char *kind, const char *name)
{
    lm_text_printf(&o->missing, "%s{\"kind\": \"%s\"", o->missing.size ? ", " : "", kind);
    add_text(&o->missing, ", \"name\": ", name);
}

/* ------------------------------------------------------------------ what is not here */

/* Each is told once. False: it was, or there are too many. */
static bool is_new(opening *o, const char *folder, const char *name)
{
    for (int i = 0; i < o->n_known; i++)
        if (!strcmp(o->known[i].name, name) &&
            (folder ? o->known[i].folder && !strcmp(o->known[i].folder, folder) : !o->known[i].folder))
            return false;
    if (o->n_known == MOST_MISSING)
        return false;
    o->known[o->n_known].folder = folder;
    o->known[o->n_known++].name = lm_copy_text(name);
    return true;
}

/* The files of a kind, sorted; each kind is listed once. NULL: too many kinds. */
static char **names_of(opening *o, const char *kind)
{
    int i = 0;

    while (i < o->n_folders && strcmp(o->folders[i].kind, kind))
        i++;
    if (i == MOST_FOLDERS)
        return NULL;
    if (i == o->n_folders) {
        o->folders[i].kind = kind;
        o->folders[i].names = lm_folders_names(o->s->folders, kind);
        o->n_folders++;
    }
    return o->folders[i].names;
}

static bool is_among(const char *name, const char *const *names)
{
    for (; names && *names; names++)
        if (!strcmp(*names, name))
            return true;
    return false;
}

static void add_known_of(opening *o, const char *folder, const char *name)
{
    for (int i = 0; o->b && i < o->b->n_models; i++) {
        const lm_bundle_model *m = &o->b->models[i];

        if (strcmp(m->folder, folder) || strcmp(m->name, name) || !m->bytes)
            continue;
        lm_text_printf(&o->missing, ", \"bytes\": %" PRIu64, m->bytes);
        if (*m->sha256)
            lm_text_printf(&o->missing, ", \"sha256\": \"%s\"", m->sha256);
        if (*m->family)
            add_text(&o->missing, ", \"family\": ", m->family);
        return;
    }
}

static void need_file(void *self, const char *node, size_t node_size, const char *input, size_t input_size,
                      const limn_input *row, lm_json_ref v)
{
    opening           *o = self;
    const bool         is = row && row->kind == LIMN_KIND_FILE && row->folder && !lm_folders_working(row->folder);
    const char        *name = is ? lm_json_c_string(o->d, v) : NULL, *near[NEAR];
    const char *const *names = name ? (const char *const *)names_of(o, row->folder) : NULL;

    (void)node, (void)node_size, (void)input, (void)input_size;
    if (!names || is_among(name, names) || is_among(name, row->extra) || !is_new(o, row->folder, name))
        return;
    begin_missing(o, "model", name);
    add_text(&o->missing, ", \"folder\": ", row->folder);
    add_near(&o->missing, near, lm_nearest_files(name, names, near, NEAR));
    add_known_of(o, row->folder, name);
    lm_text_puts(&o->missing, "}");
}

static void need_class(void *self, const char *name, size_t size, const lm_class *c)
{
    opening    *o = self;
    const char *near[NEAR];
    char       *mine;

    o->n_nodes++;
    if (c)
        return;
    mine = lm_copy_bytes(name, size);
    if (is_new(o, NULL, mine)) {
        begin_missing(o, "node", mine);
        add_near(&o->missing, near, lm_registry_nearest(o->s->registry, mine, near, NEAR));
        lm_text_puts(&o->missing, "}");
    }
    lm_free(mine);
}

static void need_plugins(opening *o)
{
    for (int i = 0; o->b && i < o->b->n_plugins; i++) {
        const lm_bundle_plugin *p = &o->b->plugins[i];

        if (lm_bundled_has_plugin(o->s, p->id))
            continue;
        begin_missing(o, "plugin", p->id);
        add_text(&o->missing, ", \"version\": ", p->version);
        lm_text_puts(&o->missing, ", \"near\": []}");
    }
}

/* ------------------------------------------------------------------ what is there */

static void forget_missing(opening *o)
{
    for (int i = 0; i < o->n_known; i++)
        lm_free(o->known[i].name);
    o->n_known = o->n_nodes = 0;
    o->missing.size = 0;
}

/* Is this text a workflow? Then o->d is it. */
static bool read_workflow(opening *o, const char *text, size_t n, limn_error *err)
{
    const lm_canvas_env env = { .registry = o->s->registry, .folders = o->s->folders, .now = time(NULL), .chance = 1 };
    const lm_uses       uses = { o, need_class, need_file };
    bool                well;

    forget_missing(o);
    lm_json_free(o->d);
    o->d = lm_json_read(text, n, err);
    well = o->d && lm_uses_walk(o->d, &env, &uses, err);
    if (well && !o->n_nodes && lm_json_kind_of(o->d, lm_json_get(o->d, lm_json_root(o->d), "nodes")) != LM_JSON_ARRAY)
        return limn_fail(err, FILE, "it holds no node");
    return well;
}

static bool open_bundle(opening *o, const char *bytes, size_t n, limn_error *err)
{
    size_t size;
    char  *text;
    bool   well;

    o->b = lm_alloc(sizeof *o->b);
    o->format = "bundle";
    o->told.most_read = MOST_READ;
    if (!lm_bundle_open(o->b, bytes, n, err))
        return false;
    text = lm_bundled_place(o->s, o->b, &size, &o->told, err);
    well = text && read_workflow(o, text, size, err);
    lm_free(text);
    return well;
}

static const char *format_of(const opening *o, const char *key)
{
    const lm_json_ref nodes = lm_json_get(o->d, lm_workflow_root(o->d), "nodes");

    return !strcmp(key, "parameters")                       ? "a1111"
           : lm_json_kind_of(o->d, nodes) == LM_JSON_ARRAY ? "canvas"
                                                           : "api";
}

/* The best text that is a workflow. */
static bool open_texts(opening *o, limn_error *err)
{
    for (int i = 0; i < o->carried.n; i++) {
        limn_error why = { 0 };

        if (read_workflow(o, o->carried.at[i].text, o->carried.at[i].size, &why)) {
            o->format = format_of(o, o->carried.at[i].key);
            *err = (limn_error){ 0 };
            return true;
        }
        if (!i)
            limn_fail(err, FILE, "its %s is no workflow: %s", o->carried.at[i].key, why.text);
    }
    return false;
}

static bool open_it(opening *o, const char *bytes, size_t n, limn_error *err)
{
    if (n >= 4 && lm_zip_begins(bytes, n))
        return open_bundle(o, bytes, n, err);
    return lm_carried_bytes(&o->carried, bytes, n, o->s->folders, err) && open_texts(o, err);
}

/* ------------------------------------------------------------------ telling */

static void add_lines(lm_text *out, const char *lines, const char **comma)
{
    while (*lines) {
        const size_t n = strcspn(lines, "\n");

        lm_text_puts(out, *comma);
        lm_json_write_string(lines, n, LM_JSON_SPACES, out);
        *comma = ", ";
        lines += n + (lines[n] == '\n');
    }
}

/* "sub/cat.png" a line -> {"name": "cat.png", "subfolder": "sub"} */
static void add_placed(lm_text *out, const char *lines)
{
    for (const char *comma = ""; *lines; comma = ", ") {
        const size_t n = strcspn(lines, "\n");
        size_t       folder = n;

        while (folder && lines[folder - 1] != '/')
            folder--;
        lm_text_printf(out, "%s{\"name\": ", comma);
        lm_json_write_string(lines + folder, n - folder, LM_JSON_SPACES, out);
        lm_text_puts(out, ", \"subfolder\": ");
        lm_json_write_string(lines, folder ? folder - 1 : 0, LM_JSON_SPACES, out);
        lm_text_puts(out, "}");
        lines += n + (lines[n] == '\n');
    }
}

static void tell(opening *o, lm_text *out)
{
    const char *comma = "";

    need_plugins(o);
    lm_text_puts(out, "{\"workflow\": ");
    lm_json_write(o->d, lm_workflow_root(o->d), LM_JSON_COMPACT, out);
    lm_text_printf(out, ", \"format\": \"%s\", \"placed\": [", o->format);
    add_placed(out, lm_text_str(&o->told.placed));
    lm_text_puts(out, "], \"missing\": [");
    lm_text_puts(out, lm_text_str(&o->missing));
    lm_text_puts(out, "], \"warnings\": [");
    add_lines(out, lm_text_str(&o->carried.notes), &comma);
    add_lines(out, lm_text_str(&o->told.notes), &comma);
    lm_text_puts(out, "]}");
}

static void done(opening *o)
{
    forget_missing(o);
    lm_text_done(&o->missing);
    for (int i = 0; i < o->n_folders; i++)
        lm_folders_names_free(o->folders[i].names);
    lm_bundled_told_done(&o->told);
    lm_carried_done(&o->carried);
    if (o->b)
        lm_bundle_done(o->b);
    lm_free(o->b);
    lm_json_free(o->d);
    lm_free(o);
}

bool lm_open_dropped(void *self, const char *bytes, size_t n, lm_text *json, limn_error *err)
{
    opening   *o = lm_alloc(sizeof *o);
    const bool well = (o->s = self, open_it(o, bytes, n, err));

    if (well)
        tell(o, json);
    done(o);
    return well;
}
