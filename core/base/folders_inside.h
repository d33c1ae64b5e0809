/* folders_inside.h: what folders.c, folder_*.c and new_file.c share and nobody else sees. */
#ifndef LM_BASE_FOLDERS_INSIDE_H
#define LM_BASE_FOLDERS_INSIDE_H

#include <sys/stat.h>

#include "core/base/folders.h"

enum { LM_MAX_ROOTS = 64 };

/* One kind and its directories, the first one first. */
typedef struct lm_kind {
    char *name;
    bool  open_to_requests; /* input, output, temp: no link is followed */
    int   n_roots;
    char *roots[LM_MAX_ROOTS];
    int   n_endings; /* lists of endings, for a kind that was added; 0: the built-in endings */
    const char *const **endings;
} lm_kind;

struct lm_folders {
    char    *base;
    int      n_kinds;
    lm_kind *kinds;
};

/* Every file of a kind in one of its directories, with a fitting ending (or any), below it too unless `flat`. */
typedef struct lm_walk {
    const lm_folders *folders;
    const lm_kind    *kind;
    bool              every_ending, flat;
    void            (*each)(void *self, const char *name, const struct stat *st);
    void             *self;
    int               depth; /* the walk's own */
} lm_walk;
void lm_folders_walk(lm_walk *w, int root);

/* The kind, by name or by its older name; NULL when unknown. */
lm_kind *lm_kind_find(const lm_folders *f, const char *name);

/* Opens what a link in a model folder points at, when that lies in a folder that the owner set up: the name
 * is resolved once and opened again beneath that folder without links, so that nothing can be exchanged in
 * between. -1, and EXDEV when it leads elsewhere. */
int  lm_folders_follow(const lm_folders *f, int at, const char *name);
bool lm_folders_follows(const lm_folders *f, int at, const char *name); /* would it? */

/* "directory/name"; neither is "".                                                                [new] */
char *lm_path_join(const char *directory, const char *name);

/* Splits " [input]" and its like off `name`; the kind it names, or `kind`. `plain` is the rest.  [new] */
const char *lm_folders_annotated(const char *kind, const char *name, char **plain);

/* A name as an error text may show it: at most 120 bytes, whole characters. Same memory each call. */
typedef struct lm_shown {
    char text[128];
} lm_shown;
lm_shown lm_shown_name(const char *name);

/* What errno means to a person: "permission denied", "no space left on device", … */
const char *lm_why(int error, char text[96]);

#endif
