/* pictures_test.c: pictures outside jobs, read by a real `limn work --pictures`: every kind against what nodes/picture
 * reads here, damaged files and bombs, and a process that dies, is late or lies. */
#include "tests/web/picture_bench.h"

#include <signal.h>
#include <zlib.h>

#include "nodes/picture/jpeg_write.h"
#include "nodes/picture/texts.h"
#include "nodes/picture/webp_write.h"
#include "tests/web/chance.h"
#include "tests/web/picture_fake.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

static const char *const samples[] = {
    "rgb8.png", "rgba8.png", "grey8_key.png", "palette8_alpha.png", "grey_alpha16_woven.png", "grey16.png", "q75.jpg",
    "cmyk.jpg", "turned6.jpg", "turned5.png", "lossy_alpha.webp", "lossless.webp", "frames_alpha.webp",
};
enum { N_SAMPLES = sizeof samples / sizeof *samples };

/* ------------------------------------------------------------------ what comes out */

static int alpha_of(const lm_picture *p, size_t i)
{
    return p->channels == 4 && !p->alpha_is_key ? p->bytes[4 * i + 3] : 255;
}

/* How many pixels of `is` are not what `want` makes of `from`. */
static size_t wrong_pixels(const lm_picture *from, const lm_picture *is, lm_picture_want want)
{
    const size_t n = (size_t)from->width * (size_t)from->height;
    size_t       wrong = 0;

    for (size_t i = 0; i < n; i++) {
        const uint8_t *a = from->bytes + i * (size_t)from->channels, *b = is->bytes + i * (size_t)is->channels;
        const uint8_t  black[3] = { 0 };

        wrong += memcmp(want == LM_PICTURE_ALPHA ? black : a, b, 3) ||
                 (want == LM_PICTURE_ALPHA && b[3] != alpha_of(from, i));
    }
    return wrong;
}

static void compare(const char *name, lm_picture_want want, const got *g)
{
    const int  fd = open_file(name);
    lm_picture from = { 0 }, is = { 0 };

    WANT(decode_fd(fd, &from) && decode_got(g, &is));
    WANT(is.width == from.width && is.height == from.height);
    WANT(is.channels == (want == LM_PICTURE_RGB ? 3 : 4));
    if (is.width == from.width && is.height == from.height)
        WANT(wrong_pixels(&from, &is, want) == 0);
    lm_picture_done(&from);
    lm_picture_done(&is);
    close(fd);
}

TEST(the_channels_of_a_picture_are_those_that_load_image_sees)
{
    bench *b = bench_open(NULL);

    bench_start(b);
    for (int i = 0; i < N_SAMPLES; i++) {
        compare(samples[i], LM_PICTURE_RGB, bench_make(b, LM_PICTURE_RGB, open_file(samples[i]), -1, 0));
        compare(samples[i], LM_PICTURE_ALPHA, bench_make(b, LM_PICTURE_ALPHA, open_file(samples[i]), -1, 0));
    }
    bench_close(b);
}

/* The preview is, byte by byte, what the codec makes of the decoded picture here. */
static void compare_preview(const char *name, bool webp, bool flat, const got *g)
{
    const int     fd = open_file(name), to = memfd_create("webp", MFD_CLOEXEC);
    lm_picture    p = { 0 };
    lm_bitmap     in;
    lm_jpeg_bytes jpeg = { 0 };
    limn_error    err = { 0 };
    char         *want;
    size_t        n;

    WANT(decode_fd(fd, &p));
    if ((flat || !webp) && p.channels == 4) {
        for (size_t i = 0; i < (size_t)p.width * (size_t)p.height; i++)
            memmove(p.bytes + 3 * i, p.bytes + 4 * i, 3);
        p.channels = 3;
    }
    in = (lm_bitmap){ p.width, p.height, p.channels, p.bytes };
    WANT(webp ? lm_webp_write(&in, 40, to, &err) : lm_jpeg_preview(&in, 0, 40, &jpeg, &err));
    n = webp ? (size_t)lseek(to, 0, SEEK_END) : jpeg.size;
    want = lm_alloc(n);
    WANT(!webp || pread(to, want, n, 0) == (ssize_t)n);
    if (!webp)
        memcpy(want, jpeg.at, n);
    WANT(g->status == 200 && g->n == n && !memcmp(g->bytes, want, n));
    lm_free(want);
    lm_jpeg_bytes_done(&jpeg);
    lm_picture_done(&p);
    close(fd);
    close(to);
}

TEST(a_preview_is_the_picture_in_the_format_and_quality_that_was_asked_for)
{
    bench *b = bench_open(NULL);

    bench_start(b);
    for (int i = 0; i < N_SAMPLES; i++)
        for (int kind = 0; kind < 3; kind++) {
            const int at = b->n;

            bench_order(b, &(lm_picture_order){ .want = kind == 2 ? LM_PICTURE_JPEG : LM_PICTURE_WEBP, .quality = 40,
                                                .fd = open_file(samples[i]), .mask = -1, .flat = kind == 1 });
            bench_until(b, all_answered);
            compare_preview(samples[i], kind != 2, kind == 1, &b->all[at]);
        }
    bench_close(b);
}

TEST(alpha_stays_in_a_webp_and_leaves_with_flat)
{
    bench     *b = bench_open(NULL);
    lm_picture p = { 0 };

    bench_start(b);
    WANT(decode_got(bench_make(b, LM_PICTURE_WEBP, open_file("rgba8.png"), -1, 0), &p) && p.channels == 4);
    lm_picture_done(&p);
    bench_order(b, &(lm_picture_order){ LM_PICTURE_WEBP, open_file("rgba8.png"), -1, 90, 0, true });
    bench_until(b, all_answered);
    WANT(decode_got(&b->all[1], &p) && p.channels == 3);
    lm_picture_done(&p);
    bench_close(b);
}

/* ------------------------------------------------------------------ smaller */

static int as_file(const lm_picture *p, bool webp)
{
    const lm_bitmap in = { p->width, p->height, p->channels, p->bytes };
    const int       fd = memfd_create("file", MFD_CLOEXEC);
    lm_jpeg_bytes   jpeg = { 0 };
    limn_error      err = { 0 };

    WANT(webp ? lm_webp_write(&in, 95, fd, &err) : lm_jpeg_preview(&in, 0, 95, &jpeg, &err));
    WANT(webp || write(fd, jpeg.at, jpeg.size) == (ssize_t)jpeg.size);
    lm_jpeg_bytes_done(&jpeg);
    return fd;
}

/* The mean distance of what came from the picture, shrunk here. */
static double distance(const lm_picture *from, const got *g)
{
    lm_picture is = { 0 };
    double     sum = 0;
    limn_error err = { 0 };
    lm_bitmap  small = { .channels = 3 };
    size_t     n;

    if (!decode_got(g, &is))
        return 1e9;
    small.width = is.width;
    small.height = is.height;
    n = (size_t)is.width * (size_t)is.height * 3;
    small.at = lm_alloc(n);
    WANT(lm_lanczos((lm_bitmap){ from->width, from->height, 3, from->bytes }, small, NULL, &err));
    for (size_t i = 0; i < n; i++)
        sum += abs(small.at[i] - is.bytes[i]);
    lm_free(small.at);
    lm_picture_done(&is);
    return sum / (double)n;
}

TEST(a_thumbnail_fits_its_side_whatever_the_picture_was)
{
    bench     *b = bench_open(NULL);
    const int  png = wave_png(300, 201, 3, NULL, 0);
    lm_picture p = { 0 }, small = { 0 };

    bench_start(b);
    WANT(decode_fd(png, &p));
    for (int kind = 0; kind < 3; kind++) {
        const got *g = bench_make(b, LM_PICTURE_WEBP, kind == 0 ? dup(png) : as_file(&p, kind == 1), -1, 64);

        WANT(decode_got(g, &small) && small.width == 64 && small.height == 43);
        WANT(distance(&p, g) < 6);
        lm_picture_done(&small);
    }
    WANT(decode_got(bench_make(b, LM_PICTURE_WEBP, dup(png), -1, 4000), &small) && small.width == 300);
    lm_picture_done(&small);
    lm_picture_done(&p);
    close(png);
    bench_close(b);
}

/* ------------------------------------------------------------------ masks */

static void hear(void *self, const char *key, const char *text, size_t n)
{
    char *all = self;

    WANT(strlen(all) + n + 20 < 400);
    sprintf(all + strlen(all), "%s=%s;", key, text);
}

TEST(a_mask_gives_the_picture_its_alpha_and_leaves_its_texts)
{
    static const lm_png_text texts[] = { { "prompt", "{\"1\": \"\\u00e9\"}" }, { "workflow", "{}" } };
    bench     *b = bench_open(NULL);
    const int  fd = wave_png(40, 30, 3, texts, 2), mask = wave_png(40, 30, 4, NULL, 0);
    lm_picture from = { 0 }, m = { 0 }, is = { 0 };
    char       heard[400] = "";
    limn_error err = { 0 };
    const got *g;
    lm_source  s;

    bench_start(b);
    WANT(decode_fd(fd, &from) && decode_fd(mask, &m));
    g = bench_make(b, LM_PICTURE_MASK, fd, mask, 0);
    WANT(decode_got(g, &is) && is.channels == 4 && is.width == 40 && is.height == 30);
    for (size_t i = 0; is.bytes && i < 40 * 30; i++)
        WANT(!memcmp(is.bytes + 4 * i, from.bytes + 3 * i, 3) && is.bytes[4 * i + 3] == m.bytes[4 * i + 3]);
    s = lm_source_memory(g->bytes, g->n, "it");
    WANT(lm_picture_texts(&s, hear, heard, &err));
    WANT_TEXT(heard, "prompt={\"1\": \"\\u00e9\"};workflow={};");
    lm_picture_done(&from);
    lm_picture_done(&m);
    lm_picture_done(&is);
    bench_close(b);
}

TEST(a_mask_of_another_size_is_refused_with_both_sizes)
{
    bench     *b = bench_open(NULL);
    const got *g;

    bench_start(b);
    g = bench_make(b, LM_PICTURE_MASK, wave_png(40, 30, 3, NULL, 0), wave_png(30, 40, 4, NULL, 0), 0);
    WANT(g->status == 400);
    WANT_TEXT(g->words, "the mask is 30 x 40 pixels and the picture 40 x 30");
    WANT(bench_make(b, LM_PICTURE_MASK, wave_png(40, 30, 3, NULL, 0), -1, 0)->status == 415);
    bench_close(b);
}

/* ------------------------------------------------------------------ bombs and damage */

static void put_chunk(int fd, const char *type, const uint8_t *data, uint32_t n)
{
    const uint8_t size[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };
    const uLong   sum = crc32(crc32(0, (const Bytef *)type, 4), data, n);
    const uint8_t end[4] = { (uint8_t)(sum >> 24), (uint8_t)(sum >> 16), (uint8_t)(sum >> 8), (uint8_t)sum };

    WANT(write(fd, size, 4) == 4 && write(fd, type, 4) == 4 && write(fd, data, n) == (ssize_t)n &&
         write(fd, end, 4) == 4);
}

/* A whole grey PNG of zeros, side x side: it packs 1000 to 1. */
static int bomb(uint32_t side, off_t *size)
{
    const int     fd = memfd_create("bomb", MFD_CLOEXEC);
    const uint8_t s[2] = { (uint8_t)(side >> 8), (uint8_t)side };
    const uint8_t head[13] = { 0, 0, s[0], s[1], 0, 0, s[0], s[1], 8, 0, 0, 0, 0 };
    uint8_t      *row = lm_alloc(side + 1), *packed = lm_alloc(1 << 20);
    z_stream      z = { .next_out = packed, .avail_out = 1 << 20 };

    WANT(write(fd, "\x89PNG\r\n\x1a\n", 8) == 8);
    put_chunk(fd, "IHDR", head, 13);
    deflateInit(&z, 9);
    for (uint32_t y = 0; y < side; y++) {
        z.next_in = row;
        z.avail_in = side + 1;
        deflate(&z, y + 1 < side ? Z_NO_FLUSH : Z_FINISH);
    }
    put_chunk(fd, "IDAT", packed, (uint32_t)z.total_out);
    deflateEnd(&z);
    put_chunk(fd, "IEND", packed, 0);
    *size = lseek(fd, 0, SEEK_CUR);
    lm_free(row);
    lm_free(packed);
    return fd;
}

/* A line of /proc/PID/status, as a number. */
static long status_of(int pid, const char *key)
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

TEST(a_bomb_is_refused_by_its_header_and_takes_no_memory)
{
    bench     *b = bench_open(NULL);
    off_t      size;
    const int  fd = bomb(13000, &size);
    long       before;
    const got *g;

    bench_start(b);
    WANT(bench_make(b, LM_PICTURE_WEBP, open_file("rgb8.png"), -1, 0)->status == 200);
    before = status_of(lm_pictures_pid(b->pictures), "VmHWM");
    WANT(size > 150 * 1000 && size < 200 * 1000);
    g = bench_make(b, LM_PICTURE_WEBP, fd, -1, 0);
    WANT(g->status == 413);
    WANT_TEXT(g->words, "the picture is 13000 x 13000 pixels, more than the 64 megapixels that a picture may have");
    WANT(SANITIZED || status_of(lm_pictures_pid(b->pictures), "VmHWM") - before <= 16 * 1024);
    bench_close(b);
}

TEST(five_hundred_damaged_files_are_refused_one_by_one)
{
    enum { ROUNDS = SANITIZED ? 120 : 500, ROOM = 1 << 16 };
    bench   *b = bench_open(NULL);
    uint8_t *bytes = lm_alloc(ROOM);
    int      fine = 0, refused = 0, size;
    chance   c = { 7 };

    bench_start(b);
    b->o.waiting = 64;
    for (int i = 0; i < ROUNDS; i++) {
        const int fd = open_file(samples[i % N_SAMPLES]);
        const got *g;

        size = (int)read(fd, bytes, ROOM);
        close(fd);
        for (int k = 0; k < 1 + i % 7; k++)
            bytes[chance_below(&c, size)] ^= (uint8_t)(1 + chance_below(&c, 255));
        if (i % 5 == 0)
            size = (int)chance_below(&c, size);
        g = bench_make(b, (lm_picture_want)(i % 4), file_of(bytes, (size_t)size), -1, i % 3 ? 0 : 16);
        WANT(g->status == 200 || ((g->status == 413 || g->status == 415) && *g->words));
        fine += g->status == 200;
        refused += g->status != 200;
    }
    WANT(fine + refused == ROUNDS && refused > ROUNDS / 3);
    WANT(bench_make(b, LM_PICTURE_RGB, open_file("rgb8.png"), -1, 0)->status == 200);
    lm_free(bytes);
    bench_close(b);
}

TEST(what_is_no_picture_is_415_with_a_sentence)
{
    bench    *b = bench_open(NULL);
    int       pair[2];
    const int shrinks = wave_png(200, 200, 3, NULL, 0);

    bench_start(b);
    WANT(!pipe(pair));
    close(pair[1]);
    WANT_TEXT(bench_make(b, LM_PICTURE_WEBP, file_of("hello", 5), -1, 0)->words,
              "the picture is no picture: it is neither PNG nor JPEG nor WebP");
    WANT(bench_make(b, LM_PICTURE_WEBP, file_of("", 0), -1, 0)->status == 415);
    WANT(bench_make(b, LM_PICTURE_WEBP, -1, -1, 0)->status == 415);
    WANT(bench_make(b, LM_PICTURE_WEBP, pair[0], -1, 0)->status == 415);
    WANT(bench_make(b, LM_PICTURE_WEBP, open("tests", O_RDONLY | O_CLOEXEC), -1, 0)->status == 415);
    bench_order(b, &(lm_picture_order){ LM_PICTURE_RGB, dup(shrinks), -1, 90, 0, false });
    WANT(!ftruncate(shrinks, 300)); /* it had its whole size when it was ordered */
    bench_until(b, all_answered);
    WANT(b->all[b->n - 1].status == 415);
    bench_order(b, &(lm_picture_order){ LM_PICTURE_WEBP, dup(shrinks), -1, 0, 0, false });
    bench_until(b, all_answered);
    WANT(b->all[b->n - 1].status == 400);
    close(shrinks);
    bench_close(b);
}

TEST(a_picture_beyond_the_ceiling_of_memory_is_413_and_the_next_one_is_made)
{
    static const char *const small[] = { LIMN_PROGRAM, "work", "--pictures", "--picture-memory", "64", NULL };
    bench *b = bench_open(small);
    off_t  size;
    const got *g;
    int    pid;

    bench_start(b);
    g = bench_make(b, LM_PICTURE_WEBP, bomb(5000, &size), -1, 0);
    WANT(g->status == 413);
    WANT_TEXT(g->words, "there is no memory for the 75000000 bytes of the picture");
    pid = lm_pictures_pid(b->pictures);
    WANT(SANITIZED || bench_make(b, LM_PICTURE_WEBP, bomb(4000, &size), -1, 0)->status == 413); /* its encoder's */
    WANT(bench_make(b, LM_PICTURE_WEBP, open_file("rgb8.png"), -1, 0)->status == 200);
    WANT(pid > 0 && lm_pictures_pid(b->pictures) == pid);
    bench_close(b);
}

TEST(a_side_that_webp_has_no_room_for_is_413)
{
    bench *b = bench_open(NULL);

    bench_start(b);
    WANT_TEXT(bench_make(b, LM_PICTURE_WEBP, wave_png(16384, 2, 3, NULL, 0), -1, 0)->words,
              "it is 16384 x 2 pixels; no side of a WebP may have more than 16383");
    WANT(b->all[0].status == 413);
    WANT(bench_make(b, LM_PICTURE_JPEG, wave_png(16384, 2, 3, NULL, 0), -1, 0)->status == 200);
    bench_close(b);
}

/* ------------------------------------------------------------------ many, none, gone */

TEST(too_many_are_refused_at_once_and_the_others_are_all_made)
{
    bench *b = bench_open(NULL);
    int    made = 0, refused = 0;

    bench_start(b);
    for (int i = 0; i < 100; i++)
        bench_order(b, &(lm_picture_order){ LM_PICTURE_WEBP, open_file("q75.jpg"), -1, 90, 16, false });
    bench_until(b, all_answered);
    for (int i = 0; i < 100; i++) {
        WANT(b->all[i].times == 1);
        made += b->all[i].status == 200;
        refused += b->all[i].status == 503 && strstr(b->all[i].words, "too many");
    }
    WANT(made == b->o.waiting && made + refused == 100);
    bench_close(b);
}

TEST(an_idle_process_ends_and_the_next_order_starts_another)
{
    bench *b = bench_open(NULL);
    int    pid;

    b->o.idle_ms = 50;
    bench_start(b);
    WANT(lm_pictures_pid(b->pictures) == 0);
    WANT(bench_make(b, LM_PICTURE_RGB, open_file("rgb8.png"), -1, 0)->status == 200);
    pid = lm_pictures_pid(b->pictures);
    bench_until(b, has_none);
    WANT(bench_make(b, LM_PICTURE_RGB, open_file("rgb8.png"), -1, 0)->status == 200);
    WANT(pid > 0 && lm_pictures_pid(b->pictures) != pid);
    bench_close(b);
}

TEST(an_order_whose_client_left_is_not_answered_and_the_next_one_is)
{
    bench   *b = bench_open(NULL);
    place   *places[3];
    uint64_t order[3];

    bench_start(b);
    for (int i = 0; i < 3; i++) {
        const lm_picture_order o = { LM_PICTURE_RGB, wave_png(300, 300, 3, NULL, 0), -1, 90, 0, false };

        places[i] = lm_alloc(sizeof *places[i]);
        *places[i] = (place){ b, i };
        order[i] = lm_pictures_make(b->pictures, &o, on_made, places[i]);
    }
    b->n = 3;
    bench_until(b, has_process);
    lm_pictures_cancel(b->pictures, order[0]); /* it is at work */
    lm_pictures_cancel(b->pictures, order[1]); /* it waits */
    lm_pictures_cancel(b->pictures, order[1]);
    lm_pictures_cancel(b->pictures, 12345);
    b->answered = 2;
    bench_until(b, all_answered);
    WANT(b->all[0].times == 0 && b->all[1].times == 0 && b->all[2].status == 200);
    lm_free(places[0]);
    lm_free(places[1]);
    bench_close(b);
}

TEST(whoever_waits_when_the_server_leaves_is_told)
{
    bench *b = bench_open(NULL);

    bench_start(b);
    for (int i = 0; i < 3; i++)
        bench_order(b, &(lm_picture_order){ LM_PICTURE_WEBP, wave_png(900, 900, 3, NULL, 0), -1, 90, 0, false });
    bench_until(b, has_process);
    bench_order(b, &(lm_picture_order){ LM_PICTURE_WEBP, -1, -1, 90, 0, false });
    lm_pictures_close(b->pictures, on_bench_closed, b);
    WANT(all_answered(b) && b->all[0].status == 503 && b->all[2].status == 503);
    b->closed = false;
    b->pictures = lm_pictures_open(&b->loop, &b->o);
    bench_close(b);
}

TEST(the_process_may_do_next_to_nothing)
{
    bench *b = bench_open(NULL);
    int    pid, n = 0;
    char   path[64];
    DIR   *d;

    bench_start(b);
    WANT(bench_make(b, LM_PICTURE_WEBP, open_file("rgba8.png"), -1, 0)->status == 200);
    pid = lm_pictures_pid(b->pictures);
    WANT(status_of(pid, "Seccomp") == 2);
    WANT(status_of(pid, "NoNewPrivs") == 1);
    WANT(SANITIZED || status_of(pid, "Threads") == 1);
    WANT(SANITIZED || status_of(pid, "VmSize") < 64 * 1024);
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    d = opendir(path);
    while (d && readdir(d))
        n++;
    if (n != 2 + 4)
        printf("%d descriptors\n", n - 2);
    WANT(n == 2 + 4); /* ".", "..", the three of every process and the socket: what it was lent is closed */
    if (d)
        closedir(d);
    bench_close(b);
}

/* ------------------------------------------------------------------ a process that fails */

TEST(a_process_killed_at_work_costs_that_order_and_no_other)
{
    bench *b = bench_open(NULL);
    int    pid;

    bench_start(b);
    for (int i = 0; i < 5; i++)
        bench_order(b, &(lm_picture_order){ LM_PICTURE_WEBP, wave_png(700, 700, 3, NULL, 0), -1, 90, 0, false });
    bench_until(b, has_process);
    pid = lm_pictures_pid(b->pictures);
    kill(pid, SIGKILL);
    bench_until(b, all_answered);
    WANT(b->all[0].status == 503 && strstr(b->all[0].words, "signal 9"));
    for (int i = 1; i < 5; i++)
        WANT(b->all[i].status == 200);
    WANT(lm_pictures_pid(b->pictures) != pid);
    kill(lm_pictures_pid(b->pictures), SIGKILL); /* idle, this time */
    bench_until(b, has_none);
    WANT(bench_make(b, LM_PICTURE_RGB, open_file("rgb8.png"), -1, 0)->status == 200);
    bench_close(b);
}

/* Orders two pictures of a process of this kind. */
static void try_fake(const char *kind, int order_ms, int status, const char *words)
{
    const char *const program[] = { "/proc/self/exe", "--fake", kind, NULL };
    bench            *b = bench_open(program);

    b->o.order_ms = order_ms;
    bench_start(b);
    for (int i = 0; i < 2; i++) {
        const got *g = bench_make(b, LM_PICTURE_RGB, open_file("rgb8.png"), -1, 0);

        WANT(g->times == 1 && g->status == status);
        if (!strstr(g->words, words))
            WANT_TEXT(g->words, words);
    }
    bench_close(b);
}

TEST(a_process_that_crashes_makes_its_picture_unreadable)
{
    try_fake("crash", BENCH_PATIENCE_MS, 415, "its reader died of signal 11");
    try_fake("leave", BENCH_PATIENCE_MS, 415, "its reader ended with status 3");
    try_fake("no memory", BENCH_PATIENCE_MS, 413, "takes more memory than");
}

TEST(a_process_that_takes_too_long_is_ended)
{
    try_fake("late", 100, 413, "took longer than 100 ms");
}

TEST(a_process_that_hangs_up_is_ended)
{
    try_fake("hang up", BENCH_PATIENCE_MS, 503, "was ended (signal 9)");
}

TEST(a_process_that_lies_is_ended_and_nothing_of_it_is_believed)
{
    static const char *const lies[] = { "nothing", "mapped", "sealed", "number", "short", "status", "too large" };

    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
        try_fake(lies[i], BENCH_PATIENCE_MS, 415, "did not keep to its protocol");
    try_fake("descriptors", BENCH_PATIENCE_MS, 415, "fine so far");
    try_fake("words", BENCH_PATIENCE_MS, 415, "xx xx");
}

TEST(without_a_program_the_answer_is_503)
{
    static const char *const none[] = { "/nowhere/limn", NULL };
    bench     *b = bench_open(none);
    const got *g;

    bench_start(b);
    for (int i = 0; i < 2; i++) {
        g = bench_make(b, LM_PICTURE_RGB, open_file("rgb8.png"), -1, 0);
        WANT(g->status == 503 && strstr(g->words, "could not be started: no such file"));
    }
    bench_close(b);
}

TEST_MAIN
