/* picture_fake.h: what a process that reads pictures must not do, done by this program when it is started as
 * `--fake KIND`. */
#ifndef LIMN_TESTS_WEB_PICTURE_FAKE_H
#define LIMN_TESTS_WEB_PICTURE_FAKE_H

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "web/work/picture_wire.h"

enum { FAKE_SOCKET = 3 };

static inline void fake_end(const char *kind)
{
    if (!strcmp(kind, "crash")) {
        signal(SIGSEGV, SIG_DFL);
        kill(getpid(), SIGSEGV);
    }
    if (!strcmp(kind, "leave"))
        _exit(3);
    if (!strcmp(kind, "no memory"))
        _exit(6);
    if (!strcmp(kind, "hang up"))
        close(FAKE_SOCKET);
    if (!strcmp(kind, "late") || !strcmp(kind, "hang up"))
        for (;;)
            pause();
}

static inline void fake_answer(const char *kind, const lm_picture_ask *ask, const int *fds)
{
    lm_picture_answer a = { .number = ask->number, .status = 200 };
    size_t            size = sizeof a;
    int               handed = 0, n;

    n = strcmp(kind, "nothing") ? (int)write(fds[0], "bytes", 5) : 0;
    if (!strcmp(kind, "mapped"))
        n = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fds[0], 0) == MAP_FAILED;
    if (!strcmp(kind, "sealed"))
        fcntl(fds[0], F_ADD_SEALS, F_SEAL_SEAL);
    if (!strcmp(kind, "too large"))
        n = ftruncate(fds[0], LM_PICTURE_MOST_BYTES + 1);
    a.number += !strcmp(kind, "number");
    if (!strcmp(kind, "short"))
        size = 20;
    if (!strcmp(kind, "status"))
        a.status = 500;
    if (!strcmp(kind, "words")) {
        a.status = 415;
        memset(a.words, 'x', sizeof a.words);
        a.words[2] = '\n';
    }
    if (!strcmp(kind, "descriptors")) {
        a.status = 415;
        strcpy(a.words, "fine so far");
        handed = 2;
    }
    (void)n;
    lm_picture_send(FAKE_SOCKET, &a, size, fds, handed);
}

__attribute__((constructor)) static void be_a_fake(int argc, char **argv)
{
    lm_picture_ask ask;
    int            fds[LM_PICTURE_FDS], n = 0;

    if (argc < 3 || strcmp(argv[1], "--fake"))
        return;
    while (lm_picture_receive(FAKE_SOCKET, &ask, sizeof ask, fds, &n) > 0) {
        fake_end(argv[2]);
        fake_answer(argv[2], &ask, fds);
    }
    _exit(0);
}

#endif
