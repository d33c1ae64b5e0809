/* picture_test.c: picture files against what Pillow reads from them, and every way in which a file can lie. */
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "nodes/picture/lanczos.h"
#include "nodes/picture/picture.h"
#include "nodes/picture/png.h"
#include "nodes/picture/texts.h"
#include "tests/temporary.h"
#include "tests/test.h"
#include "tests/unit/call_for_tests.h"

#define FOLDER "tests/parity/pictures/"

/* ------------------------------------------------------------------ files */

typedef struct file {
    uint8_t *at;
    size_t   n;
} file;

static file slurp(const char *name)
{
    char  path[300];
    file  f = { NULL, 0 };
    FILE *in;

    snprintf(path, sizeof path, FOLDER "%s", name);
    in = fopen(path, "rb");
    WANT(in != NULL);
    if (!in)
        return f;
    f.at = malloc(1 << 20);
    f.n = fread(f.at, 1, 1 << 20, in);
    fclose(in);
    return f;
}

static bool read_bytes(const void *bytes, size_t n, lm_picture *out, limn_error *err)
{
    lm_source s = lm_source_memory(bytes, n, "p.png");

    *err = (limn_error){ 0 };
    return lm_picture_read(&s, out, err);
}

/* Resident memory of this process at its largest since memory_mark; both 0 where a sanitizer keeps memory of
 * its own. */
static size_t peak_memory(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 0;
#else
    char   line[200];
    size_t kb = 0;
    FILE  *f = fopen("/proc/self/status", "r");

    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmHWM: %zu kB", &kb) == 1)
            break;
    if (f)
        fclose(f);
    return kb << 10;
#endif
}

/* The largest so far becomes what there is now. */
static size_t memory_mark(void)
{
    FILE *f = fopen("/proc/self/clear_refs", "w");

    if (f) {
        fputs("5", f);
        fclose(f);
    }
    return peak_memory();
}

/* ------------------------------------------------------------------ as Pillow reads them */

typedef struct row {
    char          kind[80]; /* "resize", or the file's name */
    char          name[80];
    int           width, height, frames, alpha;
    const uint8_t *rgb, *a; /* what is expected */
} row;

static int differing(const lm_picture *p, const row *r, int allowed)
{
    const size_t n = (size_t)(r->frames * r->width * r->height), c = (size_t)p->channels;
    int          wrong = 0;

    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < 3; k++)
            wrong += abs(p->bytes[i * c + k] - r->rgb[i * 3 + k]) > allowed;
        wrong += (c == 4 ? p->bytes[i * 4 + 3] : 255) != r->a[i];
    }
    return wrong;
}

static void want_file(const row *r)
{
    file       f = slurp(r->name);
    limn_error err;
    lm_picture p;
    int        wrong;

    WANT(read_bytes(f.at, f.n, &p, &err));
    if (err.code != LIMN_OK) {
        printf("%s: %s\n", r->name, err.text);
    } else {
        WANT(p.width == r->width && p.height == r->height && p.frames == r->frames);
        WANT((p.channels == 4 && !p.alpha_is_key) == (r->alpha == 1));
        WANT(p.alpha_is_key == (r->alpha == 2));
        /* other builds of libjpeg and libwebp may round a colour another way */
        wrong = differing(&p, r, strstr(r->name, ".jpg") || strstr(r->name, "lossy") ? 2 : 0);
        WANT(!wrong);
        if (wrong)
            printf("%s: %d numbers differ\n", r->name, wrong);
    }
    lm_picture_done(&p);
    free(f.at);
}

static void want_resized(const row *r)
{
    file       f = slurp(r->name);
    limn_error err;
    lm_picture p;
    lm_bitmap  from, to = { r->width, r->height, r->frames, NULL };
    size_t     n = (size_t)(r->width * r->height * r->frames);

    WANT(read_bytes(f.at, f.n, &p, &err));
    from = (lm_bitmap){ p.width, p.height, p.channels, p.bytes };
    to.at = malloc(n);
    WANT(p.channels == r->frames);
    WANT(lm_lanczos(from, to, NULL, &err));
    WANT(!memcmp(to.at, r->rgb, n));
    free(to.at);
    lm_picture_done(&p);
    free(f.at);
}

/* Calls `each` for every line of expected.txt. */
static int each_row(void (*want)(const row *r), bool resized)
{
    file   text = slurp("expected.txt"), bytes = slurp("expected.bin");
    char  *rest = NULL;
    size_t at = 0;
    int    seen = 0;

    text.at[text.n] = 0;
    for (char *line = strtok_r((char *)text.at, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        row        r = { .kind = "file" };
        const bool is_resize = !strncmp(line, "resize ", 7);
        size_t     n;

        if (is_resize)
            WANT(sscanf(line + 7, "%79s %d %d %d", r.name, &r.width, &r.height, &r.frames) == 4);
        else
            WANT(sscanf(line, "%79s %d %d %d %d", r.name, &r.width, &r.height, &r.frames, &r.alpha) == 5);
        n = (size_t)(r.width * r.height * r.frames);
        r.rgb = bytes.at + at;
        r.a = r.rgb + 3 * n;
        at += is_resize ? n : 4 * n;
        if (is_resize == resized) {
            want(&r);
            seen++;
        }
    }
    WANT(at == bytes.n);
    free(text.at);
    free(bytes.at);
    return seen;
}

TEST(every_kind_of_picture_is_read_as_pillow_reads_it)
{
    WANT(each_row(want_file, false) == 70);
}

TEST(lanczos_equals_pillow_byte_for_byte)
{
    WANT(each_row(want_resized, true) == 12);
}

TEST(a_file_on_disk_is_read_as_one_in_memory)
{
    int        fd = open(FOLDER "q75.jpg", O_RDONLY);
    file       f = slurp("q75.jpg");
    lm_source  s;
    lm_picture a, b;
    limn_error err = { 0 };

    WANT(lm_source_file(&s, fd, "q75.jpg", NULL, &err) && lm_picture_read(&s, &a, &err));
    WANT(read_bytes(f.at, f.n, &b, &err));
    WANT(a.width == b.width && !memcmp(a.bytes, b.bytes, (size_t)(a.width * a.height * a.channels)));
    lm_picture_done(&a);
    lm_picture_done(&b);
    close(fd);
    free(f.at);
}

/* ------------------------------------------------------------------ PNG by hand */

static void put32(lm_text *t, uint32_t x)
{
    const char b[4] = { (char)(x >> 24), (char)(x >> 16), (char)(x >> 8), (char)x };

    lm_text_add(t, b, 4);
}

/* A chunk that claims `size` bytes but carries n. */
static void put_chunk(lm_text *t, const char *type, const void *data, size_t n, uint32_t size)
{
    uLong sum = crc32(crc32(0, (const Bytef *)type, 4), data, (uInt)n);

    put32(t, size);
    lm_text_add(t, type, 4);
    lm_text_add(t, data, n);
    put32(t, (uint32_t)sum);
}

static void put_header(lm_text *t, uint32_t w, uint32_t h, int bits, int kind, int interlaced)
{
    lm_text b = { 0 };
    char    rest[5] = { (char)bits, (char)kind, 0, 0, (char)interlaced };

    lm_text_add(t, "\x89PNG\r\n\x1a\n", 8);
    put32(&b, w);
    put32(&b, h);
    lm_text_add(&b, rest, 5);
    put_chunk(t, "IHDR", b.at, 13, 13);
    lm_text_done(&b);
}

static void put_zeros(lm_text *t, size_t n)
{
    uLongf   room = compressBound((uLong)n);
    Bytef   *zeros = calloc(1, n), *packed = malloc(room);

    compress2(packed, &room, zeros, (uLong)n, 9);
    put_chunk(t, "IDAT", packed, room, (uint32_t)room);
    free(zeros);
    free(packed);
}

static void put_end(lm_text *t)
{
    put_chunk(t, "IEND", "", 0, 0);
}

/* Refused with a sentence that has `words`. */
static void want_refused(const void *bytes, size_t n, const char *words)
{
    limn_error err;
    lm_picture p;
    bool       read = read_bytes(bytes, n, &p, &err);

    WANT(!read && err.code == LIMN_FILE && !p.bytes);
    if (!strstr(err.text, words) || !strstr(err.text, "p.png")) {
        test_failures++;
        printf("says: %s\n", err.text);
    }
    if (read)
        lm_picture_done(&p);
}

static void want_size_refused(uint32_t w, uint32_t h, const char *words)
{
    lm_text t = { 0 };

    put_header(&t, w, h, 8, 2, 0);
    put_zeros(&t, 1 << 20);
    put_end(&t);
    want_refused(t.at, t.size, words);
    lm_text_done(&t);
}

TEST(a_picture_larger_than_64_megapixels_is_refused_by_its_header)
{
    const size_t before = memory_mark();

    want_size_refused(13000, 13000, "is 13000 x 13000 pixels, more than the 64 megapixels");
    want_size_refused(9000, 9000, "is 9000 x 9000 pixels, more than the 64 megapixels");
    want_size_refused(8193, 8192, "more than the 64 megapixels");
    want_size_refused(65536, 1, "no side may have more than 65535");
    want_size_refused(1, 65536, "no side may have more than 65535");
    want_size_refused(0x7fffffff, 0x7fffffff, "no side may have more than 65535");
    want_size_refused(0x80000000, 2, "no side may have more than 65535");
    WANT(peak_memory() - before <= 16 << 20);
}

TEST(a_header_that_claims_more_than_its_bytes_can_hold_is_refused)
{
    const size_t before = memory_mark();
    lm_text      t = { 0 };

    put_header(&t, 8000, 8000, 8, 6, 0);
    put_zeros(&t, 100000);
    put_end(&t);
    want_refused(t.at, t.size, "more than its");
    lm_text_done(&t);
    WANT(peak_memory() - before <= 16 << 20);
}

TEST(a_text_chunk_that_claims_gigabytes_is_refused)
{
    static const uint8_t tail[] = "Comment\0the rest of a chunk that was never there";
    lm_text              t = { 0 };

    put_header(&t, 16, 16, 8, 2, 0);
    put_chunk(&t, "tEXt", tail, 48, 1560281098); /* 8 + 25 + 8 + 48 + 4 = 93 bytes */
    WANT(t.size == 93);
    want_refused(t.at, t.size, "tEXt chunk claims 1560281098 bytes");
    lm_text_done(&t);
}

TEST(an_honest_chunk_of_nine_megabytes_does_not_reach_libpng)
{
    lm_text t = { 0 };
    char   *big = calloc(1, 9 << 20);
    limn_error err;
    lm_picture p;

    memcpy(big, "Comment", 8);
    put_header(&t, 4, 4, 8, 2, 0);
    put_chunk(&t, "tEXt", big, 9 << 20, 9 << 20);
    put_zeros(&t, 4 * 13);
    put_end(&t);
    WANT(!read_bytes(t.at, t.size, &p, &err) && strstr(err.text, "too large"));
    lm_text_done(&t);
    free(big);
}

TEST(lies_in_a_header_are_refused)
{
    static const struct { uint32_t w, h; int bits, kind, interlaced; } lies[] = {
        { 0, 4, 8, 2, 0 }, { 4, 0, 8, 2, 0 }, { 5, 4, 8, 2, 0 }, { 4, 5, 8, 2, 0 }, { 3, 4, 8, 2, 0 },
        { 4, 3, 8, 2, 0 }, { 4, 4, 3, 2, 0 }, { 4, 4, 1, 2, 0 }, { 4, 4, 16, 2, 0 }, { 4, 4, 8, 3, 0 },
        { 4, 4, 8, 1, 0 }, { 4, 4, 8, 5, 0 }, { 4, 4, 8, 7, 0 }, { 4, 4, 8, 255, 0 }, { 4, 4, 8, 6, 0 },
        { 4, 4, 8, 0, 0 }, { 4, 4, 8, 2, 1 }, { 4, 4, 8, 2, 2 }, { 4, 4, 0, 0, 0 }, { 4, 4, 255, 0, 0 },
        { 60000, 1, 8, 2, 0 }, { 1, 60000, 8, 2, 0 }, { 100, 100, 16, 6, 1 },
    };

    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        lm_text t = { 0 };

        put_header(&t, lies[i].w, lies[i].h, lies[i].bits, lies[i].kind, lies[i].interlaced);
        put_zeros(&t, 4 * 13); /* 4 x 4 pixels of RGB and a filter byte a row */
        put_end(&t);
        want_refused(t.at, t.size, "p.png");
        lm_text_done(&t);
    }
}

TEST(chunks_out_of_order_are_refused)
{
    lm_text t = { 0 };

    lm_text_add(&t, "\x89PNG\r\n\x1a\n", 8);
    put_zeros(&t, 52);
    put_end(&t);
    want_refused(t.at, t.size, "does not begin with a header");
    lm_text_done(&t);

    put_header(&t, 4, 4, 8, 2, 0);
    put_end(&t);
    want_refused(t.at, t.size, "p.png");
    lm_text_done(&t);

    put_header(&t, 4, 4, 8, 2, 0);
    put_chunk(&t, "IHDR", "\0\0\0\4\0\0\0\4\10\2\0\0\0", 13, 13);
    put_zeros(&t, 52);
    put_end(&t);
    want_refused(t.at, t.size, "p.png");
    lm_text_done(&t);
}

/* ------------------------------------------------------------------ which way up */

/* Is a picture of 4 x 2 with this EXIF block read as one of 2 x 4? -1: not at all. */
static int is_turned(const char *type, const void *data, size_t n)
{
    lm_text    t = { 0 };
    limn_error err;
    lm_picture p;
    int        turned = -1;

    put_header(&t, 4, 2, 8, 2, 0);
    put_chunk(&t, type, data, n, (uint32_t)n);
    put_zeros(&t, 2 * 13);
    put_end(&t);
    if (read_bytes(t.at, t.size, &p, &err)) {
        turned = p.width == 2 && p.height == 4;
        lm_picture_done(&p);
    }
    lm_text_done(&t);
    return turned;
}
#define TURNED(type, data) is_turned(type, data, sizeof data - 1)

TEST(orientation_is_found_however_it_is_spelled)
{
    WANT(TURNED("eXIf", "II*\0\10\0\0\0\1\0\22\1\3\0\1\0\0\0\6\0\0\0") == 1);
    WANT(TURNED("eXIf", "MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0\10\0\0") == 1);
    WANT(TURNED("eXIf", "MM\0*\0\0\0\10\0\1\1\22\0\4\0\0\0\1\0\0\0\5") == 1);
    WANT(TURNED("eXIf", "MM\0*\0\0\0\10\0\1\1\22\0\1\0\0\0\1\7\0\0\0") == 1);
    WANT(TURNED("eXIf", "Exif\0\0II*\0\10\0\0\0\1\0\22\1\3\0\1\0\0\0\6\0\0\0") == 1);
    WANT(TURNED("eXIf", "II*\0\10\0\0\0\2\0\17\1\2\0\1\0\0\0\6\0\0\0"
                        "\22\1\3\0\1\0\0\0\6\0\0\0") == 1);
    WANT(TURNED("iTXt", "XML:com.adobe.xmp\0\0\0\0\0<tiff:Orientation>8</tiff:Orientation>") == 1);
}

TEST(orientation_that_makes_no_sense_is_passed_over)
{
    WANT(TURNED("eXIf", "II*\0\10\0\0\0\1\0\22\1\3\0\1\0\0\0\11\0\0\0") == 0); /* 9 */
    WANT(TURNED("eXIf", "II*\0\10\0\0\0\1\0\22\1\2\0\1\0\0\0\6\0\0\0") == 0);  /* a text */
    WANT(TURNED("eXIf", "II*\0\10\0\0\0\377\377\22\1\3\0\1\0\0\0") == 0);       /* cut off */
    WANT(TURNED("eXIf", "II*\0\377\377\377\377") == 0);
    WANT(TURNED("eXIf", "nonsense, and more of it") == 0);
    WANT(TURNED("eXIf", "") == 0);
    WANT(TURNED("iTXt", "XML:com.adobe.xmp\0\0\0\0\0tiff:Orientation") == 0);
    WANT(TURNED("iTXt", "XML:com.adobe.xmp\0\0\0\0\0tiff:Orientation=\"x\"") == 0);
    WANT(TURNED("iTXt", "Comment\0\0\0\0\0tiff:Orientation=\"6\"") == 0);
}

/* ------------------------------------------------------------------ damage */

static const char *const whole[] = {
    "grey1.png", "grey16_woven.png", "palette4_alpha.png", "rgb8.png", "rgb16.png", "rgba8_woven.png",
    "grey_alpha8.png", "turned6.png", "turned_xmp.png", "profile.png", NULL
};
static const char *const lossy[] = { "q30.jpg", "q75_progressive.jpg", "cmyk.jpg", "restarts.jpg",
                                     "turned6.jpg", "lossy.webp", "lossless_alpha.webp",
                                     "frames_alpha.webp", "turned.webp", NULL };

TEST(a_truncated_picture_is_refused_wherever_it_ends)
{
    const size_t before = memory_mark();
    int          cut = 0;

    for (int list = 0; list < 2; list++)
        for (const char *const *name = list ? lossy : whole; *name; name++) {
            file f = slurp(*name);

            for (size_t n = 0; n < f.n; n++, cut++)
                want_refused(f.at, n, "p.png");
            free(f.at);
        }
    WANT(cut > 500);
    WANT(peak_memory() - before <= 16 << 20);
}

/* A damaged PNG is refused, whatever bit it is; elsewhere there are no checksums, so what can be asked is
 * that it ends well: with pixels or with a sentence. */
TEST(a_flipped_bit_is_refused_or_harmless)
{
    const size_t before = memory_mark();
    limn_error   err;
    lm_picture   p;

    for (int list = 0; list < 2; list++)
        for (const char *const *name = list ? lossy : whole; *name; name++) {
            file f = slurp(*name);

            for (size_t i = 0; i < f.n * 8; i++) {
                f.at[i / 8] ^= (uint8_t)(1 << i % 8);
                if (!list)
                    want_refused(f.at, f.n, "p.png");
                else if (!read_bytes(f.at, f.n, &p, &err))
                    WANT(err.code == LIMN_FILE && strstr(err.text, "p.png"));
                else
                    lm_picture_done(&p);
                f.at[i / 8] ^= (uint8_t)(1 << i % 8);
            }
            free(f.at);
        }
    WANT(peak_memory() - before <= 16 << 20);
}

TEST(five_thousand_shuffled_files_end_well)
{
    const size_t before = memory_mark();
    uint64_t     s = 7;
    limn_error   err;
    lm_picture   p;
    file         a = slurp("rgba8.png"), b = slurp("q75_progressive.jpg"), c = slurp("frames_alpha.webp");
    file         all[] = { a, b, c };

    for (int i = 0; i < 5000; i++) {
        const file f = all[i % 3];
        uint8_t   *copy = malloc(f.n);

        memcpy(copy, f.at, f.n);
        for (int k = 0; k < 8; k++) {
            s = s * 6364136223846793005u + 1442695040888963407u;
            copy[12 + (s >> 33) % (f.n - 12)] = (uint8_t)(s >> 20);
        }
        if (read_bytes(copy, f.n, &p, &err))
            lm_picture_done(&p);
        else
            WANT(err.code == LIMN_FILE && strstr(err.text, "p.png"));
        free(copy);
    }
    WANT(peak_memory() - before <= 16 << 20);
    free(a.at);
    free(b.at);
    free(c.at);
}

TEST(what_is_no_picture_is_told_so)
{
    want_refused("", 0, "is empty");
    want_refused("hello", 5, "neither PNG nor JPEG nor WebP");
    want_refused("GIF89a, and so on", 17, "of the kind GIF");
    want_refused("RIFF\4\0\0\0WAVE", 12, "neither PNG nor JPEG nor WebP");
    want_refused("\xff\xd8\xff\xe0", 4, "cut off");
}

/* A progressive picture whose first scan comes again and again: each would pass over all of it. */
TEST(a_jpeg_of_endless_scans_is_refused)
{
    file       f = slurp("q75_progressive.jpg");
    lm_text    t = { 0 };
    size_t     sos = 0, end;

    while (f.at[sos] != 0xff || f.at[sos + 1] != 0xda)
        sos++;
    for (end = sos + 2; f.at[end] != 0xff || !f.at[end + 1];)
        end++;
    lm_text_add(&t, (const char *)f.at, sos);
    for (int i = 0; i < 150; i++)
        lm_text_add(&t, (const char *)f.at + sos, end - sos);
    lm_text_add(&t, (const char *)f.at + end, f.n - end);
    want_refused(t.at, t.size, "more than 100 scans");
    lm_text_done(&t);
    free(f.at);
}

/* Nobody pressed stop, but another node of the run failed. */
static limn_call *stopped_call(void)
{
    static const atomic_bool abandoned = true;
    static lm_call           call;

    call = (lm_call){ .env = &test_env, .abandoned = &abandoned };
    return &call.call;
}

TEST(a_stopped_reading_says_so)
{
    file        f = slurp("rgb8.png");
    lm_source   s = lm_source_memory(f.at, f.n, "p.png");
    lm_picture  p;
    limn_error  err = { 0 };

    s.call = stopped_call();
    WANT(!lm_picture_read(&s, &p, &err) && err.code == LIMN_CANCELLED);
    free(f.at);
}

TEST(a_stopped_change_of_size_says_so)
{
    uint8_t     in[30 * 20 * 4] = { 0 }, out[900];
    limn_error  err = { 0 };

    WANT(!lm_lanczos((lm_bitmap){ 30, 20, 3, in }, (lm_bitmap){ 15, 20, 3, out }, stopped_call(), &err));
    WANT(err.code == LIMN_CANCELLED);
    err = (limn_error){ 0 };
    WANT(!lm_lanczos((lm_bitmap){ 30, 20, 1, in }, (lm_bitmap){ 30, 5, 1, out }, stopped_call(), &err));
    WANT(err.code == LIMN_CANCELLED);
}

/* ------------------------------------------------------------------ text */

typedef struct heard {
    int  n;
    char all[2000];
} heard;

static void hear(void *self, const char *key, const char *text, size_t n)
{
    heard *h = self;

    h->n++;
    WANT(strlen(text) == n);
    snprintf(h->all + strlen(h->all), sizeof h->all - strlen(h->all), "[%s=%.60s]", key, text);
}

static bool texts_of(const lm_text *t, heard *h, limn_error *err)
{
    lm_source s = lm_source_memory(t->at, t->size, "p.png");

    *h = (heard){ 0 };
    *err = (limn_error){ 0 };
    return lm_picture_texts(&s, hear, h, err);
}

static void put_packed(lm_text *t, const char *type, const char *head, size_t n_head, const char *text,
                       size_t n)
{
    uLongf room = compressBound((uLong)n);
    char  *data = malloc(n_head + room);

    memcpy(data, head, n_head);
    compress2((Bytef *)data + n_head, &room, (const Bytef *)text, (uLong)n, 9);
    put_chunk(t, type, data, n_head + room, (uint32_t)(n_head + room));
    free(data);
}

TEST(every_text_of_a_png_is_told_in_order)
{
    lm_text    t = { 0 };
    heard      h;
    limn_error err;

    put_header(&t, 4, 4, 8, 2, 0);
    put_chunk(&t, "tEXt", "prompt\0{}", 9, 9);
    put_chunk(&t, "tEXt", "latin\0caf\xe9", 10, 10);
    put_chunk(&t, "tEXt", "utf8\0caf\xc3\xa9", 10, 10);
    put_packed(&t, "zTXt", "packed\0\0", 8, "small", 5);
    put_chunk(&t, "iTXt", "plain\0\0\0en\0trans\0text", 21, 21);
    put_packed(&t, "iTXt", "both\0\1\0\0\0", 9, "inflated", 8);
    put_zeros(&t, 52);
    put_chunk(&t, "tEXt", "late\0", 5, 5);
    put_end(&t);
    WANT(texts_of(&t, &h, &err) && h.n == 7);
    WANT_TEXT(h.all, "[prompt={}][latin=café][utf8=café][packed=small][plain=text][both=inflated][late=]");
    lm_text_done(&t);
}

TEST(text_that_inflates_beyond_eight_mebibytes_is_refused)
{
    const size_t n = 9 << 20, before = memory_mark();
    char        *zeros = calloc(1, n);
    lm_text      t = { 0 };
    heard        h;
    limn_error   err;

    memset(zeros, 'a', n);
    put_header(&t, 4, 4, 8, 2, 0);
    put_packed(&t, "zTXt", "workflow\0\0", 10, zeros, n);
    put_end(&t);
    WANT(t.size < 20000);
    free(zeros);
    WANT(!texts_of(&t, &h, &err) && h.n == 0 && strstr(err.text, "more than 8 MiB of text"));
    WANT(peak_memory() - before <= n + (40 << 20));
    lm_text_done(&t);
}

TEST(damaged_text_is_refused)
{
    static const struct { const char *type, *data; size_t n; } bad[] = {
        { "tEXt", "no end", 6 }, { "tEXt", "\0empty key", 10 }, { "zTXt", "key\0", 4 }, { "zTXt", "key\0\0nonsense", 13 },
        { "iTXt", "key\0", 4 }, { "iTXt", "key\0\0\0en", 8 }, { "iTXt", "key\0\1\0\0\0nonsense", 16 },
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        lm_text    t = { 0 };
        heard      h;
        limn_error err;

        put_header(&t, 4, 4, 8, 2, 0);
        put_chunk(&t, bad[i].type, bad[i].data, bad[i].n, (uint32_t)bad[i].n);
        put_end(&t);
        WANT(!texts_of(&t, &h, &err) && err.code == LIMN_FILE && strstr(err.text, "cannot be read"));
        lm_text_done(&t);
    }
}

/* ------------------------------------------------------------------ writing */

static int temporary(void)
{
    return temporary_file("picture");
}

TEST(what_is_written_is_read_again)
{
    uint8_t    rgb[5 * 7 * 3];
    int        fd = temporary();
    lm_source  s;
    lm_picture p;
    limn_error err = { 0 };

    for (size_t i = 0; i < sizeof rgb; i++)
        rgb[i] = (uint8_t)(i * 37);
    WANT(lm_png_write_rgb(fd, "p.png", 5, 7, rgb, &err));
    WANT(lm_source_file(&s, fd, "p.png", NULL, &err) && lm_picture_read(&s, &p, &err));
    WANT(p.width == 5 && p.height == 7 && p.channels == 3 && !memcmp(p.bytes, rgb, sizeof rgb));
    lm_picture_done(&p);
    close(fd);
}

static void grey_row(void *self, int y, uint8_t *out)
{
    memset(out, y, *(size_t *)self);
}

TEST(text_is_written_before_the_pixels_in_its_order)
{
    const lm_png_text texts[] = { { "prompt", "{\"1\": {}}" }, { "workflow", NULL }, { "limn", "x" } };
    size_t            stride = 12;
    lm_png_new        png = { .label = "p.png", .width = 3, .height = 2, .channels = 4, .level = 1,
                              .texts = texts, .n_texts = 3, .row = grey_row, .self = &stride };
    const char       *order[] = { "IHDR", "tEXt", "tEXt", "IDAT", "IEND" };
    lm_png_chunk      c = { "" };
    uint64_t          at = 0;
    lm_source         s;
    heard             h = { 0 };
    limn_error        err = { 0 };

    png.fd = temporary();
    WANT(lm_png_write(&png, &err) && lm_source_file(&s, png.fd, "p.png", NULL, &err));
    for (int i = 0; i < 5; i++) {
        WANT(lm_png_next(&s, &at, true, &c, &err));
        WANT_TEXT(c.type, order[i]);
    }
    WANT(!lm_png_next(&s, &at, true, &c, &err) && err.code == LIMN_OK && at == s.size);
    WANT(lm_picture_texts(&s, hear, &h, &err));
    WANT_TEXT(h.all, "[prompt={\"1\": {}}][limn=x]");
    close(png.fd);
}

TEST(a_stopped_writing_says_so)
{
    size_t      stride = 12;
    lm_png_new  png = { .label = "p.png", .width = 3, .height = 2, .channels = 4, .level = 1,
                        .row = grey_row, .self = &stride, .call = stopped_call(), .fd = temporary() };
    limn_error  err = { 0 };

    WANT(!lm_png_write(&png, &err) && err.code == LIMN_CANCELLED);
    close(png.fd);
}

TEST(a_full_disk_is_a_sentence)
{
    uint8_t    rgb[64 * 64 * 3] = { 0 };
    int        fd = open("/dev/full", O_WRONLY);
    limn_error err = { 0 };

    WANT(!lm_png_write_rgb(fd, "p.png", 64, 64, rgb, &err));
    WANT(err.code == LIMN_FILE && strstr(err.text, "No space left"));
    close(fd);
}

TEST_MAIN
