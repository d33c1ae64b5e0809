/* hub.h: the sockets of clients: who is there, and what each of them is told.
 *
 * Sockets are libwebsockets', adopted from the HTTP door after the guard let their upgrade in. A client is known by its
 * clientId; a second socket of the same id takes the first one's place in the table, and the first is left open and
 * hears nothing. What is said goes to every socket in the order in which it was said; a socket that does not read
 * loses previews first, and when 4 MiB of texts wait for it, itself. A message is stored once, for however many
 * sockets. Everything is the loop's ([loop]) and nothing here calls back into who called.
 * Source: ComfyUI 0.3.64's protocol (server.py, protocol.py), RFC 6455. */
#ifndef LM_WEB_SERVER_HUB_H
#define LM_WEB_SERVER_HUB_H

#include "web/server/part.h"

typedef struct lm_hub        lm_hub;
typedef struct lm_hub_socket lm_hub_socket;

/* A text frame, {"type": …, "data": …}; copied. `client` NULL: everybody; an id that is not there: nobody.
 * Without memory for it (or for the caller's own making of it: json NULL) the socket is closed, so that its client comes
 * back and asks. */
void lm_hub_say(lm_hub *h, const char *client, const char *json, size_t n);
/* The same about a job: to its client ("": it has none), and to all who follow every job: those whose handshake said
 * limn_replay. */
void lm_hub_tell(lm_hub *h, const char *client, const char *json, size_t n);
void lm_hub_answer(lm_hub_socket *s, const char *json, size_t n); /* to this one alone */

/* {"type": "status"} to everybody. One that a socket has not been sent yet, and with nothing behind it, is replaced. */
void lm_hub_status(lm_hub *h, int64_t remaining);

/* A preview: to clients that said so with its metadata (binary type 4), to others without (type 1). The newest of a
 * node takes the place of one that was not sent yet; on a socket that is full, one with a text behind it gives way,
 * so no text waits for a preview and none comes late. `meta` is the JSON object of type 4. */
typedef struct lm_hub_preview {
    const char *client;  /* NULL: everybody; "": only those who follow every job, who are shown each preview with its
                            metadata */
    const char *node;    /* whose */
    const char *meta;
    const char *picture; /* a JPEG or a PNG */
    size_t      n;
    bool        png;
    bool        meta_only; /* not to clients that never said so: they may take it for what a node gave */
} lm_hub_preview;
void lm_hub_show(lm_hub *h, const lm_hub_preview *p);
void lm_hub_show_again(lm_hub_socket *s, const lm_hub_preview *p); /* to this one alone, with its metadata or not at all */
/* A whole picture that a node gives to its client: type 1, in its place among texts, never left out. */
void lm_hub_give(lm_hub *h, const char *client, const char *picture, size_t n, bool png);

/* The flags of this server, as the handshake and GET /features say them: a JSON object.               [lends] */
const char *lm_hub_features(const lm_hub *h);

typedef struct lm_hub_counts {
    int      sockets;
    uint64_t adopted, refused, sent, received, dropped_previews, closed_slow;
    uint64_t waiting_bytes; /* to be sent, each socket's added up */
    uint64_t held_bytes;    /* that these take: what waits for many is there once */
} lm_hub_counts;
lm_hub_counts lm_hub_count(const lm_hub *h);

extern const lm_part lm_hub_part; /* GET /ws among its routes */

#endif
