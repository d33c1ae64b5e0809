/* shim.c: preloaded into a program, makes one of its calls fail: the N-th allocation, or the N-th call that goes
 * to files. Only for programs on glibc.
 *
 *     LIMN_FAULT_KIND   alloc: malloc, calloc, realloc, aligned_alloc, posix_memalign, mmap of memory fail with
 *                       ENOMEM
 *                       io: open fails with EMFILE, read with EIO, write with ENOSPC, all others with EIO
 *                       short: the same, but read and write do half of what they were asked
 *     LIMN_FAULT_AT     N, from 1 on; 0: none fails
 *     LIMN_FAULT_MANY   so many calls from the N-th on fail (default: 1)
 *     LIMN_FAULT_COUNT  a descriptor that the number of calls of that kind is written to at the end
 *
 * Calls inside of the C library (stdio, pthread_create) are not seen. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
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

enum kind { NONE, ALLOC, IO, SHORT };

static enum kind   kind;
static long        first, many = 1;
static int         count_fd = -1;
static atomic_long calls;

/* The C library's own syscall(), under which none of the functions below is met again. */
static long (*library)(long nr, ...);

static void find_library(void)
{
    *(void **)&library = dlsym(RTLD_NEXT, "syscall");
}

#define real (library ? (void)0 : find_library(), library)

static long number(const char *name, long otherwise)
{
    const char *text = getenv(name);

    return text ? strtol(text, NULL, 10) : otherwise;
}

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("LIMN_FAULT_KIND");

    first = number("LIMN_FAULT_AT", 0);
    many = number("LIMN_FAULT_MANY", 1);
    count_fd = (int)number("LIMN_FAULT_COUNT", -1);
    if (text)
        kind = !strcmp(text, "alloc") ? ALLOC : !strcmp(text, "io") ? IO : SHORT;
}

static void tell(void)
{
    char text[32];
    int  n = snprintf(text, sizeof text, "%ld\n", atomic_load(&calls));

    if (count_fd >= 0)
        real(SYS_write, count_fd, text, n);
    count_fd = -1;
}

__attribute__((destructor)) static void end(void)
{
    tell();
}

/* limn leaves through _Exit when bookkeeping memory is short. */
SEEN void _Exit(int status)
{
    tell();
    real(SYS_exit_group, status);
    __builtin_unreachable();
}

/* Is this call one of those that fail? */
static bool fails(enum kind a, enum kind b)
{
    long n;

    if (kind != a && kind != b)
        return false;
    n = atomic_fetch_add(&calls, 1) + 1;
    return first && n >= first && n < first + many;
}

/* ------------------------------------------------------------------ memory */

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static void *no_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

SEEN void *malloc(size_t n)
{
    return fails(ALLOC, ALLOC) ? no_memory() : __libc_malloc(n);
}

SEEN void *calloc(size_t n, size_t size)
{
    return fails(ALLOC, ALLOC) ? no_memory() : __libc_calloc(n, size);
}

SEEN void *realloc(void *old, size_t n)
{
    return fails(ALLOC, ALLOC) ? no_memory() : __libc_realloc(old, n);
}

SEEN void *aligned_alloc(size_t alignment, size_t n)
{
    return fails(ALLOC, ALLOC) ? no_memory() : __libc_memalign(alignment, n);
}

SEEN int posix_memalign(void **out, size_t alignment, size_t n)
{
    void *memory = fails(ALLOC, ALLOC) ? NULL : __libc_memalign(alignment, n);

    if (!memory)
        return ENOMEM;
    *out = memory;
    return 0;
}

static void *map(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
    const bool fail = fd < 0 ? fails(ALLOC, ALLOC) : fails(IO, SHORT);

    if (fail) {
        errno = fd < 0 ? ENOMEM : EIO;
        return MAP_FAILED;
    }
    return (void *)real(SYS_mmap, at, n, protection, flags, fd, offset);
}

SEEN void *mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
    return map(at, n, protection, flags, fd, offset);
}

SEEN void *mmap64(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
    return map(at, n, protection, flags, fd, offset);
}

/* ------------------------------------------------------------------ files */

static int fail_with(int why)
{
    errno = why;
    return -1;
}

static unsigned mode_of(int flags, va_list ap)
{
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, unsigned) : 0;
}

#define OPEN(name_, at_param, at)                                                              \
    SEEN int name_(at_param const char *path, int flags, ...)                                  \
    {                                                                                          \
        va_list  ap;                                                                           \
        unsigned mode;                                                                         \
                                                                                               \
        va_start(ap, flags);                                                                   \
        mode = mode_of(flags, ap);                                                             \
        va_end(ap);                                                                            \
        return fails(IO, SHORT) ? fail_with(EMFILE) : (int)real(SYS_openat, at, path, flags, mode); \
    }
#define AT int at,
OPEN(open, , AT_FDCWD)
OPEN(open64, , AT_FDCWD)
OPEN(openat, AT, at)
OPEN(openat64, AT, at)

/* `n`, or half of it when this call is to fall short. False: it fails. */
static bool may_move(size_t *n, int why)
{
    if (!fails(IO, SHORT))
        return true;
    if (kind == IO) {
        errno = why;
        return false;
    }
    *n = (*n + 1) / 2;
    return true;
}

SEEN ssize_t read(int fd, void *to, size_t n)
{
    return may_move(&n, EIO) ? real(SYS_read, fd, to, n) : -1;
}

SEEN ssize_t pread(int fd, void *to, size_t n, off_t at)
{
    return may_move(&n, EIO) ? real(SYS_pread64, fd, to, n, at) : -1;
}

SEEN ssize_t pread64(int fd, void *to, size_t n, off_t at)
{
    return may_move(&n, EIO) ? real(SYS_pread64, fd, to, n, at) : -1;
}

SEEN ssize_t write(int fd, const void *from, size_t n)
{
    return may_move(&n, ENOSPC) ? real(SYS_write, fd, from, n) : -1;
}

SEEN ssize_t pwrite(int fd, const void *from, size_t n, off_t at)
{
    return may_move(&n, ENOSPC) ? real(SYS_pwrite64, fd, from, n, at) : -1;
}

SEEN ssize_t pwrite64(int fd, const void *from, size_t n, off_t at)
{
    return may_move(&n, ENOSPC) ? real(SYS_pwrite64, fd, from, n, at) : -1;
}

SEEN int fsync(int fd)
{
    return fails(IO, SHORT) ? fail_with(EIO) : (int)real(SYS_fsync, fd);
}

SEEN int ftruncate(int fd, off_t n)
{
    return fails(IO, SHORT) ? fail_with(ENOSPC) : (int)real(SYS_ftruncate, fd, n);
}

/* The descriptor is gone in any case, as on Linux. */
SEEN int close(int fd)
{
    const bool fail = fails(IO, SHORT);
    const int  answer = (int)real(SYS_close, fd);

    return fail ? fail_with(EIO) : answer;
}

SEEN int mkdirat(int at, const char *path, mode_t mode)
{
    return fails(IO, SHORT) ? fail_with(ENOSPC) : (int)real(SYS_mkdirat, at, path, mode);
}

SEEN int renameat(int from_at, const char *from, int to_at, const char *to)
{
    return fails(IO, SHORT) ? fail_with(EIO) : (int)real(SYS_renameat2, from_at, from, to_at, to, 0);
}

SEEN int linkat(int from_at, const char *from, int to_at, const char *to, int flags)
{
    return fails(IO, SHORT) ? fail_with(EIO) : (int)real(SYS_linkat, from_at, from, to_at, to, flags);
}

/* openat2 and renameat2 are asked for like this. */
SEEN long syscall(long nr, ...)
{
    long    a[6];
    va_list ap;

    va_start(ap, nr);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(ap, long);
    va_end(ap);
    if ((nr == SYS_openat2 || nr == SYS_renameat2) && fails(IO, SHORT))
        return fail_with(nr == SYS_openat2 ? EMFILE : EIO);
    return real(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}
