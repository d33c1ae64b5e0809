/* pictures_test.c: pictures outside jobs, read by a real `limn work --pictures`: every kind against what nodes/picture
 * reads here; many orders, none, and orders that nobody waits for. */
#include "tests/web/picture_bench.h"

#include "nodes/picture/jpeg_write.h"
#include "nodes/picture/texts.h"
#include "nodes/picture/webp_write.h"

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

TEST(whoever_waits_when_the_server_leaves_is_told)
{
    bench *b = bench_open(NULL);

    bench_start(b);
    for (int i = 0; i < 3; i++)
        bench_order(b, &(lm_picture_order){ LM_PICTURE_WEBP, wave_png(900, 900, 3, NULL, 0), -1, 90, 0, false });
    bench_until(b, has_process);
    bench_order(b, &(lm_picture_order){ LM_PICTURE_WEBP, -1, -1, 90, 0, false });
    lm_pictures_close(b->pictures, on_bench_closed, b);
    WANT(all_answered(b) && b->all[2].status == 503 && b->all[3].status == 415);
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

TEST_MAIN
