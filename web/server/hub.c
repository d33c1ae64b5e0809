/* hub.c: the table of sockets, and the hub's place in the server. */
#include "web/server/hub_inside.h"

#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"

enum { FAREWELL_TICK_MS = 20 };

lm_hub_limits lm_hub_defaults(void)
{
    return (lm_hub_limits){
        .sockets = 4000, .per_address = 256, .waiting = 4u << 20, .previews = 4u << 20, .all = 256u << 20, .message = 1u << 20,
        .fragments = 64, .frames = 200,
        .ping_s = 20, .dead_s = 55, /* and at most 5 s until libwebsockets lets go of it */
        .patience_ms = 1500, .answer_ms = 500,
    };
}

/* ------------------------------------------------------------------ the table */

static lm_hub_socket **bucket_of(lm_hub *h, const char *id)
{
    uint32_t hash = 2166136261u; /* FNV-1a */

    for (; *id; id++)
        hash = (hash ^ (unsigned char)*id) * 16777619u;
    return &h->buckets[(hash ^ hash >> 16) % LM_HUB_BUCKETS];
}

lm_hub_socket *lm_hub_find(lm_hub *h, const char *id)
{
    lm_hub_socket *s = *bucket_of(h, id);

    while (s && strcmp(s->id, id))
        s = s->chain;
    return s;
}

static void unlist(lm_hub_socket *s)
{
    lm_hub_socket **at = bucket_of(s->hub, s->id);

    if (!s->listed)
        return;
    while (*at != s)
        at = &(*at)->chain;
    *at = s->chain;
    s->listed = false;
    s->hub->n_listed--;
}

lm_hub_socket *lm_hub_socket_new(lm_hub *h)
{
    lm_hub_socket *s = lm_try_alloc(sizeof *s);

    if (s)
        *s = (lm_hub_socket){ .refs = 1, .hub = h };
    return s;
}

void lm_hub_socket_unref(lm_hub_socket *s)
{
    if (!s || --s->refs)
        return;
    if (s->counted)
        lm_sources_leave(&s->hub->sources, (const struct sockaddr *)&s->peer);
    lm_hub_forget(s);
    lm_free(s->text);
    lm_free(s);
}

void lm_hub_enter(lm_hub_socket *s)
{
    lm_hub         *h = s->hub;
    lm_hub_socket  *before = lm_hub_find(h, s->id);
    lm_hub_socket **at = bucket_of(h, s->id);

    if (before)
        unlist(before);
    s->chain = *at;
    *at = s;
    s->listed = true;
    h->n_listed++;
    s->next = h->sockets;
    if (s->next)
        s->next->prev = s;
    h->sockets = s;
    h->counts.sockets++;
    h->counts.adopted++;
}

void lm_hub_leave(lm_hub_socket *s)
{
    lm_hub *h = s->hub;

    if (!s->wsi)
        return;
    s->wsi = NULL;
    unlist(s);
    lm_hub_forget(s);
    h->n_following -= s->follows;
    s->follows = false;
    if (s->next)
        s->next->prev = s->prev;
    *(s->prev ? &s->prev->next : &h->sockets) = s->next;
    h->counts.sockets--;
}

/* ------------------------------------------------------------------ what others ask */

lm_hub_counts lm_hub_count(const lm_hub *h)
{
    return h ? h->counts : (lm_hub_counts){ 0 };
}

const char *lm_hub_features(const lm_hub *h)
{
    return h->features;
}

/* ------------------------------------------------------------------ the part */

bool lm_hub_open(lm_server *s, const lm_hub_limits *limits, limn_error *err)
{
    lm_hub *h = lm_alloc(sizeof *h);

    *h = (lm_hub){ .server = s, .limits = *limits };
    s->hub = h;
    snprintf(h->features, sizeof h->features, "{\"supports_preview_metadata\": true, \"max_upload_size\": %llu}",
             (unsigned long long)s->o->most_upload);
    uv_timer_init(&s->loop, &h->farewell);
    h->farewell.data = h;
    return lm_hub_lws_open(h, &s->loop, err);
}

static bool open_hub(lm_server *s, limn_error *err)
{
    const lm_hub_limits limits = lm_hub_defaults();

    return lm_hub_open(s, &limits, err);
}

static void timer_closed(uv_handle_t *handle)
{
    lm_hub *h = handle->data;

    lm_server_stopped(h->server);
}

static void leave_now(lm_hub *h)
{
    if (h->left)
        return;
    h->left = true;
    lm_hub_lws_leave(h);
    uv_close((uv_handle_t *)&h->farewell, timer_closed);
}

/* Closes those that have all that was said to them, or everyone; how many still have to wait for that? */
static int close_sockets(lm_hub *h, bool everyone)
{
    lm_hub_socket *next;
    int            waiting = 0;

    for (lm_hub_socket *s = h->sockets; s; s = next) {
        next = s->next;
        if (s->closing)
            continue;
        if (!everyone && !lm_hub_has_all(s)) {
            waiting++;
            continue;
        }
        lm_hub_forget(s);
        s->closing = true;
        lm_hub_lws_farewell(s);
    }
    return waiting;
}

/* Sockets hear what was said to them, then a close, which they may answer; those that do not read are left. */
static void say_farewell(uv_timer_t *timer)
{
    lm_hub        *h = timer->data;
    const uint64_t now = uv_now(&h->server->loop);
    const int      waiting = close_sockets(h, now >= h->patience_ends);

    if (waiting == 0 && h->patience_ends > now)
        h->patience_ends = now; /* all are told */
    if (!h->sockets || now >= h->patience_ends + (uint64_t)h->limits.answer_ms)
        leave_now(h);
}

static void stop_hub(lm_server *s)
{
    lm_hub *h = s->hub;

    if (!h) {
        lm_server_stopped(s);
        return;
    }
    h->leaving = true;
    uv_update_time(&s->loop);
    h->patience_ends = uv_now(&s->loop) + (uint64_t)h->limits.patience_ms;
    uv_timer_start(&h->farewell, say_farewell, 0, FAREWELL_TICK_MS);
}

static void close_hub(lm_server *s)
{
    lm_hub *h = s->hub;

    if (!h)
        return;
    lm_hub_lws_close(h);
    while (h->sockets) {
        lm_hub_socket *one = h->sockets;

        lm_hub_leave(one);
        lm_hub_socket_unref(one);
    }
    lm_sources_done(&h->sources);
    lm_free(h);
    s->hub = NULL;
}

static const lm_route hub_routes[] = {
    { .methods = LM_GET, .pattern = "/ws", .handle = lm_hub_join, .flags = LM_ROUTE_SOCKET | LM_ROUTE_API },
    { 0 },
};

const lm_part lm_hub_part = {
    .name = "hub", .open = open_hub, .stop = stop_hub, .close = close_hub, .routes = hub_routes,
};
