/* unpack.c: limn unpack: a bundle's workflow beside the others, its pictures among the inputs, what is missing in
 * words. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/cli/bundled.h"
#include "core/cli/commands.h"
#include "core/graph/blame.h"

enum { MOST_NAMES = 1000 };

/* ------------------------------------------------------------------ what is in it */

/* Texts come from strangers: control characters do not reach the terminal (and the reader lets none in). */
static void print_member(const char *key, const char *text)
{
    if (*text)
        printf("%-9s %s\n", key, text);
}

static void print_list(const lm_bundle *b)
{
    print_member("title", b->title);
    print_member("author", b->author);
    print_member("licence", b->licence);
    print_member("limn", b->limn);
    for (int i = 0; i < b->n_inputs; i++)
        printf("%-9s %s, %.1f kB\n", "input", b->inputs[i].name, (double)b->inputs[i].entry->size / 1e3);
    for (int i = 0; i < b->n_models; i++) {
        const lm_bundle_model *m = &b->models[i];

        printf("%-9s %s/%s", "model", m->folder, m->name);
        if (m->bytes)
            printf(", %.1f MB%s%s, %s", (double)m->bytes / 1e6, *m->family ? ", " : "", m->family, m->sha256);
        putchar('\n');
    }
    for (int i = 0; i < b->n_plugins; i++)
        printf("%-9s %s %s\n", "plugin", b->plugins[i].id, b->plugins[i].version);
}

/* ------------------------------------------------------------------ the workflow's file */

/* "x.limn" -> "DIR/x.json", for the second "DIR/x-2.json".                                                 [new] */
static char *name_of(const char *path, const char *folder, int nth)
{
    const char *last = strrchr(path, '/');
    lm_text     name = { 0 };
    size_t      n;

    last = last ? last + 1 : path;
    n = strlen(last);
    if (n > 5 && !strcmp(last + n - 5, ".limn"))
        n -= 5;
    lm_text_printf(&name, "%s/%.*s", folder, (int)n, last);
    if (nth > 1)
        lm_text_printf(&name, "-%d", nth);
    lm_text_puts(&name, ".json");
    return lm_text_take(&name);
}

static bool holds(const char *path, const char *text, size_t n)
{
    limn_error err = { 0 };
    size_t     size;
    char      *there = lm_read_whole(path, n, &size, &err);
    const bool same = there && size == n && !memcmp(there, text, n);

    lm_free(there);
    return same;
}

/* Written beside its place and linked to it, so that it is whole and nobody's file is replaced. 1: it is there, 0: the
 * name is another file's, -1: *err. */
static int write_as(const char *path, const char *text, size_t n, limn_error *err)
{
    lm_text beside = { 0 };
    FILE   *f;
    bool    well;
    int     why;

    lm_text_printf(&beside, "%s.new", path);
    f = fopen(beside.at, "wb");
    well = f && fwrite(text, 1, n, f) == n;
    well = (!f || !fclose(f)) && well && !link(beside.at, path);
    why = errno;
    if (f)
        remove(beside.at);
    lm_text_done(&beside);
    if (well || (why == EEXIST && holds(path, text, n)))
        return 1;
    if (why == EEXIST)
        return 0;
    limn_fail(err, FILE, "%s cannot be written: %s", path, strerror(why));
    return -1;
}

static bool write_workflow(const char *bundle, const char *folder, const char *text, size_t n, limn_error *err)
{
    int done = 0;

    if (mkdir(folder, 0777) && errno != EEXIST)
        return limn_fail(err, FILE, "%s cannot be made: %s", folder, strerror(errno));
    for (int i = 1; i <= MOST_NAMES && !done; i++) {
        char *path = name_of(bundle, folder, i);

        done = write_as(path, text, n, err);
        if (done > 0)
            puts(path);
        lm_free(path);
    }
    if (!done)
        limn_fail(err, FILE, "%s has too many files of that name", folder);
    return done > 0;
}

/* ------------------------------------------------------------------ the command */

static bool unpack_opened(lm_session *s, const lm_args *a, const lm_bundle *b, limn_error *err)
{
    lm_bundled_told told = { .most_read = 0 };
    size_t          n;
    char           *text = lm_bundled_place(s, b, &n, &told, err);
    bool            well = text && write_workflow(a->words[0], a->n_words > 1 ? a->words[1] : ".", text, n, err);

    lm_print_notes(a->words[0], lm_text_str(&told.brought));
    lm_print_notes(a->words[0], lm_text_str(&told.notes));
    lm_print_notes(a->words[0], lm_text_str(&told.missing));
    lm_bundled_told_done(&told);
    lm_free(text);
    return well;
}

static void unpack_file(lm_session *s, const lm_args *a, limn_error *err)
{
    lm_bundle *b = lm_alloc(sizeof *b);
    size_t     n;
    char      *bytes = lm_bundled_read(a->words[0], &n, err);

    if (!bytes && err->code == LIMN_OK)
        limn_fail(err, FILE, "%s", access(a->words[0], R_OK) ? strerror(errno) : "not a bundle");
    if (bytes && lm_bundle_open(b, bytes, n, err)) {
        if (lm_args_has(a, "--list"))
            print_list(b);
        else
            unpack_opened(s, a, b, err);
    }
    lm_bundle_done(b);
    lm_free(bytes);
    lm_free(b);
}

static int unpack(const lm_args *a)
{
    lm_session s;
    limn_error err = { 0 };

    if (lm_session_open(&s, a, &err))
        unpack_file(&s, a, &err);
    if (err.code != LIMN_OK)
        lm_print_error(a->words[0], &err);
    lm_session_close(&s);
    return lm_exit_of_asking(err.code);
}

static const lm_option unpack_options[] = {
    { "--list", NULL, "Only say what is in it." },
    LM_OPTIONS_FINDING,
    LM_OPTIONS_PLUGINS,
    { NULL },
};

const lm_command lm_unpack_command = {
    .name = "unpack", .words = "FILE [DIR]", .least = 1, .most = 2, .options = unpack_options, .run = unpack,
    .doc = "Take a bundle (.limn) apart, and say which of its models are missing.\n"
           "Its workflow goes into DIR (default: here), its pictures into the input folder under names of their own;\n"
           "models are looked for by content, then by name.",
};
