/* http_listen.c: listening sockets, and whom they let in. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "web/http/http_inside.h"

enum { ACCEPT_AT_ONCE = 64, BACKLOG = 1024 };
#define WRONG_ADDRESS "cannot listen on \"%.64s\": it is not an IP address"
#define CANNOT_LISTEN "cannot listen on %s, port %d: %s"

static const char *said(int error)
{
    return error == EADDRINUSE ? "Address already in use: end what listens there, or take another port" : strerror(error);
}

/* ------------------------------------------------------------------ letting in */

static void turn_away(int fd)
{
    static const char answer[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\n"
                                 "Connection: close\r\n\r\n";

    (void)!send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(fd, SHUT_WR);
    close(fd);
}

/* The oldest connection that waits for nobody gives its place to a new one. */
static bool evict_idle(lm_http *http)
{
    lm_conn *oldest = NULL;

    for (lm_conn *c = http->conns; c; c = c->next)
        if (c->phase == LM_CONN_IDLE && !c->fresh && (!oldest || c->deadline < oldest->deadline))
            oldest = c;
    if (oldest)
        lm_conn_drop(oldest);
    return oldest != NULL;
}

static bool counts_source(const lm_http *http, const lm_address *from)
{
    return http->o.max_per_address > 0 && (http->o.count_loopback || !lm_source_is_loopback(&from->any));
}

static void let_in(lm_listener *l, int fd, const lm_address *from)
{
    lm_http *http = l->http;
    int      yes = 1;

    if ((http->counts.connections >= http->o.max_connections && !evict_idle(http)) ||
        (counts_source(http, from) && !lm_sources_enter(&http->sources, &from->any, http->o.max_per_address))) {
        http->counts.refused++;
        turn_away(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (!lm_conn_new(http, l, fd, from)) {
        if (counts_source(http, from))
            lm_sources_leave(&http->sources, &from->any);
        http->counts.refused++;
        turn_away(fd);
        return;
    }
    http->counts.accepted++;
}

/* ------------------------------------------------------------------ no descriptor left */

static void pause_accepting(lm_http *http)
{
    http->accept_paused = true;
    for (int i = 0; i < http->n_listeners; i++)
        uv_poll_stop(&http->listeners[i]->poll);
    lm_http_watch(http); /* its next look at the clock lets them go on */
}

/* The descriptor kept in reserve takes the next client off the queue, only to close it: without that the
 * listening socket would stay readable, and the loop would spin. */
static bool shed(lm_listener *l)
{
    lm_http *http = l->http;
    int      fd;

    if (http->reserve < 0)
        return false;
    close(http->reserve);
    fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        http->counts.refused++;
        turn_away(fd);
    }
    http->reserve = eventfd(0, EFD_CLOEXEC);
    return http->reserve >= 0 && fd >= 0;
}

static void on_acceptable(uv_poll_t *poll, int status, int events);

void lm_http_accept_again(lm_http *http)
{
    if (http->reserve < 0)
        http->reserve = eventfd(0, EFD_CLOEXEC);
    if (!http->accept_paused || http->stopping || http->reserve < 0)
        return;
    http->accept_paused = false;
    for (int i = 0; i < http->n_listeners; i++)
        uv_poll_start(&http->listeners[i]->poll, UV_READABLE, on_acceptable);
}

/* True: try the next one. */
static bool accept_failed(lm_listener *l, int error)
{
    if (error == EINTR || error == ECONNABORTED)
        return true;
    if ((error == EMFILE || error == ENFILE) && (evict_idle(l->http) || shed(l)))
        return true;
    if (error != EAGAIN)
        pause_accepting(l->http);
    return false;
}

static void on_acceptable(uv_poll_t *poll, int status, int events)
{
    lm_listener *l = poll->data;

    (void)status, (void)events; /* accept4 says what is wrong */
    for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
        lm_address from = { 0 };
        socklen_t  n = sizeof from;
        const int  fd = accept4(l->fd, &from.any, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0)
            let_in(l, fd, &from);
        else if (!accept_failed(l, errno))
            return;
    }
}

/* ------------------------------------------------------------------ listening */

static bool read_address(const char *text, int port, lm_address *a, socklen_t *n, bool *wildcard)
{
    *a = (lm_address){ 0 };
    if (inet_pton(AF_INET, text, &a->four.sin_addr) == 1) {
        a->four.sin_family = AF_INET;
        a->four.sin_port = htons((uint16_t)port);
        *n = sizeof a->four;
        *wildcard = a->four.sin_addr.s_addr == 0;
        return true;
    }
    if (inet_pton(AF_INET6, text, &a->six.sin6_addr) != 1)
        return false;
    a->six.sin6_family = AF_INET6;
    a->six.sin6_port = htons((uint16_t)port);
    *n = sizeof a->six;
    *wildcard = IN6_IS_ADDR_UNSPECIFIED(&a->six.sin6_addr);
    return true;
}

static int port_of(int fd)
{
    lm_address a = { 0 };
    socklen_t  n = sizeof a;

    if (getsockname(fd, &a.any, &n))
        return -1;
    return ntohs(a.any.sa_family == AF_INET ? a.four.sin_port : a.six.sin6_port);
}

/* -1 and that errno. */
static int closed(int fd, int error)
{
    close(fd);
    errno = error;
    return -1;
}

static int open_bound(const lm_address *a, socklen_t n)
{
    const int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int       yes = 1;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (a->any.sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    if (!bind(fd, &a->any, n))
        return fd;
    return closed(fd, errno);
}

static int open_socket(const lm_address *a, socklen_t n)
{
    const int fd = open_bound(a, n);

    return fd < 0 || !listen(fd, BACKLOG) ? fd : closed(fd, errno);
}

static bool add_listener(lm_http *http, int fd, const char *address, bool wildcard)
{
    const int    port = port_of(fd);
    lm_listener *l = port < 0 ? NULL : lm_try_alloc(sizeof *l);

    if (!l || uv_poll_init(http->loop, &l->poll, fd)) {
        lm_free(l);
        return false;
    }
    l->http = http;
    l->fd = fd;
    l->wildcard = wildcard;
    l->poll.data = l;
    snprintf(l->address, sizeof l->address, "%s", address);
    uv_poll_start(&l->poll, UV_READABLE, on_acceptable);
    http->handles++;
    http->bound[http->n_listeners] = l->address;
    http->listeners[http->n_listeners++] = l;
    http->o.guard.bound = http->bound;
    http->o.guard.port = http->port = port;
    return true;
}

int lm_http_may_listen(const char *address, int port, limn_error *err)
{
    lm_address a;
    socklen_t  n;
    bool       wildcard;
    int        fd, error;

    if (!read_address(address, port, &a, &n, &wildcard))
        return limn_fail(err, INPUT, WRONG_ADDRESS, address), EINVAL;
    fd = open_bound(&a, n);
    error = fd < 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    else
        limn_fail(err, FILE, CANNOT_LISTEN, address, port, said(error));
    return error;
}

int lm_http_listen(lm_http *http, const char *address, int port, limn_error *err)
{
    lm_address a;
    socklen_t  n;
    bool       wildcard;
    int        fd;

    if (!read_address(address, port ? port : http->port, &a, &n, &wildcard))
        return limn_fail(err, INPUT, WRONG_ADDRESS, address), -1;
    if (http->n_listeners == LM_LISTENERS)
        return limn_fail(err, INPUT, "cannot listen on more than %d addresses", LM_LISTENERS), -1;
    if ((fd = open_socket(&a, n)) < 0)
        return limn_fail(err, FILE, CANNOT_LISTEN, address, port, said(errno)), -1;
    if (!add_listener(http, fd, address, wildcard)) {
        close(fd);
        return limn_fail(err, MEMORY, "cannot listen on %s, port %d: memory or descriptors are short", address, port), -1;
    }
    return http->port;
}
