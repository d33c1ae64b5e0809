/* picture_process.h: the process that reads pictures, as the loop sees it: started, sent a packet, heard, ended. */
#ifndef LM_WEB_SERVER_PICTURE_PROCESS_H
#define LM_WEB_SERVER_PICTURE_PROCESS_H

#include <uv.h>

#include "web/work/picture_wire.h"

typedef struct lm_picture_process lm_picture_process;

/* Both are called from the loop, and not after lm_picture_process_end. `heard`: a packet came of `size` bytes.
 * `ended`: it is gone, by itself (status, signal), and the process is no more. */
typedef struct lm_picture_watch {
    void (*heard)(void *self, lm_picture_answer *a, size_t size);
    void (*ended)(void *self, int status, int signal);
    void  *self;
} lm_picture_watch;

/* NULL: it could not be started, with the system's reason in *why (libuv's number).                   [new] */
lm_picture_process *lm_picture_process_start(uv_loop_t *loop, const char *const *program, const lm_picture_watch *w,
                                             int *why);
bool lm_picture_process_send(lm_picture_process *p, const lm_picture_ask *a, const int *fds, int n_fds);
int  lm_picture_process_pid(const lm_picture_process *p);
/* At once, whatever it does.                                                                        [takes] */
void lm_picture_process_end(lm_picture_process *p);

#endif
