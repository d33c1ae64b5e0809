/* hub_door.c: the hub behind the HTTP door, and a stand-in for the runner: POST /do is a script of what is said.
 *
 *     hub_door [waiting=N …] [token=T]       prints its port; ends on SIGTERM as `limn serve` does */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/system.h"
#include "web/server/hub_inside.h"
#include "web/server/reply.h"
#include "web/server/runner.h"

static lm_server   server;
static uv_signal_t on_term;
static lm_running  running = { .id = "job-1", .client = "", .node = NULL };
static int64_t     remaining;

/* The n-th allocation from now on fails, once. */
static long starve_at;

void *__real_lm_try_alloc(size_t bytes);
void *__wrap_lm_try_alloc(size_t bytes);
void *__wrap_lm_try_alloc(size_t bytes)
{
    return starve_at > 0 && --starve_at == 0 ? NULL : __real_lm_try_alloc(bytes);
}

/* ------------------------------------------------------------------ the runner's part */

bool lm_runner_running(const lm_runner *r, lm_running *out)
{
    (void)r;
    *out = running;
    return running.client[0] != 0;
}

void lm_runner_replay(const lm_runner *r, lm_hub_socket *s)
{
    static const char start[] = "{\"type\": \"execution_start\", \"data\": {\"prompt_id\": \"again\"}}";

    (void)r;
    lm_hub_answer(s, start, sizeof start - 1);
}

int64_t lm_runner_remaining(const lm_runner *r)
{
    (void)r;
    return remaining;
}

/* ------------------------------------------------------------------ scripts */

typedef struct script {
    char client[300]; /* "": everybody */
} script;

static const char *whom(const script *s)
{
    return s->client[0] ? s->client : NULL;
}

static char *filled(size_t n, char letter)
{
    char *bytes = lm_alloc(n + 1);

    memset(bytes, letter, n);
    return bytes;
}

/* `count` messages, numbered. */
static void many(const script *s, int count, int bytes)
{
    char   *fill = filled((size_t)bytes, 'x');
    lm_text t = { 0 };

    for (int i = 0; i < count; i++) {
        lm_text_printf(&t, "{\"type\": \"many\", \"data\": {\"i\": %d, \"fill\": \"%s\"}}", i, fill);
        lm_hub_say(server.hub, whom(s), t.at, t.size);
        t.size = 0;
    }
    lm_text_done(&t);
    lm_free(fill);
}

static void show(const script *s, const char *node, int bytes, char letter)
{
    char                *picture = filled((size_t)bytes, letter), meta[128];
    const lm_hub_preview p = { .client = whom(s), .node = node, .meta = meta, .picture = picture, .n = (size_t)bytes };

    snprintf(meta, sizeof meta, "{\"node_id\": \"%s\"}", node);
    lm_hub_show(server.hub, &p);
    lm_free(picture);
}

static void give(const script *s, int bytes, char letter)
{
    char *picture = filled((size_t)bytes, letter);

    lm_hub_give(server.hub, whom(s), picture, (size_t)bytes, true);
    lm_free(picture);
}

static void run_line(script *s, const char *line)
{
    static char client[300], node[100], display[100];
    char        word[300] = "", other[100] = "", letter;
    int         n, m;

    if (!strncmp(line, "say ", 4))
        lm_hub_say(server.hub, whom(s), line + 4, strlen(line + 4));
    else if (sscanf(line, "to %299s", word) == 1)
        snprintf(s->client, sizeof s->client, "%s", strcmp(word, "-") ? word : "");
    else if (sscanf(line, "status %d", &n) == 1)
        lm_hub_status(server.hub, n);
    else if (sscanf(line, "many %d %d", &n, &m) == 2)
        many(s, n, m);
    else if (sscanf(line, "show %99s %d %c", other, &n, &letter) == 3)
        show(s, other, n, letter);
    else if (sscanf(line, "give %d %c", &n, &letter) == 2)
        give(s, n, letter);
    else if (sscanf(line, "running %299s %99s %99s", client, node, display) == 3)
        running.client = client, running.node = node, running.display = display;
    else if (sscanf(line, "remaining %d", &n) == 1)
        remaining = n;
    else if (sscanf(line, "starve %d", &n) == 1)
        starve_at = n;
}

static void run_script(lm_request *rq, void *self)
{
    script s = { "" };
    char  *text = lm_copy_bytes(lm_request_body(rq).at, lm_request_body(rq).n);

    (void)self;
    lm_reply_json_text(rq, 200, "{}");
    for (char *line = text, *end; line && *line; line = end) {
        if ((end = strchr(line, '\n')))
            *end++ = 0;
        run_line(&s, line);
    }
    lm_free(text);
}

static void counts(lm_request *rq, void *self)
{
    const lm_hub_counts c = lm_hub_count(server.hub);
    lm_text             t = { 0 };

    (void)self;
    lm_text_printf(&t, "{\"sockets\": %d, \"adopted\": %llu, \"refused\": %llu, \"sent\": %llu, \"received\": %llu, "
                   "\"dropped_previews\": %llu, \"closed_slow\": %llu, \"waiting_bytes\": %llu, \"held_bytes\": %llu, \"resident\": %zu, "
                   "\"features\": %s}", c.sockets, (unsigned long long)c.adopted, (unsigned long long)c.refused,
                   (unsigned long long)c.sent, (unsigned long long)c.received, (unsigned long long)c.dropped_previews,
                   (unsigned long long)c.closed_slow, (unsigned long long)c.waiting_bytes, (unsigned long long)c.held_bytes, lm_system_resident(NULL),
                   lm_hub_features(server.hub));
    lm_reply_json(rq, 200, &t);
}

/* ------------------------------------------------------------------ the server's part */

void lm_server_stopped(lm_server *s) /* of the hub, which ends last */
{
    (void)s;
}

static void door_gone(void *self)
{
    (void)self;
    lm_hub_part.stop(&server);
}

static void leave(uv_signal_t *handle, int number)
{
    (void)number;
    server.leaving = true;
    uv_close((uv_handle_t *)handle, NULL);
    lm_http_stop(server.http, door_gone, NULL);
}

static void read_option(lm_hub_limits *l, lm_http_options *o, const char *arg)
{
    const long value = strchr(arg, '=') ? strtol(strchr(arg, '=') + 1, NULL, 10) : 0;

    if (!strncmp(arg, "token=", 6))
        o->guard.token = arg + 6;
    else if (!strncmp(arg, "waiting=", 8))
        l->waiting = (size_t)value;
    else if (!strncmp(arg, "all=", 4))
        l->all = (size_t)value;
    else if (!strncmp(arg, "sockets=", 8))
        l->sockets = (int)value;
    else if (!strncmp(arg, "per_address=", 12))
        l->per_address = (int)value, l->count_loopback = true;
    else if (!strncmp(arg, "ping_s=", 7))
        l->ping_s = (int)value;
    else if (!strncmp(arg, "dead_s=", 7))
        l->dead_s = (int)value;
    else if (!strncmp(arg, "frames=", 7))
        l->frames = (int)value;
    else if (!strcmp(arg, "loud"))
        lm_log_least = LM_LOG_DEBUG;
}

static const lm_route *all_routes(void)
{
    static lm_route routes[4] = {
        { LM_POST, "/do", run_script, 0, 16 << 20, NULL },
        { LM_GET, "/counts", counts, LM_ROUTE_OPEN, 0, NULL },
    };

    routes[2] = lm_hub_part.routes[0];
    return routes;
}

int main(int argc, char **argv)
{
    lm_hub_limits     limits = lm_hub_defaults();
    lm_http_options   o = lm_http_defaults();
    lm_server_options options = { .most_upload = 100u << 20 };
    limn_error        err = { 0 };
    int               port;

    o.routes = all_routes();
    o.self = &server;
    for (int i = 1; i < argc; i++)
        read_option(&limits, &o, argv[i]);
    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&server.loop);
    server.o = &options;
    if (!lm_hub_open(&server, &limits, &err) || !(server.http = lm_http_new(&server.loop, &o, &err)) ||
        (port = lm_http_listen(server.http, "127.0.0.1", 0, &err)) < 0) {
        fprintf(stderr, "hub_door: %s\n", err.text);
        return 1;
    }
    uv_signal_init(&server.loop, &on_term);
    uv_signal_start(&on_term, leave, SIGTERM);
    printf("%d\n", port);
    fflush(stdout);
    uv_run(&server.loop, UV_RUN_DEFAULT);
    lm_hub_part.close(&server);
    return uv_loop_close(&server.loop) != 0;
}
