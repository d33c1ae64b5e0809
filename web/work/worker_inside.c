/* worker_inside.c: a worker that is a thread of this process, for debugging. */
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/log.h"
#include "web/work/work.h"
#include "web/work/worker_parts.h"

static void *go(void *self)
{
    lm_worker *w = self;

    w->status = w->o.inside((const char *const *)w->argv, w->fd);
    uv_async_send(&w->returned);
    return NULL;
}

static void on_returned(uv_async_t *a)
{
    lm_worker *w = a->data;

    if (w->exited)
        return;
    pthread_join(w->thread, NULL);
    lm_worker_exited(w, w->status, 0);
}

/* Its words to people go where ours do. */
int lm_worker_go_inside(lm_worker *w, int fd)
{
    int failed = uv_async_init(w->loop, &w->returned, on_returned);

    w->has_process = !failed;
    w->words_ended = true;
    w->fd = fd;
    if (!failed)
        failed = uv_translate_sys_error(pthread_create(&w->thread, NULL, go, w));
    if (failed)
        close(fd);
    return failed;
}

void lm_worker_hang_up(lm_worker *w)
{
    uv_os_fd_t fd;

    if (!uv_fileno((uv_handle_t *)&w->wire, &fd))
        shutdown(fd, SHUT_RDWR);
}

void lm_worker_give_up(void)
{
    lm_log(LM_LOG_ERROR, "a node that runs in this process does not stop: limn ends with it; its job runs again");
    _exit(LM_WORK_BROKEN);
}
