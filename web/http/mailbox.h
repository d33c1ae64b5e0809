/* mailbox.h: how other threads hand something to the loop. A letter is a struct of the sender's with an
 * lm_mail inside; posting takes no memory and cannot fail. Letters are opened on the loop's thread, in the
 * order in which they came; wakes may merge, every letter is opened once. */
#ifndef LM_WEB_MAILBOX_H
#define LM_WEB_MAILBOX_H

#include <pthread.h>
#include <stdbool.h>
#include <uv.h>

typedef struct lm_mail {
    struct lm_mail *next;
    void (*open)(struct lm_mail *mail); /* on the loop; the letter is the opener's again */
} lm_mail;

typedef struct lm_mailbox {
    uv_async_t      wake;
    pthread_mutex_t lock;
    lm_mail        *first, **last;
} lm_mailbox;

bool lm_mailbox_init(lm_mailbox *m, uv_loop_t *loop);
void lm_mailbox_post(lm_mailbox *m, lm_mail *mail); /*                                            [any] */

/* Opens what is still there and closes the handle; `closed` may free the mailbox. Nobody posts any more. */
void lm_mailbox_close(lm_mailbox *m, uv_close_cb closed);

#endif
