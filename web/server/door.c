/* door.c: the server's own door: where it listens, whom it lets in, and the one line that says so. */
#include <stdio.h>
#include <string.h>

#include "web/server/part.h"
#include "web/server/rates.h"

static bool listen_everywhere(lm_server *s, limn_error *err)
{
    for (const char *const *a = s->o->listen; *a; a++) {
        const int port = lm_http_listen(s->http, *a, s->port, err);

        if (port < 0)
            return false;
        s->port = port;
    }
    return true;
}

static void say_address(const lm_server *s)
{
    const char *first = s->o->listen[0];
    const bool  six = strchr(first, ':') != NULL;

    if (!strcmp(first, "0.0.0.0") || !strcmp(first, "::"))
        first = "127.0.0.1";
    printf("http://%s%s%s:%d/\n", six ? "[" : "", first, six ? "]" : "", s->port);
    fflush(stdout);
}

static int wait(void *self, uint64_t source, bool loopback)
{
    const lm_server *s = self;

    if (loopback && !s->o->count_loopback)
        return 0;
    return lm_rates_take(s->rates, source, uv_now(&s->loop));
}

static bool open_door(lm_server *s, limn_error *err)
{
    lm_http_options o = lm_http_defaults();

    o.routes = lm_server_routes(s);
    o.self = s;
    o.guard.bound = s->o->listen;
    o.guard.allowed_hosts = s->o->allowed_hosts;
    o.guard.cors = s->o->cors;
    o.guard.token = s->o->token;
    o.drawer = s->uploads;
    o.head_ms = s->o->head_ms;
    o.body_ms = s->o->body_ms;
    o.rate_window_ms = 2 * s->o->body_ms;
    o.rate_bytes = (uint64_t)o.rate_window_ms * 1024 / 1000;
    o.wait = s->rates ? wait : NULL;
    s->port = s->o->port;
    s->http = lm_http_new(&s->loop, &o, err);
    if (!s->http || !listen_everywhere(s, err))
        return false;
    say_address(s);
    return true;
}

static void door_gone(void *self)
{
    lm_server *s = self;

    s->http = NULL;
    lm_server_stopped(s);
}

static void stop_door(lm_server *s)
{
    if (s->http)
        lm_http_stop(s->http, door_gone, s);
    else
        lm_server_stopped(s);
}

const lm_part lm_door_part = { .name = "door", .open = open_door, .stop = stop_door };
