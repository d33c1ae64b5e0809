/* lines.c: the last lines of the log, kept in a ring, and told to the sockets that asked for them. */
#include "web/server/lines.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/graph/json.h"
#include "web/server/hub.h"
#include "web/server/reply.h"
#include "web/work/work_check.h"

enum { LONGEST_LINE = 1024, MOST_LISTENERS = 64 };

typedef struct line {
    char when[32]; /* local time, as Python's isoformat has it */
    char words[LONGEST_LINE];
} line;

typedef struct lm_lines {
    lm_server      *server;
    uv_async_t      wake;
    pthread_mutex_t lock;
    line            at[LM_LINES_KEPT];
    uint64_t        n;              /* that came, all in all: the next one goes to n % LM_LINES_KEPT */
    uint64_t        told;           /* up to which sockets have heard them; the loop's */
    char           *listeners[MOST_LISTENERS]; /* ids of clients; the loop's */
    int             n_listeners;
} lm_lines;

/* ------------------------------------------------------------------ coming in, from any thread */

static void write_time(char when[32])
{
    struct timespec now;
    struct tm       local;
    size_t          n;

    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    n = strftime(when, 32, "%Y-%m-%dT%H:%M:%S", &local);
    snprintf(when + n, 32 - n, ".%06ld", now.tv_nsec / 1000);
}

static void hear(void *self, lm_log_level level, const char *words)
{
    lm_lines *l = self;
    line     *at;

    (void)level;
    pthread_mutex_lock(&l->lock);
    at = &l->at[l->n++ % LM_LINES_KEPT];
    write_time(at->when);
    snprintf(at->words, sizeof at->words, "%s", words);
    pthread_mutex_unlock(&l->lock);
    uv_async_send(&l->wake);
}

/* ------------------------------------------------------------------ going out, on the loop */

static uint64_t oldest(const lm_lines *l)
{
    return l->n > LM_LINES_KEPT ? l->n - LM_LINES_KEPT : 0;
}

static void add_entry(lm_text *out, const line *at, bool raw)
{
    lm_text words = { 0 };

    lm_text_printf(&words, raw ? "%s%s\n" : "%s - %s\n", raw ? "" : at->when, at->words);
    if (raw)
        lm_text_printf(out, "{\"t\": \"%s\", \"m\": ", at->when);
    lm_work_quote(out, words.at);
    lm_text_puts(out, raw ? "}" : "");
    lm_text_done(&words);
}

/* [{"t": …, "m": …}, …] of the lines from `from` on; what comes behind them. */
static uint64_t add_entries(lm_text *out, lm_lines *l, uint64_t from)
{
    uint64_t n;

    pthread_mutex_lock(&l->lock);
    n = l->n;
    if (from < oldest(l))
        from = oldest(l);
    lm_text_puts(out, "[");
    for (uint64_t i = from; i < n; i++) {
        lm_text_puts(out, i > from ? ", " : "");
        add_entry(out, &l->at[i % LM_LINES_KEPT], true);
    }
    lm_text_puts(out, "]");
    pthread_mutex_unlock(&l->lock);
    return n;
}

static void tell_listeners(uv_async_t *wake)
{
    lm_lines *l = wake->data;
    lm_text   out = { 0 };

    if (l->server->leaving || !l->server->hub || !l->n_listeners) {
        l->told = UINT64_MAX; /* who listens from now on hears what comes from then on */
        return;
    }
    lm_text_puts(&out, "{\"type\": \"logs\", \"data\": {\"entries\": ");
    l->told = add_entries(&out, l, l->told);
    lm_text_puts(&out, ", \"size\": null}}");
    for (int i = 0; i < l->n_listeners; i++)
        lm_hub_say(l->server->hub, l->listeners[i], out.at, out.size);
    lm_text_done(&out);
}

/* One text: all lines, one below the other. */
static void get_logs(lm_request *rq, void *self)
{
    lm_lines *l = ((lm_server *)self)->lines;
    lm_text   words = { 0 }, out = { 0 };

    pthread_mutex_lock(&l->lock);
    for (uint64_t i = oldest(l); i < l->n; i++)
        lm_text_printf(&words, "%s - %s\n", l->at[i % LM_LINES_KEPT].when, l->at[i % LM_LINES_KEPT].words);
    pthread_mutex_unlock(&l->lock);
    lm_work_quote(&out, lm_text_str(&words));
    lm_text_done(&words);
    lm_reply_json(rq, 200, &out);
}

static void get_raw(lm_request *rq, void *self)
{
    lm_text out = { 0 };

    lm_text_puts(&out, "{\"entries\": ");
    add_entries(&out, ((lm_server *)self)->lines, 0);
    lm_text_puts(&out, ", \"size\": {\"cols\": 80, \"rows\": 24}}");
    lm_reply_json(rq, 200, &out);
}

/* ------------------------------------------------------------------ who listens */

static int find_listener(const lm_lines *l, const char *client)
{
    for (int i = 0; i < l->n_listeners; i++)
        if (!strcmp(l->listeners[i], client))
            return i;
    return -1;
}

static void leave(lm_lines *l, int i)
{
    lm_free(l->listeners[i]);
    memmove(l->listeners + i, l->listeners + i + 1, (size_t)(--l->n_listeners - i) * sizeof *l->listeners);
}

/* One more than there is room for takes the place of the one that came first. */
static void join(lm_lines *l, const char *client)
{
    if (find_listener(l, client) >= 0)
        return;
    if (l->n_listeners == MOST_LISTENERS)
        leave(l, 0);
    l->listeners[l->n_listeners++] = lm_copy_text(client);
    pthread_mutex_lock(&l->lock);
    if (l->told > l->n)
        l->told = l->n;
    pthread_mutex_unlock(&l->lock);
}

static void subscribe(lm_request *rq, void *self)
{
    lm_lines      *l = ((lm_server *)self)->lines;
    const lm_slice body = lm_request_body(rq);
    limn_error     err = { 0 };
    lm_json       *d = lm_json_read(body.at, body.n, &err);
    const char    *client = d ? lm_json_c_string(d, lm_json_get(d, lm_json_root(d), "clientId")) : NULL;
    bool           enabled = false;

    if (!d) {
        lm_reply_error(rq, err.code == LIMN_MEMORY ? 503 : 400, err.text);
    } else if (!client || strlen(client) > LM_STORE_NAME_MAX ||
               !lm_json_to_bool(d, lm_json_get(d, lm_json_root(d), "enabled"), &enabled)) {
        lm_reply_error(rq, 400, "{\"clientId\": a text, \"enabled\": true or false} is wanted");
    } else {
        if (enabled)
            join(l, client);
        else if (find_listener(l, client) >= 0)
            leave(l, find_listener(l, client));
        lm_reply_empty(rq, 200);
    }
    lm_json_free(d);
}

/* ------------------------------------------------------------------ the part */

static bool open_lines(lm_server *s, limn_error *err)
{
    lm_lines *l = lm_alloc(sizeof *l);

    (void)err;
    s->lines = l;
    l->server = s;
    l->told = UINT64_MAX;
    pthread_mutex_init(&l->lock, NULL);
    uv_async_init(&s->loop, &l->wake, tell_listeners);
    l->wake.data = l;
    lm_log_hear(hear, l);
    lm_log(LM_LOG_INFO, "limn %s begins to serve", LIMN_VERSION);
    return true;
}

static void wake_closed(uv_handle_t *handle)
{
    lm_server_stopped(((lm_lines *)handle->data)->server);
}

static void stop_lines(lm_server *s)
{
    lm_log_hear(NULL, NULL);
    uv_close((uv_handle_t *)&s->lines->wake, wake_closed);
}

static void close_lines(lm_server *s)
{
    lm_lines *l = s->lines;

    while (l && l->n_listeners)
        leave(l, 0);
    if (l)
        pthread_mutex_destroy(&l->lock);
    lm_free(l);
}

static const lm_route lines_routes[] = {
    { .methods = LM_GET, .pattern = "/internal/logs", .handle = get_logs },
    { .methods = LM_GET, .pattern = "/internal/logs/raw", .handle = get_raw },
    { .methods = LM_PATCH, .pattern = "/internal/logs/subscribe", .handle = subscribe },
    { 0 },
};

const lm_part lm_lines_part = {
    .name = "lines", .open = open_lines, .stop = stop_lines, .close = close_lines, .routes = lines_routes,
};
