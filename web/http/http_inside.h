/* http_inside.h: what the files of the HTTP door share and nobody else sees.
 *
 * A connection walks IDLE → HEAD → BODY → WORK → SEND → IDLE, or ends by LINGER, in which a client that was
 * refused may finish sending before the socket closes (closing on unread bytes would destroy the answer on its
 * way). lm_conn_advance takes as many steps as it can and then watches the socket for what the next one needs;
 * it is not re-entered: an answer given inside a handler is sent by the advance that called the handler. */
#ifndef LM_WEB_HTTP_INSIDE_H
#define LM_WEB_HTTP_INSIDE_H

#include <netinet/in.h>

#include "web/http/http_body.h"
#include "web/http/http_condition.h"
#include "web/http/http_reply.h"
#include "web/http/query.h"
#include "web/http/sources.h"

enum {
    LM_READ_BYTES = 64 * 1024,   /* read at once, into memory that all connections share */
    LM_HEAD_READ_BYTES = 16 * 1024, /* the same while no body is expected, so that little is left over */
    LM_SEND_BYTES = 1024 * 1024, /* sent to one client before others have their turn */
    LM_PIECE_BYTES = 64 * 1024,  /* of a file, in memory at a time */
    LM_STREAM_BYTES = 64 * 1024, /* of a stream, before its producer is asked to wait */
    LM_LISTENERS = 8,
};

typedef union lm_address {
    struct sockaddr     any;
    struct sockaddr_in  four;
    struct sockaddr_in6 six;
} lm_address;

/* ------------------------------------------------------------------ requests */

typedef enum lm_pull { LM_PULL_END, LM_PULL_PIECE, LM_PULL_WAIT, LM_PULL_FAIL } lm_pull;

/* Bytes that grow by lm_try_alloc. */
typedef struct lm_buffer {
    char  *at;
    size_t n, room;
} lm_buffer;
bool lm_buffer_add(lm_buffer *b, const char *bytes, size_t n);
void lm_buffer_done(lm_buffer *b);

typedef struct lm_file_out lm_file_out;
typedef struct lm_spool    lm_spool;
typedef struct lm_deflate  lm_deflate;

/* An answer on its way: start and fields, then pieces as `pull` gives them. */
typedef struct lm_out {
    int       status;
    bool      begun, broken, ended, chunked, full; /* full: the stream's producer was asked to wait */
    char      start[512];
    lm_buffer fields; /* whole header lines */
    lm_slice  left[3]; /* what is still to be sent of start, fields and the piece */
    lm_pull (*pull)(lm_request *rq);
    lm_reply_bytes  bytes;
    lm_file_out    *file;
    lm_buffer       filling, sending;
    bool            stream; /* of pieces that a producer puts */
    lm_deflate     *deflate; /* between `pull` and the socket */
    lm_reply_ready *ready;
    void           *ready_self;
    uint64_t        sent;
    uint64_t        counted; /* of what it holds, in the server's account */
} lm_out;

struct lm_request {
    int             refs;
    lm_http        *http;
    struct lm_conn *conn; /* NULL: gone */
    lm_http_parser  parser;
    char           *text, small[1024]; /* the head */
    lm_address      peer;
    char            peer_text[INET6_ADDRSTRLEN]; /* "" until somebody asks */
    const lm_route *route;
    lm_route_args   args;
    lm_query       *query;
    bool            keep;   /* the connection, after the answer; lm_http_stop takes it back */
    bool            paused; /* nobody is ready for more of the body */
    bool            handled; /* the handler was called */
    uint64_t        began_ms;

    lm_http_body     body;
    lm_buffer        bytes;   /* the body, of rows without flags */
    uint64_t         counted; /* of bytes, in the server's account */
    lm_request_data *data;
    void            *data_self;
    lm_spool        *spool;

    void  (*gone)(lm_request *rq, void *self);
    void   *gone_self;
    lm_mail gone_mail;
    bool    gone_told;
    lm_out  out;
};

lm_request *lm_request_new(struct lm_conn *c);
void        lm_request_lost(lm_request *rq); /* its connection is gone */
void        lm_request_cut(lm_request *rq);  /* it has one still, but the rest of its body was refused */
bool        lm_body_over(const lm_request *rq); /* nothing of it is left; of a request whose head was read */

/* ------------------------------------------------------------------ connections */

typedef enum lm_phase {
    LM_CONN_IDLE, LM_CONN_HEAD, LM_CONN_BODY, LM_CONN_WORK, LM_CONN_SEND, LM_CONN_LINGER, LM_CONN_CLOSED,
} lm_phase;

typedef struct lm_listener {
    lm_http  *http;
    uv_poll_t poll;
    int       fd;
    bool      wildcard;
    char      address[INET6_ADDRSTRLEN];
} lm_listener;

typedef struct lm_conn {
    lm_http           *http;
    struct lm_conn    *next, *prev;
    const lm_listener *listener;
    uv_poll_t          poll;
    int                fd, events;
    lm_phase           phase;
    bool               eof; /* recv said so: the step after that drops it */
    bool               hup; /* it was told before all was read */
    bool               advancing, blocked, waiting, fresh;
    lm_address         peer;
    uint64_t           deadline; /* in the loop's ms */
    uint64_t           window_at, moved;
    lm_slice           view;     /* read and not used: in the shared memory, or in kept */
    lm_buffer          kept;
    lm_request        *rq;
} lm_conn;

bool lm_conn_new(lm_http *http, const lm_listener *l, int fd, const lm_address *peer);
void lm_conn_advance(lm_conn *c);
void lm_conn_drop(lm_conn *c);               /* closes at once */
int  lm_conn_release(lm_conn *c);            /* lets go of the descriptor without closing it */
void lm_conn_tick(lm_conn *c, uint64_t now); /* looks at its deadlines */
void lm_conn_use(lm_conn *c, size_t n);      /* n bytes of the view are used */

/* Steps: true to go on. */
bool lm_step_head(lm_conn *c);
bool lm_step_body(lm_conn *c);

typedef enum lm_sent { LM_SENT_ALL, LM_SENT_BLOCKED, LM_SENT_WAITS, LM_SENT_YIELDS, LM_SENT_FAILED } lm_sent;
lm_sent lm_send_some(lm_conn *c);

void lm_request_handle(lm_request *rq); /* calls its handler */
void lm_request_refuse(lm_request *rq, int status, const char *why); /* and close */
void lm_out_start(lm_request *rq, int64_t length); /* writes the head; length -1: chunked, or until the end */
void lm_out_go(lm_request *rq);                    /* the head is written, the first piece set: send */
void lm_out_done(lm_request *rq);                  /* lets go of what the answer holds */
void lm_out_count(lm_request *rq);                 /* it holds more or less than before */
void lm_out_bound(lm_http *http);                  /* cuts the largest answers off until what all hold is within bounds */
bool lm_out_open(lm_request *rq, int status);      /* false: gone, answered or broken */
void lm_out_file_done(lm_request *rq);             /* the file of an answer, unless a thread reads it */

bool lm_gzip_fits(const char *type); /* is it worth while? */
/* The same, as the request accepts it; says so (Vary). */
bool lm_gzip_wanted(lm_request *rq, const char *type);

/* What `pull` gives is to be deflated on its way; false: there is no memory, or too many are. Its header line is the caller's. */
bool   lm_deflate_begin(lm_request *rq, int level);
void   lm_deflate_join(lm_out *o);        /* o->pull is set */
bool   lm_deflate_works(const lm_out *o); /* a thread reads what the answer holds */
size_t lm_deflate_bytes(const lm_out *o);
void   lm_deflate_done(lm_request *rq);

bool lm_spool_begin(lm_request *rq);
bool lm_spool_put(lm_request *rq, lm_slice piece); /* false: wait */
void lm_spool_end(lm_request *rq);                 /* all is there: calls the handler when it is written */
void lm_spool_drop(lm_request *rq);

/* ------------------------------------------------------------------ the server */

struct lm_http {
    uv_loop_t      *loop;
    lm_http_options o;
    char            cors_lines[512];
    lm_listener    *listeners[LM_LISTENERS];
    const char     *bound[LM_LISTENERS + 1];
    int             n_listeners, port, reserve, handles, held; /* held: requests not let go */
    int             deflating; /* answers */
    bool            stopping, accept_paused;
    uint64_t        stop_at;
    void          (*gone)(void *self);
    void           *gone_self;
    uv_timer_t      sweep;
    lm_mailbox      mailbox;
    lm_conn        *conns; /* newest first */
    lm_sources      sources;
    lm_http_counts  counts;
    time_t          date_at;
    char            date[LM_HTTP_DATE];
    char            scratch[LM_READ_BYTES];
};

void lm_http_left(lm_http *http); /* a connection or a held request went: is the server done? */
void lm_http_watch(lm_http *http); /* a connection came: its deadlines are looked at */
void lm_http_accept_again(lm_http *http);
const char *lm_http_now(lm_http *http); /* the Date line's value */

#endif
