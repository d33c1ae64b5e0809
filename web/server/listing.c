/* listing.c: what the queue lists, as one JSON answer: kept while nothing changes, or page by page. */
#include "web/server/listing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/graph/python.h"
#include "web/http/http_condition.h"
#include "web/server/reply.h"
#include "web/work/work_check.h"

enum { N_KEPT = 8, PAGE_BYTES = 128 << 10 };
static const char json_type[] = "application/json; charset=utf-8";

/* ------------------------------------------------------------------ answers that are kept */

typedef struct kept {
    int     refs;
    char   *key;
    int64_t changes;
    char   *at;
    size_t  n;
} kept;

struct lm_kept {
    kept *at[N_KEPT];
    int   next; /* whose turn it is to go */
};

static void kept_unref(void *arg)
{
    kept *k = arg;

    if (!k || --k->refs)
        return;
    lm_free(k->key);
    lm_free(k->at);
    lm_free(k);
}

static void send_kept(lm_request *rq, kept *k, const char *tag)
{
    const lm_reply_bytes bytes = { k->at, k->n, kept_unref, k, tag };

    k->refs++;
    lm_reply_lend(rq, 200, json_type, &bytes);
}

static kept *find_kept(const struct lm_kept *all, const char *key, int64_t changes)
{
    for (int i = 0; i < N_KEPT; i++)
        if (all->at[i] && all->at[i]->changes == changes && !strcmp(all->at[i]->key, key))
            return all->at[i];
    return NULL;
}

/* Takes the text; lent until the next one is kept. */
static kept *keep(struct lm_kept *all, const char *key, int64_t changes, lm_text *t)
{
    kept *k = lm_alloc(sizeof *k);
    int   place = all->next;

    for (int i = 0; i < N_KEPT; i++) /* what it replaces, before what is only older */
        if (all->at[i] && !strcmp(all->at[i]->key, key))
            place = i;
    *k = (kept){ .refs = 1, .key = lm_copy_text(key), .changes = changes, .n = t->size };
    k->at = lm_text_take(t);
    kept_unref(all->at[place]);
    all->at[place] = k;
    all->next = (all->next + 1) % N_KEPT;
    return k;
}

static bool open_kept(lm_server *s, limn_error *err)
{
    (void)err;
    s->kept = lm_alloc(sizeof *s->kept);
    return true;
}

static void close_kept(lm_server *s)
{
    for (int i = 0; s->kept && i < N_KEPT; i++)
        kept_unref(s->kept->at[i]);
    lm_free(s->kept);
}

const lm_part lm_listing_part = { .name = "listing", .open = open_kept, .close = close_kept };

/* ------------------------------------------------------------------ a sheet */

static void nothing_more(lm_request *rq, void *self)
{
    (void)rq, (void)self;
}

static void flush(lm_sheet *s)
{
    if (!s->begun) {
        s->begun = true;
        if (s->tag)
            lm_reply_header(s->rq, "ETag", s->tag);
        lm_reply_begin(s->rq, 200, json_type, s->ready ? s->ready : nothing_more, s->self);
    }
    if (s->text.size)
        s->full = !lm_reply_put(s->rq, s->text.at, s->text.size);
    s->text.size = 0;
}

void lm_sheet_add(lm_sheet *s, const char *bytes, size_t n)
{
    if (s->text.size + n > LM_SHEET_BYTES)
        flush(s);
    if (n > LM_SHEET_BYTES)
        s->full = !lm_reply_put(s->rq, bytes, n);
    else
        lm_text_add(&s->text, bytes, n);
}

void lm_sheet_puts(lm_sheet *s, const char *text)
{
    lm_sheet_add(s, text, strlen(text));
}

void lm_sheet_printf(lm_sheet *s, const char *fmt, ...)
{
    char    line[512];
    va_list ap;
    int     n;

    va_start(ap, fmt);
    n = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    lm_sheet_add(s, line, n < (int)sizeof line ? (size_t)n : sizeof line - 1);
}

void lm_sheet_quote(lm_sheet *s, const char *text)
{
    lm_text t = { 0 };

    lm_work_quote(&t, text);
    lm_sheet_add(s, t.at, t.size);
    lm_text_done(&t);
}

void lm_sheet_blob(lm_sheet *s, const lm_blob *json, const char *otherwise)
{
    if (json->size)
        lm_sheet_add(s, json->at, json->size);
    else
        lm_sheet_puts(s, otherwise);
}

void lm_sheet_send(lm_sheet *s)
{
    if (s->begun) {
        flush(s);
        lm_reply_end(s->rq);
    } else {
        lm_reply_json(s->rq, 200, &s->text);
    }
    lm_text_done(&s->text);
}

void lm_sheet_number(lm_sheet *s, double number)
{
    lm_text t = { 0 };

    if (number == floor(number) && fabs(number) < 1e15)
        lm_text_printf(&t, "%lld", (long long)number);
    else
        lm_py_repr_float(number, &t);
    lm_sheet_add(s, t.at, t.size);
    lm_text_done(&t);
}

void lm_sheet_tuple(lm_sheet *s, const lm_job *j)
{
    lm_sheet_puts(s, "[");
    lm_sheet_number(s, j->number);
    lm_sheet_puts(s, ", ");
    lm_sheet_quote(s, j->id);
    lm_sheet_puts(s, ", ");
    lm_sheet_blob(s, &j->prompt, "{}");
    lm_sheet_puts(s, ", ");
    lm_sheet_blob(s, &j->extra, "{}");
    lm_sheet_puts(s, ", ");
    lm_sheet_blob(s, &j->targets, "[]");
    lm_sheet_puts(s, "]");
}

/* ------------------------------------------------------------------ page after page */

static void listing_free(lm_listing *l)
{
    lm_request_on_gone(l->rq, NULL, NULL);
    lm_request_unref(l->rq);
    lm_text_done(&l->sheet.text);
    lm_free(l->workflow);
    lm_free(l);
}

static void answered(void *self, lm_answer *a);

static void fail(lm_listing *l, int outcome, const limn_error *err)
{
    if (l->sheet.begun)
        lm_reply_abort(l->rq);
    else
        lm_reply_outcome(l->rq, outcome, err);
    listing_free(l);
}

static void ask(lm_listing *l)
{
    limn_error err = { 0 };

    l->asking = true;
    if (!lm_queue_list(l->server->queue, &l->ask, answered, l, &err))
        fail(l, LM_STORE_BUSY, &err);
}

static void ready(lm_request *rq, void *self)
{
    lm_listing *l = self;

    (void)rq;
    if (!l->asking)
        ask(l);
}

static void gone(lm_request *rq, void *self)
{
    lm_listing *l = self;

    (void)rq;
    if (!l->asking) /* else the answer finds out */
        listing_free(l);
}

static void finish(lm_listing *l)
{
    l->form->tail(l, &l->sheet);
    if (l->sheet.begun) {
        lm_sheet_send(&l->sheet);
    } else {
        send_kept(l->rq, keep(l->server->kept, l->key, l->changes, &l->sheet.text), l->tag);
    }
    listing_free(l);
}

static bool lacks_a_summary(const lm_page *p)
{
    for (int64_t i = 0; i < p->n; i++)
        if (p->jobs[i].state >= LM_JOB_SUCCESS && p->jobs[i].summary.size <= 2 && !p->jobs[i].damaged)
            return true;
    return false;
}

/* The same page once more with all its texts: jobs that ended without a summary are told from those. */
static bool again(lm_listing *l, const lm_page *p)
{
    if (!l->form->wants_summaries || l->whole || !lacks_a_summary(p)) {
        l->whole = false;
        l->ask.texts = l->form->wants_summaries ? LM_TEXTS_SUMMARY : l->ask.texts;
        return false;
    }
    l->whole = true;
    l->ask.texts = LM_TEXTS_ALL;
    return true;
}

/* While it writes, `ready` is not heeded: whether there is room is what the last piece was told. */
static void write_page(lm_listing *l, const lm_page *p)
{
    if (!l->told)
        l->total = p->total;
    for (int64_t i = 0; i < p->n; i++, l->told++)
        l->form->entry(l, &l->sheet, &p->jobs[i]);
    if (!p->more) {
        finish(l);
        return;
    }
    l->ask.from = p->next;
    flush(&l->sheet);
    l->asking = false;
    if (lm_request_gone(l->rq))
        listing_free(l);
    else if (!l->sheet.full)
        ask(l);
}

static void answered(void *self, lm_answer *a)
{
    lm_listing *l = self;

    if (lm_request_gone(l->rq))
        listing_free(l);
    else if (a->outcome != LM_STORE_DONE)
        fail(l, (int)a->outcome, &a->error);
    else if (again(l, &a->page))
        ask(l);
    else
        write_page(l, &a->page);
}

bool lm_listing_has_it(lm_server *s, lm_request *rq, char tag[64])
{
    snprintf(tag, 64, "W/\"%llx-%llx\"", (unsigned long long)s->began_ms,
             (unsigned long long)lm_queue_count(s->queue).changes);
    if (!lm_http_not_modified(lm_request_head(rq), tag, -1))
        return false;
    lm_reply_header(rq, "ETag", tag);
    lm_reply_empty(rq, 304);
    return true;
}

static void begin(lm_listing *l)
{
    l->sheet = (lm_sheet){ .rq = l->rq, .ready = ready, .self = l, .tag = l->tag };
    lm_request_on_gone(l->rq, gone, l);
    if (l->ask.workflow)
        l->ask.workflow = l->workflow = lm_copy_text(l->ask.workflow);
    l->ask.bytes = l->ask.bytes ? l->ask.bytes : PAGE_BYTES;
    if (l->form->wants_summaries)
        l->ask.texts = LM_TEXTS_SUMMARY;
    lm_sheet_puts(&l->sheet, l->form->head);
    ask(l);
}

void lm_listing_answer(lm_server *s, lm_request *rq, const lm_listing *what)
{
    const int64_t changes = lm_queue_count(s->queue).changes;
    lm_listing   *l;
    kept         *k;
    char          tag[64];

    lm_reply_header(rq, "Cache-Control", "no-cache");
    if (lm_listing_has_it(s, rq, tag))
        return;
    if ((k = find_kept(s->kept, what->key, changes))) {
        send_kept(rq, k, tag);
        return;
    }
    if (lm_request_head(rq)->method == LM_HEAD) {
        lm_reply_header(rq, "ETag", tag);
        lm_reply_begin(rq, 200, json_type, NULL, NULL);
        return;
    }
    if (!(l = lm_try_alloc(sizeof *l))) {
        lm_reply_error(rq, 503, "there is no memory for the answer");
        return;
    }
    *l = *what;
    l->server = s;
    l->rq = lm_request_ref(rq);
    l->changes = changes;
    memcpy(l->tag, tag, sizeof tag);
    begin(l);
}
