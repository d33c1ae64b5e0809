/* pack_picture.c: a picture that carries a workflow: written anew from its pixels, so that nothing else travels with it. */
#include "core/cli/packed.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "nodes/json_text.h"
#include "nodes/picture/picture.h"
#include "nodes/picture/png.h"
#include "nodes/picture/webp_write.h"

enum { LEVEL = 4, QUALITY = 90, MAKE = 0x010f, MODEL = 0x0110 };

/* ------------------------------------------------------------------ by way of a file in memory */

static bool read_all(int fd, lm_text *out)
{
    char    piece[1 << 14];
    ssize_t n;
    off_t   at = 0;

    for (; (n = pread(fd, piece, sizeof piece, at)) > 0; at += n)
        lm_text_add(out, piece, (size_t)n);
    return n == 0;
}

typedef bool write_fn(const lm_picture *p, const char *prompt, const char *workflow, int fd, limn_error *err);

static bool into(write_fn *write, const lm_picture *p, const char *prompt, const char *workflow, lm_text *out, limn_error *err)
{
    const int fd = memfd_create("picture", MFD_CLOEXEC);
    bool      well = fd >= 0 && write(p, prompt, workflow, fd, err) && read_all(fd, out);

    if (fd >= 0)
        close(fd);
    return well || err->code != LIMN_OK || limn_fail(err, MEMORY, "there is no memory to write the picture");
}

/* ------------------------------------------------------------------ PNG */

static void fill_row(void *self, int y, uint8_t *out)
{
    const lm_picture *p = self;
    const size_t      n = (size_t)p->width * (size_t)p->channels;

    memcpy(out, p->bytes + (size_t)y * n, n);
}

static bool write_png(const lm_picture *p, const char *prompt, const char *workflow, int fd, limn_error *err)
{
    const lm_png_text texts[] = { { "prompt", prompt }, { "workflow", workflow } };
    const lm_png_new  png = { .fd = fd, .label = "the picture", .width = p->width, .height = p->height,
                              .channels = p->channels, .level = LEVEL, .texts = texts, .n_texts = 2, .row = fill_row,
                              .self = (void *)p };

    return lm_png_write(&png, err);
}

/* ------------------------------------------------------------------ WebP */

static void put_big(lm_text *out, uint32_t v, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        lm_text_add(out, &(char){ (char)(v >> 8 * i) }, 1);
}

static void put_little(lm_text *out, uint32_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        lm_text_add(out, &(char){ (char)(v >> 8 * i) }, 1);
}

/* An entry of an EXIF directory whose text stands at *at; "key:text" and a NUL. */
static void put_entry(lm_text *out, uint32_t tag, const char *key, const char *text, uint32_t *at)
{
    const uint32_t n = (uint32_t)(strlen(key) + 1 + strlen(text) + 1);

    put_big(out, tag, 2);
    put_big(out, 2, 2); /* ASCII */
    put_big(out, n, 4);
    put_big(out, *at, 4);
    *at += n;
}

static void put_tag_text(lm_text *out, const char *key, const char *text)
{
    lm_text_printf(out, "%s:", key);
    lm_text_add(out, text, strlen(text) + 1);
}

/* Source: TIFF 6.0, section 2; where ComfyUI puts its texts: the workflow under Make, the prompt under Model. */
static void put_exif(lm_text *out, const char *prompt, const char *workflow)
{
    const int n = (prompt != NULL) + (workflow != NULL);
    uint32_t  at = (uint32_t)(8 + 2 + 12 * n + 4);

    lm_text_add(out, "MM\0*", 4);
    put_big(out, 8, 4);
    put_big(out, (uint32_t)n, 2);
    if (workflow)
        put_entry(out, MAKE, "workflow", workflow, &at);
    if (prompt)
        put_entry(out, MODEL, "prompt", prompt, &at);
    put_big(out, 0, 4);
    if (workflow)
        put_tag_text(out, "workflow", workflow);
    if (prompt)
        put_tag_text(out, "prompt", prompt);
}

/* The plain file with one chunk becomes one with a head and a block of EXIF behind. Source: RFC 9649, section 2.7. */
static void extend(lm_text *plain, const lm_picture *p, const lm_text *exif, lm_text *out)
{
    const uint32_t chunk = (uint32_t)plain->size - 12;

    lm_text_puts(out, "RIFF");
    put_little(out, 4 + 18 + chunk + 8 + (uint32_t)(exif->size + (exif->size & 1)), 4);
    lm_text_puts(out, "WEBPVP8X");
    put_little(out, 10, 4);
    put_little(out, 0x08, 4); /* there is EXIF */
    put_little(out, (uint32_t)p->width - 1, 3);
    put_little(out, (uint32_t)p->height - 1, 3);
    lm_text_add(out, plain->at + 12, chunk);
    lm_text_puts(out, "EXIF");
    put_little(out, (uint32_t)exif->size, 4);
    lm_text_add(out, exif->at, exif->size);
    if (exif->size & 1)
        lm_text_add(out, "", 1);
}

static bool write_plain_webp(const lm_picture *p, const char *prompt, const char *workflow, int fd, limn_error *err)
{
    const lm_bitmap in = { p->width, p->height, p->channels, p->bytes };

    (void)prompt, (void)workflow;
    return lm_webp_write(&in, QUALITY, fd, err);
}

/* Without its alpha, which LoadImage takes off as well. */
static void take_alpha_off(lm_picture *p)
{
    const size_t n = (size_t)p->width * (size_t)p->height;

    if (p->channels != 4)
        return;
    for (size_t i = 0; i < n; i++)
        memmove(p->bytes + 3 * i, p->bytes + 4 * i, 3);
    p->channels = 3;
}

static bool make_webp(lm_picture *p, const char *prompt, const char *workflow, lm_text *out, limn_error *err)
{
    lm_text plain = { 0 }, exif = { 0 };
    bool    well;

    take_alpha_off(p);
    well = into(write_plain_webp, p, NULL, NULL, &plain, err);
    if (well && (plain.size < 20 || memcmp(plain.at + 12, "VP8 ", 4)))
        well = limn_fail(err, BUG, "libwebp wrote another kind of file than a plain one");
    if (well) {
        put_exif(&exif, prompt, workflow);
        extend(&plain, p, &exif, out);
    }
    lm_text_done(&plain);
    lm_text_done(&exif);
    return well;
}

/* ------------------------------------------------------------------ either */

bool lm_picture_carrying(const char *picture, size_t n, lm_pack_as as, const char *prompt, const char *workflow, lm_text *out,
                         limn_error *err)
{
    lm_source  s = lm_source_memory(picture, n, "the picture");
    lm_picture p = { 0 };
    char      *told[2];
    bool       well;

    s.still = true;
    if (!lm_picture_read(&s, &p, err))
        return false;
    told[0] = lm_json_ascii(prompt);
    told[1] = lm_json_ascii(workflow);
    well = as == LM_PACK_WEBP ? make_webp(&p, told[0], told[1], out, err) : into(write_png, &p, told[0], told[1], out, err);
    lm_free(told[0]);
    lm_free(told[1]);
    lm_picture_done(&p);
    return well;
}
