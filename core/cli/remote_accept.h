/* remote_accept.h: does the answer to a WebSocket's handshake prove that it was read?  Source: RFC 6455, 4.1. */
#ifndef LM_CLI_REMOTE_ACCEPT_H
#define LM_CLI_REMOTE_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>

/* The head of an answer, without its empty line: status 101, Upgrade: websocket, Connection: Upgrade, and the one
 * Sec-WebSocket-Accept that follows from the key; no extension and no subprotocol, for none was asked for. */
bool lm_remote_accepts(const char *head, size_t n, const char *key);

#endif
