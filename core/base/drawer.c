/* drawer.c: a folder of limn's own files. */
#include "core/base/drawer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/beneath.h"
#include "core/base/crash.h"

struct lm_drawer {
    int at;
};

/* A writer's file begins with this, and one not written to for so long has lost its writer. */
static const char being_written[] = ".part-";
enum { LOST_S = 600 };

/* Makes the folder with all on the way to it; -1 and errno. */
static int make_and_open(const char *path)
{
    char *part = lm_copy_text(path);

    for (char *c = part + 1; *c; c++)
        if (*c == '/') {
            *c = 0;
            mkdir(part, 0777);
            *c = '/';
        }
    mkdir(part, 0777);
    lm_free(part);
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

lm_drawer *lm_drawer_open(const char *path, limn_error *err)
{
    const int  at = *path ? make_and_open(path) : -1;
    lm_drawer *d;

    if (at < 0) {
        limn_fail(err, FILE, "the folder \"%.200s\" cannot be used: %s", path,
                  *path ? strerror(errno) : "it has no name");
        return NULL;
    }
    d = lm_alloc(sizeof *d);
    d->at = at;
    return d;
}

void lm_drawer_close(lm_drawer *d)
{
    if (!d)
        return;
    close(d->at);
    lm_free(d);
}

int lm_drawer_read(const lm_drawer *d, const char *name)
{
    return lm_beneath_file(d->at, name);
}

int lm_drawer_write(const lm_drawer *d, char temporary[LM_DRAWER_NAME])
{
    static atomic_uint count;
    struct timespec    now;

    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(temporary, LM_DRAWER_NAME, "%s%lx-%lx-%lx-%x", being_written, (long)getpid(), (long)now.tv_sec,
             now.tv_nsec, atomic_fetch_add(&count, 1));
    lm_crash_at("drawer-begun");
    return lm_beneath_open(d->at, temporary, O_RDWR | O_CREAT | O_EXCL, 0666);
}

void lm_drawer_drop(const lm_drawer *d, int fd, const char *temporary)
{
    const int why = errno;

    if (fd >= 0)
        close(fd);
    unlinkat(d->at, temporary, 0);
    errno = why;
}

bool lm_drawer_place(const lm_drawer *d, int fd, const char *temporary, const char *name)
{
    bool well = !fsync(fd);

    if (close(fd))
        well = false;
    if (well && !renameat(d->at, temporary, d->at, name))
        return true;
    lm_drawer_drop(d, -1, temporary);
    return false;
}

bool lm_drawer_give(const lm_drawer *d, const char *temporary, int folder, const char *name)
{
    lm_crash_at("drawer-giving");
    return !renameat(d->at, temporary, folder, name);
}

bool lm_drawer_remove(const lm_drawer *d, const char *name)
{
    return !unlinkat(d->at, name, 0);
}

void lm_drawer_touch(int fd)
{
    futimens(fd, (struct timespec[2]){ { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_NOW } });
}

static bool is_writers(const char *name)
{
    return !strncmp(name, being_written, sizeof being_written - 1);
}

static void see(const lm_drawer *d, const char *name, time_t now, void *self,
                void (*each)(void *self, const lm_drawer_file *file))
{
    struct stat s;

    if (fstatat(d->at, name, &s, AT_SYMLINK_NOFOLLOW) || !S_ISREG(s.st_mode))
        return;
    if (!is_writers(name))
        each(self, &(lm_drawer_file){ name, (uint64_t)s.st_size, s.st_mtim });
    else if (now - s.st_mtim.tv_sec > LOST_S)
        unlinkat(d->at, name, 0);
}

static DIR *look_into(const lm_drawer *d)
{
    const int fd = openat(d->at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR      *folder = fd < 0 ? NULL : fdopendir(fd);

    if (!folder && fd >= 0)
        close(fd);
    return folder;
}

void lm_drawer_each(const lm_drawer *d, void *self, void (*each)(void *self, const lm_drawer_file *file))
{
    DIR           *folder = look_into(d);
    const time_t   now = time(NULL);
    struct dirent *e;

    while (folder && (e = readdir(folder)))
        see(d, e->d_name, now, self, each);
    if (folder)
        closedir(folder);
}

void lm_drawer_clear(const lm_drawer *d)
{
    DIR           *folder = look_into(d);
    struct dirent *e;

    while (folder && (e = readdir(folder)))
        if (is_writers(e->d_name))
            unlinkat(d->at, e->d_name, 0);
    if (folder)
        closedir(folder);
}
