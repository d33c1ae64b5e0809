/* worker_bench.h: for the tests of workers: a loop, a real `limn work` at its other end, and all that was heard. */
#ifndef LIMN_TESTS_WEB_WORKER_BENCH_H
#define LIMN_TESTS_WEB_WORKER_BENCH_H

#include <stdbool.h>
#include <uv.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tests/test.h"
#include "tests/web/folder.h"
#include "web/work/worker.h"

enum { PATIENCE_MS = 60000 };

typedef struct heard {
    lm_wire_type type;
    int64_t      job, numbers[LM_WIRE_NUMBERS];
    char        *texts[LM_WIRE_TEXTS];
} heard;

typedef struct bench {
    uv_loop_t         loop;
    uv_timer_t        patience;
    lm_worker        *worker;
    lm_worker_options o;
    char              folder[TEMPORARY_PATH];
    heard            *all;
    int               n, readies, ends;
    lm_worker_end     end;      /* the last one */
    lm_text           said;
    bool              closed, late;
    void            (*on_heard)(struct bench *b, const lm_wire *m);
    const char       *argv[16];
} bench;

static void bench_ready(void *self, lm_worker *w, const lm_wire *hello)
{
    (void)w, (void)hello;
    ((bench *)self)->readies++;
}

static void bench_heard(void *self, lm_worker *w, const lm_wire *m)
{
    bench *b = self;
    heard *h;

    (void)w;
    b->all = lm_grow(b->all, (size_t)(b->n + 1) * sizeof *b->all);
    h = &b->all[b->n++];
    *h = (heard){ .type = m->type, .job = m->job };
    memcpy(h->numbers, m->numbers, sizeof h->numbers);
    for (int i = 0; i < LM_WIRE_TEXTS; i++)
        h->texts[i] = m->texts[i].at ? lm_copy_bytes(m->texts[i].at, m->texts[i].size) : NULL;
    if (b->on_heard)
        b->on_heard(b, m);
}

static void bench_said(void *self, lm_worker *w, const char *line)
{
    (void)w;
    lm_text_printf(&((bench *)self)->said, "%s\n", line);
}

static void bench_ended(void *self, lm_worker *w, const lm_worker_end *e)
{
    bench *b = self;

    (void)w;
    b->ends++;
    b->end = *e;
}

static void bench_closed(void *self)
{
    ((bench *)self)->closed = true;
}

static void bench_late(uv_timer_t *t)
{
    ((bench *)t->data)->late = true;
}

/* Turns the loop until `done` says so; false after PATIENCE_MS. */
static bool bench_until(bench *b, bool (*done)(const bench *))
{
    b->late = false;
    uv_timer_start(&b->patience, bench_late, PATIENCE_MS, 0);
    while (!done(b) && !b->late)
        uv_run(&b->loop, UV_RUN_ONCE);
    uv_timer_stop(&b->patience);
    return !b->late;
}

/* Everything but the worker. `argv`: NULL is limn's own; a word "" becomes the bench's folder. */
static void bench_init(bench *b, const char *const *argv)
{
    const char *const own[] = { LIMN_PROGRAM, "work", "--base", ".", "--output", "", "--precision", "f32",
                                "--no-plugins", NULL };

    *b = (bench){ .o = lm_worker_defaults() };
    folder_new(b->folder);
    argv = argv ? argv : own;
    for (int i = 0; i == 0 || argv[i - 1]; i++)
        b->argv[i] = argv[i] && !*argv[i] ? b->folder : argv[i];
    b->o.argv = b->argv;
    b->o.ready = bench_ready;
    b->o.heard = bench_heard;
    b->o.said = bench_said;
    b->o.ended = bench_ended;
    b->o.self = b;
    b->o.rest_ms = 10;
    uv_loop_init(&b->loop);
    uv_timer_init(&b->loop, &b->patience);
    b->patience.data = b;
}

static void bench_start(bench *b)
{
    limn_error err = { 0 };

    b->worker = lm_worker_new(&b->loop, &b->o, &err);
    WANT(b->worker);
}

static bool is_closed(const bench *b) { return b->closed; }

static void bench_done(bench *b)
{
    lm_worker_close(b->worker, bench_closed, b);
    WANT(bench_until(b, is_closed));
    uv_close((uv_handle_t *)&b->patience, NULL);
    uv_run(&b->loop, UV_RUN_DEFAULT);
    WANT(!uv_loop_close(&b->loop));
    for (int i = 0; i < b->n; i++)
        for (int k = 0; k < LM_WIRE_TEXTS; k++)
            lm_free(b->all[i].texts[k]);
    lm_free(b->all);
    lm_text_done(&b->said);
    folder_remove(b->folder);
}

/* The i-th frame of this type; NULL: there were fewer. */
static const heard *bench_find(const bench *b, lm_wire_type type, int i)
{
    for (int k = 0; k < b->n; k++)
        if (b->all[k].type == type && i-- == 0)
            return &b->all[k];
    return NULL;
}

static inline int bench_count(const bench *b, lm_wire_type type)
{
    int n = 0;

    while (bench_find(b, type, n))
        n++;
    return n;
}

#endif
