/* tree.c: a folder in which strangers name files. */
#include "core/base/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/beneath.h"
#include "core/base/clock.h"
#include "core/base/crash.h"
#include "core/base/text.h"

enum { MOST_DEPTH = 32 };

static void close_keeping_errno(int fd)
{
    const int why = errno;

    if (fd >= 0)
        close(fd);
    errno = why;
}

int lm_tree_root(const char *root)
{
    return open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

bool lm_tree_make(const char *root)
{
    struct stat st;
    char       *path = lm_copy_text(root);

    for (char *c = path + (*path != 0); *c; c++)
        if (*c == '/') {
            *c = 0;
            mkdir(path, 0777);
            *c = '/';
        }
    mkdir(path, 0777);
    lm_free(path);
    if (stat(root, &st))
        return false;
    errno = ENOTDIR;
    return S_ISDIR(st.st_mode);
}

bool lm_tree_may_make(const char *root)
{
    char       *path = lm_copy_text(root), *slash;
    struct stat st;
    bool        well;

    while (lstat(path, &st) && errno == ENOENT && *path && strcmp(path, ".")) { /* what is there of the way */
        slash = strrchr(path, '/');
        if (!slash)
            strcpy(path, "."); /* shorter than any name, or as long */
        else
            slash[slash == path] = 0;
    }
    well = !stat(path, &st) && (errno = ENOTDIR, S_ISDIR(st.st_mode)) && !access(path, W_OK | X_OK);
    lm_free(path);
    return well;
}

int lm_tree_file(const char *root, const char *name)
{
    const int at = lm_tree_root(root);
    int       fd;

    if (at < 0)
        return -1;
    fd = lm_beneath_file(at, name);
    close_keeping_errno(at);
    return fd;
}

/* ------------------------------------------------------------------ one entry */

static int64_t ms_of(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool tell(const struct stat *st, lm_tree_entry *out)
{
    *out = (lm_tree_entry){ .folder = S_ISDIR(st->st_mode), .bytes = (uint64_t)st->st_size,
                            .modified_ms = ms_of(st->st_mtim), .changed_ms = ms_of(st->st_ctim) };
    errno = S_ISLNK(st->st_mode) ? ELOOP : EINVAL;
    return S_ISREG(st->st_mode) || out->folder;
}

/* The folder that holds `name`, and the name's last part. */
static int folder_of(const char *root, const char *name, bool make, const char **last)
{
    const char *slash = strrchr(name, '/');
    char       *folder = lm_copy_bytes(name, slash ? (size_t)(slash - name) : 0);
    int         at = -1, fd = -1;

    *last = slash ? slash + 1 : name;
    errno = EXDEV;
    if (!lm_beneath_fault(name) && **last && strcmp(*last, ".") && (!make || lm_tree_make(root)))
        at = lm_tree_root(root);
    if (at >= 0)
        fd = make ? lm_beneath_make(at, folder)
                  : lm_beneath_open(at, *folder ? folder : ".", O_PATH | O_DIRECTORY, 0);
    close_keeping_errno(at);
    lm_free(folder);
    return fd;
}

bool lm_tree_look(const char *root, const char *name, lm_tree_entry *out)
{
    struct stat st;
    const char *last;
    int         at;
    bool        well;

    if (!*name)
        return !stat(root, &st) && tell(&st, out);
    at = folder_of(root, name, false, &last);
    well = at >= 0 && !fstatat(at, last, &st, AT_SYMLINK_NOFOLLOW) && tell(&st, out);
    close_keeping_errno(at);
    return well;
}

/* Is `last` of `at` a regular file? EISDIR for a folder. */
static bool is_file(int at, const char *last)
{
    struct stat   st;
    lm_tree_entry e;

    if (fstatat(at, last, &st, AT_SYMLINK_NOFOLLOW) || !tell(&st, &e))
        return false;
    errno = EISDIR;
    return !e.folder;
}

bool lm_tree_remove(const char *root, const char *name)
{
    const char *last;
    const int   at = folder_of(root, name, false, &last);
    const bool  well = at >= 0 && is_file(at, last) && !unlinkat(at, last, 0);

    close_keeping_errno(at);
    return well;
}

bool lm_tree_move(const char *root, const char *from, const char *to, bool replace)
{
    const char *old, *new;
    const int   at = folder_of(root, from, false, &old);
    int         there = -1;
    bool        well = false;

    if (at >= 0 && is_file(at, old))
        there = folder_of(root, to, true, &new);
    if (there >= 0)
        well = replace ? !renameat(at, old, there, new) : lm_beneath_rename(at, old, there, new);
    lm_crash_at("tree-moved");
    if (well) /* both names are on the disk before anybody is told */
        fsync(there);
    close_keeping_errno(there);
    close_keeping_errno(at);
    return well;
}

/* ------------------------------------------------------------------ many */

typedef struct walk {
    lm_tree_list *list;
    bool          deep;
    bool        (*shown)(const char *part);
    int           depth;
    bool          starved;
} walk;

static bool keep(lm_tree_list *l, const lm_tree_entry *e, const char *name)
{
    const size_t   room = l->n < l->room ? l->room : l->room ? l->room * 2 : 64;
    lm_tree_entry *at = room == l->room ? l->at : lm_try_grow(l->at, room * sizeof *at);
    char          *copy = at ? lm_try_copy_bytes(name, strlen(name)) : NULL;

    if (at) {
        l->at = at;
        l->room = room;
    }
    if (!copy)
        return false;
    l->at[l->n] = *e;
    l->at[l->n++].name = copy;
    return true;
}

static void gather(walk *w, int folder, const char *inside);

static void see(walk *w, int at, const char *inside, const char *part)
{
    lm_text       name = { 0 };
    struct stat   st;
    lm_tree_entry e;

    if (!strcmp(part, ".") || !strcmp(part, "..") || (w->shown && !w->shown(part)) || w->list->n == LM_TREE_MOST ||
        fstatat(at, part, &st, AT_SYMLINK_NOFOLLOW) || !tell(&st, &e))
        return;
    lm_text_printf(&name, "%s%s%s", inside, *inside ? "/" : "", part);
    if (!lm_beneath_fault(name.at)) {
        w->starved |= !keep(w->list, &e, name.at);
        if (e.folder && w->deep && w->depth < MOST_DEPTH)
            gather(w, openat(at, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), name.at);
    }
    lm_text_done(&name);
}

/* What `folder` (closed here) holds, which is called `inside` from where the list began. */
static void gather(walk *w, int folder, const char *inside)
{
    DIR           *d = folder < 0 ? NULL : fdopendir(folder);
    struct dirent *e;

    if (!d) {
        close_keeping_errno(folder);
        return;
    }
    w->depth++;
    while (!w->starved && (e = readdir(d)))
        see(w, folder, inside, e->d_name);
    w->depth--;
    closedir(d);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const lm_tree_entry *)a)->name, ((const lm_tree_entry *)b)->name);
}

bool lm_tree_each(const char *root, const char *folder, bool deep, bool (*shown)(const char *part), lm_tree_list *out)
{
    walk      w = { .list = out, .deep = deep, .shown = shown };
    const int at = lm_tree_root(root);
    int       fd;

    *out = (lm_tree_list){ 0 };
    if (at < 0)
        return false;
    fd = lm_beneath_open(at, *folder ? folder : ".", O_RDONLY | O_DIRECTORY, 0);
    close_keeping_errno(at);
    if (fd < 0)
        return false;
    gather(&w, fd, "");
    if (out->n)
        qsort(out->at, out->n, sizeof *out->at, by_name);
    if (w.starved) {
        lm_tree_list_done(out);
        errno = ENOMEM;
    }
    return !w.starved;
}

void lm_tree_list_done(lm_tree_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        lm_free(list->at[i].name);
    lm_free(list->at);
    *list = (lm_tree_list){ 0 };
}

/* ------------------------------------------------------------------ emptying */

/* Empties `folder` (closed here), however deep: what cannot be opened or removed, or not until `by`, stays. */
static void empty(int folder, int depth, int64_t by)
{
    DIR           *d = folder < 0 ? NULL : fdopendir(folder);
    struct dirent *e;

    if (!d) {
        close_keeping_errno(folder);
        return;
    }
    while (lm_clock_steady_ms() < by && (e = readdir(d))) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") || !unlinkat(folder, e->d_name, 0))
            continue;
        if (depth < 4 * MOST_DEPTH)
            empty(openat(folder, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), depth + 1, by);
        unlinkat(folder, e->d_name, AT_REMOVEDIR);
    }
    closedir(d);
}

void lm_tree_empty(const char *root, int within_ms)
{
    empty(open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC), 0, within_ms ? lm_clock_steady_ms() + within_ms : INT64_MAX);
}

void lm_tree_remove_folder(const char *root, const char *name)
{
    const char *last;
    const int   at = folder_of(root, name, false, &last);

    if (at < 0)
        return;
    empty(openat(at, last, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), 0, INT64_MAX);
    unlinkat(at, last, AT_REMOVEDIR);
    close(at);
}
