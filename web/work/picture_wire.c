/* picture_wire.c: orders and answers of the process that reads pictures outside jobs.
 * Source: Linux' unix(7), cmsg(3). */
#include "web/work/picture_wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool lm_picture_ask_ok(const lm_picture_ask *a, size_t size, int n_fds)
{
    return size == sizeof *a && a->want >= LM_PICTURE_WEBP && a->want <= LM_PICTURE_MASK && a->quality >= 1 &&
           a->quality <= 100 && a->side >= 0 && a->width >= 0 && a->width <= LM_PICTURE_BOX && a->height >= 0 &&
           a->height <= LM_PICTURE_BOX && (a->flat == 0 || a->flat == 1) && (a->mask == 0 || a->mask == 1) &&
           (a->want == LM_PICTURE_MASK) == (a->mask == 1) && n_fds == 2 + a->mask;
}

bool lm_picture_answer_ok(lm_picture_answer *a, size_t size)
{
    const int s = a->status;

    if (size != sizeof *a || (s != 200 && s != 400 && s != 413 && s != 415))
        return false;
    a->words[sizeof a->words - 1] = '\0';
    for (char *c = a->words; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = ' ';
    return true;
}

/* ------------------------------------------------------------------ packets */

typedef union rights {
    struct cmsghdr head; /* sets the alignment */
    char           room[CMSG_SPACE(LM_PICTURE_FDS * sizeof(int))];
} rights;

bool lm_picture_send(int socket, const void *bytes, size_t n, const int *fds, int n_fds)
{
    rights        r = { .room = { 0 } };
    struct iovec  part = { (void *)(uintptr_t)bytes, n };
    struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
    ssize_t       put;

    if (n_fds > 0) {
        m.msg_control = r.room;
        m.msg_controllen = CMSG_SPACE((size_t)n_fds * sizeof(int));
        r.head.cmsg_level = SOL_SOCKET;
        r.head.cmsg_type = SCM_RIGHTS;
        r.head.cmsg_len = CMSG_LEN((size_t)n_fds * sizeof(int));
        memcpy(CMSG_DATA(&r.head), fds, (size_t)n_fds * sizeof(int));
    }
    do
        put = sendmsg(socket, &m, MSG_NOSIGNAL);
    while (put < 0 && errno == EINTR);
    return put == (ssize_t)n;
}

static void take_fds(struct msghdr *m, int fds[LM_PICTURE_FDS], int *n_fds)
{
    struct cmsghdr *c = CMSG_FIRSTHDR(m);

    if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
        return;
    *n_fds = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    memcpy(fds, CMSG_DATA(c), (size_t)*n_fds * sizeof(int));
}

ssize_t lm_picture_receive(int socket, void *bytes, size_t room, int fds[LM_PICTURE_FDS], int *n_fds)
{
    rights        r = { .room = { 0 } };
    struct iovec  part = { bytes, room };
    struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = r.room, .msg_controllen = sizeof r.room };
    ssize_t       got;

    *n_fds = 0;
    do
        got = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got >= 0)
        take_fds(&m, fds, n_fds);
    if (got < 0 || !(m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
        return got;
    while (*n_fds > 0)
        close(fds[--*n_fds]);
    errno = EBADMSG;
    return -1;
}
