/* disk_shim.c: preloaded into a server, makes one of the calls fail that concern certain files, when a test says so: while it
 * runs, as often as is wanted, and in the processes that it starts as well. Only for programs on glibc.
 *
 *     LIMN_DISK   a file of one struct disk, which the test writes
 *
 * Files are those whose path holds `where`; calls are opening, writing, syncing, truncating, renaming, linking and making
 * folders. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

#define SEEN __attribute__((visibility("default")))

enum { SHORT = -1 }; /* as an error: a write does half of what it was asked, and everything else works */

struct disk {
    _Atomic int64_t at;    /* the call that fails, the first, second, …; 0: none */
    _Atomic int64_t error; /* with which errno */
    _Atomic int64_t calls; /* made since the test put 0 here */
    char            where[232];
};

static struct disk *disk;
static long       (*library)(long nr, ...); /* the C library's own, under which none of the functions below is met again */

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("LIMN_DISK");
    const int   fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void       *there = fd >= 0 ? mmap(NULL, sizeof *disk, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;

    if (fd >= 0)
        close(fd);
    if (there != MAP_FAILED)
        disk = there;
}

#define real (library ? (void)0 : (void)(*(void **)&library = dlsym(RTLD_NEXT, "syscall")), library)

/* The errno of this call, or 0. `fd` may be AT_FDCWD, and `name` NULL: the file itself. */
static int verdict(int fd, const char *name)
{
    char    link[64], path[4096] = "";
    int64_t n = 0;

    if (!disk || !atomic_load(&disk->at))
        return 0;
    if (fd != AT_FDCWD && (!name || *name != '/')) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        n = real(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
        n = n < 0 ? 0 : n;
    }
    snprintf(path + n, sizeof path - (size_t)n, "/%s", name ? name : "");
    if (!strstr(path, disk->where))
        return 0;
    n = atomic_fetch_add(&disk->calls, 1) + 1;
    return n == atomic_load(&disk->at) ? (int)atomic_load(&disk->error) : 0;
}

static long or_fail(int why, long (*call)(long, ...), long nr, long a, long b, long c, long d, long e)
{
    if (why > 0) {
        errno = why;
        return -1;
    }
    return call(nr, a, b, c, d, e);
}

#define DO(fd, name, nr, a, b, c, d, e) or_fail(verdict(fd, name), real, nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))

#define OPEN(name_, at_param, at)                                                              \
    SEEN int name_(at_param const char *path, int flags, ...)                                  \
    {                                                                                          \
        va_list  ap;                                                                           \
        unsigned mode;                                                                         \
                                                                                               \
        va_start(ap, flags);                                                                   \
        mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, unsigned) : 0;                       \
        va_end(ap);                                                                            \
        return (int)DO(at, path, SYS_openat, at, path, flags, mode, 0);                        \
    }
#define AT int at,
OPEN(open, , AT_FDCWD)
OPEN(open64, , AT_FDCWD)
OPEN(openat, AT, at)
OPEN(openat64, AT, at)

static size_t half(int why, size_t n)
{
    return why == SHORT ? (n + 1) / 2 : n;
}

SEEN ssize_t write(int fd, const void *from, size_t n)
{
    const int why = verdict(fd, NULL);

    return or_fail(why, real, SYS_write, fd, (long)from, (long)half(why, n), 0, 0);
}

SEEN ssize_t pwrite(int fd, const void *from, size_t n, off_t at)
{
    const int why = verdict(fd, NULL);

    return or_fail(why, real, SYS_pwrite64, fd, (long)from, (long)half(why, n), at, 0);
}

SEEN int fsync(int fd)
{
    return (int)DO(fd, NULL, SYS_fsync, fd, 0, 0, 0, 0);
}

SEEN int fdatasync(int fd)
{
    return (int)DO(fd, NULL, SYS_fdatasync, fd, 0, 0, 0, 0);
}

SEEN int ftruncate(int fd, off_t n)
{
    return (int)DO(fd, NULL, SYS_ftruncate, fd, n, 0, 0, 0);
}

SEEN int mkdirat(int at, const char *path, mode_t mode)
{
    return (int)DO(at, path, SYS_mkdirat, at, path, mode, 0, 0);
}

SEEN int mkdir(const char *path, mode_t mode)
{
    return (int)DO(AT_FDCWD, path, SYS_mkdirat, AT_FDCWD, path, mode, 0, 0);
}

SEEN int renameat(int from_at, const char *from, int to_at, const char *to)
{
    return (int)DO(to_at, to, SYS_renameat2, from_at, from, to_at, to, 0);
}

SEEN int linkat(int from_at, const char *from, int to_at, const char *to, int flags)
{
    return (int)DO(to_at, to, SYS_linkat, from_at, from, to_at, to, flags);
}

/* openat2 and renameat2 are asked for like this. */
SEEN long syscall(long nr, ...)
{
    long    a[6];
    int     why = 0;
    va_list ap;

    va_start(ap, nr);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(ap, long);
    va_end(ap);
    if (nr == SYS_openat2)
        why = verdict((int)a[0], (const char *)a[1]);
    else if (nr == SYS_renameat2)
        why = verdict((int)a[2], (const char *)a[3]);
    if (why > 0) {
        errno = why;
        return -1;
    }
    return real(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}
