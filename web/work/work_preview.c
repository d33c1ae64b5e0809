/* work_preview.c: previews become JPEGs on a thread of their own: the newest, at most one in PAUSE_MS, and so few that
 * they take one SHARE-th of the machine's processors at most. Nobody waits for them, and they cost little. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "web/work/work_parts.h"

enum { PAUSE_MS = 100, SHARE = 200, LARGEST = 4096, N_TEXTS = LM_WHO_PARENT + 1 };

/* What stands to be shown. */
typedef struct shown {
    uint8_t *rgb;
    int      width, height;
    char    *who[N_TEXTS];
} shown;

struct lm_preview {
    lm_pipe            *pipe;
    lm_work_encode_fn  *encode;
    pthread_t           thread;
    pthread_mutex_t     lock;
    pthread_cond_t      work;
    shown               next;    /* rgb NULL: nothing */
    char               *at_work; /* the node whose picture is being made; NULL */
    bool                stale;   /* … and is not wanted any more */
    int64_t             job, epoch;
    int                 side;
    bool                closing;
};

static void free_shown(shown *s)
{
    lm_free(s->rgb);
    for (int i = 0; i < N_TEXTS; i++)
        lm_free(s->who[i]);
    *s = (shown){ 0 };
}

/* ------------------------------------------------------------------ making */

/* A frame for the picture, offered unless its node has ended meanwhile. */
static void offer(lm_preview *v, const shown *s, int64_t job, int64_t epoch, int side)
{
    lm_wire m = { .type = LM_WIRE_PREVIEW, .job = job, .epoch = epoch };
    int     width = s->width, height = s->height;
    size_t  size;
    char   *jpeg = v->encode(s->rgb, &width, &height, side, &size);

    if (!jpeg)
        return;
    m.numbers[0] = width;
    m.numbers[1] = height;
    for (int i = 0; i < N_TEXTS; i++)
        m.texts[i] = lm_wire_say(s->who[i]);
    m.texts[LM_WHO_MORE] = (lm_wire_text){ jpeg, size };
    pthread_mutex_lock(&v->lock);
    if (!v->stale)
        lm_pipe_offer(v->pipe, &m);
    pthread_mutex_unlock(&v->lock);
    lm_free(jpeg);
}

/* Under the lock; so it is again at the end. */
static void make_one(lm_preview *v)
{
    const int64_t job = v->job, epoch = v->epoch;
    const int     side = v->side;
    shown         s = v->next;

    v->next = (shown){ 0 };
    v->at_work = s.who[LM_WHO_NODE];
    v->stale = false;
    pthread_mutex_unlock(&v->lock);
    offer(v, &s, job, epoch, side);
    pthread_mutex_lock(&v->lock);
    v->at_work = NULL;
    free_shown(&s);
}

/* ns of the processor that this thread has had. */
static int64_t spent(void)
{
    struct timespec t = { 0 };

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* How long to make none, in ns, behind one that took `cost`. */
static int64_t pause_after(int64_t cost)
{
    const long    n = sysconf(_SC_NPROCESSORS_ONLN);
    const int64_t fair = cost * SHARE / (n > 0 ? n : 1), least = PAUSE_MS * INT64_C(1000000);

    return fair > least ? fair : least;
}

static void rest(lm_preview *v, int64_t ns)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    ns += until.tv_nsec;
    until.tv_sec += ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    while (!v->closing && pthread_cond_timedwait(&v->work, &v->lock, &until) != ETIMEDOUT)
        ;
}

static void *make_on(void *self)
{
    lm_preview *v = self;
    int64_t     before;

    pthread_mutex_lock(&v->lock);
    while (!v->closing) {
        if (!v->next.rgb) {
            pthread_cond_wait(&v->work, &v->lock);
            continue;
        }
        before = spent();
        make_one(v);
        rest(v, pause_after(spent() - before));
    }
    pthread_mutex_unlock(&v->lock);
    return NULL;
}

/* ------------------------------------------------------------------ open and close */

lm_preview *lm_preview_new(lm_pipe *p, lm_work_encode_fn *encode)
{
    lm_preview        *v = lm_try_alloc(sizeof *v);
    pthread_condattr_t clock;

    if (!v)
        return NULL;
    v->pipe = p;
    v->encode = encode;
    pthread_mutex_init(&v->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&v->work, &clock);
    pthread_condattr_destroy(&clock);
    if (!pthread_create(&v->thread, NULL, make_on, v))
        return v;
    lm_free(v);
    return NULL;
}

void lm_preview_free(lm_preview *v)
{
    if (!v)
        return;
    pthread_mutex_lock(&v->lock);
    v->closing = true;
    pthread_cond_signal(&v->work);
    pthread_mutex_unlock(&v->lock);
    pthread_join(v->thread, NULL);
    free_shown(&v->next);
    pthread_mutex_destroy(&v->lock);
    pthread_cond_destroy(&v->work);
    lm_free(v);
}

/* ------------------------------------------------------------------ the run's side */

void lm_preview_begin(lm_preview *v, int64_t job, int64_t epoch, int side)
{
    if (!v)
        return;
    pthread_mutex_lock(&v->lock);
    v->job = job;
    v->epoch = epoch;
    v->side = side;
    pthread_mutex_unlock(&v->lock);
}

static bool copy_shown(shown *s, const lm_event *e)
{
    const char  *who[N_TEXTS] = { e->node, e->node_class, e->display, e->real, e->parent };
    const size_t size = (size_t)e->width * (size_t)e->height * 3;

    *s = (shown){ .rgb = lm_try_alloc(size), .width = e->width, .height = e->height };
    if (!s->rgb)
        return false;
    memcpy(s->rgb, e->rgb, size);
    for (int i = 0; i < N_TEXTS; i++)
        s->who[i] = lm_copy_text(who[i] ? who[i] : "");
    return true;
}

void lm_preview_show(lm_preview *v, const lm_event *e)
{
    shown s, old;

    if (!v || e->width < 1 || e->height < 1 || e->width > LARGEST || e->height > LARGEST || !copy_shown(&s, e))
        return;
    pthread_mutex_lock(&v->lock);
    old = v->next;
    v->next = s;
    pthread_cond_signal(&v->work);
    pthread_mutex_unlock(&v->lock);
    free_shown(&old);
}

void lm_preview_forget(lm_preview *v, const char *node)
{
    if (!v)
        return;
    pthread_mutex_lock(&v->lock);
    if (v->next.rgb && (!node || !strcmp(node, v->next.who[LM_WHO_NODE])))
        free_shown(&v->next);
    v->stale |= v->at_work && (!node || !strcmp(node, v->at_work));
    if (!node)
        lm_pipe_withdraw(v->pipe);
    pthread_mutex_unlock(&v->lock);
}
