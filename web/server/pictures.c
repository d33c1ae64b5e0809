/* pictures.c: orders of pictures outside jobs: they wait, go to the process one by one, and are answered. */
#include "web/server/pictures.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "web/server/picture_process.h"

enum { NO_MEMORY = LM_EXIT_MEMORY };

typedef struct order {
    struct order    *next;
    lm_picture_order what;
    lm_picture_ask   ask;
    lm_picture_fn   *fn;      /* NULL: nobody waits for it */
    void            *self;
    int              refused; /* a status, when it never goes to the process */
    const char      *words;
} order;

typedef struct line {
    order *first, **last;
    int    n;
} line;

struct lm_pictures {
    uv_loop_t          *loop;
    lm_pictures_options o;
    uint64_t            last_number;
    line                waiting, refused;
    order              *at_work;  /* with the process */
    int                 result;   /* its memory file; -1: none */
    lm_picture_process *process;
    uv_timer_t          soon, clock;
    int                 handles;
    bool                closing;
    void              (*closed)(void *self);
    void               *closed_self;
};

static void turn(lm_pictures *p);

/* ------------------------------------------------------------------ lines */

static void put_last(line *l, order *o)
{
    *l->last = o;
    l->last = &o->next;
    l->n++;
}

/* The order at *at; NULL at the end. */
static order *take_out(line *l, order **at)
{
    order *o = *at;

    if (!o)
        return NULL;
    *at = o->next;
    if (l->last == &o->next)
        l->last = at;
    o->next = NULL;
    l->n--;
    return o;
}

/* ------------------------------------------------------------------ answering */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void free_order(order *o)
{
    close_fd(&o->what.fd);
    close_fd(&o->what.mask);
    lm_free(o);
}

static void answer(order *o, const lm_picture_made *m)
{
    if (o->fn)
        o->fn(o->self, m);
    free_order(o);
}

static void refuse(order *o, int status, const char *words)
{
    answer(o, &(lm_picture_made){ .status = status, .words = words });
}

/* The order that the process has, or had. */
static order *take_back(lm_pictures *p)
{
    order *o = p->at_work;

    p->at_work = NULL;
    return o;
}

static void refuse_at_work(lm_pictures *p, int status, const char *words)
{
    close_fd(&p->result);
    refuse(take_back(p), status, words);
}

/* Nobody can change or shrink what is sealed: it can be read where it lies. */
static bool hand_over(lm_pictures *p)
{
    struct stat st;
    void       *at = MAP_FAILED;
    order      *o;

    if (!fcntl(p->result, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) &&
        !fstat(p->result, &st) && st.st_size > 0 && st.st_size <= LM_PICTURE_MOST_BYTES)
        at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, p->result, 0);
    close_fd(&p->result);
    if (at == MAP_FAILED)
        return false;
    o = take_back(p);
    answer(o, &(lm_picture_made){ .status = 200, .words = "", .bytes = at, .n = (size_t)st.st_size });
    munmap(at, (size_t)st.st_size);
    return true;
}

/* ------------------------------------------------------------------ what the process does */

static void end_process(lm_pictures *p)
{
    if (p->process)
        lm_picture_process_end(p->process);
    p->process = NULL;
}

static void on_heard(void *self, lm_picture_answer *a, size_t size)
{
    static const char broken[] = "the process that reads pictures did not keep to its protocol and was ended";
    lm_pictures      *p = self;

    if (!p->at_work || !lm_picture_answer_ok(a, size) || a->number != p->at_work->ask.number) {
        end_process(p);
        if (p->at_work)
            refuse_at_work(p, 415, broken);
    } else if (a->status != 200) {
        refuse_at_work(p, a->status, a->words);
    } else if (!hand_over(p)) {
        end_process(p);
        refuse_at_work(p, 415, broken);
    }
    turn(p);
}

/* A picture that brings its reader down is no picture; a reader that somebody else ended can be asked again. */
static void on_ended(void *self, int status, int number)
{
    lm_pictures *p = self;
    char         words[200];

    p->process = NULL;
    if (number == SIGKILL || number == SIGTERM)
        snprintf(words, sizeof words, "the process that reads pictures was ended (signal %d); try again", number);
    else if (number)
        snprintf(words, sizeof words, "the picture cannot be read: its reader died of signal %d (%s)", number,
                 strsignal(number));
    else if (status == NO_MEMORY)
        snprintf(words, sizeof words, "the picture takes more memory than its reader may have");
    else
        snprintf(words, sizeof words, "the picture cannot be read: its reader ended with status %d", status);
    if (p->at_work)
        refuse_at_work(p, number == SIGKILL || number == SIGTERM ? 503 : status == NO_MEMORY ? 413 : 415, words);
    turn(p);
}

static void on_clock(uv_timer_t *t)
{
    lm_pictures *p = t->data;
    char         words[100];

    end_process(p);
    if (p->at_work) {
        snprintf(words, sizeof words, "reading the picture took longer than %d ms and was ended", p->o.order_ms);
        refuse_at_work(p, 413, words);
    }
    turn(p);
}

/* ------------------------------------------------------------------ sending */

static bool start(lm_pictures *p, int *why)
{
    const lm_picture_watch watch = { .heard = on_heard, .ended = on_ended, .self = p };

    if (!p->process)
        p->process = lm_picture_process_start(p->loop, p->o.program, &watch, why);
    return p->process;
}

/* One that died since is found out here: a second one is started. */
static bool deliver(lm_pictures *p, const order *o, int *why)
{
    const int fds[LM_PICTURE_FDS] = { p->result, o->what.fd, o->what.mask };

    for (int i = 0; i < 2; i++) {
        if (!start(p, why))
            return false;
        if (lm_picture_process_send(p->process, &o->ask, fds, 2 + o->ask.mask))
            return true;
        *why = uv_translate_sys_error(errno);
        end_process(p);
    }
    return false;
}

static void send_order(lm_pictures *p, order *o)
{
    char words[200];
    int  why = 0;

    p->at_work = o;
    p->result = memfd_create("picture", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (p->result < 0)
        why = uv_translate_sys_error(errno);
    if (p->result >= 0 && deliver(p, o, &why)) {
        uv_timer_start(&p->clock, on_clock, (uint64_t)p->o.order_ms, 0);
        return;
    }
    snprintf(words, sizeof words, "the process that reads pictures could not be started: %s", uv_strerror(why));
    refuse_at_work(p, 503, words);
}

static void answer_refused(lm_pictures *p)
{
    order *o;

    while ((o = take_out(&p->refused, &p->refused.first)))
        refuse(o, o->refused, o->words);
}

/* Sends what is next, and rests when there is nothing. */
static void turn(lm_pictures *p)
{
    if (p->closing)
        return;
    while (p->waiting.first && !p->at_work)
        send_order(p, take_out(&p->waiting, &p->waiting.first));
    if (!p->at_work && p->process)
        uv_timer_start(&p->clock, on_clock, (uint64_t)p->o.idle_ms, 0);
    else if (!p->at_work)
        uv_timer_stop(&p->clock);
}

static void on_soon(uv_timer_t *t)
{
    answer_refused(t->data);
    turn(t->data);
}

/* ------------------------------------------------------------------ orders */

static bool file_size(int fd, uint64_t *size)
{
    struct stat st;

    if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
        return false;
    *size = (uint64_t)st.st_size;
    return true;
}

static bool has_quality(lm_picture_want want)
{
    return want == LM_PICTURE_WEBP || want == LM_PICTURE_JPEG;
}

static void judge(const lm_pictures *p, order *o)
{
    const lm_picture_order *w = &o->what;

    o->ask = (lm_picture_ask){ .number = o->ask.number, .want = (int32_t)w->want, .flat = w->flat, .side = w->side,
                               .width = w->width, .height = w->height,
                               .quality = has_quality(w->want) ? w->quality : 100,
                               .mask = w->want == LM_PICTURE_MASK };
    if (p->closing) {
        o->refused = 503;
        o->words = "the server is leaving";
    } else if (p->waiting.n >= p->o.waiting) {
        o->refused = 503;
        o->words = "too many pictures wait to be read; try again in a moment";
    } else if (!file_size(w->fd, &o->ask.size) || (o->ask.mask && !file_size(w->mask, &o->ask.mask_size))) {
        o->refused = 415;
        o->words = "the picture is not a regular file";
    } else if (!lm_picture_ask_ok(&o->ask, sizeof o->ask, 2 + o->ask.mask)) {
        o->refused = 400;
        o->words = "the quality of a picture is 1 to 100, and its sides are 0 to 16384";
    }
}

uint64_t lm_pictures_make(lm_pictures *p, const lm_picture_order *what, lm_picture_fn *fn, void *self)
{
    order *o = lm_alloc(sizeof *o);

    o->what = *what;
    o->fn = fn;
    o->self = self;
    o->ask.number = ++p->last_number;
    judge(p, o);
    if (o->refused) { /* its files are of no use any more */
        close_fd(&o->what.fd);
        close_fd(&o->what.mask);
    }
    put_last(o->refused ? &p->refused : &p->waiting, o);
    if (!p->closing)
        uv_timer_start(&p->soon, on_soon, 0, 0);
    return o->ask.number;
}

void lm_pictures_cancel(lm_pictures *p, uint64_t number)
{
    line *const lines[] = { &p->waiting, &p->refused };

    for (int i = 0; i < 2; i++)
        for (order **at = &lines[i]->first; *at; at = &(*at)->next)
            if ((*at)->ask.number == number) {
                free_order(take_out(lines[i], at));
                return;
            }
    if (p->at_work && p->at_work->ask.number == number)
        p->at_work->fn = NULL;
}

/* ------------------------------------------------------------------ life */

lm_pictures_options lm_pictures_defaults(void)
{
    return (lm_pictures_options){ .idle_ms = 60000, .order_ms = 20000, .waiting = 64 };
}

lm_pictures *lm_pictures_open(uv_loop_t *loop, const lm_pictures_options *o)
{
    lm_pictures *p = lm_alloc(sizeof *p);

    p->loop = loop;
    p->o = *o;
    p->waiting.last = &p->waiting.first;
    p->refused.last = &p->refused.first;
    p->result = -1;
    uv_timer_init(loop, &p->soon);
    uv_timer_init(loop, &p->clock);
    p->soon.data = p->clock.data = p;
    p->handles = 2;
    return p;
}

int lm_pictures_pid(const lm_pictures *p)
{
    return p->process ? lm_picture_process_pid(p->process) : 0;
}

static void on_closed(uv_handle_t *h)
{
    lm_pictures *p = h->data;

    if (--p->handles)
        return;
    if (p->closed)
        p->closed(p->closed_self);
    lm_free(p);
}

void lm_pictures_close(lm_pictures *p, void (*closed)(void *self), void *self)
{
    static const char leaving[] = "the server is leaving";
    order            *o;

    p->closing = true;
    p->closed = closed;
    p->closed_self = self;
    end_process(p);
    if (p->at_work)
        refuse_at_work(p, 503, leaving);
    while ((o = take_out(&p->waiting, &p->waiting.first)))
        refuse(o, 503, leaving);
    answer_refused(p);
    uv_close((uv_handle_t *)&p->soon, on_closed);
    uv_close((uv_handle_t *)&p->clock, on_closed);
}
