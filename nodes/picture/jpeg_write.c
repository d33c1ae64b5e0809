/* jpeg_write.c: small pictures as JPEG, for those who watch. */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "core/base/alloc.h"
#include "nodes/picture/jpeg_write.h"

enum { FIRST_ROOM = 16 << 10 }; /* bytes */

/* ------------------------------------------------------------------ size */

static int at_most(int x, int most)
{
    return x < most ? x : most;
}

/* The largest size with in's aspect whose longer side is `side`. */
static void fit(const lm_bitmap *in, int side, lm_bitmap *out)
{
    const bool   wide = in->width > in->height;
    const double shrink = (double)side / (wide ? in->width : in->height);
    const int    other = (int)lround((wide ? in->height : in->width) * shrink);

    out->width = wide ? side : other > 1 ? other : 1;
    out->height = wide ? other > 1 ? other : 1 : side;
    out->channels = 3;
}

/* ------------------------------------------------------------------ rows */

/* A picture that is enlarged row by row, so that it never lies in memory whole. Rows of `in` are made as wide as the
 * outcome once, the two around the row that is asked for. */
typedef struct enlarger {
    const lm_bitmap *in;
    int              width, height; /* of the outcome */
    float           *wide[2];       /* width * 3 each */
    int              which[2];      /* rows of in; -1: none yet */
    uint8_t         *row;           /* width * 3 */
} enlarger;

/* Where the middle of pixel i of n_out lies among n_in pixels, and the two pixels around it. */
static float between(int i, int n_in, int n_out, int *first, int *second)
{
    const float at = fmaxf(((float)i + 0.5f) * (float)n_in / (float)n_out - 0.5f, 0);

    *first = (int)at;
    *second = at_most(*first + 1, n_in - 1);
    return at - (float)*first;
}

static void widen(const enlarger *e, int y, float *to)
{
    const uint8_t *from = e->in->at + (size_t)y * (size_t)e->in->width * 3;

    for (int x = 0; x < e->width; x++) {
        int         x0, x1;
        const float fx = between(x, e->in->width, e->width, &x0, &x1);

        for (int c = 0; c < 3; c++)
            *to++ = from[3 * x0 + c] + fx * (float)(from[3 * x1 + c] - from[3 * x0 + c]);
    }
}

/* Row y of the input as wide as the outcome; the one of the two that lies behind it gives way. */
static const float *wide_row(enlarger *e, int y)
{
    const int slot = y & 1;

    if (e->which[slot] != y)
        widen(e, y, e->wide[slot]);
    e->which[slot] = y;
    return e->wide[slot];
}

static uint8_t *enlarged_row(enlarger *e, int y)
{
    int          y0, y1;
    const float  fy = between(y, e->in->height, e->height, &y0, &y1);
    const float *above = wide_row(e, y0), *below = wide_row(e, y1);

    for (int i = 0; i < e->width * 3; i++)
        e->row[i] = (uint8_t)(above[i] + fy * (below[i] - above[i]) + 0.5f);
    return e->row;
}

/* ------------------------------------------------------------------ bytes */

typedef struct writing {
    struct jpeg_error_mgr       errors; /* first: libjpeg hands this back */
    struct jpeg_compress_struct jpeg;
    struct jpeg_destination_mgr to;
    jmp_buf                     out;
    unsigned char              *bytes;  /* by malloc */
    size_t                      room;
    unsigned long               size;
} writing;

_Noreturn static void on_error(j_common_ptr j)
{
    longjmp(((writing *)j->err)->out, 1);
}

static void say_nothing(j_common_ptr j)
{
    (void)j;
}

/* libjpeg's own buffer is its own until the end: after a failure halfway nobody could free it. */
static boolean grow(j_compress_ptr j)
{
    writing       *w = j->client_data;
    const size_t   room = w->room ? 2 * w->room : FIRST_ROOM;
    unsigned char *bytes = realloc(w->bytes, room);

    if (!bytes)
        on_error((j_common_ptr)j);
    w->to.next_output_byte = bytes + w->room;
    w->to.free_in_buffer = room - w->room;
    w->bytes = bytes;
    w->room = room;
    return TRUE;
}

static void begin(j_compress_ptr j)
{
    grow(j);
}

static void end(j_compress_ptr j)
{
    writing *w = j->client_data;

    w->size = (unsigned long)(w->room - w->to.free_in_buffer);
}

/* Where the rows of the outcome come from: a picture, or one that is enlarged on the way (.at is NULL). */
static JSAMPROW row_of(const lm_bitmap *in, enlarger *e, int y)
{
    return in->at ? in->at + (size_t)y * (size_t)in->width * 3 : enlarged_row(e, y);
}

static bool compress(writing *w, const lm_bitmap *in, enlarger *e, int quality)
{
    w->jpeg.err = jpeg_std_error(&w->errors);
    w->errors.error_exit = on_error;
    w->errors.output_message = say_nothing;
    if (setjmp(w->out)) {
        jpeg_destroy_compress(&w->jpeg);
        return false;
    }
    jpeg_create_compress(&w->jpeg);
    w->to = (struct jpeg_destination_mgr){ .init_destination = begin, .empty_output_buffer = grow, .term_destination = end };
    w->jpeg.dest = &w->to;
    w->jpeg.client_data = w;
    w->jpeg.image_width = (JDIMENSION)in->width;
    w->jpeg.image_height = (JDIMENSION)in->height;
    w->jpeg.input_components = 3;
    w->jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&w->jpeg);
    jpeg_set_quality(&w->jpeg, quality, TRUE);
    jpeg_start_compress(&w->jpeg, TRUE);
    while (w->jpeg.next_scanline < w->jpeg.image_height) {
        JSAMPROW row = row_of(in, e, (int)w->jpeg.next_scanline);

        jpeg_write_scanlines(&w->jpeg, &row, 1);
    }
    jpeg_finish_compress(&w->jpeg);
    jpeg_destroy_compress(&w->jpeg);
    return true;
}

static bool write_enlarged(writing *w, const lm_bitmap *in, const lm_bitmap *out, int quality)
{
    const size_t wide = (size_t)out->width * 3 * sizeof(float);
    char        *rows = lm_try_alloc(2 * wide + (size_t)out->width * 3);
    enlarger     e = { in, out->width, out->height, { (float *)rows, (float *)(rows + wide) }, { -1, -1 },
                       (uint8_t *)rows + 2 * wide };
    const bool   well = rows && compress(w, out, &e, quality);

    lm_free(rows);
    return well;
}

static bool write_shrunk(writing *w, const lm_bitmap *in, lm_bitmap *out, int quality, limn_error *err)
{
    bool well;

    out->at = lm_try_alloc((size_t)out->width * (size_t)out->height * 3);
    well = out->at && lm_lanczos(*in, *out, NULL, err) && compress(w, out, NULL, quality);
    lm_free(out->at);
    return well;
}

bool lm_jpeg_preview(const lm_bitmap *in, int side, int quality, lm_jpeg_bytes *out, limn_error *err)
{
    lm_bitmap sized = { .width = in->width, .height = in->height };
    writing   w = { .size = 0 };
    bool      well;

    if (side > 0)
        fit(in, side, &sized);
    if (sized.width == in->width && sized.height == in->height)
        well = compress(&w, in, NULL, quality);
    else if (in->width > sized.width || in->height > sized.height)
        well = write_shrunk(&w, in, &sized, quality, err);
    else
        well = write_enlarged(&w, in, &sized, quality);
    *out = (lm_jpeg_bytes){ w.bytes, w.size, sized.width, sized.height };
    if (well)
        return true;
    lm_jpeg_bytes_done(out);
    return limn_fail(err, MEMORY, "there is no memory to show a picture of %d x %d", in->width, in->height);
}

void lm_jpeg_bytes_done(lm_jpeg_bytes *b)
{
    free(b->at);
    *b = (lm_jpeg_bytes){ 0 };
}
