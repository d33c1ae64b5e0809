/* beneath.c: opening a file by a relative name, never outside of a root. */
#include "core/base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437 /* the same number on every architecture */
#endif

/* Source: openat2(2). Spelled out so that older system headers will do. */
struct how {
    unsigned long long flags, mode, resolve;
};
enum { NO_MAGICLINKS = 0x02, NO_SYMLINKS = 0x04, BENEATH = 0x08 };
enum { NO_REPLACE = 1 }; /* of renameat2 */

bool lm_beneath_walks;

static bool is_up(const char *part, size_t n)
{
    return n == 2 && part[0] == '.' && part[1] == '.';
}

const char *lm_beneath_fault(const char *name)
{
    if (!name || !*name)
        return "is empty";
    if (*name == '/')
        return "is an absolute path";
    if (strlen(name) >= PATH_MAX)
        return "is too long";
    for (const char *c = name; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return "holds a control character";
    for (const char *part = name; *part; part += part[0] == '/') {
        size_t n = strcspn(part, "/");

        if (is_up(part, n))
            return "leads out of its folder";
        part += n;
    }
    return NULL;
}

/* ------------------------------------------------------------------ the walk, without openat2 */

/* O_DIRECTORY | O_NOFOLLOW on a link is ENOTDIR; openat2 says ELOOP. */
static void tell_link(int at, const char *part)
{
    struct stat st;
    const int   why = errno;

    if (why != ENOTDIR)
        return;
    errno = !fstatat(at, part, &st, AT_SYMLINK_NOFOLLOW) && S_ISLNK(st.st_mode) ? ELOOP : why;
}

static int step_into(int at, const char *part)
{
    int next = openat(at, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (next < 0)
        tell_link(at, part);
    return next;
}

/* Closes what a walk holds, keeping errno. */
static void let_go(int root, int at)
{
    const int why = errno;

    if (at >= 0 && at != root)
        close(at);
    errno = why;
}

/* Copies the next part of *name to `part` and moves *name behind it; false at the end. "." is skipped. */
static bool next_part(const char **name, char part[NAME_MAX + 1], bool *too_long)
{
    size_t n;

    do {
        *name += strspn(*name, "/");
        n = strcspn(*name, "/");
        if (!n)
            return false;
        *too_long = n > NAME_MAX;
        if (*too_long)
            return true;
        memcpy(part, *name, n);
        part[n] = 0;
        *name += n;
    } while (!strcmp(part, "."));
    return true;
}

/* Opens `part` of `at` as its caller asked; at is let go of. */
static int open_last(int root, int at, const char *part, int flags, unsigned mode)
{
    int fd = openat(at, part, flags | O_NOFOLLOW | O_CLOEXEC, mode);

    if (fd < 0)
        tell_link(at, part);
    let_go(root, at);
    return fd;
}

static int walk(int root, const char *name, int flags, unsigned mode)
{
    char part[2][NAME_MAX + 1] = { ".", "" };
    int  at = root, next, turn = 0;
    bool too_long = false;

    next_part(&name, part[0], &too_long);
    while (!too_long && next_part(&name, part[!turn], &too_long) && !too_long) {
        next = step_into(at, part[turn]);
        let_go(root, at);
        if (next < 0)
            return -1;
        at = next;
        turn = !turn;
    }
    if (!too_long)
        return open_last(root, at, part[turn], flags, mode);
    errno = ENAMETOOLONG;
    let_go(root, at);
    return -1;
}

/* ------------------------------------------------------------------ the doors */

int lm_beneath_open(int root, const char *name, int flags, unsigned mode)
{
    struct how how = { .flags = (unsigned)(flags | O_CLOEXEC), .mode = flags & O_CREAT ? mode : 0,
                       .resolve = BENEATH | NO_MAGICLINKS | NO_SYMLINKS };
    long       fd = -1;

    if (lm_beneath_fault(name)) {
        errno = EXDEV;
        return -1;
    }
    errno = ENOSYS;
    for (int tries = 0; !lm_beneath_walks && tries < 8; tries++) {
        fd = syscall(SYS_openat2, root, name, &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) /* EPERM: what older containers answer for it */
        return walk(root, name, flags, mode);
    return (int)fd;
}

/* The folder `part` in `at`, made when it is not there. */
static int make_one(int at, const char *part)
{
    if (mkdirat(at, part, 0777) && errno != EEXIST)
        return -1;
    return step_into(at, part);
}

int lm_beneath_make(int root, const char *name)
{
    char part[NAME_MAX + 1];
    int  at = root, next;
    bool too_long = false;

    if (*name && lm_beneath_fault(name)) {
        errno = EXDEV;
        return -1;
    }
    while (at >= 0 && next_part(&name, part, &too_long)) {
        errno = ENAMETOOLONG;
        next = too_long ? -1 : make_one(at, part);
        let_go(root, at);
        at = next;
    }
    if (at < 0)
        return -1;
    next = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    let_go(root, at);
    return next;
}

int lm_beneath_file(int root, const char *name)
{
    struct stat st;
    int         fd = lm_beneath_open(root, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

    if (fd < 0)
        return -1;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        close(fd);
        errno = EINVAL;
        return -1;
    }
    return fd;
}

/* In one step, or, on file systems that cannot, by a second name. */
bool lm_beneath_rename(int at, const char *from, int there, const char *to)
{
    if (!syscall(SYS_renameat2, at, from, there, to, NO_REPLACE))
        return true;
    if (errno != ENOSYS && errno != EINVAL)
        return false;
    return !linkat(at, from, there, to, 0) && !unlinkat(at, from, 0);
}
