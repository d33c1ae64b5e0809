/* aside.c: a request that another thread finds the answer to. */
#include "web/server/aside.h"

#include <string.h>

#include "core/base/alloc.h"
#include "web/server/reply.h"

typedef struct job {
    uv_work_t work;
    lm_aside  a;
    void    (*find)(lm_aside *a);
    void    (*reply)(lm_aside *a);
    char      words[];
} job;

static void find_there(uv_work_t *work)
{
    job *j = work->data;

    j->find(&j->a);
}

static void send_found(lm_aside *a)
{
    if (a->json.size)
        lm_reply_json(a->rq, a->status, &a->json);
    else
        lm_reply_empty(a->rq, a->status);
}

static void finish(job *j)
{
    if (j->reply)
        j->reply(&j->a);
    else
        send_found(&j->a);
    lm_text_done(&j->a.json);
    lm_request_unref(j->a.rq);
    lm_free(j);
}

static void found(uv_work_t *work, int status)
{
    job *j = work->data;

    if (status)
        j->a.status = 503;
    finish(j);
}

void lm_aside_answer(lm_server *s, lm_request *rq, const char *word, const char *other, void *mine,
                     void (*find)(lm_aside *a), void (*reply)(lm_aside *a))
{
    const size_t n = word ? strlen(word) + 1 : 1, n_other = other ? strlen(other) + 1 : 1;
    job         *j = lm_alloc(sizeof *j + n + n_other); /* words of a head: 64 KiB at most */

    memcpy(j->words, word ? word : "", n);
    memcpy(j->words + n, other ? other : "", n_other);
    j->a = (lm_aside){ s, lm_request_ref(rq), { j->words, j->words + n }, lm_request_body(rq), 200, .found = mine };
    j->find = find;
    j->reply = reply;
    j->work.data = j;
    if (!uv_queue_work(&s->loop, &j->work, find_there, found))
        return;
    j->a.status = 503;
    finish(j);
}
