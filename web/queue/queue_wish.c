/* queue_wish.c: one thing that was asked for, and rows of them. */
#include <string.h>

#include "core/base/alloc.h"
#include "web/queue/queue_parts.h"

void lm_wishes_init(lm_wishes *w)
{
    *w = (lm_wishes){ NULL, &w->first };
}

void lm_wishes_put(lm_wishes *w, lm_wish *wish)
{
    wish->next = NULL;
    *w->last = wish;
    w->last = &wish->next;
}

lm_wish *lm_wishes_take(lm_wishes *w)
{
    lm_wish *wish = w->first;

    if (wish && !(w->first = wish->next))
        w->last = &w->first;
    return wish;
}

void lm_wishes_move(lm_wishes *to, lm_wishes *from)
{
    if (!from->first)
        return;
    *to->last = from->first;
    to->last = from->last;
    lm_wishes_init(from);
}

/* ---------------------------------------------------------------- letting go */

static void blob_free(lm_blob *b)
{
    lm_free(b->at);
    *b = (lm_blob){ 0 };
}

void lm_submission_free(lm_submission *s)
{
    blob_free(&s->prompt);
    blob_free(&s->extra);
    blob_free(&s->targets);
}

static void result_free(lm_result *r)
{
    blob_free(&r->messages);
    blob_free(&r->outputs);
    blob_free(&r->meta);
    blob_free(&r->summary);
}

void lm_wish_free(lm_wish *w)
{
    if (!w)
        return;
    lm_submission_free(&w->submission);
    result_free(&w->result);
    if (w->secrets.at)
        explicit_bzero(w->secrets.at, w->secrets.size);
    blob_free(&w->secrets);
    lm_job_done(&w->a.job);
    lm_page_done(&w->a.page);
    lm_free(w->id);
    lm_free(w->client);
    lm_free(w->workflow);
    lm_free(w->names);
    lm_free(w);
}
