/* pipe.h: the worker's end of the wire: one thread reads, any thread sends, and a thread of its own writes.
 *
 * Frames go in the order in which they were sent, and none is lost: while more than LM_PIPE_MOST bytes wait for a
 * server that does not read, lm_pipe_send waits too, and with it the node that has something to tell. Previews are
 * offered instead: one place, in which the newest takes the place of the one that waits, and it goes only when nothing
 * else is to be sent. */
#ifndef LM_WEB_PIPE_H
#define LM_WEB_PIPE_H

#include "web/work/wire.h"

enum { LM_PIPE_MOST = 4 << 20 };

typedef struct lm_pipe lm_pipe;

/* `fd` is a connected stream socket, and the pipe's from now on. MEMORY.                              [new] */
lm_pipe *lm_pipe_new(int fd, limn_error *err);
/* Writes what was sent and hangs up: whoever reads is told that the stream has ended. Nobody sends any more. A server
 * that does not read costs a second. */
void lm_pipe_end(lm_pipe *p);
void lm_pipe_free(lm_pipe *p); /* after lm_pipe_end, when nobody reads any more */

/* What a row does not let through is not sent: false, with the sentence. A server that has gone is no fault. */
bool lm_pipe_send(lm_pipe *p, const lm_wire *m, limn_error *err);          /*                         [any] */
void lm_pipe_offer(lm_pipe *p, const lm_wire *m);                          /*                         [any] */
void lm_pipe_withdraw(lm_pipe *p);  /* what is offered and has not begun to go                        [any] */

/* The next frame; memory as lm_wire_keep. False: the stream has ended (err untouched) or is broken (FILE). */
bool lm_pipe_read(lm_pipe *p, lm_wire *out, limn_error *err);

#endif
