/* calls.c: the linker leads every call named here through a wrapper of its own (-Wl,--wrap=name). */
#include "tests/calls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool            came;

static struct armed {
    int64_t left; /* 0: works */
    int     error;
    bool    stays;
} armed[CALL_MOST];

void calls_fail(int which, int64_t nth, int error, bool stays)
{
    pthread_mutex_lock(&lock);
    armed[which] = (struct armed){ nth, error, stays };
    pthread_mutex_unlock(&lock);
}

void calls_work(void)
{
    pthread_mutex_lock(&lock);
    memset(armed, 0, sizeof armed);
    came = false;
    pthread_mutex_unlock(&lock);
}

bool calls_failed(void)
{
    bool any;

    pthread_mutex_lock(&lock);
    any = came;
    pthread_mutex_unlock(&lock);
    return any;
}

int call_verdict(int which)
{
    struct armed *a = &armed[which];
    int           verdict = 0;

    pthread_mutex_lock(&lock);
    if (a->left == 1) {
        verdict = a->error;
        came = true;
    }
    a->left -= a->left > 1 || (a->left && !a->stays);
    pthread_mutex_unlock(&lock);
    return verdict;
}

static bool fails(int which)
{
    const int error = call_verdict(which);

    if (error)
        errno = error;
    return error != 0;
}

int descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    int  n = 0;

    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

#define WRAP(which, ...) CALL_WRAP(CALL_##which, __VA_ARGS__)

WRAP(STAT, int, -1, stat, (const char *path, struct stat *st), (path, st))
WRAP(FSTAT, int, -1, fstat, (int fd, struct stat *st), (fd, st))
WRAP(FSTATAT, int, -1, fstatat, (int at, const char *name, struct stat *st, int flags), (at, name, st, flags))
WRAP(MKDIR, int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(MKDIRAT, int, -1, mkdirat, (int at, const char *name, mode_t mode), (at, name, mode))
WRAP(FDOPENDIR, DIR *, NULL, fdopendir, (int fd), (fd))
WRAP(UNLINKAT, int, -1, unlinkat, (int at, const char *name, int flags), (at, name, flags))
WRAP(RENAMEAT, int, -1, renameat, (int at, const char *from, int there, const char *to), (at, from, there, to))
WRAP(LINKAT, int, -1, linkat, (int at, const char *from, int there, const char *to, int flags), (at, from, there, to, flags))
WRAP(FSYNC, int, -1, fsync, (int fd), (fd))
WRAP(FDATASYNC, int, -1, fdatasync, (int fd), (fd))
WRAP(PREAD, ssize_t, -1, pread, (int fd, void *to, size_t n, off_t at), (fd, to, n, at))
WRAP(PWRITE, ssize_t, -1, pwrite, (int fd, const void *from, size_t n, off_t at), (fd, from, n, at))
WRAP(WRITE, ssize_t, -1, write, (int fd, const void *from, size_t n), (fd, from, n))
WRAP(FLOCK, int, -1, flock, (int fd, int how), (fd, how))
WRAP(GETRANDOM, ssize_t, -1, getrandom, (void *to, size_t n, unsigned flags), (to, n, flags))
WRAP(READLINK, ssize_t, -1, readlink, (const char *path, char *to, size_t n), (path, to, n))
WRAP(LM_TRY_ALLOC, void *, NULL, lm_try_alloc, (size_t bytes), (bytes))
WRAP(LM_TRY_GROW, void *, NULL, lm_try_grow, (void *old, size_t bytes), (old, bytes))
WRAP(LM_TRY_COPY_BYTES, char *, NULL, lm_try_copy_bytes, (const char *at, size_t n), (at, n))

/* What cannot be closed is closed all the same, as on Linux. */
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
    const bool failed = fails(CALL_CLOSE);
    const int  why = errno, rc = __real_close(fd);

    if (!failed)
        return rc;
    errno = why;
    return -1;
}

int __real_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*run)(void *), void *self);
int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*run)(void *), void *self);
int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*run)(void *), void *self)
{
    return fails(CALL_PTHREAD_CREATE) ? EAGAIN : __real_pthread_create(t, a, run, self);
}

/* Those with arguments that are not always there. */
static unsigned mode_of(int flags, va_list ap)
{
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, unsigned) : 0;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    va_list  ap;
    unsigned mode;

    va_start(ap, flags);
    mode = mode_of(flags, ap);
    va_end(ap);
    return fails(CALL_OPEN) ? -1 : __real_open(path, flags, mode);
}

int __real_openat(int at, const char *name, int flags, ...);
int __wrap_openat(int at, const char *name, int flags, ...);
int __wrap_openat(int at, const char *name, int flags, ...)
{
    va_list  ap;
    unsigned mode;

    va_start(ap, flags);
    mode = mode_of(flags, ap);
    va_end(ap);
    return fails(CALL_OPENAT) ? -1 : __real_openat(at, name, flags, mode);
}

int __real_fcntl(int fd, int what, ...);
int __wrap_fcntl(int fd, int what, ...);
int __wrap_fcntl(int fd, int what, ...)
{
    va_list ap;
    long    value;

    va_start(ap, what);
    value = va_arg(ap, long);
    va_end(ap);
    return fails(CALL_FCNTL) ? -1 : __real_fcntl(fd, what, value);
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
    long    a[6];
    va_list ap;

    va_start(ap, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(ap, long);
    va_end(ap);
    return fails(CALL_SYSCALL) ? -1 : __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
