/* make_picture.c: previews, channels and masks: a picture file in, another one out.
 * Pictures stand upright here, as LoadImage and browsers show them: the orientation that a camera noted is applied. */
#include "core/cli/make_picture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "nodes/picture/jpeg_write.h"
#include "nodes/picture/picture.h"
#include "nodes/picture/png.h"
#include "nodes/picture/webp_write.h"

enum { LEVEL = 4 }; /* of zlib, as ComfyUI's pictures have it */

typedef struct making {
    const lm_picture_ask *ask;
    int                   to;
    lm_source             source;
    lm_picture            picture;
    uint8_t              *alpha;  /* of the mask: [alpha_height, alpha_width] */
    int                   alpha_width, alpha_height;
    int                   status;
    limn_error            err;
} making;

static bool fail(making *m, int status)
{
    m->status = status;
    return false;
}

/* ------------------------------------------------------------------ reading */

static lm_source source_of(int fd, uint64_t size, const char *label)
{
    return (lm_source){ .fd = fd, .size = size, .label = label, .still = true };
}

static bool read_picture(making *m, lm_source *s, lm_picture *out)
{
    if (lm_picture_read(s, out, &m->err))
        return true;
    return fail(m, s->too_large || m->err.code == LIMN_MEMORY ? 413 : 415);
}

/* The size before anything was made smaller, turned as the picture was. */
static void whole_size(const making *m, lm_picture *out)
{
    const bool on_its_side = (m->picture.width < m->picture.height) != (m->source.width < m->source.height);

    out->width = (int)(on_its_side ? m->source.height : m->source.width);
    out->height = (int)(on_its_side ? m->source.width : m->source.height);
}

/* Into the order's width and height, never larger. */
static void fit_in(const lm_picture_ask *a, int *width, int *height)
{
    double scale = 1;

    if (a->width && a->width < *width)
        scale = (double)a->width / *width;
    if (a->height && a->height < *height * scale)
        scale = (double)a->height / *height;
    *width = scale < 1 ? (int)(*width * scale + 0.5) : *width;
    *height = scale < 1 ? (int)(*height * scale + 0.5) : *height;
    *width += *width == 0;
    *height += *height == 0;
}

static bool shrink(making *m)
{
    lm_picture *p = &m->picture, small = *p;

    whole_size(m, &small);
    if (m->ask->width || m->ask->height)
        fit_in(m->ask, &small.width, &small.height);
    else
        lm_picture_fit(&small.width, &small.height, m->source.fit);
    if (small.width == p->width && small.height == p->height)
        return true;
    small.bytes = lm_try_alloc((size_t)small.width * (size_t)small.height * (size_t)small.channels);
    if (!small.bytes || !lm_lanczos((lm_bitmap){ p->width, p->height, p->channels, p->bytes },
                                    (lm_bitmap){ small.width, small.height, small.channels, small.bytes }, NULL,
                                    &m->err)) {
        lm_free(small.bytes);
        limn_fail(&m->err, MEMORY, "there is no memory for a picture of %d x %d pixels", small.width, small.height);
        return fail(m, 413);
    }
    lm_free(p->bytes);
    *p = small;
    return true;
}

/* Keeps the mask's alpha alone, before the picture itself takes memory. */
static bool read_mask(making *m, int fd, lm_picture *mask)
{
    lm_source s = source_of(fd, m->ask->mask_size, "the mask");
    size_t    n;

    if (!read_picture(m, &s, mask))
        return false;
    n = (size_t)mask->width * (size_t)mask->height;
    m->alpha_width = mask->width;
    m->alpha_height = mask->height;
    m->alpha = lm_try_alloc(n);
    if (!m->alpha) {
        limn_fail(&m->err, MEMORY, "there is no memory for a mask of %d x %d pixels", mask->width, mask->height);
        return fail(m, 413);
    }
    for (size_t i = 0; i < n; i++)
        m->alpha[i] = mask->channels == 4 ? mask->bytes[4 * i + 3] : 255;
    return true;
}

static bool mask_fits(making *m)
{
    const lm_picture *p = &m->picture;

    if (!m->alpha || (p->width == m->alpha_width && p->height == m->alpha_height))
        return true;
    limn_fail(&m->err, INPUT, "the mask is %d x %d pixels and the picture %d x %d", m->alpha_width, m->alpha_height,
              p->width, p->height);
    return fail(m, 400);
}

/* How long the longer side must be at least once it is decoded; 0: as it is. */
static int decoded_side(const lm_picture_ask *a)
{
    if (a->width && a->height)
        return a->width > a->height ? a->width : a->height;
    return a->width || a->height ? 0 : a->side;
}

static bool read_all(making *m, const int *fds)
{
    lm_picture mask = { .width = 0 };
    const bool well = !m->ask->mask || read_mask(m, fds[2], &mask);

    lm_picture_done(&mask);
    m->source = source_of(fds[1], m->ask->size, "the picture");
    m->source.fit = m->ask->mask ? 0 : decoded_side(m->ask);
    return well && read_picture(m, &m->source, &m->picture) && mask_fits(m) && shrink(m);
}

/* ------------------------------------------------------------------ writing */

static void drop_alpha(lm_picture *p)
{
    const size_t n = (size_t)p->width * (size_t)p->height;

    for (size_t i = 0; p->channels == 4 && i < n; i++)
        memmove(p->bytes + 3 * i, p->bytes + 4 * i, 3);
    p->channels = 3;
}

static bool write_bytes(making *m, const uint8_t *at, size_t n)
{
    ssize_t put;

    for (size_t done = 0; done < n; done += (size_t)put) {
        put = write(m->to, at + done, n - done);
        if (put < 0 && errno == EINTR)
            put = 0;
        if (put < 0)
            return limn_fail(&m->err, FILE, "the JPEG could not be written: %s", strerror(errno));
    }
    return true;
}

static bool write_jpeg(making *m)
{
    const lm_bitmap in = { m->picture.width, m->picture.height, 3, m->picture.bytes };
    lm_jpeg_bytes   jpeg = { 0 };
    bool            well;

    drop_alpha(&m->picture);
    well = lm_jpeg_preview(&in, 0, m->ask->quality, &jpeg, &m->err) && write_bytes(m, jpeg.at, jpeg.size);
    lm_jpeg_bytes_done(&jpeg);
    return well;
}

static bool write_webp(making *m)
{
    if (m->ask->flat)
        drop_alpha(&m->picture);
    return lm_webp_write(&(lm_bitmap){ m->picture.width, m->picture.height, m->picture.channels, m->picture.bytes },
                         m->ask->quality, m->to, &m->err);
}

/* What LoadImage counts as alpha. */
static uint8_t alpha_at(const making *m, size_t i)
{
    const lm_picture *p = &m->picture;

    return m->alpha ? m->alpha[i] : p->channels == 4 && !p->alpha_is_key ? p->bytes[4 * i + 3] : 255;
}

static void put_row(void *self, int y, uint8_t *out)
{
    const making     *m = self;
    const lm_picture *p = &m->picture;
    const size_t      w = (size_t)p->width, c = (size_t)p->channels;
    const bool        black = m->ask->want == LM_PICTURE_ALPHA;

    for (size_t i = (size_t)y * w, end = i + w; i < end; i++) {
        for (int k = 0; k < 3; k++)
            *out++ = black ? 0 : p->bytes[c * i + (size_t)k];
        if (m->ask->want != LM_PICTURE_RGB)
            *out++ = alpha_at(m, i);
    }
}

static bool write_png(making *m)
{
    const lm_png_new png = { .fd = m->to, .label = "the PNG", .width = m->picture.width, .height = m->picture.height,
                             .channels = m->ask->want == LM_PICTURE_RGB ? 3 : 4, .level = LEVEL, .row = put_row,
                             .self = m,
                             .texts_of = m->ask->want == LM_PICTURE_MASK && lm_png_begins(&m->source) ? &m->source
                                                                                                      : NULL };

    return lm_png_write(&png, &m->err);
}

static void write_result(making *m)
{
    const int  want = m->ask->want;
    const bool well = want == LM_PICTURE_WEBP ? write_webp(m) : want == LM_PICTURE_JPEG ? write_jpeg(m) : write_png(m);

    if (!well)
        fail(m, 413);
}

/* ------------------------------------------------------------------ an order */

lm_picture_answer lm_make_picture(const lm_picture_ask *a, const int fds[LM_PICTURE_FDS])
{
    making            m = { .ask = a, .to = fds[0], .status = 200 };
    lm_picture_answer out = { .number = a->number };

    if (read_all(&m, fds))
        write_result(&m);
    lm_picture_done(&m.picture);
    lm_free(m.alpha);
    out.status = m.status;
    snprintf(out.words, sizeof out.words, "%s", m.err.text);
    return out;
}
