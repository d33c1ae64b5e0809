/* work.c: the worker's threads: one hears what the server wants, this one does it. */
#include "web/work/work.h"

#ifdef LIMN_COUNTS_IN
#include <gcov.h>
#endif
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/data/memory.h"
#include "core/data/safetensors.h"
#include "core/graph/canvas.h"
#include "core/graph/catalogue.h"
#include "web/work/work_parts.h"

enum { INBOX = LM_WIRE_CHECKS_MOST + 1 };

bool lm_work_send(lm_working *w, const lm_wire *m)
{
    limn_error err = { 0 };

    if (lm_pipe_send(w->pipe, m, &err))
        return true;
    lm_log(LM_LOG_ERROR, "%s is not told: %s", lm_wire_name(m->type), err.text);
    return false;
}

void lm_work_send_checked(lm_working *w, const lm_wire *m)
{
    const lm_wire starved = { .type = LM_WIRE_CHECKED, .job = m->job, .numbers = { LM_CHECKED_STARVED },
                              .texts = { lm_wire_say("{}") } };

    if (!lm_work_send(w, m))
        lm_work_send(w, &starved);
}

void lm_work_is_free(lm_working *w)
{
    pthread_mutex_lock(&w->lock);
    w->job = w->epoch = 0;
    pthread_mutex_unlock(&w->lock);
}

/* ------------------------------------------------------------------ hearing */

static bool broken(limn_error *err, const char *what)
{
    return limn_fail(err, FILE, "the other side breaks the protocol: %s", what);
}

static void put_in(lm_working *w, lm_wire *m)
{
    w->inbox[(w->first + w->waiting++) % INBOX] = *m;
    *m = (lm_wire){ 0 };
}

static bool hear_job(lm_working *w, lm_wire *m, limn_error *err)
{
    if (w->job)
        return broken(err, "a job while another one runs");
    w->job = m->job;
    w->epoch = m->epoch;
    atomic_store(&w->stop, false);
    put_in(w, m);
    return true;
}

static bool hear_check(lm_working *w, lm_wire *m, limn_error *err)
{
    if (w->checks == LM_WIRE_CHECKS_MOST)
        return broken(err, "too many checks at once");
    w->checks++;
    put_in(w, m);
    return true;
}

/* Under the lock. */
static bool hear(lm_working *w, lm_wire *m, limn_error *err)
{
    switch (m->type) {
    case LM_WIRE_JOB: return hear_job(w, m, err);
    case LM_WIRE_CHECK: return hear_check(w, m, err);
    case LM_WIRE_FREE: w->freed |= m->numbers[0]; break;
    case LM_WIRE_ASK: w->asked |= m->numbers[0]; break;
    case LM_WIRE_BYE: w->bye = true; break;
    case LM_WIRE_STOP:
        if (m->job == w->job && m->epoch == w->epoch)
            atomic_store(&w->stop, true);
        break;
    default: break; /* HELLO was looked at when it was read */
    }
    return true;
}

/* Under the lock. */
static void drop_waiting(lm_working *w)
{
    for (; w->waiting; w->waiting--, w->first = (w->first + 1) % INBOX)
        lm_wire_done(&w->inbox[w->first]);
    w->asked = 0;
}

/* Inside the server's process: what runs is stopped, what waits is dropped, and lm_work_serve comes to its end. */
static void hang_up(lm_working *w)
{
    pthread_mutex_lock(&w->lock);
    drop_waiting(w);
    w->bye = true;
    atomic_store(&w->stop, true);
    pthread_cond_signal(&w->work);
    pthread_mutex_unlock(&w->lock);
}

/* Without a server there is nobody to work for, and nobody to wait for a node that does not end. */
static void *hear_on(void *self)
{
    lm_working *w = self;
    limn_error  err = { 0 };
    lm_wire     m;
    bool        well = true, leaving;

    while (well && lm_pipe_read(w->pipe, &m, &err)) {
        pthread_mutex_lock(&w->lock);
        well = hear(w, &m, &err);
        pthread_cond_signal(&w->work);
        pthread_mutex_unlock(&w->lock);
        lm_wire_done(&m);
    }
    pthread_mutex_lock(&w->lock);
    leaving = w->leaving;
    pthread_mutex_unlock(&w->lock);
    if (leaving)
        return NULL;
    if (err.code != LIMN_OK)
        fprintf(stderr, "limn: %s\n", err.text);
    if (w->with->inside) {
        hang_up(w);
        return NULL;
    }
#ifdef LIMN_COUNTS_IN /* scripts/coverage: who leaves so keeps its counts */
    __gcov_dump();
#endif
    _exit(err.code == LIMN_OK ? LM_WORK_WELL : err.code == LIMN_MEMORY ? LM_WORK_NO_MEMORY : LM_WORK_BROKEN);
}

/* ------------------------------------------------------------------ answering */

static void send_nodes(lm_working *w)
{
    lm_wire    m = { .type = LM_WIRE_NODES };
    lm_text    json = { 0 }, plans = { 0 };
    limn_error err = { 0 };
    lm_hash    hash;

    lm_catalogue_all(&json, w->with->registry, w->with->env.folders);
    hash = lm_hash_add(lm_hash_start(), json.at, json.size);
    if (!w->nodes_sent || hash.a != w->nodes.a || hash.b != w->nodes.b) {
        m.numbers[0] = 1;
        m.texts[0] = (lm_wire_text){ json.at, json.size };
        if (lm_canvas_plans(w->with->registry, &plans, &err))
            m.texts[1] = (lm_wire_text){ plans.at, plans.size };
        else
            lm_log(LM_LOG_ERROR, "what nodes store in a canvas's file is not told: %s", err.text);
    }
    w->nodes = hash;
    w->nodes_sent = lm_work_send(w, &m);
    lm_text_done(&json);
    lm_text_done(&plans);
}

void lm_work_send_stats(lm_working *w)
{
    const lm_cache_stats none = { 0 };
    lm_cache_stats       c;
    lm_wire              m = { .type = LM_WIRE_STATS };
    bool                 asked;

    pthread_mutex_lock(&w->lock);
    asked = w->asked & LM_WIRE_WANT_STATS;
    w->asked &= ~(int64_t)LM_WIRE_WANT_STATS;
    pthread_mutex_unlock(&w->lock);
    if (!asked)
        return;
    c = w->with->cache ? lm_cache_report(w->with->cache) : none;
    m.numbers[LM_STAT_RAM] = (int64_t)lm_memory_held(false);
    m.numbers[LM_STAT_RAM_LIMIT] = (int64_t)lm_memory_limit_of(false);
    m.numbers[LM_STAT_VRAM] = (int64_t)lm_memory_held(true);
    m.numbers[LM_STAT_VRAM_LIMIT] = (int64_t)lm_memory_limit_of(true);
    m.numbers[LM_STAT_HITS] = c.hits;
    m.numbers[LM_STAT_MISSES] = c.misses;
    m.numbers[LM_STAT_RESULTS] = (int64_t)c.count;
    m.numbers[LM_STAT_RESULT_BYTES] = (int64_t)(c.bytes + c.device_bytes);
    m.numbers[LM_STAT_LOADS] = (int64_t)lm_weights_loads();
    lm_work_send(w, &m);
}

static void let_go(lm_working *w, int64_t what)
{
    if (what && w->with->cache)
        lm_cache_clear(w->with->cache);
    if (what & LM_WIRE_MODELS && w->with->env.device)
        lm_memory_relieve(w->with->env.device, SIZE_MAX / 2);
    if (what)
        malloc_trim(0); /* small results lay strewn over pages that the allocator would keep */
}

/* ------------------------------------------------------------------ doing */

static void do_one(lm_working *w, lm_wire *m)
{
    if (m->type == LM_WIRE_JOB)
        lm_work_job(w, m);
    else if (m->numbers[0] & LM_WIRE_OPEN)
        lm_work_open(w, m);
    else if (m->numbers[0] & LM_WIRE_DIFF)
        lm_work_diff(w, m);
    else if (m->numbers[0] & LM_WIRE_MAKE)
        lm_work_make(w, m);
    else
        lm_work_check(w, m);
    lm_wire_done(m);
}

/* Waits until there is something. False: the server has said BYE and all is done. */
static bool next(lm_working *w, lm_wire *m, int64_t *asked, int64_t *freed)
{
    pthread_mutex_lock(&w->lock);
    while (!w->waiting && !w->asked && !w->freed && !w->bye)
        pthread_cond_wait(&w->work, &w->lock);
    *m = (lm_wire){ 0 };
    *asked = w->asked & LM_WIRE_WANT_NODES;
    w->asked &= LM_WIRE_WANT_STATS;
    *freed = w->freed;
    w->freed = 0;
    w->leaving = !w->waiting && !w->asked && !*asked && w->bye;
    if (w->waiting) {
        *m = w->inbox[w->first];
        w->first = (w->first + 1) % INBOX;
        w->waiting--;
        w->checks -= m->type == LM_WIRE_CHECK;
    }
    pthread_mutex_unlock(&w->lock);
    return !w->leaving;
}

/* It leaves as after a BYE: what waits, and what it was to do now, is the next process's. */
static bool has_moved(lm_working *w)
{
    const char *path = w->with->moved ? w->with->moved(w->with->moved_self) : NULL;

    if (!path)
        return false;
    fprintf(stderr, "limn: the folder %s is another one than before: a new process opens it\n", path);
    pthread_mutex_lock(&w->lock);
    w->leaving = true;
    drop_waiting(w);
    pthread_mutex_unlock(&w->lock);
    return true;
}

static void work_on(lm_working *w)
{
    int64_t asked, freed;
    lm_wire m;

    while (next(w, &m, &asked, &freed)) {
        if ((m.type || asked) && has_moved(w)) {
            lm_wire_done(&m);
            return;
        }
        let_go(w, freed);
        if (asked)
            send_nodes(w);
        lm_work_send_stats(w);
        if (m.type)
            do_one(w, &m);
    }
}

static int cannot_begin(lm_working *w, int fd, const limn_error *err)
{
    fprintf(stderr, "limn: %s\n", *err->text ? err->text : "no thread to hear the server");
    if (w->pipe) {
        lm_pipe_end(w->pipe);
        lm_pipe_free(w->pipe);
    } else {
        close(fd);
    }
    lm_free(w);
    return LM_WORK_NO_MEMORY;
}

int lm_work_serve(const lm_work *with, int fd)
{
    const lm_wire hello = lm_wire_hello(with->device, with->arithmetic), bye = { .type = LM_WIRE_BYE };
    lm_working   *w = lm_alloc(sizeof *w);
    limn_error    err = { 0 };
    pthread_t     hearing;

    w->with = with;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->work, NULL);
    w->pipe = lm_pipe_new(fd, &err);
    if (!w->pipe || pthread_create(&hearing, NULL, hear_on, w))
        return cannot_begin(w, fd, &err);
    w->preview = with->encode ? lm_preview_new(w->pipe, with->encode) : NULL;
    lm_work_send(w, &hello);
    send_nodes(w);
    work_on(w);
    lm_preview_free(w->preview);
    lm_work_send(w, &bye);
    lm_pipe_end(w->pipe);
    pthread_join(hearing, NULL);
    lm_pipe_free(w->pipe);
    lm_free(w);
    return LM_WORK_WELL;
}
