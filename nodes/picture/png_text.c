/* png_text.c: the text chunks of a PNG. */
#include <string.h>
#include <zlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "nodes/picture/png.h"

enum { MOST_TEXT = 8 << 20, LONGEST_KEY = 79 };

typedef struct texts {
    lm_source        *source;
    lm_png_each_text *each;
    void             *self;
    size_t            told; /* bytes handed out so far */
    limn_error       *err;
} texts;

static bool is_utf8(const uint8_t *t, size_t n)
{
    for (size_t i = 0, more; i < n; i += more + 1) {
        more = t[i] < 0x80 ? 0 : t[i] >= 0xc2 && t[i] < 0xe0 ? 1 : t[i] >= 0xe0 && t[i] < 0xf0 ? 2
             : t[i] >= 0xf0 && t[i] < 0xf5 ? 3 : SIZE_MAX - 1;
        if (more >= n - i)
            return false;
        for (size_t k = 1; k <= more; k++)
            if ((t[i + k] & 0xc0) != 0x80)
                return false;
    }
    return true;
}

static bool too_much(texts *t)
{
    return limn_fail(t->err, FILE, "%s holds more than %d MiB of text", t->source->label,
                     MOST_TEXT >> 20);
}

static bool damaged(texts *t, const char *type)
{
    return limn_fail(t->err, FILE, "%s is damaged: its %s chunk cannot be read", t->source->label, type);
}

static char *from_latin1(const uint8_t *text, size_t n)
{
    lm_text out = { 0 };

    for (size_t i = 0; i < n; i++) {
        const char two[2] = { (char)(0xc0 | text[i] >> 6), (char)(0x80 | (text[i] & 0x3f)) };

        lm_text_add(&out, text[i] < 0x80 ? (const char *)text + i : two, text[i] < 0x80 ? 1 : 2);
    }
    return lm_text_take(&out);
}

/* text[n] is NUL. */
static bool tell(texts *t, const char *key, const uint8_t *text, size_t n)
{
    char *turned;

    if (n > MOST_TEXT - t->told)
        return too_much(t);
    t->told += n;
    turned = is_utf8(text, n) ? NULL : from_latin1(text, n);
    t->each(t->self, key, turned ? turned : (const char *)text, turned ? strlen(turned) : n);
    lm_free(turned);
    return true;
}

/* Inflates and tells; a text larger than what is left of the allowance is refused while it grows. */
static bool tell_packed(texts *t, const char *type, const char *key, uint8_t *packed, size_t n)
{
    z_stream z = { .next_in = packed, .avail_in = (uInt)n };
    lm_text  out = { 0 };
    char     piece[16384];
    int      said = inflateInit(&z);
    bool     fits = true;

    for (; said == Z_OK && fits; fits = out.size <= MOST_TEXT - t->told) {
        z.next_out = (Bytef *)piece;
        z.avail_out = sizeof piece;
        said = inflate(&z, Z_NO_FLUSH);
        lm_text_add(&out, piece, sizeof piece - z.avail_out);
    }
    inflateEnd(&z);
    fits = fits ? said == Z_STREAM_END ? tell(t, key, (const uint8_t *)lm_text_str(&out), out.size)
                                       : damaged(t, type)
                : too_much(t);
    lm_text_done(&out);
    return fits;
}

/* The byte behind the NUL that ends the text at `at`, or n + 1 when there is none. */
static size_t behind_nul(const uint8_t *data, size_t at, size_t n)
{
    const uint8_t *nul = at < n ? memchr(data + at, 0, n - at) : NULL;

    return nul ? (size_t)(nul - data) + 1 : n + 1;
}

static bool read_text(texts *t, const char *type, uint8_t *data, size_t n)
{
    const size_t key = behind_nul(data, 0, n);
    size_t       at = key;
    bool         packed = type[0] == 'z';

    if (key > n || key < 2 || key > LONGEST_KEY + 1)
        return damaged(t, type);
    if (type[0] == 'z')
        at++;
    if (type[0] == 'i') { /* packed or not, how; language, NUL; translated key, NUL */
        packed = key < n && data[key] == 1;
        at = behind_nul(data, behind_nul(data, key + 2, n), n);
    }
    if (at > n)
        return damaged(t, type);
    return packed ? tell_packed(t, type, (const char *)data, data + at, n - at)
                  : tell(t, (const char *)data, data + at, n - at);
}

static bool read_chunk(texts *t, const lm_png_chunk *c)
{
    uint8_t *data;
    bool     fine;

    if (c->size > MOST_TEXT)
        return too_much(t);
    data = lm_try_alloc((size_t)c->size + 1);
    if (!data)
        return limn_fail(t->err, MEMORY, "there is no memory for the text in %s", t->source->label);
    fine = lm_source_peek(t->source, c->at, data, c->size) ? read_text(t, c->type, data, c->size)
                                                           : damaged(t, c->type);
    lm_free(data);
    return fine;
}

bool lm_png_texts(lm_source *s, lm_png_each_text *each, void *self, limn_error *err)
{
    limn_error   mine = { 0 };
    texts        t = { .source = s, .each = each, .self = self, .err = &mine };
    lm_png_chunk c = { "" };
    uint64_t     at = 0;

    if (!lm_png_begins(s))
        return limn_fail(err, FILE, "%s is no PNG", s->label);
    while (lm_png_next(s, &at, true, &c, &mine))
        if ((!strcmp(c.type, "tEXt") || !strcmp(c.type, "zTXt") || !strcmp(c.type, "iTXt")) &&
            !read_chunk(&t, &c))
            break;
    if (mine.code == LIMN_OK)
        return true;
    if (err && err->code == LIMN_OK)
        *err = mine;
    return false;
}
