/* hub_inside.h: what the files of the hub share and nobody else sees.
 *
 * hub.c has the table; hub_say.c makes frames of what is said; hub_out.c is the queue of one socket; hub_in.c hears its
 * client; hub_join.c is the way from a request to a socket; hub_lws.c is all that knows libwebsockets. */
#ifndef LM_WEB_SERVER_HUB_INSIDE_H
#define LM_WEB_SERVER_HUB_INSIDE_H

#include <netinet/in.h>

#include "web/http/sources.h"
#include "web/server/hub.h"

enum {
    LM_HUB_PRE = 16,       /* bytes before a frame's, where libwebsockets writes its head */
    LM_HUB_ID = 256,       /* of a clientId */
    LM_HUB_PROTOCOL = 256, /* of a subprotocol's name that we answer with */
    LM_HUB_BUCKETS = 1024,
    LM_HUB_HANDSHAKE = 64 * 1024, /* a longer first message is no handshake */
};

typedef struct lm_hub_limits {
    int    sockets;     /* at once; more are answered 503 */
    int    per_address; /* of them from one address, as lm_http_options counts: not from our own machine, */
    bool   count_loopback; /* unless this says so */
    size_t waiting;     /* bytes of texts and given pictures; while as many wait nothing more is taken */
    size_t previews;    /* bytes of previews that wait; older ones leave */
    size_t all;         /* bytes that wait for all sockets together; older previews leave, then the fullest is closed */
    size_t message;     /* bytes of one from a client */
    int    fragments;   /* of one message */
    int    frames;      /* from a client, in a second */
    int    ping_s, dead_s; /* asked after, and given up after, so long a silence */
    int    patience_ms, answer_ms; /* at the end: for the last messages, and for answering the close */
} lm_hub_limits;
lm_hub_limits lm_hub_defaults(void);

/* ------------------------------------------------------------------ frames */

/* A frame as it is sent, stored once for all who are sent it. */
typedef struct lm_note {
    int           refs;
    int           queues; /* in how many it waits */
    bool          binary;
    size_t        n;
    unsigned char room[]; /* LM_HUB_PRE bytes, then n */
} lm_note;
/* `head` (may be empty) and then `body`; NULL without memory.                                      [new] */
lm_note *lm_note_new(bool binary, lm_slice head, lm_slice body);
void     lm_note_unref(lm_note *n);

typedef enum lm_item_kind { LM_ITEM_TEXT, LM_ITEM_STATUS, LM_ITEM_PREVIEW } lm_item_kind;

/* A note on its way to one socket. */
typedef struct lm_item {
    struct lm_item *next, *prev;
    lm_note        *note;
    lm_item_kind    kind;
    uint64_t        node; /* whose preview */
} lm_item;

/* ------------------------------------------------------------------ sockets */

struct lm_hub_socket {
    int            refs; /* who lets it in; libwebsockets */
    lm_hub        *hub;
    struct lws    *wsi;  /* NULL: not open yet, or gone */
    lm_hub_socket *next, *prev, *chain; /* of all; of its bucket */
    struct sockaddr_in6 peer; /* or a sockaddr_in */
    bool           counted; /* among its address's */
    bool           listed;  /* in the table: what is said to its id is for it */
    bool           closing; /* a close was begun by either side: nothing more is sent or heard */
    bool           stalled; /* it was found full, and has not caught up */
    bool           metadata; /* the client takes previews with metadata */
    bool           follows;  /* it hears of every job */

    lm_item *first, *last;
    int      texts; /* items that are no previews */
    size_t   waiting, waiting_previews;

    bool     greeted;   /* its first message was heard */
    bool     in_frame, in_message;
    int      fragments, frames;
    size_t   heard;     /* bytes of the message so far */
    uint64_t second_at; /* when counting frames began */
    char    *text;      /* the first message, or NULL */
    size_t   text_n;

    char     protocol[LM_HUB_PROTOCOL]; /* the subprotocol we answer with; "" */
    char     id[LM_HUB_ID + 1];
};

typedef struct lm_hub_lws lm_hub_lws;

struct lm_hub {
    lm_server     *server;
    lm_hub_limits  limits;
    lm_hub_lws    *lws;
    lm_hub_socket *sockets; /* newest first */
    lm_hub_socket *buckets[LM_HUB_BUCKETS];
    int            n_listed, n_following;
    lm_sources     sources;
    lm_hub_counts  counts;
    char           features[160];
    bool           leaving, left;
    uint64_t       patience_ends;
    uv_timer_t     farewell;
};

bool lm_hub_open(lm_server *s, const lm_hub_limits *limits, limn_error *err); /* sets s->hub */

lm_hub_socket *lm_hub_socket_new(lm_hub *h);     /* NULL without memory                              [new] */
void           lm_hub_socket_unref(lm_hub_socket *s);
void           lm_hub_enter(lm_hub_socket *s);   /* it is open: into the table, in its predecessor's place */
void           lm_hub_leave(lm_hub_socket *s);   /* it is gone */
lm_hub_socket *lm_hub_find(lm_hub *h, const char *id); /* who has this id now; NULL: nobody         [lends] */

/* hub_join.c: GET /ws, and the first words to a client. */
void lm_hub_join(lm_request *rq, void *self);
void lm_hub_greet(lm_hub_socket *s);

/* hub_out.c. A NULL note is one that there was no memory for: the socket is closed. */
void lm_hub_put(lm_hub_socket *s, lm_item_kind kind, uint64_t node, lm_note *note);
bool lm_hub_send(lm_hub_socket *s);   /* as much as it takes now; false: it is broken */
bool lm_hub_has_all(lm_hub_socket *s); /* everything is with the kernel */
void lm_hub_forget(lm_hub_socket *s); /* what waits */
void lm_hub_drop(lm_hub_socket *s);   /* closes it without a word */

/* hub_in.c: a piece of a message. 0, or the code to close with. */
typedef struct lm_heard {
    lm_slice piece;
    size_t   left;   /* of this frame */
    bool     last;   /* of this message's pieces */
    bool     binary;
} lm_heard;
int lm_hub_hear(lm_hub_socket *s, const lm_heard *piece);

/* hub_lws.c */
bool lm_hub_lws_open(lm_hub *h, uv_loop_t *loop, limn_error *err);
void lm_hub_lws_leave(lm_hub *h); /* closes what is open; its handles go as the loop turns */
void lm_hub_lws_close(lm_hub *h); /* the loop has ended */
/* A connection whose client may have an upgrade: `request` is read before what comes from it. fd is taken. */
void lm_hub_lws_adopt(lm_hub *h, lm_hub_socket *s, int fd, const char *request, size_t n);
void lm_hub_lws_wake(lm_hub_socket *s);             /* lm_hub_send will be called */
bool lm_hub_lws_write(lm_hub_socket *s, lm_note *n); /* all of it is taken, or false */
bool lm_hub_lws_full(lm_hub_socket *s);             /* the kernel took only a part of the last one */
void lm_hub_lws_farewell(lm_hub_socket *s);         /* close 1001; not from a callback. s may be gone afterwards */
void lm_hub_lws_shut(lm_hub_socket *s);             /* both ways, so that it is seen as closed when the loop turns */

#endif
