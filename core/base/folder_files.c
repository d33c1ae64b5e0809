/* folder_files.c: the files of a kind of folder, with their sizes and times. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/folders_inside.h"

enum { MAX_FILES = 1000000 };

typedef struct gathering {
    lm_folder_files files;
    size_t          room;
    int             root;
} gathering;

static double seconds(const struct timespec *t)
{
    return (double)t->tv_sec + (double)t->tv_nsec / 1e9;
}

static void gather(void *self, const char *name, const struct stat *st)
{
    gathering       *g = self;
    lm_folder_files *l = &g->files;

    if (l->n == MAX_FILES)
        return;
    if (l->n == g->room) {
        g->room = g->room ? g->room * 2 : 64;
        l->at = lm_grow(l->at, g->room * sizeof *l->at);
    }
    l->at[l->n++] = (lm_folder_file){ lm_copy_text(name), g->root, st->st_size, seconds(&st->st_mtim),
                                      seconds(&st->st_ctim) };
}

static int by_name(const void *a, const void *b)
{
    const lm_folder_file *one = a, *other = b;
    const int             order = strcmp(one->name, other->name);

    return order ? order : (one->root > other->root) - (one->root < other->root);
}

static int by_age(const void *a, const void *b)
{
    const lm_folder_file *one = a, *other = b;
    const int             order = (one->modified < other->modified) - (one->modified > other->modified);

    return order ? order : by_name(a, b);
}

static lm_folder_files list(lm_folders *f, const char *kind, bool every_ending, bool flat)
{
    gathering g = { .root = 0 };
    lm_walk   w = { .folders = f, .kind = lm_kind_find(f, kind), .every_ending = every_ending, .flat = flat,
                    .each = gather, .self = &g };

    for (; w.kind && g.root < (flat ? 1 : w.kind->n_roots); g.root++)
        lm_folders_walk(&w, g.root);
    if (g.files.n)
        qsort(g.files.at, g.files.n, sizeof *g.files.at, flat ? by_age : by_name);
    return g.files;
}

lm_folder_files lm_folders_files(lm_folders *f, const char *kind)
{
    return list(f, kind, false, false);
}

lm_folder_files lm_folders_everything(lm_folders *f, const char *kind)
{
    return list(f, kind, true, false);
}

lm_folder_files lm_folders_newest(lm_folders *f, const char *kind)
{
    return list(f, kind, true, true);
}

void lm_folder_files_free(lm_folder_files *files)
{
    for (size_t i = 0; i < files->n; i++)
        lm_free(files->at[i].name);
    lm_free(files->at);
    *files = (lm_folder_files){ 0 };
}
