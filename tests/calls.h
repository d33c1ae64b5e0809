/* calls.h: calls of the system that fail when a test says so, and descriptors that nobody closed.
 *
 *     calls_fail(CALL_OPENAT, 3, EMFILE, false);     the third openat from now on says "too many open files", once
 *     …
 *     if (calls_failed()) …                          it came to that
 *     calls_work();
 *
 * For programs of limn_test_calls (tests/CMakeLists.txt), which may name calls of their own: numbers from CALL_KINDS on,
 * whose wrappers ask call_verdict. From any thread. */
#ifndef LIMN_TESTS_CALLS_H
#define LIMN_TESTS_CALLS_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#define CALLS_OF_THE_SYSTEM(X)                                                                                      \
    X(OPEN) X(OPENAT) X(STAT) X(FSTAT) X(FSTATAT) X(MKDIR) X(MKDIRAT) X(FDOPENDIR) X(UNLINKAT) X(RENAMEAT)          \
    X(LINKAT) X(FSYNC) X(FDATASYNC) X(CLOSE) X(PREAD) X(PWRITE) X(WRITE) X(FLOCK) X(GETRANDOM) X(FCNTL)             \
    X(SYSCALL) X(READLINK) X(PTHREAD_CREATE) X(LM_TRY_ALLOC) X(LM_TRY_GROW) X(LM_TRY_COPY_BYTES)

enum {
#define X(name_) CALL_##name_,
    CALLS_OF_THE_SYSTEM(X)
#undef X
    CALL_KINDS
};

enum { CALL_MOST = 64 }; /* kinds that a program may have, with its own */

/* The nth (1, …) call of this kind from now on answers `error`; with `stays`, so do all after it. */
void calls_fail(int which, int64_t nth, int error, bool stays);
void calls_work(void);   /* all of them, from now on */
bool calls_failed(void); /* has any, since? */
/* What this call is to answer: 0, or the error. */
int  call_verdict(int which);

/* The wrapper of a call that is linked with --wrap=NAME: while it fails it answers `otherwise`, and errno. */
#define CALL_WRAP(which, type, otherwise, name, parameters, arguments)  \
    type __real_##name parameters;                                      \
    type __wrap_##name parameters;                                      \
    type __wrap_##name parameters                                       \
    {                                                                   \
        const int error = call_verdict(which);                          \
                                                                        \
        if (!error)                                                     \
            return __real_##name arguments;                             \
        errno = error;                                                  \
        return otherwise;                                               \
    }

/* How many descriptors this process has. */
int descriptors(void);

#endif
