/* picture.c: a picture file, decoded to bytes: which format, how large, which way up. */
#include "nodes/picture/picture.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "nodes/picture/codecs.h"

/* ------------------------------------------------------------------ sizes */

bool lm_picture_size_ok(lm_source *s, int64_t width, int64_t height, int64_t frames,
                        limn_error *err)
{
    const int64_t most = s->most_pixels ? s->most_pixels : LM_PICTURE_PIXELS;
    const int64_t most_in_frames = LM_PICTURE_FRAMES * most;

    s->width = width;
    s->height = height;
    s->too_large = width > LM_PICTURE_SIDE || height > LM_PICTURE_SIDE ||
                   (width > 0 && height > 0 && (width * height > most || frames > most_in_frames / (width * height)));
    if (width < 1 || height < 1 || frames < 1)
        return limn_fail(err, FILE, "%s claims to be %" PRId64 " x %" PRId64 " pixels", s->label, width,
                         height);
    if (width > LM_PICTURE_SIDE || height > LM_PICTURE_SIDE)
        return limn_fail(err, FILE, "%s is %" PRId64 " x %" PRId64 " pixels; no side may have more than %d",
                         s->label, width, height, LM_PICTURE_SIDE);
    if (width * height > most)
        return limn_fail(err, FILE, "%s is %" PRId64 " x %" PRId64 " pixels, more than the %" PRId64
                         " megapixels that a picture may have", s->label, width, height, most >> 20);
    if (frames > most_in_frames / (width * height))
        return limn_fail(err, FILE, "%s has %" PRId64 " frames of %" PRId64 " x %" PRId64 " pixels, more "
                         "than the %" PRId64 " megapixels that an animation may have", s->label, frames,
                         width, height, most_in_frames >> 20);
    return true;
}

static int shrunk(int x, int side, int longer)
{
    const int64_t small = ((int64_t)x * side * 2 + longer) / (2 * (int64_t)longer);

    return small > 1 ? (int)small : 1;
}

void lm_picture_fit(int *width, int *height, int side)
{
    const int longer = *width > *height ? *width : *height;

    if (side <= 0 || longer <= side)
        return;
    *width = shrunk(*width, side, longer);
    *height = shrunk(*height, side, longer);
}

static size_t size_of(const lm_picture *p)
{
    return (size_t)p->frames * (size_t)p->height * (size_t)p->width * (size_t)p->channels;
}

bool lm_picture_room(const lm_source *s, lm_picture *out, limn_error *err)
{
    out->bytes = lm_try_alloc(size_of(out));
    if (out->bytes)
        return true;
    return limn_fail(err, MEMORY, "there is no memory for the %zu bytes of %s", size_of(out), s->label);
}

void lm_picture_done(lm_picture *p)
{
    lm_free(p->bytes);
    *p = (lm_picture){ 0 };
}

/* ------------------------------------------------------------------ which way up */

/* Where pixel (x, y) of the upright picture lies in the stored one of w x h.
 * Source: EXIF 2.3, Orientation: 2 mirrored, 3 upside down, 4 both, 5 to 8 the same on its side. */
static size_t stored_at(int orientation, size_t x, size_t y, size_t w, size_t h)
{
    switch (orientation) {
    case 2:  return y * w + (w - 1 - x);
    case 3:  return (h - 1 - y) * w + (w - 1 - x);
    case 4:  return (h - 1 - y) * w + x;
    case 5:  return x * w + y;
    case 6:  return (h - 1 - x) * w + y;
    case 7:  return (h - 1 - x) * w + (w - 1 - y);
    case 8:  return x * w + (w - 1 - y);
    default: return y * w + x;
    }
}

static void turn_frame(const lm_source *s, const lm_picture *from, lm_picture *to, int orientation,
                       size_t frame)
{
    const size_t   c = (size_t)from->channels, w = (size_t)from->width, h = (size_t)from->height;
    const uint8_t *in = from->bytes + frame * w * h * c;
    uint8_t       *out = to->bytes + frame * w * h * c;

    for (size_t y = 0; y < (size_t)to->height && !lm_source_stopped(s); y++)
        for (size_t x = 0; x < (size_t)to->width; x++, out += c)
            memcpy(out, in + c * stored_at(orientation, x, y, w, h), c);
}

static bool turn_upright(const lm_source *s, lm_picture *p, int orientation, limn_error *err)
{
    lm_picture turned = *p;

    if (orientation <= 1)
        return true;
    if (orientation >= 5) {
        turned.width = p->height;
        turned.height = p->width;
    }
    if (!lm_picture_room(s, &turned, err))
        return false;
    for (int i = 0; i < p->frames; i++)
        turn_frame(s, p, &turned, orientation, (size_t)i);
    lm_free(p->bytes);
    *p = turned;
    return !lm_source_stopped(s) || lm_source_cancel(err);
}

/* ------------------------------------------------------------------ which format */

typedef struct format {
    const char *name;
    size_t      at, n;   /* where its mark stands */
    const char *mark;
    bool (*read)(lm_source *s, lm_picture *out, int *orientation, limn_error *err);
} format;

static const format formats[] = {
    { "PNG",  0, 8, "\x89PNG\r\n\x1a\n", lm_png_read },
    { "JPEG", 0, 3, "\xff\xd8\xff", lm_jpeg_read },
    { "WebP", 8, 4, "WEBP", lm_webp_read },
    { "GIF",  0, 4, "GIF8", NULL },
    { "BMP",  0, 2, "BM", NULL },
    { "TIFF", 0, 4, "II*\0", NULL },
    { "TIFF", 0, 4, "MM\0*", NULL },
    { "AVIF or HEIF", 4, 4, "ftyp", NULL },
    { "PSD",  0, 4, "8BPS", NULL },
};

static const format *find_format(const lm_source *s)
{
    uint8_t start[16] = { 0 };

    if (!lm_source_peek(s, 0, start, s->size < sizeof start ? (size_t)s->size : sizeof start))
        return NULL;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!memcmp(start + formats[i].at, formats[i].mark, formats[i].n) &&
            (formats[i].read != lm_webp_read || !memcmp(start, "RIFF", 4)))
            return &formats[i];
    return NULL;
}

bool lm_picture_read(lm_source *s, lm_picture *out, limn_error *err)
{
    const format *f = find_format(s);
    int           orientation = 1;

    *out = (lm_picture){ .frames = 1 };
    if (!s->size)
        return limn_fail(err, FILE, "%s is empty", s->label);
    if (!f)
        return limn_fail(err, FILE, "%s is no picture: it is neither PNG nor JPEG nor WebP", s->label);
    if (!f->read)
        return limn_fail(err, FILE, "%s is a picture of the kind %s; PNG, JPEG and WebP can be read",
                         s->label, f->name);
    if (f->read(s, out, &orientation, err) && turn_upright(s, out, orientation, err))
        return true;
    lm_picture_done(out);
    return false;
}
