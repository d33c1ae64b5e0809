/* http_door_faults.c: calls of the system that fail when a test says so: GET /fail?call=pwrite&errno=28&at=1&times=1. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <uv.h>

#include "tests/web/http_door_parts.h"
#include "web/http/http_reply.h"

enum { ACCEPT, PREAD, PREADV, QUEUE_WORK, POLL_INIT, RECV, SEND, SENDMSG, PWRITE, GETSOCKNAME, EVENTFD, DRAWER_WRITE, TRICKLE,
       N_CALLS };

static struct call {
    const char *name;
    atomic_long at, times; /* the at-th from now on fails, and so many from there on */
    int         error;
} calls[N_CALLS] = {
    [ACCEPT] = { .name = "accept4" }, [PREAD] = { .name = "pread" }, [PREADV] = { .name = "preadv2" },
    [QUEUE_WORK] = { .name = "uv_queue_work" }, [POLL_INIT] = { .name = "uv_poll_init" }, [RECV] = { .name = "recv" },
    [SEND] = { .name = "send" }, [SENDMSG] = { .name = "sendmsg" }, [PWRITE] = { .name = "pwrite" },
    [GETSOCKNAME] = { .name = "getsockname" }, [EVENTFD] = { .name = "eventfd" },
    [DRAWER_WRITE] = { .name = "lm_drawer_write" },
    [TRICKLE] = { .name = "trickle" }, /* no failure: the socket takes one byte */
};

static bool fails(int which)
{
    struct call *c = &calls[which];

    if (c->times <= 0 || atomic_fetch_sub(&c->at, 1) > 1)
        return false;
    atomic_fetch_sub(&c->times, 1);
    errno = c->error;
    return true;
}

/* It holds from the next call on: the answer to this request goes before. */
void http_door_fail(lm_request *rq, void *self)
{
    const char *name = lm_request_query(rq, "call");

    (void)self;
    lm_reply_empty(rq, 204);
    for (int i = 0; i < N_CALLS; i++)
        if (name && !strcmp(name, calls[i].name)) {
            calls[i].error = (int)http_door_number(rq, "errno", EIO);
            calls[i].at = http_door_number(rq, "at", 1);
            calls[i].times = http_door_number(rq, "times", 1);
        }
}

#define WRAP(which, type, name, parameters, arguments)     \
    type __real_##name parameters;                         \
    type __wrap_##name parameters;                         \
    type __wrap_##name parameters                          \
    {                                                      \
        return fails(which) ? -1 : __real_##name arguments; \
    }

WRAP(ACCEPT, int, accept4, (int fd, struct sockaddr *a, socklen_t *n, int flags), (fd, a, n, flags))
WRAP(PREAD, ssize_t, pread, (int fd, void *to, size_t n, off_t at), (fd, to, n, at))
WRAP(PREADV, ssize_t, preadv2, (int fd, const struct iovec *to, int n, off_t at, int flags), (fd, to, n, at, flags))
WRAP(RECV, ssize_t, recv, (int fd, void *to, size_t n, int flags), (fd, to, n, flags))
WRAP(SEND, ssize_t, send, (int fd, const void *from, size_t n, int flags), (fd, from, n, flags))
WRAP(GETSOCKNAME, int, getsockname, (int fd, struct sockaddr *a, socklen_t *n), (fd, a, n))
WRAP(EVENTFD, int, eventfd, (unsigned n, int flags), (n, flags))
WRAP(DRAWER_WRITE, int, lm_drawer_write, (const lm_drawer *d, char *temporary), (d, temporary))
WRAP(PWRITE, ssize_t, pwrite, (int fd, const void *from, size_t n, off_t at), (fd, from, n, at))

ssize_t __real_sendmsg(int fd, const struct msghdr *m, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *m, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *m, int flags)
{
    struct iovec  one = { m->msg_iovlen ? m->msg_iov[0].iov_base : NULL, 1 };
    struct msghdr less = { .msg_iov = &one, .msg_iovlen = 1 };

    if (m->msg_iovlen && fails(TRICKLE))
        return __real_sendmsg(fd, &less, flags);
    return fails(SENDMSG) ? -1 : __real_sendmsg(fd, m, flags);
}

int __real_uv_queue_work(uv_loop_t *loop, uv_work_t *work, uv_work_cb go, uv_after_work_cb back);
int __wrap_uv_queue_work(uv_loop_t *loop, uv_work_t *work, uv_work_cb go, uv_after_work_cb back);
int __wrap_uv_queue_work(uv_loop_t *loop, uv_work_t *work, uv_work_cb go, uv_after_work_cb back)
{
    return fails(QUEUE_WORK) ? UV_ENOMEM : __real_uv_queue_work(loop, work, go, back);
}

int __real_uv_poll_init(uv_loop_t *loop, uv_poll_t *poll, int fd);
int __wrap_uv_poll_init(uv_loop_t *loop, uv_poll_t *poll, int fd);
int __wrap_uv_poll_init(uv_loop_t *loop, uv_poll_t *poll, int fd)
{
    return fails(POLL_INIT) ? UV_ENOMEM : __real_uv_poll_init(loop, poll, fd);
}
