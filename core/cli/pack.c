/* pack.c: limn pack: a workflow and what it needs, in one file; or in a picture. */
#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/cli/carried.h"
#include "core/cli/commands.h"
#include "core/cli/packed.h"

/* What is packed, of a command line. */
typedef struct packing {
    lm_session *session;
    lm_pack_how how;
    char       *picture; /* how's */
    lm_json    *d;
} packing;

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

/* The file itself where it is a picture, or the one that --thumbnail names. */
static bool read_picture(packing *p, const lm_args *a, limn_error *err)
{
    const char *named = lm_args_value(a, "--thumbnail"), *path = named ? named : a->words[0];
    limn_error  why = { 0 };
    size_t      n = 0;
    char       *bytes = strcmp(path, "-") ? lm_read_whole(path, LM_BUNDLE_INPUT, &n, &why) : NULL;
    lm_text     small = { 0 };
    const bool  is = bytes && lm_bundled_ending(bytes, n) && lm_packed_thumbnail(bytes, n, &small, &why);

    lm_text_done(&small);
    if (named && !is) {
        lm_free(bytes);
        return limn_fail(err, FILE, "--thumbnail %s: %s", named, why.code ? why.text : "no picture that limn knows");
    }
    if (is) {
        p->picture = bytes;
        p->how.picture = bytes;
        p->how.picture_size = n;
    } else {
        lm_free(bytes);
    }
    return true;
}

static bool read_how(packing *p, const lm_args *a, limn_error *err)
{
    const char *as = lm_args_value(a, "--as");

    p->how = (lm_pack_how){ .as = as ? lm_pack_as_of(as) : LM_PACK_BUNDLE, .title = lm_args_value(a, "--title"),
                            .author = lm_args_value(a, "--author"), .licence = lm_args_value(a, "--licence"),
                            .no_digests = lm_args_has(a, "--no-digests") };
    return p->how.as != LM_PACK_KINDS || limn_fail(err, INPUT, "--as %.40s: it is bundle, png, webp or json", as);
}

/* "portrait.png" -> "portrait.limn", here.                                                                 [new] */
static char *default_name(const char *path, lm_pack_as as)
{
    const char *last = strrchr(path, '/'), *dot;
    lm_text     name = { 0 };

    last = last ? last + 1 : path;
    dot = strrchr(last, '.');
    lm_text_add(&name, last, dot && dot > last ? (size_t)(dot - last) : strlen(last));
    lm_text_puts(&name, lm_pack_ending(as));
    return lm_text_take(&name);
}

static bool pack_into(packing *p, const lm_args *a, limn_error *err)
{
    const char *given = lm_args_value(a, "-o");
    lm_text     whole = { 0 }, notes = { 0 };
    char       *path;
    bool        well;

    if (!given && !strcmp(a->words[0], "-"))
        return limn_fail(err, INPUT, "what comes through the standard input needs -o OUT%s", lm_pack_ending(p->how.as));
    p->d = read_workflow(a, p->session->folders, err);
    if (!p->d || !read_picture(p, a, err) || !lm_pack_make(p->session, p->d, &p->how, &whole, &notes, err)) {
        lm_text_done(&notes);
        return false;
    }
    path = given ? lm_copy_text(given) : default_name(a->words[0], p->how.as);
    if (!given && !strcmp(path, a->words[0]))
        well = limn_fail(err, FILE, "-o says where to: %s itself is not written over", path);
    else
        well = lm_write_whole(path, &whole, err);
    lm_print_notes(a->words[0], lm_text_str(&notes));
    if (well)
        puts(path);
    lm_text_done(&whole);
    lm_text_done(&notes);
    lm_free(path);
    return well;
}

static int pack(const lm_args *a)
{
    lm_session s;
    limn_error err = { 0 };
    packing    p = { .session = &s };

    if (!read_how(&p, a, &err)) {
        lm_print_error("limn pack", &err);
        return LM_EXIT_USAGE;
    }
    if (lm_session_open(&s, a, &err))
        pack_into(&p, a, &err);
    if (err.code != LIMN_OK)
        lm_print_error(a->words[0], &err);
    lm_json_free(p.d);
    lm_free(p.picture);
    lm_session_close(&s);
    return lm_exit_of_asking(err.code);
}

static const lm_option pack_options[] = {
    { "-o", "OUT", "Where to write it (default: the file's name with .limn, here)." },
    { "--as", "KIND", "bundle; png or webp, a picture that carries the workflow; or json (default: bundle)." },
    { "--title", "TEXT", "What it is called." },
    { "--author", "NAME", "Who made it." },
    { "--licence", "TEXT", "Under which licence it goes out (\"CC-BY-4.0\", …)." },
    { "--thumbnail", "PICTURE", "What it paints (default: FILE itself, where it is a picture; else the graph is drawn)." },
    { "--no-digests", NULL, "Tell models by name and size alone: gigabytes are not read." },
    LM_OPTION_CARRIED,
    LM_OPTIONS_FINDING,
    LM_OPTIONS_PLUGINS,
    { NULL },
};

const lm_command lm_pack_command = {
    .name = "pack", .words = "FILE", .least = 1, .most = 1, .options = pack_options, .run = pack,
    .doc = "Put a workflow and what it needs into one file, a bundle (.limn).\n"
           "It has its input pictures, and of every model and plugin what tells it from others. Keys, passwords and\n"
           "absolute paths stay here. --as png makes a picture that carries the workflow, which a canvas opens when it\n"
           "is dropped there.\n"
           "FILE is what a canvas saved, API format, or a picture that carries either.",
};
