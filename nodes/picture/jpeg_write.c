/* jpeg_write.c: small pictures as JPEG, for those who watch. */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "core/base/alloc.h"
#include "nodes/picture/jpeg_write.h"

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

/* Row y of `out`, between the rows and columns of `in` that lie around it. */
static void enlarge_row(const lm_bitmap *in, const lm_bitmap *out, int y)
{
    const float    sy = fmaxf(((float)y + 0.5f) * (float)in->height / (float)out->height - 0.5f, 0);
    const int      y0 = (int)sy, y1 = at_most(y0 + 1, in->height - 1);
    const uint8_t *above = in->at + (size_t)y0 * (size_t)in->width * 3, *below = in->at + (size_t)y1 * (size_t)in->width * 3;
    uint8_t       *to = out->at + (size_t)y * (size_t)out->width * 3;
    const float    fy = sy - (float)y0;

    for (int x = 0; x < out->width; x++) {
        const float sx = fmaxf(((float)x + 0.5f) * (float)in->width / (float)out->width - 0.5f, 0);
        const int   x0 = (int)sx, x1 = at_most(x0 + 1, in->width - 1);
        const float fx = sx - (float)x0;

        for (int c = 0; c < 3; c++) {
            const float a = above[3 * x0 + c] + fx * (float)(above[3 * x1 + c] - above[3 * x0 + c]);
            const float b = below[3 * x0 + c] + fx * (float)(below[3 * x1 + c] - below[3 * x0 + c]);

            *to++ = (uint8_t)(a + fy * (b - a) + 0.5f);
        }
    }
}

static bool resize(const lm_bitmap *in, const lm_bitmap *out, limn_error *err)
{
    if (in->width > out->width || in->height > out->height)
        return lm_lanczos(*in, *out, NULL, err);
    for (int y = 0; y < out->height; y++)
        enlarge_row(in, out, y);
    return true;
}

/* ------------------------------------------------------------------ bytes */

typedef struct writing {
    struct jpeg_error_mgr       errors; /* first: libjpeg hands this back */
    struct jpeg_compress_struct jpeg;
    jmp_buf                     out;
    unsigned char              *bytes;  /* libjpeg's, by malloc */
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

static bool compress(writing *w, const lm_bitmap *in, int quality)
{
    w->jpeg.err = jpeg_std_error(&w->errors);
    w->errors.error_exit = on_error;
    w->errors.output_message = say_nothing;
    if (setjmp(w->out)) {
        jpeg_destroy_compress(&w->jpeg);
        return false;
    }
    jpeg_create_compress(&w->jpeg);
    jpeg_mem_dest(&w->jpeg, &w->bytes, &w->size);
    w->jpeg.image_width = (JDIMENSION)in->width;
    w->jpeg.image_height = (JDIMENSION)in->height;
    w->jpeg.input_components = 3;
    w->jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&w->jpeg);
    jpeg_set_quality(&w->jpeg, quality, TRUE);
    jpeg_start_compress(&w->jpeg, TRUE);
    while (w->jpeg.next_scanline < w->jpeg.image_height) {
        JSAMPROW row = in->at + (size_t)w->jpeg.next_scanline * (size_t)in->width * 3;

        jpeg_write_scanlines(&w->jpeg, &row, 1);
    }
    jpeg_finish_compress(&w->jpeg);
    jpeg_destroy_compress(&w->jpeg);
    return true;
}

bool lm_jpeg_preview(const lm_bitmap *in, int side, int quality, lm_jpeg_bytes *out, limn_error *err)
{
    lm_bitmap small = *in;
    writing   w = { .size = 0 };
    bool      well;

    if (side > 0) {
        fit(in, side, &small);
        small.at = lm_try_alloc((size_t)small.width * (size_t)small.height * 3);
    }
    well = small.at && (side <= 0 || resize(in, &small, err)) && compress(&w, &small, quality);
    if (small.at != in->at)
        lm_free(small.at);
    *out = (lm_jpeg_bytes){ w.bytes, w.size, small.width, small.height };
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
