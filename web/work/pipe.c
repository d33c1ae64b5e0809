/* pipe.c: the worker's end of the wire. */
#include "web/work/pipe.h"

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/base/alloc.h"

enum { PIECE = 64 << 10 };

typedef struct frame {
    struct frame *next;
    char         *bytes;
    size_t        size;
} frame;

struct lm_pipe {
    int             fd;
    pthread_t       writer;
    pthread_mutex_t lock;
    pthread_cond_t  work, room;
    frame          *first, **last;
    frame          *offered;
    size_t          waiting;     /* bytes of what was sent and is not written */
    bool            closing, gone;

    lm_wire_reader  reader;      /* the reading thread's */
    const char     *at;
    size_t          n;
    char            piece[PIECE];
};

static void free_frame(frame *f)
{
    if (f)
        lm_free(f->bytes);
    lm_free(f);
}

/* ------------------------------------------------------------------ writing */

static bool write_all(int fd, const char *at, size_t n)
{
    while (n) {
        const ssize_t k = send(fd, at, n, MSG_NOSIGNAL);

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return false;
        at += k;
        n -= (size_t)k;
    }
    return true;
}

/* The next to go, under the lock; NULL: nothing is there. */
static frame *take(lm_pipe *p)
{
    frame *f = p->first;

    if (f) {
        p->first = f->next;
        if (!p->first)
            p->last = &p->first;
        return f;
    }
    f = p->offered;
    p->offered = NULL;
    return f;
}

static void *write_on(void *self)
{
    lm_pipe *p = self;

    pthread_mutex_lock(&p->lock);
    for (;;) {
        const bool sent = p->first != NULL;
        frame     *f = take(p);
        bool       well;

        if (!f && p->closing)
            break;
        if (!f) {
            pthread_cond_wait(&p->work, &p->lock);
            continue;
        }
        well = !p->gone;
        pthread_mutex_unlock(&p->lock);
        well = well && write_all(p->fd, f->bytes, f->size);
        pthread_mutex_lock(&p->lock);
        p->gone |= !well;
        p->waiting -= sent ? f->size : 0;
        free_frame(f);
        pthread_cond_broadcast(&p->room);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* ------------------------------------------------------------------ open and close */

lm_pipe *lm_pipe_new(int fd, limn_error *err)
{
    lm_pipe *p = lm_try_alloc(sizeof *p);

    if (!p) {
        limn_fail(err, MEMORY, "no memory for a connection");
        return NULL;
    }
    p->fd = fd;
    p->last = &p->first;
    p->reader.way = LM_WIRE_TO_WORKER;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    pthread_cond_init(&p->room, NULL);
    if (!pthread_create(&p->writer, NULL, write_on, p))
        return p;
    limn_fail(err, MEMORY, "no thread for a connection");
    lm_free(p);
    return NULL;
}

void lm_pipe_end(lm_pipe *p)
{
    const struct timeval patience = { .tv_sec = 1 };

    setsockopt(p->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    pthread_cond_signal(&p->work);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->writer, NULL);
    shutdown(p->fd, SHUT_RDWR);
}

void lm_pipe_free(lm_pipe *p)
{
    close(p->fd);
    lm_wire_reader_done(&p->reader);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->work);
    pthread_cond_destroy(&p->room);
    lm_free(p);
}

/* ------------------------------------------------------------------ sending */

static frame *frame_of(const lm_wire *m, limn_error *err)
{
    frame *f = lm_alloc(sizeof *f);

    f->bytes = lm_wire_write(m, &f->size, err);
    if (f->bytes)
        return f;
    lm_free(f);
    return NULL;
}

bool lm_pipe_send(lm_pipe *p, const lm_wire *m, limn_error *err)
{
    frame *f = frame_of(m, err);

    if (!f)
        return false;
    pthread_mutex_lock(&p->lock);
    while (p->waiting > LM_PIPE_MOST && !p->gone)
        pthread_cond_wait(&p->room, &p->lock);
    *p->last = f;
    p->last = &f->next;
    p->waiting += f->size;
    pthread_cond_signal(&p->work);
    pthread_mutex_unlock(&p->lock);
    return true;
}

void lm_pipe_offer(lm_pipe *p, const lm_wire *m)
{
    limn_error err = { 0 };
    frame     *f = frame_of(m, &err), *old = NULL;

    if (!f)
        return; /* a picture too large to travel is one nobody waits for */
    pthread_mutex_lock(&p->lock);
    old = p->offered;
    p->offered = f;
    pthread_cond_signal(&p->work);
    pthread_mutex_unlock(&p->lock);
    free_frame(old);
}

void lm_pipe_withdraw(lm_pipe *p)
{
    frame *old;

    pthread_mutex_lock(&p->lock);
    old = p->offered;
    p->offered = NULL;
    pthread_mutex_unlock(&p->lock);
    free_frame(old);
}

/* ------------------------------------------------------------------ reading */

static bool refill(lm_pipe *p)
{
    ssize_t k;

    do
        k = recv(p->fd, p->piece, sizeof p->piece, 0);
    while (k < 0 && errno == EINTR);
    p->at = p->piece;
    p->n = k > 0 ? (size_t)k : 0;
    return k > 0;
}

bool lm_pipe_read(lm_pipe *p, lm_wire *out, limn_error *err)
{
    do {
        if (!p->n && !refill(p))
            return false;
        if (!lm_wire_read(&p->reader, &p->at, &p->n, out, err))
            return false;
    } while (!out->type);
    lm_wire_keep(&p->reader, out);
    return true;
}
