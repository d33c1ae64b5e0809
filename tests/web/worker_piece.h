/* worker_piece.h: for the tests of who keeps workers: a worker that is a thread and plays a piece, on a bench. */
#ifndef LIMN_TESTS_WEB_WORKER_PIECE_H
#define LIMN_TESTS_WEB_WORKER_PIECE_H

#include <sys/socket.h>

#include "tests/web/worker_bench.h"
#include "web/work/worker_parts.h"

/* ------------------------------------------------------------------ the piece */

enum { MOST_FRAMES = 16, JOB = 5, EPOCH = 50, STATUS = 3 };

static struct piece {
    char  *bytes;
    size_t size, ends[MOST_FRAMES]; /* of each frame */
    int    n;
    size_t cut;                     /* it ends there */
    bool   stays;                   /* … when the keeper hangs up */
    bool   deaf;                    /* … and not even then */
} piece;

static inline void piece_add(lm_wire m)
{
    limn_error err = { 0 };
    size_t     size;
    char      *frame = lm_wire_write(&m, &size, &err);

    WANT(frame);
    piece.bytes = lm_grow(piece.bytes, piece.size + size);
    memcpy(piece.bytes + piece.size, frame, size);
    piece.size += size;
    piece.ends[piece.n++] = piece.cut = piece.size;
    lm_free(frame);
}

static inline void piece_begin(void)
{
    piece.size = 0;
    piece.n = 0;
    piece.stays = piece.deaf = false;
    piece_add(lm_wire_hello("none", "f32"));
}

static inline lm_wire of_job(lm_wire_type type)
{
    lm_wire m = { .type = type, .job = JOB, .epoch = EPOCH };

    m.texts[LM_WHO_NODE] = m.texts[LM_WHO_DISPLAY] = m.texts[LM_WHO_REAL] = lm_wire_say("1");
    m.texts[LM_WHO_CLASS] = lm_wire_say("Sleeper");
    return m;
}

static inline void say(int fd, const char *at, size_t n)
{
    while (n) {
        const ssize_t k = send(fd, at, n, MSG_NOSIGNAL);

        if (k <= 0)
            return;
        at += k;
        n -= (size_t)k;
    }
}

typedef struct ear {
    int            fd;
    lm_wire_reader reader;
    char           some[4096];
    const char    *at;
    size_t         n;
} ear;

/* Until a frame of this type; 0: until the keeper says BYE or hangs up. False: it did. */
static inline bool hear(ear *e, lm_wire_type type)
{
    limn_error err = { 0 };
    lm_wire    m = { 0 };
    ssize_t    k;

    for (;;) {
        while (e->n && lm_wire_read(&e->reader, &e->at, &e->n, &m, &err))
            if (m.type && (m.type == type || m.type == LM_WIRE_BYE))
                return m.type == type;
        if ((k = read(e->fd, e->some, sizeof e->some)) <= 0)
            return false;
        e->at = e->some;
        e->n = (size_t)k;
    }
}

static inline int play(const char *const *argv, int fd)
{
    ear          e = { .fd = fd, .reader.way = LM_WIRE_TO_WORKER };
    const size_t opens = piece.ends[0], first = piece.cut < opens ? piece.cut : opens;

    (void)argv;
    say(fd, piece.bytes, first);
    if (piece.cut >= opens && hear(&e, LM_WIRE_JOB))
        say(fd, piece.bytes + first, piece.cut - first);
    if (piece.stays)
        hear(&e, 0);
    while (piece.deaf)
        pause();
    lm_wire_reader_done(&e.reader);
    close(fd);
    return STATUS;
}

/* ------------------------------------------------------------------ the bench */

static inline void give_job(void *self, lm_worker *w, const lm_wire *hello)
{
    const lm_wire m = { .type = LM_WIRE_JOB, .job = JOB, .epoch = EPOCH };
    bench        *b = self;
    limn_error    err = { 0 };

    (void)hello;
    if (!b->readies++)
        WANT(lm_worker_job(w, &m, &err) && !lm_worker_is_free(w));
}

static inline void note_first(void *self, lm_worker *w, const lm_worker_end *e)
{
    bench *b = self;

    (void)w;
    if (!b->ends++)
        b->end = *e;
}

static const char *const nothing[] = { "", NULL };

/* Ready to begin, so that options may still be changed. */
static inline void set_piece(bench *b)
{
    bench_init(b, nothing);
    b->o.inside = play;
    b->o.ready = give_job;
    b->o.ended = note_first;
}

static inline void open_piece(bench *b)
{
    set_piece(b);
    bench_start(b);
}

static inline bool has_died(const bench *b) { return b->ends > 0; }
static inline bool is_there(const bench *b) { return b->readies > 0; }
static inline bool is_back(const bench *b) { return b->readies > 1; }
static inline bool has_begun(const bench *b) { return bench_find(b, LM_WIRE_STARTED, 0); }

#endif
