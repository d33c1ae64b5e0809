/* png_text.c: the text chunks of a PNG. */
#include <string.h>
#include <zlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "nodes/picture/png.h"
#include "nodes/picture/tell.h"

enum { LONGEST_KEY = 79 };

/* What a chunk is called in a refusal; NULL: it holds no text. A comf chunk is a tEXt chunk behind the pixels
 * of an animation. */
static const char *noun(const char *type)
{
    static const char *const nouns[] = { "tEXt chunk", "zTXt chunk", "iTXt chunk", "comf chunk" };

    for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++)
        if (!memcmp(nouns[i], type, 4))
            return nouns[i];
    return NULL;
}

/* Inflates and tells; a text larger than what is left of the allowance is refused while it grows. */
static bool tell_packed(lm_telling *t, const char *type, const char *key, uint8_t *packed, size_t n)
{
    z_stream z = { .next_in = packed, .avail_in = (uInt)n };
    lm_text  out = { 0 };
    char     piece[16384];
    int      said = inflateInit(&z);
    bool     fits = true;

    for (; said == Z_OK && fits; fits = out.size <= LM_MOST_TEXT - t->told) {
        z.next_out = (Bytef *)piece;
        z.avail_out = sizeof piece;
        said = inflate(&z, Z_NO_FLUSH);
        lm_text_add(&out, piece, sizeof piece - z.avail_out);
    }
    inflateEnd(&z);
    fits = fits ? said == Z_STREAM_END ? lm_tell(t, key, (const uint8_t *)lm_text_str(&out), out.size)
                                       : lm_tell_damaged(t, noun(type))
                : lm_tell_too_much(t);
    lm_text_done(&out);
    return fits;
}

/* The byte behind the NUL that ends the text at `at`, or n + 1 when there is none. */
static size_t behind_nul(const uint8_t *data, size_t at, size_t n)
{
    const uint8_t *nul = at < n ? memchr(data + at, 0, n - at) : NULL;

    return nul ? (size_t)(nul - data) + 1 : n + 1;
}

static bool read_text(lm_telling *t, const char *type, uint8_t *data, size_t n)
{
    const size_t key = behind_nul(data, 0, n);
    size_t       at = key;
    bool         packed = type[0] == 'z';

    if (key > n || key < 2 || key > LONGEST_KEY + 1)
        return lm_tell_damaged(t, noun(type));
    if (type[0] == 'z')
        at++;
    if (type[0] == 'i') { /* packed or not, how; language, NUL; translated key, NUL */
        packed = key < n && data[key] == 1;
        at = behind_nul(data, behind_nul(data, key + 2, n), n);
    }
    if (at > n)
        return lm_tell_damaged(t, noun(type));
    return packed ? tell_packed(t, type, (const char *)data, data + at, n - at)
                  : lm_tell(t, (const char *)data, data + at, n - at);
}

static bool read_chunk(lm_telling *t, const lm_png_chunk *c)
{
    uint8_t *data = lm_tell_block(t, c->at, c->size, noun(c->type));
    bool     fine = data && read_text(t, c->type, data, c->size);

    lm_free(data);
    return fine;
}

bool lm_tell_png(lm_telling *t)
{
    lm_png_chunk c = { "" };
    uint64_t     at = 0;

    while (lm_png_next(t->source, &at, true, &c, t->err))
        if (noun(c.type) && !read_chunk(t, &c))
            break;
    return t->err->code == LIMN_OK;
}
