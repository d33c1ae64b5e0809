/* http_request.h: one request in the hands of its handler. */
#ifndef LM_WEB_HTTP_REQUEST_H
#define LM_WEB_HTTP_REQUEST_H

#include "web/http/http_server.h"

const lm_http_head *lm_request_head(const lm_request *rq);            /*                         [lends] */
lm_slice            lm_request_header(const lm_request *rq, const char *name); /*                [lends] */
const char         *lm_request_arg(const lm_request *rq, int i);      /* of the route's pattern, decoded */
lm_slice            lm_request_body(const lm_request *rq);            /* whole, of a row without flags */
void               *lm_request_self(const lm_request *rq);
lm_http            *lm_request_server(const lm_request *rq);
uv_loop_t          *lm_request_loop(const lm_request *rq);
const char         *lm_request_peer(lm_request *rq);                  /* the client's address, as a literal */
uint64_t            lm_request_source(const lm_request *rq);          /* the same as lm_source_key() */

/* The query's value of that name, decoded; NULL without.                                        [lends] */
const char *lm_request_query(lm_request *rq, const char *name);

/* Keeps rq beyond its handler and its connection. Only on the loop's thread. */
lm_request *lm_request_ref(lm_request *rq);
void        lm_request_unref(lm_request *rq);

/* Did the client leave, or the server cut it off, before the answer was all sent? When that happens `gone` is
 * called once, from the loop, never inside a call of the handler's own; setting NULL takes it back. Who receives a
 * body is told as well when the server has refused the rest of it (413, 408, 400): the answer is given then. */
bool lm_request_gone(const lm_request *rq);
void lm_request_on_gone(lm_request *rq, void (*gone)(lm_request *rq, void *self), void *self);

/* Rows with LM_ROUTE_STREAM: from now on `data` is called with each piece of the body, and at its end with
 * at = NULL. It returns true to go on at once, or false: then nothing is read until lm_request_resume. An
 * answer given before the end refuses the rest. */
typedef bool lm_request_data(lm_request *rq, lm_slice piece, void *self);
void lm_request_receive(lm_request *rq, lm_request_data *data, void *self);
void lm_request_resume(lm_request *rq);

/* Rows with LM_ROUTE_FILE: the descriptor and the temporary name of the file that holds the body; the caller's
 * from now on (lm_drawer_place or lm_drawer_drop). -1 when it was taken before. */
int lm_request_take_file(lm_request *rq, char temporary[LM_DRAWER_NAME]);

/* An asked-for upgrade on a row with LM_ROUTE_SOCKET: hands over the connection. The descriptor and what was
 * read behind the head are the caller's (lm_free(bytes)); rq has no connection any more. False: no upgrade was
 * asked for, or the connection is gone. */
typedef struct lm_taken_socket {
    int    fd;
    char  *bytes;
    size_t n;
} lm_taken_socket;
bool lm_request_wants_socket(const lm_request *rq); /* GET, HTTP/1.1, upgrade to websocket, no body */
bool lm_request_take_socket(lm_request *rq, lm_taken_socket *out);

#endif
