/* folder_links.c: links in model folders, made by the folders' owner. They are followed into folders that
 * the owner set up, and nowhere else. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/beneath.h"
#include "core/base/folders_inside.h"

/* How far `path` reaches into `root`, or 0: the length of root, which is resolved, when path lies inside. */
static size_t reach(const char *root, const char *path)
{
    const size_t n = strlen(root);

    return !strncmp(root, path, n) && (path[n] == '/' || root[n - 1] == '/') ? n : 0;
}

static void take_longer(char **best, char *root, const char *path)
{
    const size_t n = root ? reach(root, path) : 0;

    if (n && (!*best || n > strlen(*best))) {
        free(*best);
        *best = root;
    } else {
        free(root);
    }
}

/* Does `path` (resolved) lie in one of the directories that the owner set up? The longest such directory,
 * resolved, or NULL.                                                                            [new] */
static char *owner_of(const lm_folders *f, const char *path)
{
    char *best = NULL, *models = lm_path_join(f->base, "models");

    take_longer(&best, realpath(models, NULL), path);
    lm_free(models);
    for (int i = 0; i < f->n_kinds; i++)
        for (int r = 0; r < f->kinds[i].n_roots && !f->kinds[i].open_to_requests; r++)
            take_longer(&best, realpath(f->kinds[i].roots[r], NULL), path);
    return best;
}

/* Where `name` in the folder `at` ends up, and the owner's directory that it lies in; NULL (EXDEV when it
 * lies in none).                                                                                [new] */
static char *resolve(const lm_folders *f, int at, const char *name, char path[PATH_MAX])
{
    char    self[64], *owner;
    int     fd = openat(at, name, O_PATH | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return NULL;
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    n = readlink(self, path, PATH_MAX - 1);
    close(fd);
    path[n < 0 ? 0 : n] = 0;
    owner = owner_of(f, path);
    errno = EXDEV;
    return owner;
}

bool lm_folders_follows(const lm_folders *f, int at, const char *name)
{
    char  path[PATH_MAX];
    char *owner = resolve(f, at, name, path);

    free(owner);
    return owner != NULL;
}

int lm_folders_follow(const lm_folders *f, int root, const char *name)
{
    char  path[PATH_MAX];
    char *owner = resolve(f, root, name, path);
    int   dir, fd = -1;

    if (!owner)
        return -1;
    dir = open(owner, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir >= 0) {
        const char *inside = path + strlen(owner);

        fd = lm_beneath_file(dir, inside + strspn(inside, "/"));
        close(dir);
    }
    free(owner);
    return fd;
}
