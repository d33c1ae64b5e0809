/* landing.c: bytes of a body on their way into a new file. */
#include "web/server/landing.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/crash.h"

enum { PIECE = 65 * 1024, GATHERED = 2 * PIECE, MOST_AT_ONCE = 64 };

struct lm_landing {
    uv_work_t        work;
    uv_loop_t       *loop;
    const lm_drawer *drawer;
    void           (*ready)(void *self);
    void            *self;
    int              fd, error;
    bool             busy, left; /* left: nobody waits for it any more */
    char             temporary[LM_DRAWER_NAME];
    size_t           n, n_writing;
    char            *gathered, *writing; /* halves of memory */
    char             memory[2 * GATHERED];
};

static int at_once; /* [loop] */

/* ------------------------------------------------------------------ on a thread */

static void write_there(uv_work_t *work)
{
    lm_landing *l = work->data;

    if (l->fd < 0 && (l->fd = lm_drawer_write(l->drawer, l->temporary)) < 0)
        l->error = errno;
    lm_crash_at("upload-landing");
    for (size_t done = 0; done < l->n_writing && !l->error;) {
        const ssize_t n = write(l->fd, l->writing + done, l->n_writing - done);

        if (n < 0 && errno != EINTR)
            l->error = errno;
        else if (n > 0)
            done += (size_t)n;
    }
}

static void drop_there(uv_work_t *work)
{
    lm_landing *l = work->data;

    lm_drawer_drop(l->drawer, l->fd, l->temporary);
}

/* ------------------------------------------------------------------ on the loop */

static void work_on(lm_landing *l);

static void forget(uv_work_t *work, int status)
{
    (void)status;
    at_once--;
    lm_free(work->data);
}

static void written(uv_work_t *work, int status)
{
    lm_landing *l = work->data;

    if (status && !l->error)
        l->error = ECANCELED;
    l->busy = false;
    l->n_writing = 0;
    if (l->left) {
        lm_landing_free(l);
        return;
    }
    if (l->n && !l->error)
        work_on(l);
    l->ready(l->self);
}

static void work_on(lm_landing *l)
{
    char *swap = l->gathered;

    l->gathered = l->writing;
    l->writing = swap;
    l->n_writing = l->n;
    l->n = 0;
    l->busy = !uv_queue_work(l->loop, &l->work, write_there, written);
    if (!l->busy)
        l->error = ENOMEM;
}

lm_landing *lm_landing_new(lm_server *s, void (*ready)(void *self), void *self)
{
    lm_landing *l = at_once < MOST_AT_ONCE ? lm_try_alloc(sizeof *l) : NULL;

    if (!l)
        return NULL;
    at_once++;
    l->loop = &s->loop;
    l->drawer = s->uploads;
    l->ready = ready;
    l->self = self;
    l->fd = -1;
    l->work.data = l;
    l->gathered = l->memory;
    l->writing = l->memory + GATHERED;
    work_on(l); /* makes the file */
    return l;
}

void lm_landing_put(lm_landing *l, lm_slice piece)
{
    memcpy(l->gathered + l->n, piece.at, piece.n);
    l->n += piece.n;
    if (!l->busy && !l->error && l->n >= PIECE)
        work_on(l);
}

bool lm_landing_has_room(const lm_landing *l)
{
    return GATHERED - l->n >= PIECE;
}

int lm_landing_error(const lm_landing *l)
{
    return l->error;
}

void lm_landing_flush(lm_landing *l)
{
    if (!l->busy && !l->error && l->n)
        work_on(l);
}

bool lm_landing_idle(const lm_landing *l)
{
    return !l->busy && !l->n;
}

int lm_landing_take(lm_landing *l, char temporary[LM_DRAWER_NAME])
{
    const int fd = l->fd;

    memcpy(temporary, l->temporary, LM_DRAWER_NAME);
    l->fd = -1;
    return fd;
}

void lm_landing_free(lm_landing *l)
{
    if (!l)
        return;
    l->left = true;
    if (l->busy)
        return; /* written() comes back here */
    if (l->fd < 0)
        forget(&l->work, 0);
    else if (uv_queue_work(l->loop, &l->work, drop_there, forget)) {
        drop_there(&l->work);
        forget(&l->work, 0);
    }
}
