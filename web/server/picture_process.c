/* picture_process.c: the process that reads pictures, as the loop sees it. */
#include "web/server/picture_process.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"

enum { SOCKET = 3, MOST_WORDS = 300 };

struct lm_picture_process {
    lm_picture_watch watch;   /* .heard NULL: nobody listens any more */
    uv_process_t     process;
    uv_poll_t        poll;
    int              socket;
    int              handles; /* that are not closed yet */
};

/* ------------------------------------------------------------------ the end */

static void on_closed(uv_handle_t *h)
{
    lm_picture_process *p = h->data;

    if (--p->handles == 0) {
        close(p->socket);
        lm_free(p);
    }
}

static void close_handle(void *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, on_closed);
}

/* The process is there until the system has told its end. */
static void on_exit_(uv_process_t *process, int64_t status, int number)
{
    lm_picture_process *p = process->data;

    if (p->watch.ended)
        p->watch.ended(p->watch.self, (int)status, number);
    close_handle(&p->poll);
    close_handle(&p->process);
}

void lm_picture_process_end(lm_picture_process *p)
{
    p->watch = (lm_picture_watch){ 0 };
    uv_process_kill(&p->process, SIGKILL);
    close_handle(&p->poll);
}

/* ------------------------------------------------------------------ hearing */

static void close_fds(int *fds, int n)
{
    while (n > 0)
        close(fds[--n]);
}

/* One that hangs up is on its way out, or is helped along; its end is told by on_exit_. */
static void on_packet(uv_poll_t *poll, int status, int events)
{
    lm_picture_process *p = poll->data;
    lm_picture_answer   a = { .status = 0 };
    int                 fds[LM_PICTURE_FDS], n_fds = 0;
    const ssize_t       got = lm_picture_receive(p->socket, &a, sizeof a, fds, &n_fds);

    (void)status, (void)events;
    close_fds(fds, n_fds); /* it has nothing to hand over */
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return;
    if (got <= 0) {
        uv_poll_stop(poll);
        uv_process_kill(&p->process, SIGKILL);
    } else if (p->watch.heard) {
        p->watch.heard(p->watch.self, &a, (size_t)got);
    }
}

bool lm_picture_process_send(lm_picture_process *p, const lm_picture_ask *a, const int *fds, int n_fds)
{
    return lm_picture_send(p->socket, a, sizeof *a, fds, n_fds);
}

int lm_picture_process_pid(const lm_picture_process *p)
{
    return p->process.pid;
}

/* ------------------------------------------------------------------ the start */

static void put_words(char *words[MOST_WORDS + 3], const char *const *program)
{
    int n = 0;

    for (; program[n] && n < MOST_WORDS; n++)
        words[n] = (char *)(uintptr_t)program[n];
    words[n++] = (char *)(uintptr_t)"--socket";
    words[n++] = (char *)(uintptr_t)"3";
    words[n] = NULL;
}

static int spawn(lm_picture_process *p, uv_loop_t *loop, const char *const *program, int socket)
{
    char                 *words[MOST_WORDS + 3];
    uv_stdio_container_t  stdio[SOCKET + 1] = { { .flags = UV_IGNORE }, { .flags = UV_IGNORE },
                                                { .flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO },
                                                { .flags = UV_INHERIT_FD, .data.fd = socket } };
    uv_process_options_t  o = { .exit_cb = on_exit_, .file = program[0], .args = words, .stdio = stdio,
                                .stdio_count = SOCKET + 1 };
    int                   why;

    put_words(words, program);
    uv_poll_init(loop, &p->poll, p->socket);
    p->poll.data = p->process.data = p;
    p->handles = 2;
    why = uv_spawn(loop, &p->process, &o);
    if (!why)
        why = uv_poll_start(&p->poll, UV_READABLE | UV_DISCONNECT, on_packet);
    return why;
}

lm_picture_process *lm_picture_process_start(uv_loop_t *loop, const char *const *program, const lm_picture_watch *w,
                                             int *why)
{
    lm_picture_process *p;
    int                 pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
        *why = uv_translate_sys_error(errno);
        return NULL;
    }
    p = lm_alloc(sizeof *p);
    p->watch = *w;
    p->socket = pair[0];
    *why = spawn(p, loop, program, pair[1]); /* libuv makes our end non-blocking, the other one stays patient */
    close(pair[1]);
    if (!*why)
        return p;
    p->watch = (lm_picture_watch){ 0 };
    close_handle(&p->poll);
    close_handle(&p->process);
    return NULL;
}
