/* exposed.c: a server that strangers may reach says so, at its start and every hour. */
#include "core/base/alloc.h"
#include "core/base/log.h"
#include "web/server/part.h"

enum { HOUR_MS = 3600 * 1000 };

static void warn(uv_timer_t *timer)
{
    (void)timer;
    lm_log(LM_LOG_WARN, "whoever reaches this server can use it: it listens beyond this machine without a token "
                        "(--insecure-listen)");
}

static bool open_exposed(lm_server *s, limn_error *err)
{
    uv_timer_t *timer;

    (void)err;
    if (!s->o->exposed)
        return true;
    timer = lm_alloc(sizeof *timer);
    uv_timer_init(&s->loop, timer);
    timer->data = s;
    uv_timer_start(timer, warn, HOUR_MS, HOUR_MS);
    uv_unref((uv_handle_t *)timer);
    s->exposed = timer;
    warn(timer);
    return true;
}

static void timer_closed(uv_handle_t *timer)
{
    lm_server *s = timer->data;

    lm_free(timer);
    lm_server_stopped(s);
}

static void stop_exposed(lm_server *s)
{
    if (s->exposed)
        uv_close(s->exposed, timer_closed);
    else
        lm_server_stopped(s);
    s->exposed = NULL;
}

const lm_part lm_exposed_part = { .name = "exposed", .open = open_exposed, .stop = stop_exposed };
