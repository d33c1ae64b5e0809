/* folder_names.c: which files a kind of folder holds, and the next free number among them. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/beneath.h"
#include "core/base/folders_inside.h"
#include "core/base/text.h"

enum { MAX_DEPTH = 32, MAX_NAMES = 1000000 };

/* ------------------------------------------------------------------ names */

static const char *const model_ends[] = { ".safetensors", ".sft", NULL };
static const char *const picture_ends[] = { ".png", ".jpg", ".jpeg", ".webp", NULL };

static bool ends_in(const char *name, const char *const *endings)
{
    const size_t n = strlen(name);

    for (const char *const *e = endings; *e; e++)
        if (n > strlen(*e) && !strcasecmp(name + n - strlen(*e), *e))
            return true;
    return false;
}

static bool ends_well(const lm_walk *w, const char *name)
{
    for (int i = 0; i < w->kind->n_endings; i++)
        if (ends_in(name, w->kind->endings[i]))
            return true;
    return w->every_ending ||
           (!w->kind->n_endings && ends_in(name, w->kind->open_to_requests ? picture_ends : model_ends));
}

/* A link counts where lm_folders_open would follow it. */
static bool is_followed(const lm_walk *w, int at, const char *name)
{
    return !w->kind->open_to_requests && lm_folders_follows(w->folders, at, name);
}

static void walk(lm_walk *w, int at, const char *inside);

static void look_at(lm_walk *w, int at, const char *inside, const char *name)
{
    struct stat st;
    lm_text     whole = { 0 };

    if (!strcmp(name, ".") || !strcmp(name, "..") || !strcmp(name, ".git") ||
        fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW))
        return;
    if (S_ISLNK(st.st_mode) && (!is_followed(w, at, name) || fstatat(at, name, &st, 0)))
        return;
    lm_text_printf(&whole, "%s%s%s", inside, *inside ? "/" : "", name);
    if (S_ISREG(st.st_mode) && ends_well(w, name) && !lm_beneath_fault(whole.at))
        w->each(w->self, whole.at, &st);
    if (S_ISDIR(st.st_mode) && w->depth < MAX_DEPTH && !w->flat)
        walk(w, openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), whole.at);
    lm_text_done(&whole);
}

/* All names in the folder `at` (closed here), which is called `inside` from its root. */
static void walk(lm_walk *w, int at, const char *inside)
{
    DIR           *d = at < 0 ? NULL : fdopendir(at);
    struct dirent *e;

    if (!d && at >= 0)
        close(at);
    w->depth++;
    while (d && (e = readdir(d)))
        look_at(w, at, inside, e->d_name);
    w->depth--;
    if (d)
        closedir(d);
}

void lm_folders_walk(lm_walk *w, int root)
{
    walk(w, open(w->kind->roots[root], O_RDONLY | O_DIRECTORY | O_CLOEXEC), "");
}

typedef struct listing {
    char **names;
    size_t n, room;
} listing;

static void keep(void *self, const char *name, const struct stat *st)
{
    listing *l = self;

    (void)st;
    if (l->n == MAX_NAMES)
        return;
    if (l->n + 2 > l->room) {
        l->room = l->room ? l->room * 2 : 64;
        l->names = lm_grow(l->names, l->room * sizeof *l->names);
    }
    l->names[l->n++] = lm_copy_text(name);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts, drops what several directories hold, and ends the list. */
static char **settle(listing *l)
{
    size_t n = 0;

    if (!l->names)
        return lm_alloc(sizeof *l->names);
    qsort(l->names, l->n, sizeof *l->names, by_bytes);
    for (size_t i = 0; i < l->n; i++)
        if (n && !strcmp(l->names[n - 1], l->names[i]))
            lm_free(l->names[i]);
        else
            l->names[n++] = l->names[i];
    l->names[n] = NULL;
    return l->names;
}

char **lm_folders_names(lm_folders *f, const char *kind)
{
    listing l = { 0 };
    lm_walk w = { .folders = f, .kind = lm_kind_find(f, kind), .each = keep, .self = &l };

    for (int i = 0; w.kind && i < w.kind->n_roots; i++)
        lm_folders_walk(&w, i);
    return settle(&l);
}

void lm_folders_names_free(char **names)
{
    for (size_t i = 0; names && names[i]; i++)
        lm_free(names[i]);
    lm_free(names);
}

/* ------------------------------------------------------------------ counters */

/* The number in front of the next '_', with blanks around it and a sign, or 0 when that is no number.
 * Source: what Python's int() takes. */
static int64_t number_of(const char *text)
{
    const char *end = text + strcspn(text, "_"), *digits;
    int64_t     number = 0;
    bool        minus;

    while (isspace((unsigned char)*text))
        text++;
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    minus = *text == '-';
    digits = text + (minus || *text == '+');
    if (digits >= end || end - digits > 17)
        return 0;
    for (const char *c = digits; c < end; c++) {
        if (!isdigit((unsigned char)*c))
            return 0;
        number = number * 10 + (*c - '0');
    }
    return minus ? -number : number;
}

/* The largest number in use, or 0 when there is none. */
static int64_t largest_in(DIR *d, const char *prefix)
{
    const size_t   n = strlen(prefix);
    int64_t        most = 0, number;
    bool           any = false;
    struct dirent *e;

    while ((e = readdir(d)))
        if (!strncmp(e->d_name, prefix, n) && e->d_name[n] == '_') {
            number = number_of(e->d_name + n + 1);
            most = any && most > number ? most : number;
            any = true;
        }
    return most;
}

int64_t lm_folders_next_counter(lm_folders *f, const char *kind, const char *subfolder,
                                const char *prefix, limn_error *err)
{
    const lm_kind *k = lm_kind_find(f, kind);
    const char    *fault = *subfolder ? lm_beneath_fault(subfolder) : NULL;
    int            root, at = -1;
    int64_t        next = 1;
    DIR           *d;

    if (!k || fault) {
        limn_fail(err, FILE, "the name of a folder in %s %s: \"%s\"", kind, fault ? fault : "is unknown",
                  lm_shown_name(subfolder).text);
        return 0;
    }
    root = open(k->roots[0], O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root >= 0) {
        at = lm_beneath_open(root, *subfolder ? subfolder : ".", O_RDONLY | O_DIRECTORY, 0);
        close(root);
    }
    d = at < 0 ? NULL : fdopendir(at);
    if (d) {
        next = 1 + largest_in(d, prefix);
        closedir(d);
    } else if (at >= 0) {
        close(at);
    }
    return next; /* a folder that is missing or unreadable shows when the file is written */
}
