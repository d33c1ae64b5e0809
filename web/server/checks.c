/* checks.c: the worker that only checks, and the prompts that wait for it. */
#include "web/server/checks.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "web/server/checks_parts.h"
#include "web/server/members.h"

enum { MOST_WAITING = 4096, MOST_BYTES = 256 << 20, PATIENCE_MS = 60000, LAST_PATIENCE_MS = 2000, LOOK_MS = 500 };
enum { PROMPT, EXTRA, TARGETS, N_TEXTS };

struct lm_check_wait {
    lm_check_wait *next;
    int64_t        number, how;
    lm_slice       texts[N_TEXTS]; /* ours */
    size_t         bytes;
    lm_checked_fn *fn;
    void          *self;
};

/* ------------------------------------------------------------------ one that waits */

static void free_wait(lm_check_wait *w)
{
    for (int i = 0; i < N_TEXTS; i++)
        lm_free((char *)w->texts[i].at);
    lm_free(w);
}

static void answer(lm_check_wait *w, const lm_checked *found)
{
    w->fn(w->self, found);
    free_wait(w);
}

static void refuse(lm_check_wait *w, const char *words)
{
    const lm_checked none = { .words = words };

    answer(w, &none);
}

static bool copy_texts(lm_check_wait *w, const lm_slice texts[N_TEXTS])
{
    for (int i = 0; i < N_TEXTS; i++) {
        char *mine = lm_try_alloc(texts[i].n + 1);

        if (!mine)
            return false;
        if (texts[i].n)
            memcpy(mine, texts[i].at, texts[i].n);
        w->texts[i] = (lm_slice){ mine, texts[i].n };
        w->bytes += texts[i].n;
    }
    return true;
}

static lm_check_wait *pop(lm_checks *c)
{
    lm_check_wait *w = c->first;

    c->first = w->next;
    if (!c->first)
        c->last = &c->first;
    if (c->unsent == w)
        c->unsent = w->next;
    c->waiting--;
    c->careful -= c->careful > 0;
    c->bytes -= w->bytes;
    c->head_since = uv_now(&c->server->loop);
    return w;
}

static void refuse_all(lm_checks *c, const char *words)
{
    for (int n = c->waiting; n > 0; n--)
        refuse(pop(c), words);
}

/* ------------------------------------------------------------------ sending */

static bool send_one(lm_checks *c, const lm_check_wait *w, limn_error *err)
{
    lm_wire m = { .type = LM_WIRE_CHECK, .job = w->number, .numbers = { w->how } };

    for (int i = 0; i < N_TEXTS; i++)
        m.texts[i] = (lm_wire_text){ w->texts[i].at, w->texts[i].n };
    return lm_worker_check(c->worker, &m, err);
}

/* As many as the worker takes. */
static void send_waiting(lm_checks *c)
{
    limn_error err = { 0 };

    while (c->unsent && c->born && (!c->careful || c->unsent == c->first) && send_one(c, c->unsent, &err))
        c->unsent = c->unsent->next;
}

/* One that the worker does not take although nothing is before it will never go. */
static void send_stuck(lm_checks *c)
{
    limn_error err = { 0 };

    if (!c->first || c->unsent != c->first || !lm_worker_is_ready(c->worker))
        return;
    if (send_one(c, c->first, &err))
        c->unsent = c->first->next;
    else
        refuse(pop(c), err.text);
    send_waiting(c);
}

bool lm_checks_prompt(lm_checks *c, const lm_to_check *what, lm_checked_fn *fn, void *self, limn_error *err)
{
    const lm_slice texts[N_TEXTS] = { what->prompt, what->extra, what->targets };
    const size_t   bytes = what->prompt.n + what->extra.n + what->targets.n;
    lm_check_wait *w;

    if (c->waiting >= MOST_WAITING || c->bytes + bytes > MOST_BYTES)
        return limn_fail(err, DEVICE, "%d prompts wait to be checked already: try again soon", c->waiting);
    w = lm_try_alloc(sizeof *w);
    if (!w || !copy_texts(w, texts)) {
        if (w)
            free_wait(w);
        return limn_fail(err, MEMORY, "there is no memory to check another prompt");
    }
    w->number = ++c->numbers;
    w->how = what->how;
    w->fn = fn;
    w->self = self;
    if (!c->first)
        c->head_since = uv_now(&c->server->loop);
    *c->last = w;
    c->last = &w->next;
    c->waiting++;
    c->bytes += w->bytes;
    if (!c->unsent)
        c->unsent = w;
    send_waiting(c);
    return true;
}

/* ------------------------------------------------------------------ hearing */

typedef struct found {
    uv_work_t      work;
    lm_checks     *checks;
    lm_check_wait *wait;
    char          *json; /* ours */
    lm_checked     checked;
} found;

static void find_pieces(lm_checked *k)
{
    const lm_slice whole = { k->json, k->n };

    k->error = lm_members_get(whole, "error");
    k->node_errors = lm_members_get(whole, "node_errors");
    k->outputs = lm_members_get(whole, "outputs");
}

static void find_beside(uv_work_t *work)
{
    find_pieces(&((found *)work->data)->checked);
}

static void has_found(uv_work_t *work, int status)
{
    found     *f = work->data;
    lm_checks *c = f->checks;

    (void)status;
    answer(f->wait, &f->checked);
    lm_free(f->json);
    lm_free(f);
    lm_checks_less(c);
}

/* A long answer is taken apart beside the loop. */
static void answer_beside(lm_checks *c, lm_check_wait *w, const lm_checked *k)
{
    found *f = lm_try_alloc(sizeof *f);
    char  *json = f ? lm_try_copy_bytes(k->json, k->n) : NULL;

    if (!json) {
        lm_free(f);
        refuse(w, "there is no memory for what the check found");
        return;
    }
    *f = (found){ .checks = c, .wait = w, .json = json, .checked = *k };
    f->checked.json = f->json;
    f->work.data = f;
    c->open++;
    if (uv_queue_work(&c->server->loop, &f->work, find_beside, has_found)) {
        find_pieces(&f->checked);
        has_found(&f->work, 0);
    }
}

static void hear_checked(lm_checks *c, const lm_wire *m)
{
    lm_checked k = { .runs = m->numbers[0] == LM_CHECKED_RUNS, .how = (int)m->numbers[0], .json = m->texts[0].at, .n = m->texts[0].size };

    if (!c->first || c->first->number != m->job)
        return; /* nobody waits for it any more */
    if (k.n > LM_LOOP_JSON) {
        answer_beside(c, pop(c), &k);
    } else {
        find_pieces(&k);
        answer(pop(c), &k);
    }
    send_waiting(c);
}

static void heard(void *self, lm_worker *w, const lm_wire *m)
{
    (void)w;
    if (m->type == LM_WIRE_CHECKED)
        hear_checked(self, m);
    else if (m->type == LM_WIRE_NODES)
        lm_checks_tables_heard(self, m);
}

static void ready(void *self, lm_worker *w, const lm_wire *hello)
{
    lm_checks *c = self;

    (void)w;
    (void)hello;
    c->born = true;
    c->head_since = uv_now(&c->server->loop);
    lm_checks_tables_begin(c);
    send_waiting(c);
}

static void said(void *self, lm_worker *w, const char *line)
{
    (void)self;
    (void)w;
    lm_log(LM_LOG_WARN, "the worker that checks: %s", line);
}

static int count_sent(const lm_checks *c)
{
    int n = 0;

    for (const lm_check_wait *w = c->first; w && w != c->unsent; w = w->next)
        n++;
    return n;
}

/* The process went by itself, for the next one to take over: whoever waits is sent there. Once, for each prompt that is
 * the first. */
static bool send_again(lm_checks *c, const lm_worker_end *e)
{
    const int64_t first = c->first ? c->first->number : 0;

    if (e->why != LM_WORKER_LEFT || c->server->leaving || (first && first == c->left_with))
        return false;
    c->left_with = first;
    c->unsent = c->first;
    lm_checks_tables_again(c);
    return true;
}

/* One that was alone with the process is to blame; of several, which were perhaps answered already, nobody knows: they
 * go to the next process one by one. A process that does not get as far as HELLO serves nobody. */
static void ended(void *self, lm_worker *w, const lm_worker_end *e)
{
    lm_checks *c = self;
    const bool born = c->born;
    const int  sent = count_sent(c);
    char       words[1400];

    (void)w;
    c->born = false;
    if (born && send_again(c, e))
        return;
    snprintf(words, sizeof words, "the prompt could not be checked: %s", e->sentence);
    if (e->why != LM_WORKER_LEFT && !*e->plugin)
        lm_log(c->server->leaving || e->signal == SIGINT || e->signal == SIGTERM ? LM_LOG_INFO : LM_LOG_ERROR,
               "the worker that checks: %s", e->sentence); /* those two end all of us: our turn comes */
    if (!born)
        refuse_all(c, words);
    else if (sent == 1)
        refuse(pop(c), words);
    else if (sent > c->careful)
        c->careful = sent;
    c->unsent = c->first;
    lm_checks_tables_lost(c);
}

/* ------------------------------------------------------------------ patience */

/* A check that does not end (a plugin's own check function may loop) costs its process. */
static void look(uv_timer_t *t)
{
    lm_checks     *c = t->data;
    const uint64_t waited = c->first ? uv_now(&c->server->loop) - c->head_since : 0;
    const bool     leaving = c->server->leaving;

    if (leaving && !c->born && c->first)
        refuse_all(c, "limn is ending");
    if (c->born && c->first && c->unsent != c->first && waited > (leaving ? LAST_PATIENCE_MS : PATIENCE_MS))
        lm_worker_kill(c->worker);
    send_stuck(c);
}

bool lm_checks_ready(const lm_checks *c)
{
    return c->born && c->known;
}

/* ------------------------------------------------------------------ the part */

static bool open_checks(lm_server *s, limn_error *err)
{
    lm_worker_options o = lm_worker_defaults();
    lm_checks        *c = lm_alloc(sizeof *c);

    *c = (lm_checks){ .server = s, .open = 1 };
    c->last = &c->first;
    s->checks = c;
    uv_timer_init(&s->loop, &c->timer);
    c->timer.data = c;
    uv_timer_start(&c->timer, look, LOOK_MS, LOOK_MS);
    o.argv = s->o->check;
    o.inside = s->o->inside;
    o.ready = ready;
    o.heard = heard;
    o.said = said;
    o.ended = ended;
    o.self = c;
    c->worker = lm_worker_new(&s->loop, &o, err);
    c->open += c->worker != NULL;
    return c->worker;
}

void lm_checks_less(lm_checks *c)
{
    if (--c->open == 0)
        lm_server_stopped(c->server);
}

static void timer_closed(uv_handle_t *h)
{
    lm_checks_less(h->data);
}

static void worker_closed(void *self)
{
    lm_checks *c = self;

    c->worker = NULL;
    lm_checks_less(c);
}

static void stop_checks(lm_server *s)
{
    lm_checks *c = s->checks;

    if (!c) {
        lm_server_stopped(s);
        return;
    }
    refuse_all(c, "limn is ending");
    lm_checks_tables_lost(c);
    uv_close((uv_handle_t *)&c->timer, timer_closed);
    if (c->worker)
        lm_worker_close(c->worker, worker_closed, c);
}

static void close_checks(lm_server *s)
{
    if (s->checks)
        lm_tables_unref(s->checks->known);
    lm_free(s->checks);
    s->checks = NULL;
}

const lm_part lm_checks_part = { .name = "checks", .open = open_checks, .stop = stop_checks, .close = close_checks };
