/* png_read.c: the pixels of a PNG, by libpng's row interface. Structure and checksums were judged by
 * png_chunks.c before libpng sees the file; ancillary chunks that we do not need never reach it. */
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "nodes/picture/codecs.h"
#include "nodes/picture/png.h"

enum {
    BUDGET = 4 << 20,      /* bytes that libpng may hold: two rows of 65,535 · 8 and zlib's window fit */
    CHUNK_LIMIT = 8 << 20, /* SEC-27 */
    MOST_RATIO = 1032,     /* deflate packs at best 1032 : 1 */
    MOST_ASIDE = 1 << 20   /* EXIF or XMP larger than this is not looked at */
};

/* ------------------------------------------------------------------ what the chunks say */

typedef struct facts {
    uint32_t width, height;
    int      depth, kind, interlace; /* as in IHDR */
    bool     has_key;                /* a tRNS chunk is there */
    uint64_t packed;                 /* bytes of IDAT */
    int      orientation;
} facts;

enum { GREY = 0, RGB = 2, PALETTE = 3, GREY_ALPHA = 4, RGB_ALPHA = 6 };

static bool read_header(lm_source *s, const lm_png_chunk *c, facts *f, limn_error *err)
{
    uint8_t b[13];

    if (strcmp(c->type, "IHDR") || c->size != 13 || !lm_source_peek(s, c->at, b, sizeof b))
        return limn_fail(err, FILE, "%s is damaged: it does not begin with a header", s->label);
    *f = (facts){ lm_be32(b), lm_be32(b + 4), b[8], b[9], b[12], .orientation = 1 };
    return lm_picture_size_ok(s, f->width, f->height, 1, err);
}

/* EXIF, or XMP that is not packed: which way up. EXIF counts more. */
static void read_aside(lm_source *s, const lm_png_chunk *c, facts *f)
{
    static const char xmp[] = "XML:com.adobe.xmp";
    const bool        exif = !strcmp(c->type, "eXIf");
    uint8_t          *data = c->size > 0 && c->size <= MOST_ASIDE ? lm_try_alloc(c->size) : NULL;
    int               o = 0;

    if (data && lm_source_peek(s, c->at, data, c->size)) {
        if (exif)
            o = lm_exif_orientation(data, c->size);
        else if (c->size > sizeof xmp && !memcmp(data, xmp, sizeof xmp) && f->orientation == 1)
            o = lm_xmp_orientation(data, c->size);
    }
    f->orientation = o ? o : f->orientation;
    lm_free(data);
}

/* Rows as they are packed, with a filter byte each: never more than 1032 times what is there. */
static bool plausible(const lm_source *s, const facts *f, limn_error *err)
{
    static const int samples[] = { 1, 0, 3, 1, 2, 0, 4 };
    const uint64_t   bits = (uint64_t)f->width * (uint64_t)f->depth *
                            (uint64_t)(f->kind <= RGB_ALPHA ? samples[f->kind] : 0);
    const uint64_t   raw = ((bits + 7) / 8 + 1) * f->height;

    if (raw / MOST_RATIO <= f->packed)
        return true;
    return limn_fail(err, FILE, "%s claims %u x %u pixels, more than its %llu packed bytes can hold",
                     s->label, f->width, f->height, (unsigned long long)f->packed);
}

/* Reads every chunk's header and checksum, in order. */
static bool scan(lm_source *s, facts *f, limn_error *err)
{
    limn_error   mine = { 0 };
    lm_png_chunk c = { "" };
    uint64_t     at = 0;
    bool         fine = lm_png_next(s, &at, true, &c, &mine) && read_header(s, &c, f, &mine);

    while (fine && lm_png_next(s, &at, true, &c, &mine)) {
        if (!strcmp(c.type, "IDAT"))
            f->packed += c.size;
        else if (!strcmp(c.type, "tRNS"))
            f->has_key = true;
        else if (!strcmp(c.type, "eXIf") || !strcmp(c.type, "iTXt"))
            read_aside(s, &c, f);
    }
    if (mine.code == LIMN_OK)
        return plausible(s, f, err);
    if (err->code == LIMN_OK)
        *err = mine;
    return false;
}

/* ------------------------------------------------------------------ libpng */

typedef struct reading {
    lm_source  *source;
    limn_error *err;
    size_t      held; /* by libpng */
    png_structp png;
    png_infop   info;
    uint8_t    *deep; /* 16-bit greys before they are 8-bit */
} reading;

/* Each block is preceded by its size, so that what libpng holds can be counted. */
static png_voidp budget_alloc(png_structp png, png_alloc_size_t bytes)
{
    reading *r = png_get_mem_ptr(png);
    size_t  *block = NULL;

    if (bytes <= BUDGET && r->held + bytes <= BUDGET)
        block = malloc(bytes + 16);
    if (!block)
        return NULL;
    r->held += bytes;
    *block = bytes;
    return block + 16 / sizeof *block;
}

static void budget_free(png_structp png, png_voidp memory)
{
    reading *r = png_get_mem_ptr(png);
    size_t  *block = memory ? (size_t *)memory - 16 / sizeof *block : NULL;

    if (block)
        r->held -= *block;
    free(block);
}

static void on_error(png_structp png, png_const_charp said)
{
    reading *r = png_get_error_ptr(png);

    limn_fail(r->err, FILE, "%s is a damaged PNG: %s", r->source->label, said);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp said)
{
    (void)png;
    (void)said;
}

static void on_read(png_structp png, png_bytep to, size_t n)
{
    reading *r = png_get_io_ptr(png);

    if (lm_source_read(r->source, to, n) != n)
        png_error(png, "it is cut off");
}

/* Only IHDR, PLTE, tRNS, IDAT and IEND are libpng's business here: colour profiles and their like, often
 * wrong in files that people have, must not keep a picture from being read. */
static void ignore_the_rest(png_structp png)
{
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, (png_const_bytep)"sRGB", 1);
}

static void set_limits(png_structp png)
{
    png_set_benign_errors(png, 0);
    png_set_user_limits(png, LM_PICTURE_SIDE, LM_PICTURE_SIDE);
    png_set_chunk_cache_max(png, 64);
    png_set_chunk_malloc_max(png, CHUNK_LIMIT);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
}

/* Every kind becomes RGB or RGBA bytes; greys of 16 bits stay as they are (see shrink_deep). */
static void set_transforms(png_structp png, const facts *f)
{
    if (f->kind == GREY && f->depth == 16)
        return;
    if (f->depth == 16)
        png_set_strip_16(png);
    if (f->kind == PALETTE)
        png_set_palette_to_rgb(png);
    if (f->kind == GREY && f->depth < 8)
        png_set_expand_gray_1_2_4_to_8(png);
    if (f->has_key && f->kind <= PALETTE)
        png_set_tRNS_to_alpha(png);
    if (f->kind == GREY || f->kind == GREY_ALPHA)
        png_set_gray_to_rgb(png);
}

/* 16-bit greys: v / 255, cut at 255.  Source: Pillow's mode "I" through ComfyUI's LoadImage. */
static void shrink_deep(const uint8_t *deep, lm_picture *out)
{
    const size_t n = (size_t)out->width * (size_t)out->height;

    for (size_t i = 0; i < n; i++) {
        const int v = (int)(lm_be16(deep + 2 * i) * (1.0 / 255.0));

        memset(out->bytes + 3 * i, v > 255 ? 255 : v, 3);
    }
}

static bool make_room(reading *r, const facts *f, lm_picture *out)
{
    const bool deep = f->kind == GREY && f->depth == 16;
    const bool key = f->has_key && f->kind <= PALETTE && !deep;

    out->width = (int)f->width;
    out->height = (int)f->height;
    out->channels = f->kind >= GREY_ALPHA || key ? 4 : 3;
    out->alpha_is_key = key && f->kind != PALETTE;
    if (!lm_picture_room(r->source, out, r->err))
        return false;
    r->deep = deep ? lm_try_alloc((size_t)f->width * f->height * 2) : NULL;
    if (deep && !r->deep)
        return limn_fail(r->err, MEMORY, "there is no memory for the pixels of %s", r->source->label);
    return true;
}

/* May leave by longjmp: nothing here owns anything. */
static bool read_pixels(reading *r, const facts *f, lm_picture *out)
{
    size_t   stride;
    uint8_t *pixels;
    int      passes;

    png_set_read_fn(r->png, r, on_read);
    set_limits(r->png);
    ignore_the_rest(r->png);
    png_read_info(r->png, r->info);
    set_transforms(r->png, f);
    passes = png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
    if (!make_room(r, f, out))
        return false;
    stride = (size_t)f->width * (r->deep ? 2 : (size_t)out->channels);
    if (png_get_rowbytes(r->png, r->info) != stride)
        png_error(r->png, "its rows have an unexpected size");
    pixels = r->deep ? r->deep : out->bytes;
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < f->height; y++) {
            if (lm_source_stopped(r->source))
                return lm_source_cancel(r->err);
            png_read_row(r->png, pixels + y * stride, NULL);
        }
    png_read_end(r->png, NULL);
    if (r->deep)
        shrink_deep(r->deep, out);
    return true;
}

static bool decode(reading *r, const facts *f, lm_picture *out)
{
    volatile bool fine = false;

    r->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, r, on_error, on_warning, r, budget_alloc,
                                      budget_free);
    r->info = r->png ? png_create_info_struct(r->png) : NULL;
    if (!r->info)
        limn_fail(r->err, MEMORY, "there is no memory to read %s", r->source->label);
    else if (!setjmp(png_jmpbuf(r->png)))
        fine = read_pixels(r, f, out);
    png_destroy_read_struct(&r->png, &r->info, NULL);
    lm_free(r->deep);
    return fine;
}

bool lm_png_read(lm_source *s, lm_picture *out, int *orientation, limn_error *err)
{
    limn_error mine = { 0 };
    reading    r = { .source = s, .err = &mine };
    facts      f;

    if (scan(s, &f, &mine)) {
        *orientation = f.orientation;
        s->at = 0;
        if (decode(&r, &f, out))
            return true;
    }
    if (err && err->code == LIMN_OK)
        *err = mine;
    return false;
}
