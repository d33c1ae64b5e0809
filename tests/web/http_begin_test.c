/* http_begin_test.c: a server that cannot begin says why and leaves nothing, one that is ended ends once; and what is
 * deflated or counted without memory. */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "core/base/alloc.h"
#include "tests/calls.h"
#include "tests/test.h"
#include "tests/web/chance.h"
#include "web/http/http_reply.h"
#include "web/http/sources.h"

enum { CALL_SOCKET = CALL_KINDS, CALL_LISTEN, CALL_GETSOCKNAME, CALL_EVENTFD, CALL_MUTEX_INIT, CALL_ASYNC_INIT, CALL_POLL_INIT,
       CALL_DEFLATE_INIT, CALL_ACCEPT4 };

#define WRAP(which, ...) CALL_WRAP(which, int, -1, __VA_ARGS__)

WRAP(CALL_SOCKET, socket, (int domain, int type, int protocol), (domain, type, protocol))
WRAP(CALL_LISTEN, listen, (int fd, int n), (fd, n))
WRAP(CALL_GETSOCKNAME, getsockname, (int fd, struct sockaddr *a, socklen_t *n), (fd, a, n))
WRAP(CALL_EVENTFD, eventfd, (unsigned n, int flags), (n, flags))
WRAP(CALL_MUTEX_INIT, pthread_mutex_init, (pthread_mutex_t *m, const pthread_mutexattr_t *a), (m, a))
WRAP(CALL_ASYNC_INIT, uv_async_init, (uv_loop_t *loop, uv_async_t *a, uv_async_cb go), (loop, a, go))
WRAP(CALL_POLL_INIT, uv_poll_init, (uv_loop_t *loop, uv_poll_t *p, int fd), (loop, p, fd))
WRAP(CALL_DEFLATE_INIT, deflateInit2_, (z_streamp z, int level, int method, int bits, int memory, int way, const char *version,
     int size), (z, level, method, bits, memory, way, version, size))

WRAP(CALL_ACCEPT4, accept4, (int fd, struct sockaddr *a, socklen_t *n, int flags), (fd, a, n, flags))

static uv_loop_t loop;
static int       n_gone;

static void gone(void *self)
{
    (void)self;
    n_gone++;
}

static lm_http *begin(limn_error *err)
{
    static const lm_route none[] = { { 0 } };
    lm_http_options       o = lm_http_defaults();

    o.routes = none;
    o.head_ms = 40; /* its deadlines are looked at every 10 ms, not more often */
    return lm_http_new(&loop, &o, err);
}

static void end(lm_http *http)
{
    n_gone = 0;
    lm_http_stop(http, gone, NULL);
    lm_http_stop(http, gone, NULL); /* once is enough */
    uv_run(&loop, UV_RUN_DEFAULT);
    WANT(n_gone == 1);
}

TEST(a_server_that_cannot_be_made_says_why)
{
    static const int kinds[] = { CALL_LM_TRY_ALLOC, CALL_MUTEX_INIT, CALL_ASYNC_INIT };
    int              before;
    lm_http         *http;

    WANT(!uv_loop_init(&loop));
    WANT((http = begin(NULL)));
    end(http); /* libuv has its own descriptors now */
    before = descriptors();
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        limn_error err = { 0 };

        calls_fail(kinds[i], 1, ENOMEM, false);
        WANT(!begin(&err) && err.code == LIMN_MEMORY && *err.text && calls_failed());
        calls_work();
        uv_run(&loop, UV_RUN_DEFAULT);
        WANT(descriptors() == before);
    }
    WANT(!uv_loop_close(&loop));
}

TEST(an_origin_that_no_header_can_hold_is_refused)
{
    static const char *const wrong[] = { "http://a b", "http://a\x7f", "http://a\r\nX: 1" };
    lm_http_options          o = lm_http_defaults();

    WANT(!uv_loop_init(&loop));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        limn_error err = { 0 };

        o.guard.cors = wrong[i];
        WANT(!lm_http_new(&loop, &o, &err) && err.code == LIMN_INPUT && strstr(err.text, "origin"));
    }
    WANT(!uv_loop_close(&loop));
}

TEST(an_address_that_cannot_be_listened_on_is_told)
{
    static const int   kinds[] = { CALL_SOCKET, CALL_LISTEN, CALL_GETSOCKNAME, CALL_LM_TRY_ALLOC, CALL_POLL_INIT };
    static const char *far[] = { "1::1", "::1:0:0", "::1:0:0:0:1", "::2" };
    lm_http           *http;
    limn_error         none = { 0 };
    int                before;

    WANT(!uv_loop_init(&loop) && (http = begin(&none)));
    before = descriptors();
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        limn_error err = { 0 };

        calls_fail(kinds[i], 1, EMFILE, false);
        WANT(lm_http_listen(http, "127.0.0.1", 0, &err) == -1 && strstr(err.text, "cannot listen on 127.0.0.1") && calls_failed());
        calls_work();
        WANT(descriptors() == before);
    }
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) { /* not here, and not every address either */
        limn_error err = { 0 };

        WANT(lm_http_listen(http, far[i], 0, &err) == -1 && strstr(err.text, "cannot listen on"));
    }
    WANT(lm_http_listen(http, "127.0.0.1", 0, &none) > 0);
    end(http);
    WANT(!uv_loop_close(&loop));
}

TEST(a_server_without_a_reserve_ends_well)
{
    struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    const int          client = socket(AF_INET, SOCK_STREAM, 0);
    lm_http           *http;
    int                port;

    WANT(!uv_loop_init(&loop));
    calls_fail(CALL_EVENTFD, 1, EMFILE, true);
    WANT((http = begin(NULL)) && calls_failed());
    WANT((port = lm_http_listen(http, "127.0.0.1", 0, NULL)) > 0);
    here.sin_port = htons((uint16_t)port);
    calls_fail(CALL_ACCEPT4, 1, EMFILE, false);
    WANT(!connect(client, (struct sockaddr *)&here, sizeof here));
    uv_run(&loop, UV_RUN_ONCE);
    WANT(lm_http_count(http).accepted == 0);
    calls_work();
    for (int i = 0; i < 1000 && lm_http_count(http).accepted == 0; i++) /* its next look at the clock lets it go on */
        uv_run(&loop, UV_RUN_ONCE);
    WANT(lm_http_count(http).accepted == 1);
    close(client);
    lm_http_stop(http, NULL, NULL); /* nobody wants to hear of it */
    uv_run(&loop, UV_RUN_DEFAULT);
    WANT(!uv_loop_close(&loop));
}

/* ------------------------------------------------------------------ memory */

static char noise[4096], same[4096];

TEST(what_cannot_be_deflated_stays_as_it_is)
{
    chance luck = { 1 };
    char  *out = NULL;
    size_t n = 0;

    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (char)chance_next(&luck);
    WANT(!lm_gzip(noise, sizeof noise, &out, &n) && !out);   /* it would be longer */
    WANT(!lm_gzip(same, (size_t)UINT32_MAX, &out, &n));      /* nobody looks at so much */
    calls_fail(CALL_DEFLATE_INIT, 1, ENOMEM, false);
    WANT(!lm_gzip(same, sizeof same, &out, &n) && calls_failed());
    calls_work();
    calls_fail(CALL_LM_TRY_ALLOC, 1, ENOMEM, false);
    WANT(!lm_gzip(same, sizeof same, &out, &n) && calls_failed());
    calls_work();
    WANT(lm_gzip(same, sizeof same, &out, &n) && n < 100);
    lm_free(out);
}

TEST(a_source_that_cannot_be_counted_is_not_let_in)
{
    const struct sockaddr_in four = { .sin_family = AF_INET, .sin_addr = { htonl(0x0a000001) } };
    lm_sources               s = { 0 };

    calls_fail(CALL_LM_TRY_ALLOC, 1, ENOMEM, false);
    WANT(!lm_sources_enter(&s, (const struct sockaddr *)&four, 2) && calls_failed());
    calls_work();
    lm_sources_leave(&s, (const struct sockaddr *)&four); /* who was not counted leaves nothing */
    WANT(lm_sources_enter(&s, (const struct sockaddr *)&four, 2));
    lm_sources_done(&s);
}

TEST_MAIN
