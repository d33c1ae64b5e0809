/* shared_read.c: cards of shared files: a file is read on a thread, the worker that checks makes a card of its bytes, and
 * then comes the next one. */
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/tree.h"
#include "web/server/checks.h"
#include "web/server/shared.h"
#include "web/work/wire.h"
#include "web/work/work_check.h"

/* One file on its way. */
typedef struct reading {
    uv_work_t   work;
    lm_shared  *shared;
    char       *name;
    int64_t     modified_ms, changed_ms;
    uint64_t    bytes;
    char       *at; /* its bytes; NULL: they are not to be had */
    size_t      n;
} reading;

static lm_shared_file *same_file(lm_shared *s, const reading *r)
{
    for (size_t i = 0; i < s->n; i++) {
        lm_shared_file *f = &s->at[i];

        if (!strcmp(f->name, r->name))
            return f->modified_ms == r->modified_ms && f->changed_ms == r->changed_ms && f->bytes == r->bytes ? f : NULL;
    }
    return NULL;
}

/* Takes card and picture; what has changed meanwhile is read again. */
static void keep(reading *r, lm_card_state state, char *card, char *picture, size_t n_picture)
{
    lm_shared      *s = r->shared;
    lm_card        *c = lm_card_new(card, picture, n_picture);
    lm_shared_file *f;

    pthread_mutex_lock(&s->lock);
    f = same_file(s, r);
    if (f) {
        lm_card_unref(f->card);
        f->state = state;
        f->card = lm_card_ref(c);
    }
    pthread_mutex_unlock(&s->lock);
    lm_card_unref(c);
}

static void keep_fault(reading *r, const char *words)
{
    lm_text card = { 0 };

    lm_text_puts(&card, "{\"error\": ");
    lm_work_quote(&card, words);
    lm_text_puts(&card, "}");
    keep(r, LM_CARD_BAD, lm_text_take(&card), NULL, 0);
}

/* It waits for the next listing. */
static void put_back(reading *r)
{
    lm_shared_file *f;

    pthread_mutex_lock(&r->shared->lock);
    f = same_file(r->shared, r);
    if (f)
        f->state = LM_CARD_UNREAD;
    pthread_mutex_unlock(&r->shared->lock);
}

static void over(reading *r, bool goes_on)
{
    lm_shared *s = r->shared;

    lm_free(r->name);
    lm_free(r->at);
    lm_free(r);
    s->reads = false;
    if (s->leaving)
        lm_server_stopped(s->server);
    else if (goes_on)
        lm_shared_read(s);
}

/* ------------------------------------------------------------------ the worker's answer */

/* JSON, a NUL, a picture. */
static void take_card(reading *r, const lm_checked *c)
{
    const size_t n = strnlen(c->json, c->n);

    if (n >= LM_SHARED_CARD || n + 1 >= c->n || c->n - n - 1 > LM_SHARED_PICTURE)
        keep_fault(r, "there is too much to be told of it");
    else
        keep(r, LM_CARD_READ, lm_copy_bytes(c->json, n), lm_copy_bytes(c->json + n + 1, c->n - n - 1), c->n - n - 1);
}

static void told(void *self, const lm_checked *c)
{
    reading *r = self;

    if (c->json && c->how == LM_CHECKED_RUNS)
        take_card(r, c);
    else if (c->json && c->n < LM_SHARED_CARD)
        keep(r, LM_CARD_BAD, lm_copy_bytes(c->json, c->n), NULL, 0);
    else
        keep_fault(r, c->words && *c->words ? c->words : "it cannot be read");
    over(r, true);
}

/* ------------------------------------------------------------------ its bytes */

static void read_bytes(uv_work_t *work)
{
    reading  *r = work->data;
    const int fd = lm_tree_file(r->shared->root, r->name);
    ssize_t   n = 1;

    r->at = fd >= 0 ? lm_try_alloc((size_t)r->bytes + 1) : NULL;
    while (r->at && r->n < r->bytes && n > 0) {
        n = pread(fd, r->at + r->n, (size_t)r->bytes - r->n, (off_t)r->n);
        r->n += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0)
        close(fd);
}

static void bytes_read(uv_work_t *work, int status)
{
    static const char card[] = "card";
    reading          *r = work->data;
    const lm_to_check what = { .prompt = { r->at, r->n }, .extra = { card, sizeof card - 1 }, .how = LM_WIRE_MAKE };
    limn_error        err = { 0 };

    if (!status && r->at && r->n && !r->shared->leaving) {
        if (lm_checks_prompt(r->shared->server->checks, &what, told, r, &err))
            return;
        put_back(r); /* the worker has too much to do, which is no fault of the file's */
        over(r, false);
    } else {
        keep_fault(r, "it cannot be read");
        over(r, true);
    }
}

/* ------------------------------------------------------------------ the next one */

static reading *next_of(lm_shared *s)
{
    reading *r = NULL;

    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->n && !r; i++) {
        lm_shared_file *f = &s->at[i];

        if (f->state != LM_CARD_UNREAD)
            continue;
        f->state = LM_CARD_BEING_READ;
        r = lm_alloc(sizeof *r);
        *r = (reading){ .shared = s, .name = lm_copy_text(f->name), .modified_ms = f->modified_ms,
                        .changed_ms = f->changed_ms, .bytes = f->bytes };
        r->work.data = r;
    }
    pthread_mutex_unlock(&s->lock);
    return r;
}

void lm_shared_read(lm_shared *s)
{
    reading *r = s->reads || s->leaving ? NULL : next_of(s);

    if (!r)
        return;
    s->reads = true;
    if (r->bytes > LM_SHARED_BYTES) {
        keep_fault(r, "it is too large to be shown");
        over(r, true);
    } else if (uv_queue_work(&s->server->loop, &r->work, read_bytes, bytes_read)) {
        bytes_read(&r->work, UV_ENOMEM);
    }
}

void lm_shared_stop(lm_shared *s)
{
    s->leaving = true;
    if (!s->reads)
        lm_server_stopped(s->server);
}
