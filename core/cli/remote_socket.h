/* remote_socket.h: what a server says by itself, over its WebSocket: enough to draw progress. Nothing depends on it:
 * where no socket can be had, or when it breaks, whoever watches asks again and again, and that is the truth. */
#ifndef LM_CLI_REMOTE_SOCKET_H
#define LM_CLI_REMOTE_SOCKET_H

#include "core/cli/remote.h"

typedef struct lm_remote_socket lm_remote_socket;

/* Joins as the client of this id; NULL when that cannot be.                                         [new] */
lm_remote_socket *lm_remote_listen(lm_remote *r, const char *client);
void              lm_remote_socket_close(lm_remote_socket *s); /* welcomes NULL */

bool lm_remote_is_listening(const lm_remote_socket *s); /* false for NULL, and when it has broken */

/* Waits so long for a text; true: *message is it (of at most a megabyte; others, and pictures, are left out). */
bool lm_remote_hear(lm_remote_socket *s, double seconds, lm_text *message);

/* remote.c: a connection to the server through proxy and TLS as the server's URL wants it, on which nothing was said
 * yet; NULL: none. It is curl's handle; *head is how a request for `path` begins, up to the Host and the token. */
void *lm_remote_connect(lm_remote *r, const char *path, lm_text *head);

#endif
