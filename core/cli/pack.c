/* pack.c: limn pack: a workflow and what it needs, in one file. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/bundle/scrub.h"
#include "core/cli/bundled.h"
#include "core/cli/carried.h"
#include "core/cli/commands.h"

typedef struct packing {
    lm_packing    files;
    lm_zip_writer zip;
    lm_text       manifest, workflow, thumbnail;
} packing;

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
    if (f->here) {
        lm_text_printf(m, ", \"bytes\": %" PRIu64, f->bytes_there);
        add_text(m, ", ", "sha256", f->sha256);
    }
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
    lm_text_puts(m, ",\n \"plugins\": [");
    for (int i = 0; i < p->n_plugins; i++) {
        add_text(m, i ? ",\n  {" : "\n  {", "id", p->plugins[i]->plugin);
        add_text(m, ", ", "version", p->plugins[i]->version ? p->plugins[i]->version : "");
        lm_text_puts(m, "}");
    }
    lm_text_puts(m, "]");
    if (p->unknown.size)
        lm_text_printf(m, ",\n \"unknown\": [%s]", lm_text_str(&p->unknown));
}

static void write_manifest(packing *p, const lm_args *a)
{
    lm_text_printf(&p->manifest, "{\n \"format\": %d", LM_BUNDLE_FORMAT);
    add_member(&p->manifest, "limn", LIMN_VERSION);
    add_member(&p->manifest, "author", lm_args_value(a, "--author"));
    add_member(&p->manifest, "licence", lm_args_value(a, "--licence"));
    add_files(&p->manifest, &p->files, true);
    add_files(&p->manifest, &p->files, false);
    add_plugins(&p->manifest, &p->files);
    lm_text_puts(&p->manifest, "\n}\n");
}

/* ------------------------------------------------------------------ entries */

static bool add_entries(packing *p, limn_error *err)
{
    bool well = lm_zip_add(&p->zip, "manifest.json", p->manifest.at, p->manifest.size, err) &&
                lm_zip_add(&p->zip, "workflow.json", p->workflow.at, p->workflow.size, err) &&
                (!p->thumbnail.size || lm_zip_add(&p->zip, "thumbnail.webp", p->thumbnail.at, p->thumbnail.size, err));

    for (int i = 0; well && i < p->files.n; i++) {
        const lm_packed_file *f = &p->files.at[i];
        char                  entry[40];

        if (!is_picture(f) || !f->here)
            continue;
        entry_of(f, i, entry);
        well = lm_zip_add(&p->zip, entry, f->bytes, f->size, err);
    }
    return well;
}

/* The file itself where it is a picture, or the one that --thumbnail names. */
static bool make_thumbnail(packing *p, const lm_args *a, limn_error *err)
{
    const char *named = lm_args_value(a, "--thumbnail"), *path = named ? named : a->words[0];
    limn_error  why = { 0 };
    size_t      n = 0;
    char       *bytes = strcmp(path, "-") ? lm_read_whole(path, LM_BUNDLE_INPUT, &n, &why) : NULL;

    if (bytes && lm_bundled_ending(bytes, n))
        lm_packed_thumbnail(bytes, n, &p->thumbnail, &why);
    lm_free(bytes);
    if (named && !p->thumbnail.size)
        return limn_fail(err, FILE, "--thumbnail %s: %s", named, why.code ? why.text : "no picture that limn knows");
    return true;
}

/* ------------------------------------------------------------------ the command */

/* The best text that the file carries, as JSON.                                                            [new] */
static lm_json *read_workflow(const lm_args *a, lm_folders *folders, limn_error *err)
{
    lm_carried c;
    lm_json   *d = NULL;

    if (lm_carried_read(&c, a->words[0], lm_args_value(a, "--carried"), folders, err))
        d = lm_json_read(c.at[0].text, c.at[0].size, err);
    lm_carried_done(&c);
    return d;
}

static bool fill(packing *p, const lm_args *a, limn_error *err)
{
    lm_session         *s = p->files.session;
    const lm_canvas_env env = { .registry = s->registry, .folders = s->folders, .now = time(NULL), .chance = 1 };
    bool                well;

    p->files.d = read_workflow(a, s->folders, err);
    if (!p->files.d)
        return false;
    well = lm_packing_gather(&p->files, &env, err) && lm_scrub(p->files.d, &env, &p->files.notes, err) &&
           make_thumbnail(p, a, err);
    if (well) {
        lm_json_write(p->files.d, lm_uses_root(p->files.d), LM_JSON_SPACES, &p->workflow);
        write_manifest(p, a);
        well = add_entries(p, err);
    }
    lm_json_free(p->files.d);
    return well;
}

/* "portrait.png" -> "portrait.limn", here.                                                                 [new] */
static char *default_name(const char *path)
{
    const char *last = strrchr(path, '/'), *dot;
    lm_text     name = { 0 };

    last = last ? last + 1 : path;
    dot = strrchr(last, '.');
    lm_text_add(&name, last, dot && dot > last ? (size_t)(dot - last) : strlen(last));
    lm_text_puts(&name, ".limn");
    return lm_text_take(&name);
}

/* What was made opens, or it is not written: the reader is stricter than any writer. */
static bool proves(const lm_text *whole, limn_error *err)
{
    lm_bundle *b = lm_alloc(sizeof *b);
    const bool well = lm_bundle_open(b, whole->at, whole->size, err);

    lm_bundle_done(b);
    lm_free(b);
    return well;
}

static bool pack_into(packing *p, const lm_args *a, limn_error *err)
{
    const char *given = lm_args_value(a, "-o");
    char       *path;
    lm_text     whole;
    bool        well;

    if (!given && !strcmp(a->words[0], "-"))
        return limn_fail(err, INPUT, "what comes through the standard input needs -o OUT.limn");
    if (!fill(p, a, err))
        return false;
    path = given ? lm_copy_text(given) : default_name(a->words[0]);
    whole = lm_zip_finish(&p->zip);
    well = proves(&whole, err) && lm_write_whole(path, &whole, err);
    lm_print_notes(a->words[0], lm_text_str(&p->files.notes));
    if (well)
        puts(path);
    lm_text_done(&whole);
    lm_free(path);
    return well;
}

static int pack(const lm_args *a)
{
    lm_session s;
    limn_error err = { 0 };
    packing   *p = lm_alloc(sizeof *p);

    p->files.session = &s;
    if (lm_session_open(&s, a, &err) && lm_index_init(&p->files.unknown_names, 8))
        pack_into(p, a, &err);
    if (err.code != LIMN_OK)
        lm_print_error(a->words[0], &err);
    lm_session_close(&s);
    lm_packing_done(&p->files);
    lm_zip_abandon(&p->zip);
    lm_text_done(&p->manifest);
    lm_text_done(&p->workflow);
    lm_text_done(&p->thumbnail);
    lm_free(p);
    return lm_exit_of(err.code);
}

static const lm_option pack_options[] = {
    { "-o", "OUT", "Where to write it (default: the file's name with .limn, here)." },
    { "--author", "NAME", "Who made it." },
    { "--licence", "TEXT", "Under which licence it goes out (\"CC-BY-4.0\", …)." },
    { "--thumbnail", "PICTURE", "What it paints (default: FILE itself, where it is a picture)." },
    LM_OPTION_CARRIED,
    LM_OPTIONS_FINDING,
    LM_OPTIONS_PLUGINS,
    { NULL },
};

const lm_command lm_pack_command = {
    .name = "pack", .words = "FILE", .least = 1, .most = 1, .options = pack_options, .run = pack,
    .doc = "Put a workflow and what it needs into one file, a bundle (.limn): its input pictures, and of every model\n"
           "and plugin what tells it from others. Keys, passwords and absolute paths stay here.\n"
           "FILE is what a canvas saved, API format, or a picture that carries either.",
};
