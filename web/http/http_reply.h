/* http_reply.h: answering a request. Headers first, then exactly one of the functions that say what the body
 * is. A request whose client has left takes them all and does nothing but let go of what it was given. */
#ifndef LM_WEB_HTTP_REPLY_H
#define LM_WEB_HTTP_REPLY_H

#include <sys/stat.h>

#include "web/http/http_request.h"

/* One more header. A name that is no token or a value with a control character is left out, and the answer
 * becomes a 500: nobody writes a line of their own into our head. So does a head of more than 8 KiB. */
void lm_reply_header(lm_request *rq, const char *name, const char *value);

/* Nothing but the head. */
void lm_reply_empty(lm_request *rq, int status);

/* A line of text "STATUS: what it means", or your own sentence; type text/plain. */
void lm_reply_status(lm_request *rq, int status, const char *sentence);

/* Bytes in memory. `release` (may be NULL) is called with `arg` when they are not needed any more. Text, JSON,
 * scripts and SVG from options.gzip_from bytes on go as gzip to who accepts it. With `tag` (an entity tag in
 * quotes, at most 150 bytes, may be NULL) a client that has it already gets 304. */
typedef struct lm_reply_bytes {
    const char *at;
    size_t      n;
    void      (*release)(void *arg);
    void       *arg;
    const char *tag;
    bool        gzip; /* they are deflated already: for who accepts that (lm_http_accepts_gzip) */
} lm_reply_bytes;
/* `n` bytes as gzip; false when that is no smaller, or without memory.                              [new] */
bool lm_gzip(const char *at, size_t n, char **out, size_t *n_out);
void lm_reply_lend(lm_request *rq, int status, const char *type, const lm_reply_bytes *bytes);
void lm_reply_take(lm_request *rq, int status, const char *type, char *bytes, size_t n); /* lm_free [takes] */
void lm_reply_copy(lm_request *rq, int status, const char *type, const char *bytes, size_t n);

/* A regular file, from its first byte; fd is closed afterwards. Range, If-Range, If-None-Match and
 * If-Modified-Since are honoured; ETag (lm_http_file_tag) and Last-Modified are made of what the system says of it. A
 * text goes as gzip to who accepts that and wants no part of it, deflated by a thread as it is read, under a tag of its
 * own (lm_http_tag_gzip); options.max_deflating answers at once, others as they are. An own status other than 200 sends it whole. */
void lm_reply_file(lm_request *rq, int status, const char *type, int fd); /*                      [takes] */

/* The entity tag of a file in this state: another one after every writing, in its place or by a rename.      [any] */
enum { LM_HTTP_FILE_TAG = 72 };
void lm_http_file_tag(const struct stat *st, char tag[LM_HTTP_FILE_TAG]);

/* A body that comes by and by: lm_reply_put copies bytes and says whether there is room for more; when there
 * was none, `ready` is called once there is. A client of HTTP/1.0 sees its end by the connection's. Texts go as gzip to who
 * accepts that, so their tag must be weak. */
typedef void lm_reply_ready(lm_request *rq, void *self);
void lm_reply_begin(lm_request *rq, int status, const char *type, lm_reply_ready *ready, void *self);
bool lm_reply_put(lm_request *rq, const char *bytes, size_t n);
void lm_reply_end(lm_request *rq);
void lm_reply_abort(lm_request *rq); /* something went wrong half-way: the client sees a broken body */

/* "Not Found", … */
const char *lm_http_status_text(int status);

#endif
