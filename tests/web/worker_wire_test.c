/* worker_wire_test.c: frames, whole and broken; and the pipe of a worker whose server does not read. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "tests/test.h"
#include "web/work/pipe.h"

/* ------------------------------------------------------------------ one stream after the other */

typedef struct stream {
    char   bytes[4096];
    size_t n;
} stream;

static void add_frame(stream *s, const lm_wire *m)
{
    limn_error err = { 0 };
    size_t     size;
    char      *frame = lm_wire_write(m, &size, &err);

    WANT(frame && s->n + size <= sizeof s->bytes);
    memcpy(s->bytes + s->n, frame, size);
    s->n += size;
    lm_free(frame);
}

static void add_hello(stream *s)
{
    const lm_wire hello = lm_wire_hello("cpu", "f32");

    add_frame(s, &hello);
}

/* A frame by hand. */
static void add_raw(stream *s, uint32_t size, uint32_t type, uint64_t job, uint64_t epoch, const void *payload, size_t n)
{
    uint8_t head[LM_WIRE_HEAD];

    for (int i = 0; i < 4; i++) {
        head[i] = (uint8_t)(size >> 8 * i);
        head[4 + i] = (uint8_t)(type >> 8 * i);
    }
    for (int i = 0; i < 8; i++) {
        head[8 + i] = (uint8_t)(job >> 8 * i);
        head[16 + i] = (uint8_t)(epoch >> 8 * i);
    }
    memcpy(s->bytes + s->n, head, sizeof head);
    if (n)
        memcpy(s->bytes + s->n + sizeof head, payload, n);
    s->n += sizeof head + n;
}

/* Reads all of it in pieces; how many frames came, -1 when it is broken, with the sentence in `why`. */
static int read_all(const stream *s, lm_wire_way way, size_t piece, char why[384])
{
    lm_wire_reader r = { .way = way };
    limn_error     err = { 0 };
    lm_wire        m;
    int            frames = 0;

    for (size_t from = 0; from < s->n && frames >= 0; from += piece) {
        const char *at = s->bytes + from;
        size_t      n = s->n - from < piece ? s->n - from : piece;

        while (n && frames >= 0)
            if (!lm_wire_read(&r, &at, &n, &m, &err))
                frames = -1;
            else
                frames += m.type != 0;
    }
    lm_wire_reader_done(&r);
    strcpy(why, err.text);
    return frames;
}

static bool refused(const stream *s, lm_wire_way way, const char *word)
{
    char why[384], again[384];

    return read_all(s, way, sizeof s->bytes, why) == -1 && strstr(why, word) && read_all(s, way, 1, again) == -1 &&
           !strcmp(why, again);
}

TEST(a_frame_comes_back_as_it_went_whole_and_byte_by_byte)
{
    const lm_wire  progress = { .type = LM_WIRE_PROGRESS, .job = 7, .epoch = INT64_MAX, .numbers = { 3, 20 },
                                .texts = { { "5", 1 }, { "KSampler", 8 }, { "", 0 }, { "a\0b", 3 }, { "", 0 } } };
    lm_wire_reader r = { .way = LM_WIRE_TO_SERVER };
    stream         s = { .n = 0 };
    const char    *at = s.bytes;
    size_t         n;
    limn_error     err = { 0 };
    lm_wire        m;
    char           why[384];

    add_hello(&s);
    add_frame(&s, &progress);
    n = s.n;
    WANT(lm_wire_read(&r, &at, &n, &m, &err) && m.type == LM_WIRE_HELLO && m.numbers[1] == getpid());
    WANT(lm_wire_read(&r, &at, &n, &m, &err) && m.type == LM_WIRE_PROGRESS && n == 0);
    WANT(m.job == 7 && m.epoch == INT64_MAX && m.numbers[0] == 3 && m.numbers[1] == 20);
    WANT_TEXT(m.texts[1].at, "KSampler");
    WANT(m.texts[3].size == 3 && !memcmp(m.texts[3].at, "a\0b", 4));
    lm_wire_reader_done(&r);
    WANT(read_all(&s, LM_WIRE_TO_SERVER, 1, why) == 2);
    WANT(read_all(&s, LM_WIRE_TO_SERVER, 13, why) == 2);
}

TEST(what_cannot_be_a_frame_breaks_the_stream)
{
    static const struct {
        uint32_t    size, type;
        uint64_t    job, epoch;
        const char *payload;
        size_t      n;
        const char *word;
    } all[] = {
        { 0, 0, 0, 0, "", 0, "no known type" },
        { 0, 99, 0, 0, "", 0, "no known type" },
        { 0, 0x10000 | LM_WIRE_BYE, 0, 0, "", 0, "no known type" },
        { 0, LM_WIRE_STOP, 1, 1, "", 0, "other way" },
        { 1, LM_WIRE_BYE, 0, 0, "x", 1, "impossible size" },
        { 0xffffffff, LM_WIRE_KEPT, 1, 1, "", 0, "impossible size" },
        { LM_WIRE_SMALL + 1, LM_WIRE_STARTED, 1, 1, "", 0, "impossible size" },
        { 15, LM_WIRE_STARTED, 1, 1, "0123456789abcde", 15, "impossible size" },
        { 0, LM_WIRE_BYE, 1, 0, "", 0, "no possible job" },
        { 16, LM_WIRE_STARTED, 0, 0, "", 0, "no possible job" },
        { 16, LM_WIRE_STARTED, 1, 0, "", 0, "no possible job" },
        { 16, LM_WIRE_STARTED, (uint64_t)1 << 63, 1, "", 0, "no possible job" },
        { 16, LM_WIRE_STARTED, 1, 1, "\0\0\0\0\0\0\0\200\0\0\0\0\0\0\0\0", 16, "a number that is none" },
        { 17, LM_WIRE_STARTED, 1, 1, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0x", 17, "behind its end" },
        { 6, LM_WIRE_KEPT, 1, 1, "\3\0\0\0[]", 6, "longer than its frame" },
        { 6, LM_WIRE_KEPT, 1, 1, "\377\377\377\377[]", 6, "longer than its frame" },
        { 6, LM_WIRE_KEPT, 1, 1, "\1\0\0\0[]", 6, "behind its end" },
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        stream s = { .n = 0 };

        add_hello(&s);
        add_raw(&s, all[i].size, all[i].type, all[i].job, all[i].epoch, all[i].payload, all[i].n);
        if (!refused(&s, LM_WIRE_TO_SERVER, all[i].word))
            printf("    row %zu\n", i);
        WANT(refused(&s, LM_WIRE_TO_SERVER, all[i].word));
    }
}

TEST(another_version_no_hello_and_two_of_them_are_turned_away)
{
    lm_wire hello = lm_wire_hello(NULL, NULL), bye = { .type = LM_WIRE_BYE };
    stream  s = { .n = 0 };

    add_frame(&s, &bye);
    WANT(refused(&s, LM_WIRE_TO_SERVER, "before HELLO"));
    s.n = 0;
    add_hello(&s);
    add_hello(&s);
    WANT(refused(&s, LM_WIRE_TO_WORKER, "second time"));
    s.n = 0;
    hello.numbers[0] = LM_WIRE_VERSION + 1;
    add_frame(&s, &hello);
    WANT(refused(&s, LM_WIRE_TO_WORKER, "version 4 of the protocol"));
}

TEST(what_a_row_does_not_let_through_is_not_written)
{
    static const char large[LM_WIRE_SMALL + 1];
    lm_wire           m = { .type = LM_WIRE_RUNNING, .job = 1, .epoch = 1, .texts = { { large, sizeof large } } };
    limn_error        err = { 0 };
    size_t            size;

    WANT(!lm_wire_write(&m, &size, &err) && err.code == LIMN_BUG && strstr(err.text, "RUNNING"));
    err = (limn_error){ 0 };
    m.texts[0].size = 1;
    m.epoch = 0;
    WANT(!lm_wire_write(&m, &size, &err) && err.code == LIMN_BUG);
}

/* ------------------------------------------------------------------ the pipe */

enum { FRAMES = 400, TEXT = 64 << 10 };

typedef struct teller {
    lm_pipe   *pipe;
    atomic_int sent;
} teller;

static void *tell(void *self)
{
    static const char text[TEXT];
    teller           *t = self;

    for (int i = 1; i <= FRAMES; i++) {
        const lm_wire m = { .type = LM_WIRE_KEPT, .job = i, .epoch = 1, .texts = { { text, TEXT } } };
        limn_error    err = { 0 };

        WANT(lm_pipe_send(t->pipe, &m, &err));
        atomic_store(&t->sent, i);
    }
    return NULL;
}

static void offer(lm_pipe *p, int64_t job)
{
    const lm_wire m = { .type = LM_WIRE_PREVIEW, .job = job, .epoch = 1 };

    lm_pipe_offer(p, &m);
}

/* Waits until the number stands still. */
static int settled(const atomic_int *n)
{
    int last = -1, now = atomic_load(n);

    while (now != last) {
        last = now;
        usleep(100000);
        now = atomic_load(n);
    }
    return now;
}

TEST(a_server_that_does_not_read_makes_senders_wait_and_loses_previews_alone)
{
    lm_wire_reader r = { .way = LM_WIRE_TO_SERVER, .greeted = true };
    static char    piece[64 << 10];
    teller         t = { .sent = 0 };
    limn_error     err = { 0 };
    pthread_t      thread;
    int            pair[2], told = 0, previews = 0;
    int64_t        shown = 0;

    WANT(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    t.pipe = lm_pipe_new(pair[0], &err);
    WANT(t.pipe && !pthread_create(&thread, NULL, tell, &t));
    WANT(settled(&t.sent) < (LM_PIPE_MOST + (2 << 20)) / TEXT); /* and what the socket holds */
    for (int i = 1; i <= 50; i++)
        offer(t.pipe, 1000 + i);
    while (told < FRAMES || !previews) {
        const ssize_t k = recv(pair[1], piece, sizeof piece, 0);
        const char   *at = piece;
        size_t        n = k > 0 ? (size_t)k : 0;
        lm_wire       m;

        while (n && lm_wire_read(&r, &at, &n, &m, &err)) {
            previews += m.type == LM_WIRE_PREVIEW;
            shown = m.type == LM_WIRE_PREVIEW ? m.job : shown;
            if (m.type == LM_WIRE_KEPT)
                WANT(m.job == ++told);
        }
        if (k <= 0 || err.code != LIMN_OK)
            break;
    }
    WANT(told == FRAMES && previews == 1 && shown == 1050);
    pthread_join(thread, NULL);
    lm_pipe_end(t.pipe);
    lm_pipe_free(t.pipe);
    lm_wire_reader_done(&r);
    close(pair[1]);
}

TEST(a_server_that_is_gone_lets_senders_go_on)
{
    teller     t = { .sent = 0 };
    limn_error err = { 0 };
    lm_wire    m;
    int        pair[2];

    WANT(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    t.pipe = lm_pipe_new(pair[0], &err);
    close(pair[1]);
    tell(&t);
    WANT(atomic_load(&t.sent) == FRAMES);
    WANT(!lm_pipe_read(t.pipe, &m, &err) && err.code == LIMN_OK);
    lm_pipe_end(t.pipe);
    lm_pipe_free(t.pipe);
}

TEST_MAIN
