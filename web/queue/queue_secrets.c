/* queue_secrets.c: tokens that a job carries for its nodes. They live in memory from the submission to the end of
 * the job, in the writer's hands, and are wiped when they go. */
#include "web/queue/queue_parts.h"

#include <string.h>

#include "core/base/alloc.h"

static void secret_free(lm_secret *s)
{
    explicit_bzero(s->text.at, s->text.size);
    lm_free(s->text.at);
    lm_free(s->id);
    lm_free(s);
}

static void keep(lm_secret **list, lm_wish *w)
{
    lm_secret *s = lm_alloc(sizeof *s);

    *s = (lm_secret){ *list, w->a.job.seq, lm_copy_text(w->a.job.id), false, w->secrets };
    w->secrets = (lm_blob){ 0 };
    *list = s;
}

static void hand_out(lm_secret *list, lm_job *j)
{
    for (; list; list = list->next)
        if (list->seq == j->seq) {
            j->secrets = (lm_blob){ lm_copy_bytes(list->text.at, list->text.size), list->text.size };
            list->leased = true;
        }
}

static bool goes(const lm_secret *s, const lm_wish *w)
{
    return w->kind == LM_WISH_FINISH || w->kind == LM_WISH_RELEASE ? s->seq == w->seq : !s->leased && (!w->id || !strcmp(s->id, w->id));
}

static void let_go(lm_secret **list, const lm_wish *w)
{
    while (*list) {
        lm_secret *s = *list;

        if (goes(s, w)) {
            *list = s->next;
            secret_free(s);
        } else {
            list = &s->next;
        }
    }
}

static void take_back(lm_secret *list, int64_t seq)
{
    for (; list; list = list->next)
        list->leased = list->leased && list->seq != seq;
}

void lm_secrets_follow(lm_secret **list, lm_wish *w)
{
    if (w->a.outcome != LM_STORE_DONE)
        return;
    if (w->kind == LM_WISH_SUBMIT && w->secrets.size)
        keep(list, w);
    else if (w->kind == LM_WISH_LEASE)
        hand_out(*list, &w->a.job);
    else if (w->kind == LM_WISH_RELEASE && !w->a.removed)
        take_back(*list, w->seq);
    else if (w->kind == LM_WISH_FINISH || w->kind == LM_WISH_RELEASE || w->kind == LM_WISH_CANCEL)
        let_go(list, w);
}

void lm_secrets_free(lm_secret **list)
{
    while (*list) {
        lm_secret *s = *list;

        *list = s->next;
        secret_free(s);
    }
}
