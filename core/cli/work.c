/* work.c: limn work: the process that computes for limn serve, behind a socket; or, with --pictures, reads pictures. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/cli/commands.h"
#include "core/cli/confine.h"
#include "core/cli/opening.h"
#include "core/cli/packed.h"
#include "core/cli/session.h"
#include "core/cli/words.h"
#include "core/cli/work_pictures.h"
#include "core/cli/work_places.h"
#include "kernels/devices.h"
#include "nodes/picture/jpeg_write.h"
#include "web/work/work.h"

_Static_assert((int)LM_WORK_WELL == LM_EXIT_WELL && (int)LM_WORK_BROKEN == LM_EXIT_BUG &&
               (int)LM_WORK_NO_MEMORY == LM_EXIT_NO_MEMORY, "the worker leaves as the program's table says");

enum {
    QUALITY = 95,         /* ComfyUI's, of previews */
    PICTURE_MEMORY = 1024 /* MiB */
};

/* ------------------------------------------------------------------ where it is */

/* Ctrl-C at the terminal is the server's to answer. What plugins print is for people: the standard output is read by
 * nobody. Threads that begin from here on stand as far behind the server as this one. */
static void settle_in(long long behind)
{
    (void)!nice((int)behind);
    lm_confine();
    signal(SIGINT, SIG_IGN);
    dup2(STDERR_FILENO, STDOUT_FILENO);
}

/* The socket that --socket names, or -1 with a line. */
static int take_socket(const lm_args *a, int wanted)
{
    long long fd = -1;
    int       type = 0;
    socklen_t size = sizeof type;

    if (!lm_args_number(a, "--socket", 3, 65535, &fd))
        return -1;
    if (fd < 0 || getsockopt((int)fd, SOL_SOCKET, SO_TYPE, &type, &size) || type != wanted) {
        fprintf(stderr, "limn work: --socket N names a connected %s socket that was handed down; "
                        "limn serve starts workers\n", wanted == SOCK_STREAM ? "stream" : "packet");
        return -1;
    }
    fcntl((int)fd, F_SETFD, FD_CLOEXEC);
    fcntl((int)fd, F_SETFL, fcntl((int)fd, F_GETFL) & ~O_NONBLOCK);
    return (int)fd;
}

/* ------------------------------------------------------------------ previews */

static char *encode(const uint8_t *rgb, int *width, int *height, int side, size_t *size)
{
    const lm_bitmap in = { *width, *height, 3, (uint8_t *)rgb };
    lm_jpeg_bytes   jpeg;
    limn_error      err = { 0 };
    char           *out;

    if (!lm_jpeg_preview(&in, side, QUALITY, &jpeg, &err))
        return NULL;
    *width = jpeg.width;
    *height = jpeg.height;
    *size = jpeg.size;
    out = lm_copy_bytes((const char *)jpeg.at, jpeg.size);
    lm_jpeg_bytes_done(&jpeg);
    return out;
}

/* ------------------------------------------------------------------ limn work */

static bool open_session(lm_session *s, const lm_args *a, bool only_checks, limn_error *err)
{
    return lm_session_open(s, a, err) && (only_checks || lm_session_start(s, a, err));
}

/* Two workers of one process begin together; plugins, and what the machine remembers, are opened by one at a time. */
static bool open_one_by_one(lm_session *s, const lm_args *a, bool only_checks, limn_error *err)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    bool                   well;

    pthread_mutex_lock(&lock);
    well = open_session(s, a, only_checks, err);
    pthread_mutex_unlock(&lock);
    return well;
}

static const char *moved(void *places)
{
    return lm_places_moved(places);
}

/* Before there is code of a stranger's or another thread in this process.                         [new] */
static lm_places *settle_down(const lm_args *a, bool only_checks)
{
    lm_places *p = lm_work_places(a, only_checks);

    if (!lm_places_keep(p))
        lm_log(LM_LOG_INFO, "limn work: this kernel shuts no folders: plugins may open what the user may");
    if (!lm_confine_calls())
        lm_log(LM_LOG_INFO, "limn work: this kernel filters no calls: plugins may do what the user may");
    return p;
}

static int serve(const lm_args *a, int fd)
{
    const bool only_checks = lm_args_has(a, "--only-checks"), inside = lm_args_has(a, "--in-process");
    const char *device = lm_args_value(a, "--device");
    lm_places  *places = inside ? NULL : settle_down(a, only_checks);
    lm_session s;
    limn_error err = { 0 };
    int        status;

    if (open_one_by_one(&s, a, only_checks, &err)) {
        lm_work w = { .registry = s.registry, .env = s.env, .cache = s.cache, .only_checks = only_checks,
                      .device = only_checks ? "none" : device ? device : "cpu", .encode = encode,
                      .open = lm_open_dropped, .open_self = &s, .make = lm_pack_asked, .inside = inside,
                      .moved = inside ? NULL : moved, .moved_self = places,
                      .arithmetic = only_checks ? "" : s.env.compute == LM_COMPUTE_BF16 ? "bf16" : "f32" };

        if (!inside) {
            signal(SIGINT, SIG_IGN); /* lm_session_start has its own idea */
            signal(SIGTERM, SIG_DFL);
        }
        status = lm_work_serve(&w, fd);
    } else {
        lm_print_error("limn work", &err);
        status = lm_exit_of_asking(err.code);
        close(fd);
    }
    lm_session_close(&s);
    lm_places_free(places);
    return status;
}

static int work(const lm_args *a)
{
    const bool pictures = lm_args_has(a, "--pictures");
    const int  fd = take_socket(a, pictures ? SOCK_SEQPACKET : SOCK_STREAM);
    long long  memory = PICTURE_MEMORY, behind = 0;

    if (fd < 0 || !lm_args_number(a, "--picture-memory", 64, 1 << 20, &memory) ||
        !lm_args_number(a, "--nice", 0, 19, &behind))
        return LM_EXIT_USAGE;
    if (!lm_args_has(a, "--in-process"))
        settle_in(behind);
    return pictures ? lm_work_pictures(fd, (uint64_t)memory << 20) : serve(a, fd);
}

int lm_work_inside(const char *const *words, int fd)
{
    lm_words all = { 0 };
    char     number[16];
    int      status;

    snprintf(number, sizeof number, "%d", fd);
    while (*words)
        lm_words_add(&all, *words++);
    lm_words_add(&all, "--socket");
    lm_words_add(&all, number);
    lm_words_add(&all, "--in-process");
    status = lm_command_main(all.n, all.at);
    lm_words_done(&all);
    return status;
}

static const lm_option work_options[] = {
    { "--socket", "N", "The descriptor that leads to the server." },
    { "--only-checks", NULL, "Answer checks, run nothing." },
    { "--in-process", NULL, "This is a thread of limn serve." },
    { "--pictures", NULL, "Read pictures outside jobs: previews, channels, masks." },
    { "--picture-memory", "MIB", "How much memory that may take (default: 1024)." },
    { "--nice", "N", "How far to stand behind whoever started it for the processor (default: 0)." },
    LM_OPTIONS_RUNNING,
    { NULL },
};

const lm_command lm_work_command = {
    .name = "work", .options = work_options, .run = work, .hidden = true,
    .doc = "Run what limn serve hands down, over a socket. limn serve starts it.",
};
