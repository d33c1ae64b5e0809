/* picture_bench.h: for the tests of pictures outside jobs: a loop with lm_pictures, orders, what came of them, and
 * picture files that lie in memory. */
#ifndef LIMN_TESTS_WEB_PICTURE_BENCH_H
#define LIMN_TESTS_WEB_PICTURE_BENCH_H

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <uv.h>

#include "core/base/alloc.h"
#include "nodes/picture/picture.h"
#include "nodes/picture/png.h"
#include "tests/test.h"
#include "web/server/pictures.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

enum { BENCH_PATIENCE_MS = 120000, MOST_GOT = 600 };

typedef struct got {
    int    times, status;
    char   words[512], *bytes;
    size_t n;
} got;

typedef struct bench {
    uv_loop_t           loop;
    uv_timer_t          patience, tick;
    lm_pictures        *pictures;
    lm_pictures_options o;
    got                 all[MOST_GOT];
    int                 n, answered, fds;
    bool                closed, late;
} bench;

static inline int open_descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    int  n = 0;

    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static inline void on_late(uv_timer_t *t)
{
    ((bench *)t->data)->late = true;
}

static inline void on_tick(uv_timer_t *t)
{
    (void)t;
}

static const char *const own_program[] = { LIMN_PROGRAM, "work", "--pictures", NULL };

/* `program` NULL: limn's. */
static inline bench *bench_open(const char *const *program)
{
    bench    *b = lm_alloc(sizeof *b);
    uv_loop_t first;

    uv_loop_init(&first); /* libuv keeps a pipe for ever */
    uv_loop_close(&first);
    b->fds = open_descriptors();
    uv_loop_init(&b->loop);
    uv_timer_init(&b->loop, &b->patience);
    uv_timer_init(&b->loop, &b->tick);
    b->patience.data = b;
    uv_timer_start(&b->tick, on_tick, 10, 10); /* waits look again now and then */
    b->o = lm_pictures_defaults();
    b->o.program = program ? program : own_program;
    b->o.order_ms = BENCH_PATIENCE_MS;
    return b;
}

static inline void bench_start(bench *b)
{
    b->pictures = lm_pictures_open(&b->loop, &b->o);
}

static inline bool bench_until(bench *b, bool (*done)(const bench *))
{
    b->late = false;
    uv_timer_start(&b->patience, on_late, BENCH_PATIENCE_MS, 0);
    while (!done(b) && !b->late)
        uv_run(&b->loop, UV_RUN_ONCE);
    uv_timer_stop(&b->patience);
    WANT(!b->late);
    return !b->late;
}

static inline bool all_answered(const bench *b) { return b->answered == b->n; }
static inline bool is_closed(const bench *b) { return b->closed; }
static inline bool has_process(const bench *b) { return lm_pictures_pid(b->pictures) > 0; }
static inline bool has_none(const bench *b) { return lm_pictures_pid(b->pictures) == 0; }

/* ------------------------------------------------------------------ the process */

/* A line of /proc/PID/status, as a number. */
static inline long status_of(int pid, const char *key)
{
    char  path[64], line[200];
    long  n = -1;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/status", pid);
    f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, key, strlen(key)) && line[strlen(key)] == ':')
            n = atol(line + strlen(key) + 1);
    if (f)
        fclose(f);
    return n;
}

/* ------------------------------------------------------------------ orders */

typedef struct place {
    bench *b;
    int    i;
} place;

static inline void on_made(void *self, const lm_picture_made *m)
{
    place *where = self;
    got   *g = &where->b->all[where->i];

    g->times++;
    g->status = m->status;
    snprintf(g->words, sizeof g->words, "%s", m->words);
    g->bytes = m->n ? lm_copy_bytes(m->bytes, m->n) : NULL;
    g->n = m->n;
    where->b->answered++;
    lm_free(where);
}

static inline uint64_t bench_order(bench *b, const lm_picture_order *o)
{
    place *where = lm_alloc(sizeof *where);

    *where = (place){ b, b->n++ };
    return lm_pictures_make(b->pictures, o, on_made, where);
}

/* Waits for one order. */
static inline const got *bench_make(bench *b, lm_picture_want want, int fd, int mask, int side)
{
    const int i = b->n;

    bench_order(b, &(lm_picture_order){ .want = want, .fd = fd, .mask = mask, .quality = 90, .side = side });
    bench_until(b, all_answered);
    return &b->all[i];
}

static inline void on_bench_closed(void *self)
{
    ((bench *)self)->closed = true;
}

static inline void bench_close(bench *b)
{
    lm_pictures_close(b->pictures, on_bench_closed, b);
    uv_close((uv_handle_t *)&b->tick, NULL);
    bench_until(b, is_closed);
    uv_close((uv_handle_t *)&b->patience, NULL);
    uv_run(&b->loop, UV_RUN_DEFAULT);
    WANT(!uv_loop_close(&b->loop));
    WANT(open_descriptors() == b->fds);
    for (int i = 0; i < b->n; i++)
        lm_free(b->all[i].bytes);
    lm_free(b);
}

/* ------------------------------------------------------------------ picture files */

static const char *const samples[] = {
    "rgb8.png", "rgba8.png", "grey8_key.png", "palette8_alpha.png", "grey_alpha16_woven.png", "grey16.png", "q75.jpg",
    "cmyk.jpg", "turned6.jpg", "turned5.png", "lossy_alpha.webp", "lossless.webp", "frames_alpha.webp",
};
enum { N_SAMPLES = sizeof samples / sizeof *samples };

static inline int file_of(const void *bytes, size_t n)
{
    const int fd = memfd_create("file", MFD_CLOEXEC);

    WANT(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
    return fd;
}

static inline int open_file(const char *name)
{
    char path[300];
    int  fd;

    snprintf(path, sizeof path, "tests/parity/pictures/%s", name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    WANT(fd >= 0);
    return fd;
}

/* As nodes/picture reads it here. */
static inline bool decode_fd(int fd, lm_picture *out)
{
    lm_source  s;
    limn_error err = { 0 };

    return lm_source_file(&s, fd, "it", NULL, &err) && (s.still = true) && lm_picture_read(&s, out, &err);
}

static inline bool decode_got(const got *g, lm_picture *out)
{
    lm_source  s = lm_source_memory(g->bytes, g->n, "it");
    limn_error err = { 0 };

    return g->status == 200 && lm_picture_read(&s, out, &err);
}

/* Soft waves that every codec likes; channel 3 is a ramp. */
static inline void wave_row(void *self, int y, uint8_t *out)
{
    const lm_png_new *png = *(const lm_png_new **)self;

    for (int x = 0; x < png->width; x++)
        for (int c = 0; c < png->channels; c++)
            *out++ = (uint8_t)(c == 3 ? x * 255 / png->width
                                      : 128 + 100 * sin((x + 2 * y) * 6.28 / png->width + c));
}

static inline int wave_png(int width, int height, int channels, const lm_png_text *texts, int n_texts)
{
    const lm_png_new  png = { .fd = memfd_create("wave", MFD_CLOEXEC), .label = "wave", .width = width,
                              .height = height, .channels = channels, .level = 1, .texts = texts,
                              .n_texts = n_texts, .row = wave_row };
    const lm_png_new *self = &png;
    lm_png_new        with = png;
    limn_error        err = { 0 };

    with.self = &self;
    WANT(lm_png_write(&with, &err));
    return png.fd;
}

#endif
