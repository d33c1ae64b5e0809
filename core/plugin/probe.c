/* probe.c: a forked child opens a file first, so that what goes wrong there costs the child. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/plugin/parts.h"

/* What the child has to say: one write, shorter than a pipe's atomic size. */
struct verdict {
    uint32_t   mark;
    limn_error err;
};
enum { MARK = 0x6c696d6e };

/* ------------------------------------------------------------------ the child */

/* Faults end the child in the plainest way, and what it prints is seen by nobody. */
static void be_quiet(void)
{
    static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGINT, SIGTERM, SIGPIPE };
    const struct rlimit none = { 0, 0 };
    const int           nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_CORE, &none);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        signal(faults[i], SIG_DFL);
    for (int fd = 0; nowhere >= 0 && fd < 3; fd++)
        dup2(nowhere, fd);
}

_Noreturn static void look(lm_object *o, int out)
{
    struct verdict     v = { .mark = MARK };
    const limn_plugin *theirs;
    limn_plugin        ours;
    bool               newer;

    be_quiet();
    theirs = lm_object_table(o, &v.err);
    if (theirs && lm_layout_copy(theirs, &ours, &newer, &v.err))
        lm_vet_plugin(&ours, &v.err);
    if (write(out, &v, sizeof v) != (ssize_t)sizeof v)
        _exit(1);
    exit(0); /* its destructors run here as they will in the end */
}

/* ------------------------------------------------------------------ the parent */

/* Waits for the verdict and for the child's end: has it spoken? *in_time: it ended before the time was over. */
static bool hear(int in, struct verdict *v, bool *in_time)
{
    const int64_t  end = lm_clock_steady_ms() + LM_PROBE_SECONDS * 1000;
    struct pollfd  p = { .fd = in, .events = POLLIN };
    struct verdict piece;
    ssize_t        got;

    *in_time = false;
    for (int64_t left; (left = end - lm_clock_steady_ms()) > 0;) {
        if (poll(&p, 1, (int)left) <= 0)
            continue;
        got = read(in, &piece, sizeof piece);
        *in_time = got <= 0;
        if (got == (ssize_t)sizeof piece)
            *v = piece;
        if (*in_time)
            break;
    }
    return v->mark == MARK;
}

static const char *signal_word(int signal)
{
    switch (signal) {
    case SIGSEGV: return "SIGSEGV, a bad memory access";
    case SIGBUS: return "SIGBUS, memory behind the end of a file";
    case SIGFPE: return "SIGFPE, a bad calculation";
    case SIGILL: return "SIGILL, a bad instruction";
    case SIGABRT: return "SIGABRT, it gave up";
    default: return "a signal";
    }
}

static bool fail_child(int status, bool in_time, bool heard, limn_error *err)
{
    const char *when = heard ? "let go" : "loaded";

    if (!in_time)
        return limn_fail(err, FILE, "it was not %s within %d s", when, LM_PROBE_SECONDS);
    if (WIFSIGNALED(status))
        return limn_fail(err, FILE, "it crashed while it was being %s: signal %d (%s)", when, WTERMSIG(status),
                         signal_word(WTERMSIG(status)));
    return limn_fail(err, FILE, "it ended the program while it was being loaded, with exit status %d",
                     WEXITSTATUS(status));
}

/* The child's own texts, which it could have left without an end. */
static bool pass_on(const struct verdict *v, limn_error *err)
{
    const int n = (int)strnlen(v->err.text, sizeof v->err.text - 1);

    return v->err.code == LIMN_OK || limn_fail(err, FILE, "%.*s", n, v->err.text);
}

bool lm_probe(lm_object *o, limn_error *err)
{
    struct verdict v = { 0 };
    bool           in_time = false, heard;
    int            ends[2], status = 0;
    pid_t          child;

    if (pipe2(ends, O_CLOEXEC))
        return limn_fail(err, FILE, "it cannot be tried: %s", strerror(errno));
    child = fork();
    if (child == 0)
        look(o, ends[1]);
    close(ends[1]);
    heard = child > 0 && hear(ends[0], &v, &in_time);
    close(ends[0]);
    if (child < 0)
        return limn_fail(err, FILE, "it cannot be tried: %s", strerror(errno));
    if (!in_time)
        kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (!heard || !in_time || WIFSIGNALED(status))
        return fail_child(status, in_time, heard, err);
    return pass_on(&v, err);
}

/* ------------------------------------------------------------------ memory */

/* <folder>/<digest of the file and of this limn's layout>. */
static char *note_path(const char *folder, const uint8_t digest[32])
{
    const size_t sizes[] = { sizeof(limn_plugin), sizeof(limn_node), sizeof(limn_input), sizeof(limn_output) };
    lm_sha256    s;
    uint8_t      whole[32];
    char         hex[65];
    lm_text      path = { 0 };

    lm_sha256_init(&s);
    lm_sha256_add(&s, digest, 32);
    lm_sha256_add(&s, LIMN_VERSION, sizeof LIMN_VERSION);
    lm_sha256_add(&s, sizes, sizeof sizes);
    lm_sha256_done(&s, whole);
    lm_hex(whole, 32, hex);
    lm_text_printf(&path, "%s/%s", folder, hex);
    return lm_text_take(&path);
}

bool lm_probe_recalls(const char *folder, const uint8_t digest[32])
{
    char      *path = folder ? note_path(folder, digest) : NULL;
    const bool is_there = path && !access(path, F_OK);

    lm_free(path);
    return is_there;
}

void lm_probe_remembers(const char *folder, const uint8_t digest[32])
{
    char *path = folder ? note_path(folder, digest) : NULL;
    int   fd;

    if (!path)
        return;
    mkdir(folder, 0700);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    lm_free(path);
}
