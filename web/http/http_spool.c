/* http_spool.c: a body on its way into a new file of the drawer. Opening and writing are done by libuv's
 * threads, one at a time; meanwhile the next piece is gathered, and when that is full the client waits. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "web/http/http_inside.h"

enum { GATHERED = 256 * 1024 };

struct lm_spool {
    uv_work_t        work;
    const lm_drawer *drawer;
    lm_request      *rq; /* held while a thread works */
    int              fd, error;
    bool             busy, ended;
    char             temporary[LM_DRAWER_NAME];
    uint64_t         at;
    size_t           n, n_writing;
    char            *gathered, *writing; /* halves of memory */
    char             memory[2 * GATHERED];
};

/* ------------------------------------------------------------------ on a thread */

static void write_all(lm_spool *s)
{
    for (size_t done = 0; done < s->n_writing && !s->error;) {
        const ssize_t n = pwrite(s->fd, s->writing + done, s->n_writing - done, (off_t)(s->at + done));

        if (n < 0 && errno != EINTR)
            s->error = errno;
        else if (n > 0)
            done += (size_t)n;
    }
    s->at += s->n_writing;
}

static void work_there(uv_work_t *work)
{
    lm_spool *s = work->data;

    if (s->fd < 0 && (s->fd = lm_drawer_write(s->drawer, s->temporary)) < 0)
        s->error = errno;
    if (!s->error)
        write_all(s);
}

static void drop_there(uv_work_t *work)
{
    lm_spool *s = work->data;

    lm_drawer_drop(s->drawer, s->fd, s->temporary);
}

static void dropped(uv_work_t *work, int status)
{
    (void)status;
    lm_free(work->data);
}

/* ------------------------------------------------------------------ on the loop */

static void work_on(lm_request *rq);

static void failed(lm_request *rq, int error)
{
    const bool full = error == ENOSPC || error == EDQUOT;

    lm_request_refuse(rq, full ? 507 : 500, full ? "there is no space left to keep the upload"
                                                 : "the upload could not be written");
}

static void worked(uv_work_t *work, int status)
{
    lm_spool   *s = work->data;
    lm_request *rq = s->rq;

    (void)status;
    s->busy = false;
    s->n_writing = 0;
    if (rq->conn && s->error)
        failed(rq, s->error);
    else if (rq->conn && s->n)
        work_on(rq);
    else if (rq->conn && s->ended)
        lm_request_handle(rq);
    if (rq->conn && !rq->out.begun && !s->ended && rq->paused)
        lm_request_resume(rq);
    lm_request_unref(rq);
}

static void work_on(lm_request *rq)
{
    lm_spool *s = rq->spool;
    char     *swap = s->gathered;

    s->gathered = s->writing;
    s->writing = swap;
    s->n_writing = s->n;
    s->n = 0;
    s->busy = true;
    s->rq = lm_request_ref(rq);
    if (!uv_queue_work(rq->http->loop, &s->work, work_there, worked))
        return;
    s->busy = false;
    lm_request_unref(rq);
    failed(rq, ENOMEM);
}

bool lm_spool_begin(lm_request *rq)
{
    lm_http_counts *counts = &rq->http->counts;
    lm_spool       *s = NULL;

    if (rq->http->o.drawer && counts->body_bytes + sizeof *s <= rq->http->o.max_body_bytes)
        s = lm_try_alloc(sizeof *s);
    if (!s)
        return false;
    counts->body_bytes += rq->counted = sizeof *s;
    s->drawer = rq->http->o.drawer;
    s->fd = -1;
    s->work.data = s;
    s->gathered = s->memory;
    s->writing = s->memory + GATHERED;
    rq->spool = s;
    work_on(rq); /* opens the file */
    return true;
}

bool lm_spool_put(lm_request *rq, lm_slice piece)
{
    lm_spool *s = rq->spool;

    memcpy(s->gathered + s->n, piece.at, piece.n); /* there is room for one: see below */
    s->n += piece.n;
    if (!s->busy && s->n >= LM_READ_BYTES)
        work_on(rq);
    return GATHERED - s->n >= LM_READ_BYTES;
}

void lm_spool_end(lm_request *rq)
{
    lm_spool *s = rq->spool;

    s->ended = true;
    if (s->busy)
        return;
    if (s->n)
        work_on(rq);
    else
        lm_request_handle(rq);
}

void lm_spool_drop(lm_request *rq)
{
    lm_spool *s = rq->spool;

    rq->spool = NULL;
    if (!s)
        return;
    if (s->fd < 0 || uv_queue_work(rq->http->loop, &s->work, drop_there, dropped)) {
        if (s->fd >= 0)
            lm_drawer_drop(s->drawer, s->fd, s->temporary);
        lm_free(s);
    }
}

int lm_request_take_file(lm_request *rq, char temporary[LM_DRAWER_NAME])
{
    lm_spool *s = rq->spool;
    int       fd;

    if (!s)
        return -1;
    fd = s->fd;
    memcpy(temporary, s->temporary, LM_DRAWER_NAME);
    s->fd = -1;
    return fd;
}
