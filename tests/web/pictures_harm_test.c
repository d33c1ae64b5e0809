/* pictures_harm_test.c: pictures that mean harm, and a process that reads them and dies, is late or lies. */
#include "tests/web/picture_bench.h"

#include <signal.h>
#include <zlib.h>

#include "tests/web/chance.h"
#include "tests/web/picture_fake.h"

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

/* ------------------------------------------------------------------ a process that fails */

TEST(a_process_killed_at_work_costs_one_order_at_most)
{
    bench *b = bench_open(NULL);
    int    pid, made = 0, lost = 0;

    bench_start(b);
    for (int i = 0; i < 5; i++)
        bench_order(b, &(lm_picture_order){ LM_PICTURE_WEBP, wave_png(700, 700, 3, NULL, 0), -1, 90, 0, false });
    bench_until(b, has_process);
    pid = lm_pictures_pid(b->pictures);
    kill(pid, SIGKILL);
    bench_until(b, all_answered);
    for (int i = 0; i < 5; i++) {
        made += b->all[i].status == 200;
        lost += b->all[i].status == 503 && strstr(b->all[i].words, "signal 9");
    }
    WANT(made >= 4 && made + lost == 5);
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

/* The first two are never answered by their process, so that it is certain where they are when they are taken back. */
TEST(an_order_whose_client_left_is_not_answered_and_the_next_one_has_its_turn)
{
    static const char *const program[] = { "/proc/self/exe", "--fake", "late", NULL };
    bench   *b = bench_open(program);
    place   *places[3];
    uint64_t order[3];

    b->o.order_ms = 500;
    bench_start(b);
    for (int i = 0; i < 3; i++) {
        const lm_picture_order o = { LM_PICTURE_RGB, open_file("rgb8.png"), -1, 90, 0, false };

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
    WANT(b->all[0].times == 0 && b->all[1].times == 0 && b->all[2].times == 1 && b->all[2].status == 413);
    lm_free(places[0]);
    lm_free(places[1]);
    bench_close(b);
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
