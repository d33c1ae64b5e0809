/* places.c: the places that a process keeps to. */
#include "core/cli/places.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"

typedef struct place {
    char    *path;
    unsigned may;
    bool     followed, there; /* there: it was, and is what these two say */
    dev_t    device;
    ino_t    number;
} place;

struct lm_places {
    int    list; /* -1: there is no Landlock, or it is kept to */
    bool   kept;
    int    n;
    place *at;
};

lm_places *lm_places_new(void)
{
    lm_places *p = lm_alloc(sizeof *p);

    p->list = lm_landlock_new();
    return p;
}

void lm_places_free(lm_places *p)
{
    if (!p)
        return;
    if (p->list >= 0)
        close(p->list);
    for (int i = 0; i < p->n; i++)
        lm_free(p->at[i].path);
    lm_free(p->at);
    lm_free(p);
}

static void add(lm_places *p, const char *path, unsigned may, bool followed)
{
    const int   fd = open(path, O_PATH | O_CLOEXEC);
    place       new = { .path = lm_copy_text(path), .may = may, .followed = followed };
    struct stat st;

    if (fd >= 0 && !fstat(fd, &st)) {
        new.there = true;
        new.device = st.st_dev;
        new.number = st.st_ino;
        if (p->list >= 0)
            lm_landlock_add(p->list, fd, may);
    }
    if (fd >= 0)
        close(fd);
    p->at = lm_grow(p->at, (size_t)(p->n + 1) * sizeof *p->at);
    p->at[p->n++] = new;
}

void lm_places_add(lm_places *p, const char *path, unsigned may)
{
    add(p, path, may, false);
}

void lm_places_follow(lm_places *p, const char *path, unsigned may)
{
    add(p, path, may, true);
}

bool lm_places_keep(lm_places *p)
{
    p->kept = lm_landlock_keep(p->list);
    p->list = -1;
    return p->kept;
}

/* ------------------------------------------------------------------ later */

static bool is_it(const place *a, const struct stat *st)
{
    return a->there && a->device == st->st_dev && a->number == st->st_ino;
}

static unsigned rights_over(const lm_places *p, const struct stat *st)
{
    unsigned may = 0;

    for (int i = 0; i < p->n; i++)
        may |= is_it(&p->at[i], st) ? p->at[i].may : 0;
    return may;
}

/* Is it open, by itself or by what it lies in? The way up is the kernel's. */
static bool is_open(const lm_places *p, const char *path, unsigned wanted)
{
    char        real[PATH_MAX], *slash;
    struct stat st;
    unsigned    may = 0;

    if (!realpath(path, real))
        return true; /* gone again */
    while (!stat(real, &st)) {
        may |= rights_over(p, &st);
        slash = strrchr(real, '/');
        if ((may & wanted) == wanted)
            return true;
        if (!slash[1])
            break;
        slash[slash == real] = '\0';
    }
    return false;
}

const char *lm_places_moved(const lm_places *p)
{
    for (int i = 0; i < p->n && p->kept; i++) {
        const place *a = &p->at[i];
        struct stat  st;
        const bool   there = a->followed && !stat(a->path, &st);

        if (!a->followed || (there ? is_it(a, &st) : !a->there))
            continue;
        if (there ? !is_open(p, a->path, a->may) : (a->may & LM_MAY_WRITE) != 0)
            return a->path;
    }
    return NULL;
}
