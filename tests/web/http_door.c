/* http_door.c: the HTTP door with handlers that tests and measurements ask for.
 *
 *     http_door FOLDER [head_ms=300 …]        prints its port; ends on SIGTERM, having finished what runs */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/system.h"
#include "core/base/text.h"
#include "tests/web/http_door_parts.h"
#include "web/http/http_reply.h"
#include "web/http/static.h"

static int        folder = -1;
static lm_drawer *drawer;
static lm_http   *http;
static int        n_gone;

static int n_told, n_told_headless;

static void count_told(void *self, const lm_http_line *line)
{
    (void)self;
    n_told++;
    n_told_headless += !line->head;
}

/* The n-th allocation from now on fails, once. */
static _Atomic long starve_at;

void *__real_lm_try_alloc(size_t bytes);
void *__wrap_lm_try_alloc(size_t bytes);
void *__wrap_lm_try_alloc(size_t bytes)
{
    return starve_at > 0 && --starve_at == 0 ? NULL : __real_lm_try_alloc(bytes);
}

static void reply_text(lm_request *rq, const char *text)
{
    lm_reply_copy(rq, 200, "text/plain; charset=utf-8", text, strlen(text));
}

/* ------------------------------------------------------------------ answers at once */

static void hello(lm_request *rq, void *self)
{
    (void)self;
    reply_text(rq, "hello");
}

/* 200 bytes, as /queue or /prompt might answer. */
static void json(lm_request *rq, void *self)
{
    static char text[201];

    (void)self;
    if (!*text)
        snprintf(text, sizeof text, "{\"exec_info\": {\"queue_remaining\": 0}, \"fill\": \"%0147d\"}   ", 0);
    lm_reply_lend(rq, 200, "application/json; charset=utf-8",
                  &(lm_reply_bytes){ .at = text, .n = strlen(text) });
}

static void echo(lm_request *rq, void *self)
{
    const lm_slice body = lm_request_body(rq);

    (void)self;
    lm_reply_copy(rq, 200, "application/octet-stream", body.at, body.n);
}

static void args(lm_request *rq, void *self)
{
    lm_text t = { 0 };

    (void)self;
    lm_text_printf(&t, "%s|%s|%s", lm_request_arg(rq, 0), lm_request_arg(rq, 1),
                   lm_request_query(rq, "q") ? lm_request_query(rq, "q") : "-");
    reply_text(rq, lm_text_str(&t));
    lm_text_done(&t);
}

static void text(lm_request *rq, void *self)
{
    const size_t n = (size_t)http_door_number(rq, "bytes", 10000);
    char        *bytes = lm_alloc(n);

    (void)self;
    for (size_t i = 0; i < n; i++)
        bytes[i] = "lorem ipsum "[i % 12];
    lm_reply_lend(rq, 200, "text/plain",
                  &(lm_reply_bytes){ .at = bytes, .n = n, .release = lm_free, .arg = bytes,
                                     .tag = http_door_number(rq, "weak", 0) ? "W/\"v1\"" : "\"v1\"" });
}

static void inject(lm_request *rq, void *self)
{
    const char *name = lm_request_query(rq, "name");

    (void)self;
    for (long i = http_door_number(rq, "times", 1); i > 0; i--)
        lm_reply_header(rq, name ? name : "X-Value", lm_request_query(rq, "v"));
    reply_text(rq, "clean");
}

static void starve(lm_request *rq, void *self)
{
    (void)self;
    reply_text(rq, "starving");
    starve_at = http_door_number(rq, "at", 0);
}

static void forget(lm_request *rq, void *self)
{
    (void)rq;
    (void)self;
}

static void page(lm_request *rq, void *self)
{
    (void)self;
    lm_static_send(rq, folder, lm_request_arg(rq, 0));
}

static void counts(lm_request *rq, void *self)
{
    const lm_http_counts c = lm_http_count(http);
    struct rusage        use;
    char                 line[512];

    (void)self;
    getrusage(RUSAGE_SELF, &use);
    snprintf(line, sizeof line,
             "{\"accepted\": %llu, \"refused\": %llu, \"connections\": %d, \"held\": %d, \"body_bytes\": %llu, "
             "\"resident\": %zu, \"cpu_ms\": %lld, \"gone\": %d, \"told\": %d, \"headless\": %d}", (unsigned long long)c.accepted,
             (unsigned long long)c.refused, c.connections, c.requests_at_work, (unsigned long long)c.body_bytes,
             lm_system_resident(NULL),
             (long long)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000 +
                 (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1000, n_gone, n_told, n_told_headless);
    reply_text(rq, line);
}

/* ------------------------------------------------------------------ answers later */

typedef struct later {
    lm_mail     mail;
    lm_request *rq;
    int         ms;
} later;

static void answer_later(lm_mail *mail)
{
    later *l = (later *)mail;

    reply_text(l->rq, "later");
    lm_request_unref(l->rq);
    lm_free(l);
}

static void *sleep_first(void *arg)
{
    later *l = arg;

    usleep((useconds_t)l->ms * 1000);
    lm_mailbox_post(lm_http_mailbox(http), &l->mail);
    return NULL;
}

static void count_gone(lm_request *rq, void *self)
{
    (void)rq;
    (void)self;
    n_gone++;
}

static void other_thread(lm_request *rq, void *self)
{
    later    *l = lm_alloc(sizeof *l);
    pthread_t thread;

    (void)self;
    l->mail.open = answer_later;
    l->rq = lm_request_ref(rq);
    l->ms = (int)http_door_number(rq, "ms", 10);
    lm_request_on_gone(rq, count_gone, NULL);
    pthread_create(&thread, NULL, sleep_first, l);
    pthread_detach(thread);
}

/* ------------------------------------------------------------------ bodies as they come */

typedef struct counting {
    uv_timer_t  timer;
    lm_request *rq;
    uint64_t    n;
    long        pause_ms;
} counting;

static void counting_closed(uv_handle_t *h)
{
    lm_free(h->data);
}

static void counting_over(lm_request *rq, void *self)
{
    counting *c = self;

    uv_close((uv_handle_t *)&c->timer, counting_closed);
    lm_request_unref(rq);
}

static void go_on(uv_timer_t *timer)
{
    lm_request_resume(((counting *)timer->data)->rq);
}

static bool count_piece(lm_request *rq, lm_slice piece, void *self)
{
    counting *c = self;
    char      line[64];

    c->n += piece.n;
    if (piece.at && c->pause_ms) {
        uv_timer_start(&c->timer, go_on, (uint64_t)c->pause_ms, 0);
        return false;
    }
    if (!piece.at) {
        snprintf(line, sizeof line, "%llu", (unsigned long long)c->n);
        lm_request_on_gone(rq, NULL, NULL);
        reply_text(rq, line);
        counting_over(rq, c);
    }
    return true;
}

static void count(lm_request *rq, void *self)
{
    counting *c = lm_alloc(sizeof *c);

    (void)self;
    uv_timer_init(lm_request_loop(rq), &c->timer);
    c->timer.data = c;
    c->rq = lm_request_ref(rq);
    c->pause_ms = http_door_number(rq, "pause", 0);
    lm_request_on_gone(rq, counting_over, c);
    lm_request_receive(rq, count_piece, c);
}

static void put_file(lm_request *rq, void *self)
{
    char      temporary[LM_DRAWER_NAME];
    const int fd = lm_request_take_file(rq, temporary);

    (void)self;
    if (fd >= 0 && lm_drawer_place(drawer, fd, temporary, lm_request_arg(rq, 0)))
        lm_reply_empty(rq, 201);
    else
        lm_reply_status(rq, 500, "it could not be put in place");
}

/* ------------------------------------------------------------------ upgrades */

static void socket_taken(lm_request *rq, void *self)
{
    static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
    lm_taken_socket   s;

    (void)self;
    if (!lm_request_take_socket(rq, &s)) {
        lm_reply_status(rq, 426, NULL);
        return;
    }
    if (write(s.fd, answer, sizeof answer - 1) < 0 || write(s.fd, s.bytes ? s.bytes : "", s.n) < 0)
        perror("http_door: write");
    lm_free(s.bytes);
    close(s.fd);
}

/* ------------------------------------------------------------------ the program */

static lm_route routes[64] = {
    { LM_GET, "/hello", hello, LM_ROUTE_API, 0, NULL },
    { LM_GET, "/json", json, LM_ROUTE_API, 0, NULL },
    { LM_POST | LM_PUT | LM_DELETE | LM_PATCH | LM_GET, "/echo", echo, LM_ROUTE_API, 1 << 20, NULL },
    { LM_POST, "/big", echo, 0, 64 << 20, NULL },
    { LM_GET, "/args/{a}/x/{b}", args, 0, 0, NULL },
    { LM_GET, "/text", text, 0, 0, NULL },
    { LM_GET, "/inject", inject, 0, 0, NULL },
    { LM_GET, "/forget", forget, 0, 0, NULL },
    { LM_GET, "/starve", starve, 0, 0, NULL },
    { LM_GET, "/fail", http_door_fail, 0, 0, NULL },
    { LM_GET, "/files/{path*}", page, 0, 0, NULL },
    { LM_GET, "/counts", counts, LM_ROUTE_OPEN, 0, NULL },
    { LM_GET, "/later", other_thread, 0, 0, NULL },
    { LM_GET, "/stream", http_door_stream, 0, 0, NULL },
    { LM_POST, "/count", count, LM_ROUTE_STREAM, 1ull << 31, NULL },
    { LM_POST, "/file/{name}", put_file, LM_ROUTE_FILE, 256 << 20, NULL },
    { LM_GET, "/ws", socket_taken, LM_ROUTE_SOCKET, 0, NULL },
};

static void add_odd(void)
{
    lm_route *to = routes;

    while (to->pattern)
        to++;
    for (const lm_route *r = http_door_odd; r->pattern; r++)
        *to++ = *r;
}

lm_drawer *http_door_drawer(void)
{
    return drawer;
}

/* To listen on, instead of 127.0.0.1; each at the port of the first. */
static const char *addresses[64] = { "127.0.0.1" };
static int         n_addresses;

static int listen_all(limn_error *err)
{
    int port = 0;

    for (int i = 0; (!i || i < n_addresses) && port >= 0; i++)
        port = lm_http_listen(http, addresses[i], port, err);
    return port;
}

static void read_option(lm_http_options *o, const char *arg)
{
    const char *equals = strchr(arg, '=');
    const int   value = equals ? atoi(equals + 1) : 0;
    const struct {
        const char *name;
        int        *at;
    } numbers[] = {
        { "head_ms", &o->head_ms }, { "idle_ms", &o->idle_ms }, { "body_ms", &o->body_ms },
        { "rate_window_ms", &o->rate_window_ms }, { "linger_ms", &o->linger_ms }, { "stop_ms", &o->stop_ms },
        { "gzip_from", &o->gzip_from }, { "max_deflating", &o->max_deflating },
        { "max_connections", &o->max_connections }, { "max_per_address", &o->max_per_address },
    };

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (equals && !strncmp(arg, numbers[i].name, (size_t)(equals - arg)))
            *numbers[i].at = value;
    if (!strcmp(arg, "count_loopback"))
        o->count_loopback = true;
    if (!strcmp(arg, "told"))
        o->told = count_told;
    if (!strcmp(arg, "no_drawer"))
        o->drawer = NULL;
    if (!strncmp(arg, "max_body_bytes=", 15))
        o->max_body_bytes = (uint64_t)value;
    if (!strncmp(arg, "max_answer_bytes=", 17))
        o->max_answer_bytes = (uint64_t)value;
    if (!strncmp(arg, "address=", 8))
        addresses[n_addresses++] = arg + 8;
    if (!strncmp(arg, "token=", 6))
        o->guard.token = arg + 6;
    if (!strncmp(arg, "cors=", 5))
        o->guard.cors = arg + 5;
    if (!strncmp(arg, "files=", 6))
        setrlimit(RLIMIT_NOFILE, &(struct rlimit){ (rlim_t)value, (rlim_t)value });
}

static uv_signal_t on_term, on_int;

static void gone(void *self)
{
    (void)self;
    http = NULL;
}

static void stop(uv_signal_t *handle, int number)
{
    (void)handle;
    (void)number;
    uv_close((uv_handle_t *)&on_term, NULL);
    uv_close((uv_handle_t *)&on_int, NULL);
    lm_http_stop(http, gone, NULL);
}

int main(int argc, char **argv)
{
    lm_http_options o = lm_http_defaults();
    limn_error      err = { 0 };
    uv_loop_t       loop;
    int             port;

    uv_loop_init(&loop);
    add_odd();
    o.routes = routes;
    drawer = argc > 1 ? lm_drawer_open(argv[1], &err) : NULL;
    o.drawer = drawer;
    for (int i = 2; i < argc; i++)
        read_option(&o, argv[i]);
    if (!drawer || (folder = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0 || !(http = lm_http_new(&loop, &o, &err)) ||
        (port = listen_all(&err)) < 0) {
        fprintf(stderr, "http_door: %s\n", err.text);
        return 1;
    }
    uv_signal_init(&loop, &on_term);
    uv_signal_init(&loop, &on_int);
    uv_signal_start(&on_term, stop, SIGTERM);
    uv_signal_start(&on_int, stop, SIGINT);
    printf("%d\n", port);
    fflush(stdout);
    uv_run(&loop, UV_RUN_DEFAULT);
    close(folder);
    lm_drawer_close(drawer);
    return uv_loop_close(&loop) != 0 || http;
}
