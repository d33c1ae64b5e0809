/* jpeg.c: JPEG pictures, by libjpeg. Grey, RGB, CMYK and YCCK become RGB as Pillow converts them. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "core/base/alloc.h"
#include "nodes/picture/codecs.h"

enum {
    MOST_SCANS = 100,           /* of a progressive picture; encoders write some ten */
    MOST_SCAN_MEGAPIXELS = 1024, /* scans · megapixels: each scan passes over the whole picture */
    PIECE = 65536
};

typedef struct reading {
    struct jpeg_error_mgr         errors;   /* first: libjpeg hands this back */
    struct jpeg_decompress_struct jpeg;
    struct jpeg_source_mgr        input;
    struct jpeg_progress_mgr      progress;
    jmp_buf                       out;
    lm_source                    *source;
    limn_error                   *err;
    uint8_t                      *row;      /* CMYK, before it is RGB */
    uint8_t                       piece[PIECE];
} reading;

/* ------------------------------------------------------------------ what goes wrong */

_Noreturn static void leave(reading *r)
{
    longjmp(r->out, 1);
}

static void on_error(j_common_ptr j)
{
    reading *r = (reading *)j->err;
    char     said[JMSG_LENGTH_MAX];

    j->err->format_message(j, said);
    if (j->err->msg_code == JERR_OUT_OF_MEMORY)
        limn_fail(r->err, MEMORY, "there is no memory to read %s", r->source->label);
    else
        limn_fail(r->err, FILE, "%s is a JPEG that cannot be read: %s", r->source->label, said);
    leave(r);
}

/* Warnings that mean lost pixels end the reading; the rest is harmless. */
static void on_message(j_common_ptr j, int level)
{
    if (level < 0)
        switch (j->err->msg_code) {
        case JWRN_HIT_MARKER:
        case JWRN_HUFF_BAD_CODE:
        case JWRN_MUST_RESYNC:
        case JWRN_JPEG_EOF:
        case JWRN_ARITH_BAD_CODE:
            on_error(j);
        }
}

static void on_progress(j_common_ptr j)
{
    reading      *r = (reading *)j->err;
    const int64_t scans = r->jpeg.input_scan_number;
    const int64_t pixels = (int64_t)r->jpeg.image_width * r->jpeg.image_height;

    if (lm_source_stopped(r->source)) {
        lm_source_cancel(r->err);
        leave(r);
    }
    if (scans <= MOST_SCANS && (scans <= 16 || scans * pixels <= (int64_t)MOST_SCAN_MEGAPIXELS << 20))
        return;
    limn_fail(r->err, FILE, "%s is a JPEG of more than %d scans, more than a picture of %u x %u pixels may "
              "have", r->source->label, (int)scans - 1, r->jpeg.image_width, r->jpeg.image_height);
    leave(r);
}

/* ------------------------------------------------------------------ bytes for libjpeg */

static void on_begin(j_decompress_ptr j)
{
    (void)j;
}

static boolean on_fill(j_decompress_ptr j)
{
    reading *r = (reading *)j->err;
    size_t   got = lm_source_read(r->source, r->piece, PIECE);

    if (!got) {
        limn_fail(r->err, FILE, "%s is cut off: the JPEG ends at byte %llu, before its picture does",
                  r->source->label, (unsigned long long)r->source->size);
        leave(r);
    }
    r->input.next_input_byte = r->piece;
    r->input.bytes_in_buffer = got;
    return TRUE;
}

static void on_skip(j_decompress_ptr j, long n)
{
    reading *r = (reading *)j->err;
    size_t   here = r->input.bytes_in_buffer;

    if (n <= 0)
        return;
    if ((unsigned long)n > here) {
        r->source->at += (unsigned long)n - here;
        on_fill(j);
        return;
    }
    r->input.next_input_byte += n;
    r->input.bytes_in_buffer -= (size_t)n;
}

static void on_end(j_decompress_ptr j)
{
    (void)j;
}

/* ------------------------------------------------------------------ orientation */

static int orientation_of(const uint8_t *data, size_t n)
{
    static const char xmp[] = "http://ns.adobe.com/xap/1.0/";

    if (n > 6 && !memcmp(data, "Exif\0", 6))
        return lm_exif_orientation(data, n);
    return n > sizeof xmp && !memcmp(data, xmp, sizeof xmp) ? -lm_xmp_orientation(data, n) : 0;
}

/* Looks through the segments before the pixels. EXIF counts more than XMP (whose answer is negative). */
static int find_orientation(const lm_source *s)
{
    enum { APP1 = 0xe1, MOST_SEGMENTS = 4096, LARGEST = 65533 };
    uint8_t        *data = lm_try_alloc(LARGEST);
    lm_jpeg_segment segment;
    uint64_t        at = 0;
    int             by_exif = 0, by_xmp = 0;

    for (int i = 0; data && i < MOST_SEGMENTS && lm_jpeg_next(s, &at, &segment); i++)
        if (segment.marker == APP1 && lm_source_peek(s, segment.at, data, segment.size)) {
            const int o = orientation_of(data, segment.size);

            by_exif = o > 0 && !by_exif ? o : by_exif;
            by_xmp = o < 0 && !by_xmp ? -o : by_xmp;
        }
    lm_free(data);
    return by_exif ? by_exif : by_xmp ? by_xmp : 1;
}

/* ------------------------------------------------------------------ decoding */

/* One row of inverted CMYK to RGB.  Source: what Pillow computes: nk - C · nk / 255, rounded. */
static void from_cmyk(const uint8_t *in, uint8_t *out, size_t width)
{
    for (size_t x = 0; x < width; x++, in += 4)
        for (int c = 0; c < 3; c++) {
            const int nk = in[3], t = (255 - in[c]) * nk + 128, v = nk - (((t >> 8) + t) >> 8);

            *out++ = (uint8_t)(v < 0 ? 0 : v);
        }
}

/* A block of 8 x 8 takes at least one bit, unless it is arithmetically coded. */
static bool plausible(reading *r)
{
    const int64_t blocks = ((int64_t)r->jpeg.image_width + 7) / 8 *
                           (((int64_t)r->jpeg.image_height + 7) / 8);

    if (r->jpeg.arith_code || (uint64_t)blocks / 8 <= r->source->size)
        return true;
    return limn_fail(r->err, FILE, "%s claims %u x %u pixels, more than its %llu bytes can hold",
                     r->source->label, r->jpeg.image_width, r->jpeg.image_height,
                     (unsigned long long)r->source->size);
}

static bool choose_output(reading *r)
{
    const int n = r->jpeg.num_components;

    if (n != 1 && n != 3 && n != 4)
        return limn_fail(r->err, FILE, "%s is a JPEG of %d channels, neither grey nor RGB nor "
                         "CMYK", r->source->label, n);
    r->jpeg.out_color_space = n == 4 ? JCS_CMYK : JCS_RGB;
    return true;
}

/* A half, a quarter or an eighth costs less than the whole. */
static void choose_size(reading *r)
{
    const unsigned longer = r->jpeg.image_width > r->jpeg.image_height ? r->jpeg.image_width : r->jpeg.image_height;
    unsigned       part = 8;

    while (r->source->fit > 0 && part > 1 && longer / part < (unsigned)r->source->fit)
        part /= 2;
    r->jpeg.scale_num = 1;
    r->jpeg.scale_denom = r->source->fit > 0 ? part : 1;
}

static bool make_room(reading *r, lm_picture *out)
{
    out->width = (int)r->jpeg.output_width;
    out->height = (int)r->jpeg.output_height;
    out->channels = 3;
    r->row = lm_try_alloc((size_t)out->width * 4);
    if (!r->row)
        return limn_fail(r->err, MEMORY, "there is no memory to read %s", r->source->label);
    return lm_picture_room(r->source, out, r->err);
}

static void read_row(reading *r, uint8_t *to)
{
    uint8_t *row = r->jpeg.out_color_space == JCS_CMYK ? r->row : to;

    jpeg_read_scanlines(&r->jpeg, &row, 1);
    if (row != to)
        from_cmyk(row, to, r->jpeg.output_width);
}

/* May leave by longjmp: nothing here owns anything. */
static bool read_pixels(reading *r, lm_picture *out)
{
    jpeg_create_decompress(&r->jpeg);
    r->jpeg.src = &r->input;
    r->jpeg.progress = &r->progress;
    jpeg_read_header(&r->jpeg, TRUE);
    if (!lm_picture_size_ok(r->source, r->jpeg.image_width, r->jpeg.image_height, 1, r->err) ||
        !plausible(r) || !choose_output(r))
        return false;
    choose_size(r);
    jpeg_start_decompress(&r->jpeg);
    if (!make_room(r, out))
        return false;
    while (r->jpeg.output_scanline < r->jpeg.output_height) {
        if (lm_source_stopped(r->source))
            return lm_source_cancel(r->err);
        read_row(r, out->bytes + (size_t)r->jpeg.output_scanline * (size_t)out->width * 3);
    }
    jpeg_finish_decompress(&r->jpeg);
    return true;
}

static void prepare(reading *r)
{
    r->jpeg.err = jpeg_std_error(&r->errors);
    r->errors.error_exit = on_error;
    r->errors.emit_message = on_message;
    r->input = (struct jpeg_source_mgr){ .init_source = on_begin, .fill_input_buffer = on_fill,
                                         .skip_input_data = on_skip, .resync_to_restart =
                                         jpeg_resync_to_restart, .term_source = on_end };
    r->progress.progress_monitor = on_progress;
}

bool lm_jpeg_read(lm_source *s, lm_picture *out, int *orientation, limn_error *err)
{
    limn_error    mine = { 0 };
    reading      *r = lm_alloc(sizeof *r);
    volatile bool fine = false;

    r->source = s;
    r->err = &mine;
    s->at = 0;
    *orientation = find_orientation(s);
    prepare(r);
    if (!setjmp(r->out))
        fine = read_pixels(r, out);
    jpeg_destroy_decompress(&r->jpeg);
    lm_free(r->row);
    lm_free(r);
    if (!fine && err && err->code == LIMN_OK)
        *err = mine;
    return fine;
}
