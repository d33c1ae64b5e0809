/* mailbox.c: letters to the loop. */
#include "web/http/mailbox.h"

static void open_all(lm_mailbox *m)
{
    lm_mail *first;

    pthread_mutex_lock(&m->lock);
    first = m->first;
    m->first = NULL;
    m->last = &m->first;
    pthread_mutex_unlock(&m->lock);
    while (first) {
        lm_mail *mail = first;

        first = mail->next;
        mail->open(mail);
    }
}

static void on_wake(uv_async_t *wake)
{
    open_all(wake->data);
}

bool lm_mailbox_init(lm_mailbox *m, uv_loop_t *loop)
{
    *m = (lm_mailbox){ .last = &m->first };
    if (pthread_mutex_init(&m->lock, NULL))
        return false;
    if (uv_async_init(loop, &m->wake, on_wake)) {
        pthread_mutex_destroy(&m->lock);
        return false;
    }
    m->wake.data = m;
    return true;
}

void lm_mailbox_post(lm_mailbox *m, lm_mail *mail)
{
    mail->next = NULL;
    pthread_mutex_lock(&m->lock);
    *m->last = mail;
    m->last = &mail->next;
    uv_async_send(&m->wake); /* inside the lock: whoever closes the box waits for us */
    pthread_mutex_unlock(&m->lock);
}

void lm_mailbox_close(lm_mailbox *m, uv_close_cb closed)
{
    open_all(m);
    pthread_mutex_destroy(&m->lock);
    uv_close((uv_handle_t *)&m->wake, closed);
}
