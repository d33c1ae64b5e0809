/* webp.c: WebP pictures, by libwebp: still ones piece by piece, animations frame by frame. */
#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>

#include "core/base/alloc.h"
#include "nodes/picture/codecs.h"

enum { PIECE = 65536, MOST_ASIDE = 1 << 20 };
#define MOST_BYTES (UINT64_C(512) << 20) /* of an animation, which is read whole */

/* ------------------------------------------------------------------ the container */

typedef struct facts {
    int64_t  frames;    /* 0: no animation */
    int      by_exif, by_xmp;
    bool     pixels;    /* a chunk with pixels was there */
} facts;

static void read_aside(const lm_source *s, const lm_webp_chunk *c, facts *f)
{
    uint8_t *data = c->size && c->size <= MOST_ASIDE ? lm_try_alloc(c->size) : NULL;

    if (data && lm_source_peek(s, c->at, data, c->size)) {
        if (c->type[0] == 'E')
            f->by_exif = lm_exif_orientation(data, c->size);
        else
            f->by_xmp = lm_xmp_orientation(data, c->size);
    }
    lm_free(data);
}

static void note(const lm_source *s, const lm_webp_chunk *c, facts *f)
{
    const bool frame = !strcmp(c->type, "ANMF");

    f->frames += frame;
    if (frame || !strcmp(c->type, "VP8 ") || !strcmp(c->type, "VP8L"))
        f->pixels = true;
    if (!strcmp(c->type, "EXIF") || !strcmp(c->type, "XMP "))
        read_aside(s, c, f);
}

/* `err` is fresh. */
static bool scan(const lm_source *s, facts *f, limn_error *err)
{
    lm_webp_chunk  c;
    uint64_t       at = 0;
    const uint64_t end = lm_webp_end(s, err);

    *f = (facts){ 0 };
    while (end && lm_webp_next(s, end, &at, &c, err))
        note(s, &c, f);
    if (err->code != LIMN_OK)
        return false;
    return f->pixels || limn_fail(err, FILE, "%s is a WebP without a picture", s->label);
}

static bool damaged(const lm_source *s, limn_error *err)
{
    return limn_fail(err, FILE, "%s is damaged: its WebP data cannot be decoded", s->label);
}

/* Size and alpha, as the first bytes tell them. */
static bool read_features(const lm_source *s, WebPBitstreamFeatures *is, limn_error *err)
{
    uint8_t      start[4096];
    const size_t n = s->size < sizeof start ? (size_t)s->size : sizeof start;
    VP8StatusCode said;

    if (!lm_source_peek(s, 0, start, n))
        return limn_fail(err, FILE, "%s cannot be read", s->label);
    said = WebPGetFeatures(start, n, is);
    return said == VP8_STATUS_OK || damaged(s, err);
}

/* ------------------------------------------------------------------ a still picture */

static bool feed(lm_source *s, WebPIDecoder *d, limn_error *err)
{
    uint8_t      *piece = lm_alloc(PIECE);
    VP8StatusCode said = VP8_STATUS_SUSPENDED;
    size_t        n;

    s->at = 0;
    while (said == VP8_STATUS_SUSPENDED && (n = lm_source_read(s, piece, PIECE)) > 0 &&
           !lm_source_stopped(s))
        said = WebPIAppend(d, piece, n);
    lm_free(piece);
    if (lm_source_stopped(s))
        return lm_source_cancel(err);
    if (said == VP8_STATUS_OUT_OF_MEMORY)
        return limn_fail(err, MEMORY, "there is no memory to read %s", s->label);
    return said == VP8_STATUS_OK || damaged(s, err);
}

static bool read_still(lm_source *s, lm_picture *out, limn_error *err)
{
    WebPDecoderConfig config;
    WebPIDecoder     *d;
    bool              fine;

    if (!WebPInitDecoderConfig(&config) || !read_features(s, &config.input, err) ||
        !lm_picture_size_ok(s, config.input.width, config.input.height, 1, err))
        return err->code == LIMN_OK ? damaged(s, err) : false;
    out->width = config.input.width;
    out->height = config.input.height;
    out->channels = config.input.has_alpha ? 4 : 3;
    lm_picture_fit(&out->width, &out->height, s->fit);
    if (!lm_picture_room(s, out, err))
        return false;
    config.options.use_scaling = out->width != config.input.width || out->height != config.input.height;
    config.options.scaled_width = out->width;
    config.options.scaled_height = out->height;
    config.output.colorspace = out->channels == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = out->bytes;
    config.output.u.RGBA.stride = out->width * out->channels;
    config.output.u.RGBA.size = (size_t)out->width * (size_t)out->height * (size_t)out->channels;
    d = WebPIDecode(NULL, 0, &config);
    if (!d)
        return limn_fail(err, MEMORY, "there is no memory to read %s", s->label);
    fine = feed(s, d, err);
    WebPIDelete(d);
    return fine;
}

/* ------------------------------------------------------------------ an animation */

/* A whole canvas as the decoder keeps it, RGBA, to our frame. */
static void take_frame(const uint8_t *canvas, lm_picture *out, int frame)
{
    const size_t n = (size_t)out->width * (size_t)out->height, c = (size_t)out->channels;
    uint8_t     *to = out->bytes + (size_t)frame * n * c;

    for (size_t i = 0; i < n; i++)
        memcpy(to + i * c, canvas + i * 4, c);
}

static bool read_frames(lm_source *s, WebPAnimDecoder *d, lm_picture *out, limn_error *err)
{
    uint8_t *canvas;
    int      when, i;

    for (i = 0; i < out->frames && WebPAnimDecoderHasMoreFrames(d); i++) {
        if (lm_source_stopped(s))
            return lm_source_cancel(err);
        if (!WebPAnimDecoderGetNext(d, &canvas, &when))
            return limn_fail(err, FILE, "%s is damaged: its frame %d cannot be decoded", s->label, i + 1);
        take_frame(canvas, out, i);
    }
    return i == out->frames || damaged(s, err);
}

static bool open_frames(lm_source *s, const uint8_t *bytes, lm_picture *out, limn_error *err)
{
    WebPAnimDecoder *d;
    WebPAnimInfo     info;
    bool             fine;

    d = WebPAnimDecoderNew(&(WebPData){ bytes, (size_t)s->size }, NULL);
    if (!d || !WebPAnimDecoderGetInfo(d, &info)) {
        WebPAnimDecoderDelete(d);
        return damaged(s, err);
    }
    out->frames = s->still ? 1 : (int)info.frame_count;
    fine = lm_picture_size_ok(s, info.canvas_width, info.canvas_height, out->frames, err) &&
           lm_picture_room(s, out, err) && read_frames(s, d, out, err);
    WebPAnimDecoderDelete(d);
    return fine;
}

static bool read_animation(lm_source *s, const facts *f, lm_picture *out, limn_error *err)
{
    WebPBitstreamFeatures is;
    uint8_t              *bytes;
    bool                  fine;

    if (!read_features(s, &is, err) || !lm_picture_size_ok(s, is.width, is.height, s->still ? 1 : f->frames, err))
        return false;
    out->width = is.width;
    out->height = is.height;
    out->channels = is.has_alpha ? 4 : 3;
    bytes = s->size <= MOST_BYTES ? lm_try_alloc((size_t)s->size) : NULL;
    if (!bytes)
        return limn_fail(err, MEMORY, "there is no memory for the %llu bytes of %s",
                         (unsigned long long)s->size, s->label);
    fine = lm_source_peek(s, 0, bytes, (size_t)s->size) ? open_frames(s, bytes, out, err)
                                                        : damaged(s, err);
    lm_free(bytes);
    return fine;
}

bool lm_webp_read(lm_source *s, lm_picture *out, int *orientation, limn_error *err)
{
    limn_error mine = { 0 };
    facts      f;
    bool       fine = scan(s, &f, &mine) && (f.frames ? read_animation(s, &f, out, &mine)
                                                      : read_still(s, out, &mine));

    *orientation = f.by_exif ? f.by_exif : f.by_xmp ? f.by_xmp : 1;
    if (!fine && err && err->code == LIMN_OK)
        *err = mine;
    return fine;
}
