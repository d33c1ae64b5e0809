/* confine_test.c: what a process that reads pictures cannot do any more, tried in a process that gave it up. */
#include "core/cli/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/test.h"

enum { FILE_LIMIT = 4096 };

static const struct forbidden {
    const char *what;
    long        call;
    long        a, b, c, d;
} forbidden[] = {
    { "open a file",         SYS_openat, AT_FDCWD, (long)"/etc/hostname", O_RDONLY, 0 },
    { "open a device",       SYS_openat, AT_FDCWD, (long)"/dev/null", O_RDWR, 0 },
    { "make a socket",       SYS_socket, AF_INET, SOCK_STREAM, 0, 0 },
    { "make a pair",         SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, 0 },
    { "connect",             SYS_connect, 0, 0, 0, 0 },
    { "run a program",       SYS_execve, (long)"/bin/true", 0, 0, 0 },
    { "make a process",      SYS_clone, SIGCHLD, 0, 0, 0 },
    { "signal its parent",   SYS_kill, 1, 0, 0, 0 },
    { "signal a thread",     SYS_tgkill, 1, 1, 0, 0 },
    { "look into another",   SYS_process_vm_readv, 1, 0, 0, 0 },
    { "remove a file",       SYS_unlinkat, AT_FDCWD, (long)"/nowhere", 0, 0 },
    { "rename a file",       SYS_renameat2, AT_FDCWD, (long)"/nowhere", AT_FDCWD, (long)"/there" },
    { "look at a file",      SYS_newfstatat, AT_FDCWD, (long)"/etc/hostname", 0, 0 },
    { "read a link",         SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", 0, 0 },
    { "change a descriptor", SYS_fcntl, 0, F_GETFL, 0, 0 },
    { "control a device",    SYS_ioctl, 0, 0, 0, 0 },
    { "raise its limits",    SYS_prlimit64, 0, 0, 0, 0 },
    { "run data",            SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS },
    { "use a ring",          SYS_io_uring_setup, 1, 0, 0, 0 },
};
enum { N_FORBIDDEN = sizeof forbidden / sizeof *forbidden };

/* In the child: a letter a row, '-' where the call was refused, then what it may still do. */
static void live_confined(int to)
{
    char  said[N_FORBIDDEN + 4] = "";
    int   n = 0;
    FILE *big = tmpfile();
    char  bytes[FILE_LIMIT];
    void *memory;

    memset(bytes, 'x', sizeof bytes);
    if (!big || !lm_confine_reader(UINT64_C(1) << 30, FILE_LIMIT))
        _exit(2);
    for (n = 0; n < N_FORBIDDEN; n++) {
        const struct forbidden *f = &forbidden[n];

        errno = 0;
        said[n] = syscall(f->call, f->a, f->b, f->c, f->d, -1L, 0L) == -1 && errno == EPERM ? '-' : 'X';
    }
    memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    said[n++] = memory != MAP_FAILED && mprotect(memory, 4096, PROT_READ | PROT_EXEC) && errno == EPERM ? 'm' : 'X';
    said[n++] = write(fileno(big), bytes, sizeof bytes) == FILE_LIMIT ? 'w' : 'X';
    said[n++] = write(fileno(big), bytes, 1) == -1 && errno == EFBIG ? 'f' : 'X';
    if (write(to, said, (size_t)n) == n)
        _exit(0);
    _exit(1);
}

TEST(a_reader_of_pictures_opens_connects_and_runs_nothing)
{
    char  said[N_FORBIDDEN + 8] = "";
    int   pair[2], status = 0;
    pid_t child;

    WANT(!pipe(pair));
    fflush(stdout);
    child = fork();
    if (!child)
        live_confined(pair[1]);
    close(pair[1]);
    WANT(read(pair[0], said, sizeof said - 1) == N_FORBIDDEN + 3);
    WANT(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    for (int i = 0; i < N_FORBIDDEN; i++) {
        if (said[i] != '-')
            printf("it may %s\n", forbidden[i].what);
        WANT(said[i] == '-');
    }
    WANT_TEXT(said + N_FORBIDDEN, "mwf");
    close(pair[0]);
}

TEST_MAIN
