/* pack_make.c: a workflow made into what travels. */
#include "core/cli/packed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/bundle/scrub.h"
#include "core/graph/workflow.h"

static const struct {
    const char *word, *ending;
} kinds[LM_PACK_KINDS] = { { "bundle", ".limn" }, { "png", ".png" }, { "webp", ".webp" }, { "json", ".json" } };

lm_pack_as lm_pack_as_of(const char *word)
{
    int i = 0;

    while (i < LM_PACK_KINDS && strcmp(kinds[i].word, word))
        i++;
    return (lm_pack_as)i;
}

const char *lm_pack_ending(lm_pack_as as)
{
    return kinds[as].ending;
}

typedef struct making {
    lm_packing         files;
    const lm_pack_how *how;
    lm_zip_writer      zip;
    lm_text            manifest, workflow, thumbnail;
} making;

/* ------------------------------------------------------------------ manifest.json */

static void add_text(lm_text *m, const char *before, const char *key, const char *text)
{
    lm_text_printf(m, "%s\"%s\": ", before, key);
    lm_json_write_string(text, strlen(text), LM_JSON_SPACES, m);
}

static void add_member(lm_text *m, const char *key, const char *text)
{
    if (text && *text)
        add_text(m, ",\n ", key, text);
}

static bool is_picture(const lm_packed_file *f)
{
    return !strcmp(f->folder, "input");
}

/* "inputs/3.png": names of others never become names of entries. */
static void entry_of(const lm_packed_file *f, int i, char out[40])
{
    snprintf(out, 40, "inputs/%d%s", i + 1, lm_bundled_ending(f->bytes, f->size));
}

static void add_input(lm_text *m, const lm_packed_file *f, int i)
{
    char entry[40];

    entry_of(f, i, entry);
    add_text(m, "\n  {", "file", entry);
    add_text(m, ", ", "name", f->name);
    lm_text_printf(m, ", \"bytes\": %zu", f->size);
    add_text(m, ", ", "sha256", f->sha256);
    lm_text_puts(m, "}");
}

static void add_model(lm_text *m, const lm_packed_file *f)
{
    add_text(m, "\n  {", "folder", f->folder);
    add_text(m, ", ", "name", f->name);
    if (f->here)
        lm_text_printf(m, ", \"bytes\": %" PRIu64, f->bytes_there);
    if (f->here && *f->sha256)
        add_text(m, ", ", "sha256", f->sha256);
    if (*f->family)
        add_text(m, ", ", "family", f->family);
    lm_text_puts(m, "}");
}

/* Pictures that are not here are in no list; models are, by name. */
static void add_files(lm_text *m, const lm_packing *p, bool pictures)
{
    bool first = true;

    lm_text_printf(m, ",\n \"%s\": [", pictures ? "inputs" : "models");
    for (int i = 0; i < p->n; i++) {
        const lm_packed_file *f = &p->at[i];

        if (is_picture(f) != pictures || (pictures && !f->here))
            continue;
        lm_text_puts(m, first ? "" : ",");
        if (pictures)
            add_input(m, f, i);
        else
            add_model(m, f);
        first = false;
    }
    lm_text_puts(m, "]");
}

static void add_plugins(lm_text *m, const lm_packing *p)
{
    for (int i = 0; i < p->n_plugins; i++) {
        add_text(m, i ? ",\n  {" : "\n  {", "id", p->plugins[i]->plugin);
        add_text(m, ", ", "version", p->plugins[i]->version ? p->plugins[i]->version : "");
        lm_text_puts(m, "}");
    }
}

static void write_manifest(making *m)
{
    lm_text *out = &m->manifest;

    lm_text_printf(out, "{\n \"format\": %d", LM_BUNDLE_FORMAT);
    add_member(out, "limn", LIMN_VERSION);
    add_member(out, "title", m->how->title);
    add_member(out, "author", m->how->author);
    add_member(out, "licence", m->how->licence);
    add_files(out, &m->files, true);
    add_files(out, &m->files, false);
    lm_text_puts(out, ",\n \"plugins\": [");
    add_plugins(out, &m->files);
    lm_text_puts(out, "]");
    if (m->files.unknown.size)
        lm_text_printf(out, ",\n \"unknown\": [%s]", lm_text_str(&m->files.unknown));
    lm_text_puts(out, "\n}\n");
}

/* ------------------------------------------------------------------ a bundle */

static bool add_entries(making *m, limn_error *err)
{
    bool well = lm_zip_add(&m->zip, "manifest.json", m->manifest.at, m->manifest.size, err) &&
                lm_zip_add(&m->zip, "workflow.json", m->workflow.at, m->workflow.size, err) &&
                (!m->thumbnail.size || lm_zip_add(&m->zip, "thumbnail.webp", m->thumbnail.at, m->thumbnail.size, err));

    for (int i = 0; well && i < m->files.n; i++) {
        const lm_packed_file *f = &m->files.at[i];
        char                  entry[40];

        if (!is_picture(f) || !f->here)
            continue;
        entry_of(f, i, entry);
        well = lm_zip_add(&m->zip, entry, f->bytes, f->size, err);
    }
    return well;
}

/* What was made opens, or it is not given: the reader is stricter than any writer. */
static bool proves(const lm_text *whole, limn_error *err)
{
    lm_bundle *b = lm_alloc(sizeof *b);
    const bool well = lm_bundle_open(b, whole->at, whole->size, err);

    lm_bundle_done(b);
    lm_free(b);
    return well;
}

/* Of the picture that was given; else of the graph. */
static bool make_thumbnail(making *m, limn_error *err)
{
    lm_text png = { 0 };
    bool    well;

    if (m->how->picture)
        return lm_packed_thumbnail(m->how->picture, m->how->picture_size, &m->thumbnail, err);
    well = lm_graph_picture(m->files.d, &png, err) && lm_packed_thumbnail(png.at, png.size, &m->thumbnail, err);
    lm_text_done(&png);
    return well;
}

static bool make_bundle(making *m, lm_text *out, limn_error *err)
{
    if (!make_thumbnail(m, err))
        return false;
    write_manifest(m);
    if (!add_entries(m, err))
        return false;
    *out = lm_zip_finish(&m->zip);
    return proves(out, err);
}

/* ------------------------------------------------------------------ a picture */

/* The prompt where it can be made, and the workflow as a canvas saved it. */
static bool make_picture(making *m, const lm_canvas_env *env, lm_text *out, limn_error *err)
{
    const bool   canvas = lm_canvas_is(m->files.d, lm_workflow_root(m->files.d));
    limn_error   why = { 0 };
    lm_workflow *w = lm_workflow_open(m->workflow.at, m->workflow.size, env, &why);
    char        *prompt = w ? lm_workflow_prompt_text(w) : NULL;
    lm_text      drawn = { 0 };
    bool         well = m->how->picture || lm_graph_picture(m->files.d, &drawn, err);

    if (!w && !canvas)
        well = limn_fail(err, FILE, "%.300s", why.text);
    if (!w && canvas)
        lm_text_printf(&m->files.notes, "no prompt can be made of it, so the picture carries the workflow alone: %s\n", why.text);
    well = well && lm_picture_carrying(m->how->picture ? m->how->picture : drawn.at,
                                       m->how->picture ? m->how->picture_size : drawn.size, m->how->as, prompt,
                                       canvas ? m->workflow.at : NULL, out, err);
    lm_text_done(&drawn);
    lm_free(prompt);
    lm_workflow_free(w);
    return well;
}

/* ------------------------------------------------------------------ all of it */

static lm_canvas_env env_of(const lm_session *s)
{
    return (lm_canvas_env){ .registry = s->registry, .folders = s->folders, .now = time(NULL), .chance = 1 };
}

static bool make(making *m, lm_session *s, lm_text *out, limn_error *err)
{
    const lm_canvas_env env = env_of(s);
    const bool          bundle = m->how->as == LM_PACK_BUNDLE;

    if ((bundle && !lm_packing_gather(&m->files, &env, err)) || !lm_scrub(m->files.d, &env, &m->files.notes, err))
        return false;
    lm_json_write(m->files.d, lm_workflow_root(m->files.d), LM_JSON_SPACES, &m->workflow);
    if (bundle)
        return make_bundle(m, out, err);
    if (m->how->as != LM_PACK_JSON)
        return make_picture(m, &env, out, err);
    lm_text_printf(out, "%s\n", m->workflow.at);
    return true;
}

static making *making_new(lm_session *s, lm_json *d, const lm_pack_how *how)
{
    making *m = lm_alloc(sizeof *m);

    m->how = how;
    m->files.session = s;
    m->files.d = d;
    m->files.no_digests = how->no_digests;
    m->files.most_read = how->most_read;
    return m;
}

static void making_free(making *m)
{
    lm_packing_done(&m->files);
    lm_zip_abandon(&m->zip);
    lm_text_done(&m->manifest);
    lm_text_done(&m->workflow);
    lm_text_done(&m->thumbnail);
    lm_free(m);
}

bool lm_pack_make(lm_session *s, lm_json *d, const lm_pack_how *how, lm_text *out, lm_text *notes, limn_error *err)
{
    making *m = making_new(s, d, how);
    bool    well = lm_index_init(&m->files.unknown_names, 8) && make(m, s, out, err);

    lm_text_puts(notes, lm_text_str(&m->files.notes));
    if (!well)
        lm_text_done(out);
    making_free(m);
    return well;
}

/* ------------------------------------------------------------------ what would be in it */

static void add_lines(lm_text *out, const char *lines)
{
    for (const char *comma = ""; *lines; comma = ", ") {
        const size_t n = strcspn(lines, "\n");

        lm_text_puts(out, comma);
        lm_json_write_string(lines, n, LM_JSON_SPACES, out);
        lines += n + (lines[n] == '\n');
    }
}

static void tell_files(lm_text *out, const lm_packing *p, bool pictures)
{
    const char *comma = "";

    for (int i = 0; i < p->n; i++) {
        const lm_packed_file *f = &p->at[i];

        if (is_picture(f) != pictures)
            continue;
        lm_text_printf(out, "%s{\"here\": %s, \"bytes\": %" PRIu64, comma, f->here ? "true" : "false",
                       pictures ? (uint64_t)f->size : f->bytes_there);
        if (!pictures)
            add_text(out, ", ", "folder", f->folder);
        add_text(out, ", ", "name", f->name);
        if (*f->family)
            add_text(out, ", ", "family", f->family);
        lm_text_puts(out, "}");
        comma = ", ";
    }
}

bool lm_pack_tell(lm_session *s, lm_json *d, lm_text *json, limn_error *err)
{
    const lm_pack_how   how = { .as = LM_PACK_BUNDLE, .no_digests = true };
    const lm_canvas_env env = env_of(s);
    making             *m = making_new(s, d, &how);
    lm_text             removed = { 0 };
    const bool          well = lm_index_init(&m->files.unknown_names, 8) && lm_packing_gather(&m->files, &env, err) &&
                      lm_scrub(d, &env, &removed, err);

    if (well) {
        lm_text_puts(json, "{\"pictures\": [");
        tell_files(json, &m->files, true);
        lm_text_puts(json, "], \"models\": [");
        tell_files(json, &m->files, false);
        lm_text_puts(json, "], \"plugins\": [");
        add_plugins(json, &m->files);
        lm_text_printf(json, "], \"unknown\": [%s], \"notes\": [", lm_text_str(&m->files.unknown));
        add_lines(json, lm_text_str(&m->files.notes));
        lm_text_puts(json, "], \"removed\": [");
        add_lines(json, lm_text_str(&removed));
        lm_text_puts(json, "]}");
    }
    lm_text_done(&removed);
    making_free(m);
    return well;
}
