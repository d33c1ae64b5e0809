/* http_server.h: the HTTP/1.1 door of `limn serve`.
 *
 *     lm_http_options o = lm_http_defaults();
 *     o.routes = routes; o.self = me; o.guard.token = …;
 *     lm_http *http = lm_http_new(loop, &o, &err);
 *     port = lm_http_listen(http, "127.0.0.1", 8188, &err);          0 picks a free port; more may be added
 *     uv_run(loop, UV_RUN_DEFAULT);
 *     … lm_http_stop(http, gone, me);        requests at work are finished, then `gone` is called and http is free
 *
 * Everything runs on the loop's thread and nothing there waits: connections are read and written as far as
 * their sockets go, files are read from the page cache or by libuv's threads. A connection holds one request
 * at a time; what is pipelined behind it waits in the socket, so answers keep the order of requests.
 *
 * A handler is called with a request (http_request.h) and ends it with one lm_reply_… (http_reply.h), now or
 * later; later from another thread by a letter to lm_http_mailbox. A request that is held (lm_request_ref)
 * outlives its connection; answering it then does nothing. */
#ifndef LM_WEB_HTTP_SERVER_H
#define LM_WEB_HTTP_SERVER_H

#include <limn/limn.h>
#include <uv.h>

#include "core/base/drawer.h"
#include "web/http/guard.h"
#include "web/http/mailbox.h"
#include "web/http/router.h"

typedef struct lm_http lm_http;

typedef struct lm_http_line lm_http_line;

typedef struct lm_http_options {
    const lm_route *routes;
    void           *self;   /* for handlers whose row names no other */
    lm_guard        guard;  /* port and bound are set by lm_http_listen */
    lm_drawer      *drawer; /* for rows with LM_ROUTE_FILE */

    int      head_ms;        /* a head is whole this long after its first byte; and the first byte's own limit */
    int      idle_ms;        /* a kept connection without a request */
    int      body_ms;        /* between two pieces of a body; and a reader's longest pause */
    int      rate_window_ms; /* in each such window a body (or a reader) moves on by rate_bytes at least */
    uint64_t rate_bytes;
    int      linger_ms;      /* how long a refused client may go on sending before it is cut off */
    int      stop_ms;        /* requests at work when lm_http_stop is called */

    int      max_connections;  /* in all; more are answered 503 */
    int      max_per_address;  /* of one address, or of one /64; 0: no limit. Loopback is not counted, */
    bool     count_loopback;   /* unless this says so */
    uint64_t max_body_bytes;   /* of all bodies in memory at once; more: 503 */
    uint64_t max_answer_bytes; /* of all answers that wait for their readers; more: the largest is cut off */
    int      gzip_from;        /* bytes; smaller answers go as they are */
    int      max_deflating;    /* files and streams at once; each takes 0.3 MB, more go as they are */

    /* Asked once for each request that would change something, and for each with a wrong token: how many seconds its
     * client has to wait first (then it is answered 429); 0: none. `source` is lm_source_key's. May be NULL. */
    int (*wait)(void *self, uint64_t source, bool loopback);

    /* Told of each answered request, after its last byte; may be NULL. */
    void (*told)(void *self, const lm_http_line *line);
} lm_http_options;

struct lm_http_line {
    const lm_http_head *head; /* NULL when no head could be read */
    int                 status;
    uint64_t            sent; /* bytes, head and body */
    uint64_t            ms;
};

typedef struct lm_http_counts {
    uint64_t accepted, refused, requests, sent, received;
    int      connections, requests_at_work;
    uint64_t body_bytes; /* held in memory now */
    uint64_t answer_bytes; /* the same of answers; not what is lent */
    uint64_t answers[6]; /* by class of status: [2] counts 2xx */
} lm_http_counts;

lm_http_options lm_http_defaults(void);

/* `o` is copied, what it points at is lent until http is gone. MEMORY.                              [new] */
lm_http *lm_http_new(uv_loop_t *loop, const lm_http_options *o, limn_error *err);

/* Listens on an address (a literal, no name); returns the port, or -1 and FILE with what is wrong. */
int lm_http_listen(lm_http *http, const char *address, int port, limn_error *err);

/* Could it be listened on? Nobody is heard meanwhile. 0, or errno (EADDRINUSE: somebody does) and as lm_http_listen. */
int lm_http_may_listen(const char *address, int port, limn_error *err);

/* Closes the listening sockets and idle connections and lets requests end, for at most stop_ms; then those that
 * are left lose their connection. When every request that was held is let go, http is freed and `gone` called,
 * from the loop. Until then letters may be posted. */
void lm_http_stop(lm_http *http, void (*gone)(void *self), void *self);

lm_mailbox    *lm_http_mailbox(lm_http *http); /*                                               [lends] */
lm_http_counts lm_http_count(const lm_http *http);

#endif
