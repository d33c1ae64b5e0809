/* guard.h: whom the server answers. Pure functions over the head of a request.
 *
 * - Host must be localhost, a loopback address or an address we are bound to, with our port, or one of the
 *   names given by --allowed-host: a page that rebinds its own name to this machine is refused.
 * - A request with Origin or any Sec-Fetch header comes from a browser: its Origin must be that of the Host it
 *   asks (https too for an allowed host) or the one of --enable-cors-header; "null" and cross-site are refused,
 *   and what changes state must name its Origin or be same-origin. Without such headers it is a tool; with
 *   no other of them than "Sec-Fetch-Mode: cors" or "websocket" it is Node.
 * - With a token: "Authorization: Bearer TOKEN", the cookie, or for sockets the subprotocol "limn.token.TOKEN".
 * Source: SEC-5, SEC-6 and SEC-7 of docs/security.md's threat model; WHATWG Fetch, W3C Fetch Metadata. */
#ifndef LM_WEB_GUARD_H
#define LM_WEB_GUARD_H

#include "web/http/http_parse.h"

#define LM_GUARD_COOKIE   "limn_token"
#define LM_GUARD_PROTOCOL "limn.token."

typedef struct lm_guard {
    const char *const *bound;         /* addresses we are bound to, as literals; NULL-terminated, may be NULL */
    const char *const *allowed_hosts; /* NAME or NAME:PORT; NULL-terminated, may be NULL */
    int                port;          /* ours */
    const char        *cors;          /* an origin, or "*"; NULL: none but our own */
    const char        *token;         /* NULL: nobody is asked for one */
} lm_guard;

typedef struct lm_verdict {
    int         status; /* 0: let in */
    const char *why;
} lm_verdict;

/* `arrived` is the address at which the connection came in, as a literal, or NULL; `socket` says that a
 * WebSocket is asked for, which counts as changing state. */
lm_verdict lm_guard_source(const lm_guard *g, const lm_http_head *h, const char *arrived, bool socket);
lm_verdict lm_guard_token(const lm_guard *g, const lm_http_head *h, bool socket);

/* Compares without telling by its time how much of it fits. */
bool lm_same_secret(lm_slice given, const char *secret);

#endif
